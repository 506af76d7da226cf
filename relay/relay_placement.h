/*
 * Which worker a participant goes to: numbers in, an index out.
 *
 * A room fills the worker that has it before it goes on to another one: within a worker packets
 * need no bridge. Its first one is the one with the fewest participants.
 */
#pragma once

#include <stdbool.h>

struct placement_rule {
	unsigned fill; /* participants that a worker takes before a room goes on to the next one */
	bool spread;   /* for tests: each room evenly over all workers */
};

struct placement_worker {
	unsigned participants; /* of all rooms */
	unsigned members;      /* of this room */
	unsigned part;	       /* 0: the room isn't on it; else it was the n-th to get it */
	unsigned busy;	       /* percent of the time */
	bool sheds;	       /* it is overloaded, however busy that leaves it */
};

/* Busier than that (percent), a worker gets no more where there is another. */
#define PLACEMENT_BUSY 60

unsigned placement_choose(const struct placement_rule *rule, const struct placement_worker *workers,
			  unsigned n);
