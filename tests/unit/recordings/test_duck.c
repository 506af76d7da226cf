#include "recordings/duck.h"
#include <glib.h>
#include <math.h>

#define RATE 48000
#define MS   (RATE / 1000)

/* A steady signal for so long; returns the last sample. */
static float pass(struct duck *duck, unsigned ms)
{
	float sample = 1;
	for (unsigned i = 0; i < ms * MS; i++) {
		sample = 1;
		duck_apply(duck, &sample, 1);
	}
	return sample;
}

static void test_in_full_until_somebody_speaks(void)
{
	struct duck duck;
	duck_init(&duck, -20, RATE);
	g_assert_cmpfloat(pass(&duck, 100), ==, 1);
	duck_set_speech(&duck, false);
	g_assert_cmpfloat(pass(&duck, 100), ==, 1);
}

static void test_speech_ducks_within_100_ms(void)
{
	struct duck duck;
	duck_init(&duck, -20, RATE);
	duck_set_speech(&duck, true);
	g_assert_cmpfloat_with_epsilon(pass(&duck, 100), 0.1f, 1e-5f);
	g_assert_cmpfloat_with_epsilon(pass(&duck, 1000), 0.1f, 1e-5f);
}

static void test_comes_up_by_a_ramp_of_200_ms(void)
{
	struct duck duck;
	duck_init(&duck, -20, RATE);
	duck_set_speech(&duck, true);
	pass(&duck, 100);
	duck_set_speech(&duck, false);
	g_assert_cmpfloat_with_epsilon(pass(&duck, 100), 0.55f, 0.01f);
	g_assert_cmpfloat(pass(&duck, 90), <, 0.99f);
	g_assert_cmpfloat(pass(&duck, 11), ==, 1);
}

static void test_no_sample_jumps(void)
{
	struct duck duck;
	float last = 1;
	duck_init(&duck, -20, RATE);
	for (unsigned i = 0; i < RATE; i++) {
		float sample = 1;
		/* Back and forth, and in the middle of a ramp, too. */
		duck_set_speech(&duck, i / (37 * MS) % 2);
		duck_apply(&duck, &sample, 1);
		g_assert_cmpfloat(fabsf(sample - last), <, 0.9f / (79 * MS));
		g_assert_cmpfloat(sample, >=, 0.0999f);
		last = sample;
	}
}

static void test_to_silence(void)
{
	struct duck duck;
	duck_init(&duck, -INFINITY, RATE);
	duck_set_speech(&duck, true);
	g_assert_cmpfloat(pass(&duck, 100), ==, 0);
	duck_set_speech(&duck, false);
	g_assert_cmpfloat(pass(&duck, 201), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/duck/in_full_until_somebody_speaks", test_in_full_until_somebody_speaks);
	g_test_add_func("/duck/speech_ducks_within_100_ms", test_speech_ducks_within_100_ms);
	g_test_add_func("/duck/comes_up_by_a_ramp_of_200_ms", test_comes_up_by_a_ramp_of_200_ms);
	g_test_add_func("/duck/no_sample_jumps", test_no_sample_jumps);
	g_test_add_func("/duck/to_silence", test_to_silence);
	return g_test_run();
}
