#include "recordings/leveller.h"
#include "recordings/loudness.h"
#include <glib.h>
#include <math.h>

#define RATE 48000

/* 10 ms at a time, of ones; returns the last sample. */
static float pass(struct leveller *leveller, double floor_lufs, double channel_lufs, double seconds)
{
	float samples[480] = {0};
	for (unsigned n = 0; n < seconds * 100; n++) {
		for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++)
			samples[i] = 1;
		leveller_apply(leveller, floor_lufs, channel_lufs, samples, G_N_ELEMENTS(samples));
	}
	return samples[G_N_ELEMENTS(samples) - 1];
}

static double db(float gain)
{
	return 20 * log10((double)gain);
}

static void test_goes_to_the_difference_slowly(void)
{
	struct leveller leveller;
	leveller_init(&leveller, RATE);
	g_assert_cmpfloat_with_epsilon(db(pass(&leveller, -23, -32, 1)), 3, 0.05);
	g_assert_cmpfloat_with_epsilon(db(pass(&leveller, -23, -32, 3)), 9, 0.05);
	g_assert_cmpfloat_with_epsilon(db(pass(&leveller, -23, -20, 10)), -3, 0.05);
}

static void test_changes_nothing_before_both_were_heard(void)
{
	struct leveller leveller;
	leveller_init(&leveller, RATE);
	g_assert_cmpfloat(pass(&leveller, LOUDNESS_SILENCE, -32, 5), ==, 1);
	g_assert_cmpfloat(pass(&leveller, -23, LOUDNESS_SILENCE, 5), ==, 1);
}

static void test_has_bounds(void)
{
	struct leveller leveller;
	leveller_init(&leveller, RATE);
	g_assert_cmpfloat_with_epsilon(db(pass(&leveller, -10, -60, 60)), LEVELLER_MAX_DB, 0.05);
	g_assert_cmpfloat_with_epsilon(db(pass(&leveller, -60, -10, 60)), -LEVELLER_MAX_DB, 0.05);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/leveller/goes_to_the_difference_slowly",
			test_goes_to_the_difference_slowly);
	g_test_add_func("/leveller/changes_nothing_before_both_were_heard",
			test_changes_nothing_before_both_were_heard);
	g_test_add_func("/leveller/has_bounds", test_has_bounds);
	return g_test_run();
}
