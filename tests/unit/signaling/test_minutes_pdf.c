/* PDFs of minutes, by the real program (TONGSHENG), asked for over HTTP. */
#include "tests/unit/signaling/minutes_world.h"

static char *run_program(const char *program, const char *argument, GBytes *in)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(here.folder, "it.pdf", NULL);
	g_assert_true(g_file_set_contents(path, g_bytes_get_data(in, NULL),
					  (gssize)g_bytes_get_size(in), NULL));
	const char *const command[] = {program, argument, path, "-", NULL};
	const char *const short_command[] = {program, path, NULL};
	char *out = NULL;
	g_spawn_sync(NULL, (char **)(argument ? command : short_command), NULL, G_SPAWN_SEARCH_PATH,
		     NULL, NULL, &out, NULL, NULL, &error);
	g_assert_no_error(error);
	return out;
}

/* On a busy machine the others' PDFs take a while. */
static void be_patient(int fd)
{
	struct timeval patience = {.tv_sec = 55};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

/* In the client's thread; content may hold NUL. */
static GBytes *get_pdf(const char *path, const char *token)
{
	g_autofree char *text =
		g_strdup_printf("GET /api/archive/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
				"Authorization: Bearer %s\r\n\r\n",
				path, token);
	int fd = dial(here.http.config.port);
	be_patient(fd);
	say(fd, text);
	GByteArray *all = g_byte_array_new();
	guint8 buffer[65536];
	ssize_t n;
	while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0)
		g_byte_array_append(all, buffer, (guint)n);
	close(fd);
	const char *head_end = g_strstr_len((char *)all->data, all->len, "\r\n\r\n");
	g_assert_nonnull(head_end);
	g_autofree char *head = g_strndup((char *)all->data, (gsize)(head_end - (char *)all->data));
	if (status_of(head) != 200)
		g_error("%s: %.*s", path, (int)all->len, all->data);
	g_assert_nonnull(strstr(head, "Content-Type: application/pdf\r\n"));
	g_assert_nonnull(strstr(head, ".pdf\""));
	gsize begin = strlen(head) + 4;
	GBytes *pdf = g_bytes_new(all->data + begin, all->len - begin);
	g_byte_array_unref(all);
	return pdf;
}

static void save_body(const char *path, const char *token, json_t *body)
{
	json_t *whole = json_pack("{s:i, s:s, s:o}", "base", 0, "author", "Ana", "body", body);
	g_autofree char *text = json_dumps(whole, JSON_COMPACT);
	json_decref(whole);
	g_free(request("PUT", path, token, text, 200, NULL));
}

static void page_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	json_t *body = body_with(
		"parts.0.contents",
		json_string("如何？ 𠮷 <script>\n\nمرحبا بالعالم\n\nhttps://example.org/"
			    "a-very-long-address-that-does-not-fit-into-one-line-of-a-page-and-"
			    "has-no-space-in-it-at-all-because-addresses-never-have-any-of-them"));
	save_body("demo/minutes/zh-Hans", host, body);
	g_autoptr(GBytes) pdf = get_pdf("demo/minutes/zh-Hans.pdf", host);
	g_autofree char *text = run_program("pdftotext", "-layout", pdf);
	static const char *const words[] = {"你打算如何走下去？",
					    "如何？",
					    "<script>",
					    "提问（Ana）：Why?",
					    "中国",
					    "America/New_York",
					    "分享人：",
					    "草稿，未发布",
					    "第 1 页，共 1 页",
					    "https://meet.example.org/archive/demo"};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(text, words[i]) == NULL)
			g_error("%s isn't in:\n%s", words[i], text);
	/* Every font is in the file, with what its letters mean. */
	g_autofree char *fonts = run_program("pdffonts", NULL, pdf);
	g_auto(GStrv) lines = g_strsplit(fonts, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), >, 3);
	for (size_t i = 2; *lines[i]; i++)
		g_assert_nonnull(strstr(lines[i], "yes yes yes"));
	g_autofree char *info = run_program("pdfinfo", NULL, pdf);
	g_assert_nonnull(strstr(info, "A4"));
	g_assert_nonnull(strstr(info, "Title:           你打算如何走下去？"));
	/* Kept: the same bytes. */
	g_autoptr(GBytes) again = get_pdf("demo/minutes/zh-Hans.pdf?version=1&download", host);
	g_assert_true(g_bytes_equal(pdf, again));
}

