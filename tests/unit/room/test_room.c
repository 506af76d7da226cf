#include "tests/unit/room/fixture.h"

#define SPEECH 25
#define QUIET  90

/* Who of 1..n speaks (bits from 1), for so long. */
static void talk(struct fixture *f, unsigned speaking, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20) {
		for (unsigned i = 0; i < f->ends->len; i++) {
			struct end *end = f->ends->pdata[i];
			if (end)
				fixture_sound(end,
					      speaking >> end->description.id & 1 ? SPEECH : QUIET);
		}
		fixture_pass(f, 20);
	}
}

static unsigned bit(unsigned id)
{
	return 1u << id;
}

static void the_first_voice_takes_the_stage(void)
{
	struct fixture *f = fixture_new();
	for (uint32_t id = 1; id <= 3; id++)
		fixture_join(f, id);
	talk(f, 0, 500);
	g_assert_cmpuint(f->n_stage, ==, 0);
	talk(f, bit(2), 60);
	g_assert_cmpuint(f->stage, ==, 2);
	g_assert_cmpuint(f->seats[0], ==, 2);
	fixture_free(f);
}

static void until_somebody_speaks_the_first_camera_is_on_the_stage(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	fixture_join(f, 3);
	fixture_frame(b, 0, true, 1);
	g_assert_cmpuint(f->stage, ==, 2);
	g_assert_cmpuint(f->previous, ==, 0);
	fixture_frame(a, 0, true, 1);
	g_assert_cmpuint(f->stage, ==, 1); /* in order of joining */
	g_assert_cmpuint(f->previous, ==, 2);
	talk(f, bit(3), 60);
	g_assert_cmpuint(f->stage, ==, 3);
	fixture_free(f);
}

static void the_dominant_speaker_follows(void)
{
	struct fixture *f = fixture_new();
	for (uint32_t id = 1; id <= 3; id++)
		fixture_join(f, id);
	talk(f, bit(1), 3000);
	g_assert_cmpuint(f->stage, ==, 1);
	talk(f, bit(3), 2000);
	g_assert_cmpuint(f->stage, ==, 1); /* 2 s of dominance, not of speech */
	talk(f, bit(3), 2000);
	g_assert_cmpuint(f->stage, ==, 3);
	g_assert_cmpuint(f->previous, ==, 1);
	g_assert_cmpuint(f->n_stage, ==, 2);
	fixture_free(f);
}

static void a_voice_is_heard_from_its_third_packet_on(void)
{
	struct fixture *f = fixture_new();
	fixture_join(f, 1);
	struct end *b = fixture_join(f, 2), *c = fixture_join(f, 3);
	talk(f, bit(1), 1000);
	fixture_forget(c);
	for (unsigned i = 0; i < 4; i++)
		fixture_sound(b, SPEECH);
	g_assert_cmpuint(fixture_count(c, slot_ssrc(c, "v1")), ==, 2);
	g_assert_cmpuint(fixture_seen(c, slot_ssrc(c, "v1"), 0)->stream, ==, b->mic.stream);
	fixture_free(f);
}

static void nobody_hears_themselves(void)
{
	struct fixture *f = fixture_new();
	struct end *ends[6];
	for (uint32_t id = 1; id <= 5; id++)
		ends[id] = fixture_join(f, id);
	talk(f, bit(1), 3000);
	talk(f, bit(1) | bit(2) | bit(3) | bit(4), 1000);
	g_assert_cmpuint(f->seats[0], ==, 1);
	g_assert_cmpuint(f->fourth, >, 1);
	for (uint32_t id = 1; id <= 5; id++)
		fixture_forget(ends[id]);
	talk(f, bit(1) | bit(2) | bit(3) | bit(4), 200);
	for (uint32_t id = 1; id <= 5; id++) {
		static const char *const slots[] = {"v0", "v1", "v2"};
		unsigned heard = 0;
		for (unsigned i = 0; i < VOICE_SEATS; i++) {
			const struct seen *seen =
				fixture_seen(ends[id], slot_ssrc(ends[id], slots[i]), 0);
			g_assert_nonnull(seen);
			uint32_t voice = seen->stream / 100;
			g_assert_cmpuint(voice, !=, id);
			g_assert_cmpuint(voice, ==, f->seats[i] == id ? f->fourth : f->seats[i]);
			heard |= bit(voice);
		}
		g_assert_cmpuint((unsigned)__builtin_popcount(heard), ==,
				 3); /* three different ones */
	}
	fixture_free(f);
}

