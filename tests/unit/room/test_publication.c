#include "tests/unit/room/fixture.h"

/* One sends its camera, another watches in "c". */
struct scene {
	struct fixture *f;
	struct end *a, *watcher;
	uint32_t slot;
};

static struct scene scene_new(uint16_t width, uint16_t height)
{
	struct scene s = {.f = fixture_new()};
	s.a = fixture_join(s.f, 1);
	s.watcher = fixture_join(s.f, 2);
	s.slot = slot_ssrc(s.watcher, "c");
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, width, height);
	return s;
}

/* All the given layers (bits), for so long, at 30 frames a second; keyframes when asked. */
static void send_layers(struct scene *s, unsigned layers, unsigned ms, bool keyframes)
{
	for (unsigned t = 0; t < ms; t += 33) {
		for (unsigned i = 0; i < LAYERS; i++) {
			struct rtcp_item item;
			bool asked = fixture_rtcp(s->a, RTCP_PLI, ssrc_of(1, SSRC_CAMERA + i),
						  &item) > 0;
			if (layers >> i & 1)
				fixture_frame(s->a, i, asked || (keyframes && t == 0), 1);
		}
		g_array_set_size(s->a->rtcp, 0);
		fixture_pass(s->f, 33);
	}
}

/* The layer that the watcher's last packet came from. */
static int shown(const struct scene *s)
{
	unsigned n = fixture_count(s->watcher, s->slot);
	return n ? (int)(fixture_seen(s->watcher, s->slot, n - 1)->stream - ssrc_of(1, SSRC_CAMERA))
		 : -1;
}

static void takes_the_smallest_layer_that_covers(void)
{
	static const struct {
		uint16_t width, height;
		int layer;
	} rows[] = {{0, 0, 2},	   {160, 90, 0}, {320, 180, 0},	 {321, 180, 1},	 {320, 181, 1},
		    {640, 360, 1}, {641, 1, 2},	 {1280, 720, 2}, {3840, 2160, 2}};
	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct scene s = scene_new(rows[i].width, rows[i].height);
		send_layers(&s, 7, 100, true);
		g_assert_cmpint(shown(&s), ==, rows[i].layer);
		fixture_free(s.f);
	}
}

static void goes_by_the_real_size_not_by_the_order(void)
{
	struct scene s = scene_new(320, 180);
	s.a->camera[0].width = 1280;
	s.a->camera[0].height = 720;
	s.a->camera[2].width = 320;
	s.a->camera[2].height = 180;
	send_layers(&s, 7, 100, true);
	g_assert_cmpint(shown(&s), ==, 2);
	fixture_free(s.f);
}

static void any_layer_may_be_absent(void)
{
	struct scene s = scene_new(640, 360);
	send_layers(&s, 1, 100, true);
	g_assert_cmpint(shown(&s), ==, 0); /* better than nothing */
	send_layers(&s, 5, 100, true);
	g_assert_cmpint(shown(&s), ==, 2);
	fixture_free(s.f);
}

static void moves_up_when_a_layer_comes(void)
{
	struct scene s = scene_new(0, 0);
	send_layers(&s, 1, 500, true);
	g_assert_cmpint(shown(&s), ==, 0);
	send_layers(&s, 7, 500, false); /* begin without a keyframe: asked for */
	g_assert_cmpint(shown(&s), ==, 2);
	fixture_free(s.f);
}

static void moves_down_when_its_layer_dies(void)
{
	struct scene s = scene_new(0, 0);
	send_layers(&s, 7, 500, true);
	g_assert_cmpint(shown(&s), ==, 2);
	send_layers(&s, 3, 1000, false);
	g_assert_cmpint(shown(&s), ==, 1);
	send_layers(&s, 1, 1000, false);
	g_assert_cmpint(shown(&s), ==, 0);
	fixture_free(s.f);
}

static void follows_the_wanted_size(void)
{
	struct scene s = scene_new(0, 0);
	send_layers(&s, 7, 300, true);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 320, 180);
	send_layers(&s, 7, 300, false);
	g_assert_cmpint(shown(&s), ==, 0);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 640, 360);
	send_layers(&s, 7, 300, false);
	g_assert_cmpint(shown(&s), ==, 1);
	fixture_free(s.f);
}

