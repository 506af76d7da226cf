#include "signaling/quality.h"
#include <glib.h>

static const struct peer_stats good = {.rtt_us = 80000, .loss_up = 2};
static const struct peer_stats fair = {.rtt_us = 400000, .loss_down = 5};
static const struct peer_stats weak = {.rtt_us = 90000, .loss_down = 150};

static void first_measurement_counts_at_once(void)
{
	struct quality quality;
	quality_init(&quality);
	g_assert_cmpint(quality.mark, ==, MARK_UNKNOWN);
	quality_measure(&quality, &fair);
	g_assert_cmpint(quality.mark, ==, MARK_FAIR);
}

static void falls_after_two_and_rises_after_three(void)
{
	struct quality quality;
	quality_init(&quality);
	quality_measure(&quality, &good);
	quality_measure(&quality, &weak);
	g_assert_cmpint(quality.mark, ==, MARK_GOOD);
	quality_measure(&quality, &weak);
	g_assert_cmpint(quality.mark, ==, MARK_WEAK);
	quality_measure(&quality, &good);
	quality_measure(&quality, &good);
	g_assert_cmpint(quality.mark, ==, MARK_WEAK);
	quality_measure(&quality, &good);
	g_assert_cmpint(quality.mark, ==, MARK_GOOD);
}

static void single_outliers_change_nothing(void)
{
	struct quality quality;
	quality_init(&quality);
	quality_measure(&quality, &good);
	for (int i = 0; i < 20; i++) {
		quality_measure(&quality, i % 2 == 0 ? &weak : &good);
		g_assert_cmpint(quality.mark, ==, MARK_GOOD);
	}
}

static void lost_and_found_count_at_once(void)
{
	struct quality quality;
	quality_init(&quality);
	quality_measure(&quality, &good);
	quality_lost(&quality);
	g_assert_cmpint(quality.mark, ==, MARK_LOST);
	quality_measure(&quality, &weak);
	g_assert_cmpint(quality.mark, ==, MARK_WEAK);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/quality/first_measurement_counts_at_once",
			first_measurement_counts_at_once);
	g_test_add_func("/quality/falls_after_two_and_rises_after_three",
			falls_after_two_and_rises_after_three);
	g_test_add_func("/quality/single_outliers_change_nothing", single_outliers_change_nothing);
	g_test_add_func("/quality/lost_and_found_count_at_once", lost_and_found_count_at_once);
	return g_test_run();
}
