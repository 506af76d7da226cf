/*
 * Fetching ahead: a room's receivers are more than a core's cache holds, and each is touched a few
 * times in a frame. Who goes through them in turn asks memory for the next ones' state while it
 * works on this one's.
 */
#pragma once

#include "relay/base/cache_line.h"
#include <stddef.h>

/* Nothing happens but that; the address need not be valid. */
static inline void fetch_ahead(const void *from, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += CACHE_LINE)
		__builtin_prefetch((const char *)from + at, 1);
}
