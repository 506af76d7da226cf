#include "relay/base/clock.h"
#include "relay/room/sent.h"
#include <glib.h>
#include <malloc.h>
#include <string.h>

#define RTT_US (100 * US_PER_MS)

static void finds_what_was_put(void)
{
	struct sent_ring *ring = sent_ring_new(1024, 0);
	for (uint64_t i = 65530; i < 65545; i++) {
		struct sent *s = sent_ring_put(ring, i, US_PER_SEC);
		g_assert_nonnull(s);
		s->sequence = (uint16_t)(i * 3);
	}
	for (uint64_t i = 65530; i < 65545; i++) {
		struct sent *s = sent_ring_find(ring, (uint16_t)i);
		g_assert_nonnull(s);
		g_assert_cmpuint(s->sequence, ==, (uint16_t)(i * 3));
	}
	g_assert_null(sent_ring_find(ring, 65529));
	g_assert_null(sent_ring_find(ring, (uint16_t)65545));
	sent_ring_free(ring);
}

static void a_second_is_kept_at_any_rate(void)
{
	struct sent_ring *ring = sent_ring_new(1024, 0);
	uint64_t i = 100, now_us = US_PER_SEC;
	for (unsigned n = 0; n < 3000; n++, now_us += 2 * US_PER_MS) /* 500/s */
		g_assert_nonnull(sent_ring_put(ring, i++, now_us));
	for (unsigned back = 1; back <= 500; back++)
		g_assert_nonnull(sent_ring_find(ring, (uint16_t)(i - back)));
	sent_ring_free(ring);
}

static void memory_is_bounded(void)
{
	struct sent_ring *ring = sent_ring_new(64, 0);
	for (uint64_t i = 0; i < 1000; i++)
		sent_ring_put(ring, i, 5); /* all at once */
	for (unsigned back = 1; back <= 64; back++)
		g_assert_nonnull(sent_ring_find(ring, (uint16_t)(1000 - back)));
	g_assert_null(sent_ring_find(ring, 1000 - 65));
	sent_ring_free(ring);
}

static void an_old_number_does_not_push_out_a_newer_one(void)
{
	struct sent_ring *ring = sent_ring_new(32, 0);
	for (uint64_t i = 100; i < 200; i++)
		sent_ring_put(ring, i, 5);
	g_assert_null(sent_ring_put(ring, 200 - 33, 6));
	g_assert_nonnull(sent_ring_put(ring, 200 - 32, 6));
	g_assert_cmpuint(sent_ring_find(ring, 199)->index, ==, 199);
	g_assert_null(sent_ring_find(ring, 200 - 33));
	sent_ring_free(ring);
}

static void the_same_number_of_an_earlier_round_is_not_found(void)
{
	struct sent_ring *ring = sent_ring_new(32, 0);
	sent_ring_put(ring, 10, 5);
	for (uint64_t i = 65547; i < 65550; i++)
		sent_ring_put(ring, i, 6);
	g_assert_null(sent_ring_find(ring, 10));
	sent_ring_free(ring);
}

static void once_in_half_a_round_trip(void)
{
	struct sent_ring *ring = sent_ring_new(32, 0);
	uint64_t now_us = 10 * US_PER_SEC;
	struct sent *s = sent_ring_put(ring, 1, now_us);
	g_assert_true(sent_again(s, now_us, RTT_US)); /* the first time at once */
	g_assert_false(sent_again(s, now_us + RTT_US / 2 - US_PER_MS, RTT_US));
	g_assert_true(sent_again(s, now_us + RTT_US / 2, RTT_US));
	g_assert_false(sent_again(s, now_us + RTT_US / 2 + 19 * US_PER_MS, 0)); /* 20 ms at least */
	g_assert_true(sent_again(s, now_us + RTT_US / 2 + 20 * US_PER_MS, 0));
	sent_ring_free(ring);
}

/* Who asks for ever gets no fifty times what the slot carries. */
static void ten_times_are_enough(void)
{
	struct sent_ring *ring = sent_ring_new(32, 0);
	struct sent *s = sent_ring_put(ring, 1, 0);
	unsigned times = 0;
	for (uint64_t now_us = 0; now_us < US_PER_SEC; now_us += 20 * US_PER_MS)
		times += sent_again(s, now_us, 0);
	g_assert_cmpuint(times, ==, 10);
	g_assert_true(sent_again(sent_ring_put(ring, 2, US_PER_SEC), US_PER_SEC, 0));
	sent_ring_free(ring);
}