static void who_speaks_is_told_on_change_only(void)
{
	struct fixture *f = fixture_new();
	for (uint32_t id = 1; id <= 3; id++)
		fixture_join(f, id);
	talk(f, bit(2) | bit(3), 3000);
	g_assert_cmpuint(f->n_speaking_told, ==, 1);
	g_assert_cmpuint(f->n_speaking, ==, 2);
	g_assert_cmpuint(f->speaking[0], ==, 2);
	g_assert_cmpuint(f->speaking[1], ==, 3);
	talk(f, bit(2), 1500);
	g_assert_cmpuint(f->n_speaking_told, ==, 2);
	g_assert_cmpuint(f->n_speaking, ==, 1);
	fixture_leave(f, f->ends->pdata[1]);
	fixture_pass(f, 200);
	g_assert_cmpuint(f->n_speaking, ==, 0);
	fixture_free(f);
}

static void the_hosts_choice_holds_the_stage(void)
{
	struct fixture *f = fixture_new();
	for (uint32_t id = 1; id <= 3; id++)
		fixture_join(f, id);
	talk(f, bit(1), 3000);
	room_pin_stage(f->room, 3, f->now_us);
	g_assert_cmpuint(f->stage, ==, 3);
	g_assert_cmpuint(f->previous, ==, 1);
	talk(f, bit(1) | bit(2), 5000);
	g_assert_cmpuint(f->stage, ==, 3);
	room_pin_stage(f->room, 77, f->now_us); /* has just left: nothing changes */
	g_assert_cmpuint(f->stage, ==, 3);
	room_pin_stage(f->room, 0, f->now_us);
	talk(f, bit(1) | bit(2), 5000);
	g_assert_cmpuint(f->stage, !=, 3);
	fixture_free(f);
}

static void when_the_holder_leaves_the_next_follows(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2), *c = fixture_join(f, 3);
	fixture_set_slot(c, "stage", FEED_STAGE, 0, 0, 0);
	talk(f, bit(1), 3000);
	talk(f, bit(2), 300);
	fixture_frame(b, 0, true, 1);
	fixture_leave(f, a);
	g_assert_cmpuint(f->stage, ==, 2);
	fixture_frame(b, 0, true, 1);
	g_assert_cmpuint(fixture_count(c, slot_ssrc(c, "stage")), ==, 1);
	fixture_free(f);
}

static void alone_with_a_holder_one_is_the_holders_stage(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	fixture_set_slot(a, "stage", FEED_STAGE, 0, 0, 0);
	talk(f, bit(1), 1000);
	g_assert_cmpuint(f->previous, ==, 0);
	fixture_frame(b, 0, true, 1);
	g_assert_cmpuint(f->previous, ==, 2); /* a camera is better than an empty stage */
	fixture_frame(b, 0, true, 1);
	g_assert_cmpuint(fixture_count(a, slot_ssrc(a, "stage")), ==, 1);
	fixture_free(f);
}

static void sharing_a_screen_does_not_move_the_stage(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2), *c = fixture_join(f, 3);
	talk(f, bit(1), 1000);
	unsigned n = f->n_stage;
	room_set_screen(f->room, 2, f->now_us);
	fixture_frame_of(b, &b->screen, true, 1);
	g_assert_cmpuint(f->n_stage, ==, n);
	g_assert_cmpuint(fixture_count(a, slot_ssrc(a, "s")), ==, 1);
	room_set_screen(f->room, 3, f->now_us);
	fixture_frame_of(c, &c->screen, true, 1);
	g_assert_cmpuint(fixture_seen(a, slot_ssrc(a, "s"), 1)->stream, ==, c->screen.stream);
	room_set_screen(f->room, 0, f->now_us);
	fixture_frame_of(c, &c->screen, true, 1);
	g_assert_cmpuint(fixture_count(a, slot_ssrc(a, "s")), ==, 2);
	fixture_free(f);
}

