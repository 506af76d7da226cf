/*
 * The store: SQLite in DATA/tongsheng.db (WAL, foreign keys, busy timeout). Main thread of the
 * server, and the command line beside a running server. Each change of the schema is a numbered
 * migration in store_migrations.c.
 */
#pragma once

#include "signaling/error.h"
#include "signaling/role.h"

struct store;
struct store *store_open(const char *data_folder,
			 GError **error); /* makes folder and file, migrates */
void store_close(struct store *store);
/* What was written so far outlives a power cut from here on; without it that takes some time. */
void store_flush(struct store *store);

#define MEETING_MINUTES_DEFAULT 120

struct store_meeting {
	gint64 id;
	char *name, *title;
	gint64 starts; /* Unix seconds; 0: any time */
	char *zone;    /* IANA; "" unknown */
	unsigned minutes;
	char **floors, **channels;    /* BCP 47; never NULL */
	char *state;		      /* "planned", "open", "ended" */
	char *venue;		      /* "" none */
	char *access;		      /* of its archive: "public", "alliance", "secretariat" */
	bool auto_record, own_tracks; /* begin by itself; each participant's tracks, too */
	unsigned retention_days;      /* of its archive; 0: for ever */
	unsigned part;		      /* of the agenda, that runs now; 0: none */
	gint64 made; /* Unix seconds: an older token is of an earlier meeting of the name */
	unsigned generation[ROLE_COUNT]; /* of links; a token of an older one is refused */
};
void store_meeting_clear(struct store_meeting *meeting);
bool store_meeting_create(struct store *store, const struct store_meeting *meeting, gint64 *ret_id,
			  GError **error);
bool store_meeting_find(struct store *store, const char *name, struct store_meeting *ret,
			GError **error);
/* That there is none of this name: the error, and false. */
bool store_meeting_missing(const char *name, GError **error);
/* All that somebody may plan: title to channels, venue to retention_days. */
bool store_meeting_update(struct store *store, const struct store_meeting *meeting, GError **error);
/* With all that there is of it in the store. */
bool store_meeting_delete(struct store *store, gint64 id, GError **error);
/* "ended": so are its people and recordings, whoever says it. */
bool store_meeting_set_state(struct store *store, gint64 id, const char *state, GError **error);
bool store_meeting_set_languages(struct store *store, gint64 id, char **floors, char **channels,
				 GError **error);
/* Calls row for each meeting, in order of start. */
bool store_meeting_list(struct store *store,
			void (*row)(void *user, const struct store_meeting *meeting), void *user,
			GError **error);
bool store_meeting_next_generation(struct store *store, gint64 id, enum role role, unsigned *ret,
				   GError **error);
/* Of links that are good for all meetings. */
bool store_general_generation(struct store *store, enum role role, unsigned *ret, GError **error);
bool store_general_next_generation(struct store *store, enum role role, unsigned *ret,
				   GError **error);
bool store_meeting_name_valid(const char *name); /* [a-z0-9-]{1,64} */
/* Participants, chat, hands, bars, stage and mutes are in store_journal.h (what brings a meeting
 * back after a restart). */
