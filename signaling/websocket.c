#include "signaling/http_internal.h"
#include "signaling/http_path.h"

#include <string.h>

#define CLOSE_TIME                                                                                 \
	(5 * G_USEC_PER_SEC) /* for the peer to take what is queued and the close frame */
#define MAX_PER_TURN 64	     /* messages written before other sockets get their turn */

struct websocket {
	struct connection *connection;
	void *user;
	GString *partial;    /* message of which fragments have come */
	GQueue queue;	     /* of GBytes, to be sent */
	size_t queued;	     /* their bytes */
	uint64_t rate;	     /* rate_take */
	unsigned close_code; /* 0: open; else what to say when the queue is empty, and no event is
				given any more */
	char close_reason[100];
};

/* Written at once: libwebsockets would go on with another kind of reply. */
static int refuse(struct connection *connection, unsigned status, const char *code,
		  const char *message)
{
	struct http_reply *reply = http_reply_new();
	http_reply_problem(reply, status, code, message);
	g_autoptr(GBytes) head = http_reply_head(reply, true);
	gsize head_size, size = g_bytes_get_size(reply->body);
	const void *head_data = g_bytes_get_data(head, &head_size);
	g_autofree uint8_t *buffer = g_malloc(LWS_PRE + head_size + size);
	memcpy(buffer + LWS_PRE, head_data, head_size);
	memcpy(buffer + LWS_PRE + head_size, g_bytes_get_data(reply->body, NULL), size);
	(void)!lws_write(connection->wsi, buffer + LWS_PRE, head_size + size,
			 LWS_WRITE_HTTP_HEADERS);
	http_reply_free(reply);
	connection->server->counters[HTTP_BAD_UPGRADE]++;
	return -1;
}

static bool header_is(struct lws *wsi, enum lws_token_indexes token, const char *value)
{
	char text[64];
	return lws_hdr_copy(wsi, text, sizeof(text), token) > 0 &&
	       !g_ascii_strcasecmp(g_strstrip(text), value);
}

int websocket_confirm(struct connection *connection)
{
	struct lws *wsi = connection->wsi;
	char protocols[256];
	/*
	 * libwebsockets 4.1.6 calls this also after it has refused an unknown Upgrade itself; the
	 * header table is gone then, and its argument, which points into it, dangles
	 * (CVE-2025-11677). So ask for the header anew.
	 */
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE))
		return -1;
	/* It would take "h2c" and talk HTTP/2, whose implementation has known holes. */
	if (!header_is(wsi, WSI_TOKEN_UPGRADE, "websocket"))
		return refuse(connection, 400, "unsupported", "Upgrade: only websocket");
	if (!header_is(wsi, WSI_TOKEN_GET_URI, "/ws"))
		return refuse(connection, 404, "not-found", "path: the WebSocket is /ws");
	if (!header_is(wsi, WSI_TOKEN_VERSION, "13"))
		return refuse(connection, 400, "unsupported", "Sec-WebSocket-Version: only 13");
	if (lws_hdr_copy(wsi, protocols, sizeof(protocols), WSI_TOKEN_PROTOCOL) <= 0 ||
	    !http_list_has(protocols, "tongsheng"))
		return refuse(connection, 400, "unsupported",
			      "Sec-WebSocket-Protocol: only tongsheng");
	return 0;
}

int websocket_established(struct connection *connection)
{
	struct http_server *server = connection->server;
	struct websocket *socket = g_new0(struct websocket, 1);
	socket->connection = connection;
	socket->partial = g_string_new(NULL);
	connection->websocket = socket;
	server->n_websockets++;
	server->counters[HTTP_WEBSOCKETS]++;
	if (server->stopping)
		websocket_close(socket, 1012, "the server restarts");
	socket->user = server->events.opened(server->events.user, socket);
	return 0;
}

void websocket_finish(struct connection *connection)
{
	struct http_server *server = connection->server;
	struct websocket *socket = connection->websocket;
	if (!socket)
		return;
	server->events.closed(server->events.user, socket);
	server->n_websockets--;
	connection->websocket = NULL;
	g_queue_clear_full(&socket->queue, (GDestroyNotify)g_bytes_unref);
	g_string_free(socket->partial, TRUE);
	g_free(socket);
}

