#include "tests/unit/signaling/http_fixture.h"

#include <openssl/ssl.h>

#define HOST "Host: x\r\n"

static unsigned calls;

/* Says what came. */
static void echo(void *user, const struct http_request *request, struct http_reply *reply)
{
	calls++;
	gsize size;
	const char *body = g_bytes_get_data(request->body, &size);
	g_autofree char *a = http_query_value(request, "a");
	g_autofree char *text =
		g_strdup_printf("%s %s rest=%s a=%s from=%s bearer=%s type=%s body=%zu:%.*s",
				request->method, request->path, request->rest, a ? a : "-",
				request->address, request->bearer ? request->bearer : "-",
				request->content_type ? request->content_type : "-", size,
				(int)MIN(size, 100), body ? body : "");
	http_reply_text(reply, 200, "text/plain", text);
}

static void created(void *user, const struct http_request *request, struct http_reply *reply)
{
	http_reply_header(reply, "Location", "/things/1");
	http_reply_header(reply, "X-Split", "a\r\nX-Evil: b");
	http_reply_status(reply, 201);
}

static void forbidden(void *user, const struct http_request *request, struct http_reply *reply)
{
	g_autoptr(GError) error = g_error_new(SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
					      "participant: only a \"host\" may");
	http_reply_error(reply, error);
}

static void nothing(void *user, const struct http_request *request, struct http_reply *reply)
{
}

/* More than the socket buffers take. */
#define LARGE ((size_t)24 << 20)
static void large(void *user, const struct http_request *request, struct http_reply *reply)
{
	g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(LARGE), LARGE);
	http_reply_bytes(reply, 200, "application/octet-stream", bytes);
}

static struct http_route routes[] = {
	{"GET", "/echo/", 100, echo, NULL},	   {"POST", "/echo/", 70000, echo, NULL},
	{"POST", "/things", 10, created, NULL},	   {"OPTIONS", "/things", 0, echo, NULL},
	{"GET", "/forbidden", 0, forbidden, NULL}, {"GET", "/nothing", 0, nothing, NULL},
	{"GET", "/large", 0, large, NULL},
};

static void set_up(struct fixture *f, gconstpointer data)
{
	defaults(f);
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
	calls = 0;
	start(f);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	stop(f);
}

static void assert_reply(const char *reply, unsigned status, const char *part)
{
	if (status_of(reply) != status || (part && !strstr(reply, part)))
		g_test_message("reply: %s", reply);
	g_assert_cmpuint(status_of(reply), ==, status);
	if (part)
		g_assert_nonnull(strstr(reply, part));
}

/* Refused by libwebsockets, in whatever words. */
static void assert_no_success(const char *reply)
{
	if (status_of(reply) / 100 == 2)
		g_test_message("reply: %s", reply);
	g_assert_cmpuint(status_of(reply) / 100, !=, 2);
}

static void assert_asked(struct fixture *f, const char *request, unsigned status, const char *part)
{
	g_autofree char *reply = ask(f->config.port, request);
	assert_reply(reply, status, part);
}

/* ---- Requests ---- */

static void requests_client(struct fixture *f)
{
	assert_asked(f,
		     "GET /echo/b%C3%A9?x=1&a=1%262+3 HTTP/1.1\r\n" HOST
		     "Connection: close\r\nAuthorization: Bearer t.o-k\r\n\r\n",
		     200,
		     "\r\n\r\nGET /echo/b\xc3\xa9 rest=b\xc3\xa9 a=1&2 3 from=127.0.0.1 "
		     "bearer=t.o-k type=- body=0:");
	assert_asked(f,
		     "POST /echo/ HTTP/1.1\r\n" HOST
		     "Connection: close\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello",
		     200, "POST /echo/ rest= a=- from=127.0.0.1 bearer=- type=a/b body=5:hello");
	assert_asked(
		f, "POST /echo/ HTTP/1.1\r\n" HOST "Connection: close\r\nContent-Length: 0\r\n\r\n",
		200, "body=0:");
	assert_asked(f, "GET /echo/ HTTP/1.0\r\n" HOST "\r\n", 200, "Connection: close");
	assert_asked(f,
		     "POST /things HTTP/1.1\r\n" HOST
		     "Connection: close\r\nContent-Length: 0\r\n\r\n",
		     201, "Location: /things/1\r\n");
	assert_asked(f, "GET /forbidden HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 403,
		     "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,\"detail\":"
		     "\"participant: only a \\\"host\\\" may\",\"code\":\"forbidden\"}");
	assert_asked(f, "GET /nothing HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404,
		     "\"code\":\"not-found\"");
	assert_asked(f, "GET /elsewhere HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404,
		     "application/problem+json");
	assert_asked(f, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404, NULL);
}

