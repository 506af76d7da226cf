/*
 * A server on a free port of 127.0.0.1 in the test's main thread, and the test's client in a thread
 * of its own: plain sockets, so that a request is exactly the bytes that the test says.
 */
#pragma once

#include "signaling/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, size), ==, 0);
	g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* ---- The client ---- */

static int dial(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), ==,
			0);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	return fd;
}

static void say_bytes(int fd, const void *data, size_t length)
{
	const char *p = data;
	while (length) {
		ssize_t n = send(fd, p, length, MSG_NOSIGNAL);
		if (n < 0) /* the server has hung up: what it said is read later */
			return;
		p += n;
		length -= (size_t)n;
	}
}

static void say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

/* To the end of the connection. */
static G_GNUC_UNUSED char *hear_all(int fd)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t n;
	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		g_string_append_len(text, buffer, n);
	g_assert_true(n == 0 || errno == ECONNRESET); /* and not EAGAIN: it must have been closed */
	return g_string_free(text, FALSE);
}

/* One reply with its content, of a connection that stays. */
static G_GNUC_UNUSED char *hear(int fd, bool head)
{
	GString *text = g_string_new(NULL);
	char c;
	while (!g_str_has_suffix(text->str, "\r\n\r\n")) {
		if (recv(fd, &c, 1, 0) != 1)
			return g_string_free(text, FALSE);
		g_string_append_c(text, c);
	}
	const char *length = strstr(text->str, "Content-Length: ");
	for (long n = length && !head ? atol(length + 16) : 0; n > 0; n--) {
		g_assert_cmpint(recv(fd, &c, 1, 0), ==, 1);
		g_string_append_c(text, c);
	}
	return g_string_free(text, FALSE);
}

/* A request on a connection of its own; the reply until the server closes. */
static G_GNUC_UNUSED char *ask(unsigned port, const char *request)
{
	int fd = dial(port);
	say(fd, request);
	shutdown(fd, SHUT_WR);
	char *reply = hear_all(fd);
	close(fd);
	return reply;
}

static G_GNUC_UNUSED unsigned status_of(const char *reply)
{
	return g_str_has_prefix(reply, "HTTP/1.1 ") ? (unsigned)atoi(reply + 9) : 0;
}

/* ---- The server ---- */

struct fixture {
	struct config config;
	struct http_server *server;
	struct http_route *routes;
	size_t n_routes;
	struct websocket_events events;
	void (*client)(struct fixture *f); /* in its own thread */
	GMainLoop *loop;
};

static G_GNUC_UNUSED void *ignore_opened(void *user, struct websocket *socket)
{
	return NULL;
}
static G_GNUC_UNUSED void ignore_message(void *user, struct websocket *socket, const char *text,
					 size_t length)
{
}
static G_GNUC_UNUSED void ignore_closed(void *user, struct websocket *socket)
{
}

static G_GNUC_UNUSED char *no_list[] = {NULL};

static G_GNUC_UNUSED void defaults(struct fixture *f)
{
	f->config = (struct config){
		.data = "/nonexistent",
		.listen = "127.0.0.1",
		.http_address = "127.0.0.1",
		.port = free_port(),
		.announce = no_list,
		.message_size = 4096,
		.message_rate = 20,
		.queue_size = 65536,
	};
	f->events = (struct websocket_events){
		.opened = ignore_opened, .message = ignore_message, .closed = ignore_closed};
}

static G_GNUC_UNUSED void start(struct fixture *f)
{
	GError *error = NULL;
	f->server = http_server_new(&f->config, f->routes, f->n_routes, &f->events, &error);
	g_assert_no_error(error);
	g_assert_nonnull(f->server);
}

static gboolean quit(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_REMOVE;
}

static gpointer client_thread(gpointer data)
{
	struct fixture *f = data;
	f->client(f);
	g_idle_add(quit, f->loop);
	return NULL;
}

/* Runs the loop until the client is done. */
static G_GNUC_UNUSED void run(struct fixture *f, void (*client)(struct fixture *f))
{
	f->client = client;
	f->loop = g_main_loop_new(NULL, FALSE);
	GThread *thread = g_thread_new("client", client_thread, f);
	g_main_loop_run(f->loop);
	g_thread_join(thread);
	g_main_loop_unref(f->loop);
}

static G_GNUC_UNUSED void stop(struct fixture *f)
{
	http_server_free(f->server);
	while (g_main_context_iteration(
		NULL, FALSE)) /* what libwebsockets left in the loop would crash here */
		;
}
