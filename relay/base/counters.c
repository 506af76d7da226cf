#include "relay/base/counters.h"
#include <assert.h>

static const struct {
	const char *name, *help;
} counters[COUNTER_COUNT] = {
#define X(symbol, name, help) [COUNTER_##symbol] = {name, help},
	COUNTERS(X)
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
