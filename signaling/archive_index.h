/*
 * What a search in the archive finds beside titles and names of attachments: texts, each of a
 * meeting, a kind, and if it was said in a recording, of a time in that. Main thread.
 */
#pragma once

#include "signaling/store.h"
#include <jansson.h>

/* kind: "sharer", "chat", "minutes". recording 0: of none; at: ms of archive time, -1: none. */
bool archive_index_text(struct store *store, gint64 meeting, const char *kind, gint64 recording,
			gint64 at, const char *text, GError **error);
/* Forgets all of a kind that this recording has (0: that no recording has). */
bool archive_index_forget(struct store *store, gint64 meeting, const char *kind, gint64 recording,
			  GError **error);
/* A recording's chapters and chat, from its archive.json; in place of what was known of it. What
 * isn't as it should be is left out. */
bool archive_index_recording(struct store *store, gint64 recording, const json_t *archive,
			     GError **error);
