/*
 * One row of packets that a viewer receives: counts what arrives and what is missing by the RTP
 * headers, which are in clear, and checks order and content of what was decrypted. Takes bytes and
 * times; no sockets.
 */
#pragma once

#include "relay/rtp/rtp.h"
#include "tests/load/stamp.h"
#include <glib.h>

/* Reset when the measurement begins. */
struct row_counts {
	uint64_t packets, bytes; /* as datagrams */
	uint64_t late;		 /* behind one with a higher number, or twice */
	uint64_t expected;	 /* by the sequence numbers */
	uint64_t authenticated;
	uint64_t refused; /* decryption failed */
	uint64_t broken;  /* other bytes than were sent, or out of order */
	/* Sent, but neither here nor missing by the sequence numbers: while the feed was elsewhere,
	 * or held back. */
	uint64_t skipped;
};

void row_counts_add(struct row_counts *sum, const struct row_counts *counts);

struct row {
	uint32_t ssrc;
	bool video;
	struct row_counts counts;
	/* When the first decrypted packet came, and the last packet of the first keyframe; 0: not
	 * yet. */
	uint64_t first_us, keyframe_us;
	/* Private. */
	bool begun, checked, keyframe_begun;
	uint16_t highest, last_sequence;
	uint32_t keyframe_timestamp;
	struct stamp last;
};

/* A datagram with an RTP header of this row. */
void row_count(struct row *row, uint16_t sequence, size_t length);
/* The same, decrypted. delays: its delay in microseconds is added (uint32_t); NULL: it isn't. */
void row_check(struct row *row, const uint8_t *packet, size_t length, uint64_t arrived_us,
	       GArray *delays);