/* From a receive callback: libwebsockets sends the close frame and waits for its echo. */
static int close_now(struct websocket *socket, enum http_counter counter, unsigned code,
		     const char *reason)
{
	struct connection *connection = socket->connection;
	connection->server->counters[counter]++;
	g_string_truncate(socket->partial, 0);
	websocket_close(socket, code, reason);
	lws_close_reason(connection->wsi, code, (unsigned char *)socket->close_reason,
			 strlen(socket->close_reason));
	return -1;
}

int websocket_received(struct connection *connection, const char *data, size_t length)
{
	struct http_server *server = connection->server;
	struct websocket *socket = connection->websocket;
	struct lws *wsi = connection->wsi;
	if (socket->close_code)
		return 0;
	bool final = lws_is_final_fragment(wsi);
	/* Empty fragments count, or they would be free. */
	if ((final || !length) &&
	    !rate_take(&socket->rate, server->config->message_rate, CONFIG_BURST_SECONDS,
		       (uint64_t)g_get_monotonic_time()))
		return close_now(socket, HTTP_CLOSED_RATE, 4008, "too many messages");
	if (lws_frame_is_binary(wsi))
		return close_now(socket, HTTP_BAD_UPGRADE, 1003, "only text");
	if (socket->partial->len + length > server->config->message_size)
		return close_now(socket, HTTP_CLOSED_SIZE, 1009, "message too large");
	if (length)
		g_string_append_len(socket->partial, data, (gssize)length);
	if (!final)
		return 0;
	server->counters[HTTP_MESSAGES_IN]++;
	/* The handler may close the socket, but not free it: that comes from the loop. */
	g_autoptr(GString) message = g_steal_pointer(&socket->partial);
	socket->partial = g_string_new(NULL);
	server->events.message(server->events.user, socket, message->str, message->len);
	return 0;
}

static int write_one(struct websocket *socket)
{
	g_autoptr(GBytes) bytes = g_queue_pop_head(&socket->queue);
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);
	socket->queued -= size;
	g_autofree uint8_t *buffer = g_malloc(LWS_PRE + size);
	if (size)
		memcpy(buffer + LWS_PRE, data, size);
	socket->connection->server->counters[HTTP_MESSAGES_OUT]++;
	return lws_write(socket->connection->wsi, buffer + LWS_PRE, size, LWS_WRITE_TEXT) < 0 ? -1
											      : 0;
}

int websocket_writable(struct connection *connection)
{
	struct websocket *socket = connection->websocket;
	struct lws *wsi = connection->wsi;
	for (unsigned i = 0; !g_queue_is_empty(&socket->queue) && i < MAX_PER_TURN; i++) {
		if (lws_send_pipe_choked(wsi))
			break;
		if (write_one(socket))
			return -1;
	}
	if (!g_queue_is_empty(&socket->queue)) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	if (!socket->close_code)
		return 0;
	lws_close_reason(wsi, socket->close_code, (unsigned char *)socket->close_reason,
			 strlen(socket->close_reason));
	return -1;
}

void *websocket_user(const struct websocket *socket)
{
	return socket->user;
}

const char *websocket_address(const struct websocket *socket)
{
	return socket->connection->address;
}

/* Behind the first in the queue, which may be a whole meeting for somebody who has just come. */
static size_t waiting(struct websocket *socket)
{
	GBytes *first = g_queue_peek_head(&socket->queue);
	return first ? socket->queued - g_bytes_get_size(first) : 0;
}

void websocket_send(struct websocket *socket, const char *text, size_t length)
{
	struct connection *connection = socket->connection;
	struct http_server *server = connection->server;
	if (socket->close_code)
		return;
	if (!g_queue_is_empty(&socket->queue) &&
	    waiting(socket) + length > server->config->queue_size) {
		server->counters[HTTP_CLOSED_QUEUE]++;
		g_queue_clear_full(&socket->queue, (GDestroyNotify)g_bytes_unref);
		socket->queued = 0;
		websocket_close(socket, 1008, "does not read");
		connection_kill(connection); /* it does not read a close frame either */
		return;
	}
	g_queue_push_tail(&socket->queue, g_bytes_new(text, length));
	socket->queued += length;
	lws_callback_on_writable(connection->wsi);
}

void websocket_close(struct websocket *socket, unsigned code, const char *reason)
{
	struct connection *connection = socket->connection;
	if (socket->close_code)
		return;
	socket->close_code = code;
	g_strlcpy(socket->close_reason, reason, sizeof(socket->close_reason));
	connection->deadline_us = g_get_monotonic_time() + CLOSE_TIME;
	lws_callback_on_writable(connection->wsi);
}
