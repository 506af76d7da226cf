#include "relay/rtp/rtx.h"
#include "relay/base/wire.h"
#include <string.h>

enum err rtx_unwrap(struct packet *packet, uint32_t media_ssrc, uint8_t media_payload_type)
{
	struct rtp_header *h = &packet->rtp;
	if (h->payload_length == 0)
		return ERR_NOT_FOUND;
	if (h->payload_length < 2)
		return ERR_TRUNCATED;
	uint8_t *data = packet->data, *payload = data + h->payload_offset;
	h->sequence = wire_get16(payload);
	h->ssrc = media_ssrc;
	h->payload_type = media_payload_type & 0x7f;
	h->payload_length -= 2;
	packet->length -= 2;
	packet->retransmitted = true;
	memmove(payload, payload + 2, (size_t)h->payload_length + h->padding);
	data[1] = (uint8_t)((data[1] & 0x80) | h->payload_type);
	wire_put16(data + 2, h->sequence);
	wire_put32(data + 8, h->ssrc);
	return OK;
}
