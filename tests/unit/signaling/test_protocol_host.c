/* The host: floor, mutes, removing, links, the end. */
#include "signaling/store_agenda.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

static unsigned hands(struct websocket *page, char *ret_first)
{
	json_t *message = page_take(page, "hands");
	g_assert_nonnull(message);
	const json_t *list = json_object_get(message, "hands");
	if (json_array_size(list) > 0)
		g_strlcpy(ret_first, page_text(json_array_get(list, 0), "participant"), 12);
	unsigned n = (unsigned)json_array_size(list);
	json_decref(message);
	return n;
}

static void the_floor_is_the_hosts_to_give(void)
{
	two_people();
	char first[12];
	page_offer(member);
	page_say(member, "{\"type\":\"hand\",\"raised\":true}");
	hands(host, first);
	page_say(member, "{\"type\":\"floor\",\"id\":7,\"participant\":\"%s\"}", member_id);
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"floor\",\"id\":7,\"participant\":\"%s\"}", member_id);
	page_expect_ok(host);
	g_assert_cmpuint(world.pinned, ==, page_number(member_id));
	g_assert_cmpuint(hands(host, first), ==, 0);
	world.relay_events.stage(world.relay_events.user, 1, page_number(member_id), 0);
	json_t *stage = page_take(member, "stage");
	g_assert_cmpstr(page_text(stage, "holder"), ==, member_id);
	g_assert_true(json_is_true(json_object_get(stage, "pinned")));
	json_decref(stage);
	page_say(host, "{\"type\":\"floor\",\"id\":8,\"participant\":null}");
	page_expect_ok(host);
	g_assert_cmpuint(world.pinned, ==, 0);
	stage = page_take(member, "stage");
	g_assert_true(json_is_false(json_object_get(stage, "pinned")));
	json_decref(stage);

	struct websocket *listener = page_open();
	char *l = page_join(listener, ROLE_LISTENER, "Zoe", 'd');
	page_say(host, "{\"type\":\"floor\",\"participant\":\"%s\"}", l);
	page_expect_error(host, "conflict", "participant");
	/* Who leaves for good gives it back. */
	page_say(host, "{\"type\":\"floor\",\"participant\":\"%s\"}", member_id);
	page_say(member, "{\"type\":\"leave\",\"id\":1}");
	g_assert_cmpuint(world.pinned, ==, 0);
	page_drop(listener);
	g_free(l);
	two_leave();
}

static void mutes_end_with_the_person_only(void)
{
	two_people();
	page_offer(member);
	page_say(member, "{\"type\":\"media\",\"id\":4,\"microphone\":\"on\",\"camera\":\"on\"}");
	page_expect_ok(member);
	page_forget(host);
	page_say(member, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"microphone\"}",
		 host_id);
	page_expect_error(member, "forbidden", "role");
	page_say(host,
		 "{\"type\":\"mute\",\"id\":8,\"participant\":\"%s\",\"source\":\"microphone\"}",
		 member_id);
	page_expect_ok(host);
	g_assert_true(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	json_t *person = page_expect_person(host);
	g_assert_cmpstr(page_text(person, "microphone"), ==, "off");
	g_assert_cmpstr(page_text(person, "camera"), ==, "on");
	g_assert_true(json_is_true(json_object_get(person, "mutedByHost")));
	json_decref(person);
	json_t *muted = page_take(member, "muted");
	json_t *expected = json_pack("{s:s, s:s, s:s}", "type", "muted", "source", "microphone",
				     "by", host_id);
	g_assert_true(json_equal(muted, expected));
	json_decref(expected);
	json_decref(muted);
	/* What else they do doesn't unmute. */
	page_say(member, "{\"type\":\"media\",\"camera\":\"off\"}");
	page_say(member, "{\"type\":\"media\",\"microphone\":\"off\"}");
	g_assert_true(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	page_forget(host);
	page_say(member, "{\"type\":\"media\",\"microphone\":\"on\"}");
	g_assert_false(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	person = page_expect_person(host);
	g_assert_cmpstr(page_text(person, "microphone"), ==, "on");
	g_assert_true(json_is_false(json_object_get(person, "mutedByHost")));
	json_decref(person);
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"camera\"}",
		 member_id);
	g_assert_true(world_muted(page_number(member_id), SOURCE_CAMERA));
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"shoes\"}",
		 member_id);
	page_expect_error(host, "malformed", "source");
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\"}", member_id);
	page_expect_error(host, "malformed", "source");
	page_say(host, "{\"type\":\"mute\",\"source\":\"camera\"}");
	page_expect_error(host, "malformed", "participant");
	two_leave();
}

