/*
 * The archive's job: recordings/ID becomes recordings/ID/archive, step by step, each of which is
 * kept when it is finished, so that a killed job goes on where it was. The steps' files
 * (archive_make_*.c) share this. One thread; the codecs' work is done by children.
 */
#pragma once

#include "recordings/archive_plan.h"
#include "recordings/archive_pulse.h"
#include "recordings/archive_steps.h"

struct archive_job {
	int recording;		  /* its folder */
	int folder;		  /* the archive's */
	int work;		  /* archive/work: what isn't finished; gone at the end */
	int64_t recording_number; /* as the folder is called; 0: it isn't a number */
	unsigned threads;
	unsigned chunk_segments; /* what a killed job loses of a picture at most */
	struct archive_plan *plan;
	struct archive_steps *steps;
	/* What is to be done, in seconds of work or so, and what is. */
	double all, before, step;
	char told[64];
	struct archive_pulse pulse; /* tells it again */
	char *missing;		    /* a file that there is none of, and why; NULL: all are there */
};

#define ARCHIVE_JOB_ERROR (archive_job_error_quark())
GQuark archive_job_error_quark(void);
enum { ARCHIVE_JOB_ERROR_LOCKED /* another process works on this recording */ };

/* threads: of children that use more than one; chunk_s: a multiple of a segment. NULL: error set.
 */
struct archive_job *archive_job_new(const char *path, unsigned threads, unsigned chunk_s,
				    GError **error);
void archive_job_free(struct archive_job *job); /* NULL is allowed */
bool archive_job_run(struct archive_job *job, GError **error);

/* --- for the steps --- */

/* done: 0..1 of the step; a line on stdout, if it is news. */
void archive_job_progress(struct archive_job *job, const char *step, double done);

bool archive_make_program(struct archive_job *job, const struct archive_program_plan *program,
			  GError **error);
bool archive_make_rendition(struct archive_job *job, const struct archive_program_plan *program,
			    GError **error);
/* Chunk n of a picture. */
bool archive_make_chunk(struct archive_job *job, const struct archive_picture_plan *picture,
			guint n, GError **error);
guint archive_chunks(const struct archive_job *job);
bool archive_make_playlists(struct archive_job *job, GError **error);
/* name: "meeting.mkv" or "meeting.mp4". */
bool archive_make_file(struct archive_job *job, const char *name, GError **error);
bool archive_make_thumbnails(struct archive_job *job, GError **error);
bool archive_make_texts(struct archive_job *job, GError **error);  /* *.vtt */
bool archive_make_report(struct archive_job *job, GError **error); /* archive.json */