static void the_muted_neither_sound_nor_rank(void)
{
	struct fixture *f = fixture_new();
	fixture_join(f, 1);
	struct end *b = fixture_join(f, 2), *c = fixture_join(f, 3);
	talk(f, bit(1) | bit(2), 3000);
	room_set_muted(f->room, b->peer, SOURCE_MICROPHONE, true, f->now_us);
	g_assert_cmpuint(f->seats[1], ==, 0);
	fixture_forget(c);
	talk(f, bit(2), 3000);
	g_assert_cmpuint(f->n_speaking, ==, 0);
	g_assert_cmpuint(fixture_count(c, slot_ssrc(c, "v1")), ==, 0);
	g_assert_cmpuint(f->stage, ==, 1);
	g_assert_cmpuint(counter_get(&f->counters, COUNTER_DROP_MUTED), ==, 150);
	room_set_muted(f->room, b->peer, SOURCE_MICROPHONE, false, f->now_us);
	talk(f, bit(2), 200);
	g_assert_cmpuint(f->seats[1], ==, 2);
	fixture_free(f);
}

static void a_packet_without_level_counts_as_speech_unless_it_is_empty(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	uint8_t data[PACKET_CAPACITY];
	for (unsigned i = 0; i < 50; i++) {
		const struct synth_packet p = {.level = 255, .size = 80};
		size_t length = synth_write(&a->mic, &p, data);
		fixture_give(f, a, data, length);
		length = synth_write(&b->mic, &p, data);
		fixture_give(f, b, data, RTP_HEADER_MIN + 2); /* DTX */
		fixture_pass(f, 20);
	}
	g_assert_cmpuint(f->n_speaking, ==, 1);
	g_assert_cmpuint(f->speaking[0], ==, 1);
	fixture_free(f);
}

static void a_reconnected_receiver_begins_with_a_keyframe(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	uint32_t slot = slot_ssrc(b, "c");
	fixture_set_slot(b, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(a, 0, true, 1);
	room_set_connected(f->room, b->peer, false, f->now_us);
	fixture_frame(a, 0, false, 1);
	fixture_frame(a, 0, true, 1);
	g_assert_cmpuint(fixture_count(b, slot), ==, 1);
	fixture_pass(f, 1000);
	room_set_connected(f->room, b->peer, true, f->now_us);
	fixture_frame(a, 0, false, 1);
	fixture_pass(f, 1);
	g_assert_cmpuint(fixture_count(b, slot), ==, 1);
	g_assert_cmpuint(fixture_rtcp(a, RTCP_PLI, 0, NULL), ==, 1);
	fixture_frame(a, 0, true, 1);
	g_assert_cmpuint(fixture_count(b, slot), ==, 2);
	g_assert_cmpuint(fixture_seen(b, slot, 1)->index, ==, fixture_seen(b, slot, 0)->index + 1);
	fixture_free(f);
}

static void a_senders_silence_is_no_loss(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	struct peer_stats stats;
	fixture_set_slot(b, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(a, 0, true, 1);
	room_set_connected(f->room, a->peer, false, f->now_us);
	fixture_pass(f, 5000);
	a->camera[0].sequence += 300; /* sent, and never arrived */
	room_set_connected(f->room, a->peer, true, f->now_us);
	for (unsigned i = 0; i < 60; i++) {
		fixture_frame(a, 0, i == 3, 1);
		fixture_pass(f, 20);
	}
	room_peer_stats(f->room, a->peer, f->now_us, &stats);
	g_assert_cmpuint(stats.loss_up, ==, 0);
	g_assert_cmpuint(fixture_rtcp(a, RTCP_NACK, 0, NULL), ==, 0);
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "c")), ==, 1 + 57);
	fixture_free(f);
}

static void a_refusing_sink_is_counted(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	fixture_set_slot(b, "c", FEED_CAMERA, 1, 0, 0);
	b->answer = ERR_NOT_READY;
	fixture_frame(a, 0, true, 3);
	g_assert_cmpuint(counter_get(&f->counters, COUNTER_DROP_RECEIVER_SILENT), ==, 3);
	g_assert_cmpuint(counter_get(&f->counters, COUNTER_RTP_OUT), ==, 0);
	fixture_free(f);
}

