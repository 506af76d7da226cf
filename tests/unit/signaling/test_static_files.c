#include "tests/unit/signaling/http_fixture.h"

#include "signaling/static_files.h"

struct folder {
	struct fixture f; /* first */
	char *path, *outside;
};

static void put(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(struct folder *t, gconstpointer data)
{
	t->path = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	t->outside = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	put(t->outside, "secret", "secret");
	put(t->path, "index.html", "<!doctype html>page");
	put(t->path, "index.html.gz", "packed page");
	put(t->path, "status.html", "<!doctype html>operator's page");
	put(t->path, "archive.html", "<!doctype html>archive");
	put(t->path, "favicon.svg", "<svg/>");
	put(t->path, "assets/index-1a2b.js", "script");
	put(t->path, "assets/index-1a2b.js.gz", "packed script");
	put(t->path, "assets/lonely.css.gz", "packed style without a plain one");
	put(t->path, "empty.txt", "");
	g_autofree char *link = g_build_filename(t->path, "link", NULL);
	g_autofree char *folder_link = g_build_filename(t->path, "links", NULL);
	g_autofree char *secret = g_build_filename(t->outside, "secret", NULL);
	g_assert_cmpint(symlink(secret, link), ==, 0);
	g_assert_cmpint(symlink(t->outside, folder_link), ==, 0);
}

static void tear_down(struct folder *t, gconstpointer data)
{
	const char *const command[] = {"rm", "-r", t->path, t->outside, NULL};
	g_assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
	g_free(t->path);
	g_free(t->outside);
}

static char *get(struct fixture *f, const char *method, const char *path, const char *headers)
{
	g_autofree char *request = g_strdup_printf(
		"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method, path, headers);
	return ask(f->config.port, request);
}

static void assert_has(const char *reply, unsigned status, const char *part)
{
	if (status_of(reply) != status || !strstr(reply, part))
		g_test_message("%s", reply);
	g_assert_cmpuint(status_of(reply), ==, status);
	g_assert_nonnull(strstr(reply, part));
}

static void client(struct fixture *f)
{
	static const char *const pages[] = {"/", "/m/demo", "/index.html", "/m/demo?x=1"};
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		g_autofree char *page = get(f, "GET", pages[i], "");
		assert_has(page, 200, "\r\n\r\n<!doctype html>page");
		assert_has(page, 200, "Content-Type: text/html; charset=utf-8\r\n");
		assert_has(page, 200, "Cache-Control: no-cache\r\n");
		assert_has(page, 200, "Content-Security-Policy: default-src 'self';");
		assert_has(page, 200, "frame-ancestors 'none'");
		assert_has(page, 200, "X-Content-Type-Options: nosniff\r\n");
		assert_has(page, 200, "Referrer-Policy: no-referrer\r\n");
		assert_has(page, 200, "Permissions-Policy: camera=(self)");
		g_assert_null(strstr(page, "Content-Encoding"));
	}
	g_autofree char *status = get(f, "GET", "/status", "");
	assert_has(status, 200, "\r\n\r\n<!doctype html>operator's page");
	assert_has(status, 200, "Content-Type: text/html; charset=utf-8\r\n");
	assert_has(status, 200, "Cache-Control: no-cache\r\n");
	static const char *const archive[] = {"/archive", "/archive/demo", "/archive?q=x",
					      "/archive/demo?x=1"};
	for (size_t i = 0; i < G_N_ELEMENTS(archive); i++) {
		g_autofree char *page = get(f, "GET", archive[i], "");
		assert_has(page, 200, "\r\n\r\n<!doctype html>archive");
		/* Media Source Extensions play from blob: addresses. */
		assert_has(page, 200, "media-src 'self' blob:");
	}
	g_autofree char *packed =
		get(f, "GET", "/assets/index-1a2b.js", "Accept-Encoding: br, gzip\r\n");
	assert_has(packed, 200, "\r\n\r\npacked script");
	assert_has(packed, 200, "Content-Encoding: gzip\r\n");
	assert_has(packed, 200, "Content-Type: text/javascript; charset=utf-8\r\n");
	assert_has(packed, 200, "Cache-Control: public, max-age=31536000, immutable\r\n");
	assert_has(packed, 200, "Vary: Accept-Encoding\r\n");
	g_autofree char *plain =
		get(f, "GET", "/assets/index-1a2b.js", "Accept-Encoding: gzip;q=0\r\n");
	assert_has(plain, 200, "\r\n\r\nscript");
	g_autofree char *range = get(f, "GET", "/assets/index-1a2b.js", "Range: bytes=0-1\r\n");
	assert_has(range, 200, "\r\n\r\nscript");
	g_autofree char *empty = get(f, "GET", "/empty.txt", "");
	assert_has(empty, 200, "Content-Length: 0\r\n");
	g_autofree char *head = get(f, "HEAD", "/", "");
	assert_has(head, 200, "Content-Length: 19\r\n");
	g_assert_true(g_str_has_suffix(head, "\r\n\r\n"));
	g_autofree char *posted = get(f, "POST", "/", "Content-Length: 0\r\n");
	assert_has(posted, 405, "Allow: GET, HEAD, OPTIONS\r\n");

	static const char *const absent[] = {
		"/index.html.gz", "/assets/",	   "/assets", "/assets/lonely.css",
		"/link",	  "/links/secret", "/m/",     "/m/a/b",
		"/secret",	  "/status/",	   "/.",      "/INDEX.HTML",
		"/archive/",	  "/archive/a/b",  "/admin"}; /* no admin.html was built */
	for (size_t i = 0; i < G_N_ELEMENTS(absent); i++) {
		g_autofree char *reply = get(f, "GET", absent[i], "Accept-Encoding: gzip\r\n");
		if (strcmp(absent[i], "/."))
			assert_has(reply, 404, "\"code\":\"not-found\"");
		g_assert_null(strstr(reply, "\r\n\r\nsecret"));
	}
}

static void served_with_types_caching_and_compression(struct folder *t, gconstpointer data)
{
	defaults(&t->f);
	t->f.config.client = t->path;
	start(&t->f);
	run(&t->f, client);
	stop(&t->f);
}

static void etag_client(struct fixture *f)
{
	g_autofree char *first = get(f, "GET", "/", "");
	const char *etag = strstr(first, "ETag: ");
	g_assert_nonnull(etag);
	g_autofree char *value = g_strndup(etag + 6, strcspn(etag + 6, "\r"));
	g_autofree char *header = g_strdup_printf("If-None-Match: \"x\", %s\r\n", value);
	g_autofree char *same = get(f, "GET", "/", header);
	assert_has(same, 304, etag = value);
	g_assert_true(g_str_has_suffix(same, "\r\n\r\n"));
	g_assert_null(strstr(same, "Content-Length"));
	/* The compressed form is another entity. */
	g_autofree char *packed_header = g_strconcat(header, "Accept-Encoding: gzip\r\n", NULL);
	g_autofree char *packed = get(f, "GET", "/", packed_header);
	assert_has(packed, 200, "packed page");
	g_autofree char *other = get(f, "GET", "/favicon.svg", header);
	assert_has(other, 200, "<svg/>");
}

static void unchanged_files_are_not_sent_again(struct folder *t, gconstpointer data)
{
	defaults(&t->f);
	t->f.config.client = t->path;
	start(&t->f);
	run(&t->f, etag_client);
	stop(&t->f);
}

static void a_folder_that_is_no_client_is_refused(struct folder *t, gconstpointer data)
{
	GError *error = NULL;
	g_assert_null(static_files_load(t->outside, &error));
	g_assert_nonnull(strstr(error->message, "there is no index.html"));
	g_clear_error(&error);
	g_assert_null(static_files_load("/nonexistent", &error));
	g_assert_nonnull(strstr(error->message, "/nonexistent"));
	g_clear_error(&error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/static_files/served_with_types_caching_and_compression", struct folder, NULL,
		   set_up, served_with_types_caching_and_compression, tear_down);
	g_test_add("/static_files/unchanged_files_are_not_sent_again", struct folder, NULL, set_up,
		   unchanged_files_are_not_sent_again, tear_down);
	g_test_add("/static_files/a_folder_that_is_no_client_is_refused", struct folder, NULL,
		   set_up, a_folder_that_is_no_client_is_refused, tear_down);
	return g_test_run();
}
