/*
 * The last hour of the server, for its operator's page: a ring of samples, each of what happened
 * between two readings of the counters. Time and numbers in, JSON out (PROTOCOL.md, section
 * Status): it reads no clock and knows no relay. Main thread.
 */
#pragma once

#include "relay/relay.h"

#define STATUS_INTERVAL_S 5
#define STATUS_SAMPLES	  720 /* an hour */

/* What the server has to show at one moment. */
struct status_reading {
	int64_t now_us; /* Unix time that never goes back */
	unsigned people, viewers;
	uint64_t memory; /* bytes */
	/* Of each worker. */
	const struct counters *const *counters;
	const uint64_t *busy_us;
};

struct status;
/* The first reading is what the first sample counts from. */
struct status *status_new(unsigned workers, const struct status_reading *first);
void status_free(struct status *status); /* NULL is allowed */
/* Adds a sample; the oldest goes. A reading of the same moment as the last one is passed over. */
void status_add(struct status *status, const struct status_reading *reading);
/* Of the last sample: 0 to 1; 0 while there is none. */
double status_busy_share(const struct status *status, unsigned worker);
/* What came after that Unix second. Free it. */
char *status_json(const struct status *status, int64_t since_s);

/* Below which value a share q of the counted ones lies: a straight line within the bucket, and the
 * last bucket's lower end. NAN: nothing was counted. */
double status_quantile(const uint64_t count[static HISTOGRAM_BUCKETS], double q);
