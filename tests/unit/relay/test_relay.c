/* Connections, media and events, through the whole relay: see test_peers.c for peers that come and
 * go. */
#include "tests/unit/relay/world.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, B = 2, C = 3 };

static void test_connect(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	g_assert_cmpstr(client_transport_profile(a->transport), ==, "SRTP_AEAD_AES_128_GCM");
	g_assert_cmpstr(world_profile(world, A), ==, "AEAD_AES_128_GCM");
	g_assert_cmpuint(world->last_room, ==, room);
	g_assert_cmpuint(world_count(world, COUNTER_HANDSHAKES), ==, 1);
	/* Each state is told once, in order. */
	enum transport_state last = TRANSPORT_NEW;
	for (unsigned i = 0; i < world->states->len; i++) {
		const struct told_state *told = &g_array_index(world->states, struct told_state, i);
		g_assert_cmpuint(told->peer, ==, A);
		g_assert_cmpint(told->state, >, last);
		last = told->state;
	}
	g_assert_cmpint(last, ==, TRANSPORT_OPEN);
	world_free(world);
}

/* Sound and picture, both ways, of two clients that are open already. */
static void check_media(struct world *world, struct client *a, struct client *b)
{
	unsigned before_a = client_count(a, "voice1"), before_b = client_count(b, "voice");
	relay_pin_stage(world->relay, a->room, a->description.id);
	a->speaks = a->films = b->speaks = b->films = true;
	WORLD_UNTIL(world, client_hears(b, "stage") == a->description.id &&
				   client_hears(a, "stage") == b->description.id);
	WORLD_UNTIL(world, client_count(b, "voice") > before_b + 20 &&
				   client_count(a, "voice1") > before_a + 20);
	WORLD_UNTIL(world, client_count(b, "stage") > 60 && client_count(a, "stage") > 60);
	g_assert_cmpuint(client_hears(b, "voice"), ==, a->description.id);
	g_assert_cmpuint(client_hears(a, "voice1"), ==, b->description.id);
	client_check_slots(a);
	client_check_slots(b);
}

/* Of all workers. */
static uint64_t gauge_sum(const struct world *world, enum gauge which)
{
	uint64_t sum = 0;
	for (unsigned w = 0; w < relay_workers(world->relay); w++)
		sum += gauge_get(relay_counters(world->relay, w), which);
	return sum;
}

static void test_media(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	check_media(world, a, b);

	WORLD_UNTIL(world, world_publication(world, A, SOURCE_CAMERA) &&
				   world_publication(world, A, SOURCE_MICROPHONE));
	const struct publication_state *camera = world_publication(world, A, SOURCE_CAMERA);
	g_assert_true(camera->active);
	g_assert_cmpint(camera->codec, ==, CODEC_VP8);
	g_assert_cmpuint(camera->width, ==, 640);
	g_assert_cmpuint(camera->height, ==, 360);
	g_assert_cmpuint(camera->layers, ==, 1);
	g_assert_true(world_publication(world, A, SOURCE_MICROPHONE)->active);

	WORLD_UNTIL(world, a->n_transport_cc > 2 && a->n_receiver_report > 0);
	g_assert_cmpuint(a->n_nack, ==, 0); /* loopback loses nothing */
	WORLD_UNTIL(world, world->n_speaking == 2);
	g_assert_cmpuint(world->speaking[0], ==, A);
	g_assert_cmpuint(world->speaking[1], ==, B);
	a->level = 127;
	WORLD_UNTIL(world, world->n_speaking == 1);
	g_assert_cmpuint(world->speaking[0], ==, B);

	WORLD_UNTIL(world, world->stats->len >= 2);
	const struct peer_stats *stats = &g_array_index(world->stats, struct peer_stats, 0);
	g_assert_true(stats->peer == A || stats->peer == B);
	g_assert_cmpuint(stats->bitrate_in, >, 0);
	g_assert_cmpuint(stats->bitrate_out, >, 0);
	g_assert_cmpuint(stats->loss_up, ==, 0);
	g_assert_cmpuint(relay_busy_us(world->relay, 0), >, 0);
	WORLD_UNTIL(world, gauge_sum(world, GAUGE_PEERS) == 2);
	g_assert_cmpuint(gauge_sum(world, GAUGE_PUBLICATIONS), ==, 4);
	g_assert_cmpuint(gauge_sum(world, GAUGE_SLOTS), ==,
			 a->description.n_slots + b->description.n_slots);
	g_assert_cmpuint(gauge_sum(world, GAUGE_ROOMS), >=, 1);
	world_free(world);
}

