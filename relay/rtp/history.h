/*
 * The last packets of one incoming stream, by sequence number, so that any slot can send one again.
 * Grows with the stream's rate (16 .. max_packets, a power of two); holds a reference on each
 * packet and lets go of what is older than max_age_us.
 */
#pragma once

#include "relay/rtp/packet.h"

struct history;

struct history *history_new(size_t max_packets, uint64_t max_age_us);
void history_free(struct history *history);
void history_put(struct history *history, struct packet *packet,
		 uint64_t now_us); /* takes its own reference */
/* Borrowed: valid until the next put. NULL: not there. */
struct packet *history_get(const struct history *history, uint16_t sequence);
/* Releases what is too old; call it now and then for streams that went quiet. */
void history_expire(struct history *history, uint64_t now_us);
