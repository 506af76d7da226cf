#include "recordings/loudness.h"
#include <math.h>
#include <stdbool.h>

#define RELATIVE_GATE 10.0 /* below the mean of what passed the absolute one */

/* BS.1770-4, annex 1, tables 1 and 2: the head's shelf, and the low end that ears hear less of. */
static const struct biquad shelf = {1.53512485958697,
				    -2.69169618940638,
				    1.19839281085285,
				    -1.69065929318241,
				    0.73248077421585,
				    0,
				    0};
static const struct biquad highpass = {1, -2, 1, -1.99004745483398, 0.99007225036621, 0, 0};

static double filter(struct biquad *f, double in)
{
	double out = f->b0 * in + f->z1;
	f->z1 = f->b1 * in - f->a1 * out + f->z2;
	f->z2 = f->b2 * in - f->a2 * out;
	return out;
}

/* Silence would let the filters' state shrink into numbers that processors are slow with. */
static void flush_denormal(struct biquad *f)
{
	if (fabs(f->z1) < 1e-20)
		f->z1 = 0;
	if (fabs(f->z2) < 1e-20)
		f->z2 = 0;
}

static double to_lufs(double mean_square)
{
	double lufs = mean_square > 0 ? -0.691 + 10 * log10(mean_square) : LOUDNESS_SILENCE;
	return fmax(lufs, LOUDNESS_SILENCE);
}

static double from_lufs(double lufs)
{
	return pow(10, (lufs + 0.691) / 10);
}

void loudness_init(struct loudness *loudness)
{
	*loudness = (struct loudness){.shelf = shelf, .highpass = highpass};
}

static double mean_of_last(const struct loudness *l, unsigned n)
{
	double sum = 0;
	for (unsigned i = 1; i <= n; i++)
		if (i <= l->n_blocks)
			sum += l->blocks[(l->n_blocks - i) % LOUDNESS_SHORT_TERM];
	return sum / n;
}

static void end_block(struct loudness *l)
{
	l->blocks[l->n_blocks++ % LOUDNESS_SHORT_TERM] = l->sum / LOUDNESS_BLOCK;
	l->sum = 0;
	l->filled = 0;
	flush_denormal(&l->shelf);
	flush_denormal(&l->highpass);
	if (l->n_blocks < LOUDNESS_MOMENTARY)
		return;
	double momentary = mean_of_last(l, LOUDNESS_MOMENTARY);
	if (to_lufs(momentary) > LOUDNESS_SILENCE)
		l->heard[l->n_heard++ % LOUDNESS_REMEMBERED] = momentary;
}

void loudness_add(struct loudness *l, const float *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double x = isfinite(samples[i]) ? (double)samples[i] : 0;
		double y = filter(&l->highpass, filter(&l->shelf, x));
		l->sum += y * y;
		if (++l->filled == LOUDNESS_BLOCK)
			end_block(l);
	}
}

double loudness_short_term(const struct loudness *l)
{
	return to_lufs(mean_of_last(l, LOUDNESS_SHORT_TERM));
}

static double mean_above(const struct loudness *l, double gate)
{
	unsigned filled = l->n_heard < LOUDNESS_REMEMBERED ? l->n_heard : LOUDNESS_REMEMBERED;
	unsigned n = 0;
	double sum = 0;
	for (unsigned i = 0; i < filled; i++) {
		if (l->heard[i] <= gate)
			continue;
		sum += l->heard[i];
		n++;
	}
	return n ? sum / n : 0;
}

double loudness_of_voice(const struct loudness *l)
{
	double mean = mean_above(l, 0);
	if (mean <= 0)
		return LOUDNESS_SILENCE;
	return to_lufs(mean_above(l, from_lufs(to_lufs(mean) - RELATIVE_GATE)));
}
