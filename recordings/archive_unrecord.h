/*
 * Takes people out of what was recorded: their blocks in every track become nothing (EBML Void, RFC
 * 8794, section 11.3.3, of zeros), in their places, so that all others keep theirs. Of a picture
 * what can't be decoded without them goes, too. A track that was theirs alone is deleted.
 *
 * May be killed at any moment, and begin again: first their bytes are overwritten, then (when that
 * is on the disk) the blocks are called Void, at last NAME.who forgets them. One thread.
 */
#pragma once

#include "recordings/archive_pulse.h"
#include <glib.h>
#include <stdbool.h>

/* That somebody is to be taken out, until they are: in the recording's folder, with their id
 * behind it. Made by the server, removed here. */
#define ARCHIVE_UNRECORD_MARK "removing-"

/* ids: a set of strings. recording: its folder, open. */
bool archive_unrecord(int recording, GHashTable *ids, struct archive_pulse *pulse, GError **error);
/* Those of whom a mark or the index says that they are to go, and their marks with them. */
bool archive_unrecord_marked(int recording, struct archive_pulse *pulse, GError **error);
