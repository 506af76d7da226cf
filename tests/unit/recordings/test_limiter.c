#include "recordings/limiter.h"
#include <glib.h>
#include <math.h>

static void test_lets_through_what_fits_5_ms_later(void)
{
	struct limiter limiter;
	float samples[1000], in[1000];
	limiter_init(&limiter);
	for (unsigned i = 0; i < G_N_ELEMENTS(in); i++)
		samples[i] = in[i] = 0.8f * sinf((float)i / 7);
	limiter_apply(&limiter, samples, G_N_ELEMENTS(samples));
	for (unsigned i = 0; i < LIMITER_AHEAD; i++)
		g_assert_cmpfloat(samples[i], ==, 0);
	for (unsigned i = LIMITER_AHEAD; i < G_N_ELEMENTS(in); i++)
		g_assert_cmpfloat_with_epsilon(samples[i], in[i - LIMITER_AHEAD], 1e-6f);
}

/* Without the last clamp's help: what is loud is turned down, not cut. */
static void test_turns_down_what_is_too_loud(void)
{
	struct limiter limiter;
	unsigned at_ceiling = 0;
	limiter_init(&limiter);
	for (unsigned i = 0; i < 48000; i++) {
		float sample = 3 * sinf((float)(2 * G_PI) * 1000 * (float)i / 48000);
		limiter_apply(&limiter, &sample, 1);
		g_assert_cmpfloat(fabsf(sample), <=, LIMITER_CEILING);
		at_ceiling += i > 4800 && fabsf(sample) > LIMITER_CEILING * 0.999f;
	}
	/* A sine is at its peak twice in a period, for about one sample; a cut one for thirty. */
	g_assert_cmpuint(at_ceiling, <, 48000 / 48 * 8);
	g_assert_cmpuint(at_ceiling, >, 100);
}

static void test_a_single_peak_and_back(void)
{
	struct limiter limiter;
	float sample = 0;
	limiter_init(&limiter);
	for (unsigned i = 0; i < 96000; i++) {
		sample = i == 1000 ? 10 : 0.5f;
		limiter_apply(&limiter, &sample, 1);
		g_assert_cmpfloat(sample, <=, LIMITER_CEILING);
		if (i == 1000 + LIMITER_AHEAD)
			g_assert_cmpfloat_with_epsilon(sample, LIMITER_CEILING, 1e-4f);
	}
	g_assert_cmpfloat_with_epsilon(sample, 0.5f, 1e-3f);
}

static void test_what_is_no_number_is_silence(void)
{
	struct limiter limiter;
	limiter_init(&limiter);
	for (unsigned i = 0; i < 2000; i++) {
		float sample = i == 5 ? NAN : i == 6 ? INFINITY : 0.5f;
		limiter_apply(&limiter, &sample, 1);
		g_assert_true(isfinite(sample));
		if (i > 1000)
			g_assert_cmpfloat_with_epsilon(sample, 0.5f, 1e-6f);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/limiter/lets_through_what_fits_5_ms_later",
			test_lets_through_what_fits_5_ms_later);
	g_test_add_func("/limiter/turns_down_what_is_too_loud", test_turns_down_what_is_too_loud);
	g_test_add_func("/limiter/a_single_peak_and_back", test_a_single_peak_and_back);
	g_test_add_func("/limiter/what_is_no_number_is_silence", test_what_is_no_number_is_silence);
	return g_test_run();
}
