/*
 * What of a slot goes to the recorder: a message (base/studio_wire.h) for each packet, with the
 * time at which it was captured, and whose it is. What its sender has reported that can't be, by
 * when it came, counts as not reported. Values only; time is an argument.
 */
#pragma once

#include "relay/room/backlog.h"
#include "relay/room/peer.h"

/* Puts the packet behind what waits. false: there is no room. */
bool recorded_put(struct backlog *backlog, const struct slot *slot, const struct rtp_out *out,
		  uint64_t now_us) MUST_CHECK;
