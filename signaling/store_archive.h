/*
 * The archive in the store: what there is of each meeting, its recordings with what was made of
 * them, its agenda, who took part. Times of recordings are Unix milliseconds. Callbacks get strings
 * that live until they return; they must not ask the store. Main thread.
 */
#pragma once

#include "signaling/store.h"

/* A meeting of which there is something: it has ended, or has a recording, minutes, attachments. */
struct store_archived {
	gint64 id;
	const char *name, *title, *zone, *access;
	const char *floors, *channels; /* tags with spaces between */
	gint64 starts;
	unsigned minutes;
	gint64 when; /* Unix seconds: its last recording, else when it was to begin; 0: unknown */
};
/* The latest first. */
bool store_archived_meetings(struct store *store,
			     void (*row)(void *user, const struct store_archived *meeting),
			     void *user, GError **error);

struct store_take {
	gint64 id, meeting;
	const char *state; /* "recording", "paused", "ended" */
	gint64 begin, ended;
	const char *archive; /* "none", "waiting", "running", "done", "failed" */
	const char *archive_error;
	gint64 duration; /* of the archive, ms */
};
/* All recordings of a meeting, in their order. */
bool store_takes(struct store *store, gint64 meeting,
		 void (*row)(void *user, const struct store_take *take), void *user,
		 GError **error);
/* SIGNALING_ERROR_NOT_FOUND if the meeting has no such recording. *ret's strings are constant. */
bool store_take_find(struct store *store, gint64 meeting, gint64 id, struct store_take *ret,
		     GError **error);
/* The row, and what a search found in it. One that is not there is no error. */
bool store_take_delete(struct store *store, gint64 id, GError **error);
/* What was made of it is to be made again. */
bool store_take_remake(struct store *store, gint64 id, GError **error);

struct store_part {
	unsigned number;
	const char *sharer, *subject;
	unsigned minutes;
	gint64 started; /* Unix ms; 0: it hasn't */
};
bool store_archive_agenda(struct store *store, gint64 meeting,
			  void (*row)(void *user, const struct store_part *part), void *user,
			  GError **error);

/* One for each language: the newest, or the newest that is published. */
struct store_minutes_line {
	const char *language;
	bool published;
	unsigned version;
	gint64 at;
};
bool store_archive_minutes(struct store *store, gint64 meeting, bool published,
			   void (*row)(void *user, const struct store_minutes_line *line),
			   void *user, GError **error);

/* Of people who took part; the countries that they said. */
bool store_archive_countries(struct store *store, gint64 meeting,
			     void (*row)(void *user, const char *country), void *user,
			     GError **error);
/* How many are in the meeting now. */
bool store_archive_present(struct store *store, gint64 meeting, unsigned *ret, GError **error);

/* Whether this person was in this meeting (SIGNALING_ERROR_NOT_FOUND), and is now. */
bool store_archive_person(struct store *store, gint64 meeting, gint64 number, bool *ret_present,
			  GError **error);
/* What they wrote in the chat, and what they said of themselves: the row stays, without a name. */
bool store_archive_forget_person(struct store *store, gint64 meeting, gint64 number,
				 unsigned *ret_lines, GError **error);

bool store_archive_set_access(struct store *store, gint64 meeting, const char *access,
			      gint64 retention_days, GError **error);
/* Meetings of which recordings and attachments are kept for a time that is over, by now (Unix
 * seconds). */
bool store_archive_overdue(struct store *store, gint64 now,
			   void (*row)(void *user, gint64 meeting, const char *name), void *user,
			   GError **error);
