#include "relay/room/feed.h"
#include "tests/unit/room/fixture.h"

static void keys_have_their_kind_and_their_range(void)
{
	enum media_kind kind;
	g_assert_true(feed_key_valid((struct feed_key){FEED_STAGE, 0}, &kind));
	g_assert_cmpint(kind, ==, MEDIA_VIDEO);
	g_assert_true(feed_key_valid((struct feed_key){FEED_VOICE, 2}, &kind));
	g_assert_cmpint(kind, ==, MEDIA_AUDIO);
	g_assert_true(feed_key_valid((struct feed_key){FEED_CAMERA, 4000000000u}, &kind));
	g_assert_false(feed_key_valid((struct feed_key){FEED_VOICE, 3}, &kind));
	g_assert_false(feed_key_valid((struct feed_key){FEED_STAGE, 1}, &kind));
	g_assert_false(feed_key_valid((struct feed_key){FEED_CAMERA, 0}, &kind));
	g_assert_false(feed_key_valid((struct feed_key){FEED_NONE, 0}, &kind));
	g_assert_false(feed_key_valid((struct feed_key){(enum feed_kind)99, 0}, &kind));
}

static void a_feed_exists_while_somebody_follows_it(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	struct slot *slot = peer_slot(a->peer, "c"), *other = peer_slot(a->peer, "s");
	struct feeds *feeds = feeds_new();
	const struct feed_key first = {FEED_CAMERA, 77}, second = {FEED_CAMERA, 78};
	g_assert_true(feed_join(feeds, slot, first, 0));
	struct feed *was = other->feed;
	other->feed = NULL;
	g_assert_false(feed_join(feeds, other, first, 0));
	g_assert_true(feed_join(feeds, slot, second, 0)); /* moves */
	g_assert_cmpuint(feeds_find(feeds, first)->slots->len, ==, 1);
	feed_leave(feeds, other, 0);
	g_assert_null(feeds_find(feeds, first));
	g_assert_nonnull(feeds_find(feeds, second));
	g_assert_false(feed_join(feeds, slot, second, 0)); /* where it is */
	feed_leave(feeds, slot, 0);
	feed_leave(feeds, slot, 0);
	g_assert_null(feeds_find(feeds, second));
	feeds_free(feeds);
	other->feed = was;
	fixture_free(f);
}

static void nobody_gets_their_own_stage(void)
{
	struct fixture *f = fixture_new();
	struct end *ends[3];
	for (uint32_t i = 0; i < 3; i++)
		ends[i] = fixture_join(f, i + 1);
	for (uint32_t i = 0; i < 3; i++)
		fixture_set_slot(ends[i], "stage", FEED_STAGE, 0, 0, 0);
	room_pin_stage(f->room, 2, f->now_us);
	room_pin_stage(f->room, 1, f->now_us); /* 2 held it before */
	for (unsigned i = 0; i < 3; i++)
		fixture_frame(ends[i], 0, true, 1);
	g_assert_cmpuint(fixture_seen(ends[0], slot_ssrc(ends[0], "stage"), 0)->stream, ==,
			 ssrc_of(2, SSRC_CAMERA));
	g_assert_cmpuint(fixture_seen(ends[1], slot_ssrc(ends[1], "stage"), 0)->stream, ==,
			 ssrc_of(1, SSRC_CAMERA));
	g_assert_cmpuint(fixture_seen(ends[2], slot_ssrc(ends[2], "stage"), 0)->stream, ==,
			 ssrc_of(1, SSRC_CAMERA));
	fixture_free(f);
}

static void own_screen_and_sound_do_not_come_back(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2);
	const struct synth_packet sound = {.level = 127, .size = 80};
	uint8_t data[PACKET_CAPACITY];
	room_set_screen(f->room, 1, f->now_us);
	fixture_frame_of(a, &a->screen, true, 1);
	fixture_give(f, a, data, synth_write(&a->screen_sound, &sound, data));
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "s")), ==, 1);
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "ss")), ==, 1);
	g_assert_cmpuint(a->seen->len, ==, 0);
	fixture_free(f);
}

static void own_camera_by_name_does(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	fixture_set_slot(a, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(a, 0, true, 1);
	g_assert_cmpuint(fixture_count(a, slot_ssrc(a, "c")), ==, 1);
	fixture_free(f);
}

static void a_peer_may_come_after_its_feed(void)
{
	struct fixture *f = fixture_new();
	struct end *b = fixture_join(f, 2);
	fixture_set_slot(b, "c", FEED_CAMERA, 1, 0, 0);
	struct end *a = fixture_join(f, 1);
	fixture_frame(a, 0, true, 1);
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "c")), ==, 1);
	fixture_leave(f, a);
	g_assert_null(peer_slot(b->peer, "c")->publication);
	g_assert_null(peer_slot(b->peer, "c")->layer);
	g_assert_cmpuint(pool_in_use(f->packets), ==, 0);
	fixture_free(f);
}

static void a_slot_survives_the_leaving_of_what_it_only_goes_on_showing(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1), *b = fixture_join(f, 2), *c = fixture_join(f, 3);
	fixture_frame(a, 0, true, 1);
	fixture_frame(b, 0, true, 1);
	fixture_set_slot(c, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(a, 0, true, 1);
	fixture_set_slot(c, "c", FEED_CAMERA, 2, 0, 0); /* still shows 1 */
	fixture_leave(f, a);
	fixture_frame(b, 0, true, 1);
	uint32_t slot = slot_ssrc(c, "c");
	g_assert_cmpuint(fixture_count(c, slot), ==, 2);
	g_assert_cmpuint(fixture_seen(c, slot, 1)->index, ==, fixture_seen(c, slot, 0)->index + 1);
	/* What was sent of the one who left can't be sent again, and that is no crash. */
	slot_resend(peer_slot(c->peer, "c"), fixture_seen(c, slot, 0)->rtp.sequence, f->now_us);
	g_assert_cmpuint(counter_get(&f->counters, COUNTER_DROP_NO_RTX), ==, 1);
	fixture_free(f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/feed/keys_have_their_kind_and_their_range",
			keys_have_their_kind_and_their_range);
	g_test_add_func("/feed/a_feed_exists_while_somebody_follows_it",
			a_feed_exists_while_somebody_follows_it);
	g_test_add_func("/feed/nobody_gets_their_own_stage", nobody_gets_their_own_stage);
	g_test_add_func("/feed/own_screen_and_sound_do_not_come_back",
			own_screen_and_sound_do_not_come_back);
	g_test_add_func("/feed/own_camera_by_name_does", own_camera_by_name_does);
	g_test_add_func("/feed/a_peer_may_come_after_its_feed", a_peer_may_come_after_its_feed);
	g_test_add_func("/feed/a_slot_survives_the_leaving_of_what_it_only_goes_on_showing",
			a_slot_survives_the_leaving_of_what_it_only_goes_on_showing);
	return g_test_run();
}
