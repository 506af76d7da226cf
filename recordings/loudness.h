/*
 * How loud something is to an ear: ITU-R BS.1770-4 (K-weighting, gates), of one channel of 48 kHz,
 * in LUFS as EBU R 128 and EBU Tech 3341 say. Numbers in, numbers out.
 */
#pragma once

#include <stddef.h>

#define LOUDNESS_RATE	    48000
#define LOUDNESS_BLOCK	    (LOUDNESS_RATE / 10) /* 100 ms: a momentary block is four of them */
#define LOUDNESS_MOMENTARY  4
#define LOUDNESS_SHORT_TERM 30
#define LOUDNESS_REMEMBERED 100	    /* momentary blocks above the absolute gate: 10 s of sound */
#define LOUDNESS_SILENCE    (-70.0) /* the absolute gate, and what silence is said to be */

struct biquad {
	double b0, b1, b2, a1, a2;
	double z1, z2;
};

struct loudness {
	struct biquad shelf, highpass;
	double sum; /* of squares in the block that is being filled */
	size_t filled;
	/* Mean squares: of the last blocks of 100 ms; of the last momentary ones that were heard.
	 */
	double blocks[LOUDNESS_SHORT_TERM];
	double heard[LOUDNESS_REMEMBERED];
	unsigned n_blocks, n_heard; /* that there ever were */
};

void loudness_init(struct loudness *loudness);
void loudness_add(struct loudness *loudness, const float *samples, size_t n);
/* The last 3 s, pauses and all (EBU Tech 3341, section 2.2). */
double loudness_short_term(const struct loudness *loudness);
/*
 * The last 10 s in which there was something to hear, by both gates of BS.1770: how loud a voice is
 * while it speaks. LOUDNESS_SILENCE: nothing was heard yet.
 */
double loudness_of_voice(const struct loudness *loudness);
