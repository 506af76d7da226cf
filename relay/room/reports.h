/* RTCP that goes to a peer, and its statistics: what is due at a time. The room's thread only. */
#pragma once

#include "relay/room/peer.h"

/* Does what is due; peer_deadline then says when the next is. */
void reports_tick(struct peer *peer, uint64_t now_us);
