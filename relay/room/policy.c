/*
 * What moves the feeds. It is decided in one part of the room, its home; a room on one worker has
 * no other.
 */
#include "relay/room/room_internal.h"
#include <string.h>

#define POLICY_US (100 * US_PER_MS)

static struct publication *find_publication(const struct room *room, uint32_t id,
					    enum source source)
{
	const struct peer *peer = room_find_peer(room, id);
	return peer ? peer_publication(peer, source) : NULL;
}

/* The first, in order of joining, whose camera is on, but not this one; 0: nobody. */
static uint32_t stand_in(const struct room *room, uint32_t except)
{
	for (unsigned i = 0; i < room->peers->len; i++) {
		const struct peer *peer = room->peers->pdata[i];
		const struct publication *camera = peer_publication(peer, SOURCE_CAMERA);
		if (peer->id != except && camera && camera->state.active)
			return peer->id;
	}
	return 0;
}

/* Until somebody speaks or is chosen, a face is better than an empty stage. */
static uint32_t stage_holder(const struct room *room)
{
	return room->seats.stage ? room->seats.stage : stand_in(room, 0);
}

/* Whom the holder sees on the stage: who was there before, else anybody whose camera is on. */
static uint32_t stage_alternate(const struct room *room)
{
	uint32_t holder = stage_holder(room);
	if (!holder)
		return 0;
	if (room->seats.stage && room->seats.previous)
		return room->seats.previous;
	return stand_in(room, holder);
}

static const struct channel_policy *find_channel(const struct policy *policy, uint32_t id)
{
	static const struct channel_policy none;
	for (unsigned i = 0; i < policy->n_channels; i++)
		if (policy->channels[i].id == id)
			return &policy->channels[i];
	return &none;
}

static struct publication *channel_target(const struct room *room, struct feed_key key)
{
	const struct channel_policy *channel = find_channel(&room->policy, key.id);
	switch (key.kind) {
	case FEED_CHANNEL:
		return find_publication(room, channel->on_air, SOURCE_BOOTH_MICROPHONE);
	case FEED_CHANNEL_PICTURE:
		return find_publication(room, channel->on_air, SOURCE_BOOTH_CAMERA);
	default:
		return find_publication(room, channel->program, SOURCE_PROGRAM);
	}
}

/* What a feed stands for now, and what for those whose own that is. */
void policy_point_feed(struct room *room, struct feed_key key, uint64_t now_us)
{
	const struct policy *policy = &room->policy;
	struct feed *feed = feeds_find(room->feeds, key);
	struct publication *target = NULL, *alternate = NULL;
	if (!feed)
		return;
	forward_gathered(&room->shared, now_us);
	switch (key.kind) {
	case FEED_STAGE:
		target = find_publication(room, policy->stage, SOURCE_CAMERA);
		alternate = find_publication(room, policy->alternate, SOURCE_CAMERA);
		break;
	case FEED_VOICE:
		target = find_publication(room, policy->seat[key.id], SOURCE_MICROPHONE);
		alternate = find_publication(room, policy->fourth, SOURCE_MICROPHONE);
		break;
	case FEED_SCREEN:
		target = find_publication(room, policy->screen, SOURCE_SCREEN);
		break;
	case FEED_SCREEN_SOUND:
		target = find_publication(room, policy->screen, SOURCE_SCREEN_SOUND);
		break;
	case FEED_CAMERA:
		target = find_publication(room, key.id, SOURCE_CAMERA);
		break;
	case FEED_MICROPHONE:
		target = find_publication(room, key.id, SOURCE_MICROPHONE);
		break;
	case FEED_BOOTH:
		target = find_publication(room, key.id, SOURCE_BOOTH_MICROPHONE);
		break;
	case FEED_CHANNEL:
	case FEED_CHANNEL_PICTURE:
	case FEED_PROGRAM:
		target = channel_target(room, key);
		break;
	case FEED_NONE:
	case FEED_KIND_COUNT:
		break;
	}
	feed_point(feed, target, alternate, now_us);
}

/* While the worker sheds, a thumbnail may be seen or not as its picture is on the stage or not. */
static void suit_thumbnails(struct room *room, const struct policy *before, uint64_t now_us)
{
	const struct policy *now = &room->policy;
	const uint32_t ids[] = {before->stage, before->alternate, now->stage, now->alternate};
	if (!room->shared.shed)
		return;
	forward_gathered(&room->shared, now_us);
	for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
		struct publication *camera = find_publication(room, ids[i], SOURCE_CAMERA);
		for (unsigned j = 0; camera && j < camera->slots->len; j++)
			publication_suit(camera, camera->slots->pdata[j], now_us);
	}
}

