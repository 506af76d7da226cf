/*
 * What a pipeline gets of a slot: numbers and timestamps that go on from packet to packet, whatever
 * a sender wrote into them. GStreamer's jitter buffer places sound by its timestamps, and one that
 * jumped by hours would keep a slot silent for as long. What fits the time that has passed stays as
 * it is. Values only; the time is an argument.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct steady {
	bool started;
	uint16_t sequence, sequence_offset; /* newest that went on; out = in + offset */
	uint32_t timestamp, timestamp_offset;
	uint64_t us; /* when that came */
};

/* Rewrites the header of an RTP packet of sound at 48 kHz, which is whole. */
void steady_packet(struct steady *steady, uint8_t *rtp, uint64_t now_us);
