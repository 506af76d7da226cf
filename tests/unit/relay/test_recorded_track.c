/* Recorded tracks; the studio's end of the socket is the test's. */
#include "relay/base/wire.h"
#include "tests/unit/relay/world.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, B = 2 };

struct fake_recorder {
	struct world *world;
	struct peer_description description;
	uint32_t room;
	int fd; /* the studio's end */
	uint64_t taken;
};

static void connect_recorder(struct fake_recorder *r)
{
	int ends[2];
	guint before = r->world->states->len;
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
	r->fd = ends[1];
	r->taken = 0;
	g_assert_cmpint(relay_add_track(r->world->relay, r->room, &r->description, ends[0]), ==,
			OK);
	WORLD_UNTIL(r->world, world_state(r->world, r->description.id, before) == TRANSPORT_OPEN);
}

static void start(struct fake_recorder *r, struct world *world, uint32_t room, bool video)
{
	static const struct codec_choice opus = {CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0},
					 vp8 = {CODEC_VP8, STUDIO_PICTURE_PAYLOAD_TYPE, 0};
	*r = (struct fake_recorder){.world = world, .room = room};
	r->description = (struct peer_description){
		.id = relay_new_peer_id(world->relay), .cname = "track", .n_slots = 1};
	r->description.slots[0] = (struct slot_description){
		.mid = "0",
		.kind = video ? MEDIA_VIDEO : MEDIA_AUDIO,
		.ssrc = relay_new_ssrc(world->relay),
		.n_codecs = 1,
		.codecs = {video ? vp8 : opus},
		.feed = {video ? FEED_STAGE : FEED_VOICE, 0},
	};
	connect_recorder(r);
}

/* The next message: its length, or 0. */
static size_t take(struct fake_recorder *r, uint8_t data[static STUDIO_MESSAGE_MAX])
{
	ssize_t n = recv(r->fd, data, STUDIO_MESSAGE_MAX, MSG_DONTWAIT | MSG_TRUNC);
	g_assert_true(n > 0 || (n < 0 && errno == EAGAIN));
	if (n <= 0)
		return 0;
	g_assert_true(data[0] == STUDIO_MEDIA || data[0] == STUDIO_MEDIA_GUESSED);
	r->taken++;
	return (size_t)n;
}

static void say_written(struct fake_recorder *r, uint64_t count)
{
	uint8_t message[9] = {STUDIO_WRITTEN};
	wire_put64(message + 1, count);
	g_assert_cmpint(send(r->fd, message, sizeof message, MSG_NOSIGNAL), ==, sizeof message);
}

/* Until so many have come; their last one's sequence number. */
static uint16_t take_until(struct fake_recorder *r, uint64_t n)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint16_t sequence = 0;
	while (r->taken < n) {
		size_t length = 0;
		WORLD_UNTIL(r->world, (length = take(r, data)) > 0);
		sequence = wire_get16(data + STUDIO_MEDIA_HEAD + 2);
	}
	return sequence;
}

static void test_sound_with_capture_times(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint8_t data[STUDIO_MESSAGE_MAX];
	size_t length = 0;
	uint32_t stream, counter, room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	uint64_t begin_us = clock_now_us();
	start(&r, world, room, false);
	a->speaks = true;
	a->level = 20;
	for (unsigned i = 0; i < 20; i++) {
		WORLD_UNTIL(world, (length = take(&r, data)) > 0);
		uint64_t capture_us = wire_get64(data + 1);
		g_assert_cmpuint(capture_us, >, begin_us - US_PER_SEC);
		g_assert_cmpuint(capture_us, <=, clock_now_us());
		g_assert_true(synth_read(data + STUDIO_MEDIA_HEAD, length - STUDIO_MEDIA_HEAD,
					 &stream, &counter));
		g_assert_cmpuint(stream, ==, a->microphone.stream);
	}
	close(r.fd);
	world_free(world);
}