/* Who was away when it happened must not end it by repeating what they did before. */
static void mutes_hold_until_the_page_has_seen_them(void)
{
	two_people();
	page_offer(member);
	page_say(member, "{\"type\":\"media\",\"microphone\":\"on\",\"screen\":true}");
	char *secret = page_secret(member);
	page_drop(member);
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"microphone\"}",
		 member_id);
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"screen\"}",
		 member_id);
	member = page_open();
	page_resume(member, ROLE_MEMBER, member_id, secret);
	page_expect(member, "joined", NULL, NULL);
	page_expect(member, "muted", "source", "microphone");
	page_expect(member, "muted", "by", host_id);
	page_say(member,
		 "{\"type\":\"media\",\"microphone\":\"on\",\"camera\":\"off\",\"screen\":true}");
	g_assert_true(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	g_assert_cmpuint(world.screen, ==, 0);
	page_say(member, "{\"type\":\"media\",\"microphone\":\"off\",\"screen\":false}");
	page_say(member, "{\"type\":\"media\",\"microphone\":\"on\",\"screen\":true}");
	g_assert_false(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	g_assert_cmpuint(world.screen, ==, page_number(member_id));
	g_free(secret);
	two_leave();
}

/* Who was silent anyway says on because they want it. */
static void muted_while_off_ends_with_the_first_on(void)
{
	two_people();
	page_offer(member);
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"microphone\"}",
		 member_id);
	g_assert_true(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	page_say(member, "{\"type\":\"media\",\"microphone\":\"on\"}");
	g_assert_false(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	two_leave();
}

static void muted_in_a_new_connection_too(void)
{
	two_people();
	page_offer(member);
	page_say(host, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"microphone\"}",
		 member_id);
	g_hash_table_remove_all(world.muted); /* the relay forgets a peer with its connection */
	page_say(member, "{\"type\":\"offer\",\"id\":2,\"sdp\":\"v=0\",\"fresh\":true,\"lines\":["
			 "{\"mid\":\"0\",\"source\":\"microphone\"}]}");
	page_expect(member, "answer", NULL, NULL);
	g_assert_cmpuint(world.sessions, ==, 2);
	g_assert_cmpuint(world.sessions_freed, ==, 1);
	g_assert_true(world_muted(page_number(member_id), SOURCE_MICROPHONE));
	two_leave();
}

static void removed_people_stay_out_until_readmitted(void)
{
	two_people();
	page_say(member, "{\"type\":\"remove\",\"participant\":\"%s\"}", host_id);
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"remove\",\"participant\":\"%s\"}", host_id);
	page_expect_error(host, "conflict", "participant");
	char *secret = page_secret(member);
	page_say(host, "{\"type\":\"remove\",\"id\":9,\"participant\":\"%s\"}", member_id);
	page_expect_ok(host);
	page_expect(host, "left", "participant", member_id);
	page_expect(member, "removed", NULL, NULL);
	g_assert_cmpuint(page_closed(member), ==, 4003);

	struct websocket *again = page_open();
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(again,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"Li\","
		 "\"device\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","
		 "\"resume\":{\"participant\":\"%s\",\"secret\":\"%s\"}}",
		 token, member_id, secret);
	page_expect_error(again, "unauthorized", "resume");
	page_try_join(again, "Other", 'b', ROLE_MEMBER);
	page_expect_error(again, "gone", "device");
	page_try_join(again, " lI", 'e', ROLE_MEMBER);
	page_expect_error(again, "gone", "name");
	page_try_join(again, "Li", 'e', ROLE_HOST); /* a host of that name isn't shut out */
	page_expect(again, "joined", NULL, NULL);
	page_say(again, "{\"type\":\"leave\",\"id\":1}");
	page_drop(again);

	page_say(host, "{\"type\":\"barred\",\"id\":10}");
	json_t *reply = page_take(host, "barred");
	g_assert_cmpint(json_integer_value(json_object_get(reply, "re")), ==, 10);
	const json_t *bar = json_array_get(json_object_get(reply, "barred"), 0);
	g_assert_cmpstr(page_text(bar, "name"), ==, "Li");
	json_int_t id = json_integer_value(json_object_get(bar, "id"));
	json_decref(reply);
	page_say(host, "{\"type\":\"readmit\",\"id\":11,\"barred\":4711}");
	page_expect_error(host, "not-found", "barred");
	page_say(host, "{\"type\":\"readmit\",\"barred\":\"x\"}");
	page_expect_error(host, "malformed", "barred");
	page_say(host, "{\"type\":\"readmit\",\"id\":11,\"barred\":%d}", (int)id);
	page_expect_ok(host);
	again = page_open();
	page_try_join(again, "Li", 'b', ROLE_MEMBER);
	page_expect(again, "joined", NULL, NULL);
	page_drop(again);
	g_free(token);
	g_free(secret);
	two_leave();
}

static void nobody_takes_a_barred_name(void)
{
	two_people();
	page_say(host, "{\"type\":\"remove\",\"participant\":\"%s\"}", member_id);
	struct websocket *other = page_open();
	char *o = page_join(other, ROLE_MEMBER, "Other", 'e');
	page_say(other, "{\"type\":\"profile\",\"name\":\"LI\"}");
	page_expect_error(other, "gone", "name");
	page_drop(other);
	g_free(o);
	two_leave();
}

static void reissued_links_replace_the_old(void)
{
	two_people();
	char *old = world_token("demo", ROLE_MEMBER, NULL);
	page_say(member, "{\"type\":\"reissue\",\"role\":\"member\"}");
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"reissue\",\"role\":\"king\"}");
	page_expect_error(host, "malformed", "role");
	page_say(host, "{\"type\":\"reissue\",\"id\":12,\"role\":\"member\"}");
	json_t *link = page_take(host, "link");
	g_assert_cmpstr(page_text(link, "role"), ==, "member");
	struct websocket *late = page_open();
	const char *join = "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"Late\","
			   "\"device\":\"dddddddddddddddddddddddddddddddd\"}";
	char *with_old = g_strdup_printf(join, old);
	char *with_new = g_strdup_printf(join, page_text(link, "token"));
	page_say(late, "%s", with_old);
	page_expect_error(late, "unauthorized", "token");
	page_say(late, "%s", with_new);
	page_expect(late, "joined", NULL, NULL);
	page_say(member, "{\"type\":\"ping\",\"id\":1}"); /* who is in stays */
	page_expect(member, "pong", NULL, NULL);
	json_decref(link);
	g_free(with_old);
	g_free(with_new);
	g_free(old);
	page_drop(late);

	struct websocket *secretary = page_open();
	char *s = page_join(secretary, ROLE_SECRETARIAT, "Sec", 'f');
	page_say(secretary, "{\"type\":\"reissue\",\"role\":\"host\"}");
	page_expect_error(secretary, "forbidden", "role");
	page_say(secretary, "{\"type\":\"reissue\",\"id\":1,\"role\":\"interpreter\"}");
	page_expect(secretary, "link", "role", "interpreter");
	page_drop(secretary);
	g_free(s);
	two_leave();
}

