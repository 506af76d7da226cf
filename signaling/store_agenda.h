/* A meeting's agenda: parts, numbered from 1 up, each with who shares and about what. Main thread,
 * and the command line. */
#pragma once

#include "signaling/store.h"

#define AGENDA_PARTS_MAX 50

struct store_part {
	unsigned number;
	const char *sharer, *subject; /* either may be "" */
	unsigned minutes;	      /* planned; 0: not said */
	gint64 started;		      /* Unix ms, the first time; 0: it hasn't */
};

/* In their order; strings live until the callback returns. */
bool store_agenda(struct store *store, gint64 meeting,
		  void (*row)(void *user, const struct store_part *part), void *user,
		  GError **error);
/* All of them anew. Numbers are those of the order; when a part began stays with its number. */
bool store_agenda_set(struct store *store, gint64 meeting, const struct store_part *parts,
		      unsigned n, GError **error);
/* This part runs now (0: none). SIGNALING_ERROR_NOT_FOUND: there is none of this number. */
bool store_agenda_start(struct store *store, gint64 meeting, unsigned number, gint64 at,
			GError **error);
