/*
 * Minutes in the store: each save is a version, of which one in each language may be published. And
 * what a draft is made from. Times are Unix milliseconds; callbacks get strings that live until
 * they return.
 */
#pragma once

#include "signaling/store.h"

struct store_minutes {
	const char *language, *author;
	guint64 version; /* from 1 up, in each language */
	gint64 at;
	bool published;
};

/* base: the version that was changed (0: none yet). SIGNALING_ERROR_CONFLICT, which says who saved
 * meanwhile, when it isn't the newest. */
bool store_minutes_add(struct store *store, gint64 meeting, const struct store_minutes *minutes,
		       guint64 base, const char *body, guint64 *ret_version, GError **error);

#define STORE_MINUTES_PUBLISHED 0
#define STORE_MINUTES_NEWEST	G_MAXUINT64
/* version: a number, or one of the above. NOT_FOUND if there is none. */
struct store_minutes_found {
	char *language, *author, *body;
	guint64 version;
	gint64 at;
	bool published;
};
bool store_minutes_find(struct store *store, gint64 meeting, const char *language, guint64 version,
			struct store_minutes_found *ret, GError **error);
void store_minutes_found_clear(struct store_minutes_found *found);

/* This version is the published one of its language, or none is any more. */
bool store_minutes_publish(struct store *store, gint64 meeting, const char *language,
			   guint64 version, bool on, GError **error);
/* Newest first; language NULL: of each language the newest version and, where it is another one,
 * the published one. */
bool store_minutes_versions(struct store *store, gint64 meeting, const char *language,
			    void (*row)(void *user, const struct store_minutes *minutes),
			    void *user, GError **error);

/* ---- For a draft ---- */

/* Everybody who was ever there, in order of joining; with their roles. The name is "" of who was
 * removed from what is kept. */
struct store_attendant {
	const char *name, *organisation, *country;
	enum role role;
};
bool store_minutes_attendants(struct store *store, gint64 meeting,
			      void (*row)(void *user, const struct store_attendant *person),
			      void *user, GError **error);
struct store_said {
	const char *name, *text;
	bool question;
};
bool store_minutes_chat(struct store *store, gint64 meeting,
			void (*row)(void *user, const struct store_said *said), void *user,
			GError **error);
bool store_minutes_attachments(struct store *store, gint64 meeting,
			       void (*row)(void *user, gint64 id, const char *name), void *user,
			       GError **error);
