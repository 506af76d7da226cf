#include "relay/rtp/codec.h"
#include "relay/base/wire.h"
#include <string.h>

/*
 * RFC 7741, section 4.3: the key frame's start code and, little-endian, 14 bits each of width and
 * height (the two upper bits scale). The first packet of a frame need not reach that far: then the
 * size stays unknown.
 */
static void vp8_size(const uint8_t *header, size_t length, struct frame_info *f)
{
	static const uint8_t start_code[3] = {0x9d, 0x01, 0x2a};
	if (length < 10 || memcmp(header + 3, start_code, sizeof start_code) != 0)
		return;
	f->width = (uint16_t)((header[7] << 8 | header[6]) & 0x3fff);
	f->height = (uint16_t)((header[9] << 8 | header[8]) & 0x3fff);
}

/*
 * RFC 7741, section 4.2:
 *   X R N S R PID          X: I L T K RSV
 *   I: M and 7 bits, or 15 of picture id      L: tl0picidx      T or K: TID Y KEYIDX
 */
static enum err peek_vp8(const uint8_t *p, size_t length, struct frame_info *f)
{
	size_t at = 1;
	if (length < 1)
		return ERR_TRUNCATED;
	f->discardable = p[0] & 0x20;
	f->starts_frame = (p[0] & 0x10) && (p[0] & 7) == 0;
	if (p[0] & 0x80) {
		if (length < 2)
			return ERR_TRUNCATED;
		uint8_t present = p[at++];
		if (present & 0x80) {
			if (length < at + 1)
				return ERR_TRUNCATED;
			f->picture_id_offset = (uint8_t)at;
			f->picture_id_long = p[at] >> 7;
			if (length < at + 1 + f->picture_id_long)
				return ERR_TRUNCATED;
			f->picture_id = f->picture_id_long ? wire_get16(p + at) & 0x7fff : p[at];
			at += 1 + f->picture_id_long;
		}
		if (present & 0x40) {
			if (length < at + 1)
				return ERR_TRUNCATED;
			f->tl0picidx_offset = (uint8_t)at;
			f->tl0picidx = p[at++];
		}
		if (present & 0x30) {
			if (length < at + 1)
				return ERR_TRUNCATED;
			if (present & 0x20)
				f->temporal_layer = p[at] >> 6;
			at++;
		}
	}
	if (length < at + 1) /* no payload behind the descriptor */
		return ERR_TRUNCATED;
	f->descriptor_length = (uint8_t)at;
	/* The payload header's lowest bit is P, the inverse key frame flag. */
	f->keyframe = f->starts_frame && !(p[at] & 1);
	if (f->keyframe)
		vp8_size(p + at, length - at, f);
	return OK;
}

enum h264_type {
	H264_SLICE = 1,
	H264_IDR = 5,
	H264_SEI = 6,
	H264_SPS = 7,
	H264_DELIMITER = 9,
	H264_LAST_SINGLE = 23,
	H264_STAP_A = 24,
	H264_FU_A = 28,
};

/*
 * One NAL unit, or the beginning of one: type and the first byte behind its header. An access unit
 * may show more than one start (parameter sets, then the slice): a decoder may begin at each.
 */
static void h264_unit(unsigned type, const uint8_t *body, size_t length, struct frame_info *f)
{
	/* A slice begins with first_mb_in_slice, ue(v): 0 is a single 1 bit (H.264, section 7.3.3).
	 */
	bool first_slice = (type == H264_SLICE || type == H264_IDR) && length > 0 && body[0] & 0x80;
	f->keyframe |= type == H264_IDR || type == H264_SPS;
	f->starts_frame |=
		first_slice || type == H264_SEI || type == H264_SPS || type == H264_DELIMITER;
}

/* RFC 6184, sections 5.2 to 5.8; the packetization modes 0 and 1. */
static enum err peek_h264(const uint8_t *p, size_t length, struct frame_info *f)
{
	if (length < 1)
		return ERR_TRUNCATED;
	unsigned type = p[0] & 31;
	f->discardable = (p[0] & 0x60) == 0; /* nal_ref_idc */
	if (type >= 1 && type <= H264_LAST_SINGLE) {
		h264_unit(type, p + 1, length - 1, f);
	} else if (type == H264_STAP_A) {
		if (length < 2)
			return ERR_TRUNCATED;
		for (size_t at = 1, size; at < length; at += size) {
			if (length - at < 3 || length - at - 2 < wire_get16(p + at))
				return ERR_TRUNCATED;
			size = wire_get16(p + at);
			at += 2;
			if (size == 0)
				return ERR_MALFORMED;
			h264_unit(p[at] & 31, p + at + 1, size - 1, f);
		}
	} else if (type == H264_FU_A) {
		if (length < 2)
			return ERR_TRUNCATED;
		if (p[1] & 0x80) /* the first fragment */
			h264_unit(p[1] & 31, p + 2, length - 2, f);
		else
			f->keyframe = (p[1] & 31) == H264_IDR;
	} else {
		return ERR_UNSUPPORTED;
	}
	return OK;
}

