/*
 * One recorded track in the studio: its connection's messages become its file, and the server hears
 * what of it is written. On the recorders' thread.
 */
#pragma once

#include "recordings/track_message.h"
#include <glib.h>

struct recorder;

/* Takes the connection, but when it returns NULL. */
struct recorder *recorder_new(int fd, const struct track_hello *hello, GError **error);
/* Brings the file to its end. NULL is allowed. */
void recorder_free(struct recorder *recorder);
/* It is readable. What isn't read waits in the server, which keeps all that isn't written. false:
 * the connection is at its end. */
bool recorder_read(struct recorder *recorder);
/* The disk is full, or broken: it reads nothing until that is over (recorder_tick). */
bool recorder_waits(const struct recorder *recorder);
/* All that has come, before it ends. */
void recorder_read_all(struct recorder *recorder);
/* Some times a second. */
void recorder_tick(struct recorder *recorder);
/* The server was told this of it by somebody else. */
void recorder_told(struct recorder *recorder, enum studio_trouble trouble);
