/*
 * A look into payloads: what a forwarder must know of a codec and nothing more.
 * VP8: RFC 7741. H.264: RFC 6184. VP9: RFC 9628. AV1: the AV1 RTP specification. Opus needs
 * nothing.
 */
#pragma once

#include "relay/base/err.h"
#include "relay/rtp/media.h"
#include <stddef.h>

struct frame_info {
	bool keyframe; /* this packet belongs to (or, when only that is known, starts) a keyframe */
	bool starts_frame; /* first packet of a frame: a slot may begin here when keyframe is set
			      too */
	bool discardable;  /* no other frame depends on it */
	uint16_t width,
		height; /* of a keyframe's first packet where the codec says it there; else 0 */
	/* VP8 only: the descriptor's fields, with the offsets from the payload's start for
	 * rewriting. */
	uint8_t descriptor_length; /* 0: nothing to rewrite */
	uint8_t picture_id_offset; /* 0: absent */
	bool picture_id_long;	   /* 15 bits, else 7 */
	uint8_t tl0picidx_offset;  /* 0: absent */
	uint8_t tl0picidx;
	uint8_t temporal_layer;
	uint16_t picture_id;
};

/* ERR_TRUNCATED/ERR_MALFORMED: the descriptor doesn't fit the payload. *ret is written on OK only.
 */
enum err codec_peek(enum codec codec, const uint8_t *payload, size_t length,
		    struct frame_info *ret) MUST_CHECK;

/* Writes picture_id and tl0picidx into a copy of a VP8 descriptor (of info->descriptor_length
 * bytes). */
void codec_vp8_rewrite(uint8_t *descriptor, const struct frame_info *info, uint16_t picture_id,
		       uint8_t tl0picidx);