static void links_for_a_booth(void)
{
	two_people();
	page_say(member, "{\"type\":\"invite\",\"role\":\"member\"}");
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"invite\",\"role\":\"interpreter\"}");
	page_expect_error(host, "malformed", "languages");
	page_say(host, "{\"type\":\"invite\",\"role\":\"interpreter\",\"languages\":[\"a b\"]}");
	page_expect_error(host, "malformed", "languages[0]");
	page_say(host, "{\"type\":\"invite\",\"role\":\"interpreter\",\"languages\":[\"fr\"],"
		       "\"pivot\":\"?\"}");
	page_expect_error(host, "malformed", "pivot");
	char *before = world_booth_token();
	page_say(host, "{\"type\":\"invite\",\"id\":17,\"role\":\"interpreter\",\"languages\":["
		       "\"FR\",\"zh\"],"
		       "\"understands\":[\"es\"],\"pivot\":\"en\",\"booth\":\" Booth 1 \"}");
	json_t *link = page_take(host, "link");
	struct token token, older;
	GError *error = NULL;
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	token_verify(world.key, page_text(link, "token"), now, &token, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(token.languages[0], ==, "fr");
	g_assert_cmpstr(token.languages[1], ==, "zh");
	g_assert_cmpstr(token.understands[0], ==, "es");
	g_assert_cmpstr(token.pivot, ==, "en");
	g_assert_cmpstr(token.booth, ==, "Booth 1");
	/* Those that there are go on. */
	token_verify(world.key, before, now, &older, &error);
	g_assert_cmpuint(older.generation, ==, token.generation);
	token_clear(&token);
	token_clear(&older);
	json_decref(link);
	g_free(before);
	two_leave();
}

