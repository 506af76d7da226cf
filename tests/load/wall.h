/* The clock by which the kernel stamps datagrams. */
#pragma once

#include "relay/base/clock.h"

static inline uint64_t wall_now_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * US_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}
