#include "relay/base/clock.h"
#include "relay/rtp/receive_stats.h"
#include <glib.h>

static struct receive_stats s;
static struct rtcp_report_block block;

static void packet(unsigned sequence, uint64_t arrival_us)
{
	receive_stats_packet(&s, (uint16_t)sequence, (uint32_t)(sequence * 3000), 1000, arrival_us);
}

static void report(uint64_t now_us)
{
	receive_stats_report(&s, 42, now_us, &block);
	g_assert_cmpuint(block.ssrc, ==, 42);
}

static void test_nothing_received(void)
{
	receive_stats_init(&s, 90000);
	report(1000);
	g_assert_cmpuint(block.highest_sequence, ==, 0);
	g_assert_cmpint(block.cumulative_lost, ==, 0);
	g_assert_cmpuint(block.last_sr, ==, 0);
	g_assert_cmpuint(block.delay_since_sr, ==, 0);
}

static void test_loss_is_counted_by_interval_and_in_all(void)
{
	receive_stats_init(&s, 90000);
	for (unsigned i = 0; i < 100; i++)
		if (i % 4 != 3)
			packet(65500 + i, i * 33333);
	packet(65600, 100 * 33333);
	report(4000000);
	g_assert_cmpint(block.cumulative_lost, ==, 25);
	g_assert_cmpuint(block.fraction_lost, ==, 25 * 256 / 101);
	g_assert_cmphex(block.highest_sequence, ==, 65600);
	g_assert_cmpuint(s.bytes, ==, 76000);
	for (unsigned i = 101; i < 200; i++)
		packet(65500 + i, i * 33333);
	report(8000000);
	g_assert_cmpint(block.cumulative_lost, ==, 25);
	g_assert_cmpuint(block.fraction_lost, ==, 0);
	report(8000001); /* an interval without packets */
	g_assert_cmpuint(block.fraction_lost, ==, 0);
}

static void test_reordering_over_the_wrap_is_no_loss(void)
{
	receive_stats_init(&s, 90000);
	packet(65534, 0);
	packet(0, 1);
	packet(65535, 2);
	packet(1, 3);
	report(4);
	g_assert_cmpint(block.cumulative_lost, ==, 0);
	g_assert_cmphex(block.highest_sequence, ==, 0x10001);
}

static void test_duplicates_make_the_loss_negative(void)
{
	receive_stats_init(&s, 90000);
	packet(1, 0);
	packet(1, 1);
	packet(1, 2);
	report(3);
	g_assert_cmpint(block.cumulative_lost, ==, -2);
	g_assert_cmpuint(block.fraction_lost, ==, 0);
}

static void test_all_of_an_interval_lost_but_one(void)
{
	receive_stats_init(&s, 90000);
	packet(0, 0);
	report(1);
	packet(30000, 2);
	report(3);
	g_assert_cmpuint(block.fraction_lost, ==, 255);
}

static void test_even_arrival_has_no_jitter(void)
{
	receive_stats_init(&s, 90000);
	for (unsigned i = 0; i < 1000; i++)
		packet(i, UINT64_C(40) * 86400 * US_PER_SEC + i * UINT64_C(100000) / 3);
	report(0);
	g_assert_cmpuint(block.jitter, <=, 1); /* rounding */
}

static void test_jitter_nears_the_mean_difference(void)
{
	receive_stats_init(&s, 90000);
	for (unsigned i = 0; i < 1000; i++) /* 10 ms = 900 ticks, to and fro */
		packet(i, i * UINT64_C(100000) / 3 + (i & 1) * 10000);
	report(0);
	g_assert_cmpuint(block.jitter, >, 895);
	g_assert_cmpuint(block.jitter, <=, 901);
}

static void test_sender_reports_are_given_back(void)
{
	receive_stats_init(&s, 48000);
	receive_stats_sender_report(&s, 0x1122334455667788, 5 * US_PER_SEC);
	report(5 * US_PER_SEC + 1500000);
	g_assert_cmphex(block.last_sr, ==, 0x33445566);
	g_assert_cmpuint(block.delay_since_sr, ==, 65536 * 3 / 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/receive_stats/nothing_received", test_nothing_received);
	g_test_add_func("/receive_stats/loss_is_counted_by_interval_and_in_all",
			test_loss_is_counted_by_interval_and_in_all);
	g_test_add_func("/receive_stats/reordering_over_the_wrap_is_no_loss",
			test_reordering_over_the_wrap_is_no_loss);
	g_test_add_func("/receive_stats/duplicates_make_the_loss_negative",
			test_duplicates_make_the_loss_negative);
	g_test_add_func("/receive_stats/all_of_an_interval_lost_but_one",
			test_all_of_an_interval_lost_but_one);
	g_test_add_func("/receive_stats/even_arrival_has_no_jitter",
			test_even_arrival_has_no_jitter);
	g_test_add_func("/receive_stats/jitter_nears_the_mean_difference",
			test_jitter_nears_the_mean_difference);
	g_test_add_func("/receive_stats/sender_reports_are_given_back",
			test_sender_reports_are_given_back);
	return g_test_run();
}
