/*
 * A meeting's studio: the process that mixes its programs (recordings/), started when one is wanted
 * and again when it dies, and the relay's peers that join the programs to the room. Without it
 * nothing else is missing: a program is there, or isn't. Main thread; belongs to a meeting.
 *
 *   wanted --process listens--> connected, the relay has it --packets come--> there
 *      ^                                   |                                    |
 *      '-------- the process dies ---------'----- nothing comes for 2 s --------'
 */
#pragma once

#include "relay/relay.h"
#include <glib.h>

struct studio;

struct studio_config {
	const char *folder;	/* of the socket, which is studio-NAME.sock */
	const char *name;	/* of the meeting */
	const char *executable; /* NULL: our own */
	struct relay *relay;
	uint32_t room;
	void *user;
	/* Whether the studio makes the program of this channel (or PROGRAM_FLOOR) now. */
	void (*program)(void *user, uint32_t channel, bool there);
	/* Of its recorded tracks: see studio_tracks.h. */
	char *(*new_part)(void *user);
	void (*recording)(void *user);
};

struct studio *studio_new(const struct studio_config *config);
/* The process ends by itself, and may be found again before that. NULL is allowed. */
void studio_free(struct studio *studio);

struct studio_tracks *studio_tracks(const struct studio *studio);

/* Which programs are listened to, and no others: channel (or PROGRAM_FLOOR) -> its name for the
 * studio, a tag or "floor". */
void studio_want(struct studio *studio, GHashTable *tags);
/* What a listener of the channel should hear; kept for when the program is wanted. */
void studio_set_state(struct studio *studio, uint32_t channel, enum studio_state state);

/* The relay's events; of others' peers they are passed over. */
void studio_peer_state(struct studio *studio, uint32_t peer, enum transport_state state);
void studio_publication(struct studio *studio, const struct publication_state *state);
