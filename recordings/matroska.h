/*
 * The bytes of a Matroska file (RFC 9559, on EBML, RFC 8794) with one track, in such an order that
 * the file is whole after each of them: header, clusters, blocks. Sizes that aren't known yet are
 * said to be unknown (RFC 8794, section 6.2) and may be written in their place later; a file that
 * nobody came to finish is played all the same. Numbers in, bytes out; any thread.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MATROSKA_SIZE	  8 /* bytes of a size that is written later */
#define MATROSKA_DURATION 8 /* bytes of the duration, likewise */
#define MATROSKA_TIME	  8 /* bytes of a cluster's time */
#define MATROSKA_TIME_AT  (MATROSKA_SIZE + 1 + MATROSKA_SIZE)
#define MATROSKA_REACH_MS 32767 /* of a block from its cluster's time */

struct matroska_track {
	bool video;		/* V_VP8, else A_OPUS */
	bool raw;		/* video: V_UNCOMPRESSED, I420, at most 25 frames/s */
	uint16_t width, height; /* of video; another size may come with any keyframe */
	const char *name;	/* UTF-8, e.g. "channel-fr" */
	const char *language;	/* BCP 47, or NULL: not known */
	uint64_t uid;		/* not 0 */
	int64_t begin_us;	/* of time 0: microseconds since 1970 */
};

/* Where in the file what isn't known yet belongs. */
struct matroska_places {
	uint64_t segment_size; /* MATROSKA_SIZE bytes */
	uint64_t segment;      /* its first byte, from which its size counts */
	uint64_t duration;     /* MATROSKA_DURATION bytes */
};

/* All appends to out. */
void matroska_write_header(GByteArray *out, const struct matroska_track *track,
			   struct matroska_places *ret_places);
/* Returns the offset in out of its size; what the size counts begins right after that, with the
 * time, MATROSKA_TIME bytes that stand MATROSKA_TIME_AT behind the size's begin. */
size_t matroska_write_cluster(GByteArray *out, uint64_t time_ms);
/* What stands before a frame that the caller writes behind it; as the next otherwise. */
void matroska_write_block_head(GByteArray *out, int16_t offset_ms, bool keyframe, size_t length);
/* offset_ms: from the cluster's time, not more than MATROSKA_REACH_MS. */
void matroska_write_block(GByteArray *out, int16_t offset_ms, bool keyframe, const uint8_t *frame,
			  size_t length);

void matroska_size(uint8_t out[static MATROSKA_SIZE], uint64_t size);
void matroska_time(uint8_t out[static MATROSKA_TIME], uint64_t time_ms);
void matroska_duration(uint8_t out[static MATROSKA_DURATION], uint64_t duration_ms);
