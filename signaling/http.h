/*
 * The HTTP/1.1 and WebSocket server: libwebsockets on the GLib main loop. Everything here belongs
 * to the main thread. Routes are a table; a handler answers at once, or later. What is no route is looked up
 * among the web client's files. HEAD goes to the GET route (method says "HEAD"; the body is left
 * out here); OPTIONS to an OPTIONS route, else it is answered with Allow. A prefix without the
 * method is 405.
 */
#pragma once

#include "signaling/config.h"
#include "signaling/error.h"
#include <stdbool.h>
#include <stdint.h>

struct http_request {
	const char *method;	  /* "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD" */
	const char *path;	  /* decoded, begins with "/", holds no ".." */
	const char *query;	  /* raw, without "?"; "" if none */
	const char *rest;	  /* what follows the route's prefix in path */
	const char *address;	  /* of the peer, without port */
	const char *bearer;	  /* Authorization: Bearer ..., or NULL */
	const char *content_type; /* or NULL */
	const char *if_match;	  /* or NULL */
	const char *if_none_match, *accept_encoding; /* or NULL */
	const char *range, *if_range;		     /* or NULL */
	const char *cookies;			     /* all of them, or NULL */
	const char *participant;		     /* Tongsheng-Participant, or NULL */
	const char *host;			     /* or NULL */
	const char *pattern;			     /* the route's prefix */
	bool secure;
	bool local;	/* the connection comes from this very machine */
	bool forwarded; /* by a proxy, which speaks for an address that it alone knows */
	GBytes *body; /* never NULL; at most the route's max_body (else 413 was answered already) */
	struct http_upload *upload; /* instead of body, for routes that say spool; never empty */
};
/* The value of a query parameter, decoded; NULL if absent. Free it. */
char *http_query_value(const struct http_request *request, const char *name);
/* The value of a cookie; NULL if absent. Free it. */
char *http_cookie_value(const struct http_request *request, const char *name);
/* What the path has for the nth "*" of the route's prefix. Free it. */
char *http_segment(const struct http_request *request, unsigned n);

struct http_reply; /* filled by the handler; 404 if it does nothing */
void http_reply_status(struct http_reply *reply, unsigned status);
void http_reply_header(struct http_reply *reply, const char *name,
		       const char *value); /* CR and LF refused */
void http_reply_text(struct http_reply *reply, unsigned status, const char *content_type,
		     const char *text);
void http_reply_bytes(struct http_reply *reply, unsigned status, const char *content_type,
		      GBytes *bytes);
/* RFC 9457 problem details: application/problem+json with the code and message. */
void http_reply_error(struct http_reply *reply, const GError *error);

/*
 * From a file, streamed as the client takes it: whole, the part that Range asks for (206, 416), or
 * 304. Takes fd, in any case; what is no regular file is 404. Files whose content is a person's
 * are given with http_reply_foreign, too.
 */
void http_reply_file(struct http_reply *reply, const struct http_request *request, int fd,
		     const char *content_type);
/* As a download of this name, which may be whatever somebody called it. */
void http_reply_download(struct http_reply *reply, const char *name);
/* Content that isn't ours: whatever it is, a browser runs nothing of it. */
void http_reply_foreign(struct http_reply *reply);
/* For what signaling/error.h has no kind of: 405, 411, 413, ... */
void http_reply_problem(struct http_reply *reply, unsigned status, const char *code,
			const char *message);

/* A body in a file without a name, until it is kept. */
uint64_t http_upload_size(const struct http_upload *upload);
const char *http_upload_sha256(const struct http_upload *upload); /* 64 digits, lower case */
int http_upload_fd(const struct http_upload *upload);		  /* to read; stays the upload's */
/* Gives it this name in the folder, on the file system of spool. What is there already by that name
 * stays. */
bool http_upload_keep(struct http_upload *upload, int folder, const char *name, GError **error);

/*
 * For a handler that can't answer at once (http_later.c): it takes this, returns, and fills
 * http_later_reply before http_later_finish, within a minute. gone is called instead when the
 * client hung up or the server ends; then later is no more. The request's strings don't live so
 * long.
 */
struct http_later;
struct http_later *http_reply_later(struct http_reply *reply, void (*gone)(void *user), void *user);
struct http_reply *http_later_reply(struct http_later *later);
void http_later_finish(struct http_later *later);

struct http_route {
	const char *method;
	/* "/whip/": everything beneath; without a trailing "/": exactly this. A "*" between slashes
	   is any one segment; the first route that fits is taken. */
	const char *prefix;
	size_t max_body;
	void (*handle)(void *user, const struct http_request *request, struct http_reply *reply);
	void *user;
	/* Asked before anything of the body is read, so that no stranger makes us read one: false,
	   and reply says why not. NULL: handle will see. */
	bool (*admit)(void *user, const struct http_request *request, struct http_reply *reply);
	/* The body is written to a file in this folder as it comes (request->upload). NULL: it is
	   kept in memory. Must live as long as the server. */
	const char *spool;
};

/* One WebSocket (path /ws, subprotocol "tongsheng"). Valid from opened to closed. */
struct websocket;
struct websocket_events {
	void *user;
	/* Returns what websocket_user gives. NULL is allowed. */
	void *(*opened)(void *user, struct websocket *socket);
	/* A whole text message, NUL-terminated, at most config's message_size bytes. */
	void (*message)(void *user, struct websocket *socket, const char *text, size_t length);
	void (*closed)(void *user, struct websocket *socket);
};
void *websocket_user(const struct websocket *socket);
const char *websocket_address(const struct websocket *socket);
/* Queued, copied. A socket that doesn't read (queue over config's queue_size) is closed. */
void websocket_send(struct websocket *socket, const char *text, size_t length);
/* After what is queued has gone out. closed is called later, from the loop. */
void websocket_close(struct websocket *socket, unsigned code, const char *reason);

struct http_server;
/* config must outlive the server; routes and events are copied. A web client that can't be read is
 * an error, none is not. */
struct http_server *http_server_new(const struct config *config, const struct http_route *routes,
				    size_t n_routes,
				    const struct websocket_events *websocket_events,
				    GError **error);
/* Takes no connection any more and closes every WebSocket: 1012, "the server restarts". For an
 * orderly end before http_server_free. */
void http_server_stop(struct http_server *server);
unsigned http_server_websockets(
	const struct http_server *server); /* open ones: 0 some moments after http_server_stop */
/* Closes what is left at once (closed is called for each). NULL is allowed. */
void http_server_free(struct http_server *server);
unsigned http_server_port(const struct http_server *server);
bool http_server_secure(const struct http_server *server);
bool http_server_reload_certificate(struct http_server *server, GError **error);
/* Counters for /metrics, as Prometheus text. */
void http_server_metrics(const struct http_server *server, GString *out);