/* What wasn't written comes again, from the keyframe before it; and nothing is missing behind. */
static void test_the_next_studio_goes_on(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	start(&r, world, room, false);
	a->speaks = true;
	a->level = 20;
	uint16_t sequence = take_until(&r, 20);
	say_written(&r, 15);
	WORLD_UNTIL(world, (take_until(&r, 40), true));
	guint before = world->states->len;
	close(r.fd);
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	connect_recorder(&r);
	/* Sound has a keyframe everywhere: number 15 is the last that is kept. */
	g_assert_cmpuint(take_until(&r, 1), ==, (uint16_t)(sequence - 5));
	for (unsigned i = 2; i < 60; i++)
		g_assert_cmpuint(take_until(&r, i), ==, (uint16_t)(sequence - 6 + i));
	close(r.fd);
	world_free(world);
}

static void test_a_picture_begins_with_a_keyframe_that_it_asks_for(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint8_t data[STUDIO_MESSAGE_MAX];
	const uint8_t ask[] = {STUDIO_KEYFRAME};
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	start(&r, world, room, true);
	a->films = a->speaks = true;
	a->level = 20;
	WORLD_UNTIL(world, take(&r, data) > 0);
	struct rtp_header header;
	struct frame_info frame;
	const uint8_t *rtp = data + STUDIO_MEDIA_HEAD;
	g_assert_cmpint(rtp_parse(rtp, 200, NULL, &header), ==, OK);
	g_assert_cmpint(codec_peek(CODEC_VP8, rtp + header.payload_offset, 60, &frame), ==, OK);
	g_assert_true(frame.keyframe);
	unsigned asked = a->n_pli;
	g_assert_cmpint(send(r.fd, ask, sizeof ask, MSG_NOSIGNAL), ==, sizeof ask);
	WORLD_UNTIL(world, a->n_pli > asked);
	close(r.fd);
	world_free(world);
}

static void test_a_studio_that_stands_still_misses_nothing(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	start(&r, world, room, false);
	a->level = 20;
	enum { N = 1500 }; /* more than a socket holds */
	for (unsigned i = 0; i < N; i++) {
		client_say(a, 20);
		client_sync(a);
	}
	client_sync(b);
	g_assert_cmpuint(world_count(world, COUNTER_DROP_RECORDING_FULL), ==, 0);
	unsigned n = client_count(b, "voice"); /* the first few have no seat yet */
	g_assert_cmpuint(n, >, N - 100);
	uint16_t sequence = take_until(&r, 1);
	for (unsigned i = 2; i <= n; i++) {
		g_assert_cmpuint(take_until(&r, i), ==, (uint16_t)(sequence + i - 1));
		if (i % 50 == 0)
			say_written(&r, i);
	}
	client_check_slots(b);
	close(r.fd);
	world_free(world);
}

static void test_trouble_is_told_and_nonsense_ends_it(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	const uint8_t full[] = {STUDIO_TROUBLE, STUDIO_DISK_FULL}, nonsense[] = {99, 1};
	uint32_t room = relay_open_room(world->relay);
	start(&r, world, room, false);
	g_assert_cmpint(send(r.fd, full, sizeof full, MSG_NOSIGNAL), ==, sizeof full);
	WORLD_UNTIL(world, world->trouble == STUDIO_DISK_FULL);
	guint before = world->states->len;
	g_assert_cmpint(send(r.fd, nonsense, sizeof nonsense, MSG_NOSIGNAL), ==, sizeof nonsense);
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	close(r.fd);
	connect_recorder(&r);
	say_written(&r, 1); /* of nothing */
	before = world->states->len;
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	relay_remove_peer(world->relay, room, r.description.id);
	close(r.fd);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recorded_track/sound_with_capture_times", test_sound_with_capture_times);
	g_test_add_func("/recorded_track/the_next_studio_goes_on", test_the_next_studio_goes_on);
	g_test_add_func("/recorded_track/a_picture_begins_with_a_keyframe_that_it_asks_for",
			test_a_picture_begins_with_a_keyframe_that_it_asks_for);
	g_test_add_func("/recorded_track/a_studio_that_stands_still_misses_nothing",
			test_a_studio_that_stands_still_misses_nothing);
	g_test_add_func("/recorded_track/trouble_is_told_and_nonsense_ends_it",
			test_trouble_is_told_and_nonsense_ends_it);
	return g_test_run();
}
