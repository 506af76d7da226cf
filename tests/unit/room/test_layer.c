#include "relay/rtp/rtcp.h"
#include "tests/unit/room/fixture.h"

/* One publishes, one watches its camera's lowest layer. */
struct scene {
	struct fixture *f;
	struct end *a, *watcher;
	uint32_t slot, camera;
};

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new()};
	s.a = fixture_join(s.f, 1);
	s.watcher = fixture_join(s.f, 2);
	s.slot = slot_ssrc(s.watcher, "c");
	s.camera = ssrc_of(1, SSRC_CAMERA);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(s.a, 0, true, 1);
	return s;
}

static uint64_t count_of(const struct scene *s, enum counter which)
{
	return counter_get(&s->f->counters, which);
}

static void asks_for_what_is_missing(void)
{
	struct scene s = scene_new();
	struct rtcp_item item;
	uint16_t numbers[8], first = s.a->camera[0].sequence;
	s.a->camera[0].sequence += 2;
	fixture_frame(s.a, 0, false, 1);
	fixture_pass(s.f, 12);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_NACK, s.camera, &item), ==, 1);
	g_assert_cmpuint(rtcp_nack_numbers(&item, numbers, 8), ==, 2);
	g_assert_cmpuint(numbers[0], ==, first);
	g_assert_cmpuint(numbers[1], ==, (uint16_t)(first + 1));
	g_assert_cmpuint(count_of(&s, COUNTER_NACK_OUT), ==, 2);
	fixture_free(s.f);
}

static void asks_for_what_is_missing_among_the_first(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *watcher = fixture_join(f, 2);
	struct synth *camera = &a->camera[0];
	uint8_t first[PACKET_CAPACITY], lost[PACKET_CAPACITY], last[PACKET_CAPACITY];
	struct rtcp_item item;
	uint16_t number, expected;
	fixture_set_slot(watcher, "c", FEED_CAMERA, 1, 0, 0);
	size_t first_length = fixture_make(camera, true, true, false, first);
	expected = camera->sequence;
	fixture_make(camera, true, false, false, lost);
	size_t last_length = fixture_make(camera, true, false, true, last);
	fixture_give(f, a, last, last_length);
	fixture_give(f, a, first, first_length);
	fixture_pass(f, 12);
	g_assert_cmpuint(fixture_count(watcher, slot_ssrc(watcher, "c")), ==, 2);
	g_assert_cmpuint(fixture_rtcp(a, RTCP_NACK, 0, &item), ==, 1);
	g_assert_cmpuint(rtcp_nack_numbers(&item, &number, 1), ==, 1);
	g_assert_cmpuint(number, ==, expected);
	fixture_free(f);
}

static void does_not_ask_for_what_nobody_gets(void)
{
	struct scene s = scene_new();
	fixture_set_slot(s.watcher, "c", FEED_NONE, 0, 0, 0);
	s.a->camera[0].sequence += 2;
	fixture_frame(s.a, 0, false, 1);
	fixture_pass(s.f, 1200);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_NACK, 0, NULL), ==, 0);
	g_assert_cmpuint(pool_in_use(s.f->packets), ==, 0); /* and keeps nothing */
	fixture_free(s.f);
}

static void sound_is_asked_for_only_where_negotiated(void)
{
	for (unsigned nack = 0; nack < 2; nack++) {
		struct fixture *f = fixture_new();
		struct peer_description d = fixture_description(1);
		d.publications[0].nack = nack;
		struct end *a = fixture_join_as(f, &d), *b = fixture_join(f, 2);
		fixture_set_slot(b, "m", FEED_MICROPHONE, 1, 0, 0);
		fixture_sound(a, 127);
		a->mic.sequence++;
		fixture_sound(a, 127);
		fixture_pass(f, 50);
		g_assert_cmpuint(fixture_rtcp(a, RTCP_NACK, ssrc_of(1, SSRC_MIC), NULL), ==, nack);
		fixture_free(f);
	}
}

