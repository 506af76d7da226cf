/*
 * Named pointers to publications, which the room moves, and the slots that follow them.
 *
 * Nobody receives their own: where a feed's target belongs to the receiver, the alternate stands
 * for it. Owned by the room; its thread only. A feed exists while a slot is on it.
 */
#pragma once

#include "relay/room/description.h"
#include <glib.h>

struct publication;
struct slot;

struct feed {
	struct feed_key key;
	struct publication *target, *alternate; /* NULL: nothing */
	GPtrArray *slots;			/* not owned */
};

struct feeds;

struct feeds *feeds_new(void);
void feeds_free(struct feeds *feeds); /* no slot is left on any */
struct feed *feeds_find(const struct feeds *feeds,
			struct feed_key key); /* NULL: nobody follows it */

/* Puts the slot on the feed of its key (it may be on another one); true: the feed is new, point it.
 */
bool feed_join(struct feeds *feeds, struct slot *slot, struct feed_key key, uint64_t now_us);
void feed_leave(struct feeds *feeds, struct slot *slot, uint64_t now_us);
void feed_point(struct feed *feed, struct publication *target, struct publication *alternate,
		uint64_t now_us);
/* Attaches the slot to what its feed means for its receiver now; to nothing while that isn't
 * connected. */
void feed_resolve(struct slot *slot, uint64_t now_us);

bool feed_key_valid(struct feed_key key, enum media_kind *ret_kind);
static inline bool feed_key_equal(struct feed_key a, struct feed_key b)
{
	return a.kind == b.kind && a.id == b.id;
}
