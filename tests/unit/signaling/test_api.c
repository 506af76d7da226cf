#include "signaling/api.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

/* What was answered last. */
static struct {
	unsigned status;
	json_t *body;
	char *message;
} got;

void http_reply_text(struct http_reply *reply, unsigned status, const char *content_type,
		     const char *text)
{
	(void)reply;
	g_assert_cmpstr(content_type, ==, "application/json");
	got.status = status;
	got.body = json_loads(text, 0, NULL);
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
	(void)reply;
	g_assert_cmpstr(name, ==, "Cache-Control");
	g_assert_cmpstr(value, ==, "no-store");
}

void http_reply_error(struct http_reply *reply, const GError *error)
{
	(void)reply;
	got.status = signaling_error_status(error);
	got.message = g_strdup(error->message);
}

static void get(const char *rest, const char *bearer)
{
	struct http_route routes[API_ROUTES];
	size_t n;
	api_routes(world.meetings, routes, &n);
	g_assert_cmpuint(n, ==, 1);
	g_assert_cmpstr(routes[0].method, ==, "GET");
	g_assert_cmpstr(routes[0].prefix, ==, "/api/meetings/");
	g_clear_pointer(&got.message, g_free);
	got.status = 404; /* what the server answers by itself */
	struct http_request request = {.method = "GET", .rest = rest, .bearer = bearer};
	routes[0].handle(routes[0].user, &request, NULL);
}

static void lobby_learns_of_the_meeting(void)
{
	world_open();
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	get("demo", token);
	g_assert_cmpuint(got.status, ==, 200);
	json_t *expected =
		json_pack("{s:{s:s, s:s, s:I, s:s, s:i, s:[], s:[]}, s:s, s:n, s:[]}", "meeting",
			  "name", "demo", "title", "Sharing meeting", "starts",
			  (json_int_t)1590717600000, "zone", "Asia/Shanghai", "minutes", 120,
			  "floors", "channels", "role", "member", "name", "languages");
	g_assert_true(json_equal(got.body, expected));
	json_decref(expected);
	json_decref(got.body);
	g_free(token);
	token = world_token("demo", ROLE_HOST, "Dr. Li");
	get("demo", token);
	g_assert_cmpstr(page_text(got.body, "name"), ==, "Dr. Li");
	json_decref(got.body);
	g_free(token);
	world_close();
}

static void others_learn_nothing(void)
{
	world_open();
	char *token = world_token("demo", ROLE_MEMBER, NULL);
	get("demo", NULL);
	g_assert_cmpuint(got.status, ==, 401);
	get("demo", "x.y.z");
	g_assert_cmpuint(got.status, ==, 401);
	get("other", token);
	g_assert_cmpuint(got.status, ==, 401);
	get("demo/recordings", token);
	g_assert_cmpuint(got.status, ==, 404);
	get("", token);
	g_assert_cmpuint(got.status, ==, 404);
	g_assert_true(meetings_end(world.meetings, "demo", NULL));
	get("demo", token);
	g_assert_cmpuint(got.status, ==, 410);
	g_assert_cmpstr(got.message, ==, "meeting: has ended");
	g_clear_pointer(&got.message, g_free);
	g_free(token);
	world_close();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/api/lobby_learns_of_the_meeting", lobby_learns_of_the_meeting);
	g_test_add_func("/api/others_learn_nothing", others_learn_nothing);
	return g_test_run();
}
