/* What the load generator prints for who started it: lines of JSON. */
#pragma once

#include "tests/load/client.h"
#include "tests/load/options.h"

struct measured {
	GPtrArray *viewers; /* struct client */
	GArray *delays;
	unsigned failed, open;
	double seconds, cpu_s;
	double since_join_s; /* from the last handshake's end to now */
};

void report_end(const struct measured *measured);
void report_mix(const struct options *options, const struct publish_options *publish);