/* RFC 9628, section 4.2.1: N_S Y G, sizes, then the picture group. *at moves behind it. The last
 * size is the largest. */
static enum err vp9_structure(const uint8_t *p, size_t length, size_t *at, struct frame_info *f)
{
	if (length < *at + 1)
		return ERR_TRUNCATED;
	uint8_t flags = p[(*at)++];
	size_t layers = (flags >> 5) + 1u;
	if (flags & 0x10) {
		if (length < *at + 4 * layers)
			return ERR_TRUNCATED;
		*at += 4 * layers;
		f->width = wire_get16(p + *at - 4);
		f->height = wire_get16(p + *at - 2);
	}
	if (!(flags & 0x08))
		return OK;
	if (length < *at + 1)
		return ERR_TRUNCATED;
	for (unsigned n = p[(*at)++]; n > 0; n--) {
		if (length < *at + 1)
			return ERR_TRUNCATED;
		size_t references = p[*at] >> 2 & 3;
		*at += 1 + references;
	}
	return length < *at ? ERR_TRUNCATED : OK;
}

/* At most three reference indices, each with a bit that says whether one follows (RFC 9628,
 * section 4.2). */
static enum err vp9_references(const uint8_t *p, size_t length, size_t *at)
{
	for (int n = 0; n < 3; n++) {
		if (length < *at + 1)
			return ERR_TRUNCATED;
		if (!(p[(*at)++] & 1))
			return OK;
	}
	return ERR_MALFORMED;
}

/*
 * RFC 9628, section 4.2:
 *   I P L F B E V Z     I: M and 7 or 15 bits of picture id      L: TID U SID D, and without F
 * tl0picidx P and F: references      V: scalability structure
 */
static enum err peek_vp9(const uint8_t *p, size_t length, struct frame_info *f)
{
	size_t at = 1;
	unsigned spatial_layer = 0;
	enum err err = OK;
	if (length < 1)
		return ERR_TRUNCATED;
	bool has_id = p[0] & 0x80, predicted = p[0] & 0x40, has_layer = p[0] & 0x20,
	     flexible = p[0] & 0x10;
	bool begins = p[0] & 0x08, has_structure = p[0] & 0x02;
	if (flexible && !has_id)
		return ERR_MALFORMED;
	if (has_id) {
		if (length < at + 1)
			return ERR_TRUNCATED;
		at += 1 + (p[at] >> 7);
	}
	if (has_layer) {
		if (length < at + (flexible ? 1 : 2))
			return ERR_TRUNCATED;
		spatial_layer = p[at] >> 1 & 7;
		at += flexible ? 1 : 2;
	}
	if (predicted && flexible)
		err = vp9_references(p, length, &at);
	if (!err && has_structure)
		err = vp9_structure(p, length, &at, f);
	if (err)
		return err;
	if (length < at + 1)
		return ERR_TRUNCATED;
	f->keyframe = !predicted && spatial_layer == 0;
	f->starts_frame = begins && spatial_layer == 0;
	if (!f->keyframe || !f->starts_frame)
		f->width = f->height = 0;
	return OK;
}

/*
 * AV1 RTP specification, section 4.4: Z Y W W N. N: the first packet of a coded video sequence.
 * Where other frames begin is in the dependency descriptor, not in the payload.
 */
static enum err peek_av1(const uint8_t *p, size_t length, struct frame_info *f)
{
	if (length < 2)
		return ERR_TRUNCATED;
	bool continues = p[0] & 0x80, new_sequence = p[0] & 0x08;
	if (continues && new_sequence)
		return ERR_MALFORMED;
	f->keyframe = f->starts_frame = new_sequence;
	return OK;
}

enum err codec_peek(enum codec codec, const uint8_t *payload, size_t length, struct frame_info *ret)
{
	struct frame_info f = {0};
	enum err err = ERR_UNSUPPORTED;
	switch (codec) {
	case CODEC_OPUS:
	case CODEC_RED:
		f.keyframe = f.starts_frame = true;
		err = OK;
		break;
	case CODEC_VP8:
		err = peek_vp8(payload, length, &f);
		break;
	case CODEC_H264:
		err = peek_h264(payload, length, &f);
		break;
	case CODEC_VP9:
		err = peek_vp9(payload, length, &f);
		break;
	case CODEC_AV1:
		err = peek_av1(payload, length, &f);
		break;
	case CODEC_NONE:
	case CODEC_COUNT:
		break;
	}
	if (!err)
		*ret = f;
	return err;
}

void codec_vp8_rewrite(uint8_t *descriptor, const struct frame_info *info, uint16_t picture_id,
		       uint8_t tl0picidx)
{
	if (info->picture_id_offset && info->picture_id_long) {
		descriptor[info->picture_id_offset] = (uint8_t)(0x80 | picture_id >> 8);
		descriptor[info->picture_id_offset + 1] = (uint8_t)picture_id;
	} else if (info->picture_id_offset) {
		descriptor[info->picture_id_offset] = picture_id & 0x7f;
	}
	if (info->tl0picidx_offset)
		descriptor[info->tl0picidx_offset] = tl0picidx;
}
