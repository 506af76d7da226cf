#include "recordings/limiter.h"
#include <math.h>

void limiter_init(struct limiter *limiter)
{
	*limiter = (struct limiter){.gain = 1, .sum = LIMITER_AHEAD};
	for (size_t i = 0; i < LIMITER_AHEAD; i++)
		limiter->held[i] = 1;
}

/*
 * The gain that a sample needs is held from when it comes in until it leaves, so every one in the
 * mean that it leaves with is as low as it needs; and a mean over 5 ms has no edge that clicks.
 */
static void follow(struct limiter *l, float sample)
{
	float peak = fabsf(sample);
	if (peak > LIMITER_CEILING) {
		l->gain = fminf(l->gain, LIMITER_CEILING / peak);
		l->count = LIMITER_AHEAD;
	} else if (l->count > 0) {
		l->count--;
	} else {
		l->gain += (1 - l->gain) / LIMITER_RELEASE;
	}
}

void limiter_apply(struct limiter *l, float *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float in = isfinite(samples[i]) ? samples[i] : 0;
		follow(l, in);
		l->sum += (double)l->gain - (double)l->held[l->at];
		l->held[l->at] = l->gain;
		float out = l->delay[l->at] * (float)(l->sum / LIMITER_AHEAD);
		l->delay[l->at] = in;
		l->at = (l->at + 1) % LIMITER_AHEAD;
		/* The sum of rounded numbers may be a hair too large. */
		samples[i] = fmaxf(-LIMITER_CEILING, fminf(LIMITER_CEILING, out));
	}
}
