/*
 * What every part of one room needs of the whole: counters, random numbers, when to be called, and
 * the layers by id. Owned by the room; its thread only.
 */
#pragma once

#include "relay/base/clock.h"
#include "relay/base/counters.h"
#include "relay/room/bridge.h"
#include "relay/room/overload.h"
#include <glib.h>

struct layer;
struct peer;

#define ROOM_SLACK_US (20 * US_PER_MS)

struct shared {
	struct counters *counters;
	unsigned part, home; /* this one's number, and that of the one that decides */
	struct bridge_sink bridge;
	enum shed_level shed;
	const struct policy *policy; /* the room's */
	uint64_t random;	     /* state of shared_random */
	uint64_t ntp_offset_us;	     /* wall clock - now_us */
	uint64_t next_us;	     /* when room_tick has something to do */
	uint64_t wake_us;	     /* when that can't wait any longer for what comes in */
	uint32_t last_layer_id;
	GHashTable *layers; /* id -> struct layer */
	/* Of forward.c: the layers with packets to hand out, and the queue of receivers meanwhile.
	 */
	struct layer *gathered, **gathered_end;
	struct peer *queue, **queue_end;
};

/* SplitMix64: for numbers that must differ, not for secrets. */
static inline uint64_t shared_random(struct shared *s)
{
	uint64_t x = s->random += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline void shared_count(struct shared *s, enum counter which)
{
	counter_add(s->counters, which, 1);
}

/* Half the number space: a first sequence number leaves room before the first rollover (RFC 3711,
 * section 3.3.1). */
static inline uint16_t shared_first_sequence(struct shared *s)
{
	return (uint16_t)(shared_random(s) & 0x7fff);
}
