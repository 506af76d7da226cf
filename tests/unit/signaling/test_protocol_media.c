/* Offers, slots, and what people say of their devices and screens. */
#include "tests/unit/signaling/world.h"

#define LINES_MAX (PEER_MAX_PUBLICATIONS + PEER_MAX_SLOTS)

#include <string.h>

static void the_latest_screen_wins_and_the_other_comes_back(void)
{
	two_people();
	page_offer(host);
	page_offer(member);
	page_say(member, "{\"type\":\"media\",\"screen\":true}");
	page_expect(host, "screen", "participant", member_id);
	g_assert_cmpuint(world.screen, ==, page_number(member_id));
	page_say(host, "{\"type\":\"media\",\"screen\":true}");
	page_expect(host, "screen", "participant", host_id);
	page_say(member, "{\"type\":\"media\",\"screen\":true}"); /* no new start */
	page_expect_none(host, "screen");
	page_say(host, "{\"type\":\"media\",\"screen\":false}");
	page_expect(host, "screen", "participant", member_id);
	g_assert_cmpuint(world.screen, ==, page_number(member_id));
	page_forget(member);
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"screen\"}",
		 member_id);
	page_expect(member, "muted", "source", "screen");
	json_t *screen = page_take(host, "screen");
	g_assert_true(json_is_null(json_object_get(screen, "participant")));
	json_decref(screen);
	g_assert_cmpuint(world.screen, ==, 0);
	/* Leaving ends a share as well. */
	page_say(member, "{\"type\":\"media\",\"screen\":true}");
	page_say(member, "{\"type\":\"leave\",\"id\":1}");
	g_assert_cmpuint(world.screen, ==, 0);
	two_leave();
}

static void listeners_publish_nothing(void)
{
	two_people();
	struct websocket *listener = page_open();
	char *l = page_join(listener, ROLE_LISTENER, "Zoe", 'd');
	static const char *const wrong[][2] = {{"\"microphone\":\"on\"", "microphone"},
					       {"\"camera\":\"on\"", "camera"},
					       {"\"screen\":true", "screen"}};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		page_say(listener, "{\"type\":\"media\",\"id\":1,%s}", wrong[i][0]);
		page_expect_error(listener, "forbidden", wrong[i][1]);
	}
	page_forget(host);
	page_say(listener,
		 "{\"type\":\"media\",\"id\":1,\"microphone\":\"none\",\"screen\":false}");
	page_expect_ok(listener);
	page_expect_none(host, "person");
	page_offer(listener);
	g_assert_false(world.may_publish);
	g_assert_false(world.may_screen);
	page_say(listener, "{\"type\":\"chat\",\"id\":2,\"text\":\"I listen\"}");
	page_expect_ok(listener);
	page_offer(member);
	g_assert_true(world.may_publish);
	g_assert_true(world.may_screen);
	page_drop(listener);
	g_free(l);
	two_leave();
}

static void media_says_what_changes_only(void)
{
	two_people();
	page_say(member, "{\"type\":\"media\",\"id\":4,\"microphone\":\"off\"}");
	page_expect_ok(member);
	page_expect_none(host, "person");
	page_say(member, "{\"type\":\"media\",\"microphone\":\"loud\"}");
	page_expect_error(member, "malformed", "microphone");
	page_say(member, "{\"type\":\"media\",\"microphone\":\"on\",\"camera\":true}");
	page_expect_error(member, "malformed", "camera");
	page_expect_none(host, "person"); /* nothing of a wrong message is done */
	page_say(member, "{\"type\":\"media\",\"screen\":\"yes\"}");
	page_expect_error(member, "malformed", "screen");
	two_leave();
}