static void a_slot_takes_what_it_can_and_no_other(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	const struct feed_key voice = {FEED_VOICE, 0}, camera = {FEED_CAMERA, 1},
			      nonsense = {FEED_VOICE, 9};
	g_assert_cmpint(room_set_slot(f->room, a->peer, "nope", camera, 0, 0, f->now_us), ==,
			ERR_NOT_FOUND);
	g_assert_cmpint(room_set_slot(f->room, a->peer, "c", voice, 0, 0, f->now_us), ==,
			ERR_UNSUPPORTED);
	g_assert_cmpint(room_set_slot(f->room, a->peer, "m", camera, 0, 0, f->now_us), ==,
			ERR_UNSUPPORTED);
	g_assert_cmpint(room_set_slot(f->room, a->peer, "m", nonsense, 0, 0, f->now_us), ==,
			ERR_UNSUPPORTED);
	g_assert_cmpint(room_set_slot(f->room, a->peer, "m", voice, 0, 0, f->now_us), ==, OK);
	fixture_free(f);
}

static void ten_slots_on_one_camera_get_the_same(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *ends[10];
	for (uint32_t i = 0; i < 10; i++) {
		ends[i] = fixture_join(f, 10 + i);
		fixture_set_slot(ends[i], "c", FEED_CAMERA, 1, 0, 0);
	}
	fixture_frame(a, 0, true, 3);
	fixture_leave(f, ends[4]);
	fixture_frame(a, 0, false, 3);
	for (uint32_t i = 0; i < 10; i++)
		if (i != 4)
			g_assert_cmpuint(fixture_count(ends[i], slot_ssrc(ends[i], "c")), ==, 6);
	g_assert_cmpuint(room_peers(f->room), ==, 10);
	fixture_free(f);
}

static void an_idle_room_sleeps(void)
{
	struct fixture *f = fixture_new();
	g_assert_cmpuint(room_tick(f->room, f->now_us), >=, f->now_us + 50 * US_PER_MS);
	fixture_join(f, 1);
	fixture_pass(f, 1000);
	unsigned rounds = 0;
	for (uint64_t t = f->now_us; t < f->now_us + US_PER_SEC; rounds++)
		t = room_tick(f->room, t);
	g_assert_cmpuint(rounds, <, 40);
	fixture_free(f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/room/the_first_voice_takes_the_stage", the_first_voice_takes_the_stage);
	g_test_add_func("/room/until_somebody_speaks_the_first_camera_is_on_the_stage",
			until_somebody_speaks_the_first_camera_is_on_the_stage);
	g_test_add_func("/room/the_dominant_speaker_follows", the_dominant_speaker_follows);
	g_test_add_func("/room/a_voice_is_heard_from_its_third_packet_on",
			a_voice_is_heard_from_its_third_packet_on);
	g_test_add_func("/room/nobody_hears_themselves", nobody_hears_themselves);
	g_test_add_func("/room/who_speaks_is_told_on_change_only",
			who_speaks_is_told_on_change_only);
	g_test_add_func("/room/the_hosts_choice_holds_the_stage", the_hosts_choice_holds_the_stage);
	g_test_add_func("/room/when_the_holder_leaves_the_next_follows",
			when_the_holder_leaves_the_next_follows);
	g_test_add_func("/room/alone_with_a_holder_one_is_the_holders_stage",
			alone_with_a_holder_one_is_the_holders_stage);
	g_test_add_func("/room/sharing_a_screen_does_not_move_the_stage",
			sharing_a_screen_does_not_move_the_stage);
	g_test_add_func("/room/the_muted_neither_sound_nor_rank", the_muted_neither_sound_nor_rank);
	g_test_add_func("/room/a_packet_without_level_counts_as_speech_unless_it_is_empty",
			a_packet_without_level_counts_as_speech_unless_it_is_empty);
	g_test_add_func("/room/a_reconnected_receiver_begins_with_a_keyframe",
			a_reconnected_receiver_begins_with_a_keyframe);
	g_test_add_func("/room/a_senders_silence_is_no_loss", a_senders_silence_is_no_loss);
	g_test_add_func("/room/a_refusing_sink_is_counted", a_refusing_sink_is_counted);
	g_test_add_func("/room/a_slot_takes_what_it_can_and_no_other",
			a_slot_takes_what_it_can_and_no_other);
	g_test_add_func("/room/ten_slots_on_one_camera_get_the_same",
			ten_slots_on_one_camera_get_the_same);
	g_test_add_func("/room/an_idle_room_sleeps", an_idle_room_sleeps);
	return g_test_run();
}
