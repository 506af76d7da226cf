/*
 * Threads that signal, since signalling blocks and people join at the same time. A client is lent
 * to them by joiner_add and comes back by joiner_take; in between nobody else touches it.
 */
#pragma once

#include "tests/load/client.h"

struct joiner;

struct joiner *joiner_new(unsigned threads);
/* Waits for what is under way. */
void joiner_free(struct joiner *joiner);
/* user comes back with it. */
void joiner_add(struct joiner *joiner, struct client *client, void *user);
/* Readable when one is back. */
int joiner_fd(const struct joiner *joiner);
/* All that are back, each by a call. */
void joiner_take(struct joiner *joiner, void (*each)(void *context, void *user), void *context);
