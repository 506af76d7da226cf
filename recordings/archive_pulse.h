/*
 * What the job says while something long goes on, so that whoever started it knows that it lives;
 * and how long it waits for those who still write a track. One thread.
 */
#pragma once

#include <glib.h>

#define ARCHIVE_PULSE_MS 10000 /* between two words */
#define ARCHIVE_LOCKS_MS 30000 /* for all tracks together: they are closed at the same time */

struct archive_pulse {
	void (*say)(void *user);
	void *user;
	unsigned every_ms;
	unsigned locks_ms; /* that are left */
	gint64 said_us;	   /* monotonic; the last word */
};

/* Something goes on; says so if nothing was said for every_ms. NULL is allowed. */
void archive_pulse_beat(struct archive_pulse *pulse);
/* Something else was said. */
void archive_pulse_said(struct archive_pulse *pulse);