static void requests(struct fixture *f, gconstpointer data)
{
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*X-Split left out*");
	run(f, requests_client);
	g_test_assert_expected_messages();
	g_assert_cmpuint(calls, ==, 4);
}

static void methods_client(struct fixture *f)
{
	assert_asked(f, "DELETE /echo/x HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 405,
		     "Allow: GET, HEAD, POST, OPTIONS\r\n");
	assert_asked(f,
		     "PUT /things HTTP/1.1\r\n" HOST
		     "Connection: close\r\nContent-Length: 1\r\n\r\nx",
		     405, "Allow: POST, OPTIONS\r\n");
	assert_asked(f, "OPTIONS /echo/ HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 204,
		     "Allow: GET, HEAD, POST, OPTIONS\r\n");
	assert_asked(f, "OPTIONS /things HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 200,
		     "OPTIONS /things");
	int fd = dial(f->config.port);
	say(fd, "HEAD /echo/ HTTP/1.1\r\n" HOST "\r\n");
	g_autofree char *head = hear(fd, true);
	assert_reply(head, 200, "Content-Length: ");
	g_assert_null(strstr(head, "Content-Length: 0"));
	say(fd, "GET /echo/after HTTP/1.1\r\n" HOST "\r\n"); /* so that content would be noticed */
	g_autofree char *next = hear(fd, false);
	assert_reply(next, 200, "GET /echo/after");
	close(fd);
	/* What no server should do for strangers. */
	g_autofree char *connected =
		ask(f->config.port, "CONNECT example.org:443 HTTP/1.1\r\n" HOST "\r\n");
	assert_no_success(connected);
	g_autofree char *traced = ask(f->config.port, "TRACE / HTTP/1.1\r\n" HOST "\r\n");
	assert_no_success(traced);
}

static void methods(struct fixture *f, gconstpointer data)
{
	run(f, methods_client);
}

static void connections_are_kept_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	for (unsigned i = 0; i < 20; i++) {
		g_autofree char *request = g_strdup_printf(
			i % 2 ? "GET /echo/%u HTTP/1.1\r\n" HOST "\r\n"
			      : "POST /echo/%u HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
			i);
		g_autofree char *path = g_strdup_printf("rest=%u ", i);
		say(fd, request);
		g_autofree char *reply = hear(fd, false);
		assert_reply(reply, 200, path);
		g_assert_null(strstr(reply, "Connection: close"));
	}
	/* Pipelined. */
	say(fd, "GET /echo/p1 HTTP/1.1\r\n" HOST "\r\nGET /echo/p2 HTTP/1.1\r\n" HOST
		"Connection: close\r\n\r\n");
	g_autofree char *first = hear(fd, false);
	assert_reply(first, 200, "rest=p1");
	g_autofree char *second = hear_all(fd);
	assert_reply(second, 200, "rest=p2");
	close(fd);
}

static void connections_are_kept(struct fixture *f, gconstpointer data)
{
	run(f, connections_are_kept_client);
	g_assert_cmpuint(calls, ==, 22);
}

/* ---- Bad input ---- */