static void a_retransmission_fills_the_gap(void)
{
	struct scene s = scene_new();
	uint8_t lost[PACKET_CAPACITY], rtx[PACKET_CAPACITY];
	struct synth *camera = &s.a->camera[0];
	size_t length = fixture_make(camera, false, true, true, lost);
	fixture_next_frame(camera);
	fixture_frame(s.a, 0, false, 1);
	fixture_give(s.f, s.a, rtx, synth_write_rtx(camera, lost, length, rtx));
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	const struct seen *seen = fixture_seen(s.watcher, s.slot, 2);
	g_assert_cmpuint(seen->index, ==, fixture_seen(s.watcher, s.slot, 0)->index + 1);
	g_assert_cmpuint(seen->counter, ==, 2);
	g_assert_cmpuint(count_of(&s, COUNTER_RTX_IN), ==, 1);
	/* Again, or late after all: here already. */
	fixture_give(s.f, s.a, rtx, synth_write_rtx(camera, lost, length, rtx));
	fixture_give(s.f, s.a, lost, length);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_DUPLICATE), ==, 2);
	fixture_pass(s.f, 1000);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_NACK, 0, NULL), ==, 0);
	fixture_free(s.f);
}

static void an_old_packet_as_probe_is_no_jump(void)
{
	struct scene s = scene_new();
	uint8_t old[PACKET_CAPACITY], rtx[PACKET_CAPACITY];
	struct synth *camera = &s.a->camera[0];
	size_t length = fixture_make(camera, false, true, true, old);
	fixture_next_frame(camera);
	for (unsigned i = 0; i < 600; i++)
		fixture_frame(s.a, 0, false, 1);
	unsigned n = fixture_count(s.watcher, s.slot);
	fixture_give(s.f, s.a, rtx, synth_write_rtx(camera, old, length, rtx));
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_TOO_OLD), ==, 1);
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, n + 1);
	fixture_free(s.f);
}

static void nothing_from_before_a_restart_is_taken(void)
{
	struct scene s = scene_new();
	uint8_t lost[PACKET_CAPACITY], rtx[PACKET_CAPACITY];
	struct synth *camera = &s.a->camera[0];
	size_t length = fixture_make(camera, true, true, true, lost);
	fixture_next_frame(camera);
	fixture_frame(s.a, 0, false, 3);
	room_set_connected(s.f->room, s.a->peer, false, s.f->now_us);
	room_set_connected(s.f->room, s.a->peer, true, s.f->now_us);
	/* A keyframe that was lost before: what came after it then went out under other numbers. */
	fixture_give(s.f, s.a, rtx, synth_write_rtx(camera, lost, length, rtx));
	fixture_give(s.f, s.a, lost, length);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 4);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_TOO_OLD), ==, 2);
	fixture_frame(s.a, 0, true, 1);
	/* It stays empty for the receiver. */
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 6);
	g_assert_cmpuint(fixture_seen(s.watcher, s.slot, 4)->rtp.payload_length, ==, 0);
	g_assert_cmpuint(fixture_seen(s.watcher, s.slot, 4)->index, ==,
			 fixture_seen(s.watcher, s.slot, 0)->index + 1);
	fixture_free(s.f);
}

static void a_probe_of_padding_is_nothing(void)
{
	struct scene s = scene_new();
	uint8_t padding[PACKET_CAPACITY];
	const struct synth_packet p = {.padding = 200};
	struct synth rtx = s.a->camera[0];
	rtx.ssrc = rtx.rtx_ssrc;
	rtx.payload_type = rtx.rtx_payload_type;
	fixture_give(s.f, s.a, padding, synth_write(&rtx, &p, padding));
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_PADDING), ==, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 1);
	fixture_free(s.f);
}

static void a_keyframe_is_asked_for_once_in_500_ms(void)
{
	struct scene s = scene_new();
	struct slot *slot = peer_slot(s.watcher->peer, "c");
	slot->layer->keyframe_wanted = true;
	for (unsigned i = 0; i < 100; i++) { /* 1 s of a receiver that doesn't stop asking */
		layer_want_keyframe(slot->layer, s.f->now_us);
		fixture_pass(s.f, 10);
	}
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, s.camera, NULL), ==, 3); /* at 0, 500, 1000 */
	g_assert_cmpuint(count_of(&s, COUNTER_KEYFRAME_ASKED), ==, 3);
	fixture_free(s.f);
}

