/* Recordings, as archive entries: one for each time that somebody began to record, however often
 * it was paused or the server came back. Times are Unix milliseconds. */
#pragma once

#include "signaling/store.h"

/* What was made of one that has ended. */
enum archive_state {
	ARCHIVE_NONE, /* it hasn't ended */
	ARCHIVE_WAITING,
	ARCHIVE_RUNNING,
	ARCHIVE_DONE,
	ARCHIVE_FAILED
};

enum recording_state { RECORDING_ENDED, RECORDING_ON, RECORDING_PAUSED };

struct store_recording {
	gint64 id;
	enum recording_state state;
	gint64 begin; /* time 0 */
	gint64 ended; /* 0: it hasn't */
	unsigned parts;
	enum archive_state archive;
	const char *archive_error; /* of store_recordings alone: lives until its callback returns */
	gint64 duration;	   /* ms, of a finished archive */
};

const char *recording_state_name(enum recording_state state); /* "recording", "paused", "ended" */

const char *archive_state_name(enum archive_state state); /* "none", "waiting", ... */

bool store_recording_begin(struct store *store, gint64 meeting, gint64 begin, gint64 *ret_id,
			   GError **error);
bool store_recording_set_state(struct store *store, gint64 id, enum recording_state state,
			       gint64 at, GError **error);
/* It ended though nobody meant it to: the next may begin by itself. */
bool store_recording_left(struct store *store, gint64 id, GError **error);
/* Of those that have ended since `from` (Unix ms): whether there are any, and whether somebody has
 * ended one by hand since `declined_from`, which is later. */
bool store_recordings_past(struct store *store, gint64 meeting, gint64 from, gint64 declined_from,
			   bool *ret_any, bool *ret_declined, GError **error);
/* Another part has begun: its number, from 1 up. */
bool store_recording_next_part(struct store *store, gint64 id, unsigned *ret, GError **error);
/* The one that hasn't ended. *ret_found false: there is none. */
bool store_recording_open(struct store *store, gint64 meeting, struct store_recording *ret,
			  bool *ret_found, GError **error);
/* All of a meeting, in their order. */
bool store_recordings(struct store *store, gint64 meeting,
		      void (*row)(void *user, const struct store_recording *recording), void *user,
		      GError **error);

/* words: why it failed. duration: ms, of a finished one. */
bool store_recording_set_archive(struct store *store, gint64 id, enum archive_state state,
				 const char *words, gint64 duration, GError **error);
/* The oldest whose archive waits to be made, of those behind `after` first; 0: none. */
bool store_recording_waiting(struct store *store, gint64 after, gint64 *ret_id, GError **error);
/* After a restart: what ran waits again, and so does what an older program left. */
bool store_recordings_resume(struct store *store, GError **error);
