/* A recorded track of a world's relay; the studio's end of its socket is the test's. */
#pragma once

#include "tests/unit/relay/world.h"

struct fake_recorder {
	struct world *world;
	struct peer_description description;
	uint32_t room;
	int fd; /* the studio's end */
	uint64_t taken;
	uint32_t source; /* as last told */
	unsigned sources_told;
};

/* On the stage, or the first voice; returns when it is open. */
void recorder_start(struct fake_recorder *r, struct world *world, uint32_t room, bool video);
void recorder_start_on(struct fake_recorder *r, struct world *world, uint32_t room, bool video,
		       enum feed_kind kind, uint32_t id);
/* Another studio comes. */
void recorder_connect(struct fake_recorder *r);

/* The next message of media: its length, or 0. Whose it is was told before. */
size_t recorder_take(struct fake_recorder *r, uint8_t data[static STUDIO_MESSAGE_MAX]);
/* Until so many have come; their last one's sequence number. */
uint16_t recorder_take_until(struct fake_recorder *r, uint64_t n);
void recorder_say_written(struct fake_recorder *r, uint64_t count);
