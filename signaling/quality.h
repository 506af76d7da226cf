/*
 * The mark of a person's link, from what the relay measures every 2 s. Leaf. A mark falls after two
 * worse measurements and rises after three better ones, so that it doesn't flicker; lost and found
 * again count at once.
 */
#pragma once

#include "relay/relay.h"

enum mark { MARK_UNKNOWN = -1, MARK_LOST, MARK_WEAK, MARK_FAIR, MARK_GOOD };

struct quality {
	enum mark mark;
	unsigned worse, better; /* measurements in a row */
};

void quality_init(struct quality *quality);
void quality_measure(struct quality *quality, const struct peer_stats *stats);
void quality_lost(
	struct quality *quality); /* the relay hears nothing; the next measurement decides anew */
