/*
 * What an archive is to hold: made of a recording's index and files, before anything is decoded.
 * Each part has a stamp of all that it depends on, so that a job knows what it needn't make again.
 */
#pragma once

#include "recordings/archive_files.h"
#include "recordings/archive_index.h"

struct archive_program_plan {
	char *id;			      /* "floor", or the channel's tag */
	char *language;			      /* NULL: not known, or several */
	const struct archive_source *channel; /* NULL: the floor's */
	GArray *silent;			      /* struct archive_span on t */
	GArray *alone;			      /* struct archive_span on the archive's time line */
	char *stamp;
};

struct archive_picture_plan {
	char *id; /* "stage", "screen", "sign-TAG": a folder's name, too */
	const struct archive_source *source;
	GArray *shown; /* struct archive_span; never empty */
	char *stamp;
};

struct archive_plan {
	struct archive_index *index;
	struct archive_files files;
	struct archive_time time;
	GPtrArray *programs; /* struct archive_program_plan; the floor is the first */
	GPtrArray
		*pictures; /* struct archive_picture_plan; the stage is the first, if it is there */
	char *stamp;	   /* of everything */
};

/* directory: the recording's, open. NULL: error set. */
struct archive_plan *archive_plan_new(int directory, struct archive_pulse *pulse, GError **error);
void archive_plan_free(struct archive_plan *plan); /* NULL is allowed */
/* NULL: it isn't there. */
const struct archive_picture_plan *archive_plan_picture(const struct archive_plan *plan,
							const char *id);
