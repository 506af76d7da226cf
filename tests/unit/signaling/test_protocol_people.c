/* Chat, hands, profiles. */
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

static void chat_reaches_all_and_stays(void)
{
	two_people();
	page_say(member, "{\"type\":\"chat\",\"id\":5,\"text\":\"  Hello\\n\\u0007 world \"}");
	page_expect_ok(member);
	for (int i = 0; i < 2; i++) {
		json_t *message = page_take(i == 0 ? host : member, "chat");
		const json_t *chat = json_object_get(message, "chat");
		g_assert_cmpstr(page_text(chat, "text"), ==, "Hello\n world");
		g_assert_cmpstr(page_text(chat, "from"), ==, member_id);
		g_assert_cmpstr(page_text(chat, "name"), ==, "Li");
		json_decref(message);
	}
	static const char *const wrong[] = {"{\"type\":\"chat\"}", "{\"type\":\"chat\",\"text\":5}",
					    "{\"type\":\"chat\",\"text\":\" \"}"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		page_say(member, "%s", wrong[i]);
		page_expect_error(member, "malformed", "text");
	}
	char *longest = g_strnfill(2000, 'x'), *longer = g_strnfill(2001, 'x');
	page_say(member, "{\"type\":\"chat\",\"id\":6,\"text\":\"%s\"}", longest);
	page_expect_ok(member);
	page_say(member, "{\"type\":\"chat\",\"text\":\"%s\"}", longer);
	page_expect_error(member, "malformed", "text");
	g_free(longest);
	g_free(longer);
	two_leave();
}

/* 200 messages of 8 kB would not fit into a WebSocket's queue. */
static void chat_history_is_bounded(void)
{
	two_people();
	GString *text = g_string_new(NULL);
	for (int i = 0; i < 2000; i++)
		g_string_append(text, "声");
	for (int i = 0; i < 100; i++) {
		page_say(member, "{\"type\":\"chat\",\"text\":\"%s\"}", text->str);
		page_forget(member);
		page_forget(host);
		world_advance(1); /* not faster than one may */
	}
	for (int i = 0; i < 5; i++)
		page_say(member, "{\"type\":\"chat\",\"text\":\"%d\"}", i);
	struct websocket *late = page_open();
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(late,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"Late\","
		 "\"device\":\"cccccccccccccccccccccccccccccccc\"}",
		 token);
	json_t *joined = page_take(late, "joined");
	const json_t *chat = json_object_get(joined, "chat");
	size_t n = json_array_size(chat);
	g_assert_cmpuint(n, ==, 262144 / 6000 + 5);
	g_assert_cmpstr(page_text(json_array_get(chat, n - 1), "text"), ==, "4");
	json_decref(joined);
	g_free(token);
	g_string_free(text, TRUE);
	page_drop(late);
	two_leave();
}

/* What one person says goes to everybody: a flood of it would fill the weak links of all others. */
static void nobody_floods_the_others(void)
{
	two_people();
	for (int i = 0; i < 20; i++) {
		page_say(member, "{\"type\":\"chat\",\"id\":5,\"text\":\"%d\"}", i);
		page_expect_ok(member);
	}
	page_say(member, "{\"type\":\"chat\",\"id\":5,\"text\":\"too much\"}");
	page_expect_error(member, "limit", "type");
	page_say(member, "{\"type\":\"hand\",\"id\":5,\"raised\":true}");
	page_expect_error(member, "limit", "type");
	page_say(member, "{\"type\":\"profile\",\"id\":5,\"country\":\"CN\"}");
	page_expect_error(member, "limit", "type");
	page_expect_none(host, "hands");
	page_expect_none(host, "person");
	for (int i = 0; i < 20; i++)
		page_expect(host, "chat", NULL, NULL);
	page_expect_none(host, "chat");
	/* Neither others nor what only a host may do are held up. */
	page_say(host, "{\"type\":\"chat\",\"id\":5,\"text\":\"slowly\"}");
	page_expect_ok(host);
	world_advance(1);
	static const char *const raised[] = {"true", "true", "false"};
	for (size_t i = 0; i < G_N_ELEMENTS(raised); i++) {
		page_say(member, "{\"type\":\"hand\",\"id\":5,\"raised\":%s}", raised[i]);
		page_expect_ok(member); /* up already: nobody is told, nothing is counted */
	}
	page_say(member, "{\"type\":\"hand\",\"id\":5,\"raised\":true}");
	page_expect_error(member, "limit", "type");
	two_leave();
}

