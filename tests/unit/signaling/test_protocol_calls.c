/* Calls and chats of booths over the protocol: who hears of them, who may answer, what bad input is
 * answered. */
#include "tests/unit/signaling/world.h"

static struct websocket *ana, *ben;
static char *ana_id, *ben_id;

/* A host, a member, and a booth of two. */
static void begin(void)
{
	two_people();
	ana = page_open();
	ben = page_open();
	ana_id = page_join(ana, ROLE_INTERPRETER, "Ana", 'e');
	ben_id = page_join(ben, ROLE_INTERPRETER, "Ben", 'f');
	page_forget(host);
	page_forget(member);
	page_forget(ana);
	page_forget(ben);
}

static void end(void)
{
	page_drop(ana);
	page_drop(ben);
	g_free(ana_id);
	g_free(ben_id);
	two_leave();
}

static json_int_t call_of(struct websocket *page)
{
	json_t *message = page_take(page, "call");
	g_assert_nonnull(message);
	json_int_t number =
		json_integer_value(json_object_get(json_object_get(message, "call"), "id"));
	json_decref(message);
	return number;
}

static void a_call_waits_for_who_is_called(void)
{
	begin();
	page_say(ana, "{\"type\":\"call\",\"id\":12,\"to\":\"host\",\"on\":true}");
	page_expect_ok(ana);
	json_int_t number = call_of(host);
	g_assert_cmpint(call_of(ben), ==, number);
	page_expect_none(member, "call");
	/* Who comes meanwhile learns of it; a partner can't answer for the host. */
	struct websocket *late = page_open();
	page_try_join(late, "Lin", '3', ROLE_HOST);
	json_t *joined = page_take(late, "joined");
	const json_t *call = json_array_get(json_object_get(joined, "calls"), 0);
	g_assert_cmpstr(page_text(call, "from"), ==, ana_id);
	g_assert_cmpstr(page_text(call, "to"), ==, "host");
	g_assert_cmpstr(page_text(call, "booth"), ==, "en-zh");
	json_decref(joined);
	page_say(ben, "{\"type\":\"call-answer\",\"id\":13,\"call\":%d}", (int)number);
	page_expect_error(ben, "forbidden", "call");
	page_say(host, "{\"type\":\"call-answer\",\"id\":13,\"call\":%d}", (int)number);
	page_expect_ok(host);
	page_expect(ana, "call-ended", "by", host_id);
	page_expect(late, "call-ended", "result", "seen");
	page_say(ana, "{\"type\":\"call\",\"id\":12,\"to\":\"host\",\"on\":true}");
	page_expect_error(ana, "limit", "type");
	world_advance(5);
	page_say(ana, "{\"type\":\"call\",\"id\":12,\"to\":\"host\",\"on\":true}");
	page_expect_ok(ana);
	page_say(ana, "{\"type\":\"leave\"}");
	page_expect(host, "call-ended", "result", "seen");
	page_expect(host, "call-ended", "result", "gone");
	page_drop(late);
	end();
}

static void a_call_to_a_booth_is_for_all_of_it(void)
{
	begin();
	page_say(host,
		 "{\"type\":\"call\",\"id\":12,\"to\":\"booth\",\"booth\":\"en-zh\",\"on\":true}");
	page_expect_ok(host);
	json_int_t number = call_of(ana);
	page_say(host,
		 "{\"type\":\"call\",\"id\":12,\"to\":\"booth\",\"booth\":\"en-zh\",\"on\":false}");
	page_expect_ok(host);
	page_expect(ana, "call-ended", "result", "withdrawn");
	page_say(ben, "{\"type\":\"call-answer\",\"call\":%d}", (int)number);
	page_expect_error(ben, "not-found", "call");
	world_advance(5);
	page_say(host, "{\"type\":\"call\",\"to\":\"booth\",\"booth\":\"en-zh\",\"on\":true}");
	page_say(ana, "{\"type\":\"leave\"}");
	page_expect(host, "call-ended", "result", "withdrawn");
	page_expect_none(host, "call-ended"); /* Ben is still there */
	page_say(ben, "{\"type\":\"leave\"}");
	page_expect(host, "call-ended", "result", "gone");
	end();
}

