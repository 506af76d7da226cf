/*
 * Puts decoded sound where its time says, and keeps it whole: blocks that follow each other are
 * joined sample by sample, though their times (milliseconds, from reports that jitter) never fit
 * exactly. What a sender's clock is off by is followed slowly, by two samples of 960 at most, which
 * no ear notices; what is further off than jitter goes where it belongs at once. Numbers in,
 * numbers out; sample counts are of 48 kHz.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_PLACE_RATE 48000
#define ARCHIVE_PLACE_NEAR (ARCHIVE_PLACE_RATE * 15 / 1000) /* jitter; beyond it is a gap */
#define ARCHIVE_PLACE_CALM (ARCHIVE_PLACE_RATE / 1000)	    /* left as it is */
#define ARCHIVE_PLACE_EDGE 120				    /* samples of a fade */

struct archive_place {
	int64_t end;	 /* the sample behind what was added */
	int64_t silence; /* samples of it before what is in samples */
	GArray *samples; /* float */
	size_t taken;	 /* of samples */
	double error;	 /* mean, in samples; > 0: blocks are later than where they were put */
	float last, tail;
	bool placed; /* there was one */
};

void archive_place_init(struct archive_place *place);
void archive_place_clear(struct archive_place *place);
/*
 * A block that begins at sample `at`. exact: it follows on something else (another file, another
 * piece), so nothing is assumed about what was before it. Only when archive_place_left is 0.
 */
void archive_place_add(struct archive_place *place, int64_t at, bool exact, const float *samples,
		       size_t n);
/* What can be taken, silence included. */
int64_t archive_place_left(const struct archive_place *place);
/* As many as there are, up to n; returns how many. */
size_t archive_place_take(struct archive_place *place, float *out, size_t n);