static void tell_late(struct room *room)
{
	struct bridge_message m = {
		.type = BRIDGE_POLICY, .from = room->shared.part, .policy = room->policy};
	const struct bridge_sink *sink = &room->shared.bridge;
	for (uint64_t left = room->untold; left; left &= left - 1) {
		unsigned part = (unsigned)__builtin_ctzll(left);
		if (sink->tell(sink->user, part, &m))
			room->untold &= ~(UINT64_C(1) << part);
	}
}

static void tell_all(struct room *room)
{
	room->untold = room->parts;
	tell_late(room);
}

void policy_point_stage(struct room *room, uint64_t now_us)
{
	struct policy *p = &room->policy, before = *p;
	if (room_is_home(room)) {
		p->stage = stage_holder(room);
		p->alternate = stage_alternate(room);
	}
	policy_point_feed(room, (struct feed_key){FEED_STAGE, 0}, now_us);
	if (p->stage == before.stage && p->alternate == before.alternate)
		return;
	suit_thumbnails(room, &before, now_us);
	tell_all(room);
	if (room->events.stage)
		room->events.stage(room->events.user, p->stage, p->alternate);
}

static void point_voices(struct room *room, uint64_t now_us)
{
	struct policy *p = &room->policy, before = *p;
	if (room_is_home(room)) {
		memcpy(p->seat, room->seats.seat, sizeof p->seat);
		p->fourth = room->seats.fourth;
	}
	for (uint32_t i = 0; i < VOICE_SEATS; i++)
		policy_point_feed(room, (struct feed_key){FEED_VOICE, i}, now_us);
	if (memcmp(p->seat, before.seat, sizeof p->seat) == 0 && p->fourth == before.fourth)
		return;
	tell_all(room);
	if (room->events.voices)
		room->events.voices(room->events.user, p->seat, p->fourth);
}

void policy_point_screen(struct room *room, uint64_t now_us)
{
	uint32_t before = room->policy.screen;
	if (room_is_home(room))
		room->policy.screen = room->screen;
	policy_point_feed(room, (struct feed_key){FEED_SCREEN, 0}, now_us);
	policy_point_feed(room, (struct feed_key){FEED_SCREEN_SOUND, 0}, now_us);
	if (room->policy.screen != before)
		tell_all(room);
}

static void point_channel(struct room *room, uint32_t id, uint64_t now_us)
{
	policy_point_feed(room, (struct feed_key){FEED_CHANNEL, id}, now_us);
	policy_point_feed(room, (struct feed_key){FEED_CHANNEL_PICTURE, id}, now_us);
	policy_point_feed(room, (struct feed_key){FEED_PROGRAM, id}, now_us);
}

/* before: what is no channel any more points to nobody. */
static void point_channels(struct room *room, const struct policy *before, uint64_t now_us)
{
	const struct policy *now = &room->policy;
	for (unsigned i = 0; i < before->n_channels; i++)
		if (find_channel(now, before->channels[i].id)->id == 0)
			point_channel(room, before->channels[i].id, now_us);
	for (unsigned i = 0; i < now->n_channels; i++)
		point_channel(room, now->channels[i].id, now_us);
}

void policy_point_channels(struct room *room, uint64_t now_us)
{
	const struct policy before = room->policy;
	channels_policy(room->channels, &room->policy);
	point_channels(room, &before, now_us);
	tell_all(room);
}

void policy_update(struct room *room, uint64_t now_us)
{
	struct voice voices[VOICES_MAX];
	if (!room_is_home(room))
		return;
	unsigned n = speakers_rank(room->speakers, voices, VOICES_MAX);
	if (!seats_update(&room->seats, voices, n, speakers_dominant(room->speakers), now_us))
		return;
	policy_point_stage(room, now_us);
	point_voices(room, now_us);
}

void policy_point_all(struct room *room, uint32_t id, uint64_t now_us)
{
	policy_update(room, now_us);
	policy_point_stage(room, now_us);
	point_voices(room, now_us);
	policy_point_screen(room, now_us);
	policy_point_feed(room, (struct feed_key){FEED_CAMERA, id}, now_us);
	policy_point_feed(room, (struct feed_key){FEED_MICROPHONE, id}, now_us);
	policy_point_feed(room, (struct feed_key){FEED_BOOTH, id}, now_us);
	for (unsigned i = 0; i < room->policy.n_channels; i++) {
		const struct channel_policy *c = &room->policy.channels[i];
		if (c->on_air == id || c->program == id)
			point_channel(room, c->id, now_us);
	}
}

