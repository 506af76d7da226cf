#include "relay/room/feedback.h"
#include "relay/room/reports.h"
#include "relay/room/room_internal.h"

/* An Opus packet without sound (RFC 6716, section 3.1: a TOC byte, and what DTX adds). */
#define SILENT_PAYLOAD_MAX 3

struct room *room_new(const struct room_config *config, uint64_t now_us)
{
	struct room *room = g_new0(struct room, 1);
	room->events = config->events;
	room->shared = (struct shared){
		.counters = config->counters,
		.random = config->random_seed,
		.ntp_offset_us = config->ntp_offset_us,
		.part = config->part,
		.home = config->home,
		.bridge = config->bridge,
		.shed = config->shed,
		.policy = &room->policy,
		.next_us = now_us,
		.wake_us = now_us,
		.layers = g_hash_table_new(NULL, NULL),
	};
	room->shared.gathered_end = &room->shared.gathered;
	room->peers = g_ptr_array_new();
	room->by_id = g_hash_table_new(NULL, NULL);
	room->feeds = feeds_new();
	room->speakers = speakers_new();
	room->channels = channels_new();
	room->policy_us = now_us;
	return room;
}

struct peer *room_find_peer(const struct room *room, uint32_t id)
{
	return g_hash_table_lookup(room->by_id, GUINT_TO_POINTER(id));
}

unsigned room_peers(const struct room *room)
{
	return room->peers->len;
}

void room_tell_publication(struct room *room, struct publication *publication, uint64_t now_us)
{
	bool remote = publication->peer->remote; /* then its own part has told */
	if (!remote)
		bridge_tell(publication);
	if (!publication_refresh(publication))
		return;
	if (!remote && room->events.publication)
		room->events.publication(room->events.user, &publication->state);
	if (publication->description.source == SOURCE_CAMERA)
		policy_point_stage(room, now_us); /* a camera may stand in for the holder's own */
}

static void follow(struct room *room, struct slot *slot, struct feed_key key, uint64_t now_us)
{
	if (feed_join(room->feeds, slot, key, now_us))
		policy_point_feed(room, key, now_us);
}

/* Puts new slots on the feeds that they were described with. */
static void join_feeds(struct room *room, struct peer *peer, unsigned first, uint64_t now_us)
{
	enum media_kind kind;
	for (unsigned i = first; i < peer->n_slots; i++) {
		struct slot *slot = peer->slots[i];
		if (feed_key_valid(slot->key, &kind) && (kind == MEDIA_VIDEO) == slot->video)
			follow(room, slot, slot->key, now_us);
	}
}

void room_enter(struct room *room, struct peer *peer, uint64_t now_us)
{
	g_ptr_array_add(room->peers, peer);
	g_hash_table_insert(room->by_id, GUINT_TO_POINTER(peer->id), peer);
	join_feeds(room, peer, 0, now_us);
	policy_point_all(room, peer->id, now_us);
	peer_wake(peer, &peer->check_us, peer->check_us);
}

struct peer *room_add_peer(struct room *room, const struct peer_description *description,
			   const struct peer_sink *sink, uint64_t now_us)
{
	struct peer *peer = peer_new(&room->shared, description, sink, now_us);
	room_enter(room, peer, now_us);
	return peer;
}

/* What one picture is among a receiver's others may be another thing now. */
static void suit_slots(struct peer *peer, uint64_t now_us)
{
	for (unsigned i = 0; i < peer->n_slots; i++) {
		struct slot *slot = peer->slots[i];
		if (slot->video && slot->publication)
			publication_suit(slot->publication, slot, now_us);
	}
}

enum err room_update_peer(struct room *room, struct peer *peer,
			  const struct peer_description *description, uint64_t now_us)
{
	unsigned n_slots = peer->n_slots;
	enum err err = peer_update(peer, description);
	if (err)
		return err;
	join_feeds(room, peer, n_slots, now_us);
	if (room->shared.shed && peer->n_slots > n_slots)
		suit_slots(peer, now_us);
	policy_point_all(room, peer->id, now_us);
	peer_wake(peer, &peer->check_us, now_us);
	return OK;
}

void room_remove_peer(struct room *room, struct peer *peer, uint64_t now_us)
{
	forward_gathered(&room->shared, now_us);
	for (unsigned i = 0; i < peer->n_slots; i++)
		feed_leave(room->feeds, peer->slots[i], now_us);
	g_ptr_array_remove(room->peers, peer);
	g_hash_table_remove(room->by_id, GUINT_TO_POINTER(peer->id));
	policy_forget(room, peer->id);
	/* Away from its publications, while they are still there. */
	policy_point_all(room, peer->id, now_us);
	peer_free(peer);
}

