#include "tests/unit/relay/world.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Faster than real media, which nothing here needs: a test waits for tens of packets. */
#define SOUND_US (5 * US_PER_MS)
#define FRAME_US (10 * US_PER_MS)

static void on_peer_state(void *user, uint32_t room, uint32_t peer, enum transport_state state,
			  const char *profile)
{
	struct world *world = user;
	struct told_state told = {.room = room, .peer = peer, .state = state};
	g_strlcpy(told.profile, profile ? profile : "", sizeof told.profile);
	g_array_append_val(world->states, told);
	world->last_room = room;
}

static void on_stage(void *user, uint32_t room, uint32_t holder, uint32_t previous)
{
	struct world *world = user;
	world->n_stage++;
	world->stage = holder;
	world->previous = previous;
	world->last_room = room;
}

static void on_speaking(void *user, uint32_t room, const uint32_t *peers, unsigned n)
{
	struct world *world = user;
	g_assert_cmpuint(n, <=, G_N_ELEMENTS(world->speaking));
	world->n_speaking_told++;
	world->n_speaking = n;
	for (unsigned i = 0; i < n; i++)
		world->speaking[i] = peers[i];
	world->last_room = room;
}

static void on_publication(void *user, uint32_t room, const struct publication_state *state)
{
	struct world *world = user;
	g_array_append_vals(world->publications, state, 1);
	world->last_room = room;
}

static void on_trouble(void *user, uint32_t room, uint32_t peer, enum studio_trouble trouble)
{
	((struct world *)user)->trouble = trouble;
}

static void on_held(void *user, uint32_t room, uint32_t peer, uint64_t slots)
{
	((struct world *)user)->held[peer] = slots;
}

static void on_stats(void *user, uint32_t room, const struct peer_stats *stats)
{
	struct world *world = user;
	g_array_append_vals(world->stats, stats, 1);
	world->last_room = room;
}

struct world *world_new(const struct relay_config *config)
{
	static const struct relay_config standard = {
		.listen = "127.0.0.1", .workers = 1, .max_half_open = 100, .max_packets = 20000};
	struct world *world = g_new0(struct world, 1);
	const struct relay_events events = {.user = world,
					    .peer_state = on_peer_state,
					    .stage = on_stage,
					    .speaking = on_speaking,
					    .publication = on_publication,
					    .stats = on_stats,
					    .held = on_held,
					    .trouble = on_trouble};
	world->clients = g_ptr_array_new();
	world->states = g_array_new(FALSE, TRUE, sizeof(struct told_state));
	world->publications = g_array_new(FALSE, TRUE, sizeof(struct publication_state));
	world->stats = g_array_new(FALSE, TRUE, sizeof(struct peer_stats));
	struct relay_config all = config ? *config : standard;
	if (!all.overload_percent) /* sanitizers and busy machines are no overload */
		all.overload_percent = 100;
	const char *workers = g_getenv("WORLD_WORKERS");
	if (workers && all.workers == 1) {
		all.workers = (unsigned)atoi(workers);
		all.spread = true;
	}
	g_assert_cmpint(relay_new(&all, &events, &world->relay), ==, OK);
	return world;
}

void world_free(struct world *world)
{
	relay_free(world->relay);
	while (world->clients->len > 0)
		client_free(world->clients->pdata[0]);
	g_ptr_array_unref(world->clients);
	g_array_unref(world->states);
	g_array_unref(world->publications);
	g_array_unref(world->stats);
	g_free(world);
}

static void handle_rtcp(struct client *client, const uint8_t *data, size_t length)
{
	struct rtcp_reader reader;
	struct rtcp_item item;
	enum err err;
	rtcp_reader_init(&reader, data, length);
	while ((err = rtcp_next(&reader, &item)) == OK) {
		client->n_pli += item.type == RTCP_PLI;
		client->keyframe_wanted |= item.type == RTCP_PLI;
		client->n_nack += item.type == RTCP_NACK;
		client->n_transport_cc += item.type == RTCP_TRANSPORT_CC;
		client->n_sender_report += item.type == RTCP_SENDER_REPORT;
		client->n_receiver_report += item.type == RTCP_RECEIVER_REPORT;
	}
	g_assert_cmpint(err, ==, ERR_NOT_FOUND);
}

