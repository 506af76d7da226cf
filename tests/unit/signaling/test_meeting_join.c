/* Coming in, coming back, taking over. */
#include "tests/unit/signaling/world.h"
#include <string.h>

static void people_see_each_other_come_and_leave(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(b,
		 "{\"type\":\"join\",\"id\":4,\"version\":1,\"token\":\"%s\",\"name\":\"Li\","
		 "\"organisation\":\"Green Hills\",\"country\":\"CN\",\"speaks\":\"zh-Hans\","
		 "\"device\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"listenOnly\":true}",
		 token);
	json_t *joined = page_take(b, "joined");
	g_assert_cmpint(json_integer_value(json_object_get(joined, "re")), ==, 4);
	g_assert_cmpstr(page_text(joined, "media"), ==, "new");
	g_assert_cmpstr(page_text(joined, "role"), ==, "member");
	g_assert_cmpuint(strlen(page_text(joined, "secret")), ==, 64);
	g_assert_cmpuint(json_array_size(json_object_get(joined, "people")), ==, 2);
	g_assert_cmpuint(json_array_size(json_object_get(joined, "may")), ==, 6);
	const json_t *meeting = json_object_get(joined, "meeting");
	g_assert_cmpint(json_integer_value(json_object_get(meeting, "starts")), ==, 1590717600000);
	json_t *seen = page_take(a, "person");
	json_t *person = json_array_get(json_object_get(joined, "people"), 1);
	g_assert_true(json_equal(json_object_get(seen, "person"), person));
	json_t *expected =
		json_pack("{s:O, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:b}", "id",
			  json_object_get(joined, "participant"), "name", "Li", "organisation",
			  "Green Hills", "country", "CN", "speaks", "zh-Hans", "role", "member",
			  "microphone", "none", "camera", "none", "screen", 0, "mutedByHost", 0,
			  "connection", "connecting", "listenOnly", 1);
	g_assert_true(json_equal(person, expected));
	json_decref(expected);
	json_decref(seen);
	page_say(b, "{\"type\":\"leave\",\"id\":5}");
	page_expect(b, "ok", NULL, NULL);
	g_assert_cmpuint(page_closed(b), ==, 1000);
	page_expect(a, "left", "participant", page_text(joined, "participant"));
	json_decref(joined);
	page_drop(b);
	page_drop(a);
	g_free(token);
	g_free(ana);
	world_close();
}

static void dropped_socket_resumes_unseen(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	char *secret = page_secret(b);
	page_offer(b);
	world_media(page_number(li), TRANSPORT_OPEN);
	page_forget(a);
	page_drop(b);
	world_advance(29);
	b = page_open();
	page_resume(b, ROLE_MEMBER, li, secret);
	json_t *joined = page_take(b, "joined");
	g_assert_cmpstr(page_text(joined, "participant"), ==, li);
	g_assert_cmpstr(page_text(joined, "secret"), ==, secret);
	g_assert_cmpstr(page_text(joined, "media"), ==, "kept");
	json_decref(joined);
	world_advance(60);
	page_expect_none(a, "person");
	page_expect_none(a, "left");
	page_drop(a);
	page_drop(b);
	g_free(secret);
	g_free(ana);
	g_free(li);
	world_close();
}

