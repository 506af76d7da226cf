/*
 * Reads a track's file of a recording, block by block, as recordings/track.c wrote it: Matroska
 * with one track of simple blocks. The file may be cut at any byte (it ends there), and hold
 * garbage (it goes on at the next cluster). Nothing of it is believed that isn't checked.
 */
#pragma once

#include "recordings/archive_pulse.h"
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_BLOCK_MAX (16u << 20) /* bytes of a picture */

struct archive_track;

struct archive_block {
	int64_t time_ms; /* on the recording's time line; may go back where there was garbage */
	bool keyframe;
	const uint8_t *data; /* valid until the next call */
	size_t length;
	int64_t place; /* for archive_track_seek */
	int64_t cluster_ms;
};

/* Until nobody writes it any more (recordings/track_file.c). false: somebody still does when the
 * time for that is used up. */
bool archive_track_wait(struct archive_track *track, struct archive_pulse *pulse);

/* Beneath a folder; no symbolic links. NULL: it can't be opened, error set. */
struct archive_track *archive_track_open(int directory, const char *path, GError **error);
/* The same on an open file, which becomes its own. */
struct archive_track *archive_track_new(int fd);
void archive_track_free(struct archive_track *track); /* NULL is allowed */
/* false: the end. */
bool archive_track_next(struct archive_track *track, struct archive_block *ret);
/* Skips the data, which is NULL then: for looking through a file. */
bool archive_track_peek(struct archive_track *track, struct archive_block *ret);
/* To a block that was there before. */
void archive_track_seek(struct archive_track *track, int64_t place, int64_t cluster_ms);
/* How often it had to look for the next cluster. */
unsigned archive_track_damages(const struct archive_track *track);
