/*
 * NAME.who beside a track's file: whose is what. A line of JSON for each change, which comes to the
 * disk as the track does, and is written before what it is about:
 *
 *   {"t":61220,"id":"p17","at":184321}
 *
 * From byte `at` of the track on the blocks are p17's (null: nobody knows), the first of them at t,
 * which may still be guessed there (track.c). Where two lines speak of the same place the later one
 * counts. On the recorders' thread.
 */
#pragma once

#include "relay/relay.h"
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct who_file;

/* In the folder of the track of this name, within the current folder. It is made with the first
 * line. */
struct who_file *who_file_new(const char *folder, const char *name);
void who_file_free(struct who_file *file); /* NULL is allowed */
/* Waits for the next flush. source: a peer; 0: not known. */
void who_file_add(struct who_file *file, uint64_t at, uint64_t time_ms, uint32_t source);
/* false: the disk doesn't take it; nothing that is theirs may be written before. */
bool who_file_flush(struct who_file *file);
/* What kept the last flush from being written. */
enum studio_trouble who_file_trouble(const struct who_file *file);
