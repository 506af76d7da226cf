/*
 * What whoever runs the server watches: GET /metrics, GET /api/status and the history behind it,
 * and the rule of who may: requests from this very machine (but not behind a proxy) or from
 * `metrics-from`, unless they are forwarded, and tokens of a role that may "watch". Main thread.
 */
#pragma once

#include "relay/relay.h"
#include "signaling/config.h"
#include "signaling/http.h"
#include "signaling/meeting.h"

struct watch;
/* From now on the history is kept. All of it, and *server, which comes later, must outlive watch.
 */
struct watch *watch_new(const struct config *config, const struct relay *relay,
			const struct meetings *meetings, struct http_server *const *server);
void watch_free(struct watch *watch); /* NULL is allowed */

#define WATCH_ROUTES 2
/* Fills out (WATCH_ROUTES of them at most) and *n. watch must outlive the routes. */
void watch_routes(struct watch *watch, struct http_route *out, size_t *n);
