/*
 * One recorded track in the studio: its connection's messages become its file, and the server hears
 * what of it is written. Main thread.
 */
#pragma once

#include "recordings/track_message.h"
#include <glib.h>

struct recorder;

/* fd: the connection; stays the caller's. */
struct recorder *recorder_new(int fd, const struct track_hello *hello, GError **error);
/* Brings the file to its end. NULL is allowed. */
void recorder_free(struct recorder *recorder);
void recorder_receive(struct recorder *recorder, const uint8_t *data, size_t length);
/* After some messages: says how far it is. */
void recorder_tell(struct recorder *recorder);
