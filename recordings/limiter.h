/*
 * Keeps the sum of several voices below full scale: what would be louder is turned down before it
 * comes, so the sound comes 5 ms later. Numbers in, numbers out.
 */
#pragma once

#include <stddef.h>

#define LIMITER_AHEAD	240	/* samples: 5 ms of 48 kHz */
#define LIMITER_CEILING 0.891f	/* -1 dBFS: Opus overshoots a little */
#define LIMITER_RELEASE 4800.0f /* samples in which two thirds of it are back */

struct limiter {
	float delay[LIMITER_AHEAD]; /* samples */
	float held[LIMITER_AHEAD];  /* gains, whose mean is applied */
	double sum;		    /* of held */
	size_t at;
	float gain;	/* the newest in held */
	unsigned count; /* samples until it may rise */
};

void limiter_init(struct limiter *limiter);
/* In place; what comes out went in LIMITER_AHEAD samples before. Never above LIMITER_CEILING. */
void limiter_apply(struct limiter *limiter, float *samples, size_t n);
