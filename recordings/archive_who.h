/*
 * Reads what who_file.c wrote: from which byte of a track's file on its blocks are whose. A line
 * that makes no sense (the last one may be cut) is skipped. Places never go back; of two lines
 * about the same place the later one counts.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_who {
	GArray *turns; /* struct archive_who_turn */
};

struct archive_who_turn {
	int64_t at, t;
	char *id; /* NULL: nobody knows */
};

void archive_who_init(struct archive_who *who);
void archive_who_clear(struct archive_who *who);
void archive_who_add(struct archive_who *who, const char *line, size_t length);
/* All of a file; one that isn't there has no lines. */
bool archive_who_read(struct archive_who *who, int folder, const char *name, GError **error);
/* NULL: nobody knows. */
const char *archive_who_of(const struct archive_who *who, int64_t place);
/* Whether one of ids (a set) has something between two places. */
bool archive_who_has(const struct archive_who *who, GHashTable *ids, int64_t from, int64_t to);
/* Nobody knows any more what was theirs; in the file's place as a whole. */
bool archive_who_forget(struct archive_who *who, GHashTable *ids, int folder, const char *name,
			GError **error);
