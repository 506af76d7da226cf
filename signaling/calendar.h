/* A meeting for calendars: iCalendar (RFC 5545). Leaf. */
#pragma once

#include "signaling/store.h"

/* One event, in UTC; link goes into it as URL, NULL: none. now: Unix seconds. Needs a start (else
 * NULL). Free it. */
char *calendar_event(const struct store_meeting *meeting, const char *host, const char *link,
		     gint64 now);
