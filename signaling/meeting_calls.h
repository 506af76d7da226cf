/* A meeting's calls: the rules of calls.h, joined to the people and what they are told. Main
 * thread. */
#pragma once

#include "signaling/calls.h"
#include "signaling/meeting_internal.h"

void meeting_calls_init(struct meeting *meeting);
/* Before this one is taken out of a booth. */
void meeting_calls_leave(struct participant *participant);
bool participant_calls(const struct participant *participant); /* a host, or one of a booth */
/* booth NULL: the hosts. on false: withdraws it. */
bool participant_call(struct participant *participant, const char *booth, bool on, GError **error);
bool participant_answer_call(struct participant *participant, uint64_t number, GError **error);
/* Those that wait and concern this one. */
json_t *meeting_calls_json(const struct participant *participant);
