/*
 * What a recorded track's file holds, found in two ways that know nothing of each other: by a
 * strict reading of its bytes, and by GStreamer's demuxer; then its sound or pictures are decoded,
 * and the time in them is read.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct read_block {
	uint64_t time_ms;
	bool keyframe;
	const uint8_t *data; /* within the file's bytes */
	size_t length;
	/* Of what it decodes to. */
	bool decoded;
	unsigned code; /* timecode.h */
};

struct read_track {
	bool video;
	bool ended; /* its segment has a size: it was brought to its end */
	uint8_t *bytes;
	gsize length;
	gsize cut;	   /* bytes at the end that are no whole element */
	GArray *blocks;	   /* struct read_block */
	char problem[200]; /* ""; else why it isn't whole */
	gsize problem_at;
};

/* false: it can't be read at all. */
bool track_read(const char *path, struct read_track *ret, GError **error);
void track_read_clear(struct read_track *track);
/* By GStreamer: the number of blocks; -1: it gave an error. */
int track_demux(const char *path);
void track_decode(struct read_track *track);
