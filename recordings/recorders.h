/*
 * All recorded tracks of a studio, on one thread: a disk that blocks holds up that one, and nothing
 * of what is mixed. Then the sockets fill, and what they don't take waits in the server
 * (relay/room/backlog.h), which keeps everything until it is told to be written. Main thread.
 */
#pragma once

#include "recordings/track_message.h"
#include <glib.h>

struct recorders;

struct recorders *recorders_new(void);
/* Every file gets its end and is on the disk; waits for that. NULL is allowed. */
void recorders_free(struct recorders *recorders);
/* Takes the connection; it is closed when the track can't be recorded. */
void recorders_add(struct recorders *recorders, int fd, const struct track_hello *hello);
unsigned recorders_count(const struct recorders *recorders);
/* Some times a second: says STUDIO_DISK_SLOW for who can't, since the disk holds it up. */
void recorders_watch(struct recorders *recorders);