/* More than a hundred pages. */
static void long_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	json_t *body = json_loads(whole_body, 0, NULL);
	json_t *parts = json_object_get(body, "parts");
	GString *contents = g_string_new(NULL);
	while (contents->len < 4000)
		g_string_append(contents, "发言内容很长，需要换行。Words and words.\n");
	for (int i = 1; i < 100; i++)
		json_array_append_new(parts,
				      json_pack("{s:s, s:s, s:s}", "sharer", "Ana", "subject",
						"Long", "contents", contents->str));
	g_string_free(contents, TRUE);
	save_body("demo/minutes/en", host, body);
	g_autoptr(GBytes) pdf = get_pdf("demo/minutes/en.pdf", host);
	g_autofree char *info = run_program("pdfinfo", NULL, pdf);
	const char *pages = strstr(info, "Pages:");
	g_assert_nonnull(pages);
	g_assert_cmpint(atoi(pages + 6), >, 100);
	g_autofree char *text = run_program("pdftotext", "-layout", pdf);
	g_autofree char *last = g_strdup_printf("Page %d of %d", atoi(pages + 6), atoi(pages + 6));
	g_assert_nonnull(strstr(text, last));
	/* Each page but the first has the theme above it. */
	unsigned themes = 0;
	for (const char *p = text; (p = strstr(p, "你打算如何走下去？")) != NULL; p++)
		themes++;
	g_assert_cmpuint(themes, ==, (unsigned)atoi(pages + 6));
}

static void crowd_client(struct fixture *f)
{
	enum { CROWD = 12 };
	g_autofree char *host = token_for("demo", ROLE_HOST);
	int fds[CROWD];
	unsigned done = 0, busy = 0;
	for (int i = 0; i < CROWD; i++) {
		g_autofree char *path = g_strdup_printf("demo/minutes/x%c-%d", 'a' + i, 100 + i);
		save_whole(path, host, 0);
	}
	for (int i = 0; i < CROWD; i++) {
		g_autofree char *text = g_strdup_printf(
			"GET /api/archive/demo/minutes/x%c-%d.pdf HTTP/1.1\r\nHost: a\r\n"
			"Connection: close\r\nAuthorization: Bearer %s\r\n\r\n",
			'a' + i, 100 + i, host);
		fds[i] = dial(here.http.config.port);
		be_patient(fds[i]);
		say(fds[i], text);
	}
	close(fds[0]); /* one goes away while it is made */
	for (int i = 1; i < CROWD; i++) {
		g_autofree char *reply = hear_all(fds[i]);
		close(fds[i]);
		done += status_of(reply) == 200;
		busy += status_of(reply) == 503 && strstr(reply, "Retry-After: 60") != NULL;
	}
	g_assert_cmpuint(done + busy, ==, CROWD - 1);
	g_assert_cmpuint(done, >=, 6);
	g_assert_cmpuint(busy, >=, 1);
}

static void broken_client(struct fixture *f)
{
	g_autofree char *host = token_for("demo", ROLE_HOST);
	save_whole("demo/minutes/en", host, 0);
	g_autofree char *said = request("GET", "demo/minutes/en.pdf", host, NULL, 500, NULL);
	g_assert_null(strstr(said, "false"));
}

static void with_server(void (*client)(struct fixture *f))
{
	open_here();
	run(&here.http, client);
	close_here();
}

static void all_scripts_are_in_it(void)
{
	with_server(page_client);
}

static void many_pages_end_in_time(void)
{
	with_server(long_client);
}

static void a_crowd_waits_or_is_told(void)
{
	with_server(crowd_client);
}

static void a_child_that_fails_is_an_error(void)
{
	g_autofree char *real = g_strdup(g_getenv("TONGSHENG"));
	g_setenv("TONGSHENG", "/bin/false", TRUE);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*minutes: PDF: *");
	with_server(broken_client);
	g_test_assert_expected_messages();
	g_setenv("TONGSHENG", real, TRUE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/minutes_pdf/all_scripts_are_in_it", all_scripts_are_in_it);
	g_test_add_func("/minutes_pdf/many_pages_end_in_time", many_pages_end_in_time);
	g_test_add_func("/minutes_pdf/a_crowd_waits_or_is_told", a_crowd_waits_or_is_told);
	g_test_add_func("/minutes_pdf/a_child_that_fails_is_an_error",
			a_child_that_fails_is_an_error);
	return g_test_run();
}
