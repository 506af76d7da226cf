/*
 * Reads index.jsonl: what happened in a meeting while it was recorded. A line that makes no sense
 * (the last one may be cut anywhere) is skipped and counted; a type that isn't known, or a field
 * of another kind, is left. Texts are the people's own and UTF-8, nothing else is sure about them.
 */
#pragma once

#include "recordings/archive_time.h"
#include <stddef.h>

#define ARCHIVE_INDEX_LINE_MAX	(1 << 20) /* bytes; a longer one is skipped */
#define ARCHIVE_INDEX_LINES_MAX 2000000
#define ARCHIVE_INDEX_T_MAX	(INT64_C(31) * 24 * 3600 * 1000) /* no meeting lasts a month */

struct archive_person {
	char *id, *name, *organisation, *country;
};

enum archive_event_kind {
	ARCHIVE_STAGE,	  /* who: on the stage */
	ARCHIVE_SCREEN,	  /* who: shares a screen */
	ARCHIVE_AIR,	  /* who is on air in channel */
	ARCHIVE_SILENT,	  /* channel: on */
	ARCHIVE_FLOOR,	  /* channel: the language that the floor speaks */
	ARCHIVE_SPEAKING, /* people: those who speak */
};

struct archive_event {
	enum archive_event_kind kind;
	int64_t t;
	char *who;     /* NULL: nobody */
	char *channel; /* NULL: not known */
	bool on;
	char **people; /* of ARCHIVE_SPEAKING, else NULL */
};

struct archive_chat {
	int64_t t, id;
	char *from, *name, *text;
	bool question;
};

struct archive_chapter {
	int64_t t, number; /* number 0: none runs from here on */
	char *sharer, *subject;
};

struct archive_index {
	char *meeting, *title; /* may be NULL */
	int64_t begin_ms;      /* since 1970; 0: not known */
	GArray *marks;	       /* struct archive_mark */
	GArray *events;	       /* struct archive_event */
	GArray *chat;	       /* struct archive_chat */
	GArray *chapters;      /* struct archive_chapter */
	GHashTable *people;    /* id -> struct archive_person */
	GHashTable *removed;   /* ids of people who are taken out of the recording; a set */
	int64_t last;	       /* t of the newest line; lines never go back in it */
	unsigned lines, skipped;
	char *checksum; /* of the whole file; NULL: there is none */
};

struct archive_index *archive_index_new(void);
void archive_index_free(struct archive_index *index); /* NULL is allowed */
void archive_index_add(struct archive_index *index, const char *line, size_t length);
/* All of a file. A missing one is an empty index; false: it can't be read. */
bool archive_index_read(struct archive_index *index, int directory, GError **error);
/* NULL: nobody has said who that is. */
const struct archive_person *archive_index_person(const struct archive_index *index,
						  const char *id);
