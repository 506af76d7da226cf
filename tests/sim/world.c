#include "tests/sim/world.h"
#include "relay/rtp/rtcp.h"
#include <string.h>

#define STEP_US	      US_PER_MS
#define NTP_OFFSET_US (UINT64_C(3900000000) * US_PER_SEC)

struct datagram {
	uint64_t at_us, order;
	struct sim_peer *peer;
	bool to_relay, rtcp;
	uint64_t index;
	size_t length;
	uint8_t data[];
};

double world_chance(struct world *world)
{
	return g_rand_double(world->random);
}

unsigned world_dice(struct world *world, unsigned n)
{
	return g_rand_int(world->random) % n;
}

static bool before(const struct datagram *a, const struct datagram *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void heap_push(struct world *w, struct datagram *d)
{
	if (w->n_heap == w->max_heap) {
		w->max_heap = MAX(256, w->max_heap * 2);
		w->heap = g_renew(struct datagram *, w->heap, w->max_heap);
	}
	unsigned i = w->n_heap++;
	for (; i > 0 && before(d, w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = d;
}

static struct datagram *heap_pop(struct world *w)
{
	struct datagram *top = w->heap[0], *last = w->heap[--w->n_heap];
	unsigned i = 0;
	for (unsigned child; (child = 2 * i + 1) < w->n_heap; i = child) {
		if (child + 1 < w->n_heap && before(w->heap[child + 1], w->heap[child]))
			child++;
		if (!before(w->heap[child], last))
			break;
		w->heap[i] = w->heap[child];
	}
	w->heap[i] = last;
	return top;
}

void world_send(struct sim_peer *peer, bool to_relay, bool rtcp, uint64_t index,
		const uint8_t *data, size_t length)
{
	struct world *w = peer->world;
	const struct network *n = to_relay ? &peer->up : &peer->down;
	if (n->loss > 0 && world_chance(w) < n->loss)
		return;
	struct datagram *d = g_malloc(sizeof *d + length);
	uint64_t jitter_us = n->jitter_ms ? world_dice(w, n->jitter_ms * 1000) : 0;
	*d = (struct datagram){.at_us = w->now_us + n->delay_ms * US_PER_MS + jitter_us,
			       .order = w->n_sent++,
			       .peer = peer,
			       .to_relay = to_relay,
			       .rtcp = rtcp,
			       .index = index,
			       .length = length};
	memcpy(d->data, data, length);
	heap_push(w, d);
}

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	struct sim_peer *peer = user;
	static uint8_t flat[sizeof(uint64_t) + PACKET_CAPACITY];
	receiver_check_sent(peer, out);
	/* The index in front, for a resend of the same ciphertext. */
	memcpy(flat, &out->index, sizeof out->index);
	uint8_t *p = flat + sizeof out->index;
	memcpy(p, out->head, out->head_length);
	memcpy(p + out->head_length, out->body, out->body_length);
	size_t length = (size_t)out->head_length + out->body_length + out->padding;
	if (out->padding) {
		memset(p + length - out->padding, 0, out->padding);
		p[length - 1] = out->padding;
	}
	world_send(peer, false, false, out->index, p, length);
	if (ret_protected)
		*ret_protected = (struct bytes){flat, sizeof out->index + length};
	return OK;
}

static enum err sink_again(void *user, const uint8_t *data, size_t length)
{
	uint64_t index;
	memcpy(&index, data, sizeof index);
	world_send(user, false, false, index, data + sizeof index, length - sizeof index);
	return OK;
}

static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	world_send(user, false, true, 0, data, length);
	return OK;
}

static void on_stage(void *user, uint32_t holder, uint32_t previous)
{
	struct world *w = user;
	w->n_stage += holder != w->stage;
	w->stage = holder;
	w->previous = previous;
}

static void on_speaking(void *user, const uint32_t *peers, unsigned n)
{
	struct world *w = user;
	w->n_speaking_told++;
}

static void on_voices(void *user, const uint32_t seats[VOICE_SEATS], uint32_t fourth)
{
	struct world *w = user;
	w->n_voices += memcmp(w->seats, seats, sizeof w->seats) != 0;
	memcpy(w->seats, seats, sizeof w->seats);
	w->fourth = fourth;
}

static void add_part(struct world *w, uint32_t seed)
{
	struct sim_part *part = &w->parts[w->n_parts];
	part->world = w;
	part->index = w->n_parts++;
	const struct room_config config = {.counters = &w->counters,
					   .events = {.user = w,
						      .stage = on_stage,
						      .speaking = on_speaking,
						      .voices = on_voices},
					   .random_seed = seed + part->index,
					   .ntp_offset_us = NTP_OFFSET_US,
					   .part = part->index,
					   .bridge = sim_bridge_sink(part)};
	part->room = room_new(&config, w->now_us);
}

struct world *world_new(uint32_t seed)
{
	return world_new_parts(seed, 1);
}

struct world *world_new_parts(uint32_t seed, unsigned n_parts)
{
	struct world *w = g_new0(struct world, 1);
	w->random = g_rand_new_with_seed(seed);
	w->now_us = 1000 * US_PER_SEC;
	w->packets = packet_pool_new(65536);
	w->peers = g_ptr_array_new();
	while (w->n_parts < n_parts)
		add_part(w, seed);
	w->room = w->parts[0].room;
	return w;
}

void world_free(struct world *world)
{
	for (unsigned i = 0; i < world->peers->len; i++) {
		struct sim_peer *peer = world->peers->pdata[i];
		if (!peer->gone)
			world_leave(world, peer);
		publisher_free(peer);
		receiver_free(peer);
		g_free(peer);
	}
	for (unsigned i = 0; i < world->n_parts; i++) {
		sim_bridge_clear(&world->parts[i]);
		g_assert_cmpuint(room_peers(world->parts[i].room), ==, 0);
	}
	g_assert_cmpuint(pool_in_use(world->packets), ==, 0);
	for (unsigned i = 0; i < world->n_parts; i++)
		room_free(world->parts[i].room);
	pool_free(world->packets);
	while (world->n_heap > 0)
		g_free(heap_pop(world));
	g_free(world->heap);
	g_ptr_array_unref(world->peers);
	g_rand_free(world->random);
	g_free(world);
}

static void describe_slot(struct slot_description *s, unsigned i, const struct sim_peer *peer,
			  struct feed_key feed)
{
	bool video =
		feed.kind == FEED_STAGE || feed.kind == FEED_CAMERA || feed.kind == FEED_SCREEN;
	*s = (struct slot_description){.kind = video ? MEDIA_VIDEO : MEDIA_AUDIO,
				       .ssrc = peer->id * 1000 + 100 + i,
				       .rtx_ssrc = video ? peer->id * 1000 + 300 + i : 0,
				       .n_codecs = 1,
				       .nack = true,
				       .feed = feed};
	s->codecs[0] = video ? (struct codec_choice){CODEC_VP8, 98, 99}
			     : (struct codec_choice){CODEC_OPUS, 109, 0};
	g_snprintf(s->mid, sizeof s->mid, "%u", i);
}

static void describe(struct sim_peer *peer, const struct sim_plan *plan)
{
	struct peer_description *d = &peer->description;
	d->id = peer->id;
	d->interprets = plan->interprets;
	/* Offers number extensions differently. */
	for (unsigned i = 0; i < EXTENSION_COUNT; i++)
		d->extensions.id[i] = (uint8_t)(1 + (i + peer->id) % 14);
	g_strlcpy(d->cname, "relay", sizeof d->cname);
	struct publication_description *mic = &d->publications[d->n_publications++];
	*mic = (struct publication_description){.source = SOURCE_MICROPHONE,
						.mid = "mic",
						.n_codecs = 1,
						.codecs = {{CODEC_OPUS, 111, 0}},
						.n_layers = 1,
						.ssrc = {peer->id * 1000},
						.nack = plan->sound_nack,
						.transport_cc = true};
	if (plan->layers) {
		struct publication_description *camera = &d->publications[d->n_publications++];
		*camera = (struct publication_description){.source = SOURCE_CAMERA,
							   .mid = "cam",
							   .n_codecs = 1,
							   .codecs = {{CODEC_VP8, 96, 97}},
							   .n_layers = plan->layers,
							   .nack = true,
							   .pli = true,
							   .transport_cc = true};
		for (unsigned i = 0; i < plan->layers; i++)
			camera->rid[i][0] = "qhf"[i]; /* SSRCs are learned */
	}
	for (unsigned i = 0; i < plan->n_slots; i++)
		describe_slot(&d->slots[d->n_slots++], i, peer, plan->slots[i]);
}

/* As the main thread does. */
static void tell_other_parts(struct world *w, const struct sim_peer *peer, bool joins)
{
	const struct peer_description *d = &peer->description;
	struct remote_description remote = {.id = peer->id,
					    .session = peer->session,
					    .part = peer->id % w->n_parts,
					    .n_publications = d->n_publications};
	memcpy(remote.publications, d->publications, sizeof remote.publications);
	for (unsigned i = 0; i < w->n_parts; i++) {
		if (i == remote.part)
			continue;
		if (joins)
			room_add_remote(w->parts[i].room, &remote, w->now_us);
		else
			room_remove_remote(w->parts[i].room, peer->id, peer->session, w->now_us);
	}
}

struct sim_peer *world_join(struct world *world, uint32_t id, const struct sim_plan *plan,
			    struct network up, struct network down)
{
	struct sim_peer *peer = g_new0(struct sim_peer, 1);
	const struct peer_sink sink = {peer, sink_rtp, sink_rtcp, sink_again, NULL};
	peer->world = world;
	peer->id = id;
	peer->up = up;
	peer->down = down;
	peer->clock_offset_us = (int64_t)world_dice(world, 1000000000) * 1000;
	peer->clock_drift = (world_chance(world) - 0.5) * 100e-6; /* +-50 ppm */
	describe(peer, plan);
	publisher_init(peer, plan);
	receiver_init(peer);
	peer->session = ++world->last_session;
	peer->room = world->parts[id % world->n_parts].room;
	peer->peer = room_add_peer(peer->room, &peer->description, &sink, world->now_us);
	room_set_session(peer->peer, peer->session);
	tell_other_parts(world, peer, true);
	room_set_connected(peer->room, peer->peer, true, world->now_us);
	g_ptr_array_add(world->peers, peer);
	return peer;
}

void world_leave(struct world *world, struct sim_peer *peer)
{
	room_remove_peer(peer->room, peer->peer, world->now_us);
	tell_other_parts(world, peer, false);
	peer->peer = NULL;
	peer->gone = true;
}

void world_set_slot(struct sim_peer *peer, unsigned slot, struct feed_key feed, uint16_t width,
		    uint16_t height)
{
	enum err err = room_set_slot(peer->room, peer->peer, peer->description.slots[slot].mid,
				     feed, width, height, peer->world->now_us);
	g_assert_cmpint(err, ==, OK);
}

void world_set_muted(struct sim_peer *peer, enum source source, bool muted)
{
	room_set_muted(peer->room, peer->peer, source, muted, peer->world->now_us);
}

void world_set_connected(struct sim_peer *peer, bool connected)
{
	room_set_connected(peer->room, peer->peer, connected, peer->world->now_us);
}

struct sim_stream *world_stream(const struct world *world, uint32_t stream)
{
	for (unsigned i = 0; i < world->peers->len; i++) {
		struct sim_peer *peer = world->peers->pdata[i];
		for (unsigned j = 0; j < peer->n_streams; j++)
			if (peer->streams[j].synth.stream == stream)
				return &peer->streams[j];
	}
	return NULL;
}

static void deliver_to_relay(struct world *w, const struct datagram *d)
{
	if (d->rtcp) {
		room_receive_rtcp(d->peer->room, d->peer->peer, d->data, d->length, w->now_us);
		return;
	}
	struct packet *packet = pool_take(w->packets);
	g_assert_nonnull(packet);
	packet->length = (uint16_t)d->length;
	packet->arrival_us = w->now_us;
	memcpy(packet->data, d->data, d->length);
	room_receive_rtp(d->peer->room, d->peer->peer, packet, w->now_us);
	pool_unref(packet);
}

static void deliver_to_peer(const struct datagram *d)
{
	struct rtcp_reader reader;
	struct rtcp_item item;
	enum err err;
	if (!d->rtcp) {
		receiver_rtp(d->peer, d->index, d->data, d->length);
		return;
	}
	rtcp_reader_init(&reader, d->data, d->length);
	while ((err = rtcp_next(&reader, &item)) == OK) {
		publisher_rtcp(d->peer, &item);
		receiver_report(d->peer, &item);
	}
	g_assert_cmpint(err, ==, ERR_NOT_FOUND); /* what we write parses to its end */
}

static void step(struct world *w)
{
	while (w->n_heap > 0 && w->heap[0]->at_us <= w->now_us) {
		struct datagram *d = heap_pop(w);
		if (!d->peer->gone) {
			if (d->to_relay)
				deliver_to_relay(w, d);
			else
				deliver_to_peer(d);
		}
		g_free(d);
	}
	for (unsigned i = 0; i < w->n_parts; i++) {
		struct room *room = w->parts[i].room;
		sim_bridge_run(&w->parts[i]);
		for (unsigned rounds = 0; room_tick(room, w->now_us) <= w->now_us; rounds++)
			g_assert_cmpuint(rounds, <, 1000);
	}
	for (unsigned i = 0; i < w->peers->len; i++) {
		struct sim_peer *peer = w->peers->pdata[i];
		if (peer->gone)
			continue;
		publisher_tick(peer);
		receiver_tick(peer);
	}
}

void world_run(struct world *world, unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		step(world);
		world->now_us += STEP_US;
	}
}
