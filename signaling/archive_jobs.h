/*
 * Makes archives of recordings that have ended: one after another, each by a child process
 * (`tongsheng archive FOLDER`), which is of low priority and may die at any moment. The store says
 * what waits, so that a restarted server goes on. Main thread.
 *
 *   waiting --child--> running --exit 0--> done
 *      ^                  |  \--exit 1--> failed (archive_jobs_again: waiting)
 *      +---- killed ------+
 *      +-- EX_TEMPFAIL ---+  (another process has its folder)
 *
 * Killed it is three times. What isn't the recording's fault is tried again, after a pause, for as
 * long as it takes: a child that can't be started, a folder that another process has, a store that
 * can't be written. Meanwhile the others that wait have their turns.
 */
#pragma once

#include "signaling/store_recordings.h"

struct archive_jobs;

/* data: the folder; program: this very executable. finished (may be NULL) is called when an
 * archive is there. The store must outlive them. Begins at once with what waits. */
struct archive_jobs *archive_jobs_new(struct store *store, const char *data, const char *program,
				      void (*finished)(void *user, gint64 recording), void *user);
/* The child is ended; its work is taken up at the next start. NULL is allowed. */
void archive_jobs_free(struct archive_jobs *jobs);

/* Something waits, perhaps. */
void archive_jobs_wake(struct archive_jobs *jobs);
/* Once more, from what is finished: after a failure, or since the recording has changed. False: the
 * store couldn't be written, and all is as it was. */
bool archive_jobs_again(struct archive_jobs *jobs, gint64 recording, GError **error);
/* Its files are about to go or to change: a child that works on it is ended first, and it waits to
 * be made again, as long as the store has it. */
void archive_jobs_forget(struct archive_jobs *jobs, gint64 recording);

/* How far the one is that runs: what it does, and its share of all, 0 to 1. false: it doesn't run.
 * *ret_step lives until the loop goes on. */
bool archive_jobs_progress(const struct archive_jobs *jobs, gint64 recording, const char **ret_step,
			   double *ret_done);
/* How long it waits before it tries again (10 s); for tests. */
void archive_jobs_set_pause(struct archive_jobs *jobs, unsigned ms);