static void test_sha1(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	struct client *b = client_new(world, "127.0.0.1", B, "SRTP_AES128_CM_SHA1_80");
	client_join(b, room);
	WORLD_UNTIL(world, client_is_open(b));
	g_assert_cmpstr(world_profile(world, B), ==, "AES128_CM_SHA1_80");
	g_assert_cmpstr(world_profile(world, A), ==, "AEAD_AES_128_GCM");
	check_media(world, a, b); /* from one to the other */
	world_free(world);
}

static void set_camera(struct client *receiver, uint32_t publisher)
{
	struct feed_key feed = {publisher ? FEED_CAMERA : FEED_NONE, publisher};
	relay_set_slot(receiver->world->relay, receiver->room, receiver->description.id, "camera",
		       feed, 320, 180);
}

static void test_slot_moves(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, room, C);
	a->films = b->films = true;
	for (unsigned i = 0; i < 6; i++) {
		uint32_t wanted = i % 2 ? B : A;
		unsigned before = client_count(c, "camera");
		set_camera(c, wanted);
		WORLD_UNTIL(world, client_hears(c, "camera") == wanted &&
					   client_count(c, "camera") > before + 9);
	}
	/* A PLI made each move possible before the sender's next keyframe: it sends none by itself.
	 */
	g_assert_cmpuint(a->n_pli, >=, 2);
	g_assert_cmpuint(b->n_pli, >=, 2);

	relay_set_slot(world->relay, room, C, "microphone", (struct feed_key){FEED_MICROPHONE, B},
		       0, 0);
	b->speaks = true;
	WORLD_UNTIL(world, client_count(c, "microphone") > 5);
	g_assert_cmpuint(client_hears(c, "microphone"), ==, B);
	g_assert_cmpuint(client_count(a, "microphone"), ==, 0);

	/* Idle: who knows that the command came through sees it at the sound that was set after it.
	 */
	set_camera(c, 0);
	relay_set_slot(world->relay, room, C, "microphone", (struct feed_key){FEED_MICROPHONE, A},
		       0, 0);
	a->speaks = true;
	WORLD_UNTIL(world, client_hears(c, "microphone") == A);
	client_sync(c);
	unsigned before = client_count(c, "camera");
	for (unsigned i = 0; i < 20; i++)
		client_film(b, 3);
	client_sync(b);
	client_sync(c);
	g_assert_cmpuint(client_count(c, "camera"), ==, before);
	client_check_slots(c);

	/* What no slot takes is refused, and nothing happens. */
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*slot camera cannot show*");
	relay_set_slot(world->relay, room, C, "camera", (struct feed_key){FEED_MICROPHONE, A}, 0,
		       0);
	relay_set_slot(world->relay, room, C, "microphone", (struct feed_key){FEED_MICROPHONE, B},
		       0, 0);
	WORLD_UNTIL(world, client_hears(c, "microphone") == B);
	g_test_assert_expected_messages();
	world_free(world);
}

static void test_mute(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	relay_set_slot(world->relay, room, B, "microphone", (struct feed_key){FEED_MICROPHONE, A},
		       0, 0);
	a->speaks = a->films = true;
	WORLD_UNTIL(world, client_count(b, "microphone") > 10);
	WORLD_UNTIL(world, world_publication(world, A, SOURCE_MICROPHONE));

	relay_set_muted(world->relay, room, A, SOURCE_MICROPHONE, true);
	WORLD_UNTIL(world, !world_publication(world, A, SOURCE_MICROPHONE)->active);
	client_sync(b);
	unsigned before = client_count(b, "microphone");
	uint64_t dropped = world_count(world, COUNTER_DROP_MUTED);
	for (unsigned i = 0; i < 50; i++)
		client_say(a, 10);
	client_sync(a);
	client_sync(b);
	g_assert_cmpuint(client_count(b, "microphone"), ==, before);
	g_assert_cmpuint(world_count(world, COUNTER_DROP_MUTED), >=, dropped + 50);

	relay_set_muted(world->relay, room, A, SOURCE_MICROPHONE, false);
	WORLD_UNTIL(world, world_publication(world, A, SOURCE_MICROPHONE)->active);
	WORLD_UNTIL(world, client_count(b, "microphone") > before + 10);
	client_check_slots(b);
	world_free(world);
}

