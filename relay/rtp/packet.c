#include "relay/rtp/packet.h"

struct pool *packet_pool_new(size_t max_packets)
{
	return pool_new(sizeof(struct packet), max_packets);
}
