#include "tests/unit/signaling/minutes_world.h"

static void expect_detail(json_t *answer, const char *detail)
{
	g_assert_cmpstr(minutes_text(answer, "detail"), ==, detail);
	json_decref(answer);
}

static void versions_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	json_t *answer = ask_json("GET", "demo/minutes/en/versions", host, NULL, 200);
	g_assert_cmpuint(json_array_size(json_object_get(answer, "versions")), ==, 0);
	json_decref(answer);
	save_whole("demo/minutes/en", host, 0);
	save_whole("demo/minutes/EN", host, 1); /* the same language */
	save_whole("demo/minutes/zh-hans", host, 0);
	g_autofree char *stale =
		g_strdup_printf("{\"base\":1,\"author\":\"Li\",\"body\":%s}", whole_body);
	expect_detail(ask_json("PUT", "demo/minutes/en", host, stale, 409),
		      "base: version 2 is the newest, saved by Ana; yours began from 1");
	answer = ask_json("GET", "demo/minutes/en?version=1", host, NULL, 200);
	json_t *whole = json_loads(whole_body, 0, NULL);
	g_assert_true(json_equal(json_object_get(answer, "body"), whole));
	g_assert_cmpstr(minutes_text(answer, "author"), ==, "Ana");
	g_assert_cmpint(number_of(answer, "version"), ==, 1);
	g_assert_true(json_is_false(json_object_get(answer, "published")));
	json_decref(whole);
	json_decref(answer);
	expect_detail(ask_json("GET", "demo/minutes/en?version=9", host, NULL, 404),
		      "minutes: there are none in this language with this version");
	expect_detail(ask_json("GET", "demo/minutes/en?version=0", host, NULL, 400),
		      "version: is no number from 1 up");
	answer = ask_json("GET", "demo/minutes/zh-Hans", host, NULL, 200); /* newest, for editors */
	g_assert_cmpstr(minutes_text(answer, "language"), ==, "zh-Hans");
	json_decref(answer);
	answer = ask_json("GET", "demo/minutes/en/versions", host, NULL, 200);
	const json_t *versions = json_object_get(answer, "versions");
	g_assert_cmpuint(json_array_size(versions), ==, 2);
	g_assert_cmpint(number_of(json_array_get(versions, 0), "version"), ==, 2);
	json_decref(answer);
}

static void refusals_client(struct fixture *f)
{
	static const struct {
		const char *body, *detail;
	} bad[] = {
		{"", "body: is no JSON object"},
		{"[]", "body: is no JSON object"},
		{"{\"base\":\"0\"}", "base: missing, or no number from 0 up"},
		{"{\"base\":-1}", "base: missing, or no number from 0 up"},
		{"{\"base\":0}", "body: is no object"},
		{"{\"base\":0,\"author\":1}", "author: is no text"},
		{"{\"base\":0,\"body\":{}}", "theme: is missing"},
	};
	g_autofree char *host = token_for("demo", ROLE_HOST);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		expect_detail(ask_json("PUT", "demo/minutes/en", host, bad[i].body, 400),
			      bad[i].detail);
	expect_detail(ask_json("POST", "demo/minutes/en/publish", host, "{\"version\":1}", 400),
		      "on: missing, or not true or false");
	expect_detail(ask_json("POST", "demo/minutes/en/publish", host,
			       "{\"version\":1,\"on\":true}", 404),
		      "minutes: there are none in this language with this version");
	expect_detail(ask_json("GET", "demo/minutes/draft", host, NULL, 400),
		      "language: missing, or no tag like en or zh-Hans (BCP 47)");
	static const char *const absent[] = {"demo/minutes/",	    "demo/minutes/e",
					     "demo/minutes/en/x",   "demo/minutes/en.exe",
					     "Demo/minutes/en",	    "demo/minutes/en.pdf/x",
					     "demo/minutes/en/../x"};
	for (size_t i = 0; i < G_N_ELEMENTS(absent); i++) {
		g_free(request("GET", absent[i], host, NULL, 404, NULL));
	}
	char *large = g_strnfill(MINUTES_REQUEST_BYTES + 1, ' ');
	g_free(request("PUT", "demo/minutes/en", host, large, 413, NULL));
	g_free(large);
}

