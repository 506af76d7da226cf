/*
 * Attachments of meetings in the store. What they hold is kept once, however often it was attached,
 * in a file that is named by its SHA-256. Times are Unix milliseconds. Main thread.
 */
#pragma once

#include "signaling/store.h"

struct store_attachment {
	gint64 id;
	const char *name, *type;
	gint64 bytes;
	const char *sha256;
	unsigned part;	    /* of the agenda; 0: none */
	gint64 participant; /* 0: by a link of the secretariat or a host */
	const char *by;
	gint64 at;
};
bool store_attachment_add(struct store *store, gint64 meeting,
			  const struct store_attachment *attachment, gint64 *ret_id,
			  GError **error);
/* In their order. The callback's strings live until it returns; it must not ask the store. */
bool store_attachments(struct store *store, gint64 meeting,
		       void (*row)(void *user, const struct store_attachment *attachment),
		       void *user, GError **error);
/* Of all meetings: for a search. */
bool store_attachments_all(struct store *store,
			   void (*row)(void *user, gint64 meeting, const char *name), void *user,
			   GError **error);
bool store_attachment_delete(struct store *store, gint64 id, GError **error);
/* Whether any attachment has this content. On an error: yes, so that nothing is removed. */
bool store_attachment_used(struct store *store, const char *sha256);
/* How many attachments a meeting has. */
bool store_attachment_count(struct store *store, gint64 meeting, unsigned *ret, GError **error);
