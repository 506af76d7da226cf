/* Recordings, as archive entries: one for each time that somebody began to record, however often
 * it was paused or the server came back. Times are Unix milliseconds. */
#pragma once

#include "signaling/store.h"

enum recording_state { RECORDING_ENDED, RECORDING_ON, RECORDING_PAUSED };

struct store_recording {
	gint64 id;
	enum recording_state state;
	gint64 begin; /* time 0 */
	gint64 ended; /* 0: it hasn't */
	unsigned parts;
};

const char *recording_state_name(enum recording_state state); /* "recording", "paused", "ended" */

bool store_recording_begin(struct store *store, gint64 meeting, gint64 begin, gint64 *ret_id,
			   GError **error);
bool store_recording_set_state(struct store *store, gint64 id, enum recording_state state,
			       gint64 at, GError **error);
/* Another part has begun: its number, from 1 up. */
bool store_recording_next_part(struct store *store, gint64 id, unsigned *ret, GError **error);
/* The one that hasn't ended. *ret_found false: there is none. */
bool store_recording_open(struct store *store, gint64 meeting, struct store_recording *ret,
			  bool *ret_found, GError **error);
/* All of a meeting, in their order. */
bool store_recordings(struct store *store, gint64 meeting,
		      void (*row)(void *user, const struct store_recording *recording), void *user,
		      GError **error);