static void a_keyframe_ends_the_asking(void)
{
	struct scene s = scene_new();
	struct slot *slot = peer_slot(s.watcher->peer, "c");
	slot->layer->keyframe_wanted = true;
	layer_want_keyframe(slot->layer, s.f->now_us);
	fixture_pass(s.f, 100);
	fixture_frame(s.a, 0, true, 1);
	fixture_pass(s.f, 1500);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, s.camera, NULL), ==, 1);
	fixture_free(s.f);
}

static void a_payload_that_does_not_parse_is_dropped_without_a_gap(void)
{
	struct scene s = scene_new();
	uint8_t data[PACKET_CAPACITY];
	size_t length = fixture_make(&s.a->camera[0], false, true, true, data);
	struct rtp_header h;
	g_assert_cmpint(rtp_parse(data, length, NULL, &h), ==, OK);
	data[h.payload_offset + 1] = 0xf0;
	fixture_give(s.f, s.a, data, h.payload_offset + 2u); /* ends within the descriptor */
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_PAYLOAD_MALFORMED), ==, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	g_assert_cmpuint(fixture_seen(s.watcher, s.slot, 1)->index, ==,
			 fixture_seen(s.watcher, s.slot, 0)->index + 1);
	fixture_free(s.f);
}

static void a_layer_is_silent_after_two_seconds(void)
{
	struct scene s = scene_new();
	struct layer *layer = peer_slot(s.watcher->peer, "c")->layer;
	g_assert_true(layer->active);
	fixture_pass(s.f, 1900);
	g_assert_true(layer->active);
	fixture_pass(s.f, 200);
	g_assert_false(layer->active);
	fixture_free(s.f);
}

static void a_layer_given_up_shows_by_the_others(void)
{
	struct scene s = scene_new();
	struct layer *layer = peer_slot(s.watcher->peer, "c")->layer;
	for (unsigned i = 0; i < 20; i++) { /* 660 ms */
		fixture_frame(s.a, 1, i == 0, 1);
		fixture_pass(s.f, 33);
	}
	g_assert_false(layer->active);
	fixture_free(s.f);
}

static void packets_are_let_go_after_a_second(void)
{
	struct scene s = scene_new();
	for (unsigned i = 0; i < 50; i++)
		fixture_frame(s.a, 0, false, 2);
	g_assert_cmpuint(pool_in_use(s.f->packets), ==, 101);
	fixture_pass(s.f, 1200);
	g_assert_cmpuint(pool_in_use(s.f->packets), ==, 0);
	fixture_free(s.f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/layer/asks_for_what_is_missing", asks_for_what_is_missing);
	g_test_add_func("/layer/asks_for_what_is_missing_among_the_first",
			asks_for_what_is_missing_among_the_first);
	g_test_add_func("/layer/does_not_ask_for_what_nobody_gets",
			does_not_ask_for_what_nobody_gets);
	g_test_add_func("/layer/sound_is_asked_for_only_where_negotiated",
			sound_is_asked_for_only_where_negotiated);
	g_test_add_func("/layer/a_retransmission_fills_the_gap", a_retransmission_fills_the_gap);
	g_test_add_func("/layer/an_old_packet_as_probe_is_no_jump",
			an_old_packet_as_probe_is_no_jump);
	g_test_add_func("/layer/nothing_from_before_a_restart_is_taken",
			nothing_from_before_a_restart_is_taken);
	g_test_add_func("/layer/a_probe_of_padding_is_nothing", a_probe_of_padding_is_nothing);
	g_test_add_func("/layer/a_keyframe_is_asked_for_once_in_500_ms",
			a_keyframe_is_asked_for_once_in_500_ms);
	g_test_add_func("/layer/a_keyframe_ends_the_asking", a_keyframe_ends_the_asking);
	g_test_add_func("/layer/a_payload_that_does_not_parse_is_dropped_without_a_gap",
			a_payload_that_does_not_parse_is_dropped_without_a_gap);
	g_test_add_func("/layer/a_layer_is_silent_after_two_seconds",
			a_layer_is_silent_after_two_seconds);
	g_test_add_func("/layer/a_layer_given_up_shows_by_the_others",
			a_layer_given_up_shows_by_the_others);
	g_test_add_func("/layer/packets_are_let_go_after_a_second",
			packets_are_let_go_after_a_second);
	return g_test_run();
}
