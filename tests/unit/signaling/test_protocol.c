/* Frames, requests in general, join. */
#include "signaling/store_internal.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

static void replies_name_their_request(void)
{
	two_people();
	page_say(host, "{\"type\":\"ping\",\"id\":15}");
	json_t *pong = page_take(host, "pong"),
	       *expected = json_pack("{s:s, s:i}", "type", "pong", "re", 15);
	g_assert_true(json_equal(pong, expected));
	json_decref(pong);
	json_decref(expected);
	page_say(host, "{\"type\":\"dance\",\"id\":16}");
	json_t *error = page_take(host, "error");
	g_assert_cmpint(json_integer_value(json_object_get(error, "re")), ==, 16);
	g_assert_cmpstr(page_text(error, "code"), ==, "unsupported");
	json_decref(error);
	page_say(host, "{\"type\":\"dance\"}");
	error = page_take(host, "error");
	g_assert_null(json_object_get(error, "re"));
	json_decref(error);
	page_say(host, "{\"id\":3}");
	page_expect_error(host, "malformed", "type");
	page_say(host, "{\"type\":\"ping\",\"id\":\"x\"}");
	page_expect_error(host, "malformed", "id");
	page_say(host, "{\"type\":\"ping\",\"id\":-3}");
	page_expect_error(host, "malformed", "id");
	page_say(host, "{\"type\":\"join\",\"id\":3}");
	page_expect_error(host, "conflict", "type");
	two_leave();
}

/* How we are made is for the operator's log, not for those who ask. */
static void internal_errors_go_to_the_log(void)
{
	two_people();
	sqlite3_exec(world.store->db, "DROP TABLE chat", NULL, NULL, NULL);
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*no such table: *chat*");
	page_say(member, "{\"type\":\"chat\",\"id\":16,\"text\":\"lost\"}");
	g_test_assert_expected_messages();
	json_t *error = page_take(member, "error");
	g_assert_cmpstr(page_text(error, "code"), ==, "internal");
	g_assert_cmpstr(page_text(error, "message"), ==, "something went wrong in the server");
	g_assert_null(json_object_get(error, "field"));
	json_decref(error);
	page_expect_none(host, "chat");
	two_leave();
}

static void what_is_no_protocol_closes(void)
{
	static const char *const wrong[] = {"",
					    "{",
					    "[]",
					    "\"join\"",
					    "{\"type\":1}",
					    "{\"a\":1,\"a\":2}",
					    "{\"type\":\"ping\"}",
					    "\xff"};
	world_open();
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		struct websocket *page = page_open();
		page_say(page, "%s", wrong[i]);
		g_assert_cmpuint(page_closed(page), ==, 4400);
		page_drop(page);
	}
	world_close();
}

/* Deep nesting must end in an error, not on the stack's end. */
static void deep_json_is_refused(void)
{
	two_people();
	GString *deep = g_string_new("{\"type\":");
	for (int i = 0; i < 100000; i++)
		g_string_append_c(deep, '[');
	page_say(host, "%s", deep->str);
	g_assert_cmpuint(page_closed(host), ==, 4400);
	g_string_free(deep, TRUE);
	two_leave();
}

static void silent_sockets_are_closed(void)
{
	world_open();
	struct websocket *silent = page_open(), *asked = page_open();
	page_say(asked, "{\"type\":\"join\",\"version\":1}");
	page_expect_error(asked, "malformed", "token");
	world_advance(9);
	g_assert_cmpuint(page_closed(silent), ==, 0);
	world_advance(1);
	g_assert_cmpuint(page_closed(silent), ==, 4400);
	g_assert_cmpuint(page_closed(asked), ==, 0);
	world_advance(110);
	g_assert_cmpuint(page_closed(asked), ==, 4400);
	page_drop(silent);
	page_drop(asked);
	world_close();
}

static void wrong_joins_name_the_field(void)
{
	static const struct {
		const char *fields, *code, *field;
	} wrong[] = {
		{"", "malformed", "version"},
		{"\"version\":\"1\"", "malformed", "version"},
		{"\"version\":2", "unsupported", "version"},
		{"\"version\":1", "malformed", "token"},
		{"\"version\":1,\"token\":7", "malformed", "token"},
		{"\"version\":1,\"token\":\"x\"", "malformed", "device"},
		{"\"version\":1,\"token\":\"x\",\"device\":\"xyz\"", "malformed", "device"},
#define GOOD "\"version\":1,\"token\":\"x\",\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
		{GOOD, "unauthorized", "token"},
		{GOOD ",\"name\":[]", "malformed", "name"},
		{GOOD ",\"name\":\"\"", "malformed", "name"},
		{GOOD ",\"organisation\":1", "malformed", "organisation"},
		{GOOD ",\"country\":\"XYZ\"", "malformed", "country"},
		{GOOD ",\"country\":\"my\"", "malformed", "country"},
		{GOOD ",\"speaks\":\"not a tag\"", "malformed", "speaks"},
		{GOOD ",\"listenOnly\":1", "malformed", "listenOnly"},
		{GOOD ",\"takeover\":\"yes\"", "malformed", "takeover"},
		{GOOD ",\"another\":0", "malformed", "another"},
		{GOOD ",\"resume\":\"x\"", "malformed", "resume"},
		{GOOD ",\"resume\":{}", "malformed", "resume.participant"},
		{GOOD ",\"resume\":{\"participant\":\"p1\",\"secret\":1}", "malformed",
		 "resume.secret"},
		{GOOD ",\"resume\":null", "unauthorized", "token"},
	};
	world_open();
	struct websocket *page = page_open();
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		page_say(page, "{\"type\":\"join\"%s%s}", wrong[i].fields[0] != '\0' ? "," : "",
			 wrong[i].fields);
		page_expect_error(page, wrong[i].code, wrong[i].field);
	}
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	page_say(page,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\","
		 "\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
		 token);
	page_expect_error(page, "malformed", "name");
	g_free(token);
	page_drop(page);
	world_close();
}

