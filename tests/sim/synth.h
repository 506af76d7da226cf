/*
 * A synthetic media stream: real RTP headers, extensions and VP8 descriptors, with a body that says
 * which packet of which stream it is, so that whoever gets it at the other end can tell what is
 * missing.
 */
#pragma once

#include "relay/rtp/packet.h"

struct synth {
	enum codec codec;
	uint8_t payload_type, rtx_payload_type;
	uint32_t ssrc, rtx_ssrc;
	uint16_t sequence, rtx_sequence; /* next */
	uint32_t timestamp;
	uint16_t picture_id;
	uint8_t tl0picidx;
	uint16_t width, height;
	uint32_t stream,
		counter;       /* what the body says: the stream, and its packets counted from 1 */
	const char *mid, *rid; /* NULL: not sent */
	const struct extension_map *extensions;
	uint16_t *transport_sequence; /* next, shared by a connection's streams; NULL: not sent */
};

struct synth_packet {
	bool keyframe, first, last; /* of a frame */
	uint8_t level;		    /* sound: 0..127; 255: not sent */
	uint8_t padding;	    /* nothing but this much padding */
	uint16_t size;		    /* of the payload; at least SYNTH_MIN */
};

#define SYNTH_MIN 24

/* Writes the next packet; the caller moves timestamp, picture_id and tl0picidx on from frame to
 * frame. */
size_t synth_write(struct synth *s, const struct synth_packet *p, uint8_t out[PACKET_CAPACITY]);
/* Wraps a packet that synth_write made (RFC 4588). */
size_t synth_write_rtx(struct synth *s, const uint8_t *packet, size_t length,
		       uint8_t out[PACKET_CAPACITY]);
/* What the body says. false: nothing but padding. */
bool synth_read(const uint8_t *payload, size_t length, uint32_t *ret_stream, uint32_t *ret_counter);
