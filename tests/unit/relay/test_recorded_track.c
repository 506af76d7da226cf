/* Recorded tracks; the studio's end of the socket is the test's. */
#include "relay/base/wire.h"
#include "tests/unit/relay/fake_recorder.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, B = 2 };

static void test_sound_with_capture_times(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint8_t data[STUDIO_MESSAGE_MAX];
	size_t length = 0;
	uint32_t stream, counter, room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	uint64_t begin_us = clock_now_us();
	recorder_start(&r, world, room, false);
	a->speaks = true;
	a->level = 20;
	for (unsigned i = 0; i < 20; i++) {
		WORLD_UNTIL(world, (length = recorder_take(&r, data)) > 0);
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
	recorder_start(&r, world, room, false);
	a->speaks = true;
	a->level = 20;
	uint16_t sequence = recorder_take_until(&r, 20);
	recorder_say_written(&r, 15);
	WORLD_UNTIL(world, (recorder_take_until(&r, 40), true));
	guint before = world->states->len;
	close(r.fd);
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	recorder_connect(&r);
	/* Sound has a keyframe everywhere: number 15 is the last that is kept. */
	g_assert_cmpuint(recorder_take_until(&r, 1), ==, (uint16_t)(sequence - 5));
	for (unsigned i = 2; i < 60; i++)
		g_assert_cmpuint(recorder_take_until(&r, i), ==, (uint16_t)(sequence - 6 + i));
	close(r.fd);
	world_free(world);
}

/* Takes until a packet is this one's; each must be whose it is said to be. */
static void take_until_from(struct fake_recorder *r, uint32_t source, const struct client *a,
			    const struct client *b)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint32_t stream, counter;
	do {
		size_t length = 0;
		WORLD_UNTIL(r->world, (length = recorder_take(r, data)) > 0);
		g_assert_true(synth_read(data + STUDIO_MEDIA_HEAD, length - STUDIO_MEDIA_HEAD,
					 &stream, &counter));
		const struct client *from = r->source == A ? a : b;
		g_assert_cmpuint(stream, ==, from->microphone.stream);
	} while (r->source != source);
}

/* With each change, before the first packet; and another studio hears it of what it gets first. */
static void test_whose_it_is(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	a->speaks = b->speaks = true;
	a->level = b->level = 20;
	relay_pin_stage(world->relay, room, A);
	recorder_start(&r, world, room, false);
	take_until_from(&r, A, a, b);
	relay_pin_stage(world->relay, room, B);
	take_until_from(&r, B, a, b);
	g_assert_cmpuint(r.sources_told, <=, 3);
	uint64_t written = r.taken - 1; /* A's last is kept, B's first wasn't written */
	recorder_say_written(&r, written);
	relay_pin_stage(world->relay, room, A);
	take_until_from(&r, A, a, b);

	guint before = world->states->len;
	close(r.fd);
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	recorder_connect(&r);
	unsigned told = r.sources_told;
	take_until_from(&r, A, a, b);
	g_assert_cmpuint(r.taken, ==, 1);
	take_until_from(&r, B, a, b);
	g_assert_cmpuint(r.taken, ==, 2);
	take_until_from(&r, A, a, b);
	g_assert_cmpuint(r.sources_told, ==, told + 3);
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
	recorder_start(&r, world, room, true);
	a->films = a->speaks = true;
	a->level = 20;
	WORLD_UNTIL(world, recorder_take(&r, data) > 0);
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
	recorder_start(&r, world, room, false);
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
	uint16_t sequence = recorder_take_until(&r, 1);
	for (unsigned i = 2; i <= n; i++) {
		g_assert_cmpuint(recorder_take_until(&r, i), ==, (uint16_t)(sequence + i - 1));
		if (i % 50 == 0)
			recorder_say_written(&r, i);
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
	recorder_start(&r, world, room, false);
	g_assert_cmpint(send(r.fd, full, sizeof full, MSG_NOSIGNAL), ==, sizeof full);
	WORLD_UNTIL(world, world->trouble == STUDIO_DISK_FULL);
	guint before = world->states->len;
	g_assert_cmpint(send(r.fd, nonsense, sizeof nonsense, MSG_NOSIGNAL), ==, sizeof nonsense);
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	close(r.fd);
	recorder_connect(&r);
	recorder_say_written(&r, 1); /* of nothing */
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
	g_test_add_func("/recorded_track/whose_it_is", test_whose_it_is);
	g_test_add_func("/recorded_track/a_picture_begins_with_a_keyframe_that_it_asks_for",
			test_a_picture_begins_with_a_keyframe_that_it_asks_for);
	g_test_add_func("/recorded_track/a_studio_that_stands_still_misses_nothing",
			test_a_studio_that_stands_still_misses_nothing);
	g_test_add_func("/recorded_track/trouble_is_told_and_nonsense_ends_it",
			test_trouble_is_told_and_nonsense_ends_it);
	return g_test_run();
}
