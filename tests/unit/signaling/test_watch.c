#include "signaling/http_internal.h"
#include "signaling/watch.h"
#include "tests/unit/signaling/server_fixture.h"

#include <jansson.h>

struct case_of {
	struct server server; /* first */
	struct http_server *none;
	struct watch *watch;
	struct http_route routes[WATCH_ROUTES];
};

static void set_up(struct case_of *t, gconstpointer option)
{
	size_t n;
	server_open(&t->server, option);
	g_autofree char *title = g_strdup("Operations"), *name = g_strdup("ops");
	char *none[] = {NULL};
	gint64 id;
	const struct store_meeting row = {
		.name = name, .title = title, .zone = "", .floors = none, .channels = none};
	g_assert_true(store_meeting_create(t->server.store, &row, &id, NULL));
	t->watch = watch_new(t->server.config, t->server.relay, t->server.meetings, &t->none);
	watch_routes(t->watch, t->routes, &n);
	g_assert_cmpuint(n, ==, WATCH_ROUTES);
}

static void tear_down(struct case_of *t, gconstpointer option)
{
	watch_free(t->watch);
	server_close(&t->server);
}

static char *token(const struct case_of *t, enum role role, gint64 expires_in)
{
	char *none[] = {NULL};
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const struct token token = {.meeting = "ops",
				    .role = role,
				    .languages = none,
				    .understands = none,
				    .issued = now,
				    .expires = now + expires_in};
	return token_sign(t->server.key, &token, NULL);
}

static struct http_request request_from(const char *address)
{
	return (struct http_request){.method = "GET", .query = "", .rest = "", .address = address};
}

/* Both routes must agree. Returns what /api/status says. */
static char *ask(const struct case_of *t, struct http_request request, unsigned status)
{
	char *text = NULL;
	for (size_t i = 0; i < WATCH_ROUTES; i++) {
		struct http_reply *reply = http_reply_new();
		t->routes[i].handle(t->routes[i].user, &request, reply);
		g_assert_cmpuint(reply->status, ==, status);
		gsize size;
		const char *data = g_bytes_get_data(reply->body, &size);
		g_free(text);
		text = g_strndup(data, size);
		http_reply_free(reply);
	}
	return text;
}

static void assert_refused(const struct case_of *t, struct http_request request, unsigned status,
			   const char *words)
{
	g_autofree char *text = ask(t, request, status);
	if (!strstr(text, words))
		g_test_message("%s", text);
	g_assert_nonnull(strstr(text, words));
}

static void assert_shown(const struct case_of *t, struct http_request request)
{
	g_free(ask(t, request, 200));
}

static void this_machine_sees_it_and_no_other(struct case_of *t, gconstpointer option)
{
	struct http_request request = request_from("192.0.2.1");
	assert_refused(t, request, 403, "only the server's own machine");
	request.local = true;
	assert_shown(t, request);
	/* The proxy is on this machine, whoever asked it isn't. */
	request.forwarded = true;
	assert_refused(t, request, 403, "only the server's own machine");
}

/* Plain HTTP here, https in the links. */
static void behind_a_proxy_this_machine_is_nobody(struct case_of *t, gconstpointer option)
{
	struct http_request request = request_from("127.0.0.1");
	request.local = true;
	assert_refused(t, request, 403, "behind a proxy");
	g_autofree char *bearer = token(t, ROLE_SERVICE, 60);
	request.bearer = bearer;
	assert_shown(t, request);
}

static void named_networks_see_it(struct case_of *t, gconstpointer option)
{
	assert_shown(t, request_from("192.0.2.77"));
	assert_refused(t, request_from("192.0.3.77"), 403, "metrics-from");
	assert_refused(t, request_from("2001:db8::1"), 403, "metrics-from");
	assert_refused(t, request_from(""), 403, "metrics-from");
	struct http_request request = request_from("192.0.2.77");
	request.forwarded = true;
	assert_refused(t, request, 403, "metrics-from");
}

static void a_service_sees_it_from_anywhere(struct case_of *t, gconstpointer option)
{
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		g_autofree char *bearer = token(t, role, 60);
		struct http_request request = request_from("192.0.2.1");
		request.bearer = bearer;
		request.forwarded = true;
		if (role == ROLE_SERVICE)
			assert_shown(t, request);
		else
			assert_refused(t, request, 403, "may not watch");
		/* Who may anyway isn't asked for a token, whatever it says. */
		request.forwarded = false;
		request.local = true;
		assert_shown(t, request);
	}
}

static void tokens_that_no_longer_hold(struct case_of *t, gconstpointer option)
{
	struct http_request request = request_from("192.0.2.1");
	request.bearer = "nonsense";
	assert_refused(t, request, 401, "not a token of this server");
	g_autofree char *expired = token(t, ROLE_SERVICE, -1);
	request.bearer = expired;
	assert_refused(t, request, 401, "has expired");

	g_autofree char *good = token(t, ROLE_SERVICE, 60);
	struct store_meeting row;
	unsigned generation;
	g_assert_true(store_meeting_find(t->server.store, "ops", &row, NULL));
	request.bearer = good;
	assert_shown(t, request);
	g_assert_true(store_meeting_next_generation(t->server.store, row.id, ROLE_SERVICE,
						    &generation, NULL));
	assert_refused(t, request, 401, "has been replaced");
	g_assert_true(store_meeting_set_state(t->server.store, row.id, "ended", NULL));
	assert_refused(t, request, 410, "has ended");
	store_meeting_clear(&row);
}

static json_t *status_since(const struct case_of *t, const char *query, unsigned status)
{
	struct http_request request = request_from("127.0.0.1");
	request.local = true;
	request.query = query;
	struct http_reply *reply = http_reply_new();
	t->routes[1].handle(t->routes[1].user, &request, reply);
	g_assert_cmpuint(reply->status, ==, status);
	gsize size;
	const char *data = g_bytes_get_data(reply->body, &size);
	json_t *json = json_loadb(data, size, 0, NULL);
	g_assert_nonnull(json);
	http_reply_free(reply);
	return json;
}

static void the_history_is_asked_for_by_time(struct case_of *t, gconstpointer option)
{
	json_t *json = status_since(t, "since=1790000000", 200);
	g_assert_cmpint(json_integer_value(json_object_get(json, "workers")), ==, 1);
	g_assert_cmpint(ABS(json_integer_value(json_object_get(json, "started")) -
			    g_get_real_time() / G_USEC_PER_SEC),
			<, 60);
	json_decref(json);
	static const char *const wrong[] = {"since=x", "since=-1",
					    "since=", "since=99999999999999999999"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		json = status_since(t, wrong[i], 400);
		g_assert_cmpstr(json_string_value(json_object_get(json, "detail")), ==,
				"since: not a number of seconds");
		json_decref(json);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, option)                                                                          \
	g_test_add("/watch/" #name, struct case_of, option, set_up, name, tear_down)
	ADD(this_machine_sees_it_and_no_other, NULL);
	ADD(behind_a_proxy_this_machine_is_nobody, "--public-url=https://meet.example.org");
	ADD(named_networks_see_it, "--metrics-from=192.0.2.0/24");
	ADD(a_service_sees_it_from_anywhere, NULL);
	ADD(tokens_that_no_longer_hold, NULL);
	ADD(the_history_is_asked_for_by_time, NULL);
	return g_test_run();
}
