/*
 * The archive over HTTP: PROTOCOL.md, section HTTP. What there is of meetings that are over, who
 * may see it, its files, attachments, and removing all of that. Main thread; what takes long
 * (removing gigabytes) is done by a thread of GLib's pool.
 */
#pragma once

#include "signaling/config.h"
#include "signaling/http.h"
#include "signaling/meeting.h"
#include "signaling/store.h"
#include "signaling/token.h"
#include <jansson.h>

/* What makes archives of recordings. Functions may be NULL. */
struct archive_maker {
	void *user;
	/* How far it is with a recording that is "running". step lives until the next call. */
	bool (*progress)(void *user, gint64 recording, const char **ret_step, double *ret_done);
	/* Its files are about to go or to change: nothing may write there when this returns. Unless
	 * the recording goes, too, its archive waits to be made again. */
	void (*drop)(void *user, gint64 recording);
	/* A recording waits to be made (again). */
	void (*wake)(void *user);
	/* Somebody asks for this one, which waits. */
	bool (*again)(void *user, gint64 recording, GError **error);
};

struct archive;
/* Finishes what was being removed when the program ended, and removes what is kept too long, now
 * and every hour. All that is given must outlive it. NULL and error if its folders can't be made.
 */
struct archive *archive_new(const struct config *config, struct store *store,
			    const struct token_key *key, struct meetings *meetings, GError **error);
void archive_set_maker(struct archive *archive, const struct archive_maker *maker);
void archive_free(struct archive *archive); /* NULL is allowed */

/* {"command": "record-archive", "name": MEETING, "recording": "12"}: its archive waits to be made
 * again. SIGNALING_ERROR_CONFLICT while it waits, is being made, or is still recorded. */
bool archive_command_again(struct archive *archive, const json_t *request, json_t **ret_reply,
			   GError **error);

#define ARCHIVE_ROUTES 13
/* Fills out (ARCHIVE_ROUTES of them at most) and *n. archive must outlive the routes. They have
 * everything beneath /api/archive/: whoever has a part of that comes before them in the table. */
void archive_routes(struct archive *archive, struct http_route *out, size_t *n);
