/*
 * What is missing from one incoming stream, and when to ask for it again (RFC 4585).
 * Asks at once when a gap shows (after a reordering grace of 3 packets or 10 ms), again after
 * max(rtt, 20 ms) x 1.5, at most 10 times, for at most 2 s. Bounded: a jump of more than 512
 * forgets everything (the caller asks for a keyframe).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nack_tracker;

/*
 * NEW: newer than all before. RECOVERED: older, and not here before (reordered or sent again).
 * DUPLICATE: here before, or more than 512 behind. JUMP: more than 512 ahead.
 */
enum nack_result { NACK_NEW, NACK_RECOVERED, NACK_DUPLICATE, NACK_JUMP };

struct nack_tracker *nack_tracker_new(void);
void nack_tracker_free(struct nack_tracker *tracker);
enum nack_result nack_tracker_receive(struct nack_tracker *tracker, uint16_t sequence,
				      uint64_t now_us);
/* The numbers to ask for now, rising; returns how many. */
size_t nack_tracker_due(struct nack_tracker *tracker, uint64_t now_us, uint64_t rtt_us,
			uint16_t *out, size_t max);
/* When nack_tracker_due may next have something; UINT64_MAX: nothing missing. */
uint64_t nack_tracker_deadline(const struct nack_tracker *tracker);
size_t nack_tracker_missing(const struct nack_tracker *tracker);