static void readers_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST),
			*viewer = token_for("demo", ROLE_VIEWER);
	g_autofree char *all = token_for("*", ROLE_SECRETARIAT),
			*other = token_for("other", ROLE_HOST);
	save_whole("demo/minutes/en", all, 0);
	save_whole("demo/minutes/en", all, 1);
	/* A draft is the editors'. */
	static const char *const paths[] = {"demo/minutes/en", "demo/minutes/en?version=1",
					    "demo/minutes/en.md", "demo/minutes/en.html?version=2",
					    "demo/minutes/en.pdf"};
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_free(request("GET", paths[i], viewer, NULL, 404, NULL));
		g_free(request("GET", paths[i], other, NULL, 401, NULL));
		g_free(request("GET", paths[i], NULL, NULL, 401, NULL));
	}
	g_free(request("GET", "nowhere/minutes/en", NULL, NULL, 401, NULL));
	g_free(request("GET", "nowhere/minutes/en", host, NULL, 401, NULL));
	g_free(request("GET", "nowhere/minutes/en", all, NULL, 404, NULL));
	g_free(request("GET", "demo/minutes/en/versions", viewer, NULL, 403, NULL));
	g_free(request("GET", "demo/minutes/draft?language=en", viewer, NULL, 403, NULL));
	g_free(request("PUT", "demo/minutes/en", viewer, "{}", 403, NULL));
	g_free(request("POST", "demo/minutes/en/publish", viewer, "{}", 403, NULL));
	publish("demo/minutes/en/publish", host, 1, true);
	json_t *answer = ask_json("GET", "demo/minutes/en", viewer, NULL, 200);
	g_assert_cmpint(number_of(answer, "version"), ==, 1);
	json_decref(answer);
	g_free(request("GET", "demo/minutes/en?version=1", viewer, NULL, 200, NULL));
	g_free(request("GET", "demo/minutes/en?version=2", viewer, NULL, 404, NULL));
	publish("demo/minutes/en/publish", host, 2, true);
	answer = ask_json("GET", "demo/minutes/en", viewer, NULL, 200);
	g_assert_cmpint(number_of(answer, "version"), ==, 2);
	json_decref(answer);
	g_free(request("GET", "demo/minutes/en?version=1", viewer, NULL, 404, NULL));
	publish("demo/minutes/en/publish", host, 2, false);
	g_free(request("GET", "demo/minutes/en", viewer, NULL, 404, NULL));
}

static void files_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	char *head;
	save_whole("demo/minutes/en", host, 0);
	g_autofree char *text = request("GET", "demo/minutes/en.md", host, NULL, 200, &head);
	g_assert_true(g_str_has_prefix(text, "# 你打算如何走下去？\n\nMinutes · Draft"));
	g_assert_nonnull(strstr(text, "<https://meet.example.org/archive/demo>"));
	g_assert_nonnull(strstr(head, "Content-Type: text/markdown; charset=utf-8\r\n"));
	g_assert_nonnull(strstr(head, "inline; filename=\"demo-minutes-en.md\"\r\n"));
	g_free(head);
	g_autofree char *page =
		request("GET", "demo/minutes/en.html?download=1", host, NULL, 200, &head);
	g_assert_true(g_str_has_prefix(page, "<!doctype html>"));
	g_assert_nonnull(strstr(head, "attachment; filename=\"demo-minutes-en.html\"\r\n"));
	g_assert_nonnull(strstr(head, "Content-Security-Policy: default-src 'none'; style-src"));
	g_free(head);
	g_autofree char *nothing = request("HEAD", "demo/minutes/en.md", host, NULL, 200, NULL);
	g_assert_cmpstr(nothing, ==, "");
}

static void public_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	save_whole("demo/minutes/en", host, 0);
	g_free(request("GET", "demo/minutes/en", NULL, NULL, 404, NULL));
	publish("demo/minutes/en/publish", host, 1, true);
	g_free(request("GET", "demo/minutes/en", NULL, NULL, 200, NULL));
	g_free(request("GET", "demo/minutes/en.html", "rubbish", NULL, 200, NULL));
	g_free(request("GET", "demo/minutes/en/versions", NULL, NULL, 401, NULL));
}