static void handle_rtp(struct client *client, const uint8_t *data, size_t length)
{
	const struct peer_description *d = &client->description;
	struct heard heard = {0};
	g_assert_cmpint(rtp_parse(data, length, &d->extensions, &heard.rtp), ==, OK);
	for (unsigned i = 0; i < d->n_slots; i++) {
		if (d->slots[i].rtx_ssrc == heard.rtp.ssrc) {
			client->n_resent++;
			return;
		}
		if (d->slots[i].ssrc != heard.rtp.ssrc)
			continue;
		const uint8_t *payload = data + heard.rtp.payload_offset;
		const struct rtp_span *mid = &heard.rtp.extension[EXTENSION_MID];
		if (mid->offset)
			memcpy(heard.mid, data + mid->offset, MIN(mid->length, MID_MAX));
		g_assert_cmpuint(heard.rtp.payload_type, ==, d->slots[i].codecs[0].payload_type);
		synth_read(payload, heard.rtp.payload_length, &heard.stream, &heard.counter);
		if (d->slots[i].kind == MEDIA_VIDEO && heard.rtp.payload_length > 0)
			g_assert_cmpint(codec_peek(CODEC_VP8, payload, heard.rtp.payload_length,
						   &heard.frame),
					==, OK);
		g_array_append_val(client->heard[i], heard);
		return;
	}
	client->n_unknown++;
}

static void send_media(struct client *client, uint64_t now_us)
{
	if (client->speaks && now_us >= client->sound_us) {
		client_say(client, client->level);
		client->sound_us = MAX(client->sound_us + SOUND_US, now_us);
	}
	if (client->films && now_us >= client->frame_us) {
		client_film(client, 3);
		client->frame_us = MAX(client->frame_us + FRAME_US, now_us);
	}
}

static void pump(struct client *client)
{
	uint64_t now_us = clock_now_us();
	uint8_t data[PACKET_CAPACITY];
	ssize_t n;
	client_transport_tick(client->transport, now_us);
	send_media(client, now_us);
	while ((n = recv(client->fd, data, sizeof data, MSG_DONTWAIT)) >= 0) {
		size_t length = (size_t)n;
		enum datagram_kind kind =
			client_transport_receive(client->transport, data, &length, now_us);
		if (kind == DATAGRAM_RTP)
			handle_rtp(client, data, length);
		else if (kind == DATAGRAM_RTCP)
			handle_rtcp(client, data, length);
	}
	/* ECONNREFUSED: the relay's socket is gone. */
	g_assert_true(errno == EAGAIN || errno == ECONNREFUSED);
}

void world_pump_clients(struct world *world)
{
	for (unsigned i = 0; i < world->clients->len; i++) {
		struct client *client = world->clients->pdata[i];
		if (client->fd >= 0 && !client->paused)
			pump(client);
	}
}

void world_turn(struct world *world, uint64_t until_us, const char *what)
{
	struct pollfd fds[64];
	nfds_t n = 0;
	if (clock_now_us() >= until_us)
		g_error("never came true: %s", what);
	world_pump_clients(world);
	if (g_main_context_iteration(NULL, FALSE))
		return;
	for (unsigned i = 0; i < world->clients->len && n < G_N_ELEMENTS(fds); i++) {
		const struct client *client = world->clients->pdata[i];
		if (client->fd >= 0 && !client->paused)
			fds[n++] = (struct pollfd){.fd = client->fd, .events = POLLIN};
	}
	poll(fds, n, 1);
}

uint64_t world_count(const struct world *world, enum counter which)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < relay_workers(world->relay); i++)
		n += counter_get(relay_counters(world->relay, i), which);
	return n;
}

enum transport_state world_state(const struct world *world, uint32_t peer, unsigned from)
{
	for (unsigned i = world->states->len; i-- > from;) {
		const struct told_state *told = &g_array_index(world->states, struct told_state, i);
		if (told->peer == peer)
			return told->state;
	}
	return TRANSPORT_NEW;
}

const char *world_profile(const struct world *world, uint32_t peer)
{
	for (unsigned i = world->states->len; i-- > 0;) {
		const struct told_state *told = &g_array_index(world->states, struct told_state, i);
		if (told->peer == peer && told->state == TRANSPORT_OPEN)
			return told->profile;
	}
	return "";
}

const struct publication_state *world_publication(const struct world *world, uint32_t peer,
						  enum source source)
{
	for (unsigned i = world->publications->len; i-- > 0;) {
		const struct publication_state *p =
			&g_array_index(world->publications, struct publication_state, i);
		if (p->peer == peer && p->source == source)
			return p;
	}
	return NULL;
}
