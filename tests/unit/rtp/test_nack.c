#include "relay/base/clock.h"
#include "relay/rtp/nack.h"
#include <glib.h>

#define MS US_PER_MS

static struct nack_tracker *t;
static uint16_t asked[600];

static void setup(void)
{
	t = nack_tracker_new();
}

static void teardown(void)
{
	nack_tracker_free(t);
	t = NULL;
}

static enum nack_result receive(unsigned sequence, uint64_t now_ms)
{
	return nack_tracker_receive(t, (uint16_t)sequence, now_ms * MS);
}

static size_t due(uint64_t now_ms, uint64_t rtt_ms)
{
	return nack_tracker_due(t, now_ms * MS, rtt_ms * MS, asked, G_N_ELEMENTS(asked));
}

static void test_nothing_missing_nothing_asked(void)
{
	setup();
	g_assert_cmpuint(nack_tracker_deadline(t), ==, UINT64_MAX);
	for (unsigned i = 0; i < 200000; i++)
		g_assert_cmpint(receive(i, i), ==, NACK_NEW);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 0);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, UINT64_MAX);
	g_assert_cmpuint(due(300000, 50), ==, 0);
	teardown();
}

static void test_a_gap_is_asked_for_after_ten_ms(void)
{
	setup();
	receive(65534, 1000);
	receive(0, 1001);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 1);
	g_assert_cmpuint(due(1001, 50), ==, 0);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, 1011 * MS);
	g_assert_cmpuint(due(1011, 50), ==, 1);
	g_assert_cmpuint(asked[0], ==, 65535);
	teardown();
}

static void test_a_gap_is_asked_for_after_three_packets(void)
{
	setup();
	receive(10, 1000);
	receive(12, 1001);
	receive(13, 1002);
	g_assert_cmpuint(due(1002, 50), ==, 0);
	receive(14, 1003);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, 1003 * MS);
	g_assert_cmpuint(due(1003, 50), ==, 1);
	g_assert_cmpuint(asked[0], ==, 11);
	teardown();
}

static void test_a_burst_is_asked_for_at_once_but_its_end(void)
{
	setup();
	receive(10, 1000);
	receive(20, 1000);
	g_assert_cmpuint(due(1000, 50), ==, 7);
	for (unsigned i = 0; i < 7; i++)
		g_assert_cmpuint(asked[i], ==, 11 + i);
	g_assert_cmpuint(due(1010, 50), ==, 2);
	g_assert_cmpuint(asked[0], ==, 18);
	teardown();
}

static void test_reordering_within_the_grace_asks_nothing(void)
{
	setup();
	receive(1, 1000);
	g_assert_cmpint(receive(3, 1001), ==, NACK_NEW);
	g_assert_cmpint(receive(2, 1002), ==, NACK_RECOVERED);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 0);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, UINT64_MAX);
	g_assert_cmpuint(due(2000, 50), ==, 0);
	teardown();
}

static void test_duplicates_are_told(void)
{
	setup();
	receive(1, 1000);
	receive(3, 1001);
	g_assert_cmpint(receive(3, 1002), ==, NACK_DUPLICATE);
	g_assert_cmpint(receive(1, 1002), ==, NACK_DUPLICATE);
	g_assert_cmpint(receive(2, 1003), ==, NACK_RECOVERED);
	g_assert_cmpint(receive(2, 1004), ==, NACK_DUPLICATE);
	g_assert_cmpint(receive(0, 1005), ==,
			NACK_RECOVERED); /* from before the first that we saw */
	g_assert_cmpint(receive(65535 - 600, 1005), ==, NACK_DUPLICATE);
	teardown();
}

static void test_asks_again_after_one_and_a_half_round_trips(void)
{
	setup();
	receive(1, 1000);
	receive(5, 1000);
	g_assert_cmpuint(due(1010, 100), ==, 3);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, 1160 * MS);
	g_assert_cmpuint(due(1159, 100), ==, 0);
	g_assert_cmpint(receive(3, 1159), ==, NACK_RECOVERED);
	g_assert_cmpuint(due(1160, 1), ==, 2);
	g_assert_cmpuint(asked[0], ==, 2);
	g_assert_cmpuint(asked[1], ==, 4);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, 1190 * MS); /* of 20 ms at least */
	teardown();
}

static void test_asks_at_most_ten_times(void)
{
	setup();
	receive(1, 1000);
	receive(3, 1000);
	unsigned times = 0;
	for (uint64_t ms = 1000; ms < 4000; ms++)
		times += due(ms, 20) > 0;
	g_assert_cmpuint(times, ==, 10);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 0);
	g_assert_cmpint(receive(2, 4000), ==, NACK_RECOVERED); /* given up is not received */
	teardown();
}