/* A link to a file brings the archive's cookie, which reads and does nothing else. */
static void cookie_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	save_whole("demo/minutes/en", host, 0);
	static const struct {
		const char *method, *path;
		unsigned status;
	} asked[] = {{"GET", "en.md", 200},
		     {"HEAD", "en.html", 200},
		     {"GET", "en/versions", 401},
		     {"PUT", "en", 401},
		     {"POST", "en/publish", 401}};
	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
		g_autofree char *text = g_strdup_printf(
			"%s /api/archive/demo/minutes/%s HTTP/1.1\r\nHost: a\r\n"
			"Connection: close\r\nCookie: archive=%s\r\nContent-Length: 0\r\n\r\n",
			asked[i].method, asked[i].path, host);
		int fd = dial(here.http.config.port);
		say(fd, text);
		g_autofree char *reply = hear_all(fd);
		close(fd);
		g_assert_cmpuint(status_of(reply), ==, asked[i].status);
	}
}

static void secretariat_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST),
			*member = token_for("demo", ROLE_MEMBER);
	save_whole("demo/minutes/en", host, 0);
	publish("demo/minutes/en/publish", host, 1, true);
	g_free(request("GET", "demo/minutes/en", member, NULL, 403, NULL));
	g_free(request("GET", "demo/minutes/en", host, NULL, 200, NULL));
}

static GString *told;

static void on_published(void *user, gint64 meeting, char *const *texts)
{
	g_assert_cmpint(meeting, ==, here.meeting);
	g_string_append_printf(told, "%u;", g_strv_length((char **)texts));
	for (; *texts != NULL; texts++)
		g_assert_nonnull(strstr(*texts, "Hello, neighbor"));
}

static void search_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	save_whole("demo/minutes/en", host, 0);
	publish("demo/minutes/en/publish", host, 1, true);
	save_whole("demo/minutes/fr", host, 0);
	publish("demo/minutes/fr/publish", host, 1, true);
	publish("demo/minutes/en/publish", host, 1, false);
}

static void with_server(void (*client)(struct fixture *f), const char *statement)
{
	open_here();
	sql(statement);
	told = g_string_new(NULL);
	minutes_api_on_published(here.api, on_published, NULL);
	run(&here.http, client);
	close_here();
}

static void each_save_is_a_version(void)
{
	with_server(versions_client, "");
	g_string_free(told, TRUE);
}

static void bad_requests_are_named(void)
{
	with_server(refusals_client, "");
	g_string_free(told, TRUE);
}

static void readers_see_what_is_published(void)
{
	with_server(readers_client,
		    "INSERT INTO meeting (name, title, starts, zone, minutes, floors, channels, "
		    "state) VALUES ('other', '', 0, '', 0, '', '', 'ended')");
	g_string_free(told, TRUE);
}

static void files_are_named(void)
{
	with_server(files_client, "");
	g_string_free(told, TRUE);
}

static void public_ones_need_no_token(void)
{
	with_server(public_client, "UPDATE meeting SET access = 'public'");
	g_string_free(told, TRUE);
}

static void the_secretariat_s_are_closed(void)
{
	with_server(secretariat_client, "UPDATE meeting SET access = 'secretariat'");
	g_string_free(told, TRUE);
}

static void the_cookie_reads(void)
{
	with_server(cookie_client, "");
	g_string_free(told, TRUE);
}

static void search_is_told(void)
{
	with_server(search_client, "");
	g_assert_cmpstr(told->str, ==, "1;2;1;");
	g_string_free(told, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/minutes_api/each_save_is_a_version", each_save_is_a_version);
	g_test_add_func("/minutes_api/bad_requests_are_named", bad_requests_are_named);
	g_test_add_func("/minutes_api/readers_see_what_is_published",
			readers_see_what_is_published);
	g_test_add_func("/minutes_api/files_are_named", files_are_named);
	g_test_add_func("/minutes_api/public_ones_need_no_token", public_ones_need_no_token);
	g_test_add_func("/minutes_api/the_secretariat_s_are_closed", the_secretariat_s_are_closed);
	g_test_add_func("/minutes_api/the_cookie_reads", the_cookie_reads);
	g_test_add_func("/minutes_api/search_is_told", search_is_told);
	return g_test_run();
}