static void bad_requests_client(struct fixture *f)
{
	static const struct {
		const char *request;
		unsigned status; /* 0: libwebsockets' own refusal, or none */
	} cases[] = {
		{"GET /echo/ HTTP/1.1\r\n\r\n", 400},
		{"GET /echo/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		{"GET /echo/ HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
		{"GET /echo/\x01 HTTP/1.1\r\n" HOST "\r\n", 400},
		{"GET /echo/%0a HTTP/1.1\r\n" HOST "\r\n", 400},
		{"GET /echo/%ff HTTP/1.1\r\n" HOST "\r\n", 400},
		{"GET /echo/%5c.. HTTP/1.1\r\n" HOST "\r\n", 400},
		{"GET /echo/%00b HTTP/1.1\r\n" HOST "\r\n", 400},
		{"GET /echo/a%00b HTTP/1.1\r\n" HOST "\r\n", 0},
		{"GET /echo/%zz HTTP/1.1\r\n" HOST "\r\n", 0},
		{"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
		 404},
		{"GET /echo/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
		 404},
		{"GET /echo/..%2f..%2fetc/passwd HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
		 404},
		{"GET //etc/passwd HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404},
		{"GET http://x/echo/ HTTP/1.1\r\n" HOST "\r\n", 0},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0},
		{"BREW /echo/ HTTP/1.1\r\n" HOST "\r\n", 0},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 0},
		{"POST /echo/ HTTP/1.1\r\n" HOST "\r\n", 411},
		{"POST /echo/ HTTP/1.1\r\n" HOST
		 "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		 411},
		{"POST /echo/ HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400},
		{"POST /echo/ HTTP/1.1\r\n" HOST "Content-Length: 5x\r\n\r\nhello", 400},
		{"POST /echo/ HTTP/1.1\r\n" HOST
		 "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		 400},
		{"POST /echo/ HTTP/1.1\r\n" HOST
		 "Content-Length: 99999999999999999999999999999999999999\r\n\r\nhello",
		 400},
		{"GET /echo/ HTTP/1.1\r\n" HOST "Content-Length: 101\r\n\r\n", 413},
		{"POST /echo/ HTTP/1.1\r\n" HOST "Content-Length: 70001\r\n\r\nhello", 413},
		{"POST /things HTTP/1.1\r\n" HOST
		 "Content-Length: 11\r\n\r\nhello worldGET /echo/ HTTP/1.1\r\n" HOST "\r\n",
		 413},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *reply = ask(f->config.port, cases[i].request);
		if (cases[i].status)
			assert_reply(reply, cases[i].status, "application/problem+json");
		else
			assert_no_success(reply);
	}
}

static void bad_requests(struct fixture *f, gconstpointer data)
{
	run(f, bad_requests_client);
	g_assert_cmpuint(calls, ==, 0);
}

static void oversized_headers_client(struct fixture *f)
{
	g_autofree char *filler = g_strnfill(20000, 'a');
	g_autofree char *header =
		g_strdup_printf("GET /echo/ HTTP/1.1\r\n" HOST "X-A: %s\r\n\r\n", filler);
	g_autofree char *path = g_strdup_printf("GET /echo/%s HTTP/1.1\r\n" HOST "\r\n", filler);
	GString *many = g_string_new("GET /echo/ HTTP/1.1\r\n" HOST);
	for (unsigned i = 0; i < 5000; i++)
		g_string_append_printf(many, "X-%u: b\r\n", i);
	g_string_append(many, "\r\n");
	GString *known = g_string_new("GET /echo/?");
	for (unsigned i = 0; i < 300; i++)
		g_string_append_printf(known, "%u&", i);
	g_string_append(known, " HTTP/1.1\r\n" HOST "\r\n");
	const char *const requests_[] = {header, path, many->str, known->str};
	for (size_t i = 0; i < G_N_ELEMENTS(requests_); i++) {
		g_autofree char *reply = ask(f->config.port, requests_[i]);
		assert_no_success(reply);
	}
	g_string_free(many, TRUE);
	g_string_free(known, TRUE);
	/* A token of 2,000 characters is no trouble. */
	g_autofree char *token = g_strnfill(2000, 't');
	g_autofree char *fine =
		g_strdup_printf("GET /echo/ HTTP/1.1\r\n" HOST
				"Connection: close\r\nAuthorization: Bearer %s\r\n\r\n",
				token);
	assert_asked(f, fine, 200, token);
}

static void oversized_headers(struct fixture *f, gconstpointer data)
{
	run(f, oversized_headers_client);
	g_assert_cmpuint(calls, ==, 1);
}

/* The refusal arrives although the body is still coming, and what follows it isn't taken for a
 * request. */
static void refused_body_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	g_autofree char *body = g_strnfill(1 << 20, 'b');
	say(fd, "POST /things HTTP/1.1\r\n" HOST "Content-Length: 1048576\r\n\r\n");
	say_bytes(fd, body, 1 << 20);
	say(fd, "GET /echo/ HTTP/1.1\r\n" HOST "\r\n");
	g_autofree char *reply = hear_all(fd);
	assert_reply(reply, 413, "Connection: close");
	close(fd);
}

static void refused_body(struct fixture *f, gconstpointer data)
{
	run(f, refused_body_client);
	g_assert_cmpuint(calls, ==, 0);
}

static void a_body_may_come_in_pieces_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	g_autofree char *body = g_strnfill(60000, 'b');
	say(fd, "POST /echo/ HTTP/1.1\r\n" HOST
		"Expect: 100-continue\r\nContent-Length: 60000\r\n\r\n");
	g_autofree char *go_on = hear(fd, true);
	assert_reply(go_on, 100, NULL);
	for (size_t sent = 0; sent < 60000; sent += 1500) {
		say_bytes(fd, body + sent, 1500);
		g_usleep(500);
	}
	g_autofree char *reply = hear(fd, false);
	assert_reply(reply, 200, "body=60000:bbb");
	close(fd);
}

static void a_body_may_come_in_pieces(struct fixture *f, gconstpointer data)
{
	run(f, a_body_may_come_in_pieces_client);
}

static void no_http_2_client(struct fixture *f)
{
	static const char *const upgrades[] = {"h2c", "H2C", "h2c, websocket", "TLS/1.0",
					       "websocket2"};
	for (size_t i = 0; i < G_N_ELEMENTS(upgrades); i++) {
		g_autofree char *request =
			g_strdup_printf("GET /echo/ HTTP/1.1\r\n" HOST
					"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\n"
					"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n",
					upgrades[i]);
		g_autofree char *reply = ask(f->config.port, request);
		g_assert_null(strstr(reply, "101"));
		g_assert_cmpuint(status_of(reply) / 100, !=, 2);
	}
}

static void no_http_2(struct fixture *f, gconstpointer data)
{
	run(f, no_http_2_client);
	g_assert_cmpuint(calls, ==, 0);
}

/* ---- Slow clients ---- */

static void large_replies_arrive_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	say(fd, "GET /large HTTP/1.1\r\n" HOST "Connection: close\r\nRange: bytes=0-9\r\n\r\n");
	g_usleep(300000); /* longer than it takes to fill the socket's buffers */
	char buffer[16384];
	size_t total = 0;
	ssize_t n;
	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		if (!total)
			g_assert_true(
				g_str_has_prefix(buffer, "HTTP/1.1 200")); /* Range is ignored */
		total += (size_t)n;
	}
	g_assert_cmpuint(total, >, LARGE);
	g_assert_cmpuint(total, <, LARGE + 2000);
	close(fd);
}

