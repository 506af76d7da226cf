/*
 * What a slot has sent lately, so that it can send any of it again, exactly: how the packet was
 * renumbered, and where it came from. A slot without RTX also keeps the encrypted datagrams
 * themselves, in a ring of bytes.
 *
 * A ring of entries by outgoing number; it grows with the stream's rate, so that an entry lives for
 * at least a second as far as its bounds allow. Owned by one slot; its thread only.
 */
#pragma once

#include "relay/rtp/packet.h"

struct sent {
	uint32_t index; /* low half of the SRTP index */
	uint32_t timestamp;
	uint32_t time_ms; /* last sent */
	union {
		uint32_t layer;	   /* id */
		uint32_t position; /* of the kept bytes; private */
	};
	union {
		uint16_t sequence; /* the layer's own */
		uint16_t length;   /* of the kept bytes; private */
	};
	uint16_t picture_id;
	uint8_t tl0picidx;
	bool used;
	uint8_t again; /* how often */
};

struct sent_ring;

/* bytes: 0, or the most that the ring of kept datagrams may grow to. */
struct sent_ring *sent_ring_new(unsigned max_entries, unsigned bytes);
void sent_ring_free(struct sent_ring *ring);

/* The next number's entry will be put soon: see fetch.h. */
void sent_ring_fetch(const struct sent_ring *ring);
/* A cleared entry for the number to be filled in; NULL: too old for the ring. Valid until the next
 * put. */
struct sent *sent_ring_put(struct sent_ring *ring, uint64_t index, uint64_t now_us);
/* NULL: not there any more, or not yet. */
struct sent *sent_ring_find(struct sent_ring *ring, uint16_t sequence);
/* Whether it may go out again now; if so, notes that it does. Asked twice within half a round trip
 * is asked once; more than ten times is none that wants to see it (libwebrtc's kMaxNackRetries). */
bool sent_again(struct sent *entry, uint64_t now_us, uint64_t rtt_us);

void sent_ring_keep(struct sent_ring *ring, struct sent *entry, const uint8_t *data, size_t length);
bool sent_ring_kept(const struct sent_ring *ring, const struct sent *entry, struct bytes *ret);
