/* RTCP that comes from a peer: reports, NACKs, keyframe requests. The room's thread only. */
#pragma once

#include "relay/room/peer.h"

void feedback_receive(struct peer *peer, const uint8_t *data, size_t length, uint64_t now_us);
