/*
 * The room's parts: room.c has peers and packets, policy.c decides what the feeds mean, and
 * room_remote.c has what comes from other parts of a room that spans workers.
 */
#pragma once

#include "relay/room/channels.h"
#include "relay/room/feed.h"
#include "relay/room/forward.h"
#include "relay/room/peer.h"
#include "relay/room/publication.h"
#include "relay/room/room.h"
#include "relay/room/seats.h"
#include "relay/room/shared.h"
#include "relay/room/slot.h"

/* Voices that the policy looks at, and speakers that are told of: more at once nobody can tell
 * apart. */
#define VOICES_MAX 8

struct room {
	struct shared shared;
	struct room_events events;
	GPtrArray *peers;  /* struct peer, in order of joining; proxies too */
	GHashTable *by_id; /* the same */
	struct feeds *feeds;
	/* What the feeds mean, as last told; decided at home. */
	struct policy policy;
	uint64_t policy_us; /* next look at it */

	/* Home only. */
	struct speakers *speakers;
	struct seats seats;
	struct channels *channels;
	uint32_t screen; /* who shares one; 0: nobody */
	uint32_t speaking[VOICES_MAX];
	unsigned n_speaking;
	uint64_t parts, untold; /* the other parts; those that don't know the policy */
	/* Elsewhere. */
	bool knows_policy;
};

struct peer *room_find_peer(const struct room *room, uint32_t id); /* or NULL */
/* A publication may have changed: tells whom it concerns. */
void room_tell_publication(struct room *room, struct publication *publication, uint64_t now_us);
/* Into the room, and out of it. */
void room_enter(struct room *room, struct peer *peer, uint64_t now_us);

static inline bool room_is_home(const struct room *room)
{
	return room->shared.part == room->shared.home;
}

/* --- policy.c --- */

void policy_point_feed(struct room *room, struct feed_key key, uint64_t now_us);
/* A peer came, changed or went: every feed that may mean something of it. */
void policy_point_all(struct room *room, uint32_t id, uint64_t now_us);
void policy_point_stage(struct room *room, uint64_t now_us);
void policy_point_screen(struct room *room, uint64_t now_us);
/* Who is on air has changed at home; or here is what another part was told. */
void policy_point_channels(struct room *room, uint64_t now_us);
void policy_hear_booth(struct room *room, uint32_t id, struct packet_sound heard, uint64_t now_us);
/* Whether this one is on air in any channel. */
bool policy_on_air(const struct room *room, uint32_t id);
/* Something came from who is on air: see channels_see. */
void policy_see(struct room *room, uint32_t id, bool camera, uint64_t now_us);
/* At home: who holds the stage and sits in the seats, after anything that may change it. */
void policy_update(struct room *room, uint64_t now_us);
void policy_hear(struct room *room, uint32_t id, uint8_t level, uint64_t now_us);
/* Can't be heard any more, but may hold the stage. */
void policy_silence(struct room *room, uint32_t id, uint64_t now_us);
void policy_forget(struct room *room, uint32_t id);
/* At home to a part that asks; elsewhere the answer. */
void policy_tell(struct room *room, unsigned part);
void policy_take(struct room *room, const struct policy *policy, uint64_t now_us);
/* About every 100 ms. */
void policy_tick(struct room *room, uint64_t now_us);