static void large_replies_arrive(struct fixture *f, gconstpointer data)
{
	run(f, large_replies_arrive_client);
}

/* Else the loop would turn without end: see turns_the_loop in http.c. */
static void pipelining_without_reading_is_cut_off_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	say(fd, "GET /large HTTP/1.1\r\n" HOST "\r\nGET /large HTTP/1.1\r\n" HOST "\r\n");
	g_usleep(300000);
	say(fd, "GET /large HTTP/1.1\r\n" HOST "\r\n");
	gint64 begin = g_get_monotonic_time();
	g_usleep(2500000);
	size_t total = 0;
	char buffer[65536];
	ssize_t n;
	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		total += (size_t)n;
	g_assert_cmpuint(total, <, LARGE);
	g_assert_cmpint(g_get_monotonic_time() - begin, <, 9 * G_USEC_PER_SEC);
	close(fd);
}

static void pipelining_without_reading_is_cut_off(struct fixture *f, gconstpointer data)
{
	run(f, pipelining_without_reading_is_cut_off_client);
}

/* ---- Limits ---- */

static bool refused(int fd)
{
	char c;
	say(fd, "GET /echo/ HTTP/1.1\r\n" HOST "\r\n");
	return recv(fd, &c, 1, 0) <= 0;
}

static void connections_of_one_address_client(struct fixture *f)
{
	int fds[8];
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
		fds[i] = dial(f->config.port);
		g_assert_cmpint(refused(fds[i]), ==, i >= 5);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
		close(fds[i]);
	g_usleep(200000); /* for the server to see it */
	int fd = dial(f->config.port);
	g_assert_false(refused(fd));
	close(fd);
}