static void test_stage(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, room, C);
	a->films = b->films = c->films = true;
	relay_pin_stage(world->relay, room, A);
	WORLD_UNTIL(world, world->stage == A && client_hears(c, "stage") == A);
	relay_pin_stage(world->relay, room, B);
	WORLD_UNTIL(world, world->stage == B && client_hears(c, "stage") == B);
	g_assert_cmpuint(world->previous, ==, A);
	/* Nobody sees himself. */
	WORLD_UNTIL(world, client_hears(b, "stage") == A && client_hears(a, "stage") == B);
	/* Nothing changes by a pin of somebody who isn't there. */
	unsigned n_stage = world->n_stage;
	relay_pin_stage(world->relay, room, 77);
	/* The dominant speaker's, when the host lets go. */
	relay_pin_stage(world->relay, room, 0);
	c->speaks = true;
	WORLD_UNTIL(world, world->stage == C);
	g_assert_cmpuint(world->n_stage, ==, n_stage + 1);
	g_assert_cmpuint(world->previous, ==, B);
	WORLD_UNTIL(world, client_hears(a, "stage") == C && client_hears(c, "stage") == B);
	client_check_slots(a);
	client_check_slots(b);
	client_check_slots(c);
	world_free(world);
}

/* A packet of a publisher that got lost on its way: asked for, sent again, and handed on where it
 * was missing. */
static void test_repair(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	a->films = true;
	set_camera(b, A);
	WORLD_UNTIL(world, client_count(b, "camera") > 9);
	a->films = false;
	client_sync(a);
	client_sync(b);

	uint8_t lost[PACKET_CAPACITY], again[PACKET_CAPACITY];
	const struct synth_packet whole = {.first = true, .last = true, .level = 255, .size = 500};
	uint16_t last = client_last(b, "camera")->rtp.sequence;
	size_t length = synth_write(&a->camera, &whole, lost);
	a->camera.picture_id++;
	client_film(a, 3);
	uint64_t began_us = clock_now_us();
	WORLD_UNTIL(world, a->n_nack > 0);
	g_test_message("asked again after %.1f ms", (double)(clock_now_us() - began_us) / 1000);
	/* The gap is the receiver's, too, until it is filled. */
	client_sync(b);
	g_assert_cmpuint(client_last(b, "camera")->rtp.sequence, ==, (uint16_t)(last + 4));

	a->camera.rtx_payload_type = a->description.publications[1].codecs[0].rtx_payload_type;
	a->camera.rtx_ssrc = a->camera.ssrc + 1;
	length = synth_write_rtx(&a->camera, lost, length, again);
	/* As browsers do: its SSRC is known by the MID, the retransmission's by the RTX payload
	 * type under the same MID. */
	g_assert_true(client_transport_send_rtp(a->transport, again, length));
	client_sync(a);
	client_sync(b);
	g_assert_cmpuint(client_last(b, "camera")->rtp.sequence, ==, (uint16_t)(last + 1));
	g_assert_cmpuint(world_count(world, COUNTER_RTX_IN), ==, 1);
	world_free(world);
}

static bool has_ipv6_loopback(void)
{
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

static void test_ipv6(void)
{
	const struct relay_config config = {
		.workers = 1, .max_half_open = 10, .max_packets = 10000};
	if (!has_ipv6_loopback()) {
		g_test_skip("no IPv6 on this machine");
		return;
	}
	struct world *world = world_new(&config);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_new(world, "::1", A, NULL),
		      *b = client_new(world, "127.0.0.1", B, NULL);
	client_join(a, room);
	client_join(b, room);
	WORLD_UNTIL(world, client_is_open(a) && client_is_open(b));
	/* One port for both, and each is told its own address. */
	g_assert_true(g_str_has_prefix(client_transport_mapped_address(a->transport), "[::1]:"));
	g_assert_true(
		g_str_has_prefix(client_transport_mapped_address(b->transport), "127.0.0.1:"));
	check_media(world, a, b);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relay/connects_and_prefers_gcm", test_connect);
	g_test_add_func("/relay/sound_and_picture_reach_the_other", test_media);
	g_test_add_func("/relay/sha1_peer_and_gcm_peer_understand_each_other", test_sha1);
	g_test_add_func("/relay/slot_goes_on_without_a_break_when_it_moves", test_slot_moves);
	g_test_add_func("/relay/lost_packet_is_asked_for_and_handed_on", test_repair);
	g_test_add_func("/relay/muted_publication_reaches_nobody", test_mute);
	g_test_add_func("/relay/stage_is_the_hosts_or_the_speakers", test_stage);
	g_test_add_func("/relay/ipv4_and_ipv6_share_a_port", test_ipv6);
	return g_test_run();
}
