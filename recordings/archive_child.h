/*
 * A program that works for the archive's job: `ffmpeg`, which holds the codecs that aren't ours to
 * link. No shell; it gets what it reads through a pipe or finds it in files, and ends with the job,
 * however that ends. One thread.
 */
#pragma once

#include "recordings/archive_pulse.h"
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_child;

struct archive_child_config {
	const char *const *argv; /* NULL ends it */
	int folder;		 /* in which it runs, an open directory */
	bool in;		 /* with a pipe to write to */
	uint64_t memory; /* bytes of data that it may have, if this process may have less; 0: as it
			    may */
	/* Beats while it is waited for, as long as it does something: one that hangs is found by
	 * the silence. Kept by the caller; NULL: none. */
	struct archive_pulse *pulse;
};

struct archive_child *archive_child_start(const struct archive_child_config *config,
					  GError **error);
/* All of it; false: it doesn't read any more, and archive_child_end says why. */
bool archive_child_write(struct archive_child *child, const void *data, size_t length);
/* Its input is at its end; waits for it, and frees it. false: it failed, with its last words. */
bool archive_child_end(struct archive_child *child, GError **error);
/* Ends it at once. NULL is allowed. */
void archive_child_kill(struct archive_child *child);
/* Packets of the first stream of a file or a playlist, by ffprobe; format: as it is called there,
 * NULL: it will see. -1: error set. */
int64_t archive_child_packets(const char *format, const char *path, int folder, struct archive_pulse *pulse,
			      GError **error);
/* start and end in one. */
bool archive_child_run(const struct archive_child_config *config, GError **error);
