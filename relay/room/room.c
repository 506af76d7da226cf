#include "relay/room/room.h"
#include "relay/room/feed.h"
#include "relay/room/feedback.h"
#include "relay/room/forward.h"
#include "relay/room/peer.h"
#include "relay/room/publication.h"
#include "relay/room/reports.h"
#include "relay/room/seats.h"
#include "relay/room/slot.h"
#include <string.h>

#define SPEAKERS_US (100 * US_PER_MS)
/* Voices that the policy looks at, and speakers that are told of: more at once nobody can tell
 * apart. */
#define VOICES_MAX 8
/* An Opus packet without sound (RFC 6716, section 3.1: a TOC byte, and what DTX adds). */
#define SILENT_PAYLOAD_MAX 3

struct room {
	struct shared shared;
	struct room_events events;
	GPtrArray *peers;  /* struct peer, in order of joining */
	GHashTable *by_id; /* the same */
	struct feeds *feeds;
	struct speakers *speakers;
	struct seats seats;
	uint32_t screen; /* who shares one; 0: nobody */
	uint64_t speakers_us;
	/* What was last told. */
	uint32_t stage, previous, seat[VOICE_SEATS], fourth;
	uint32_t speaking[VOICES_MAX];
	unsigned n_speaking;
};

struct room *room_new(const struct room_config *config, uint64_t now_us)
{
	struct room *room = g_new0(struct room, 1);
	room->events = config->events;
	room->shared = (struct shared){
		.counters = config->counters,
		.random = config->random_seed,
		.ntp_offset_us = config->ntp_offset_us,
		.next_us = now_us,
		.layers = g_hash_table_new(NULL, NULL),
	};
	room->shared.gathered_end = &room->shared.gathered;
	room->peers = g_ptr_array_new();
	room->by_id = g_hash_table_new(NULL, NULL);
	room->feeds = feeds_new();
	room->speakers = speakers_new();
	room->speakers_us = now_us;
	return room;
}

static struct peer *find_peer(const struct room *room, uint32_t id)
{
	return g_hash_table_lookup(room->by_id, GUINT_TO_POINTER(id));
}

unsigned room_peers(const struct room *room)
{
	return room->peers->len;
}