static void offers_are_read_line_by_line(void)
{
	two_people();
	page_say(member, "{\"type\":\"offer\",\"id\":2,\"sdp\":\"v=0\",\"lines\":["
			 "{\"mid\":\"0\",\"source\":\"screen-sound\"},"
			 "{\"mid\":\"a1\",\"feed\":\"camera/p3\",\"width\":1280,\"height\":720},"
			 "{\"mid\":\"2\",\"feed\":\"none\",\"kind\":\"video\"}]}");
	page_expect(member, "answer", NULL, NULL);
	g_assert_cmpuint(world.n_lines, ==, 3);
	g_assert_false(world.lines[0].is_slot);
	g_assert_cmpint(world.lines[0].source, ==, SOURCE_SCREEN_SOUND);
	g_assert_true(world.lines[1].is_slot);
	g_assert_cmpstr(world.lines[1].mid, ==, "a1");
	g_assert_cmpint(world.lines[1].feed.kind, ==, FEED_CAMERA);
	g_assert_cmpuint(world.lines[1].feed.id, ==, 3);
	g_assert_cmpuint(world.lines[1].width, ==, 1280);
	g_assert_cmpint(world.lines[2].feed.kind, ==, FEED_NONE);
	two_leave();
}

static void wrong_offers_are_named(void)
{
	two_people();
	static const struct {
		const char *fields, *code, *field;
	} wrong[] = {
		{"\"lines\":[]", "malformed", "sdp"},
		{"\"sdp\":7", "malformed", "sdp"},
		{"\"sdp\":\"v=0\"", "malformed", "lines"},
		{"\"sdp\":\"v=0\",\"lines\":{}", "malformed", "lines"},
		{"\"sdp\":\"v=0\",\"lines\":[]", "malformed", "lines"},
		{"\"sdp\":\"v=0\",\"lines\":[1]", "malformed", "lines[0]"},
		{"\"sdp\":\"v=0\",\"lines\":[{}]", "malformed", "lines[0].mid"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"\"}]", "malformed", "lines[0].mid"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"12345678901234567\"}]", "malformed",
		 "lines[0].mid"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\"}]", "malformed", "lines[0].feed"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\",\"feed\":\"sky\"}]", "not-found",
		 "lines[0].feed"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\",\"feed\":"
		 "\"\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3"
		 "\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5"
		 "\xA3"
		 "\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3\xB0\xE5\xA3\xB0\"}]",
		 "not-found", "lines[0].feed"}, /* quoted, and cut within a character */
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\",\"source\":\"program\"}]",
		 "unsupported", "lines[0].source"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\",\"source\":\"camera\",\"feed\":"
		 "\"stage\"}]",
		 "malformed", "lines[0].source"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\",\"feed\":\"stage\",\"width\":-1}]",
		 "malformed", "lines[0].width"},
		{"\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\",\"feed\":\"stage\",\"height\":1e3}]",
		 "malformed", "lines[0].height"},
		{"\"sdp\":\"v=0\",\"fresh\":1,\"lines\":[{\"mid\":\"0\",\"feed\":\"stage\"}]",
		 "malformed", "fresh"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		page_say(member, "{\"type\":\"offer\",\"id\":3,%s}", wrong[i].fields);
		page_expect_error(member, wrong[i].code, wrong[i].field);
	}
	GString *many = g_string_new(NULL);
	for (int i = 0; i < LINES_MAX + 1; i++)
		g_string_append_printf(many, "%s{\"mid\":\"%d\",\"feed\":\"none\"}",
				       i > 0 ? "," : "", i);
	page_say(member, "{\"type\":\"offer\",\"sdp\":\"v=0\",\"lines\":[%s]}", many->str);
	page_expect_error(member, "malformed", "lines");
	g_string_free(many, TRUE);
	g_assert_cmpuint(world.offers, ==, 0);
	two_leave();
}

/* Reading an offer is the dearest request there is: 10 ms for the largest. */
static void offers_come_one_a_second(void)
{
	two_people();
	for (int i = 0; i < 20; i++)
		page_offer(member);
	page_say(member, "{\"type\":\"offer\",\"id\":2,\"sdp\":\"v=0\",\"lines\":["
			 "{\"mid\":\"0\",\"feed\":\"stage\"}]}");
	page_expect_error(member, "limit", "type");
	g_assert_cmpuint(world.offers, ==, 20);
	world_advance(1);
	page_offer(member);
	two_leave();
}