static void test_asks_for_two_seconds_at_most(void)
{
	setup();
	receive(1, 1000);
	receive(3, 1000);
	uint64_t last = 0;
	for (uint64_t ms = 1000; ms < 9000; ms++)
		if (due(ms, 400))
			last = ms;
	g_assert_cmpuint(last, >, 2000);
	g_assert_cmpuint(last, <=, 3000);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 0);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, UINT64_MAX);
	teardown();
}

static void test_what_does_not_fit_is_asked_for_next(void)
{
	setup();
	receive(0, 1000);
	receive(10, 1000);
	g_assert_cmpuint(nack_tracker_due(t, 1010 * MS, 0, asked, 4), ==, 4);
	g_assert_cmpuint(asked[3], ==, 4);
	g_assert_cmpuint(nack_tracker_deadline(t), <=, 1010 * MS);
	g_assert_cmpuint(nack_tracker_due(t, 1010 * MS, 0, asked, 600), ==, 5);
	g_assert_cmpuint(asked[0], ==, 5);
	teardown();
}

static void test_a_jump_forgets_everything(void)
{
	setup();
	receive(0, 1000);
	g_assert_cmpint(receive(512, 1000), ==, NACK_NEW);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 511);
	g_assert_cmpuint(due(1010, 50), ==, 511);
	g_assert_cmpint(receive(512 + 513, 1011), ==, NACK_JUMP);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 0);
	g_assert_cmpuint(nack_tracker_deadline(t), ==, UINT64_MAX);
	g_assert_cmpint(receive(512 + 513, 1012), ==, NACK_DUPLICATE);
	g_assert_cmpint(receive(512 + 514, 1013), ==, NACK_NEW);
	teardown();
}

static void test_what_leaves_the_window_is_no_longer_asked_for(void)
{
	setup();
	receive(0, 1000);
	receive(2, 1000);
	for (unsigned i = 3; i <= 1 + 511; i++)
		receive(i, 1000);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 1);
	receive(1 + 512, 1000);
	g_assert_cmpuint(nack_tracker_missing(t), ==, 0);
	g_assert_cmpint(receive(1, 1000), ==, NACK_DUPLICATE);
	teardown();
}

/* Half of everything lost, for long: bounded, each number asked for is missing, and all that come
 * are told right. */
static void test_heavy_random_loss(void)
{
	static bool came[0x10000];
	setup();
	unsigned n_asked = 0;
	for (unsigned i = 0; i < 60000; i++) {
		uint64_t now_ms = 1000 + i * 5;
		if (i == 0 || g_test_rand_bit()) {
			g_assert_cmpint(receive(i, now_ms), ==, NACK_NEW);
			came[i] = true;
		}
		size_t n = due(now_ms, 40);
		n_asked += n;
		for (size_t k = 0; k < n; k++) {
			g_assert_false(came[asked[k]]);
			g_assert_true(k == 0 || asked[k] > asked[k - 1]);
			if (g_test_rand_bit()) {
				g_assert_cmpint(receive(asked[k], now_ms), ==, NACK_RECOVERED);
				came[asked[k]] = true;
			}
		}
		g_assert_cmpuint(nack_tracker_missing(t), <, 512);
	}
	g_assert_cmpuint(n_asked, >, 30000);
	unsigned lost = 0;
	for (unsigned i = 0; i < 59000; i++)
		lost += !came[i];
	g_assert_cmpuint(lost, <, 100); /* about 30: one in 2^10 of the 30,000 is never answered */
	teardown();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/nack/nothing_missing_nothing_asked", test_nothing_missing_nothing_asked);
	g_test_add_func("/nack/a_gap_is_asked_for_after_ten_ms",
			test_a_gap_is_asked_for_after_ten_ms);
	g_test_add_func("/nack/a_gap_is_asked_for_after_three_packets",
			test_a_gap_is_asked_for_after_three_packets);
	g_test_add_func("/nack/a_burst_is_asked_for_at_once_but_its_end",
			test_a_burst_is_asked_for_at_once_but_its_end);
	g_test_add_func("/nack/reordering_within_the_grace_asks_nothing",
			test_reordering_within_the_grace_asks_nothing);
	g_test_add_func("/nack/duplicates_are_told", test_duplicates_are_told);
	g_test_add_func("/nack/asks_again_after_one_and_a_half_round_trips",
			test_asks_again_after_one_and_a_half_round_trips);
	g_test_add_func("/nack/asks_at_most_ten_times", test_asks_at_most_ten_times);
	g_test_add_func("/nack/asks_for_two_seconds_at_most", test_asks_for_two_seconds_at_most);
	g_test_add_func("/nack/what_does_not_fit_is_asked_for_next",
			test_what_does_not_fit_is_asked_for_next);
	g_test_add_func("/nack/a_jump_forgets_everything", test_a_jump_forgets_everything);
	g_test_add_func("/nack/what_leaves_the_window_is_no_longer_asked_for",
			test_what_leaves_the_window_is_no_longer_asked_for);
	g_test_add_func("/nack/heavy_random_loss", test_heavy_random_loss);
	return g_test_run();
}