void room_free(struct room *room)
{
	if (!room)
		return;
	forward_gathered(&room->shared, 0);
	for (unsigned i = 0; i < room->peers->len; i++) {
		struct peer *peer = room->peers->pdata[i];
		for (unsigned j = 0; j < peer->n_slots; j++)
			feed_leave(room->feeds, peer->slots[j], 0);
	}
	for (unsigned i = 0; i < room->peers->len; i++)
		peer_free(room->peers->pdata[i]);
	g_ptr_array_unref(room->peers);
	g_hash_table_unref(room->by_id);
	g_hash_table_unref(room->shared.layers);
	feeds_free(room->feeds);
	speakers_free(room->speakers);
	channels_free(room->channels);
	g_free(room);
}

/* A microphone's packet tells how loud it is, or at least that there is sound. */
static void hear(struct room *room, struct peer *peer, enum source source,
		 const struct packet *packet, uint64_t now_us)
{
	struct audio_level level;
	bool sparse = packet->rtp.payload_length <= SILENT_PAYLOAD_MAX;
	if (!rtp_audio_level(packet->data, &packet->rtp, &level))
		level.level_dbov = sparse ? SPEAKER_SILENCE : SPEAKER_UNKNOWN;
	const struct packet_sound heard = {level.level_dbov, sparse};
	if (!room_is_home(room))
		bridge_level(peer, source, heard);
	else if (source == SOURCE_MICROPHONE)
		policy_hear(room, peer->id, heard.level, now_us);
	else
		policy_hear_booth(room, peer->id, heard, now_us);
}

/* As often as sound comes. */
#define SEEN_EVERY_US (20 * US_PER_MS)

/* Something came: of who is on air it says that the link is there. */
static void see(struct room *room, struct peer *peer, bool camera, uint64_t now_us)
{
	if (!policy_on_air(room, peer->id) || now_us < peer->seen_us[camera] + SEEN_EVERY_US)
		return;
	peer->seen_us[camera] = now_us;
	if (room_is_home(room))
		policy_see(room, peer->id, camera, now_us);
	else
		bridge_seen(peer, camera);
}

void room_receive_rtp(struct room *room, struct peer *peer, struct packet *packet, uint64_t now_us)
{
	struct layer *layer = peer_identify(peer, packet, now_us);
	if (!layer)
		return;
	struct publication *publication = layer->publication;
	bool heard = publication_receive(publication, layer, packet, now_us);
	if (publication->changed)
		room_tell_publication(room, publication, now_us);
	enum source source = publication->description.source;
	see(room, peer, source == SOURCE_BOOTH_CAMERA, now_us);
	if (heard && (source == SOURCE_MICROPHONE || source == SOURCE_BOOTH_MICROPHONE) &&
	    !packet->retransmitted && packet->rtp.payload_length > 0)
		hear(room, peer, source, packet, now_us);
}

void room_forward(struct room *room, uint64_t now_us)
{
	forward_gathered(&room->shared, now_us);
}

void room_receive_rtcp(struct room *room, struct peer *peer, const uint8_t *data, size_t length,
		       uint64_t now_us)
{
	see(room, peer, false, now_us);
	feedback_receive(peer, data, length, now_us);
}

static void tell_held(const struct room *room, struct peer *peer)
{
	uint64_t held = 0;
	G_STATIC_ASSERT(PEER_MAX_SLOTS <= 64);
	for (unsigned i = 0; i < peer->n_slots; i++)
		held |= (uint64_t)peer->slots[i]->held << i;
	peer->held_untold = false;
	if (room->events.held)
		room->events.held(room->events.user, peer->id, held);
}

static void tick_peer(struct room *room, struct peer *peer, uint64_t now_us)
{
	reports_tick(peer, now_us);
	if (peer->held_untold)
		tell_held(room, peer);
	for (unsigned i = 0; i < peer->n_publications; i++)
		if (peer->publications[i]->changed)
			room_tell_publication(room, peer->publications[i], now_us);
}