/* A page doesn't wait for the reply to its join before it offers. */
static void an_offer_behind_a_refused_join_is_answered(void)
{
	world_open();
	struct websocket *page = page_open();
	page_say(page, "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"x\","
		       "\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}");
	page_say(page, "{\"type\":\"offer\",\"id\":2,\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"0\","
		       "\"feed\":\"stage\"}]}");
	page_expect_error(page, "unauthorized", "token");
	page_expect_error(page, "conflict", "type");
	g_assert_cmpuint(page_closed(page), ==, 0);
	page_try_join(page, "Li", 'b', ROLE_MEMBER);
	page_expect(page, "joined", NULL, NULL);
	page_drop(page);
	world_close();
}

static void viewers_may_not_join(void)
{
	world_open();
	struct websocket *page = page_open();
	char *token = world_token("demo", ROLE_VIEWER, NULL);
	page_say(page,
		 "{\"type\":\"join\",\"version\":1,\"token\":\"%s\",\"name\":\"V\","
		 "\"device\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
		 token);
	page_expect_error(page, "forbidden", "role");
	g_free(token);
	page_drop(page);
	world_close();
}

static void turn_credentials_are_for_a_time(void)
{
	char *servers[] = {(char *)"stun:stun.example.org", (char *)"turn:turn.example.org", NULL};
	world_open();
	world.config.ice_servers = servers;
	world.config.turn_secret = (char *)"north";
	struct websocket *page = page_open();
	page_try_join(page, "Li", 'b', ROLE_MEMBER);
	json_t *joined = page_take(page, "joined");
	const json_t *list = json_object_get(joined, "iceServers");
	g_assert_null(json_object_get(json_array_get(list, 0), "username"));
	const json_t *turn = json_array_get(list, 1);
	const char *username = page_text(turn, "username");
	g_assert_cmpint(g_ascii_strtoll(username, NULL, 10), >, g_get_real_time() / G_USEC_PER_SEC);
	char *mac = g_compute_hmac_for_string(G_CHECKSUM_SHA1, (const guchar *)"north", 5, username,
					      -1);
	gsize size;
	guchar *digest = g_base64_decode(page_text(turn, "credential"), &size);
	g_assert_cmpuint(size, ==, 20);
	for (gsize i = 0; i < size; i++) {
		char digits[3];
		g_snprintf(digits, sizeof digits, "%02x", digest[i]);
		g_assert_cmpmem(digits, 2, mac + 2 * i, 2);
	}
	g_free(digest);
	g_free(mac);
	json_decref(joined);
	page_drop(page);
	world_close();
}

/* Every request with every field of every wrong type: an error each time, and the connection
 * stands. */
static void wrong_types_are_survived(void)
{
	static const char *const types[] = {"offer",  "slots",	 "media",  "chat",
					    "hand",   "profile", "floor",  "mute",
					    "remove", "readmit", "reissue"};
	static const char *const fields[] = {
		"sdp",	"lines",  "slots",	 "microphone", "camera",      "screen",
		"text", "raised", "participant", "name",       "source",      "barred",
		"role", "fresh",  "country",	 "speaks",     "organisation"};
	static const char *const values[] = {"7",     "-1",	     "1.5",	      "\"\"",
					     "\"x\"", "[]",	     "[[]]",	      "{}",
					     "true",  "\"\\u202e\"", "[{\"mid\":[]}]"};
	two_people();
	for (size_t t = 0; t < G_N_ELEMENTS(types); t++) {
		for (size_t f = 0; f < G_N_ELEMENTS(fields); f++) {
			for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
				page_say(host, "{\"type\":\"%s\",\"id\":1,\"%s\":%s}", types[t],
					 fields[f], values[v]);
				g_assert_cmpuint(page_closed(host), ==, 0);
				page_forget(host);
				page_forget(member);
			}
		}
	}
	page_say(host, "{\"type\":\"ping\",\"id\":1}");
	page_expect(host, "pong", NULL, NULL);
	two_leave();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/protocol/" #test, test)
	ADD(replies_name_their_request);
	ADD(internal_errors_go_to_the_log);
	ADD(what_is_no_protocol_closes);
	ADD(deep_json_is_refused);
	ADD(silent_sockets_are_closed);
	ADD(wrong_joins_name_the_field);
	ADD(an_offer_behind_a_refused_join_is_answered);
	ADD(viewers_may_not_join);
	ADD(turn_credentials_are_for_a_time);
	ADD(wrong_types_are_survived);
	return g_test_run();
}
