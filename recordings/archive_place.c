#include "recordings/archive_place.h"
#include <math.h>
#include <string.h>

#define MEAN_OF	 50.0 /* blocks: a second */
#define STEP_MAX 2    /* samples that a block is made longer or shorter by */
/* The last sample dies away into a gap, so that its end doesn't click: 1 ms for two thirds. */
#define TAIL	 0.98f
#define TAIL_END 1e-5f
#define STEP_OF	 50.0 /* blocks in which what is wrong would be right */

void archive_place_init(struct archive_place *place)
{
	*place = (struct archive_place){.samples = g_array_new(FALSE, FALSE, sizeof(float))};
}

void archive_place_clear(struct archive_place *place)
{
	g_clear_pointer(&place->samples, g_array_unref);
}

int64_t archive_place_left(const struct archive_place *place)
{
	return place->silence + (int64_t)(place->samples->len - place->taken);
}

/* n samples become m, by straight lines between them; the one before joins them to what was. */
static void stretch(struct archive_place *place, const float *samples, size_t n, size_t m)
{
	for (size_t i = 0; i < m; i++) {
		double at = (double)(i + 1) * (double)n / (double)m; /* 0: the one before */
		size_t left = MIN((size_t)at, n);
		float a = left == 0 ? place->last : samples[left - 1];
		float b = samples[MIN(left, n - 1)];
		float value = a + (b - a) * (float)(at - (double)left);
		g_array_append_val(place->samples, value);
	}
}

/* How much longer the block is to be, so that the next one is nearer to its time. */
static int step_of(struct archive_place *place, double error)
{
	place->error += (error - place->error) / MEAN_OF;
	if (fabs(place->error) < ARCHIVE_PLACE_CALM)
		return 0;
	int step = (int)CLAMP(lrint(place->error / STEP_OF), -STEP_MAX, STEP_MAX);
	place->error -= step;
	return step;
}

void archive_place_add(struct archive_place *place, int64_t at, bool exact, const float *samples,
		       size_t n)
{
	int64_t error = at - place->end;
	g_array_set_size(place->samples, 0);
	place->taken = 0;
	bool near = place->placed && !exact && error >= -ARCHIVE_PLACE_NEAR &&
		    error <= ARCHIVE_PLACE_NEAR;
	if (near) {
		size_t m = (size_t)((int64_t)n + step_of(place, (double)error));
		if (m == n)
			g_array_append_vals(place->samples, samples, (guint)n);
		else
			stretch(place, samples, n, m);
	} else {
		/* What of it is there already stays as it is. */
		size_t skip = error < 0 ? MIN((size_t)-error, n) : 0;
		size_t fade = MIN(n - skip, ARCHIVE_PLACE_EDGE);
		if (skip == n)
			return;
		float before = error > 0 ? 0 : place->last;
		place->error = 0;
		place->silence = MAX(error, 0);
		g_array_append_vals(place->samples, samples + skip, (guint)(n - skip));
		float *out = (float *)(void *)place->samples->data;
		for (size_t i = 0; i < fade; i++)
			out[i] = before + (out[i] - before) * (float)(i + 1) / (float)(fade + 1);
	}
	place->placed = true;
	if (place->samples->len > 0)
		place->last = g_array_index(place->samples, float, place->samples->len - 1);
	place->end += archive_place_left(place);
}

size_t archive_place_take(struct archive_place *place, float *out, size_t n)
{
	size_t silent = (size_t)MIN(place->silence, (int64_t)n);
	for (size_t i = 0; i < silent; i++) {
		place->tail = fabsf(place->tail) > TAIL_END ? place->tail * TAIL : 0;
		out[i] = place->tail;
	}
	place->silence -= (int64_t)silent;
	size_t sound = MIN(n - silent, place->samples->len - place->taken);
	if (sound > 0)
		memcpy(out + silent, (float *)(void *)place->samples->data + place->taken,
		       sound * sizeof *out);
	place->taken += sound;
	if (sound > 0)
		place->tail = out[silent + sound - 1];
	return silent + sound;
}
