/*
 * The level of the original beneath an interpretation. Numbers in, numbers out: no clock, the
 * samples are the time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define DUCK_DOWN_MS 80	 /* speech ducks within 100 */
#define DUCK_UP_MS   200 /* a ramp, no burst */

struct duck {
	float low;	/* the gain beneath speech */
	float target;	/* low or 1 */
	float gain;	/* now */
	float down, up; /* of a sample */
};

void duck_init(struct duck *duck, double low_db, unsigned rate);
void duck_set_speech(struct duck *duck, bool speech);
void duck_apply(struct duck *duck, float *samples, size_t n);