static void kept_datagrams_come_back_byte_for_byte(void)
{
	struct sent_ring *ring = sent_ring_new(64, 4096);
	uint8_t data[300];
	struct bytes kept;
	for (unsigned i = 0; i < 200; i++) {
		memset(data, (int)i, sizeof data);
		sent_ring_keep(ring, sent_ring_put(ring, i, 5), data, 200 + i % 100);
		for (unsigned back = 0; back < MIN(i, 12); back++) {
			struct sent *s = sent_ring_find(ring, (uint16_t)(i - back));
			g_assert_true(sent_ring_kept(ring, s, &kept));
			g_assert_cmpuint(kept.length, ==, 200 + (i - back) % 100);
			memset(data, (int)(i - back), sizeof data);
			g_assert_cmpmem(kept.data, kept.length, data, kept.length);
		}
	}
	/* The bytes of what is long gone have been written over. */
	g_assert_false(sent_ring_kept(ring, sent_ring_find(ring, 199 - 30), &kept));
	sent_ring_free(ring);
}

/* At any rate below the bound, what grew under way included: 50 packets of 100 bytes a second, then
 * ten times as many. */
static void a_second_of_datagrams_is_kept(void)
{
	struct sent_ring *ring = sent_ring_new(1024, 128 * 1024);
	uint8_t data[100];
	struct bytes kept;
	uint64_t now_us = US_PER_SEC;
	for (unsigned i = 0; i < 2000; i++) {
		memset(data, (int)i, sizeof data);
		sent_ring_keep(ring, sent_ring_put(ring, i, now_us), data, sizeof data);
		now_us += (i < 500 ? 20 : 2) * US_PER_MS;
		unsigned faster = i < 500 ? 0 : MIN(i - 500, 490);
		unsigned second = faster + (1000 - 2 * faster) / 20 - 1;
		for (unsigned back = 0; back < MIN(i, second); back += 7) {
			struct sent *s = sent_ring_find(ring, (uint16_t)(i - back));
			g_assert_true(s && sent_ring_kept(ring, s, &kept));
			memset(data, (int)(i - back), sizeof data);
			g_assert_cmpmem(kept.data, kept.length, data, sizeof data);
		}
	}
	sent_ring_free(ring);
}

/* Sound at 50 packets a second: 64 entries, and 8 KiB of datagrams. */
static void a_quiet_stream_takes_little(void)
{
	struct sent_ring *ring[64];
	static const uint8_t data[120];
	size_t before = mallinfo2().uordblks;
	for (unsigned n = 0; n < G_N_ELEMENTS(ring); n++) {
		ring[n] = sent_ring_new(128, 16 * 1024);
		for (unsigned i = 0; i < 500; i++)
			sent_ring_keep(ring[n], sent_ring_put(ring[n], i, 20 * US_PER_MS * i), data,
				       sizeof data);
	}
	size_t each = (mallinfo2().uordblks - before) / G_N_ELEMENTS(ring);
	for (unsigned n = 0; n < G_N_ELEMENTS(ring); n++)
		sent_ring_free(ring[n]);
	g_assert_cmpuint(each, <=, 10240); /* today 9,900 */
}

static void what_is_too_long_is_not_kept(void)
{
	struct sent_ring *ring = sent_ring_new(64, 1024);
	uint8_t data[1025] = {0};
	struct bytes kept;
	struct sent *s = sent_ring_put(ring, 1, 5);
	sent_ring_keep(ring, s, data, sizeof data);
	g_assert_false(sent_ring_kept(ring, s, &kept));
	sent_ring_keep(ring, s, data, 1024);
	g_assert_true(sent_ring_kept(ring, s, &kept));
	sent_ring_free(ring);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sent/finds_what_was_put", finds_what_was_put);
	g_test_add_func("/sent/a_second_is_kept_at_any_rate", a_second_is_kept_at_any_rate);
	g_test_add_func("/sent/memory_is_bounded", memory_is_bounded);
	g_test_add_func("/sent/an_old_number_does_not_push_out_a_newer_one",
			an_old_number_does_not_push_out_a_newer_one);
	g_test_add_func("/sent/the_same_number_of_an_earlier_round_is_not_found",
			the_same_number_of_an_earlier_round_is_not_found);
	g_test_add_func("/sent/once_in_half_a_round_trip", once_in_half_a_round_trip);
	g_test_add_func("/sent/ten_times_are_enough", ten_times_are_enough);
	g_test_add_func("/sent/kept_datagrams_come_back_byte_for_byte",
			kept_datagrams_come_back_byte_for_byte);
	g_test_add_func("/sent/a_second_of_datagrams_is_kept", a_second_of_datagrams_is_kept);
	g_test_add_func("/sent/a_quiet_stream_takes_little", a_quiet_stream_takes_little);
	g_test_add_func("/sent/what_is_too_long_is_not_kept", what_is_too_long_is_not_kept);
	return g_test_run();
}