static void hands_are_in_order(void)
{
	two_people();
	char first[12];
	page_say(member, "{\"type\":\"hand\",\"id\":2,\"raised\":true}");
	page_expect_ok(member);
	page_say(host, "{\"type\":\"hand\",\"raised\":true}");
	g_assert_cmpuint(hands(host, first), ==, 1);
	g_assert_cmpuint(hands(host, first), ==, 2);
	g_assert_cmpstr(first, ==, member_id);
	page_say(member, "{\"type\":\"hand\",\"raised\":true}"); /* up already */
	page_expect_none(host, "hands");
	page_say(member, "{\"type\":\"hand\",\"participant\":\"%s\",\"raised\":false}", host_id);
	page_expect_error(member, "forbidden", "participant");
	page_say(host, "{\"type\":\"hand\",\"id\":3,\"participant\":\"%s\",\"raised\":false}",
		 member_id);
	page_expect_ok(host);
	g_assert_cmpuint(hands(host, first), ==, 1);
	g_assert_cmpstr(first, ==, host_id);
	page_say(host, "{\"type\":\"hand\",\"participant\":\"%s\",\"raised\":true}", member_id);
	page_expect_error(host, "forbidden", "participant");
	page_say(host, "{\"type\":\"hand\"}");
	page_expect_error(host, "malformed", "raised");
	page_say(host, "{\"type\":\"hand\",\"raised\":null}");
	page_expect_error(host, "malformed", "raised");
	page_say(host, "{\"type\":\"hand\",\"raised\":1}");
	page_expect_error(host, "malformed", "raised");
	page_say(host, "{\"type\":\"hand\",\"raised\":false,\"participant\":\"p999\"}");
	page_expect_error(host, "not-found", "participant");
	page_say(host, "{\"type\":\"hand\",\"raised\":false,\"participant\":\"x\"}");
	page_expect_error(host, "malformed", "participant");
	two_leave();
}

static void profiles_change(void)
{
	two_people();
	page_say(member, "{\"type\":\"profile\",\"id\":14,\"name\":\"Li Wei\",\"country\":\"CN\"}");
	page_expect_ok(member);
	json_t *person = page_expect_person(host);
	g_assert_cmpstr(page_text(person, "name"), ==, "Li Wei");
	g_assert_cmpstr(page_text(person, "country"), ==, "CN");
	json_decref(person);
	page_say(member, "{\"type\":\"profile\",\"country\":\"\"}");
	person = page_expect_person(host);
	g_assert_cmpstr(page_text(person, "name"), ==, "Li Wei");
	g_assert_cmpstr(page_text(person, "country"), ==, "");
	json_decref(person);
	page_say(member, "{\"type\":\"profile\",\"id\":1}");
	page_expect_ok(member);
	page_expect_none(host, "person");
	page_say(member, "{\"type\":\"profile\",\"name\":\"\"}");
	page_expect_error(member, "malformed", "name");
	page_say(member, "{\"type\":\"profile\",\"speaks\":{}}");
	page_expect_error(member, "malformed", "speaks");
	two_leave();
}

static void questions_are_marked(void)
{
	two_people();
	page_say(member, "{\"type\":\"chat\",\"id\":1,\"text\":\"Why?\"}");
	page_expect_ok(member);
	page_say(host, "{\"type\":\"chat\",\"id\":1,\"text\":\"Because.\"}");
	page_expect_ok(host);
	page_forget(host);
	page_say(member, "{\"type\":\"question\",\"id\":2,\"chat\":1}");
	page_expect_ok(member);
	json_t *notice = page_take(host, "question");
	g_assert_cmpint(json_integer_value(json_object_get(notice, "chat")), ==, 1);
	g_assert_true(json_is_true(json_object_get(notice, "on")));
	json_decref(notice);
	/* Another's only by whose task it is. */
	page_say(member, "{\"type\":\"question\",\"id\":3,\"chat\":2}");
	page_expect_error(member, "not-found", "chat");
	page_say(host, "{\"type\":\"question\",\"id\":3,\"chat\":1,\"on\":false}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"question\",\"id\":3,\"chat\":99}");
	page_expect_error(host, "not-found", "chat");
	page_say(host, "{\"type\":\"question\",\"id\":3}");
	page_expect_error(host, "malformed", "chat");
	/* Who comes later sees it. */
	page_say(host, "{\"type\":\"question\",\"id\":4,\"chat\":2,\"on\":true}");
	page_expect_ok(host);
	struct websocket *late = page_open();
	page_try_join(late, "Zoe", 'c', ROLE_LISTENER);
	json_t *joined = page_take(late, "joined"), *chat = json_object_get(joined, "chat");
	g_assert_false(json_is_true(json_object_get(json_array_get(chat, 0), "question")));
	g_assert_true(json_is_true(json_object_get(json_array_get(chat, 1), "question")));
	json_decref(joined);
	page_drop(late);
	two_leave();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/protocol_people/" #test, test)
	ADD(chat_reaches_all_and_stays);
	ADD(chat_history_is_bounded);
	ADD(nobody_floods_the_others);
	ADD(hands_are_in_order);
	ADD(questions_are_marked);
	ADD(profiles_change);
	return g_test_run();
}
