/* Who is due next, of some thousand: a binary heap by time. Owns nothing; one thread. */
#pragma once

#include <glib.h>
#include <stdint.h>

/* Embedded in whatever is due. Zeroed: not in the schedule. */
struct timer {
	uint64_t due_us;
	guint place; /* private: index in the heap + 1 */
};

struct schedule;

struct schedule *schedule_new(void);
void schedule_free(struct schedule *schedule);
/* Adds it, or moves it. */
void schedule_set(struct schedule *schedule, struct timer *timer, uint64_t due_us);
/* The first to be due; NULL: there is none. It stays in. */
struct timer *schedule_first(const struct schedule *schedule);
