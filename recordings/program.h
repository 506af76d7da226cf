/*
 * One program: what a listener of a language should hear, as one Opus stream.
 *
 *   voice/0..2, screen sound            channel
 *   RTP -> jitter buffer -> decoder     the same
 *              |                           |
 *            mixer, ducked              brought to the floor's loudness
 *              '------> mixer <------------'
 *                         |
 *            limiter -> Opus encoder -> RTP
 *
 * From a packet to the program's about 130 ms: 50 in the jitter buffer, 30 in the decoder (FEC
 * looks at the next packet), 10 in each mixer, 5 in the limiter, 20 for a frame of Opus, and 6.5
 * that its encoder looks ahead. What the relay forwards comes as unevenly as its sender's network
 * brings it; 50 ms hold what a listener's own buffer usually does. What is later counts as lost,
 * and is made up for by in-band FEC or concealment.
 *
 * GStreamer's threads do the work. All functions are to be called from one thread.
 */
#pragma once

#include "recordings/studio_message.h"
#include <glib.h>

struct program;

struct program_events {
	void *user;
	/* A packet of it. Called on a thread of GStreamer's; not after program_free. */
	void (*packet)(void *user, const uint8_t *data, size_t length);
	/* It can't go on. Called from the main context; free it. */
	void (*failed)(void *user, const char *why);
};

#define PROGRAM_DUCK_DB (-20.0)

struct program *program_new(const struct program_events *events, double duck_db, GError **error);
void program_free(struct program *program); /* NULL is allowed */
/* A packet that studio_message_parse has passed; copied. */
void program_receive(struct program *program, enum studio_slot slot, const uint8_t *rtp,
		     size_t length);
void program_set_state(struct program *program, enum studio_state state);
