/* Signalling with Janus: its HTTP API and its VideoRoom plugin. Blocking. Publishers have the feeds
 * 1, 2, ... of room 1, which the benchmark's configuration has. */
#pragma once

#include "tests/peer/client_transport.h"
#include <glib.h>

/* url: "http://127.0.0.1:8088/janus". Returns the answer, or NULL. */
char *janus_publish(const char *url, unsigned feed, const char *offer, GError **error);
/* Receives all that the feeds 1 to n_feeds send. Janus offers here, and this answers; returns the
 * offer, or NULL. */
char *janus_subscribe(const char *url, unsigned n_feeds, const struct client_transport *transport,
		      GError **error);