static void refused_first_offers_leave_no_session(void)
{
	two_people();
	world.refuse_offers = true;
	page_say(member, "{\"type\":\"offer\",\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\","
			 "\"feed\":\"stage\"}]}");
	page_expect_error(member, "malformed", "sdp");
	g_assert_cmpuint(world.sessions_freed, ==, 1);
	world.refuse_offers = false;
	page_offer(member);
	world.refuse_offers = true; /* a restart that is refused changes nothing */
	page_say(member, "{\"type\":\"offer\",\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\","
			 "\"feed\":\"stage\"}]}");
	page_expect_error(member, "malformed", "sdp");
	g_assert_cmpuint(world.sessions_freed, ==, 1);
	two_leave();
}

static void slots_are_set(void)
{
	two_people();
	const char *two =
		"{\"type\":\"slots\",\"id\":3,\"slots\":[{\"mid\":\"1\",\"feed\":\"stage\","
		"\"width\":320,\"height\":180},{\"mid\":\"2\",\"feed\":\"none\"}]}";
	page_say(member, "%s", two);
	page_expect_error(member, "conflict", "slots");
	page_offer(member);
	page_say(member, "%s", two);
	page_expect_ok(member);
	g_assert_cmpuint(world.slots_set, ==, 2);
	page_say(member, "{\"type\":\"slots\",\"slots\":[{\"mid\":\"1\",\"feed\":\"stage\"},"
			 "{\"mid\":\"2\",\"source\":\"camera\"}]}");
	page_expect_error(member, "malformed", "slots[1].feed");
	page_say(member, "{\"type\":\"slots\",\"slots\":7}");
	page_expect_error(member, "malformed", "slots");
	page_say(member, "{\"type\":\"slots\",\"slots\":[{\"mid\":\"99\",\"feed\":\"stage\"}]}");
	page_expect_error(member, "not-found", "mid");
	g_assert_cmpuint(world.slots_set, ==, 2);
	two_leave();
}

/* By the order of the offer's slots. */
static void pictures_that_are_held_back_are_named(void)
{
	two_people();
	char *secret = page_secret(member);
	uint32_t number = page_number(member_id);
	page_offer(member);
	world.relay_events.held(world.relay_events.user, world.rooms_opened, number, 5);
	json_t *paused = page_take(member, "paused");
	json_t *slots = json_pack("[s, s]", "8", "10");
	g_assert_true(json_equal(json_object_get(paused, "slots"), slots));
	json_decref(paused);
	page_expect_none(host, "paused");
	/* A page that comes back may have missed it. */
	page_drop(member);
	member = page_open();
	page_resume(member, ROLE_MEMBER, member_id, secret);
	paused = page_take(member, "paused");
	g_assert_true(json_equal(json_object_get(paused, "slots"), slots));
	json_decref(paused);
	json_decref(slots);
	world.relay_events.held(world.relay_events.user, world.rooms_opened, number, 0);
	paused = page_take(member, "paused");
	g_assert_cmpuint(json_array_size(json_object_get(paused, "slots")), ==, 0);
	json_decref(paused);
	world.relay_events.held(world.relay_events.user, world.rooms_opened, number, 0);
	page_expect_none(member, "paused");
	g_free(secret);
	two_leave();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/protocol_media/" #test, test)
	ADD(the_latest_screen_wins_and_the_other_comes_back);
	ADD(listeners_publish_nothing);
	ADD(media_says_what_changes_only);
	ADD(offers_are_read_line_by_line);
	ADD(wrong_offers_are_named);
	ADD(offers_come_one_a_second);
	ADD(refused_first_offers_leave_no_session);
	ADD(slots_are_set);
	ADD(pictures_that_are_held_back_are_named);
	return g_test_run();
}
