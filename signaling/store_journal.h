/*
 * What happens in a meeting, written down as it happens, so that a restarted (or killed) server
 * brings the people back. Functions without a result log what SQLite complains about: the meeting
 * goes on without the journal rather than stop. Times are Unix milliseconds. Callbacks get strings
 * that live until they return.
 */
#pragma once

#include "signaling/store.h"

#define SECRET_HASH_SIZE 32 /* SHA-256 of the resume secret */

/* A person in a meeting. The row stays when the person has left (who was there is part of the
 * minutes). */
struct store_person {
	guint32 number; /* the store's; < 2^31; unique over all meetings; the relay's peer id */
	const char *name, *organisation, *country, *speaks;
	enum role role;
	const char *device;   /* "": none */
	const guint8 *secret; /* hash, SECRET_HASH_SIZE bytes; NULL: can't resume */
	bool listen_only;
	unsigned generation; /* of the link that they came with */
	unsigned muted;	     /* bits of enum source, by a host */
	bool unrecorded;     /* an interpreter who doesn't want to be in recordings */
	gint64 joined;
};
bool store_person_add(struct store *store, gint64 meeting, const struct store_person *person,
		      guint32 *ret_number, GError **error);
/* Name, organisation, country, speaks, listen_only, unrecorded. */
void store_person_profile(struct store *store, const struct store_person *person);
void store_person_secret(struct store *store, guint32 number,
			 const guint8 secret[SECRET_HASH_SIZE]);
void store_person_muted(struct store *store, guint32 number, unsigned muted);
void store_person_screen(struct store *store, guint32 number,
			 bool shared);					/* on top of the stack */
void store_person_left(struct store *store, guint32 number, gint64 at); /* and the hand goes down */
/* Those who haven't left, in order of joining. */
bool store_people(struct store *store, gint64 meeting,
		  void (*row)(void *user, const struct store_person *person), void *user,
		  GError **error);

struct store_chat {
	gint64 id;
	guint32 from;
	const char *name, *text; /* the name as it was then */
	gint64 at;
	bool question;
};
bool store_chat_add(struct store *store, gint64 meeting, const struct store_chat *chat,
		    gint64 *ret_id, GError **error);
/* The last `limit`, oldest first. */
bool store_chat_last(struct store *store, gint64 meeting, unsigned limit,
		     void (*row)(void *user, const struct store_chat *chat), void *user,
		     GError **error);

/* Marks a message as a question, or not any more. by: whose it must be; 0: anybody's.
 * SIGNALING_ERROR_NOT_FOUND: this meeting has none of theirs. */
bool store_chat_question(struct store *store, gint64 meeting, gint64 id, guint32 by, bool on,
			 GError **error);

void store_hand_raise(struct store *store, gint64 meeting, guint32 number, gint64 at);
void store_hand_lower(struct store *store, guint32 number);
/* In the order they were raised. */
bool store_hands(struct store *store, gint64 meeting,
		 void (*row)(void *user, guint32 number, gint64 at), void *user, GError **error);

/* Those who share their screen; the last one is shown. */
bool store_screens(struct store *store, gint64 meeting, void (*row)(void *user, guint32 number),
		   void *user, GError **error);

/* The host's choice for the stage; 0: none. */
void store_pin(struct store *store, gint64 meeting, guint32 number);
guint32 store_pinned(struct store *store, gint64 meeting);

/* People who were removed: by device (may be "") and folded name (text_fold). */
struct store_bar {
	gint64 id;
	const char *device, *name, *folded;
	gint64 at;
};
enum barred_by { BARRED_NOT, BARRED_DEVICE, BARRED_NAME };
bool store_bar_add(struct store *store, gint64 meeting, const struct store_bar *bar,
		   GError **error);
bool store_bar_check(struct store *store, gint64 meeting, const char *device, const char *folded,
		     enum barred_by *ret, GError **error);
bool store_bars(struct store *store, gint64 meeting,
		void (*row)(void *user, const struct store_bar *bar), void *user, GError **error);
/* SIGNALING_ERROR_NOT_FOUND if this meeting has no such bar. */
bool store_bar_remove(struct store *store, gint64 meeting, gint64 id, GError **error);
