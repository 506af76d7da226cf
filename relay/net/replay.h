/* The replay window of one SSRC (RFC 3711, section 3.3.2) and the estimate of a packet's index. */
#pragma once

#include "relay/base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define REPLAY_WINDOW 128

struct replay {
	uint64_t highest; /* index of the newest packet */
	uint64_t bits[2]; /* bit n of 128: index highest - n has been seen; none set: no packet yet
			   */
};

static inline bool replay_is_empty(const struct replay *replay)
{
	return !(replay->bits[0] & 1);
}

/* ERR_REPLAY: seen, or too old to know. */
static inline enum err replay_check(const struct replay *replay, uint64_t index)
{
	if (replay_is_empty(replay) || index > replay->highest)
		return OK;
	uint64_t age = replay->highest - index;
	if (age >= REPLAY_WINDOW || (replay->bits[age / 64] >> (age % 64) & 1))
		return ERR_REPLAY;
	return OK;
}

/* Only for an index that replay_check let pass, and after its packet proved authentic. */
static inline void replay_commit(struct replay *replay, uint64_t index)
{
	if (!replay_is_empty(replay) && index <= replay->highest) {
		uint64_t age = replay->highest - index;
		replay->bits[age / 64] |= UINT64_C(1) << (age % 64);
		return;
	}
	uint64_t ahead = replay_is_empty(replay) ? REPLAY_WINDOW : index - replay->highest;
	if (ahead >= REPLAY_WINDOW) {
		replay->bits[0] = replay->bits[1] = 0;
	} else if (ahead >= 64) {
		replay->bits[1] = replay->bits[0] << (ahead - 64);
		replay->bits[0] = 0;
	} else {
		replay->bits[1] = replay->bits[1] << ahead | replay->bits[0] >> (64 - ahead);
		replay->bits[0] <<= ahead;
	}
	replay->bits[0] |= 1;
	replay->highest = index;
}

#define REPLAY_NO_INDEX UINT64_MAX

/*
 * The 48-bit index (rollover counter << 16 | sequence) that is nearest to the newest one (RFC 3711,
 * section 3.3.1 and appendix A). REPLAY_NO_INDEX: before the first or after the last of all.
 */
static inline uint64_t replay_estimate(const struct replay *replay, uint16_t sequence)
{
	if (replay_is_empty(replay))
		return sequence;
	uint64_t rollover = replay->highest >> 16;
	int32_t difference = (int32_t)sequence - (int32_t)(replay->highest & 0xffff);
	if (difference > 0x8000) {
		if (rollover == 0)
			return REPLAY_NO_INDEX;
		rollover--;
	} else if (difference < -0x8000) {
		if (rollover == UINT32_MAX)
			return REPLAY_NO_INDEX;
		rollover++;
	}
	return rollover << 16 | sequence;
}
