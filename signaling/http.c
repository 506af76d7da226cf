#include "signaling/http_internal.h"

#include "signaling/certificate.h"
#include "signaling/http_address.h"
#include "signaling/http_path.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define HEADERS_TIME                                                                               \
	(20 * SECOND)		  /* from accept to complete headers, the TLS handshake included   \
				   */
#define IDLE_TIME   (60 * SECOND) /* between requests */
#define LATER_TIME  (60 * SECOND) /* for a reply that comes later */
#define REPLY_TIME  (30 * SECOND) /* between two chunks that the client took */
#define LINGER_TIME (2 * SECOND)  /* for the client to read a refusal before its body is cut off */

#define HEADER_BYTES 8192  /* request line and headers */
#define CHUNK	     16384 /* of a reply, written at once */
#define CHUNKS	     16	   /* of one reply, before others have their turn */

static struct http_server *server_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

void connection_set_state(struct connection *connection, enum connection_state state, gint64 time)
{
	connection->state = state;
	connection->deadline_us = time ? g_get_monotonic_time() + time : 0;
}

/* ---- Life of a connection ---- */

/*
 * A connection was accepted and is no wsi yet: the place to refuse it cheaply. It is counted by
 * connection_new, which libwebsockets calls before it accepts another one, or never when it could
 * not take it.
 */
static int on_accept(struct http_server *server, const struct sockaddr_storage *peer)
{
	if (server->stopping)
		return -1;
	if (server->accepted.ss_family) { /* the last one was never taken */
		address_limits_leave(server->addresses, &server->accepted);
		server->accepted.ss_family = 0;
	}
	if (server->config->connections &&
	    server->connections.length >= server->config->connections) {
		server->counters[HTTP_REFUSED_FULL]++;
		return -1;
	}
	switch (address_limits_enter(server->addresses, peer, (uint64_t)g_get_monotonic_time())) {
	case ADDRESS_OK:
		break;
	case ADDRESS_TOO_MANY:
		server->counters[HTTP_REFUSED_ADDRESS]++;
		return -1;
	case ADDRESS_TOO_FAST:
		server->counters[HTTP_REFUSED_RATE]++;
		return -1;
	}
	server->accepted = *peer;
	server->counters[HTTP_CONNECTIONS]++;
	return 0;
}

static void connection_new(struct http_server *server, struct lws *wsi)
{
	struct connection *connection = g_new0(struct connection, 1);
	connection->server = server;
	connection->wsi = wsi;
	connection->peer = server->accepted;
	server->accepted.ss_family = 0;
	connection->link.data = connection;
	connection->out.fd = -1;
	http_address_text(&connection->peer, connection->address);
	connection_set_state(connection, CONNECTION_WAITING, HEADERS_TIME);
	g_queue_push_tail_link(&server->connections, &connection->link);
	lws_set_opaque_user_data(wsi, connection);
}

static void forget_request(struct connection *connection)
{
	g_clear_pointer(&connection->strings, g_string_chunk_free);
	g_clear_pointer(&connection->body, g_byte_array_unref);
	g_clear_pointer(&connection->upload, http_upload_free);
	outgoing_clear(&connection->out);
	connection->request = (struct http_request){0};
	connection->route = NULL;
}

static void connection_free(struct connection *connection)
{
	struct http_server *server = connection->server;
	websocket_finish(connection);
	http_later_drop(connection->later);
	forget_request(connection);
	address_limits_leave(server->addresses, &connection->peer);
	g_queue_unlink(&server->connections, &connection->link);
	if (connection->next_request)
		g_source_remove(connection->next_request);
	g_free(connection);
}

/*
 * Not by libwebsockets' timeouts: with GLib they run at idle priority, which a socket that is
 * always ready never lets them have. A socket that is shut down fails in whatever it does next, and
 * that closes it.
 */
void connection_kill(struct connection *connection)
{
	connection->deadline_us = 0;
	shutdown(lws_get_socket_fd(connection->wsi), SHUT_RDWR);
}

/*
 * libwebsockets leaves unread what a client sends while a reply is under way, and GLib then reports
 * it in every pass: a client that pipelines and does not read would keep the loop turning. It gets
 * until the next sweep. The same goes for one that has shut down its side.
 */
