/*
 * Transport-wide congestion control feedback, the receiving side
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1). One recorder for each
 * connection.
 */
#pragma once

#include "relay/rtp/rtcp_write.h"

struct twcc_recorder;

struct twcc_recorder *twcc_recorder_new(void);
void twcc_recorder_free(struct twcc_recorder *recorder);
void twcc_record(struct twcc_recorder *recorder, uint16_t transport_sequence, uint64_t arrival_us);
/*
 * Adds one feedback message about everything not yet reported; false: nothing to say, or no room.
 * Call again while it returns true (a message covers at most 64 KB of time deltas / what fits).
 */
bool twcc_add_feedback(struct twcc_recorder *recorder, struct rtcp_writer *w, uint32_t sender_ssrc,
		       uint32_t media_ssrc);
