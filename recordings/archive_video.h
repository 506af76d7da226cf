/*
 * A stretch of a picture as H.264 in MPEG-TS segments for HLS, in two sizes, by a child. Frames lie
 * on a grid of 25 a second; one that changes nothing is left out, but for 2.5 a second, so that a
 * still screen, or hours without a picture, cost little. No B-frames: so the time stamps of one
 * stretch go on exactly where those of the one before end.
 */
#pragma once

#include "recordings/archive_frames.h"
#include "recordings/archive_pulse.h"
#include "recordings/archive_shown.h"

#define ARCHIVE_SEGMENT_MS 6000
#define ARCHIVE_FRAME_MS   40
/* Time stamps begin here: an AAC encoder's first packet lies before 0, which TS can't say. */
#define ARCHIVE_OFFSET_S 10

enum archive_quality { ARCHIVE_QUALITY_CAMERA, ARCHIVE_QUALITY_SCREEN };

struct archive_video {
	struct archive_frames *frames; /* that have come to from_ms */
	const GArray *shown;	       /* struct archive_span */
	enum archive_quality quality;
	unsigned threads;
	int folder;		/* an open one, in which 720-NNNNN.ts and 360-NNNNN.ts come to be */
	int64_t from_ms, to_ms; /* from_ms: where a segment begins */
	struct archive_pulse *pulse; /* while the child ends; progress before */
	void (*progress)(void *user, int64_t at_ms);
	void *user;
};

/* Returns the frames that are in it, of each size; -1: error set. */
int64_t archive_video_make(const struct archive_video *video, GError **error);
