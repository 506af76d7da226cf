/*
 * What of an archive is finished: steps.json in its folder, a stamp of what each step was made
 * from. A step whose stamp is another one is made anew; one that was interrupted has no stamp. And
 * files that are there whole, or not at all. One thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct archive_steps;

/* folder: the archive's, open, kept by the caller. What can't be read there is nothing. */
struct archive_steps *archive_steps_new(int folder);
void archive_steps_free(struct archive_steps *steps); /* NULL is allowed */
bool archive_steps_have(const struct archive_steps *steps, const char *name, const char *stamp);
/* From now on it may have made something: its stamp fits nothing. */
bool archive_steps_begin(struct archive_steps *steps, const char *name, GError **error);
/* What it made is on the disk, then. */
bool archive_steps_done(struct archive_steps *steps, const char *name, const char *stamp,
			GError **error);
/* Those that keep says no to are forgotten: true if there were any. */
bool archive_steps_forget(struct archive_steps *steps,
			  bool (*keep)(void *user, const char *name, const char *stamp),
			  void *user);

/* Replaces the file as a whole. */
bool archive_file_write(int folder, const char *name, const char *data, size_t length,
			GError **error);
/* A file or a folder with all that is in it; one that isn't there is fine. */
void archive_file_remove(int folder, const char *name);
/* An empty folder beneath another, open; -1: error set. */
int archive_folder_new(int folder, const char *name, GError **error);
/* One that may be there; -1: error set. */
int archive_folder_open(int folder, const char *name, GError **error);
/* What is there goes; across folders of the same archive. */
bool archive_file_move(int from_folder, const char *from, int to_folder, const char *to,
		       GError **error);
