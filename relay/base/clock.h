/*
 * Time of the media plane: microseconds of CLOCK_MONOTONIC in a uint64_t, always named ..._us and
 * always an argument. Only room/worker.c reads the clock, once for each pass of its loop.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#define US_PER_MS  UINT64_C(1000)
#define US_PER_SEC UINT64_C(1000000)

static inline uint64_t clock_now_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * US_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}
