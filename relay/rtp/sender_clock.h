/*
 * One participant's clock on ours: sender reports say when, on the sender's clock, a sample was
 * taken; the least delay seen says how that clock stands to ours. One for each participant, shared
 * by all its streams, so that what the participant keeps in sync stays in sync after rewriting.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sender_clock {
	bool valid;
	int64_t offset_us; /* ours - theirs, smallest of late, follows drift */
	int64_t window_min_us;
	int64_t past_min_us[2]; /* of the windows before, the older one last */
	uint64_t window_start_us;
};

void sender_clock_init(struct sender_clock *c);
void sender_clock_report(struct sender_clock *c, uint64_t ntp, uint64_t arrival_us);
/* Our time for their NTP time. false: no report yet. */
bool sender_clock_to_local(const struct sender_clock *c, uint64_t ntp, uint64_t *ret_us);

/* 32.32 NTP format <-> microseconds (of whichever clock). */
uint64_t ntp_from_us(uint64_t us);
uint64_t ntp_to_us(uint64_t ntp);
