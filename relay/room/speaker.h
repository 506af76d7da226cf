/*
 * Who speaks, from audio levels (RFC 6464) alone: levels and times in, ids out.
 *
 * The dominant speaker is found by the method of Volfin and Cohen ("Dominant speaker identification
 * for multipoint videoconferencing", 2013): each voice gets a score for how likely it is speech
 * over an immediate, a medium and a long interval, and a challenger must beat the dominant speaker
 * in all three. A cough is loud in the first, short in the second and nothing in the third.
 *
 * Owned by a room; its thread only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct speakers;

/* One voice as the policy of seats sees it. */
struct voice {
	uint32_t id;
	bool speaking;	   /* up within 2 frames, down after 1 s without speech */
	float loudness;	   /* dBov, smoothed over speech: 0 loudest, -127 silence */
	uint64_t since_us; /* speaking: when it began */
	uint64_t last_us;  /* last heard */
};

#define SPEAKER_SILENCE 127 /* RFC 6464: -127 dBov */
/* For a packet that carries no level but is too long for comfort noise: active speech after ITU-T
 * P.56 is about this. */
#define SPEAKER_UNKNOWN 26

struct speakers *speakers_new(void);
void speakers_free(struct speakers *speakers);

/* One packet's level, 0 (loudest) to 127. true: this voice has just begun to speak. */
bool speakers_level(struct speakers *speakers, uint32_t id, uint8_t level, uint64_t now_us);
void speakers_remove(struct speakers *speakers, uint32_t id);

/* NULL: never heard. Valid until the next call. */
const struct voice *speakers_voice(const struct speakers *speakers, uint32_t id);

/* Decides; call about every 100 ms. true: the dominant speaker or the set of speaking voices
 * changed. */
bool speakers_tick(struct speakers *speakers, uint64_t now_us);
uint32_t speakers_dominant(const struct speakers *speakers); /* 0: nobody yet */
/* Voices that ever spoke: speaking ones by loudness, then silent ones, last heard first. Returns
 * how many. */
unsigned speakers_rank(const struct speakers *speakers, struct voice *out, unsigned max);
