#include "relay/rtp/packet.h"
#include <glib.h>

static void test_pool_gives_whole_packets(void)
{
	struct pool *pool = packet_pool_new(2);
	struct packet *a = pool_take(pool), *b = pool_take(pool);
	g_assert_nonnull(a);
	g_assert_nonnull(b);
	g_assert_null(pool_take(pool));
	for (size_t i = 0; i < PACKET_CAPACITY; i++) {
		a->data[i] = 1;
		b->data[i] = 2;
	}
	g_assert_cmpuint(a->data[PACKET_CAPACITY - 1], ==, 1);
	a->rtp.payload_offset = 20;
	g_assert_true(packet_payload(a) == a->data + 20);
	pool_unref(a);
	pool_unref(b);
	pool_free(pool);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/packet/pool_gives_whole_packets", test_pool_gives_whole_packets);
	return g_test_run();
}
