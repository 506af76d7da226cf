/*
 * Looks through a recording's folder: which tracks there are, in which files, and when each has
 * something. Reads every file once, decodes nothing. One thread.
 */
#pragma once

#include "recordings/archive_pulse.h"
#include "recordings/archive_time.h"
#include <glib.h>

enum archive_source_kind {
	ARCHIVE_SOURCE_STAGE,
	ARCHIVE_SOURCE_SCREEN,
	ARCHIVE_SOURCE_SIGN,  /* channel-picture-TAG */
	ARCHIVE_SOURCE_FLOOR, /* a voice, or screen sound */
	ARCHIVE_SOURCE_CHANNEL,
};

/* Where a picture may be decoded from. */
struct archive_key {
	guint frame; /* its number among all frames */
	guint file;
	int64_t place, cluster_ms; /* archive_track_seek */
};

struct archive_source {
	enum archive_source_kind kind;
	char *name;	  /* "stage", "channel-fr" */
	const char *tag;  /* within name: of a channel or a sign language; else NULL */
	GPtrArray *files; /* paths within the recording's folder, in order; NULL ends them */
	GArray *frames;	  /* of a picture: int64_t, t of each */
	GArray *keys;	  /* struct archive_key */
	char *stamp;	  /* another one: the files were changed */
};

struct archive_files {
	GPtrArray *sources;  /* struct archive_source, ordered by kind and name */
	GArray *recorded;    /* struct archive_span: of each file */
	GPtrArray *troubles; /* lines about files that are damaged or can't be read */
};

void archive_files_read(struct archive_files *files, int directory, struct archive_pulse *pulse);
void archive_files_clear(struct archive_files *files);
bool archive_source_is_picture(const struct archive_source *source);
