/*
 * Brings a channel to the floor's loudness: it goes to the difference, slowly. Numbers in, numbers
 * out; the samples are the time.
 */
#pragma once

#include <stddef.h>

#define LEVELLER_DB_PER_S 3.0
#define LEVELLER_MAX_DB	  18.0 /* more than that is a fault that shall be heard as one */

struct leveller {
	double db;   /* now */
	double gain; /* the same as a factor, at the end of the last samples */
	unsigned rate;
};

void leveller_init(struct leveller *leveller, unsigned rate);
/* Both as loudness_of_voice has them; one that wasn't heard yet changes nothing. */
void leveller_apply(struct leveller *leveller, double floor_lufs, double channel_lufs,
		    float *samples, size_t n);
