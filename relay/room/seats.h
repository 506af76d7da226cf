/*
 * Who holds the stage and who sits in the voice seats (DESIGN, section 2): voices and times in, ids
 * out.
 *
 * Seat 0 follows the stage. Seats 1 and 2 are sticky: a voice that begins takes a free or silent
 * seat at once, a clearly louder one displaces the quieter of two that speak. Who leaves the stage
 * takes the quieter seat.
 *
 * Embedded by value in a room; its thread only.
 */
#pragma once

#include "relay/room/description.h"
#include "relay/room/speaker.h"

struct seats {
	uint32_t stage, previous; /* 0: nobody */
	uint32_t seat[VOICE_SEATS];
	uint32_t fourth; /* whom the holder of a seat hears in its own place */
	/* Private. */
	uint32_t pinned, challenger;
	uint64_t challenged_us;
	uint64_t seated_us[VOICE_SEATS];
};

/* The host's choice; 0: whoever dominates. Takes effect with the next update. */
void seats_pin(struct seats *seats, uint32_t peer);
/* Left the meeting. */
void seats_remove(struct seats *seats, uint32_t peer);
/* Can't be heard any more (muted, microphone gone), but may hold the stage. */
void seats_silence(struct seats *seats, uint32_t peer);
/* voices: ranked as by speakers_rank. true: something in the public part changed. */
bool seats_update(struct seats *seats, const struct voice *voices, unsigned n, uint32_t dominant,
		  uint64_t now_us);
