/*
 * What relay/net's batches cost: pictures of four packets to many receivers, written packet by
 * packet for all receivers as a receive pass does. Prints nanoseconds of CPU for each datagram,
 * apart for the batch (with copying the payload) and the kernel. Run by hand.
 */
#include "relay/base/clock.h"
#include "relay/net/udp.h"
#include "tests/load/sink.h"
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 150, PACKETS = 4, PERIOD_US = 10000, RCVBUF = 1 << 20 };

static struct udp_socket *udp;
static struct counters counters;

static void flush(struct send_batch *batch, void *user)
{
	udp_flush(udp, batch, &counters);
}

static void measure(unsigned receivers, size_t last)
{
	static uint8_t payload[SEND_DATAGRAM_MAX];
	struct sink *sink = sink_new(receivers, 1, RCVBUF);
	struct send_batch *batch = send_batch_new(flush, NULL);
	struct net_path *paths = g_new0(struct net_path, receivers);
	struct send_chain *chains = g_new0(struct send_chain, receivers);
	uint64_t batch_ns = 0, send_ns = 0, next_us = clock_now_us();
	const double datagrams = (double)FRAMES * PACKETS * receivers;
	for (unsigned r = 0; r < receivers; r++) {
		if (net_address_parse("127.0.0.1", sink_port(sink, r), &paths[r].remote) != OK)
			abort();
		memcpy(paths[r].local_ip, paths[r].remote.ip, 16);
	}
	memset(&counters, 0, sizeof counters);
	for (unsigned f = 0; f < FRAMES; f++) {
		uint64_t begin_ns = thread_cpu_ns();
		for (unsigned p = 0; p < PACKETS; p++)
			for (unsigned r = 0; r < receivers; r++) {
				size_t length = p == PACKETS - 1 ? last : 1150;
				memcpy(send_batch_reserve(batch), payload, length);
				send_batch_commit(batch, length, &paths[r], &chains[r]);
			}
		uint64_t between_ns = thread_cpu_ns();
		flush(batch, NULL);
		batch_ns += between_ns - begin_ns;
		send_ns += thread_cpu_ns() - between_ns;
		next_us += PERIOD_US;
		uint64_t now_us = clock_now_us();
		if (next_us > now_us)
			g_usleep(next_us - now_us);
	}
	uint64_t received = sink_free(sink);
	g_print("%4u receivers, last packet %4zu bytes: batch %4.0f + send %5.0f ns; %.3f %% lost, "
		"%.1f datagrams a call\n",
		receivers, last, (double)batch_ns / datagrams, (double)send_ns / datagrams,
		100 - 100 * (double)received / datagrams,
		datagrams / (double)counter_get(&counters, COUNTER_SEND_CALLS));
	send_batch_free(batch);
	g_free(chains);
	g_free(paths);
}

int main(void)
{
	static const unsigned receivers[] = {50, 300, 1500};
	if (udp_open(NULL, 0, &udp) != OK || !pin_to_cpu(0))
		return 1;
	for (unsigned i = 0; i < G_N_ELEMENTS(receivers); i++)
		measure(receivers[i], 860);
	measure(300, 1151); /* the last is longer: runs of three, and one alone */
	udp_close(udp);
	return 0;
}