static bool turns_the_loop(const struct connection *connection)
{
	char byte;
	return ((connection->state == CONNECTION_REPLY && connection->out.head) ||
		connection->state == CONNECTION_LATER || lws_partial_buffered(connection->wsi)) &&
	       connection->state != CONNECTION_WEBSOCKET &&
	       recv(lws_get_socket_fd(connection->wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

static gboolean on_sweep(gpointer data)
{
	struct http_server *server = data;
	gint64 now = g_get_monotonic_time();
	for (GList *link = server->connections.head, *next; link; link = next) {
		struct connection *connection = link->data;
		next = link->next;
		if (!turns_the_loop(connection) &&
		    (!connection->deadline_us || connection->deadline_us > now))
			continue;
		if (connection->state != CONNECTION_WEBSOCKET)
			server->counters[HTTP_TIMED_OUT]++;
		http_later_abandon(connection);
		connection_kill(connection);
	}
	return G_SOURCE_CONTINUE;
}

/* ---- Requests and replies ---- */

static void count_reply(struct http_server *server, unsigned status)
{
	server->counters[status < 400	? HTTP_REPLIES_2XX
			 : status < 500 ? HTTP_REPLIES_4XX
					: HTTP_REPLIES_5XX]++;
}

/*
 * Not before libwebsockets has put aside what came behind the request, so that it can be asked
 * whether there is any: then this was the last one. For when it takes a request from there it takes
 * the head for the body too (its loop at the end of lws_http_action, 4.1.6), and when that has an
 * end, turns in this loop for ever. It tells of all connections together; one closed for another's
 * sake is dialled anew.
 *
 * And before it reads again, by a priority over its sockets: a request that came after the reply is
 * an ordinary one, which only the kernel may hold yet.
 */
static gboolean on_next_request(gpointer data)
{
	struct connection *connection = data;
	connection->next_request = 0;
	connection->close = !lws_service_adjust_timeout(connection->server->context, 1, 0);
	if (connection->close) {
		lws_callback_on_writable(connection->wsi);
		return G_SOURCE_REMOVE;
	}
	connection_set_state(connection, CONNECTION_WAITING, IDLE_TIME);
	if (lws_http_transaction_completed(connection->wsi))
		connection_kill(connection);
	return G_SOURCE_REMOVE;
}

static int finish_reply(struct connection *connection)
{
	bool close = connection->close, body_unread = close && connection->length > 0;
	forget_request(connection);
	if (close && !body_unread)
		return -1;
	/*
	 * With data unread a close would reset the connection, and the client might lose the reply.
	 * So what comes is dropped, for a moment, or until the body's end.
	 */
	if (body_unread)
		connection_set_state(connection, CONNECTION_LINGER, LINGER_TIME);
	else
		connection->next_request =
			g_idle_add_full(G_PRIORITY_HIGH, on_next_request, connection, NULL);
	return 0;
}

static int write_reply(struct connection *connection)
{
	uint8_t buffer[LWS_PRE + CHUNK];
	connection->deadline_us = g_get_monotonic_time() + REPLY_TIME;
	/* A client that reads as fast as we write must not keep the loop from everybody else. */
	for (unsigned i = 0; i < CHUNKS && (!i || !lws_send_pipe_choked(connection->wsi)); i++) {
		ssize_t n = outgoing_fill(&connection->out, buffer + LWS_PRE, CHUNK);
		if (!n)
			return finish_reply(connection);
		if (n < 0 || lws_write(connection->wsi, buffer + LWS_PRE, (size_t)n,
				       LWS_WRITE_HTTP_HEADERS) < 0)
			return -1;
		connection->out.sent += (uint64_t)n;
	}
	lws_callback_on_writable(connection->wsi);
	return 0;
}

/*
 * Written at once as far as the socket takes it: libwebsockets reads on while it waits for the
 * socket to become writable, and drops the reply when it finds that the client has shut down its
 * side.
 */
static int start_reply(struct connection *connection, struct http_reply *reply)
{
	count_reply(connection->server, reply->status);
	outgoing_start(&connection->out, reply, !strcmp(connection->request.method, "HEAD"),
		       connection->close);
	connection->state = CONNECTION_REPLY;
	/* libwebsockets' for the request would cut off a reply that takes longer. */
	lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
	http_reply_free(reply);
	return write_reply(connection);
}

static int on_writable(struct connection *connection)
{
	if (connection->state == CONNECTION_LATER) {
		struct http_reply *reply = http_later_take(&connection->later);
		return reply ? start_reply(connection, reply) : 0;
	}
	if (connection->state != CONNECTION_REPLY)
		return 0;
	if (connection->out.head)
		return write_reply(connection);
	return connection->close ? -1 : 0; /* on_next_request's word */
}

static int answer(struct connection *connection, struct http_reply *reply)
{
	http_request_answer(connection, reply);
	if (!reply->later)
		return start_reply(connection, reply);
	connection->later = reply->later;
	connection_set_state(connection, CONNECTION_LATER, LATER_TIME);
	http_later_wait(connection->later, connection);
	return 0;
}

/* A large offer takes 10 ms of this thread: one connection must not take all of it. */
static bool in_time(struct connection *connection, struct http_reply *reply)
{
	struct http_server *server = connection->server;
	if (rate_take(&connection->rate, server->config->request_rate, CONFIG_BURST_SECONDS,
		      (uint64_t)g_get_monotonic_time()))
		return true;
	server->counters[HTTP_REQUESTS_RATE]++;
	GError *error =
		g_error_new(SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "request-rate: more than %u requests a second on one connection",
			    server->config->request_rate);
	http_reply_error(reply, error);
	g_error_free(error);
	connection->close = true;
	return false;
}

static int on_request(struct connection *connection, const char *path, size_t length)
{
	if (connection->state != CONNECTION_WAITING) /* after a refusal */
		return -1;
	struct http_reply *reply = http_reply_new();
	bool taken = http_request_read(connection, path, length, reply) &&
		     in_time(connection, reply) && http_request_route(connection, reply);
	connection->has_body = connection->length > 0;
	if (!taken) {
		/* A body that nobody wants would have to be read before the next request. */
		connection->close |= connection->length > 0;
		return start_reply(connection, reply);
	}
	if (connection->length > 0) {
		if (!http_body_await(connection, reply)) {
			connection->close = true;
			return start_reply(connection, reply);
		}
		http_reply_free(reply);
		return 0;
	}
	return answer(connection, reply);
}

/* libwebsockets gives no more than the Content-Length, which the route allows. Refused bodies come
 * here too. */
static int on_body(struct connection *connection, const uint8_t *data, size_t length)
{
	if (connection->state == CONNECTION_BODY && length)
		http_body_take(connection, data, length);
	return 0;
}

static int on_body_complete(struct connection *connection)
{
	/* Called again for what comes behind the body; and once for a body of 0 bytes. */
	if (connection->state != CONNECTION_BODY)
		return connection->has_body ? -1 : 0;
	struct http_reply *reply = http_reply_new();
	connection->length = 0; /* nothing of it is left unread */
	return answer(connection, reply);
}

/* ---- libwebsockets' callbacks ---- */

/* Those of an accepted connection. */
static int on_connection(struct connection *connection, enum lws_callback_reasons reason, void *in,
			 size_t length)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		return on_request(connection, in, length);
	case LWS_CALLBACK_HTTP_BODY:
		return on_body(connection, in, length);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return on_body_complete(connection);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return on_writable(connection);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return websocket_confirm(connection);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		/* The client may also have named our protocol for plain HTTP. */
		return strcmp(lws_get_protocol(connection->wsi)->name, "tongsheng") ? -1 : 0;
	case LWS_CALLBACK_ESTABLISHED:
		connection_set_state(connection, CONNECTION_WEBSOCKET, 0);
		return websocket_established(connection);
	case LWS_CALLBACK_RECEIVE:
		return websocket_received(connection, in, length);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return websocket_writable(connection);
	case LWS_CALLBACK_CLOSED:
		websocket_finish(connection);
		return 0;
	case LWS_CALLBACK_RAW_ADOPT: /* what libwebsockets makes of CONNECT */
	case LWS_CALLBACK_RAW_RX:
		return -1;
	case LWS_CALLBACK_WSI_DESTROY:
		lws_set_opaque_user_data(connection->wsi, NULL);
		connection_free(connection);
		return 0;
	default:
		return 0;
	}
}

static int load_certificate(struct http_server *server, SSL_CTX *tls)
{
	GError *error = NULL;
	server->tls = tls;
	SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
	if (certificate_load(tls, server->certificate, server->private_key, &error))
		return 0;
	server->start_error = error;
	return -1;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t length)
{
	switch (reason) {
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
		return load_certificate(server_of(wsi), user);
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return on_accept(server_of(wsi),
				 &((struct lws_filter_network_conn_args *)user)->cli_addr);
	case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
		connection_new(server_of(wsi), wsi);
		return 0;
	default:
		break;
	}
	/* The listening socket and libwebsockets' own pipe have no connection. */
	struct connection *connection = wsi ? lws_get_opaque_user_data(wsi) : NULL;
	return connection ? on_connection(connection, reason, in, length) : 0;
}

/* Clients cause most of these; they are for debugging, except while the server starts. */
static void on_log(int level, const char *line)
{
	g_debug("libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

/* ---- The server ---- */

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = on_event, .rx_buffer_size = 4096, .tx_packet_size = CHUNK},
	{.name = "tongsheng",
	 .callback = on_event,
	 .rx_buffer_size = 4096,
	 .tx_packet_size = 65536},
	{0},
};

/* A ping after 15 s of silence, hung up 10 s later: a link that died is seen before its person's 30
 * s are over. */
static const lws_retry_bo_t validity = {.secs_since_valid_ping = 15, .secs_since_valid_hangup = 25};

static bool listen_at(struct http_server *server, GError **error)
{
	const struct config *config = server->config;
	bool v6;
	/* libwebsockets only logs why it can't listen. */
	if (!http_address_probe(config->http_address, config->port, &v6, error))
		return false;
	void *loops[] = {server->loop};
	/* It would make one for dialling out, with all the system's authorities in it (700 kB). */
	server->no_client = config->secure ? SSL_CTX_new(TLS_client_method()) : NULL;
	struct lws_context_creation_info info = {
		.port = (int)config->port,
		.iface = strcmp(config->http_address, "::") ? config->http_address : NULL,
		.protocols = protocols,
		.user = server,
		.options = LWS_SERVER_OPTION_GLIB | LWS_SERVER_OPTION_VALIDATE_UTF8 |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
			   (v6 ? 0 : LWS_SERVER_OPTION_DISABLE_IPV6) |
			   (config->secure ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
						     LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX
					   : 0),
		.alpn = "http/1.1", /* no HTTP/2: DESIGN, section 8 */
		.provided_client_ssl_ctx = server->no_client,
		.foreign_loops = loops,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.max_http_header_data2 = HEADER_BYTES,
		/* One for each connection that is sending headers, or slow ones would keep the
		   others waiting. */
		.max_http_header_pool2 = config->connections ? config->connections : 65536,
		/* Between two pieces of a body; for all else ours (see on_sweep) come first. */
		.timeout_secs = 60,
		.timeout_secs_ah_idle = 10,
		.keepalive_timeout = 60,
		.ka_time = 60,
		.ka_probes = 4,
		.ka_interval = 15,
		.retry_and_idle_policy = &validity,
	};
	server->context = lws_create_context(&info);
	if (server->context)
		return true;
	if (server->start_error)
		g_propagate_error(error, g_steal_pointer(&server->start_error));
	else
		g_set_error(
			error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			"libwebsockets could not start (is libwebsockets-evlib-glib installed?)");
	return false;
}

struct http_server *http_server_new(const struct config *config, const struct http_route *routes,
				    size_t n_routes,
				    const struct websocket_events *websocket_events, GError **error)
{
	struct http_server *server = g_new0(struct http_server, 1);
	server->config = config;
	server->routes = g_memdup2(routes, n_routes * sizeof(*routes));
	server->n_routes = n_routes;
	server->events = *websocket_events;
	server->addresses = address_limits_new(config->connections_address, config->connect_rate,
					       CONFIG_BURST_SECONDS);
	server->loop = g_main_loop_new(NULL, FALSE);
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	if ((config->client && !(server->files = static_files_load(config->client, error))) ||
	    (config->secure &&
	     !certificate_prepare(config, &server->certificate, &server->private_key, error)) ||
	    !listen_at(server, error)) {
		http_server_free(server);
		return NULL;
	}
	server->sweep = g_timeout_add_seconds(1, on_sweep, server);
	return server;
}

void http_server_stop(struct http_server *server)
{
	server->stopping = true;
	for (GList *link = server->connections.head; link; link = link->next) {
		struct connection *connection = link->data;
		if (connection->websocket)
			websocket_close(connection->websocket, 1012, "the server restarts");
	}
}

unsigned http_server_websockets(const struct http_server *server)
{
	return server->n_websockets;
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	g_clear_handle_id(&server->sweep, g_source_remove);
	g_clear_pointer(&server->context, lws_context_destroy);
	g_assert(!server->connections.length); /* each had its WSI_DESTROY */
	g_clear_pointer(&server->loop, g_main_loop_unref);
	SSL_CTX_free(server->no_client);
	address_limits_free(server->addresses);
	static_files_free(server->files);
	g_clear_error(&server->start_error);
	g_free(server->certificate);
	g_free(server->private_key);
	g_free(server->routes);
	g_free(server);
}

unsigned http_server_port(const struct http_server *server)
{
	return server->config->port;
}

bool http_server_secure(const struct http_server *server)
{
	return server->tls;
}

bool http_server_reload_certificate(struct http_server *server, GError **error)
{
	return !server->tls ||
	       certificate_load(server->tls, server->certificate, server->private_key, error);
}

char *http_query_value(const struct http_request *request, const char *name)
{
	return http_query_find(request->query, name);
}

char *http_cookie_value(const struct http_request *request, const char *name)
{
	return request->cookies ? http_cookie_find(request->cookies, name) : NULL;
}

char *http_segment(const struct http_request *request, unsigned n)
{
	return http_path_segment(request->pattern, request->path, n);
}