static void second_tab_is_asked_and_may_take_over(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open(), *c = page_open(), *d = page_open();
	char *ana = page_join(a, ROLE_MEMBER, "Ana", 'a');
	char *secret = page_secret(a);
	page_offer(a);
	page_say(a, "{\"type\":\"media\",\"microphone\":\"on\",\"screen\":true}");
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	const char *join =
		"{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\",\"name\":\"Ana M.\","
		"\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"%s}";
	char *plain = g_strdup_printf(join, token, "");
	char *takeover = g_strdup_printf(join, token, ",\"takeover\":true");
	char *another = g_strdup_printf(join, token, ",\"another\":true");
	page_say(b, "%s", plain);
	page_expect_error(b, "conflict", "device");
	g_assert_cmpuint(page_closed(b), ==, 0);
	page_say(b, "%s", takeover); /* on the same socket, after the person was asked */
	json_t *joined = page_take(b, "joined");
	g_assert_cmpstr(page_text(joined, "participant"), ==, ana);
	g_assert_cmpstr(page_text(joined, "secret"), !=, secret);
	g_assert_cmpstr(page_text(joined, "media"), ==, "new");
	const json_t *me = json_array_get(json_object_get(joined, "people"), 0);
	g_assert_cmpstr(page_text(me, "name"), ==, "Ana M.");
	g_assert_cmpstr(page_text(me, "microphone"), ==, "off");
	g_assert_true(json_is_false(json_object_get(me, "screen")));
	json_decref(joined);
	page_expect(a, "replaced", NULL, NULL);
	g_assert_cmpuint(page_closed(a), ==, 4002);
	page_say(a, "{\"type\":\"chat\",\"text\":\"ghost\"}"); /* what still comes is ignored */
	page_expect_none(b, "chat");
	page_drop(a);
	g_assert_cmpuint(world.sessions_freed, ==, 1);

	page_say(c, "%s", another);
	joined = page_take(c, "joined");
	g_assert_cmpstr(page_text(joined, "participant"), !=, ana);
	json_decref(joined);
	/* The old secret is of no use any more. */
	page_resume(d, ROLE_MEMBER, ana, secret);
	page_expect_error(d, "unauthorized", "resume");
	page_drop(b);
	page_drop(c);
	page_drop(d);
	g_free(plain);
	g_free(takeover);
	g_free(another);
	g_free(token);
	g_free(secret);
	g_free(ana);
	world_close();
}

/* The tab is gone, and with it sessionStorage: nobody needs to be asked. */
static void reopened_tab_is_the_same_person(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_MEMBER, "Ana", 'a');
	page_drop(a);
	world_advance(5);
	char *again = page_join(b, ROLE_MEMBER, "Ana", 'a');
	g_assert_cmpstr(again, ==, ana);
	/* In another role it is another person. */
	struct websocket *c = page_open();
	char *as_host = page_join(c, ROLE_HOST, "Ana", 'a');
	g_assert_cmpstr(as_host, !=, ana);
	page_drop(b);
	page_drop(c);
	g_free(as_host);
	g_free(again);
	g_free(ana);
	world_close();
}

static void resuming_replaces_a_socket_that_is_still_there(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_MEMBER, "Ana", 'a'), *secret = page_secret(a);
	page_resume(b, ROLE_MEMBER, ana, secret);
	page_expect(b, "joined", "participant", ana);
	page_expect(a, "replaced", NULL, NULL);
	g_assert_cmpuint(page_closed(a), ==, 4002);
	page_drop(a);
	world_advance(60);
	page_say(b, "{\"type\":\"ping\",\"id\":9}");
	page_expect(b, "pong", NULL, NULL);
	page_drop(b);
	g_free(secret);
	g_free(ana);
	world_close();
}

static void a_page_that_comes_back_may_have_another_name(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open(), *c = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	char *bad = page_join(c, ROLE_MEMBER, "Bad", 'c'), *secret = page_secret(b);
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(a, "{\"type\":\"remove\",\"participant\":\"%s\"}", bad);
	static const char *const names[][2] = {{"Li Wei", "Li Wei"}, {"BAD", "Li Wei"}};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		page_drop(b);
		b = page_open();
		page_say(b,
			 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"%s\","
			 "\"device\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
			 "\"resume\":{\"participant\":\"%s\",\"secret\":\"%s\"}}",
			 token, names[i][0], li, secret);
		json_t *joined = page_take(b, "joined");
		const json_t *me = json_array_get(json_object_get(joined, "people"), 1);
		g_assert_cmpstr(page_text(me, "name"), ==, names[i][1]);
		json_decref(joined);
	}
	page_drop(a);
	page_drop(b);
	page_drop(c);
	g_free(token);
	g_free(secret);
	g_free(ana);
	g_free(li);
	g_free(bad);
	world_close();
}