static void a_change_of_layer_leaves_no_hole_in_the_picture(void)
{
	struct scene s = scene_new(0, 0);
	send_layers(&s, 7, 300, true);
	for (unsigned i = 0; i < 20; i++) {
		fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, i % 2 ? 0 : 320, 180);
		send_layers(&s, 7, 300, false);
	}
	unsigned n = fixture_count(s.watcher, s.slot), switches = 0;
	for (unsigned i = 1; i < n; i++) {
		const struct seen *a = fixture_seen(s.watcher, s.slot, i - 1),
				  *b = fixture_seen(s.watcher, s.slot, i);
		g_assert_cmpuint(b->index, ==, a->index + 1);
		g_assert_cmpint((int32_t)(b->rtp.timestamp - a->rtp.timestamp), >, 0);
		g_assert_cmpuint(b->frame.picture_id, ==, (a->frame.picture_id + 1) & 0x7fff);
		g_assert_true(b->frame.keyframe || b->stream == a->stream);
		switches += b->stream != a->stream;
	}
	g_assert_cmpuint(switches, ==, 22); /* twice upwards at first */
	fixture_free(s.f);
}

static void a_still_screen_goes_on_where_it_paused(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	uint32_t slot = slot_ssrc(b, "s");
	room_set_screen(f->room, 1, f->now_us);
	fixture_frame_of(a, &a->screen, true, 1);
	fixture_pass(f, 5000);
	g_assert_false(f->publication.active);
	fixture_frame_of(a, &a->screen, false, 1);
	g_assert_true(f->publication.active);
	g_assert_cmpuint(fixture_count(b, slot), ==, 2);
	fixture_free(f);
}

static void says_what_it_does(void)
{
	struct scene s = scene_new(0, 0);
	g_assert_cmpuint(s.f->n_publication, ==, 0);
	send_layers(&s, 7, 100, true);
	const struct publication_state *told = &s.f->publication;
	g_assert_cmpuint(told->peer, ==, 1);
	g_assert_cmpint(told->source, ==, SOURCE_CAMERA);
	g_assert_true(told->active);
	g_assert_cmpint(told->codec, ==, CODEC_VP8);
	g_assert_cmpuint(told->width, ==, 1280);
	g_assert_cmpuint(told->height, ==, 720);
	g_assert_cmpuint(told->layers, ==, 3);
	unsigned n = s.f->n_publication;
	send_layers(&s, 7, 500, false);
	g_assert_cmpuint(s.f->n_publication, ==, n); /* no change, no word */
	send_layers(&s, 3, 1000, false);
	g_assert_cmpuint(told->layers, ==, 2);
	g_assert_cmpuint(told->width, ==, 640);
	fixture_pass(s.f, 2500);
	g_assert_false(told->active);
	g_assert_cmpuint(told->layers, ==, 0);
	fixture_free(s.f);
}

/* Who publishes nothing isn't looked at; from the first publication on they are. */
static void who_begins_to_publish_may_fall_silent(void)
{
	struct fixture *f = fixture_new();
	struct peer_description whole = fixture_description(1), listens = whole;
	listens.n_publications = 0;
	struct end *a = fixture_join_as(f, &listens);
	fixture_pass(f, 5000);
	a->description = whole;
	g_assert_cmpint(room_update_peer(f->room, a->peer, &whole, f->now_us), ==, OK);
	fixture_frame(a, 0, true, 1);
	g_assert_true(f->publication.active);
	fixture_pass(f, 2500);
	g_assert_false(f->publication.active);
	fixture_free(f);
}

/* With packets coming, what isn't urgent wakes nobody: it goes with the next of them. */
static void periodic_work_waits_for_the_next_packet(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	fixture_join(f, 2);
	unsigned wakes = 0, passes = 0;
	fixture_pass(f, 2000);
	for (uint64_t end_us = f->now_us + 2 * US_PER_SEC; f->now_us < end_us; passes++) {
		fixture_sound(a, 20);
		uint64_t packet_us = f->now_us + 15 * US_PER_MS;
		for (uint64_t us; (us = room_tick(f->room, f->now_us)) < packet_us; wakes++)
			f->now_us = MAX(f->now_us, us);
		f->now_us = packet_us;
	}
	g_assert_cmpuint(wakes, <, passes / 10);
	fixture_free(f);
}

