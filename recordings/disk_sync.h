/*
 * Brings files to the disk every second, on one thread for all of them: who writes doesn't wait for
 * a slow disk, and knows how far it is behind. Any thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct disk_sync;

struct disk_sync *disk_sync_add(int fd); /* duplicated */
void disk_sync_remove(struct disk_sync *sync);
/* How long ago everything that was written by then was on the disk. */
gint64 disk_sync_behind_us(const struct disk_sync *sync);
bool disk_sync_failed(const struct disk_sync *sync); /* the last time */
