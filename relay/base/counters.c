#include "relay/base/counters.h"
#include <assert.h>

static const struct {
	const char *name, *help;
} counters[COUNTER_COUNT] = {
#define X(symbol, name, help) [COUNTER_##symbol] = {name, help},
	COUNTERS(X)
#undef X
};

static const struct {
	const char *name, *help;
} gauges[GAUGE_COUNT] = {
#define X(symbol, name, help) [GAUGE_##symbol] = {name, help},
	GAUGES(X)
#undef X
};

static const struct {
	const char *name, *help;
} histograms[HISTOGRAM_COUNT] = {
#define X(symbol, name, help) [HISTOGRAM_##symbol] = {name, help},
	HISTOGRAMS(X)
#undef X
};

const char *counter_name(enum counter which)
{
	assert(which < COUNTER_COUNT);
	return counters[which].name;
}

const char *counter_help(enum counter which)
{
	assert(which < COUNTER_COUNT);
	return counters[which].help;
}

const char *gauge_name(enum gauge which)
{
	assert(which < GAUGE_COUNT);
	return gauges[which].name;
}

const char *gauge_help(enum gauge which)
{
	assert(which < GAUGE_COUNT);
	return gauges[which].help;
}

const char *histogram_name(enum histogram_of which)
{
	assert(which < HISTOGRAM_COUNT);
	return histograms[which].name;
}

const char *histogram_help(enum histogram_of which)
{
	assert(which < HISTOGRAM_COUNT);
	return histograms[which].help;
}