uint64_t room_tick(struct room *room, uint64_t now_us)
{
	struct shared *shared = &room->shared;
	forward_gathered(shared, now_us);
	if (now_us < shared->next_us)
		return shared->wake_us;
	shared->next_us = shared->wake_us = UINT64_MAX; /* what comes up meanwhile lowers them */
	policy_tick(room, now_us);
	uint64_t urgent_us = UINT64_MAX, periodic_us = room->policy_us;
	for (unsigned i = 0; i < room->peers->len; i++) {
		struct peer *peer = room->peers->pdata[i];
		if (now_us >= peer_urgent_us(peer) || now_us >= peer_periodic_us(peer))
			tick_peer(room, peer, now_us);
		urgent_us = MIN(urgent_us, peer_urgent_us(peer));
		periodic_us = MIN(periodic_us, peer_periodic_us(peer));
	}
	shared->next_us = MIN(shared->next_us, MIN(urgent_us, periodic_us));
	if (periodic_us < UINT64_MAX - ROOM_SLACK_US)
		periodic_us += ROOM_SLACK_US;
	shared->wake_us = MIN(shared->wake_us, MIN(urgent_us, periodic_us));
	return shared->wake_us;
}

void room_set_connected(struct room *room, struct peer *peer, bool connected, uint64_t now_us)
{
	if (peer->connected == connected)
		return;
	forward_gathered(&room->shared, now_us);
	peer->connected = connected;
	if (connected)
		peer_restart(peer, now_us);
	for (unsigned i = 0; i < peer->n_slots; i++)
		feed_resolve(peer->slots[i], now_us);
}

enum err room_set_slot(struct room *room, struct peer *peer, const char *mid, struct feed_key feed,
		       uint16_t width, uint16_t height, uint64_t now_us)
{
	struct slot *slot = peer_slot(peer, mid);
	enum media_kind kind;
	if (!slot)
		return ERR_NOT_FOUND;
	if (feed.kind != FEED_NONE &&
	    (!feed_key_valid(feed, &kind) || (kind == MEDIA_VIDEO) != slot->video))
		return ERR_UNSUPPORTED;
	forward_gathered(&room->shared, now_us);
	bool resized = slot->width != width || slot->height != height;
	bool moved = !slot->feed || !feed_key_equal(slot->feed->key, feed);
	slot->width = width;
	slot->height = height;
	if (feed.kind == FEED_NONE)
		feed_leave(room->feeds, slot, now_us);
	else if (moved)
		follow(room, slot, feed, now_us);
	if (room->shared.shed && slot->video && (resized || moved))
		suit_slots(peer, now_us);
	else if (slot->publication)
		publication_suit(slot->publication, slot, now_us);
	return OK;
}

void room_pin_stage(struct room *room, uint32_t peer, uint64_t now_us)
{
	if (peer && !room_find_peer(room, peer))
		return; /* has just left */
	seats_pin(&room->seats, peer);
	policy_update(room, now_us);
}

void room_set_screen(struct room *room, uint32_t peer, uint64_t now_us)
{
	room->screen = peer && room_find_peer(room, peer) ? peer : 0;
	policy_point_screen(room, now_us);
}

/* The state is told by the next tick. */
static void channels_changed(struct room *room, uint64_t now_us)
{
	policy_point_channels(room, now_us);
	room->policy_us = room->shared.next_us = room->shared.wake_us = now_us;
}

void room_set_channel(struct room *room, uint32_t channel, uint32_t peer, uint64_t hold_us,
		      bool sign, uint64_t now_us)
{
	if (channels_set(room->channels, channel, peer, hold_us, sign, now_us))
		channels_changed(room, now_us);
}

void room_set_program(struct room *room, uint32_t channel, uint32_t peer, uint64_t now_us)
{
	if (channels_set_program(room->channels, channel, peer))
		channels_changed(room, now_us);
}

void room_set_muted(struct room *room, struct peer *peer, enum source source, bool muted,
		    uint64_t now_us)
{
	struct publication *publication = peer_publication(peer, source);
	if (!publication)
		return;
	forward_gathered(&room->shared, now_us);
	publication_set_muted(publication, muted, now_us);
	room_tell_publication(room, publication, now_us);
	if (muted && source == SOURCE_MICROPHONE)
		policy_silence(room, peer->id, now_us);
}

void room_set_shed_level(struct room *room, enum shed_level level, uint64_t now_us)
{
	if (room->shared.shed == level)
		return;
	forward_gathered(&room->shared, now_us);
	room->shared.shed = level;
	for (unsigned i = 0; i < room->peers->len; i++)
		suit_slots(room->peers->pdata[i], now_us);
}

void room_peer_stats(struct room *room, const struct peer *peer, uint64_t now_us,
		     struct peer_stats *ret)
{
	*ret = peer->stats;
}
