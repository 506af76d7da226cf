/*
 * One track of a recording: the packets of a slot become a Matroska file, as they are. Nothing is
 * decoded. A block is written when its picture or sound is whole and in order, so what a killed
 * process loses is what it still waited for (reorder.h). Time and output are the caller's; any one
 * thread.
 */
#pragma once

#include "recordings/capture.h"
#include "recordings/matroska.h"
#include "relay/base/err.h"

struct track;

struct track_output {
	void *user;
	/* Behind all that was written; false: nothing of it is. And over something that was. */
	bool (*append)(void *user, const uint8_t *data, size_t length);
	void (*patch)(void *user, uint64_t offset, const uint8_t *data, size_t length);
	/* From this offset on what is appended is source's, first at this time: before each first
	 * one that isn't whose the one before was. May be NULL. */
	void (*who)(void *user, uint64_t offset, uint64_t time_ms, uint32_t source);
	/* All that was appended and patched so far is to be on the disk before what comes next. May
	 * be NULL. */
	void (*settle)(void *user);
};

struct track_config {
	bool video;
	const char *name;     /* of the file, without its ending; copied, as the next */
	const char *language; /* BCP 47; NULL: none */
	int64_t begin_us;     /* time 0, on the clock of capture times */
	int64_t wall_us;      /* the same, in microseconds since 1970 */
};

struct track_counts {
	uint64_t blocks;
	uint64_t refused; /* packets that made no sense */
	uint64_t missing; /* that never came */
	uint64_t lost;	  /* blocks that could not be written */
	uint64_t dropped; /* pictures that weren't whole, or couldn't be decoded */
};

#define TRACK_CLUSTER_MS 1000

struct track *track_new(const struct track_config *config, const struct track_output *output);
/* What it has not written yet is gone: track_end comes before. NULL is allowed. */
void track_free(struct track *track);

/* A packet of the slot. */
void track_receive(struct track *track, const uint8_t *rtp, size_t length, struct capture capture,
		   uint64_t now_us);
/* Some times a second: what has been waited for long enough is given up. */
void track_tick(struct track *track, uint64_t now_us);
/* Writes what there is, and what a player likes to know: how long it all is. */
void track_end(struct track *track);
struct track_counts track_counts(const struct track *track);
/* A keyframe is needed before anything more can be written. */
bool track_needs_keyframe(const struct track *track);
/* Packets that it still holds. */
uint64_t track_waiting(const struct track *track);
/* Of the newest block, on the time line. */
uint64_t track_time_ms(const struct track *track);
