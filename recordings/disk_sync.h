/*
 * Brings files to the disk every second, and a new one's name, on one thread for all of them: who
 * writes doesn't wait for a slow disk, and knows how far it is behind. Any thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct disk_sync;

/* fd: duplicated. folder: where the file was made, within the current folder; the folders on the
 * way are new, too, maybe, and brought to the disk with it. */
struct disk_sync *disk_sync_add(int fd, const char *folder);
/* Once more, and no longer; the caller goes on. */
void disk_sync_remove(struct disk_sync *sync);
/* Until all that were removed are on the disk: before a process ends. */
void disk_sync_drain(void);
/* How long ago everything that was written by then was on the disk. */
gint64 disk_sync_behind_us(const struct disk_sync *sync);
bool disk_sync_failed(const struct disk_sync *sync); /* the last time */
