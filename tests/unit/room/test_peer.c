#include "tests/unit/room/fixture.h"

/* A publisher whose description names no SSRC, and one who watches its camera. */
struct scene {
	struct fixture *f;
	struct end *a, *watcher;
	uint32_t slot;
};

static struct scene scene_new(unsigned n_layers)
{
	struct scene s = {.f = fixture_new()};
	struct peer_description d = fixture_description(1);
	for (unsigned i = 0; i < d.n_publications; i++)
		for (unsigned j = 0; j < LAYERS; j++)
			d.publications[i].ssrc[j] = d.publications[i].rtx_ssrc[j] = 0;
	d.publications[1].n_layers = n_layers;
	s.a = fixture_join_as(s.f, &d);
	s.watcher = fixture_join(s.f, 2);
	s.slot = slot_ssrc(s.watcher, "c");
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 0, 0);
	return s;
}

static uint64_t count_of(const struct scene *s, enum counter which)
{
	return counter_get(&s->f->counters, which);
}

static void learns_layers_by_mid_and_rid(void)
{
	static const char *const rids[] = {"q", "h", "f"};
	struct scene s = scene_new(LAYERS);
	const struct publication *camera = peer_publication(s.a->peer, SOURCE_CAMERA);
	for (unsigned i = LAYERS; i-- > 0;) {
		s.a->camera[i].mid = "cam";
		s.a->camera[i].rid = rids[i];
		fixture_frame(s.a, i, true, 1);
		s.a->camera[i].mid = s.a->camera[i].rid =
			NULL; /* a browser stops when it is understood */
		fixture_frame(s.a, i, false, 1);
	}
	for (unsigned i = 0; i < LAYERS; i++)
		g_assert_cmpuint(camera->layers[i]->ssrc, ==, ssrc_of(1, SSRC_CAMERA + i));
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_UNKNOWN_STREAM), ==, 0);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	fixture_free(s.f);
}

static void learns_retransmissions_by_repaired_rid(void)
{
	struct scene s = scene_new(LAYERS);
	uint8_t lost[PACKET_CAPACITY], rtx[PACKET_CAPACITY];
	struct synth *top = &s.a->camera[2];
	top->mid = "cam";
	top->rid = "f";
	fixture_frame(s.a, 2, true, 1);
	size_t length = fixture_make(top, false, true, true, lost);
	fixture_next_frame(top);
	fixture_frame(s.a, 2, false, 1);
	fixture_give(s.f, s.a, rtx, synth_write_rtx(top, lost, length, rtx));
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	g_assert_cmpuint(peer_publication(s.a->peer, SOURCE_CAMERA)->layers[2]->rtx_ssrc, ==,
			 top->rtx_ssrc);
	fixture_free(s.f);
}

static void learns_a_single_layer_and_its_rtx_by_mid_alone(void)
{
	struct scene s = scene_new(1);
	uint8_t lost[PACKET_CAPACITY], rtx[PACKET_CAPACITY];
	struct synth *camera = &s.a->camera[0];
	camera->mid = "cam";
	fixture_frame(s.a, 0, true, 1);
	size_t length = fixture_make(camera, false, true, true, lost);
	fixture_next_frame(camera);
	fixture_frame(s.a, 0, false, 1);
	fixture_give(s.f, s.a, rtx, synth_write_rtx(camera, lost, length, rtx));
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	fixture_free(s.f);
}

static void learns_by_payload_type_if_that_is_clear(void)
{
	struct fixture *f = fixture_new();
	struct peer_description d = fixture_description(1);
	d.n_publications = 1; /* the microphone */
	d.publications[0].ssrc[0] = 0;
	struct end *a = fixture_join_as(f, &d), *b = fixture_join(f, 2);
	fixture_set_slot(b, "m", FEED_MICROPHONE, 1, 0, 0);
	fixture_sound(a, 127);
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "m")), ==, 1);
	fixture_free(f);
}

static void does_not_guess(void)
{
	struct scene s = scene_new(LAYERS);
	fixture_frame(s.a, 0, true, 1); /* camera or screen? */
	s.a->camera[0].mid = "cam";
	fixture_frame(s.a, 0, true, 1); /* which layer? */
	s.a->camera[0].rid = "x";
	fixture_frame(s.a, 0, true, 1);
	s.a->camera[0].mid = "nope";
	s.a->camera[0].rid = "q";
	fixture_frame(s.a, 0, true, 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_UNKNOWN_STREAM), ==, 4);
	fixture_free(s.f);
}

static void a_layer_in_use_keeps_its_ssrc(void)
{
	struct scene s = scene_new(1);
	struct synth other = s.a->camera[1];
	s.a->camera[0].mid = other.mid = "cam";
	fixture_frame(s.a, 0, true, 1);
	fixture_frame_of(s.a, &other, true, 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_UNKNOWN_STREAM), ==, 1);
	/* A sender that began anew is silent first. */
	fixture_pass(s.f, 1100);
	fixture_frame_of(s.a, &other, true, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	g_assert_cmpuint(fixture_seen(s.watcher, s.slot, 1)->stream, ==, other.stream);
	g_assert_cmpuint(fixture_seen(s.watcher, s.slot, 1)->index, ==,
			 fixture_seen(s.watcher, s.slot, 0)->index + 1);
	fixture_free(s.f);
}

