/* What http.c, http_reply.c and websocket.c share and nobody else sees. */
#pragma once

#include "signaling/http.h"
#include "signaling/rate_limit.h"
#include "signaling/static_files.h"

#include <libwebsockets.h>
#include <netinet/in.h>
#include <openssl/ssl.h>

/* name in /metrics, help */
#define HTTP_COUNTERS(X)                                                                           \
	X(CONNECTIONS, "http_connections_total", "TCP connections accepted")                       \
	X(REFUSED_FULL, "http_refused_full_total", "connections refused: too many at once")        \
	X(REFUSED_ADDRESS, "http_refused_address_total",                                           \
	  "connections refused: too many of one address")                                          \
	X(REFUSED_RATE, "http_refused_rate_total",                                                 \
	  "connections refused: too fast from one address")                                        \
	X(TIMED_OUT, "http_timed_out_total", "connections closed: too slow or idle")               \
	X(BAD_UPGRADE, "http_bad_upgrade_total", "upgrades to something else than our WebSocket")  \
	X(REPLIES_2XX, "http_replies_2xx_total", "requests answered 2xx or 3xx")                   \
	X(REPLIES_4XX, "http_replies_4xx_total", "requests answered 4xx")                          \
	X(REPLIES_5XX, "http_replies_5xx_total", "requests answered 5xx")                          \
	X(WEBSOCKETS, "websocket_opened_total", "WebSockets opened")                               \
	X(MESSAGES_IN, "websocket_messages_in_total", "WebSocket messages received")               \
	X(MESSAGES_OUT, "websocket_messages_out_total", "WebSocket messages sent")                 \
	X(CLOSED_SIZE, "websocket_closed_size_total", "WebSockets closed: message too large")      \
	X(REQUESTS_RATE, "http_requests_refused_rate_total",                                       \
	  "requests answered 429: too many on one connection")                                     \
	X(CLOSED_RATE, "websocket_closed_rate_total", "WebSockets closed: too many messages")      \
	X(CLOSED_QUEUE, "websocket_closed_queue_total", "WebSockets closed: they did not read")

enum http_counter {
#define X(symbol, name, help) HTTP_##symbol,
	HTTP_COUNTERS(X)
#undef X
		HTTP_COUNTER_COUNT
};

struct http_server {
	const struct config *config;
	struct http_route *routes;
	size_t n_routes;
	struct websocket_events events;
	struct static_files *files; /* may be NULL */
	struct address_limits *addresses;
	GMainLoop *loop; /* only names the default main context to libwebsockets */
	struct lws_context *context;
	SSL_CTX *tls; /* of the vhost; NULL for plain HTTP */
	SSL_CTX *no_client;
	char *certificate, *private_key;
	GQueue connections;		  /* of struct connection, by their links */
	struct sockaddr_storage accepted; /* and counted, but no connection yet; family 0: none */
	GError *start_error;
	guint sweep;
	unsigned n_websockets;
	uint64_t counters[HTTP_COUNTER_COUNT];
	bool stopping;
};

/*
 *             headers          body            handler            all written
 *  WAITING -----------> BODY ---------> (answer) ------> REPLY --------------> WAITING
 *                                                          | refused before its body came
 *                                                          `------------------> LINGER
 *  WAITING -----------> WEBSOCKET
 *
 * A handler that answers later leaves the connection in LATER, from where it goes on to REPLY.
 */
enum connection_state {
	CONNECTION_WAITING,
	CONNECTION_BODY,
	CONNECTION_LATER,
	CONNECTION_REPLY,
	CONNECTION_LINGER,
	CONNECTION_WEBSOCKET
};

/* A reply on its way: head, then content or a file's part, one of them at most. */
struct outgoing {
	GBytes *head, *content; /* NULL: all of it is written; it has none */
	int fd;			/* < 0: none */
	uint64_t first, length; /* of the file */
	uint64_t asked; /* of the file: the system was told that it will be read up to here */
	uint64_t sent;	/* of all together */
};

