#include "tests/unit/signaling/http_fixture.h"

#include <stdlib.h>

#define HANDSHAKE                                                                                  \
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

/* ---- A WebSocket client, as bytes (RFC 6455, section 5.2) ---- */

static int open_socket(unsigned port)
{
	int fd = dial(port);
	say(fd, HANDSHAKE
	    "Sec-WebSocket-Protocol: other, tongsheng\r\n"
	    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n");
	g_autofree char *reply = hear(fd, true);
	g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 101 "));
	g_assert_nonnull(strstr(reply, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	g_assert_nonnull(strstr(reply, "Sec-WebSocket-Protocol: tongsheng\r\n"));
	g_assert_null(strstr(reply, "Sec-WebSocket-Extensions"));
	return fd;
}

enum { CONTINUATION, TEXT, BINARY, CLOSE = 8, PING, PONG, FINAL = 0x80 };

static void send_frame(int fd, unsigned first, const void *data, size_t length)
{
	static const uint8_t mask[4] = {1, 2, 3, 4};
	g_autofree uint8_t *frame = g_malloc(length + 14);
	size_t n = 0;
	frame[n++] = (uint8_t)first;
	if (length < 126) {
		frame[n++] = (uint8_t)(0x80 | length);
	} else {
		frame[n++] = 0x80 | 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			frame[n++] = (uint8_t)((uint64_t)length >> shift);
	}
	memcpy(frame + n, mask, 4);
	n += 4;
	for (size_t i = 0; i < length; i++)
		frame[n++] = ((const uint8_t *)data)[i] ^ mask[i & 3];
	say_bytes(fd, frame, n);
}

static void send_text(int fd, const char *text)
{
	send_frame(fd, FINAL | TEXT, text, strlen(text));
}

static bool receive_bytes(int fd, uint8_t *data, size_t length)
{
	while (length) {
		ssize_t n = recv(fd, data, length, 0);
		if (n <= 0)
			return false;
		data += n;
		length -= (size_t)n;
	}
	return true;
}

/* The first byte of a frame, or -1 at the end of the connection. Its payload is NUL-terminated. */
static int receive_frame(int fd, char *payload, size_t *length)
{
	uint8_t header[10];
	uint64_t size;
	if (!receive_bytes(fd, header, 2))
		return -1;
	g_assert_false(header[1] & 0x80); /* a server masks nothing */
	size = header[1];
	if (size >= 126) {
		size_t bytes = size == 126 ? 2 : 8;
		size = 0;
		g_assert_true(receive_bytes(fd, header + 2, bytes));
		for (size_t i = 0; i < bytes; i++)
			size = size << 8 | header[2 + i];
	}
	g_assert_cmpuint(size, <, 100000);
	if (!receive_bytes(fd, (uint8_t *)payload, size))
		return -1;
	payload[size] = '\0';
	*length = size;
	return header[0];
}

static char payload[100001];

static const char *receive_text(int fd)
{
	size_t length;
	g_assert_cmpint(receive_frame(fd, payload, &length), ==, FINAL | TEXT);
	return payload;
}

/* Reads on until the server closes; the code it gives, 0 if it gives none. */
static unsigned close_code(int fd)
{
	unsigned code = 0;
	size_t length;
	int first;
	while ((first = receive_frame(fd, payload, &length)) >= 0)
		if (first == (FINAL | CLOSE)) {
			if (length >= 2)
				code = (unsigned)(uint8_t)payload[0] << 8 | (uint8_t)payload[1];
			send_frame(fd, FINAL | CLOSE, payload, MIN(length, 2));
		}
	return code;
}

/* ---- The server's side: says everything back, and counts ---- */

static unsigned n_opened, n_closed, n_messages;

static void *opened(void *user, struct websocket *socket)
{
	n_opened++;
	g_assert_cmpstr(websocket_address(socket), ==, "127.0.0.1");
	return g_strdup("user");
}

static void message(void *user, struct websocket *socket, const char *text, size_t length)
{
	n_messages++;
	g_assert_cmpstr(websocket_user(socket), ==, "user");
	g_assert_cmpuint(strlen(text), ==, length);
	if (!strcmp(text, "close")) {
		websocket_send(socket, "last", 4);
		websocket_close(socket, 4001, "over");
		websocket_send(socket, "too late", 8);
		websocket_close(socket, 4002, "again");
	} else if (!strcmp(text, "flood")) {
		char chunk[10000];
		memset(chunk, 'f', sizeof(chunk));
		for (unsigned i = 0; i < 10000; i++) /* 100 MB */
			websocket_send(socket, chunk, sizeof(chunk));
	} else if (!strcmp(text, "large")) {
		g_autofree char *all = g_strnfill(99999, 'l');
		websocket_send(socket, all, 99999);
		websocket_send(socket, "behind it", 9);
	} else {
		websocket_send(socket, text, length);
	}
}

static void closed(void *user, struct websocket *socket)
{
	n_closed++;
	g_free(websocket_user(socket));
}

static void set_up(struct fixture *f, gconstpointer data)
{
	defaults(f);
	f->events =
		(struct websocket_events){.opened = opened, .message = message, .closed = closed};
	n_opened = n_closed = n_messages = 0;
	start(f);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	stop(f);
	g_assert_cmpuint(n_closed, ==, n_opened);
}

/* ---- Tests ---- */

static void messages_go_both_ways_client(struct fixture *f)
{
	int fd = open_socket(f->config.port);
	send_text(fd, "hello");
	g_assert_cmpstr(receive_text(fd), ==, "hello");
	send_text(fd, "");
	g_assert_cmpstr(receive_text(fd), ==, "");
	g_autofree char *largest = g_strnfill(f->config.message_size, 'a');
	send_text(fd, largest);
	g_assert_cmpstr(receive_text(fd), ==, largest);
	/* In fragments, with a ping between them, byte by byte. */
	send_frame(fd, TEXT, "one ", 4);
	send_frame(fd, FINAL | PING, "p", 1);
	send_frame(fd, CONTINUATION, "", 0);
	send_frame(fd, FINAL | CONTINUATION, "two", 3);
	size_t length;
	unsigned pongs = 0;
	while (receive_frame(fd, payload, &length) == (FINAL | PONG))
		pongs++;
	g_assert_cmpuint(pongs, ==, 1);
	g_assert_cmpstr(payload, ==, "one two");
	/* The client ends it. */
	send_frame(fd, FINAL | CLOSE, "\x03\xe8", 2);
	g_assert_cmpuint(close_code(fd), ==, 1000);
	close(fd);
}

static void messages_go_both_ways(struct fixture *f, gconstpointer data)
{
	run(f, messages_go_both_ways_client);
	g_assert_cmpuint(n_messages, ==, 4);
}

static void close_comes_after_what_is_queued_client(struct fixture *f)
{
	int fd = open_socket(f->config.port);
	send_text(fd, "close");
	send_text(fd, "not heard");
	g_assert_cmpstr(receive_text(fd), ==, "last");
	g_assert_cmpuint(close_code(fd), ==, 4001);
	g_assert_cmpstr(payload + 2, ==, "over");
	close(fd);
}

static void close_comes_after_what_is_queued(struct fixture *f, gconstpointer data)
{
	run(f, close_comes_after_what_is_queued_client);
	g_assert_cmpuint(n_messages, ==, 1);
}

static void a_message_too_large_client(struct fixture *f)
{
	g_autofree char *text = g_strnfill(f->config.message_size + 1, 'a');
	int fd = open_socket(f->config.port);
	send_text(fd, text);
	g_assert_cmpuint(close_code(fd), ==, 1009);
	close(fd);
	/* Also in fragments, before the last has come. */
	fd = open_socket(f->config.port);
	send_frame(fd, TEXT, text, 4000);
	send_frame(fd, CONTINUATION, text, 97);
	g_assert_cmpuint(close_code(fd), ==, 1009);
	close(fd);
}

static void a_message_too_large(struct fixture *f, gconstpointer data)
{
	run(f, a_message_too_large_client);
	g_assert_cmpuint(n_messages, ==, 0);
}

static void a_flood_client(struct fixture *f)
{
	int fd = open_socket(f->config.port);
	for (unsigned i = 0; i < 400; i++)
		send_text(fd, "x");
	g_assert_cmpuint(close_code(fd), ==, 4008);
	close(fd);
	/* Of nothing. */
	fd = open_socket(f->config.port);
	send_frame(fd, TEXT, "", 0);
	for (unsigned i = 0; i < 400; i++)
		send_frame(fd, CONTINUATION, "", 0);
	g_assert_cmpuint(close_code(fd), ==, 4008);
	close(fd);
}

static void a_flood(struct fixture *f, gconstpointer data)
{
	run(f, a_flood_client);
	g_assert_cmpuint(n_messages, >=, 200); /* the burst */
	g_assert_cmpuint(n_messages, <, 300);
}

static void who_does_not_read_is_cut_off_client(struct fixture *f)
{
	int fd = open_socket(f->config.port), other = open_socket(f->config.port);
	send_text(fd, "flood");
	send_text(other, "fine");
	g_assert_cmpstr(receive_text(other), ==, "fine");
	g_assert_cmpuint(close_code(fd), ==, 0);
	send_text(other, "still");
	g_assert_cmpstr(receive_text(other), ==, "still");
	close(other);
	close(fd);
}

static void who_does_not_read_is_cut_off(struct fixture *f, gconstpointer data)
{
	run(f, who_does_not_read_is_cut_off_client);
}

/* Who just came may be told more of a large meeting at once than may wait for who doesn't read. */
static void one_large_message_is_no_queue_client(struct fixture *f)
{
	int fd = open_socket(f->config.port);
	g_assert_cmpuint(f->config.queue_size, <, 99999);
	send_text(fd, "large");
	g_assert_cmpuint(strlen(receive_text(fd)), ==, 99999);
	g_assert_cmpstr(receive_text(fd), ==, "behind it");
	close(fd);
}

static void one_large_message_is_no_queue(struct fixture *f, gconstpointer data)
{
	run(f, one_large_message_is_no_queue_client);
}

static void only_text_in_utf_8_client(struct fixture *f)
{
	static const struct {
		unsigned first;
		const char *data;
		unsigned code;
	} cases[] = {
		{FINAL | BINARY, "x", 1003},	  {FINAL | TEXT, "\xff", 1007},
		{FINAL | TEXT, "\xe4\xb8", 1007}, {FINAL | CONTINUATION, "x", 1002},
		{FINAL | 3, "x", 1002},		  {FINAL | 0x40 | TEXT, "x", 1002},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int fd = open_socket(f->config.port);
		send_frame(fd, cases[i].first, cases[i].data, strlen(cases[i].data));
		g_assert_cmpuint(close_code(fd), ==, cases[i].code);
		close(fd);
	}
}

static void only_text_in_utf_8(struct fixture *f, gconstpointer data)
{
	run(f, only_text_in_utf_8_client);
	g_assert_cmpuint(n_messages, ==, 0);
}

static void only_ws_and_tongsheng_client(struct fixture *f)
{
	static const struct {
		const char *request;
		unsigned status;
	} cases[] = {
		{HANDSHAKE "\r\n", 400},
		{HANDSHAKE "Sec-WebSocket-Protocol: http\r\n\r\n", 400},
		{HANDSHAKE "Sec-WebSocket-Protocol: tongsheng2\r\n\r\n", 400},
		{"GET /other HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: "
		 "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
		 "13\r\nSec-WebSocket-Protocol: tongsheng\r\n\r\n",
		 404},
		{"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: "
		 "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
		 "8\r\nSec-WebSocket-Protocol: tongsheng\r\n\r\n",
		 400},
		{"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *reply = ask(f->config.port, cases[i].request);
		if (status_of(reply) != cases[i].status)
			g_test_message("%zu: %s", i, reply);
		g_assert_cmpuint(status_of(reply), ==, cases[i].status);
		g_assert_nonnull(strstr(reply, "application/problem+json"));
	}
	/* A protocol that is named besides ours, and is no WebSocket protocol of ours, is not
	 * taken. */
	int fd = dial(f->config.port);
	say(fd, HANDSHAKE "Sec-WebSocket-Protocol: http, tongsheng\r\n\r\n");
	g_autofree char *reply = hear_all(fd);
	g_assert_null(strstr(reply, "Sec-WebSocket-Protocol: http"));
	close(fd);
}

static void only_ws_and_tongsheng(struct fixture *f, gconstpointer data)
{
	run(f, only_ws_and_tongsheng_client);
	g_assert_cmpuint(n_opened, ==, 0);
}

static gboolean stop_server(gpointer server)
{
	http_server_stop(server);
	return G_SOURCE_REMOVE;
}

static void a_stopping_server_says_so_client(struct fixture *f)
{
	int fd = open_socket(f->config.port), silent = open_socket(f->config.port);
	g_idle_add(stop_server, f->server);
	g_assert_cmpuint(close_code(fd), ==, 1012);
	close(fd);
	int late = dial(f->config.port);
	g_autofree char *nothing = hear_all(late);
	g_assert_cmpstr(nothing, ==, "");
	close(late);
	close(silent);
}

static void a_stopping_server_says_so(struct fixture *f, gconstpointer data)
{
	run(f, a_stopping_server_says_so_client);
	while (http_server_websockets(f->server))
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(n_closed, ==, 2);
}

static int left_open;

static void sockets_open_at_the_end_client(struct fixture *f)
{
	left_open = open_socket(f->config.port);
	send_text(left_open, "hello");
	g_assert_cmpstr(receive_text(left_open), ==, "hello");
}

/* tear_down frees the server, and checks that closed was called. */
static void sockets_open_at_the_end_are_closed(struct fixture *f, gconstpointer data)
{
	run(f, sockets_open_at_the_end_client);
	g_assert_cmpuint(n_closed, ==, 0);
}

#define ADD(name) g_test_add("/websocket/" #name, struct fixture, NULL, set_up, name, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(messages_go_both_ways);
	ADD(close_comes_after_what_is_queued);
	ADD(a_message_too_large);
	ADD(a_flood);
	ADD(who_does_not_read_is_cut_off);
	ADD(one_large_message_is_no_queue);
	ADD(only_text_in_utf_8);
	ADD(only_ws_and_tongsheng);
	ADD(a_stopping_server_says_so);
	ADD(sockets_open_at_the_end_are_closed);
	return g_test_run();
}
