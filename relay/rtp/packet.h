/*
 * A media packet: received, decrypted in place, parsed once, immutable after that, shared by
 * reference. And the form in which a slot hands one on: its own header, over the shared payload.
 */
#pragma once

#include "relay/base/pool.h"
#include "relay/rtp/codec.h"
#include "relay/rtp/rtp.h"

/* A datagram of a 1,500 byte link, and the tag and index that SRTCP may add. */
#define PACKET_CAPACITY 1536

struct packet {
	uint64_t arrival_us;
	enum codec codec;
	bool retransmitted; /* came as RTX: says nothing about arrival times */
	uint8_t padding;    /* bytes to add that make its frame's packets equal */
	struct rtp_header rtp;
	struct frame_info frame;
	uint16_t length;
	uint8_t data[PACKET_CAPACITY];
};

/* Bytes that somebody else owns. */
struct bytes {
	const uint8_t *data;
	size_t length;
};

struct pool *packet_pool_new(size_t max_packets);

static inline const uint8_t *packet_payload(const struct packet *p)
{
	return p->data + p->rtp.payload_offset;
}

/*
 * A packet as it leaves a slot. head = RTP header (header_length bytes, authenticated in clear)
 * and, after it, the rewritten start of the payload (encrypted); body = the rest, in the shared
 * packet; then padding bytes. index is the 48-bit SRTP index (rollover counter << 16 | sequence,
 * RFC 3711, section 3.3.1): the slot counts it, and never uses one twice for one SSRC, since
 * AES-GCM would give its key away.
 */
#define RTP_OUT_HEAD_MAX (RTP_HEADER_MAX + 32)
struct rtp_out {
	uint64_t index;
	uint32_t ssrc;
	uint16_t head_length, header_length, body_length;
	uint8_t padding; /* 0, or the number of padding bytes to add (the last of them says so) */
	bool keyframe;	 /* decoding may begin here; sound: always */
	const uint8_t *body;
	uint8_t head[RTP_OUT_HEAD_MAX];
};
