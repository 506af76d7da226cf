#include "tests/peer/tones.h"

#include <math.h>

#define WINDOWS_A_SECOND 10
#define QUIETEST	 1e-10 /* -200 dB */

struct tone {
	double coefficient, before, before_that;
};

struct tones {
	unsigned n, length, at; /* of the window */
	double *window;
	struct tone tones[TONES_MAX];
	tones_tell tell;
	void *user;
};

struct tones *tones_new(const unsigned *hz, unsigned n, unsigned rate, tones_tell tell, void *user)
{
	struct tones *tones = g_new0(struct tones, 1);
	*tones = (struct tones){.n = MIN(n, TONES_MAX),
				.length = rate / WINDOWS_A_SECOND,
				.tell = tell,
				.user = user};
	for (unsigned i = 0; i < tones->n; i++)
		tones->tones[i].coefficient = 2 * cos(2 * G_PI * hz[i] / rate);
	tones->window = g_new(double, tones->length);
	for (unsigned i = 0; i < tones->length; i++)
		tones->window[i] = 1 - cos(2 * G_PI * i / tones->length);
	return tones;
}

void tones_free(struct tones *tones)
{
	if (tones == NULL)
		return;
	g_free(tones->window);
	g_free(tones);
}

static double level_of(struct tone *tone, unsigned length)
{
	double power = tone->before * tone->before + tone->before_that * tone->before_that -
		       tone->coefficient * tone->before * tone->before_that;
	tone->before = tone->before_that = 0;
	/* The window's mean is 1, and a sine of amplitude 1 gives half the window's length. */
	return 20 * log10(MAX(2 * sqrt(MAX(power, 0)) / length, QUIETEST));
}

void tones_add(struct tones *tones, const float *samples, size_t n)
{
	double levels[TONES_MAX];
	for (size_t s = 0; s < n; s++) {
		double sample = samples[s] * tones->window[tones->at];
		for (unsigned i = 0; i < tones->n; i++) {
			struct tone *tone = &tones->tones[i];
			double now = sample + tone->coefficient * tone->before - tone->before_that;
			tone->before_that = tone->before;
			tone->before = now;
		}
		if (++tones->at < tones->length)
			continue;
		tones->at = 0;
		for (unsigned i = 0; i < tones->n; i++)
			levels[i] = level_of(&tones->tones[i], tones->length);
		tones->tell(tones->user, levels, tones->n);
	}
}
