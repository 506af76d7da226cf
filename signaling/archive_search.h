/* What a search finds of one meeting: at most FOUND_MAX places, and where. Main thread. */
#pragma once

#include "signaling/archive_words.h"
#include "signaling/store.h"
#include <jansson.h>

#define FOUND_MAX 5

struct archive_found; /* by meeting */
/*
 * Looks through titles, agendas, names of attachments and what is indexed. visible has the meetings
 * (gint64 *) that may be found: nothing else is looked at.
 */
struct archive_found *archive_search(struct store *store, const struct archive_words *words,
				     GHashTable *visible, GError **error);
/* PROTOCOL.md's "found"; NULL: nothing was. Borrowed. */
json_t *archive_found_in(const struct archive_found *found, gint64 meeting);
void archive_found_free(struct archive_found *found);
