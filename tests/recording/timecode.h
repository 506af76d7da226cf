/*
 * The time in a sound and in a picture: after encoding, forwarding, recording and decoding it still
 * says when each was taken. Time goes in slots of 20 ms; a code names one of TIMECODE_SLOTS, so it
 * is certain to half of those (41 s). Numbers in, samples and pixels out, and back.
 *
 * Sound: in each slot three tones, of 16 each in a band of its own.
 * Picture: 4 x 4 fields, black or white: 12 bits, and 4 that check them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMECODE_SLOT_US 20000
#define TIMECODE_SLOTS	 4096
#define TIMECODE_RATE	 48000
#define TIMECODE_SAMPLES (TIMECODE_RATE / 50)
#define TIMECODE_WIDTH	 320
#define TIMECODE_HEIGHT	 180

/* Whose time it is: each source's code is moved by so many slots, of which the block's time knows
 * nothing. */
#define TIMECODE_SOURCES     12
#define TIMECODE_SOURCE_SLOT (TIMECODE_SLOTS / TIMECODE_SOURCES)

/* Of source's sound or picture that was taken then. */
unsigned timecode_at(unsigned source, uint64_t taken_us);
/* The source of a code, and when it was taken: the time that is nearest to about_us. */
unsigned timecode_source(unsigned code, uint64_t about_us, uint64_t *ret_taken_us);

void timecode_sound(unsigned code, int16_t samples[static TIMECODE_SAMPLES]);
/* A decoded packet's samples, mono, behind its codec's delay of 2.5 ms. false: it is no code. */
bool timecode_of_sound(const float samples[static TIMECODE_SAMPLES], unsigned *ret_code);

/* Luma alone, width bytes a row. */
void timecode_picture(unsigned code, uint8_t *luma);
bool timecode_of_picture(const uint8_t *luma, size_t stride, unsigned width, unsigned height,
			 unsigned *ret_code);
