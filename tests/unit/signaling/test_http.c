#include "tests/unit/signaling/http_fixture.h"

#define HOST "Host: x\r\n"
#define HANDSHAKE                                                                                  \
	"GET /ws HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n"                \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"             \
	"Sec-WebSocket-Protocol: tongsheng\r\n\r\n"

static unsigned calls;

/* Says what came. */
static void echo(void *user, const struct http_request *request, struct http_reply *reply)
{
	calls++;
	gsize size;
	const char *body = g_bytes_get_data(request->body, &size);
	g_autofree char *a = http_query_value(request, "a");
	g_autofree char *text = g_strdup_printf(
		"%s %s rest=%s a=%s from=%s%s%s bearer=%s type=%s body=%zu:%.*s", request->method,
		request->path, request->rest, a ? a : "-", request->address,
		request->local ? "" : ",remote", request->forwarded ? ",forwarded" : "",
		request->bearer ? request->bearer : "-",
		request->content_type ? request->content_type : "-", size, (int)MIN(size, 100),
		body ? body : "");
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

static void broken(void *user, const struct http_request *request, struct http_reply *reply)
{
	g_autoptr(GError) error = g_error_new(SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
					      "store: running: no such table: chat");
	http_reply_error(reply, error);
}

/* What came is quoted, and was cut within a character. */
static void cut(void *user, const struct http_request *request, struct http_reply *reply)
{
	g_autoptr(GError) error =
		g_error_new(SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND, "feed: no \"\xE5\xA3\"");
	http_reply_error(reply, error);
}

static void nothing(void *user, const struct http_request *request, struct http_reply *reply)
{
}

static struct http_route routes[] = {
	{"GET", "/echo/", 100, echo, NULL},	   {"POST", "/echo/", 70000, echo, NULL},
	{"POST", "/things", 10, created, NULL},	   {"OPTIONS", "/things", 0, echo, NULL},
	{"GET", "/forbidden", 0, forbidden, NULL}, {"GET", "/nothing", 0, nothing, NULL},
	{"GET", "/broken", 0, broken, NULL},	   {"GET", "/cut", 0, cut, NULL},
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
	assert_asked(f, "GET /broken HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 500,
		     "\"detail\":\"something went wrong in the server\",\"code\":\"internal\"}");
	assert_asked(f, "GET /cut HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404,
		     "\"detail\":\"feed: no \\\"");
	assert_asked(f, "GET /elsewhere HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404,
		     "application/problem+json");
	assert_asked(f, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404, NULL);
}

static void proxies_client(struct fixture *f)
{
	static const char *const headers[] = {
		"X-Forwarded-For: 192.0.2.1",
		"x-forwarded-for: unknown",
		"Forwarded: for=192.0.2.1",
		"forwarded: for=_hidden;proto=https",
		"X-Real-IP: 192.0.2.1",
		"Via: 1.1 proxy",
		"X-Forwarded-Host: example.org",
		"X-Forwarded-Proto: https",
		"Forwarded:",
		/* libwebsockets loses the first of theirs, not both. */
		"X-A: b\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: example.org",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
		g_autofree char *request = g_strdup_printf("GET /echo/ HTTP/1.1\r\n" HOST
							   "Accept: */*\r\n%s\r\nUser-Agent: x\r\n"
							   "Connection: close\r\n\r\n",
							   headers[i]);
		assert_asked(f, request, 200, " from=127.0.0.1,forwarded bearer=");
	}
	assert_asked(f,
		     "GET /echo/ HTTP/1.1\r\n" HOST
		     "X-Forward: 1\r\nFor: x\r\nForwardedFor: y\r\nFrom: a\r\nConnection: "
		     "close\r\n\r\n",
		     200, " from=127.0.0.1 bearer=");
}

static void what_a_proxy_forwards_is_known(struct fixture *f, gconstpointer data)
{
	run(f, proxies_client);
}

static void requests(struct fixture *f, gconstpointer data)
{
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*X-Split left out*");
	g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*no such table*");
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

/* Many: each next one comes as soon as it may, right behind the reply. */
#define KEPT 1000

static void connections_are_kept_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	for (unsigned i = 0; i < KEPT; i++) {
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
	close(fd);
}

static void connections_are_kept(struct fixture *f, gconstpointer data)
{
	run(f, connections_are_kept_client);
	g_assert_cmpuint(calls, ==, KEPT);
}

/*
 * Nobody pipelines but who means harm: libwebsockets takes the head of a request that waited behind
 * another for its own body, and then turns in a loop of its own for ever. So a reply with something
 * behind its request is the connection's last.
 */
static void what_is_pipelined_is_not_answered_client(struct fixture *f)
{
#define GET	   "GET /echo/first HTTP/1.1\r\n" HOST "\r\n"
#define POST(size) "POST /echo/ HTTP/1.1\r\n" HOST "Content-Length: " #size "\r\n\r\n"
	static const char *const requests[] = {
		GET GET,
		GET POST(5) "hello" GET,
		GET POST(5) "hello",
		GET POST(100) "half",
		GET POST(0) GET,
		GET "POST /things HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\nhello world" GET,
		GET "POST /nothing HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello" GET,
		POST(5) "hello" GET,
		POST(5) "hello" POST(5) "hello" POST(5) "hello",
		"POST /things HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\nhello world" GET,
		GET HANDSHAKE,
	};
	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		int fd = dial(f->config.port);
		say(fd, requests[i]);
		g_autofree char *reply = hear_all(fd);
		g_test_message("%zu: %s", i, reply);
		g_assert_cmpuint(status_of(reply), >=, 200);
		g_assert_null(strstr(reply + 1, "HTTP/1.1 "));
		close(fd);
		g_autofree char *other = ask(f->config.port, GET);
		assert_reply(other, 200, "rest=first");
	}
}

static void what_is_pipelined_is_not_answered(struct fixture *f, gconstpointer data)
{
	run(f, what_is_pipelined_is_not_answered_client);
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

/* RFC 9112, section 6.3: there is none. What follows is never taken for a request: the connection
 * ends. */
static void no_length_no_body_client(struct fixture *f)
{
	assert_asked(f, "POST /echo/ HTTP/1.1\r\n" HOST "\r\n", 200, "body=0:");
	int fd = dial(f->config.port);
	say(fd, "POST /echo/ HTTP/1.1\r\n" HOST "\r\n"
		"GET /echo/smuggled HTTP/1.1\r\n" HOST "\r\n");
	g_autofree char *reply = hear_all(fd);
	assert_reply(reply, 200, "Connection: close");
	g_assert_null(strstr(reply, "smuggled"));
	close(fd);
}

static void no_length_no_body(struct fixture *f, gconstpointer data)
{
	run(f, no_length_no_body_client);
	g_assert_cmpuint(calls, ==, 2);
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

#define ADD(name) g_test_add("/http/" #name, struct fixture, NULL, set_up, name, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(requests);
	ADD(what_a_proxy_forwards_is_known);
	ADD(methods);
	ADD(connections_are_kept);
	ADD(what_is_pipelined_is_not_answered);
	ADD(bad_requests);
	ADD(no_length_no_body);
	ADD(oversized_headers);
	ADD(refused_body);
	ADD(a_body_may_come_in_pieces);
	ADD(no_http_2);
	return g_test_run();
}