/* A TCP connection: from accept to libwebsockets' WSI_DESTROY. */
struct connection {
	struct http_server *server;
	struct lws *wsi;
	GList link; /* in server->connections */
	struct sockaddr_storage peer;
	char address[INET6_ADDRSTRLEN];
	enum connection_state state;
	gint64 deadline_us; /* 0: none */
	uint64_t rate;	    /* of requests: rate_take */

	/* The request. */
	GStringChunk *strings; /* of request */
	struct http_request request;
	const struct http_route *route;
	GByteArray *body;
	struct http_upload *upload;
	gint64 body_since_us;
	uint64_t length; /* Content-Length */
	bool has_body;
	bool close;	    /* after the reply */
	guint next_request; /* a source of the main loop; 0: none */

	/* The reply. */
	struct outgoing out;
	struct http_later *later; /* until the reply is there */

	struct websocket *websocket;
};

void connection_set_state(struct connection *connection, enum connection_state state, gint64 time);
void connection_kill(struct connection *connection); /* from the loop, not at once */

/* http_reply.c */
struct http_reply {
	unsigned status;
	GString *headers; /* as on the wire */
	bool has_cache_control, has_policy;
	GBytes *body;		  /* NULL: none */
	int fd;			  /* < 0: none */
	uint64_t first, length;	  /* of the file */
	struct http_later *later; /* NULL: the handler has answered */
};
struct http_reply *http_reply_new(void);
void http_reply_free(struct http_reply *reply);
/* Status line and all headers. */
GBytes *http_reply_head(const struct http_reply *reply, bool close);

/* http_later.c */
void http_later_wait(struct http_later *later, struct connection *connection);
/* The reply, if it is there; then *later is NULL. NULL: not yet. */
struct http_reply *http_later_take(struct http_later **later);
void http_later_drop(struct http_later *later); /* the connection ends; NULL is allowed */
/* If the connection waits for one, it does no more, and ends when it may write. */
void http_later_abandon(struct connection *connection);

/* http_outgoing.c. Takes file and content out of reply; the content is left out for HEAD. */
void outgoing_start(struct outgoing *out, struct http_reply *reply, bool head_only, bool close);
/* What comes next, at most size bytes: how many; 0: that was all; < 0: the file can't be read. The
 * caller adds to sent what it has written. */
ssize_t outgoing_fill(struct outgoing *out, uint8_t *chunk, size_t size);
void outgoing_clear(struct outgoing *out);

/* http_upload.c; NULL: reply says why not. */
struct http_upload *http_upload_new(const char *folder, uint64_t length, struct http_reply *reply);
void http_upload_append(struct http_upload *upload, const uint8_t *data, size_t length);
/* All has come. False: not all could be written, and reply says so. */
bool http_upload_finish(struct http_upload *upload, struct http_reply *reply);
void http_upload_free(struct http_upload *upload); /* NULL is allowed */

/* http_body.c: a request's body, as libwebsockets gives it. */
bool http_body_await(struct connection *connection,
		     struct http_reply *reply); /* false: see reply */
void http_body_take(struct connection *connection, const uint8_t *data, size_t length);
/* http_request.c; false: reply says what is wrong. path as libwebsockets gives it. */
bool http_request_read(struct connection *connection, const char *path, size_t length,
		       struct http_reply *reply);
bool http_request_route(struct connection *connection,
			struct http_reply *reply); /* fills connection->route */
void http_request_answer(struct connection *connection, struct http_reply *reply);

/* websocket.c: what libwebsockets' callbacks are for a connection that becomes or is a WebSocket.
 */
int websocket_confirm(struct connection *connection); /* 0: may be upgraded */
int websocket_established(struct connection *connection);
int websocket_received(struct connection *connection, const char *data, size_t length);
int websocket_writable(struct connection *connection);
void websocket_finish(struct connection *connection);