static void nobody_is_called_who_is_not_there(void)
{
	begin();
	page_say(ana, "{\"type\":\"call\",\"to\":\"host\",\"on\":true}");
	page_say(host, "{\"type\":\"leave\"}");
	page_expect(ana, "call-ended", "result", "gone");
	page_say(ben, "{\"type\":\"call\",\"id\":12,\"to\":\"host\",\"on\":true}");
	page_expect_error(ben, "not-found", "to");
	end();
}

static const struct bad {
	int who; /* 0 host, 1 member, 2 Ana */
	const char *text, *code, *field;
} bad_ones[] = {
	{1, "{\"type\":\"call\",\"to\":\"host\",\"on\":true}", "forbidden", "role"},
	{1, "{\"type\":\"call-answer\",\"call\":1}", "forbidden", "role"},
	{0, "{\"type\":\"call\",\"to\":\"host\",\"on\":true}", "forbidden", "to"},
	{0, "{\"type\":\"call\",\"to\":\"booth\",\"on\":true}", "malformed", "booth"},
	{0, "{\"type\":\"call\",\"to\":\"booth\",\"booth\":\"none\",\"on\":true}", "not-found",
	 "booth"},
	{2, "{\"type\":\"call\",\"to\":\"booth\",\"booth\":\"en-zh\",\"on\":true}", "forbidden",
	 "to"},
	{2, "{\"type\":\"call\",\"to\":\"everybody\",\"on\":true}", "malformed", "to"},
	{2, "{\"type\":\"call\",\"to\":\"host\",\"on\":7}", "malformed", "on"},
	{2, "{\"type\":\"call-answer\",\"call\":9}", "not-found", "call"},
};

static void bad_input_rings_nowhere(void)
{
	begin();
	struct websocket *pages[] = {host, member, ana};
	for (size_t n = 0; n < G_N_ELEMENTS(bad_ones); n++) {
		g_test_message("%s", bad_ones[n].text);
		page_say(pages[bad_ones[n].who], "%s", bad_ones[n].text);
		page_expect_error(pages[bad_ones[n].who], bad_ones[n].code, bad_ones[n].field);
		page_expect_none(ben, "call");
		page_expect_none(host, "call");
	}
	end();
}

static void chats_stay_where_they_belong(void)
{
	begin();
	page_say(ana,
		 "{\"type\":\"booth-chat\",\"id\":11,\"to\":\"booth\",\"text\":\"five more\"}");
	page_expect_ok(ana);
	page_expect(ben, "booth-chat", NULL, NULL);
	page_expect(ana, "booth-chat", NULL, NULL);
	page_expect_none(host, "booth-chat");
	page_say(ana, "{\"type\":\"booth-chat\",\"to\":\"host\",\"text\":\"help\"}");
	page_expect(host, "booth-chat", NULL, NULL);
	page_expect(ben, "booth-chat", NULL, NULL);
	page_say(
		host,
		"{\"type\":\"booth-chat\",\"to\":\"booth\",\"booth\":\"en-zh\",\"text\":\"yes?\"}");
	page_expect(ana, "booth-chat", NULL, NULL);
	page_expect(host, "booth-chat", NULL, NULL);
	page_expect_none(member, "booth-chat");
	page_forget(ana);
	page_say(host, "{\"type\":\"booth-chat\",\"to\":\"booths\",\"text\":\"five minutes\"}");
	json_t *chat = page_take(ana, "booth-chat");
	g_assert_cmpstr(page_text(json_object_get(chat, "chat"), "booth"), ==, "");
	json_decref(chat);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/protocol-calls/a-call-waits-for-who-is-called",
			a_call_waits_for_who_is_called);
	g_test_add_func("/protocol-calls/a-call-to-a-booth-is-for-all-of-it",
			a_call_to_a_booth_is_for_all_of_it);
	g_test_add_func("/protocol-calls/nobody-is-called-who-is-not-there",
			nobody_is_called_who_is_not_there);
	g_test_add_func("/protocol-calls/bad-input-rings-nowhere", bad_input_rings_nowhere);
	g_test_add_func("/protocol-calls/chats-stay-where-they-belong",
			chats_stay_where_they_belong);
	return g_test_run();
}
