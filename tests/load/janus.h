/* Signalling with Janus: its HTTP API and its VideoRoom plugin. Blocking. The benchmark's
 * configuration has the rooms. */
#pragma once

#include "tests/peer/client_transport.h"
#include <glib.h>

/* url: "http://127.0.0.1:8088/janus". feed: an id in the room, of the caller's choice. Returns the
 * answer, or NULL. */
char *janus_publish(const char *url, unsigned room, unsigned feed, const char *offer,
		    GError **error);

/* The first line of a feed is its sound, the second its picture. */
struct janus_stream {
	unsigned feed;
	bool video;
};
/* Janus offers here, and this answers; returns the offer, or NULL. *ret_asked_us: when it was
 * asked for (CLOCK_REALTIME). */
char *janus_subscribe(const char *url, unsigned room, const struct janus_stream *streams,
		      unsigned n, const struct client_transport *transport, uint64_t *ret_asked_us,
		      GError **error);
