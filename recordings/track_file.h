/*
 * The file of a recorded track: what one turn brought is written at once, so that a killed process
 * has lost nothing of what was flushed, and brought to the disk every second (by one thread for all
 * files), so that a power cut loses little. A full disk leaves it as it was before the bytes that
 * didn't fit, which wait for room. May be held up by the disk: on the recorders' thread alone.
 */
#pragma once

#include "relay/relay.h"
#include <glib.h>

struct track_file;

/* A new one: folder/name.mka or .mkv, within the current folder. */
struct track_file *track_file_new(const char *folder, const char *name, bool video, GError **error);
/* One that nothing was written into is gone; else disk_sync_drain says when it is on the disk. NULL
 * is allowed. */
void track_file_free(struct track_file *file);

/* Waits for the next flush. false: too much waits, and this is lost. */
bool track_file_append(struct track_file *file, const uint8_t *data, size_t length);
/* At most 8 bytes over some that were appended; with the next flush, too, after what waits. */
void track_file_patch(struct track_file *file, uint64_t offset, const uint8_t *data, size_t length);
/* Writes what waits. false: the disk doesn't take it, and all goes on waiting. */
bool track_file_flush(struct track_file *file);
/* The same, and all of it is on the disk when it returns, unless the disk is slow: who can do
 * without doesn't wait for that. */
void track_file_settle(struct track_file *file);
/* What keeps it from being written, at the last append or for the last seconds. */
enum studio_trouble track_file_trouble(const struct track_file *file);