static void wrong_secrets_resume_nobody(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	char *secret = g_strnfill(64, '0');
	page_resume(b, ROLE_MEMBER, ana, secret);
	page_expect_error(b, "unauthorized", "resume");
	page_resume(b, ROLE_MEMBER, "p4711", secret);
	page_expect_error(b, "unauthorized", "resume");
	page_resume(b, ROLE_MEMBER, "p0", secret);
	page_expect_error(b, "unauthorized", "resume");
	page_resume(b, ROLE_MEMBER, ana, "zz");
	page_expect_error(b, "unauthorized", "resume");
	g_assert_cmpuint(page_closed(a), ==, 0);
	page_drop(a);
	page_drop(b);
	g_free(secret);
	g_free(ana);
	world_close();
}

static void expired_or_replaced_links_still_resume(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_MEMBER, "Ana", 'a'), *secret = page_secret(a);
	char *old = world_token("demo", ROLE_MEMBER, NULL);
	unsigned generation;
	struct store_meeting row;
	g_assert_true(store_meeting_find(world.store, "demo", &row, NULL));
	store_meeting_next_generation(world.store, row.id, ROLE_MEMBER, &generation, NULL);
	store_meeting_clear(&row);
	page_say(b,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"Li\","
		 "\"device\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"}",
		 old);
	page_expect_error(b, "unauthorized", "token");
	page_say(b,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"Ana\","
		 "\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
		 "\"resume\":{\"participant\":\"%s\",\"secret\":\"%s\"}}",
		 old, ana, secret);
	page_expect(b, "joined", "participant", ana);
	page_drop(a);
	page_drop(b);
	g_free(old);
	g_free(secret);
	g_free(ana);
	world_close();
}

static void full_meetings_say_so(void)
{
	world_open();
	world.config.participants = 2;
	struct websocket *a = page_open(), *b = page_open(), *c = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(c,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"C\","
		 "\"device\":\"cccccccccccccccccccccccccccccccc\"}",
		 token);
	page_expect_error(c, "limit", "meeting");
	page_expect_none(a, "left");
	page_drop(a);
	page_drop(b);
	page_drop(c);
	g_free(token);
	g_free(ana);
	g_free(li);
	world_close();
}

/* Whoever comes and goes without end, by a link that is good, is told to everybody each time. */
static void a_crowd_comes_in_its_turn(void)
{
	two_people();
	for (int i = 0; i < 498; i++) { /* the two are in it, too */
		struct websocket *page = page_open();
		g_free(page_join(page, ROLE_MEMBER, "Crowd", 'c'));
		page_say(page, "{\"type\":\"leave\"}");
		page_drop(page);
		page_forget(host);
		page_forget(member);
	}
	struct websocket *late = page_open();
	page_try_join(late, "Late", 'd', ROLE_MEMBER);
	page_expect_error(late, "limit", "meeting");
	page_expect_none(host, "person");
	world_advance(1);
	g_free(page_join(late, ROLE_MEMBER, "Late", 'd'));
	page_drop(late);
	two_leave();
}

static void try_join(struct websocket *page, bool listen_only)
{
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(page,
		 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\",\"name\":\"Li\","
		 "\"device\":\"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\",\"listenOnly\":%s}",
		 token, listen_only ? "true" : "false");
	g_free(token);
}

/* Says so before anything is made, on the same socket as the second try. */
static void an_overloaded_relay_takes_listeners_only(void)
{
	two_people();
	struct websocket *late = page_open();
	world.sheds = true;
	page_forget(host);
	try_join(late, false);
	page_expect_error(late, "busy", "media");
	page_expect_none(host, "person");
	try_join(late, true);
	json_t *joined = page_take(late, "joined");
	uint32_t number = page_number(page_text(joined, "participant"));
	json_decref(joined);
	page_offer(late);
	for (enum source source = SOURCE_MICROPHONE; source <= SOURCE_SCREEN_SOUND; source++)
		g_assert_true(world_muted(number, source)); /* whatever the page does */
	page_say(late, "{\"type\":\"media\",\"id\":2,\"microphone\":\"none\"}");
	page_expect_ok(late);
	page_say(late, "{\"type\":\"media\",\"id\":3,\"microphone\":\"on\"}");
	page_expect_error(late, "busy", "media");
	page_say(late, "{\"type\":\"media\",\"id\":4,\"screen\":true}");
	page_expect_error(late, "busy", "media");
	g_assert_true(world_muted(number, SOURCE_MICROPHONE));
	/* What was is as it was: devices go on and off, sockets come back. */
	page_say(member, "{\"type\":\"media\",\"id\":5,\"microphone\":\"on\",\"screen\":true}");
	page_expect_ok(member);
	page_offer(member);
	world.sheds = false;
	page_say(late, "{\"type\":\"media\",\"id\":6,\"microphone\":\"on\"}");
	page_expect_ok(late);
	g_assert_false(world_muted(number, SOURCE_MICROPHONE));
	g_assert_cmpuint(world.meetings->busy, ==, 3);
	page_drop(late);
	two_leave();
}

