#include "recordings/leveller.h"
#include "recordings/loudness.h"
#include <math.h>

void leveller_init(struct leveller *leveller, unsigned rate)
{
	*leveller = (struct leveller){.gain = 1, .rate = rate};
}

static double wanted_db(const struct leveller *leveller, double floor_lufs, double channel_lufs)
{
	if (floor_lufs <= LOUDNESS_SILENCE || channel_lufs <= LOUDNESS_SILENCE)
		return leveller->db;
	return fmax(-LEVELLER_MAX_DB, fmin(LEVELLER_MAX_DB, floor_lufs - channel_lufs));
}

void leveller_apply(struct leveller *leveller, double floor_lufs, double channel_lufs,
		    float *samples, size_t n)
{
	if (n == 0)
		return;
	double step = LEVELLER_DB_PER_S * (double)n / leveller->rate;
	double difference = wanted_db(leveller, floor_lufs, channel_lufs) - leveller->db;
	double before = leveller->gain;
	leveller->db += fmax(-step, fmin(step, difference));
	leveller->gain = pow(10, leveller->db / 20);
	/* From sample to sample, or each change would be a click. */
	for (size_t i = 0; i < n; i++)
		samples[i] *=
			(float)(before + (leveller->gain - before) * (double)(i + 1) / (double)n);
}