static void connections_of_one_address(struct fixture *f, gconstpointer data)
{
	defaults(f);
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
	f->config.connections_address = 5;
	start(f);
	run(f, connections_of_one_address_client);
	stop(f);
}

static void connect_rate_client(struct fixture *f)
{
	unsigned passed = 0;
	for (unsigned i = 0; i < 60; i++) {
		int fd = dial(f->config.port);
		passed += !refused(fd);
		close(fd);
	}
	g_assert_cmpuint(passed, >=, 30);
	g_assert_cmpuint(passed, <, 45); /* 3 a second: allow a slow machine five seconds */
}

static void connect_rate(struct fixture *f, gconstpointer data)
{
	defaults(f);
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
	f->config.connect_rate = 3;
	start(f);
	run(f, connect_rate_client);
	stop(f);
}

/* An office: each of 200 pages makes five connections and keeps them. */
static void an_office_of_200_client(struct fixture *f)
{
	static int fds[1000];
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
		fds[i] = dial(f->config.port);
		g_assert_false(refused(fds[i]));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
		close(fds[i]);
}

static void an_office_of_200(struct fixture *f, gconstpointer data)
{
	char *none[] = {"serve", NULL};
	struct config *shipped = config_load(1, none, NULL);
	defaults(f);
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
	f->config.connections = shipped->connections;
	f->config.connections_address = shipped->connections_address;
	f->config.connect_rate = shipped->connect_rate;
	config_free(shipped);
	start(f);
	run(f, an_office_of_200_client);
	g_autoptr(GString) metrics = g_string_new(NULL);
	http_server_metrics(f->server, metrics);
	g_assert_nonnull(strstr(metrics->str, "\ntongsheng_http_connections_total 1000\n"));
	stop(f);
}

/* ---- HTTPS ---- */

/* The certificate's serial number, in hexadecimal, after a request that was answered; checks ALPN
 * on the way. */
static char *ask_tls(unsigned port)
{
	static const unsigned char protocols[] = "\x02h2\x08http/1.1";
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	int fd = dial(port);
	char buffer[4096] = "";
	SSL_set_alpn_protos(ssl, protocols, sizeof(protocols) - 1);
	SSL_set_fd(ssl, fd);
	g_assert_cmpint(SSL_connect(ssl), ==, 1);
	const unsigned char *selected;
	unsigned length;
	SSL_get0_alpn_selected(ssl, &selected, &length);
	g_assert_cmpmem(selected, length, "http/1.1", 8);
	static const char request[] = "GET /echo/ HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";
	g_assert_cmpint(SSL_write(ssl, request, sizeof(request) - 1), >, 0);
	g_assert_cmpint(SSL_read(ssl, buffer, sizeof(buffer) - 1), >, 0);
	g_assert_cmpuint(status_of(buffer), ==, 200);
	X509 *certificate = SSL_get1_peer_certificate(ssl);
	BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *text = BN_bn2hex(serial), *result = g_strdup(text);
	OPENSSL_free(text);
	BN_free(serial);
	X509_free(certificate);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
	return result;
}

