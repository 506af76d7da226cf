#include "signaling/api.h"
#include "tests/unit/signaling/api_fixture.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

static struct api api;

static struct answer call(const char *method, const char *target, const char *bearer,
			  const char *body)
{
	struct http_route routes[API_ROUTES];
	size_t n;
	api_routes(&api, routes, &n);
	return call_routes(routes, n, method, target, bearer, body);
}

static void begin(void)
{
	world_open();
	api = (struct api){world.meetings, api_recording_new(world.meetings, NULL)};
}

static void end(void)
{
	api_recording_free(api.recording);
	world_close();
}

static void lobby_learns_of_the_meeting(void)
{
	begin();
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	struct answer got = call("GET", "/api/meetings/demo", token, NULL);
	g_assert_cmpuint(got.status, ==, 200);
	json_t *expected =
		json_pack("{s:{s:s, s:s, s:I, s:s, s:i, s:[], s:[]}, s:s, s:n, s:[], "
			  "s:s, s:b, s:[], s:i}",
			  "meeting", "name", "demo", "title", "Sharing meeting", "starts",
			  (json_int_t)1590717600000, "zone", "Asia/Shanghai", "minutes", 120,
			  "floors", "channels", "role", "member", "name", "languages", "venue", "",
			  "autoRecord", 0, "agenda", "part", 0);
	g_assert_true(json_equal(got.json, expected));
	json_decref(expected);
	answer_clear(&got);
	g_free(token);
	token = world_token("demo", ROLE_HOST, "Dr. Li");
	got = call("GET", "/api/meetings/demo", token, NULL);
	g_assert_cmpstr(page_text(got.json, "name"), ==, "Dr. Li");
	answer_clear(&got);
	g_free(token);
	end();
}

static void expect(const char *method, const char *target, const char *bearer, unsigned status)
{
	struct answer got = call(method, target, bearer, NULL);
	g_test_message("%s %s: %u %s", method, target, got.status, got.text);
	g_assert_cmpuint(got.status, ==, status);
	answer_clear(&got);
}

static void others_learn_nothing(void)
{
	begin();
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	expect("GET", "/api/meetings/demo", NULL, 401);
	expect("GET", "/api/meetings/demo", "x.y.z", 401);
	expect("GET", "/api/meetings/other", token, 401);
	expect("GET", "/api/meetings/demo/recordings", token, 403);
	expect("POST", "/api/meetings/demo/recording", token, 403);
	expect("POST", "/api/meetings/demo/recording", NULL, 401);
	expect("GET", "/api/meetings/demo/recording", token, 404);
	expect("GET", "/api/meetings/demo/a/b", token, 404);
	expect("GET", "/api/meetings/demo//", token, 404);
	expect("GET", "/api/meetings/", token, 404);
	g_assert_true(meetings_end(world.meetings, "demo", NULL));
	struct answer got = call("GET", "/api/meetings/demo", token, NULL);
	g_assert_cmpuint(got.status, ==, 410);
	g_assert_cmpstr(detail_of(&got), ==, "meeting: has ended");
	answer_clear(&got);
	g_free(token);
	end();
}

static void it_records(void)
{
	begin();
	char *token = world_token("demo", ROLE_SERVICE, NULL);
	const char *one = "/api/meetings/demo/recording";
	expect("DELETE", one, token, 409);
	struct answer got = call("PATCH", one, token, "{\"state\":\"paused\"}");
	g_assert_cmpuint(got.status, ==, 409);
	answer_clear(&got);
	got = call("POST", one, token, NULL);
	g_assert_cmpuint(got.status, ==, 201);
	g_assert_cmpstr(page_text(got.json, "id"), ==, "1");
	g_assert_cmpstr(page_text(got.json, "state"), ==, "recording");
	answer_clear(&got);
	expect("POST", one, token, 409);
	got = call("PATCH", one, token, "{\"state\":\"loud\"}");
	g_assert_cmpuint(got.status, ==, 400);
	g_assert_cmpstr(detail_of(&got), ==, "state: isn't recording, paused or ended");
	answer_clear(&got);
	got = call("PATCH", one, token, "[]");
	g_assert_cmpstr(detail_of(&got), ==, "body: isn't an object");
	answer_clear(&got);
	got = call("PATCH", one, token, "{\"state\":\"paused\"}");
	g_assert_cmpuint(got.status, ==, 200);
	answer_clear(&got);
	got = call("GET", "/api/meetings/demo/recordings", token, NULL);
	json_t *first = json_array_get(json_object_get(got.json, "recordings"), 0);
	g_assert_cmpstr(page_text(first, "state"), ==, "paused");
	g_assert_true(json_is_null(json_object_get(first, "ended")));
	g_assert_cmpint(json_integer_value(json_object_get(first, "bytes")), >, 0);
	answer_clear(&got);
	expect("DELETE", one, token, 202);
	got = call("GET", "/api/meetings/demo/recordings", token, NULL);
	first = json_array_get(json_object_get(got.json, "recordings"), 0);
	g_assert_cmpstr(page_text(first, "state"), ==, "ended");
	g_assert_cmpstr(page_text(json_object_get(first, "archive"), "state"), ==, "waiting");
	answer_clear(&got);
	g_free(token);
	end();
}

static void calendars_get_it(void)
{
	begin();
	char *member_token = world_token("demo", ROLE_MEMBER, NULL);
	char *office = world_token("demo", ROLE_SECRETARIAT, NULL);
	struct answer got = call("GET", "/api/meetings/demo/calendar.ics", member_token, NULL);
	g_assert_cmpuint(got.status, ==, 200);
	g_assert_nonnull(strstr(got.text, "\r\nDTSTART:20200529T020000Z\r\n"));
	g_assert_nonnull(strstr(got.text, "\r\nDTEND:20200529T040000Z\r\n"));
	g_assert_nonnull(strstr(got.text, "2020-05-29 10:00 (UTC+08:00) Asia/Shanghai"));
	g_assert_null(strstr(got.text, "token="));
	answer_clear(&got);
	got = call("GET", "/api/meetings/demo/calendar.ics?link=1", member_token, NULL);
	g_assert_null(strstr(got.text, "token="));
	answer_clear(&got);
	got = call("GET", "/api/meetings/demo/calendar.ics?link=1", office, NULL);
	g_assert_nonnull(strstr(got.text, "#token="));
	for (const char *line = got.text; line != NULL && *line != '\0';) {
		const char *end_of_line = strstr(line, "\r\n");
		g_assert_nonnull(end_of_line);
		g_assert_cmpint(end_of_line - line, <=, 75);
		line = end_of_line + 2;
	}
	answer_clear(&got);
	g_free(office);
	g_free(member_token);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/api/" #test, test)
	ADD(lobby_learns_of_the_meeting);
	ADD(others_learn_nothing);
	ADD(it_records);
	ADD(calendars_get_it);
	return g_test_run();
}
