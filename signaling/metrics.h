/* The Prometheus text format (version 0.0.4) of what the server counts. Main thread. */
#pragma once

#include "relay/relay.h"
#include "signaling/http.h"
#include "signaling/meeting.h"
#include "signaling/status.h"

/* What is shown; all of it outlives whoever has this. */
struct metrics {
	const struct relay *relay;
	const struct meetings *meetings;
	struct http_server *const *server; /* there once it runs */
	const struct status *status;
	gint64 started_us; /* g_get_monotonic_time() at the start */
};

void metrics_text(const struct metrics *metrics, GString *out);
/* One histogram of several workers, with its HELP and TYPE. A name that ends with "_us" is shown in
 * seconds. */
void metrics_histogram(GString *out, enum histogram_of which,
		       const struct counters *const *counters, unsigned workers);
guint64 metrics_memory(void); /* resident bytes of this process; 0: unknown */
