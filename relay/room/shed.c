#include "relay/room/shed.h"

static uint32_t area(const struct slot *slot)
{
	return (uint32_t)slot->width * slot->height;
}

/* Who asks for all in one size has no stage: a wall of thumbnails. */
static bool is_stage(const struct slot *slot)
{
	const struct peer *receiver = slot->peer;
	if (slot->key.kind == FEED_STAGE)
		return true;
	for (unsigned i = 0; i < receiver->n_slots; i++) {
		const struct slot *other = receiver->slots[i];
		if (other != slot && other->feed && other->key.kind == FEED_CAMERA &&
		    area(other) >= area(slot))
			return false;
		if (other->feed && other->key.kind == FEED_STAGE)
			return false;
	}
	return true;
}

static bool is_on_stage(const struct publication *publication)
{
	const struct policy *policy = publication->peer->shared->policy;
	uint32_t id = publication->peer->id;
	return publication->description.source == SOURCE_CAMERA &&
	       (policy->stage == id || policy->alternate == id);
}

enum shown shed_slot(const struct slot *slot, const struct publication *publication)
{
	enum shed_level level = publication->peer->shared->shed;
	if (level == SHED_NOTHING || !slot->video)
		return SHOWN_AS_ASKED;
	if (slot->key.kind == FEED_CHANNEL_PICTURE) /* a sign language: it is that person's sound */
		return SHOWN_AS_ASKED;
	bool last = slot->peer->interprets;
	if (slot->key.kind == FEED_SCREEN)
		return level < SHED_SCREENS || last ? SHOWN_AS_ASKED : SHOWN_NOT;
	if (is_stage(slot))
		return level < SHED_STAGE || last ? SHOWN_AS_ASKED : SHOWN_NOT;
	if (level < SHED_UNSTAGED || (level == SHED_UNSTAGED && is_on_stage(publication)))
		return SHOWN_LOWEST;
	return SHOWN_NOT;
}
