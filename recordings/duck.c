#include "recordings/duck.h"
#include <math.h>

void duck_init(struct duck *duck, double low_db, unsigned rate)
{
	float low = (float)pow(10, low_db / 20);
	*duck = (struct duck){
		.low = low,
		.target = 1,
		.gain = 1,
		.down = (1 - low) * 1000 / (float)(DUCK_DOWN_MS * rate),
		.up = (1 - low) * 1000 / (float)(DUCK_UP_MS * rate),
	};
}

void duck_set_speech(struct duck *duck, bool speech)
{
	duck->target = speech ? duck->low : 1;
}

void duck_apply(struct duck *duck, float *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (duck->gain > duck->target)
			duck->gain = fmaxf(duck->gain - duck->down, duck->target);
		else if (duck->gain < duck->target)
			duck->gain = fminf(duck->gain + duck->up, duck->target);
		samples[i] *= duck->gain;
	}
}
