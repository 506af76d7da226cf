/* Who has the stage, whose hand is up, whose screen is shown: kept in the store, told to the relay
 * and to everybody. */
#pragma once

#include "signaling/meeting_internal.h"

void meeting_stage(struct meeting *meeting, uint32_t holder, uint32_t previous);
void meeting_pin(struct meeting *meeting, struct participant *participant); /* NULL: nobody */
void meeting_speaking(struct meeting *meeting, const uint32_t *peers, unsigned n);
void meeting_raise_hand(struct participant *participant, bool raised);
void meeting_share_screen(struct participant *participant, bool shared);
void meeting_forget(struct participant *participant); /* no floor, no hand, no screen: on leaving */
json_t *meeting_stage_json(const struct meeting *meeting);
json_t *meeting_hands_json(const struct meeting *meeting);
json_t *meeting_speaking_json(const struct meeting *meeting);
json_t *meeting_person_or_null(const struct meeting *meeting, uint32_t number);
