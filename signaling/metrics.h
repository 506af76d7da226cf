/* GET /metrics: the Prometheus text format. Main thread. */
#pragma once

#include "relay/relay.h"
#include "signaling/http.h"
#include "signaling/meeting.h"

/* What is shown; all of it outlives the route. */
struct metrics {
	const struct relay *relay;
	const struct meetings *meetings;
	struct http_server *const *server; /* there once it runs */
	gint64 started_us;		   /* g_get_monotonic_time() at the start */
};

/* user: struct metrics. */
void metrics_handle(void *user, const struct http_request *request, struct http_reply *reply);