static void tell_channel(void *user, uint32_t channel, uint32_t peer, enum channel_air air)
{
	const struct room *room = user;
	if (room->events.channel)
		room->events.channel(room->events.user, channel, peer, air);
}

void policy_hear_booth(struct room *room, uint32_t id, struct packet_sound heard, uint64_t now_us)
{
	/* Who speaks again after a pause: listeners shouldn't miss the first word. */
	if (channels_hear(room->channels, id, heard, now_us))
		channels_update(room->channels, now_us, tell_channel, room);
}

bool policy_on_air(const struct room *room, uint32_t id)
{
	for (unsigned i = 0; i < room->policy.n_channels; i++)
		if (room->policy.channels[i].on_air == id)
			return true;
	return false;
}

void policy_see(struct room *room, uint32_t id, bool camera, uint64_t now_us)
{
	if (channels_see(room->channels, id, camera, now_us))
		channels_update(room->channels, now_us, tell_channel, room);
}

void policy_hear(struct room *room, uint32_t id, uint8_t level, uint64_t now_us)
{
	/* Who begins to speak is heard from the next packet on. */
	if (speakers_level(room->speakers, id, level, now_us))
		policy_update(room, now_us);
}

void policy_silence(struct room *room, uint32_t id, uint64_t now_us)
{
	if (!room_is_home(room))
		return;
	speakers_remove(room->speakers, id);
	seats_silence(&room->seats, id);
	policy_update(room, now_us);
	point_voices(room, now_us); /* the seat that it gave up */
}

void policy_forget(struct room *room, uint32_t id)
{
	speakers_remove(room->speakers, id);
	channels_forget(room->channels, id);
	seats_remove(&room->seats, id);
	if (room->screen == id)
		room->screen = 0;
}

void policy_tell(struct room *room, unsigned part)
{
	room->parts |= UINT64_C(1) << part;
	room->untold |= UINT64_C(1) << part;
	tell_late(room);
}

void policy_take(struct room *room, const struct policy *policy, uint64_t now_us)
{
	const struct policy before = room->policy;
	room->knows_policy = true;
	room->policy = *policy;
	policy_point_stage(room, now_us);
	suit_thumbnails(room, &before, now_us);
	point_voices(room, now_us);
	policy_point_screen(room, now_us);
	point_channels(room, &before, now_us);
}

static void tell_speaking(struct room *room)
{
	struct voice voices[VOICES_MAX];
	uint32_t ids[VOICES_MAX];
	unsigned n = 0, n_voices = speakers_rank(room->speakers, voices, VOICES_MAX);
	for (unsigned i = 0; i < n_voices && voices[i].speaking; i++) {
		unsigned at = n++;
		for (; at > 0 && ids[at - 1] > voices[i].id; at--)
			ids[at] = ids[at - 1];
		ids[at] = voices[i].id; /* by id: an order that doesn't change with each syllable */
	}
	if (n == room->n_speaking && memcmp(ids, room->speaking, n * sizeof ids[0]) == 0)
		return;
	memcpy(room->speaking, ids, n * sizeof ids[0]);
	room->n_speaking = n;
	if (room->events.speaking)
		room->events.speaking(room->events.user, room->speaking, n);
}

static void say_hello(struct room *room)
{
	const struct bridge_message m = {.type = BRIDGE_HELLO, .from = room->shared.part};
	const struct bridge_sink *sink = &room->shared.bridge;
	sink->tell(sink->user, room->shared.home, &m);
}

void policy_tick(struct room *room, uint64_t now_us)
{
	if (now_us < room->policy_us)
		return;
	room->policy_us = now_us + POLICY_US;
	if (room_is_home(room)) {
		speakers_tick(room->speakers, now_us);
		policy_update(room, now_us);
		tell_speaking(room);
		channels_update(room->channels, now_us, tell_channel, room);
		room->policy_us = MIN(room->policy_us, channels_deadline(room->channels));
		tell_late(room);
	} else if (!room->knows_policy) {
		say_hello(room);
	} else {
		room->policy_us = UINT64_MAX; /* it is told what changes */
	}
}
