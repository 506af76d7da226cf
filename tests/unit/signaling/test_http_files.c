/* The HTTP server's replies from files, and bodies into files. */
#include "signaling/http_internal.h"
#include "tests/unit/signaling/http_fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define HOST  "Host: x\r\n"
#define CLOSE HOST "Connection: close\r\n"
#define LARGE ((off_t)3 << 30) /* sparse */

static char *folder;
static char *uploads;
static unsigned handled;

static char *path_of(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static void get_file(void *user, const struct http_request *request, struct http_reply *reply)
{
	g_autofree char *path = path_of(request->rest);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	http_reply_foreign(reply);
	http_reply_download(reply, request->rest);
	http_reply_file(reply, request, fd, "text/plain");
}

static bool admit(void *user, const struct http_request *request, struct http_reply *reply)
{
	if (request->bearer && !strcmp(request->bearer, "good"))
		return true;
	g_autoptr(GError) error =
		g_error_new_literal(SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN, "role: may not");
	http_reply_error(reply, error);
	return false;
}

static void put_upload(void *user, const struct http_request *request, struct http_reply *reply)
{
	handled++;
	g_autofree char *name = http_segment(request, 0);
	g_autofree char *cookie = http_cookie_value(request, "archive");
	int fd = open(uploads, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	GError *error = NULL;
	bool kept = http_upload_keep(request->upload, fd, name, &error);
	close(fd);
	g_assert_true(kept);
	g_autofree char *text = g_strdup_printf(
		"%zu %s cookie=%s participant=%s", (size_t)http_upload_size(request->upload),
		http_upload_sha256(request->upload), cookie ? cookie : "-",
		request->participant ? request->participant : "-");
	http_reply_text(reply, 201, "text/plain", text);
}

static struct http_route routes[] = {
	{"GET", "/files/", 0, get_file, NULL},
	{"PUT", "/uploads/*/data", 8 << 20, put_upload, NULL, admit, NULL},
};

static void write_file(const char *name, const char *text)
{
	g_autofree char *path = path_of(name);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(struct fixture *f, gconstpointer data)
{
	folder = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	uploads = path_of("uploads");
	g_assert_cmpint(g_mkdir(uploads, 0700), ==, 0);
	write_file("a.txt", "0123456789");
	write_file("empty", "");
	routes[1].spool = uploads;
	handled = 0;
	defaults(f);
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
	start(f);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	stop(f);
	const char *const remove[] = {"rm", "-r", folder, NULL};
	g_assert_true(g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
	g_free(uploads);
	g_free(folder);
}

static char *get(struct fixture *f, const char *method, const char *name, const char *headers)
{
	g_autofree char *request =
		g_strdup_printf("%s /files/%s HTTP/1.1\r\n" CLOSE "%s\r\n", method, name, headers);
	return ask(f->config.port, request);
}

static void assert_has(const char *reply, unsigned status, const char *part)
{
	if (status_of(reply) != status || !strstr(reply, part))
		g_test_message("no %u, %s: %.600s", status, part, reply);
	g_assert_cmpuint(status_of(reply), ==, status);
	g_assert_nonnull(strstr(reply, part));
}

static void assert_got(struct fixture *f, const char *headers, unsigned status, const char *part)
{
	g_autofree char *reply = get(f, "GET", "a.txt", headers);
	assert_has(reply, status, part);
}

/* ---- Files ---- */

static void ranges_client(struct fixture *f)
{
	assert_got(f, "", 200, "\r\n\r\n0123456789");
	assert_got(f, "", 200, "Accept-Ranges: bytes\r\n");
	assert_got(f, "Range: bytes=2-4\r\n", 206, "\r\n\r\n234");
	assert_got(f, "Range: bytes=2-4\r\n", 206, "Content-Range: bytes 2-4/10\r\n");
	assert_got(f, "Range: bytes=2-4\r\n", 206, "Content-Length: 3\r\n");
	assert_got(f, "Range: bytes=-3\r\n", 206, "\r\n\r\n789");
	assert_got(f, "Range: bytes=8-100\r\n", 206, "Content-Range: bytes 8-9/10\r\n");
	assert_got(f, "Range: bytes=10-\r\n", 416, "Content-Range: bytes */10\r\n");
	assert_got(f, "Range: bytes=10-\r\n", 416, "\"code\":\"malformed\"");
	assert_got(f, "Range: bytes=0-1,4-5\r\n", 200, "\r\n\r\n0123456789");
	assert_got(f, "Range: bytes=x\r\n", 200, "\r\n\r\n0123456789");
	g_autofree char *head = get(f, "HEAD", "a.txt", "Range: bytes=2-4\r\n");
	assert_has(head, 200, "Content-Length: 10\r\n");
	g_assert_true(g_str_has_suffix(head, "\r\n\r\n"));
	g_autofree char *empty = get(f, "GET", "empty", "");
	assert_has(empty, 200, "Content-Length: 0\r\n");
	g_autofree char *nothing = get(f, "GET", "empty", "Range: bytes=0-\r\n");
	assert_has(nothing, 416, "Content-Range: bytes */0\r\n");
	g_autofree char *is_folder = get(f, "GET", "uploads", "");
	g_assert_cmpuint(status_of(is_folder), ==, 404);
}

static void ranges(struct fixture *f, gconstpointer data)
{
	run(f, ranges_client);
}

static char *tag_of(const char *reply)
{
	const char *tag = strstr(reply, "ETag: ");
	g_assert_nonnull(tag);
	return g_strndup(tag + 6, strcspn(tag + 6, "\r"));
}

static void conditions_client(struct fixture *f)
{
	g_autofree char *reply = get(f, "GET", "a.txt", "");
	g_autofree char *tag = tag_of(reply);
	g_autofree char *known = g_strdup_printf("If-None-Match: \"x\", %s\r\n", tag);
	g_autofree char *going_on = g_strdup_printf("Range: bytes=5-\r\nIf-Range: %s\r\n", tag);
	g_autofree char *again = get(f, "GET", "a.txt", known);
	assert_has(again, 304, tag);
	g_assert_null(strstr(again, "0123"));
	assert_got(f, going_on, 206, "\r\n\r\n56789");
	assert_got(f, "Range: bytes=5-\r\nIf-Range: \"other\"\r\n", 200, "\r\n\r\n0123456789");
	assert_got(f, "Range: bytes=5-\r\nIf-Range: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 200,
		   "\r\n\r\n0123456789");
	write_file("a.txt", "abcdefghij");
	assert_got(f, known, 200, "\r\n\r\nabcdefghij");
	assert_got(f, going_on, 200, "\r\n\r\nabcdefghij");
}

static void conditions(struct fixture *f, gconstpointer data)
{
	run(f, conditions_client);
}

static void foreign_content_runs_nothing_client(struct fixture *f)
{
	assert_got(f, "", 200, "Content-Security-Policy: sandbox; default-src 'none'\r\n");
	assert_got(f, "", 200, "X-Content-Type-Options: nosniff\r\n");
	assert_got(f, "", 200, "Content-Disposition: attachment; filename=\"a.txt\"\r\n");
}

static void foreign_content_runs_nothing(struct fixture *f, gconstpointer data)
{
	run(f, foreign_content_runs_nothing_client);
}

/* 3 GB: numbers of 32 bits don't do, and memory doesn't either. */
static void large_files_client(struct fixture *f)
{
	g_autofree char *part = get(f, "GET", "large", "Range: bytes=3221225470-3221225475\r\n");
	assert_has(part, 206, "Content-Range: bytes 3221225470-3221225471/3221225472\r\n");
	assert_has(part, 206, "\r\n\r\nYZ");
	int fd = dial(f->config.port);
	say(fd, "GET /files/large HTTP/1.1\r\n" CLOSE "\r\n");
	char buffer[65536];
	size_t total = 0;
	ssize_t n;
	while (total < (size_t)32 << 20 && (n = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		total += (size_t)n;
	g_assert_cmpuint(total, >=, (size_t)32 << 20);
	close(fd); /* and away, long before the end */
	g_autofree char *next = get(f, "GET", "a.txt", "");
	g_assert_cmpuint(status_of(next), ==, 200);
}

static unsigned open_files(void)
{
	GDir *listing = g_dir_open("/proc/self/fd", 0, NULL);
	unsigned n = 0;
	while (g_dir_read_name(listing))
		n++;
	g_dir_close(listing);
	return n;
}

static void large_files(struct fixture *f, gconstpointer data)
{
	g_autofree char *path = path_of("large");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g_assert_cmpint(ftruncate(fd, LARGE), ==, 0);
	g_assert_cmpint(pwrite(fd, "YZ", 2, LARGE - 2), ==, 2);
	close(fd);
	unsigned before = open_files();
	struct rusage usage, after;
	getrusage(RUSAGE_SELF, &usage);
	run(f, large_files_client);
	getrusage(RUSAGE_SELF, &after);
	g_assert_cmpint(after.ru_maxrss - usage.ru_maxrss, <, 100 << 10); /* kB */
	while (f->server->connections.length) /* until the server has seen it */
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(open_files(), ==, before);
}

/* What was promised can't be kept: the client must not take it for the whole. */
static void a_file_that_shrinks_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	say(fd, "GET /files/shrinks HTTP/1.1\r\n" CLOSE "\r\n");
	char buffer[65536];
	g_assert_cmpint(recv(fd, buffer, sizeof(buffer), 0), >, 0);
	g_autofree char *path = path_of("shrinks");
	g_assert_cmpint(truncate(path, 10), ==, 0);
	size_t total = 0;
	ssize_t n;
	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		total += (size_t)n;
	g_assert_cmpuint(total, <, 64u << 20);
	close(fd);
}

static void a_file_that_shrinks(struct fixture *f, gconstpointer data)
{
	g_autofree char *path = path_of("shrinks");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g_assert_cmpint(ftruncate(fd, 64 << 20), ==, 0);
	close(fd);
	run(f, a_file_that_shrinks_client);
}

/* Longer than libwebsockets would wait for a request (15 s): only with -m slow. */
static void a_slow_client_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	say(fd, "GET /files/large HTTP/1.1\r\n" CLOSE "\r\n");
	static char buffer[1 << 20];
	gint64 begin = g_get_monotonic_time();
	while (g_get_monotonic_time() - begin < 20 * G_USEC_PER_SEC) {
		g_assert_cmpint(recv(fd, buffer, sizeof(buffer), 0), >, 0);
		g_usleep(100000);
	}
	g_assert_cmpint(recv(fd, buffer, sizeof(buffer), 0), >, 0);
	close(fd);
}

static void a_slow_client_is_waited_for(struct fixture *f, gconstpointer data)
{
	if (!g_test_slow()) {
		g_test_skip("takes 20 s");
		return;
	}
	g_autofree char *path = path_of("large");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g_assert_cmpint(ftruncate(fd, LARGE), ==, 0);
	close(fd);
	run(f, a_slow_client_client);
}

/* ---- Uploads ---- */

static unsigned kept(void)
{
	GDir *listing = g_dir_open(uploads, 0, NULL);
	unsigned n = 0;
	while (g_dir_read_name(listing))
		n++;
	g_dir_close(listing);
	return n;
}

#define PUT	 "PUT /uploads/one/data HTTP/1.1\r\n" CLOSE
#define GOOD	 "Authorization: Bearer good\r\n"
#define SHA_ABC	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_5_MB "c036cbb7553a909f8b8877d4461924307f27ecb66cff928eeeafd569c3887e29"

static void uploads_client(struct fixture *f)
{
	g_autofree char *reply =
		ask(f->config.port,
		    PUT GOOD "Cookie: x=1; archive=t.t\r\nTongsheng-Participant: p17 abc\r\n"
			     "Content-Length: 3\r\n\r\nabc");
	assert_has(reply, 201, "3 " SHA_ABC " cookie=t.t participant=p17 abc");
	g_assert_cmpuint(kept(), ==, 1);

	int fd = dial(f->config.port);
	say(fd, "PUT /uploads/two/data HTTP/1.1\r\n" HOST GOOD
		"Expect: 100-continue\r\nContent-Length: 5242880\r\n\r\n");
	g_autofree char *go_on = hear(fd, false);
	g_assert_cmpuint(status_of(go_on), ==, 100);
	g_autofree char *zeros = g_malloc0(5 << 20);
	say_bytes(fd, zeros, 5 << 20);
	g_autofree char *answer = hear(fd, false);
	assert_has(answer, 201, "5242880 " SHA_5_MB);
	/* and the connection goes on */
	say(fd, "GET /files/a.txt HTTP/1.1\r\n" HOST "\r\n");
	g_autofree char *next = hear(fd, false);
	assert_has(next, 200, "0123456789");
	close(fd);
	g_assert_cmpuint(kept(), ==, 2);
	g_autofree char *path = g_build_filename(uploads, "two", NULL);
	struct stat status;
	g_assert_cmpint(stat(path, &status), ==, 0);
	g_assert_cmpint(status.st_size, ==, 5 << 20);
}

static void uploads_are_kept_by_name(struct fixture *f, gconstpointer data)
{
	run(f, uploads_client);
	g_assert_cmpuint(handled, ==, 2);
}

static void assert_upload_refused(struct fixture *f, const char *request, unsigned status,
				  const char *part)
{
	g_autofree char *reply = ask(f->config.port, request);
	assert_has(reply, status, part);
}

static void refused_client(struct fixture *f)
{
	/* Nobody waits for the body: it is not even sent here. */
	assert_upload_refused(f, PUT "Content-Length: 1000000\r\n\r\n", 403, "role: may not");
	assert_upload_refused(f, PUT "Authorization: Bearer bad\r\nContent-Length: 3\r\n\r\nabc",
			      403, "role: may not");
	assert_upload_refused(f, PUT GOOD "Content-Length: 8388609\r\n\r\n", 413,
			      "body: more than 8388608 bytes");
	assert_upload_refused(f, PUT GOOD "Content-Length: 2147483648\r\n\r\n", 413, "body");
	assert_upload_refused(f, PUT GOOD "Content-Length: 4294967299\r\n\r\nabc", 413, "body");
	assert_upload_refused(f, PUT GOOD "Content-Length: 0\r\n\r\n", 400, "body: is empty");
	assert_upload_refused(f, PUT GOOD "\r\n", 400, "body: is empty");
	assert_upload_refused(
		f, "POST /uploads/one/data HTTP/1.1\r\n" CLOSE "Content-Length: 0\r\n\r\n", 405,
		"Allow: PUT");
	assert_upload_refused(f, "PUT /uploads/data HTTP/1.1\r\n" CLOSE "Content-Length: 0\r\n\r\n",
			      404, "not-found");
}

static void refused_before_the_body(struct fixture *f, gconstpointer data)
{
	run(f, refused_client);
	g_assert_cmpuint(handled, ==, 0);
	g_assert_cmpuint(kept(), ==, 0);
}

static void half_an_upload_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	g_autofree char *half = g_malloc0(500000);
	say(fd, PUT GOOD "Content-Length: 1000000\r\n\r\n");
	say_bytes(fd, half, 500000);
	close(fd);
	g_autofree char *next = get(f, "GET", "a.txt", "");
	g_assert_cmpuint(status_of(next), ==, 200);
}

static void half_an_upload_leaves_nothing(struct fixture *f, gconstpointer data)
{
	unsigned before = open_files();
	run(f, half_an_upload_client);
	while (f->server->connections.length)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(handled, ==, 0);
	g_assert_cmpuint(kept(), ==, 0);
	g_assert_cmpuint(open_files(), ==, before);
}

/* ---- A disk that is full, without the server ---- */

static void no_room_is_said(void)
{
	struct http_reply *reply = http_reply_new();
	g_autofree char *here = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	g_assert_null(http_upload_new(here, (uint64_t)1 << 60, reply));
	g_assert_cmpuint(reply->status, ==, 507);
	http_reply_free(reply);
	g_rmdir(here);
}

static void what_could_not_be_written_is_no_upload(void)
{
	struct http_reply *reply = http_reply_new();
	g_autofree char *here = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	struct http_upload *upload = http_upload_new(here, 100, reply);
	g_assert_nonnull(upload);
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	g_assert_cmpint(dup2(full, http_upload_fd(upload)), >=, 0);
	close(full);
	http_upload_append(upload, (const uint8_t *)"abc", 3);
	http_upload_append(upload, (const uint8_t *)"def", 3);
	g_assert_cmpuint(http_upload_size(upload), ==, 6); /* what came, for its time */
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "upload: *");
	g_assert_false(http_upload_finish(upload, reply));
	g_test_assert_expected_messages();
	g_assert_cmpuint(reply->status, ==, 507);
	http_upload_free(upload);
	http_reply_free(reply);
	g_rmdir(here);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/http_files/" #name, struct fixture, NULL, set_up, name, tear_down)
	ADD(ranges);
	ADD(conditions);
	ADD(foreign_content_runs_nothing);
	ADD(large_files);
	ADD(a_file_that_shrinks);
	ADD(a_slow_client_is_waited_for);
	ADD(uploads_are_kept_by_name);
	ADD(refused_before_the_body);
	ADD(half_an_upload_leaves_nothing);
	g_test_add_func("/http_files/no_room_is_said", no_room_is_said);
	g_test_add_func("/http_files/what_could_not_be_written_is_no_upload",
			what_could_not_be_written_is_no_upload);
	return g_test_run();
}