struct tls_fixture {
	struct fixture f; /* first */
	char *serial;
};

static void https_client(struct fixture *f)
{
	((struct tls_fixture *)f)->serial = ask_tls(f->config.port);
}

static void strangers_to_tls_client(struct fixture *f)
{
	g_autofree char *reply = ask(f->config.port, "GET /echo/ HTTP/1.1\r\n" HOST "\r\n");
	g_assert_cmpuint(status_of(reply), ==, 0);
	int fd = dial(f->config.port); /* says nothing, and goes */
	close(fd);
}

static void https_with_reloaded_certificate(struct tls_fixture *t, gconstpointer data)
{
	struct fixture *f = &t->f;
	GError *error = NULL;
	g_autofree char *folder = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	g_autofree char *certificate = g_build_filename(folder, "certificate.pem", NULL);
	g_autofree char *key = g_build_filename(folder, "private-key.pem", NULL);
	g_autofree char *first = NULL;
	defaults(f);
	f->config.data = folder;
	f->config.secure = true;
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
	start(f);
	g_assert_true(http_server_secure(f->server));
	run(f, strangers_to_tls_client);
	run(f, https_client);
	first = g_steal_pointer(&t->serial);

	/* A broken file changes nothing. */
	g_autofree char *kept = NULL;
	g_assert_true(g_file_get_contents(certificate, &kept, NULL, NULL));
	g_assert_true(g_file_set_contents(certificate, "broken", -1, NULL));
	g_assert_false(http_server_reload_certificate(f->server, &error));
	g_assert_nonnull(strstr(error->message, certificate));
	g_clear_error(&error);
	run(f, https_client);
	g_assert_cmpstr(t->serial, ==, first);
	g_clear_pointer(&t->serial, g_free);

	/* A new one is used from the next connection on. */
	struct fixture other = *f;
	g_remove(certificate);
	other.config.port = free_port();
	start(&other);
	g_assert_true(http_server_reload_certificate(f->server, &error));
	run(f, https_client);
	g_assert_cmpstr(t->serial, !=, first);
	g_clear_pointer(&t->serial, g_free);
	http_server_free(other.server);
	stop(f);
	g_remove(certificate);
	g_remove(key);
	g_rmdir(folder);
}

static void a_taken_port_is_named(struct fixture *f, gconstpointer data)
{
	GError *error = NULL;
	g_assert_null(http_server_new(&f->config, NULL, 0, &f->events, &error));
	g_autofree char *message = g_strdup_printf(
		"listen on 127.0.0.1 port %u: Address already in use", f->config.port);
	g_assert_cmpstr(error->message, ==, message);
	g_error_free(error);
}

#define ADD(name)     g_test_add("/http/" #name, struct fixture, NULL, set_up, name, tear_down)
#define ADD_OWN(name) g_test_add("/http/" #name, struct fixture, NULL, NULL, name, NULL)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(requests);
	ADD(methods);
	ADD(connections_are_kept);
	ADD(bad_requests);
	ADD(oversized_headers);
	ADD(refused_body);
	ADD(a_body_may_come_in_pieces);
	ADD(no_http_2);
	ADD(large_replies_arrive);
	ADD(pipelining_without_reading_is_cut_off);
	ADD_OWN(connections_of_one_address);
	ADD_OWN(connect_rate);
	ADD_OWN(an_office_of_200);
	ADD(a_taken_port_is_named);
	g_test_add("/http/https_with_reloaded_certificate", struct tls_fixture, NULL, NULL,
		   https_with_reloaded_certificate, NULL);
	return g_test_run();
}
