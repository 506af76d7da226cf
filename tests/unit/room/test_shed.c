#include "relay/room/shed.h"
#include "tests/unit/room/fixture.h"

enum { HOLDER = 1, OTHER = 2, WATCHER = 3, INTERPRETER = 4, WALL = 5 };

/* The holder is on the stage, another shares a screen; three watch. */
struct scene {
	struct fixture *f;
	struct end *holder, *other, *watcher, *interpreter, *wall;
};

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new()};
	struct peer_description interpreter = fixture_description(INTERPRETER);
	interpreter.interprets = true;
	s.holder = fixture_join(s.f, HOLDER);
	s.other = fixture_join(s.f, OTHER);
	s.watcher = fixture_join(s.f, WATCHER);
	s.interpreter = fixture_join_as(s.f, &interpreter);
	s.wall = fixture_join(s.f, WALL);
	room_pin_stage(s.f->room, HOLDER, s.f->now_us);
	room_set_screen(s.f->room, OTHER, s.f->now_us);
	struct end *watchers[] = {s.watcher, s.interpreter};
	for (unsigned i = 0; i < G_N_ELEMENTS(watchers); i++) {
		fixture_set_slot(watchers[i], "stage", FEED_STAGE, 0, 1280, 720);
		fixture_set_slot(watchers[i], "c", FEED_CAMERA, OTHER, 160, 90);
	}
	fixture_set_slot(s.wall, "stage", FEED_CAMERA, OTHER, 320, 180);
	fixture_set_slot(s.wall, "c", FEED_CAMERA, HOLDER, 320, 180);
	return s;
}

static enum shown shown(const struct end *end, const char *mid)
{
	const struct slot *slot = peer_slot(end->peer, mid);
	enum shown shown = shed_slot(slot, slot->publication);
	g_assert_cmpint(slot->held, ==, shown == SHOWN_NOT);
	return shown;
}

static void the_order(void)
{
	const enum shown all = SHOWN_AS_ASKED, low = SHOWN_LOWEST, not = SHOWN_NOT;
	const struct {
		enum shown stage, camera, screen;
		enum shown interpreter_stage, interpreter_camera, interpreter_screen;
		enum shown wall_holder, wall_other;
	} rows[SHED_LEVEL_COUNT] = {
		{all, all, all, all, all, all, all, all},
		{all, low, all, all, low, all, low, low},
		{all, not, all, all, not, all, low, not },
		{not, not, all, all, not, all, not, not },
		{not, not, not, all, not, all, not, not },
	};
	struct scene s = scene_new();
	/* Up, and down again. */
	for (unsigned i = 0; i < 2 * SHED_LEVEL_COUNT; i++) {
		unsigned level = i < SHED_LEVEL_COUNT ? i : 2 * SHED_LEVEL_COUNT - 1 - i;
		room_set_shed_level(s.f->room, level, s.f->now_us);
		g_assert_cmpint(shown(s.watcher, "stage"), ==, rows[level].stage);
		g_assert_cmpint(shown(s.watcher, "c"), ==, rows[level].camera);
		g_assert_cmpint(shown(s.watcher, "s"), ==, rows[level].screen);
		g_assert_cmpint(shown(s.interpreter, "stage"), ==, rows[level].interpreter_stage);
		g_assert_cmpint(shown(s.interpreter, "c"), ==, rows[level].interpreter_camera);
		g_assert_cmpint(shown(s.interpreter, "s"), ==, rows[level].interpreter_screen);
		g_assert_cmpint(shown(s.wall, "c"), ==, rows[level].wall_holder);
		g_assert_cmpint(shown(s.wall, "stage"), ==, rows[level].wall_other);
		g_assert_cmpint(shown(s.watcher, "ss"), ==, all);
	}
	fixture_free(s.f);
}

/* Without the feed stage, the one picture that is asked for larger than the others. */
static void one_large_picture_is_a_stage(void)
{
	struct scene s = scene_new();
	room_set_shed_level(s.f->room, SHED_UNSTAGED, s.f->now_us);
	g_assert_cmpint(shown(s.wall, "stage"), ==, SHOWN_NOT);
	fixture_set_slot(s.wall, "stage", FEED_CAMERA, OTHER, 640, 360);
	g_assert_cmpint(shown(s.wall, "stage"), ==, SHOWN_AS_ASKED);
	g_assert_cmpint(shown(s.wall, "c"), ==, SHOWN_LOWEST);
	fixture_set_slot(s.wall, "c", FEED_CAMERA, HOLDER, 640, 360);
	g_assert_cmpint(shown(s.wall, "stage"), ==, SHOWN_NOT);
	/* The only one. */
	fixture_set_slot(s.wall, "c", FEED_NONE, 0, 0, 0);
	g_assert_cmpint(shown(s.wall, "stage"), ==, SHOWN_AS_ASKED);
	/* Who has the feed stage has one stage. */
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, OTHER, 1920, 1080);
	g_assert_cmpint(shown(s.watcher, "c"), ==, SHOWN_NOT);
	fixture_free(s.f);
}

