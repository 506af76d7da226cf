/* The HTTP server's limits, slow clients, and HTTPS. */
#include "tests/unit/signaling/http_fixture.h"

#include <openssl/ssl.h>

#define HOST "Host: x\r\n"

static void hello(void *user, const struct http_request *request, struct http_reply *reply)
{
	http_reply_text(reply, 200, "text/plain", "hello");
}

/* More than the socket buffers take. */
#define LARGE ((size_t)24 << 20)
static void large(void *user, const struct http_request *request, struct http_reply *reply)
{
	g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(LARGE), LARGE);
	http_reply_bytes(reply, 200, "application/octet-stream", bytes);
}

static struct http_route routes[] = {
	{"GET", "/echo/", 0, hello, NULL},
	{"GET", "/large", 0, large, NULL},
};

static void prepare(struct fixture *f)
{
	defaults(f);
	f->routes = routes;
	f->n_routes = G_N_ELEMENTS(routes);
}

static void set_up(struct fixture *f, gconstpointer data)
{
	prepare(f);
	start(f);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	stop(f);
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
	prepare(f);
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
	prepare(f);
	f->config.connect_rate = 3;
	start(f);
	run(f, connect_rate_client);
	stop(f);
}

static void request_rate_client(struct fixture *f)
{
	int fd = dial(f->config.port);
	for (unsigned i = 0; i < 200; i++) {
		say(fd, "GET /missing HTTP/1.1\r\n" HOST "\r\n");
		g_autofree char *reply = hear(fd, false);
		if (!g_str_has_prefix(reply, "HTTP/1.1 429 ")) {
			g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 404 "));
			continue;
		}
		g_assert_cmpuint(i, >=, 20);
		g_assert_nonnull(strstr(reply, "Connection: close"));
		close(fd);
		fd = dial(f->config.port); /* others, and oneself anew, are served */
		say(fd, "GET /missing HTTP/1.1\r\n" HOST "\r\n");
		g_autofree char *again = hear(fd, false);
		g_assert_true(g_str_has_prefix(again, "HTTP/1.1 404 "));
		close(fd);
		return;
	}
	g_assert_not_reached();
}

static void request_rate(struct fixture *f, gconstpointer data)
{
	prepare(f);
	f->config.request_rate = 2;
	start(f);
	run(f, request_rate_client);
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
	prepare(f);
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

#define ADD(name)     g_test_add("/http_limits/" #name, struct fixture, NULL, set_up, name, tear_down)
#define ADD_OWN(name) g_test_add("/http_limits/" #name, struct fixture, NULL, NULL, name, NULL)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(large_replies_arrive);
	ADD(pipelining_without_reading_is_cut_off);
	ADD_OWN(connections_of_one_address);
	ADD_OWN(connect_rate);
	ADD_OWN(request_rate);
	ADD_OWN(an_office_of_200);
	ADD(a_taken_port_is_named);
	g_test_add("/http_limits/https_with_reloaded_certificate", struct tls_fixture, NULL, NULL,
		   https_with_reloaded_certificate, NULL);
	return g_test_run();
}
