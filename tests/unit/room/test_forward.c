/* What comes in one pass is gathered, and handed out receiver by receiver. */
#include "tests/unit/room/fixture.h"

/* 1 and 2 publish; 3 and 4 watch 1's camera and hear 1. */
struct scene {
	struct fixture *f;
	struct end *a, *b, *watchers[2];
};

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new()};
	s.a = fixture_join(s.f, 1);
	s.b = fixture_join(s.f, 2);
	for (unsigned i = 0; i < 2; i++) {
		s.watchers[i] = fixture_join(s.f, 3 + i);
		fixture_set_slot(s.watchers[i], "c", FEED_CAMERA, 1, 0, 0);
		fixture_set_slot(s.watchers[i], "m", FEED_MICROPHONE, 1, 0, 0);
	}
	fixture_frame(s.a, 0, true, 1);
	for (unsigned i = 0; i < 10; i++) /* it speaks, and has its seat */
		fixture_sound(s.a, 30);
	for (unsigned i = 0; i < 2; i++)
		fixture_forget(s.watchers[i]);
	s.f->together = true;
	return s;
}

static unsigned count(const struct end *end, const char *mid)
{
	return fixture_count(end, slot_ssrc(end, mid));
}

static void nothing_leaves_before_the_pass_is_over(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, false, 3);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, 0);
	room_forward(s.f->room, s.f->now_us);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, 3);
	g_assert_cmpuint(count(s.watchers[1], "c"), ==, 3);
	room_forward(s.f->room, s.f->now_us); /* once */
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, 3);
	fixture_free(s.f);
}

/* So that the sound (in its own slot and in a voice seat) can end the picture's message. */
static void sound_follows_the_picture_that_came_with_it(void)
{
	struct scene s = scene_new();
	fixture_sound(s.a, 30);
	fixture_frame(s.a, 0, false, 2);
	room_forward(s.f->room, s.f->now_us);
	for (unsigned i = 0; i < 2; i++) {
		const struct end *watcher = s.watchers[i];
		g_assert_cmpuint(watcher->seen->len, ==, 4);
		for (unsigned n = 0; n < 4; n++) {
			uint32_t ssrc = g_array_index(watcher->seen, struct seen, n).rtp.ssrc;
			g_assert_true((ssrc == slot_ssrc(watcher, "c")) == (n < 2));
		}
	}
	fixture_free(s.f);
}

static void more_than_a_layer_holds_is_forwarded_meanwhile(void)
{
	struct scene s = scene_new();
	for (unsigned i = 0; i < LAYER_GATHERED_MAX + 1; i++)
		fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, LAYER_GATHERED_MAX);
	room_forward(s.f->room, s.f->now_us);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, LAYER_GATHERED_MAX + 1);
	fixture_free(s.f);
}

static void moves_and_packets_keep_their_order(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, false, 1);
	fixture_set_slot(s.watchers[0], "c", FEED_NONE, 0, 0, 0);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, 1);
	fixture_frame(s.a, 0, false, 1);
	fixture_leave(s.f, s.a);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, 1);
	g_assert_cmpuint(count(s.watchers[1], "c"), ==, 2);
	fixture_free(s.f);
}

/* The keyframe brings all that came behind it, and none of that comes again with the pass. */
static void a_switch_takes_the_rest_of_the_pass_along(void)
{
	struct scene s = scene_new();
	fixture_frame(s.b, 0, false, 1);
	fixture_set_slot(s.watchers[0], "c", FEED_CAMERA, 2, 0, 0);
	fixture_frame(s.a, 0, false, 1);
	fixture_frame(s.b, 0, true, 2);
	fixture_frame(s.b, 0, false, 2);
	room_forward(s.f->room, s.f->now_us);
	g_assert_cmpuint(count(s.watchers[0], "c"), ==, 5);
	uint32_t ssrc = slot_ssrc(s.watchers[0], "c");
	for (unsigned i = 1; i < 5; i++) {
		const struct seen *seen = fixture_seen(s.watchers[0], ssrc, i);
		g_assert_cmpuint(seen->stream, ==, ssrc_of(2, SSRC_CAMERA));
		g_assert_cmpuint(seen->index, ==, fixture_seen(s.watchers[0], ssrc, 0)->index + i);
	}
	g_assert_cmpuint(counter_get(&s.f->counters, COUNTER_DROP_DUPLICATE), ==, 0);
	fixture_free(s.f);
}

/* Sizes of a frame's packets, and what each is padded to at the watchers. */
static void expect_padding(const unsigned *sizes, const unsigned *padding, unsigned n, unsigned cut)
{
	struct scene s = scene_new();
	struct synth *camera = &s.a->camera[0];
	for (unsigned i = 0; i < n; i++) {
		uint8_t data[PACKET_CAPACITY];
		const struct synth_packet packet = {
			.first = i == 0, .last = i == n - 1, .size = sizes[i]};
		fixture_give(s.f, s.a, data, synth_write(camera, &packet, data));
		if (i + 1 == cut)
			room_forward(s.f->room, s.f->now_us);
	}
	room_forward(s.f->room, s.f->now_us);
	uint32_t ssrc = slot_ssrc(s.watchers[1], "c");
	g_assert_cmpuint(fixture_count(s.watchers[1], ssrc), ==, n);
	for (unsigned i = 0; i < n; i++)
		g_assert_cmpuint(fixture_seen(s.watchers[1], ssrc, i)->rtp.padding, ==, padding[i]);
	fixture_free(s.f);
}

static void a_frames_packets_are_made_equal(void)
{
	expect_padding((unsigned[]){700, 700, 701, 701}, (unsigned[]){1, 1, 0, 0}, 4, 0);
	/* A much smaller last one may end a run as it is. */
	expect_padding((unsigned[]){700, 700, 300}, (unsigned[]){0, 0, 0}, 3, 0);
	/* The first goes before the rest is here: what comes is at most a byte longer. */
	expect_padding((unsigned[]){700, 700, 701, 701}, (unsigned[]){1, 1, 0, 0}, 4, 1);
	expect_padding((unsigned[]){700, 700, 700, 700}, (unsigned[]){1, 1, 1, 1}, 4, 2);
	expect_padding((unsigned[]){700}, (unsigned[]){0}, 1, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/forward/" #name, name)
	ADD(nothing_leaves_before_the_pass_is_over);
	ADD(sound_follows_the_picture_that_came_with_it);
	ADD(more_than_a_layer_holds_is_forwarded_meanwhile);
	ADD(moves_and_packets_keep_their_order);
	ADD(a_switch_takes_the_rest_of_the_pass_along);
	ADD(a_frames_packets_are_made_equal);
	return g_test_run();
}
