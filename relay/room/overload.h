/*
 * How much an overloaded worker sheds: its busy share in, a level out. Knows no clock and no
 * worker.
 *
 *   up      when the share over a second is above the limit: one level, and then again a second to
 *           see what that has brought
 *   down    one level, when the share has been well below the limit for as long as patience says
 *   patience 5 s; twice as long each time that a step down had to be taken back, 5 min at most; and
 *           half again each time that one held
 *
 * So a load that lies between two levels is tried again ever more rarely, and a level that is no
 * longer needed goes by itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In this order, each with all before it. Sound is never shed, nor what an interpreter has on the
 * stage. What each means for a slot: shed.h. */
enum shed_level {
	SHED_NOTHING,
	SHED_LAYERS,   /* thumbnails get the lowest layer */
	SHED_UNSTAGED, /* pictures that nobody has on the stage are held back */
	SHED_STAGE,    /* all pictures but shared screens */
	SHED_SCREENS,  /* these, too */
	SHED_LEVEL_COUNT
};

const char *shed_level_words(enum shed_level level); /* "pictures that nobody has on the stage" */

#define OVERLOAD_PERCENT   85 /* the limit, when the configuration doesn't say */
#define OVERLOAD_SAMPLE_MS 250
#define OVERLOAD_SAMPLES   4 /* that make the second */

struct overload {
	unsigned limit; /* percent */
	enum shed_level level;
	/* Up to the last sample. */
	uint64_t at_us, busy_us;
	/* Percent of the last ones, since the level's last change. */
	unsigned share[OVERLOAD_SAMPLES];
	unsigned n_shares, next;
	unsigned cost[SHED_LEVEL_COUNT]; /* percent of the share before a level that was left by it
					  */
	uint64_t calm_us;		 /* since when the share is low; 0: it isn't */
	uint64_t lowered_us;		 /* 0: the last step was one up, or down and it held */
	uint64_t patience_us;
	unsigned before; /* the share that raised the level; 0: what that brought is known */
};

/* limit: percent; 100: never sheds. */
void overload_init(struct overload *overload, unsigned limit, uint64_t busy_us, uint64_t now_us);
/* When the next sample is due. */
uint64_t overload_deadline(const struct overload *overload);
/* busy_us: time spent working up to now_us, which counts up. true: the level has changed. */
bool overload_sample(struct overload *overload, uint64_t busy_us, uint64_t now_us);
/* Percent, over the last second; 0: not known yet. */
unsigned overload_share(const struct overload *overload);