static void thumbnails_follow_the_stage(void)
{
	struct scene s = scene_new();
	room_set_shed_level(s.f->room, SHED_UNSTAGED, s.f->now_us);
	room_pin_stage(s.f->room, OTHER, s.f->now_us);
	g_assert_cmpint(shown(s.wall, "stage"), ==, SHOWN_LOWEST);
	/* The holder before is what the holder sees. */
	g_assert_cmpint(shown(s.wall, "c"), ==, SHOWN_LOWEST);
	room_pin_stage(s.f->room, WALL, s.f->now_us);
	g_assert_cmpint(shown(s.wall, "stage"), ==, SHOWN_LOWEST);
	g_assert_cmpint(shown(s.wall, "c"), ==, SHOWN_NOT);
	fixture_free(s.f);
}

static void who_comes_during_it_is_shed_too(void)
{
	struct scene s = scene_new();
	room_set_shed_level(s.f->room, SHED_STAGE, s.f->now_us);
	struct end *late = fixture_join(s.f, 9);
	fixture_set_slot(late, "stage", FEED_STAGE, 0, 1280, 720);
	g_assert_cmpint(shown(late, "stage"), ==, SHOWN_NOT);
	fixture_free(s.f);
}

/* Bits by the order of description.slots: "stage" is 0, "c" 4, "s" 6. */
static void the_receiver_is_told(void)
{
	struct scene s = scene_new();
	fixture_pass(s.f, 200);
	g_assert_cmpuint(s.f->n_held, ==, 0);
	room_set_shed_level(s.f->room, SHED_UNSTAGED, s.f->now_us);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(s.f->n_held, ==, 3);
	g_assert_cmpuint(s.f->held[WATCHER], ==, 1 << 4);
	g_assert_cmpuint(s.f->held[WALL], ==, 1 << 0);
	room_set_shed_level(s.f->room, SHED_SCREENS, s.f->now_us);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(s.f->held[WATCHER], ==, 1 << 0 | 1 << 4 | 1 << 6);
	g_assert_cmpuint(s.f->held[INTERPRETER], ==, 1 << 4);
	fixture_set_slot(s.watcher, "c", FEED_NONE, 0, 0, 0);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(s.f->held[WATCHER], ==, 1 << 0 | 1 << 6);
	room_set_shed_level(s.f->room, SHED_NOTHING, s.f->now_us);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(s.f->held[WATCHER] | s.f->held[INTERPRETER] | s.f->held[WALL], ==, 0);
	fixture_free(s.f);
}

/* One request for each layer, however many wait for it. */
static void no_storm_of_keyframe_requests(void)
{
	struct scene s = scene_new();
	for (unsigned i = 0; i < LAYERS; i++)
		fixture_frame(s.other, i, true, 1);
	for (uint32_t id = 10; id < 60; id++)
		fixture_set_slot(fixture_join(s.f, id), "c", FEED_CAMERA, OTHER, 160, 90);
	fixture_pass(s.f, 600);
	fixture_frame(s.other, 0, true, 1);
	room_set_shed_level(s.f->room, SHED_STAGE, s.f->now_us);
	fixture_pass(s.f, 600);
	g_array_set_size(s.other->rtcp, 0);
	/* Up and down as no worker does. */
	for (unsigned i = 0; i < 20; i++) {
		room_set_shed_level(s.f->room, i % 2 ? SHED_STAGE : SHED_NOTHING, s.f->now_us);
		fixture_frame(s.other, 0, false, 1);
		fixture_pass(s.f, 50);
	}
	unsigned n = fixture_rtcp(s.other, RTCP_PLI, 0, NULL);
	g_assert_cmpuint(n, >=, 1);
	g_assert_cmpuint(n, <=, 3);
	fixture_free(s.f);
}

/* Who reads a sign language has nothing else. */
static void sign_languages_go_on(void)
{
	enum { SIGNER = 6, SIGN = 9 };
	struct scene s = scene_new();
	struct peer_description signer = fixture_description(SIGNER);
	signer.publications[1].source = SOURCE_BOOTH_CAMERA;
	fixture_join_as(s.f, &signer);
	room_set_channel(s.f->room, SIGN, SIGNER, 0, true, s.f->now_us);
	fixture_set_slot(s.watcher, "c", FEED_CHANNEL_PICTURE, SIGN, 160, 90);
	room_set_shed_level(s.f->room, SHED_SCREENS, s.f->now_us);
	g_assert_cmpint(shown(s.watcher, "c"), ==, SHOWN_AS_ASKED);
	g_assert_cmpint(shown(s.watcher, "stage"), ==, SHOWN_NOT);
	fixture_free(s.f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/shed/the_order", the_order);
	g_test_add_func("/shed/one_large_picture_is_a_stage", one_large_picture_is_a_stage);
	g_test_add_func("/shed/thumbnails_follow_the_stage", thumbnails_follow_the_stage);
	g_test_add_func("/shed/who_comes_during_it_is_shed_too", who_comes_during_it_is_shed_too);
	g_test_add_func("/shed/the_receiver_is_told", the_receiver_is_told);
	g_test_add_func("/shed/no_storm_of_keyframe_requests", no_storm_of_keyframe_requests);
	g_test_add_func("/shed/sign_languages_go_on", sign_languages_go_on);
	return g_test_run();
}
