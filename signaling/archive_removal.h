/*
 * Removing, so that nothing comes back: what is to go is first renamed (.deleted-NAME.TIME, at
 * once), then taken apart by a thread, since gigabytes take seconds. What a killed program left by
 * such names is finished by the next. Main thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct archive_removal;
struct archive_removal *archive_removal_new(void);
/* At once: what isn't removed yet is for the next start. NULL is allowed. */
void archive_removal_free(struct archive_removal *removal);

/* From now on there is nothing by this name in the folder. What isn't there is gone already. folder
 * must stay open until archive_removal_free. */
bool archive_removal_start(struct archive_removal *removal, int folder, const char *name,
			   GError **error);
/* A power cut doesn't bring back what was started before this. It waits for the disk: once, when
 * all is renamed that goes together. */
void archive_removal_sync(struct archive_removal *removal);
/* That something is being removed which has several parts: until it is unmarked the next start
 * finds this name, too. */
bool archive_removal_mark(struct archive_removal *removal, int folder, const char *name,
			  GError **error);
void archive_removal_unmark(struct archive_removal *removal, int folder, const char *name);
/* What is left of earlier ones: found is told each name (NULL: nobody is), then it is removed. */
void archive_removal_resume(struct archive_removal *removal, int folder,
			    void (*found)(void *user, const char *name), void *user);
/* Until nothing is left to be done; for tests. */
void archive_removal_wait(struct archive_removal *removal);
