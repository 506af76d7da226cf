#include "recordings/loudness.h"
#include <glib.h>
#include <math.h>

#define RATE LOUDNESS_RATE

static void add_tone(struct loudness *l, double hz, double dbfs, double seconds)
{
	float samples[480];
	double amplitude = pow(10, dbfs / 20);
	for (unsigned n = 0; n < seconds * RATE; n += G_N_ELEMENTS(samples)) {
		for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++)
			samples[i] = (float)(amplitude * sin(2 * G_PI * hz * (n + i) / RATE));
		loudness_add(l, samples, G_N_ELEMENTS(samples));
	}
}

static void add_silence(struct loudness *l, double seconds)
{
	add_tone(l, 0, 0, seconds);
}

static double short_term_of(double hz, double dbfs)
{
	struct loudness l;
	loudness_init(&l);
	add_tone(&l, hz, dbfs, 4);
	return loudness_short_term(&l);
}

/* BS.1770-4, annex 1: "a 0 dB FS, 997 Hz sine wave applied to [one] input" reads -3.01 LKFS. */
static void test_reference_tone(void)
{
	g_assert_cmpfloat_with_epsilon(short_term_of(997, 0), -3.01, 0.02);
	g_assert_cmpfloat_with_epsilon(short_term_of(997, -20), -23.01, 0.02);
	g_assert_cmpfloat_with_epsilon(short_term_of(997, -50), -53.01, 0.02);
}

/* The curve, from its filters' formula evaluated apart from this code. */
static void test_weighting(void)
{
	double reference = short_term_of(997, -20);
	g_assert_cmpfloat_with_epsilon(short_term_of(10000, -20) - reference, 3.35, 0.1);
	g_assert_cmpfloat_with_epsilon(short_term_of(100, -20) - reference, -1.82, 0.1);
	g_assert_cmpfloat_with_epsilon(short_term_of(20, -20) - reference, -13.97, 0.2);
}

static void test_silence(void)
{
	struct loudness l;
	loudness_init(&l);
	g_assert_cmpfloat(loudness_short_term(&l), ==, LOUDNESS_SILENCE);
	g_assert_cmpfloat(loudness_of_voice(&l), ==, LOUDNESS_SILENCE);
	add_silence(&l, 5);
	g_assert_cmpfloat(loudness_of_voice(&l), ==, LOUDNESS_SILENCE);
	add_tone(&l, 997, -80, 5); /* below the absolute gate */
	g_assert_cmpfloat(loudness_of_voice(&l), ==, LOUDNESS_SILENCE);
}

static void test_a_voice_is_as_loud_after_a_pause(void)
{
	struct loudness l;
	loudness_init(&l);
	add_tone(&l, 997, -20, 5);
	add_silence(&l, 60);
	g_assert_cmpfloat(loudness_short_term(&l), ==, LOUDNESS_SILENCE);
	g_assert_cmpfloat_with_epsilon(loudness_of_voice(&l), -23.01, 0.3);
}

/* Speaks half of the time, over a room that hums: the hum is no voice (relative gate); what is
 * half of both counts as voice. */
static void test_pauses_do_not_count(void)
{
	struct loudness l;
	loudness_init(&l);
	for (unsigned i = 0; i < 5; i++) {
		add_tone(&l, 997, -20, 1);
		add_tone(&l, 997, -50, 1);
	}
	g_assert_cmpfloat_with_epsilon(loudness_of_voice(&l), -23.01, 1.2);
}

static void test_another_voice_is_measured_anew(void)
{
	struct loudness l;
	loudness_init(&l);
	add_tone(&l, 997, -15, 20);
	add_tone(&l, 997, -35, 10.5);
	g_assert_cmpfloat_with_epsilon(loudness_of_voice(&l), -38.01, 0.1);
}

static void test_what_is_no_number_is_silence(void)
{
	struct loudness l;
	float samples[] = {NAN, INFINITY, -INFINITY};
	loudness_init(&l);
	loudness_add(&l, samples, G_N_ELEMENTS(samples));
	add_tone(&l, 997, -20, 11);
	g_assert_cmpfloat_with_epsilon(loudness_of_voice(&l), -23.01, 0.1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/loudness/reference_tone", test_reference_tone);
	g_test_add_func("/loudness/weighting", test_weighting);
	g_test_add_func("/loudness/silence", test_silence);
	g_test_add_func("/loudness/a_voice_is_as_loud_after_a_pause",
			test_a_voice_is_as_loud_after_a_pause);
	g_test_add_func("/loudness/pauses_do_not_count", test_pauses_do_not_count);
	g_test_add_func("/loudness/another_voice_is_measured_anew",
			test_another_voice_is_measured_anew);
	g_test_add_func("/loudness/what_is_no_number_is_silence",
			test_what_is_no_number_is_silence);
	return g_test_run();
}