static struct publication *find_publication(const struct room *room, uint32_t id,
					    enum source source)
{
	const struct peer *peer = find_peer(room, id);
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

/* What a feed stands for now, and what for those whose own that is. */
static void point_feed(struct room *room, struct feed_key key, uint64_t now_us)
{
	struct feed *feed = feeds_find(room->feeds, key);
	struct publication *target = NULL, *alternate = NULL;
	if (!feed)
		return;
	forward_gathered(&room->shared, now_us);
	switch (key.kind) {
	case FEED_STAGE:
		target = find_publication(room, stage_holder(room), SOURCE_CAMERA);
		alternate = find_publication(room, stage_alternate(room), SOURCE_CAMERA);
		break;
	case FEED_VOICE:
		target = find_publication(room, room->seats.seat[key.id], SOURCE_MICROPHONE);
		alternate = find_publication(room, room->seats.fourth, SOURCE_MICROPHONE);
		break;
	case FEED_SCREEN:
		target = find_publication(room, room->screen, SOURCE_SCREEN);
		break;
	case FEED_SCREEN_SOUND:
		target = find_publication(room, room->screen, SOURCE_SCREEN_SOUND);
		break;
	case FEED_CAMERA:
		target = find_publication(room, key.id, SOURCE_CAMERA);
		break;
	case FEED_MICROPHONE:
		target = find_publication(room, key.id, SOURCE_MICROPHONE);
		break;
	case FEED_NONE:
	case FEED_KIND_COUNT:
		break;
	}
	feed_point(feed, target, alternate, now_us);
}

static void point_stage(struct room *room, uint64_t now_us)
{
	uint32_t holder = stage_holder(room), previous = stage_alternate(room);
	point_feed(room, (struct feed_key){FEED_STAGE, 0}, now_us);
	if (room->stage == holder && room->previous == previous)
		return;
	room->stage = holder;
	room->previous = previous;
	if (room->events.stage)
		room->events.stage(room->events.user, room->stage, previous);
}

static void point_voices(struct room *room, uint64_t now_us)
{
	for (uint32_t i = 0; i < VOICE_SEATS; i++)
		point_feed(room, (struct feed_key){FEED_VOICE, i}, now_us);
	if (memcmp(room->seat, room->seats.seat, sizeof room->seat) == 0 &&
	    room->fourth == room->seats.fourth)
		return;
	memcpy(room->seat, room->seats.seat, sizeof room->seat);
	room->fourth = room->seats.fourth;
	if (room->events.voices)
		room->events.voices(room->events.user, room->seat, room->fourth);
}

static void point_screen(struct room *room, uint64_t now_us)
{
	point_feed(room, (struct feed_key){FEED_SCREEN, 0}, now_us);
	point_feed(room, (struct feed_key){FEED_SCREEN_SOUND, 0}, now_us);
}

/* Who holds the stage and sits in the seats, after anything that may change it. */
static void update_seats(struct room *room, uint64_t now_us)
{
	struct voice voices[VOICES_MAX];
	unsigned n = speakers_rank(room->speakers, voices, VOICES_MAX);
	if (!seats_update(&room->seats, voices, n, speakers_dominant(room->speakers), now_us))
		return;
	point_stage(room, now_us);
	point_voices(room, now_us);
}

/* A peer came, changed or went: every feed that may mean something of it. */
static void point_all(struct room *room, uint32_t id, uint64_t now_us)
{
	update_seats(room, now_us);
	point_stage(room, now_us);
	point_voices(room, now_us);
	point_screen(room, now_us);
	point_feed(room, (struct feed_key){FEED_CAMERA, id}, now_us);
	point_feed(room, (struct feed_key){FEED_MICROPHONE, id}, now_us);
}

static void tell_publication(struct room *room, struct publication *publication, uint64_t now_us)
{
	if (!publication_refresh(publication))
		return;
	if (room->events.publication)
		room->events.publication(room->events.user, &publication->state);
	if (publication->description.source == SOURCE_CAMERA)
		point_stage(room, now_us); /* a camera may stand in for the holder's own */
}

static void follow(struct room *room, struct slot *slot, struct feed_key key, uint64_t now_us)
{
	if (feed_join(room->feeds, slot, key, now_us))
		point_feed(room, key, now_us);
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

struct peer *room_add_peer(struct room *room, const struct peer_description *description,
			   const struct peer_sink *sink, uint64_t now_us)
{
	struct peer *peer = peer_new(&room->shared, description, sink, now_us);
	g_ptr_array_add(room->peers, peer);
	g_hash_table_insert(room->by_id, GUINT_TO_POINTER(peer->id), peer);
	join_feeds(room, peer, 0, now_us);
	point_all(room, peer->id, now_us);
	peer_wake(peer, &peer->check_us, peer->check_us);
	return peer;
}

enum err room_update_peer(struct room *room, struct peer *peer,
			  const struct peer_description *description, uint64_t now_us)
{
	unsigned n_slots = peer->n_slots;
	enum err err = peer_update(peer, description);
	if (err)
		return err;
	join_feeds(room, peer, n_slots, now_us);
	point_all(room, peer->id, now_us);
	return OK;
}

void room_remove_peer(struct room *room, struct peer *peer, uint64_t now_us)
{
	forward_gathered(&room->shared, now_us);
	for (unsigned i = 0; i < peer->n_slots; i++)
		feed_leave(room->feeds, peer->slots[i], now_us);
	g_ptr_array_remove(room->peers, peer);
	g_hash_table_remove(room->by_id, GUINT_TO_POINTER(peer->id));
	speakers_remove(room->speakers, peer->id);
	seats_remove(&room->seats, peer->id);
	if (room->screen == peer->id)
		room->screen = 0;
	/* Away from its publications, while they are still there. */
	point_all(room, peer->id, now_us);
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
	g_free(room);
}

/* A microphone's packet tells how loud it is, or at least that there is sound. */
static void hear(struct room *room, const struct peer *peer, const struct packet *packet,
		 uint64_t now_us)
{
	struct audio_level level;
	if (!rtp_audio_level(packet->data, &packet->rtp, &level))
		level.level_dbov = packet->rtp.payload_length > SILENT_PAYLOAD_MAX
					   ? SPEAKER_UNKNOWN
					   : SPEAKER_SILENCE;
	/* Who begins to speak is heard from the next packet on. */
	if (speakers_level(room->speakers, peer->id, level.level_dbov, now_us))
		update_seats(room, now_us);
}

void room_receive_rtp(struct room *room, struct peer *peer, struct packet *packet, uint64_t now_us)
{
	struct layer *layer = peer_identify(peer, packet, now_us);
	if (!layer)
		return;
	struct publication *publication = layer->publication;
	bool heard = publication_receive(publication, layer, packet, now_us);
	if (publication->changed)
		tell_publication(room, publication, now_us);
	if (heard && publication->description.source == SOURCE_MICROPHONE &&
	    !packet->retransmitted && packet->rtp.payload_length > 0)
		hear(room, peer, packet, now_us);
}

void room_forward(struct room *room, uint64_t now_us)
{
	forward_gathered(&room->shared, now_us);
}

void room_receive_rtcp(struct room *room, struct peer *peer, const uint8_t *data, size_t length,
		       uint64_t now_us)
{
	feedback_receive(peer, data, length, now_us);
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

static void tick_peer(struct room *room, struct peer *peer, uint64_t now_us)
{
	reports_tick(peer, now_us);
	for (unsigned i = 0; i < peer->n_publications; i++)
		if (peer->publications[i]->changed)
			tell_publication(room, peer->publications[i], now_us);
}

uint64_t room_tick(struct room *room, uint64_t now_us)
{
	struct shared *shared = &room->shared;
	forward_gathered(shared, now_us);
	if (now_us < shared->next_us)
		return shared->next_us;
	shared->next_us = UINT64_MAX; /* what comes up meanwhile lowers it */
	if (now_us >= room->speakers_us) {
		speakers_tick(room->speakers, now_us);
		update_seats(room, now_us);
		tell_speaking(room);
		room->speakers_us = now_us + SPEAKERS_US;
	}
	uint64_t next_us = room->speakers_us;
	for (unsigned i = 0; i < room->peers->len; i++) {
		struct peer *peer = room->peers->pdata[i];
		if (now_us >= peer_deadline(peer))
			tick_peer(room, peer, now_us);
		next_us = MIN(next_us, peer_deadline(peer));
	}
	shared->next_us = MIN(shared->next_us, next_us);
	return shared->next_us;
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
	slot->width = width;
	slot->height = height;
	if (feed.kind == FEED_NONE)
		feed_leave(room->feeds, slot, now_us);
	else if (!slot->feed || !feed_key_equal(slot->feed->key, feed))
		follow(room, slot, feed, now_us);
	if (slot->publication)
		publication_suit(slot->publication, slot, now_us);
	return OK;
}

void room_pin_stage(struct room *room, uint32_t peer, uint64_t now_us)
{
	if (peer && !find_peer(room, peer))
		return; /* has just left */
	seats_pin(&room->seats, peer);
	update_seats(room, now_us);
}

void room_set_screen(struct room *room, uint32_t peer, uint64_t now_us)
{
	room->screen = peer && find_peer(room, peer) ? peer : 0;
	point_screen(room, now_us);
}

void room_set_muted(struct room *room, struct peer *peer, enum source source, bool muted,
		    uint64_t now_us)
{
	struct publication *publication = peer_publication(peer, source);
	if (!publication)
		return;
	forward_gathered(&room->shared, now_us);
	publication_set_muted(publication, muted, now_us);
	tell_publication(room, publication, now_us);
	if (muted && source == SOURCE_MICROPHONE) {
		speakers_remove(room->speakers, peer->id);
		seats_silence(&room->seats, peer->id);
		update_seats(room, now_us);
		point_voices(room, now_us); /* the seat that it gave up */
	}
}

void room_peer_stats(struct room *room, const struct peer *peer, uint64_t now_us,
		     struct peer_stats *ret)
{
	*ret = peer->stats;
}