/* Whom a part of the meeting can't do without. */
static void an_overloaded_relay_takes_interpreters(void)
{
	two_people();
	world.sheds = true;
	struct websocket *page = page_open();
	char *id = page_join(page, ROLE_INTERPRETER, "Zoé", 'e');
	page_offer(page);
	g_assert_false(world_muted(page_number(id), SOURCE_MICROPHONE));
	page_say(page, "{\"type\":\"media\",\"id\":2,\"microphone\":\"on\"}");
	page_expect_ok(page);
	g_assert_cmpuint(world.meetings->busy, ==, 0);
	g_free(id);
	page_drop(page);
	two_leave();
}

static void who_was_here_comes_back_to_an_overloaded_relay(void)
{
	two_people();
	char *secret = page_secret(member);
	page_offer(member);
	page_drop(member);
	world.sheds = true;
	member = page_open();
	page_resume(member, ROLE_MEMBER, member_id, secret);
	page_expect(member, "joined", "participant", member_id);
	page_offer(member);
	page_say(member, "{\"type\":\"media\",\"id\":1,\"microphone\":\"on\"}");
	page_expect_ok(member);
	g_assert_false(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	g_free(secret);
	two_leave();
}

/* Leaving out a word doesn't make a publisher of a listener. */
static void a_listener_comes_back_as_one(void)
{
	two_people();
	struct websocket *page = page_open(), *again = page_open();
	try_join(page, true);
	page_expect(page, "joined", NULL, NULL);
	page_drop(page);
	world.sheds = true;
	try_join(again, false); /* by the same device: the same person */
	json_t *joined = page_take(again, "joined");
	uint32_t number = page_number(page_text(joined, "participant"));
	json_decref(joined);
	page_offer(again);
	g_assert_true(world_muted(number, SOURCE_MICROPHONE));
	page_say(again, "{\"type\":\"media\",\"id\":1,\"microphone\":\"on\"}");
	page_expect_error(again, "busy", "media");
	page_drop(again);
	two_leave();
}

static void tokens_with_a_name_decide_it(void)
{
	world_open();
	struct websocket *a = page_open();
	char *token = world_token("demo", ROLE_MEMBER, "Dr. Li");
	page_say(a,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"Me\","
		 "\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
		 token);
	json_t *joined = page_take(a, "joined");
	const json_t *me = json_array_get(json_object_get(joined, "people"), 0);
	g_assert_cmpstr(page_text(me, "name"), ==, "Dr. Li");
	json_decref(joined);
	page_say(a, "{\"type\":\"profile\",\"name\":\"Somebody\"}");
	page_expect_error(a, "forbidden", "name");
	page_drop(a);
	g_free(token);
	world_close();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/meeting_join/" #test, test)
	ADD(people_see_each_other_come_and_leave);
	ADD(dropped_socket_resumes_unseen);
	ADD(second_tab_is_asked_and_may_take_over);
	ADD(reopened_tab_is_the_same_person);
	ADD(resuming_replaces_a_socket_that_is_still_there);
	ADD(a_page_that_comes_back_may_have_another_name);
	ADD(wrong_secrets_resume_nobody);
	ADD(expired_or_replaced_links_still_resume);
	ADD(full_meetings_say_so);
	ADD(a_crowd_comes_in_its_turn);
	ADD(an_overloaded_relay_takes_listeners_only);
	ADD(an_overloaded_relay_takes_interpreters);
	ADD(who_was_here_comes_back_to_an_overloaded_relay);
	ADD(a_listener_comes_back_as_one);
	ADD(tokens_with_a_name_decide_it);
	return g_test_run();
}
