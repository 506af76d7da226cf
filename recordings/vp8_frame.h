/*
 * Puts a picture of VP8 together from its packets (RFC 7741), which come in order. After a gap
 * nothing can be decoded until a picture comes that depends on no other: none is given out before
 * that. Any one thread.
 */
#pragma once

#include "recordings/capture.h"
#include "relay/base/err.h"
#include <glib.h>

#define VP8_FRAME_MAX (4 << 20) /* more is no picture of a meeting */

struct vp8_frame {
	GByteArray *data; /* of the picture that is being put together; owned */
	bool open;	  /* its first packet was there */
	bool broken;	  /* a keyframe is needed */
	bool keyframe;
	uint16_t width, height; /* of the last keyframe */
	struct capture capture; /* of its first packet */
	uint32_t timestamp;
	uint64_t dropped; /* pictures that began and weren't given out */
};

void vp8_frame_init(struct vp8_frame *frame);
void vp8_frame_clear(struct vp8_frame *frame);
/*
 * A packet's payload. true: a picture is whole: data, keyframe, width, height, capture; until
 * the next call. gap: numbers before this one never came. What is no VP8 breaks the picture.
 */
bool vp8_frame_add(struct vp8_frame *frame, const uint8_t *payload, size_t length, bool marker,
		   uint32_t timestamp, struct capture capture, bool gap);