static void the_muted_are_not_forwarded(void)
{
	struct scene s = scene_new(0, 0);
	send_layers(&s, 1, 300, true);
	unsigned before = fixture_count(s.watcher, s.slot);
	room_set_muted(s.f->room, s.a->peer, SOURCE_CAMERA, true, s.f->now_us);
	g_assert_false(s.f->publication.active);
	send_layers(&s, 1, 300, false);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, before);
	g_assert_cmpuint(counter_get(&s.f->counters, COUNTER_DROP_MUTED), ==, 10);
	fixture_frame(s.a, 0, false, 1);
	fixture_pass(s.f, 1000);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==,
			 0); /* and not asked for pictures */
	room_set_muted(s.f->room, s.a->peer, SOURCE_CAMERA, false, s.f->now_us);
	g_assert_true(s.f->publication.active);
	send_layers(&s, 1, 300, false);
	const struct seen *first = fixture_seen(s.watcher, s.slot, before);
	g_assert_nonnull(first);
	g_assert_true(first->frame.keyframe); /* asked for: what came meanwhile is missing */
	g_assert_cmpuint(first->index, ==, first[-1].index + 1);
	fixture_free(s.f);
}

static void a_mute_reaches_those_who_only_go_on_showing_it(void)
{
	struct scene s = scene_new(0, 0);
	struct end *b = fixture_join(s.f, 3);
	fixture_frame(b, 0, true, 1);
	fixture_frame(s.a, 0, true, 1);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 3, 0, 0); /* still shows 1 */
	room_set_muted(s.f->room, s.a->peer, SOURCE_CAMERA, true, s.f->now_us);
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 1);
	fixture_frame(b, 0, true, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	fixture_free(s.f);
}

static void payload_types_mean_codecs(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	const struct publication *camera = peer_publication(a->peer, SOURCE_CAMERA);
	uint8_t rtx_of;
	g_assert_cmpint(publication_codec(camera, 96, &rtx_of), ==, CODEC_VP8);
	g_assert_cmpuint(rtx_of, ==, 0);
	g_assert_cmpint(publication_codec(camera, 97, &rtx_of), ==, CODEC_VP8);
	g_assert_cmpuint(rtx_of, ==, 96);
	g_assert_cmpint(publication_codec(camera, 0, &rtx_of), ==, CODEC_NONE);
	g_assert_cmpint(publication_codec(camera, 111, &rtx_of), ==, CODEC_NONE);
	fixture_free(f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/publication/takes_the_smallest_layer_that_covers",
			takes_the_smallest_layer_that_covers);
	g_test_add_func("/publication/goes_by_the_real_size_not_by_the_order",
			goes_by_the_real_size_not_by_the_order);
	g_test_add_func("/publication/any_layer_may_be_absent", any_layer_may_be_absent);
	g_test_add_func("/publication/moves_up_when_a_layer_comes", moves_up_when_a_layer_comes);
	g_test_add_func("/publication/moves_down_when_its_layer_dies",
			moves_down_when_its_layer_dies);
	g_test_add_func("/publication/follows_the_wanted_size", follows_the_wanted_size);
	g_test_add_func("/publication/a_change_of_layer_leaves_no_hole_in_the_picture",
			a_change_of_layer_leaves_no_hole_in_the_picture);
	g_test_add_func("/publication/a_still_screen_goes_on_where_it_paused",
			a_still_screen_goes_on_where_it_paused);
	g_test_add_func("/publication/says_what_it_does", says_what_it_does);
	g_test_add_func("/publication/who_begins_to_publish_may_fall_silent",
			who_begins_to_publish_may_fall_silent);
	g_test_add_func("/publication/periodic_work_waits_for_the_next_packet",
			periodic_work_waits_for_the_next_packet);
	g_test_add_func("/publication/the_muted_are_not_forwarded", the_muted_are_not_forwarded);
	g_test_add_func("/publication/a_mute_reaches_those_who_only_go_on_showing_it",
			a_mute_reaches_those_who_only_go_on_showing_it);
	g_test_add_func("/publication/payload_types_mean_codecs", payload_types_mean_codecs);
	return g_test_run();
}
