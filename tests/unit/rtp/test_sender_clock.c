#include "relay/base/clock.h"
#include "relay/rtp/sender_clock.h"
#include <glib.h>

#define NTP_EPOCH_US (UINT64_C(3900000000) * US_PER_SEC) /* some time in 2023, since 1900 */

static void test_ntp_and_microseconds_convert_exactly(void)
{
	g_assert_cmphex(ntp_from_us(1500000), ==, 0x180000000);
	g_assert_cmpuint(ntp_to_us(0x0000000140000000), ==, 1250000);
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t us = NTP_EPOCH_US + (uint64_t)g_test_rand_int_range(0, G_MAXINT32);
		g_assert_cmpuint(ntp_to_us(ntp_from_us(us)), ==, us);
	}
	g_assert_cmpuint(ntp_to_us(UINT64_MAX), ==, (UINT64_C(1) << 32) * US_PER_SEC);
}

static void test_no_report_no_time(void)
{
	struct sender_clock c;
	uint64_t local = 5;
	sender_clock_init(&c);
	g_assert_false(sender_clock_to_local(&c, ntp_from_us(NTP_EPOCH_US), &local));
	sender_clock_report(&c, 0, 1000); /* a sender without a clock */
	g_assert_false(sender_clock_to_local(&c, ntp_from_us(NTP_EPOCH_US), &local));
	sender_clock_report(&c, ntp_from_us(NTP_EPOCH_US), 1000);
	g_assert_false(sender_clock_to_local(&c, ntp_from_us(NTP_EPOCH_US - 2000),
					     &local)); /* before our clock began */
	g_assert_cmpuint(local, ==, 5);
}

static void test_the_least_delay_counts(void)
{
	struct sender_clock c;
	uint64_t local;
	sender_clock_init(&c);
	static const unsigned delays_ms[] = {80, 30, 200, 45};
	for (unsigned i = 0; i < G_N_ELEMENTS(delays_ms); i++)
		sender_clock_report(&c, ntp_from_us(NTP_EPOCH_US + i * US_PER_SEC),
				    (i + 10) * US_PER_SEC + delays_ms[i] * US_PER_MS);
	g_assert_true(
		sender_clock_to_local(&c, ntp_from_us(NTP_EPOCH_US + 7 * US_PER_SEC), &local));
	g_assert_cmpuint(local, ==, 17 * US_PER_SEC + 30 * US_PER_MS);
}

/*
 * 3.5 h of reports every second or so over a network of 20 ms and up to 40 ms of queue; the
 * sender's crystal is off by ppm. Truth + 20 ms is what the clock can know: it stays within 8 ms of
 * that all the time.
 */
static void drift(int ppm)
{
	struct sender_clock c;
	int64_t worst_us = 0;
	uint64_t local, last = 0;
	sender_clock_init(&c);
	for (uint64_t t = US_PER_SEC; t < 12600 * US_PER_SEC;
	     t += (uint64_t)g_test_rand_int_range(500000, 1500000)) {
		int64_t theirs = (int64_t)NTP_EPOCH_US + (int64_t)t + (int64_t)t * ppm / 1000000;
		/* Queues are short most of the time: the square of an even distribution. */
		double queue = g_test_rand_double();
		sender_clock_report(&c, ntp_from_us((uint64_t)theirs),
				    t + 20000 + (uint64_t)(queue * queue * 40000));
		g_assert_true(sender_clock_to_local(&c, ntp_from_us((uint64_t)theirs), &local));
		g_assert_cmpuint(local, >, last); /* time doesn't go back */
		last = local;
		if (t > 60 * US_PER_SEC)
			worst_us = MAX(worst_us, ABS((int64_t)local - (int64_t)(t + 20000)));
	}
	g_test_message("%d ppm: at most %d us off", ppm, (int)worst_us);
	g_assert_cmpint(worst_us, <, 8000);
}

static void test_drift_is_followed_for_hours(void)
{
	drift(0);
	drift(50);
	drift(-50);
}

static void test_a_longer_way_is_taken_over_slowly(void)
{
	struct sender_clock c;
	uint64_t local;
	sender_clock_init(&c);
	for (unsigned i = 0; i < 1200; i++) {
		uint64_t delay_ms = i < 60 ? 20 : 120;
		sender_clock_report(&c, ntp_from_us(NTP_EPOCH_US + i * US_PER_SEC),
				    (i + 10) * US_PER_SEC + delay_ms * US_PER_MS);
		g_assert_true(sender_clock_to_local(&c, ntp_from_us(NTP_EPOCH_US), &local));
		if (i == 80)
			g_assert_cmpuint(local, <, 10 * US_PER_SEC + 27 * US_PER_MS);
	}
	g_assert_cmpuint(local, ==, 10 * US_PER_SEC + 120 * US_PER_MS);
}

static void test_a_clock_that_was_set_is_taken_over(void)
{
	struct sender_clock c;
	uint64_t local;
	for (int direction = -1; direction <= 1; direction += 2) {
		sender_clock_init(&c);
		for (unsigned i = 0; i < 60; i++) {
			int64_t step = i < 30 ? 0 : direction * 3600 * (int64_t)US_PER_SEC;
			sender_clock_report(
				&c, ntp_from_us(NTP_EPOCH_US + i * US_PER_SEC + (uint64_t)step),
				(i + 10000) * US_PER_SEC);
		}
		uint64_t now = NTP_EPOCH_US + (uint64_t)(direction * 3600 * (int64_t)US_PER_SEC);
		g_assert_true(sender_clock_to_local(&c, ntp_from_us(now), &local));
		g_assert_cmpuint(local, ==, 10000 * US_PER_SEC);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sender_clock/ntp_and_microseconds_convert_exactly",
			test_ntp_and_microseconds_convert_exactly);
	g_test_add_func("/sender_clock/no_report_no_time", test_no_report_no_time);
	g_test_add_func("/sender_clock/the_least_delay_counts", test_the_least_delay_counts);
	g_test_add_func("/sender_clock/drift_is_followed_for_hours",
			test_drift_is_followed_for_hours);
	g_test_add_func("/sender_clock/a_longer_way_is_taken_over_slowly",
			test_a_longer_way_is_taken_over_slowly);
	g_test_add_func("/sender_clock/a_clock_that_was_set_is_taken_over",
			test_a_clock_that_was_set_is_taken_over);
	return g_test_run();
}