static void streams_are_bounded(void)
{
	struct scene s = scene_new(1);
	struct synth camera = s.a->camera[0];
	camera.mid = "cam";
	for (uint32_t i = 0; i < 200; i++) {
		camera.ssrc = 5000 + i;
		fixture_frame_of(s.a, &camera, true, 1);
		fixture_pass(s.f, 1100);
	}
	g_assert_cmpuint(s.a->peer->n_streams, <=, PEER_MAX_STREAMS);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 200);
	fixture_free(s.f);
}

static void refuses_what_was_not_negotiated(void)
{
	struct scene s = scene_new(LAYERS);
	uint8_t data[PACKET_CAPACITY];
	s.a->mic.mid = "mic";
	fixture_sound(s.a, 127);
	s.a->mic.payload_type = 120;
	fixture_sound(s.a, 127);
	s.a->mic.payload_type = 96; /* VP8 as a microphone */
	fixture_sound(s.a, 127);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_UNKNOWN_PAYLOAD), ==, 2);
	memset(data, 0, sizeof data);
	fixture_give(s.f, s.a, data, 12); /* version 0 */
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_RTP_MALFORMED), ==, 1);
	fixture_free(s.f);
}

static void an_rtx_too_short_is_malformed(void)
{
	struct scene s = scene_new(1);
	uint8_t data[PACKET_CAPACITY], rtx[PACKET_CAPACITY];
	struct synth *camera = &s.a->camera[0];
	camera->mid = "cam";
	fixture_frame(s.a, 0, true, 1);
	size_t length = fixture_make(camera, false, true, true, data);
	length = synth_write_rtx(camera, data, length, rtx);
	struct rtp_header h;
	g_assert_cmpint(rtp_parse(rtx, length, NULL, &h), ==, OK);
	fixture_give(s.f, s.a, rtx, h.payload_offset + 1u);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_RTX_MALFORMED), ==, 1);
	fixture_free(s.f);
}

static void an_update_adds_and_keeps(void)
{
	struct fixture *f = fixture_new();
	struct peer_description d = fixture_description(1), less = d, other = d;
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	fixture_set_slot(b, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(a, 0, true, 1);
	struct publication_description *booth = &d.publications[d.n_publications++];
	*booth = d.publications[0];
	booth->source = SOURCE_BOOTH_MICROPHONE;
	booth->ssrc[0] = 4711;
	g_strlcpy(booth->mid, "booth", sizeof booth->mid);
	struct slot_description *slot = &d.slots[d.n_slots++];
	*slot = d.slots[4];
	slot->ssrc = 4712;
	slot->feed = (struct feed_key){FEED_CAMERA, 2};
	g_strlcpy(slot->mid, "c2", sizeof slot->mid);
	g_assert_cmpint(room_update_peer(f->room, a->peer, &d, f->now_us), ==, OK);
	g_assert_nonnull(peer_publication(a->peer, SOURCE_BOOTH_MICROPHONE));
	fixture_frame(b, 0, true, 1);
	g_assert_cmpuint(fixture_count(a, 4712), ==, 1);
	fixture_frame(a, 0, false, 1);
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "c")), ==, 2); /* went on */

	less.n_publications--;
	g_assert_cmpint(room_update_peer(f->room, a->peer, &less, f->now_us), ==, ERR_MALFORMED);
	other.publications[0].source = SOURCE_SCREEN_SOUND;
	g_assert_cmpint(room_update_peer(f->room, a->peer, &other, f->now_us), ==, ERR_MALFORMED);
	d.slots[0].kind = MEDIA_AUDIO;
	g_assert_cmpint(room_update_peer(f->room, a->peer, &d, f->now_us), ==, ERR_MALFORMED);
	fixture_free(f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/peer/learns_layers_by_mid_and_rid", learns_layers_by_mid_and_rid);
	g_test_add_func("/peer/learns_retransmissions_by_repaired_rid",
			learns_retransmissions_by_repaired_rid);
	g_test_add_func("/peer/learns_a_single_layer_and_its_rtx_by_mid_alone",
			learns_a_single_layer_and_its_rtx_by_mid_alone);
	g_test_add_func("/peer/learns_by_payload_type_if_that_is_clear",
			learns_by_payload_type_if_that_is_clear);
	g_test_add_func("/peer/does_not_guess", does_not_guess);
	g_test_add_func("/peer/a_layer_in_use_keeps_its_ssrc", a_layer_in_use_keeps_its_ssrc);
	g_test_add_func("/peer/streams_are_bounded", streams_are_bounded);
	g_test_add_func("/peer/refuses_what_was_not_negotiated", refuses_what_was_not_negotiated);
	g_test_add_func("/peer/an_rtx_too_short_is_malformed", an_rtx_too_short_is_malformed);
	g_test_add_func("/peer/an_update_adds_and_keeps", an_update_adds_and_keeps);
	return g_test_run();
}