static void only_hosts_end(void)
{
	two_people();
	page_say(member, "{\"type\":\"end\"}");
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"end\",\"id\":13}");
	page_expect_ok(host);
	page_expect(host, "ended", NULL, NULL);
	page_expect(member, "ended", NULL, NULL);
	g_assert_cmpuint(page_closed(member), ==, 4001);
	two_leave();
}

static void the_agenda_goes_on(void)
{
	const struct store_part parts[] = {{.sharer = "Yang Ling", .subject = "Hello, neighbor"},
					   {.sharer = "Maisara", .subject = "", .minutes = 20}};
	two_people();
	g_assert_true(store_agenda_set(world.store, 1, parts, 2, NULL));
	page_say(member, "{\"type\":\"start-part\",\"id\":1,\"number\":1}");
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"start-part\",\"id\":1,\"number\":3}");
	page_expect_error(host, "not-found", "number");
	page_say(host, "{\"type\":\"start-part\",\"id\":1,\"number\":1}");
	page_expect_ok(host);
	json_t *notice = page_take(member, "agenda"), *list = json_object_get(notice, "agenda");
	json_t *first = json_array_get(list, 0), *second = json_array_get(list, 1);
	g_assert_cmpint(json_integer_value(json_object_get(notice, "part")), ==, 1);
	g_assert_cmpstr(page_text(first, "sharer"), ==, "Yang Ling");
	g_assert_true(json_is_integer(json_object_get(first, "started")));
	g_assert_true(json_is_null(json_object_get(second, "started")));
	g_assert_cmpint(json_integer_value(json_object_get(second, "minutes")), ==, 20);
	json_decref(notice);
	page_say(host, "{\"type\":\"start-part\",\"id\":1,\"number\":0}");
	page_expect_ok(host);
	struct websocket *late = page_open();
	page_try_join(late, "Zoe", 'c', ROLE_LISTENER);
	json_t *joined = page_take(late, "joined");
	g_assert_cmpuint(json_array_size(json_object_get(joined, "agenda")), ==, 2);
	g_assert_cmpint(json_integer_value(json_object_get(joined, "part")), ==, 0);
	json_decref(joined);
	page_drop(late);
	two_leave();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/protocol_host/" #test, test)
	ADD(the_floor_is_the_hosts_to_give);
	ADD(mutes_end_with_the_person_only);
	ADD(mutes_hold_until_the_page_has_seen_them);
	ADD(muted_while_off_ends_with_the_first_on);
	ADD(muted_in_a_new_connection_too);
	ADD(removed_people_stay_out_until_readmitted);
	ADD(nobody_takes_a_barred_name);
	ADD(reissued_links_replace_the_old);
	ADD(links_for_a_booth);
	ADD(the_agenda_goes_on);
	ADD(only_hosts_end);
	return g_test_run();
}
