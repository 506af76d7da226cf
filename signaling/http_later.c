/* Replies that come later than their handler returns. */
#include "signaling/http_internal.h"

struct http_later {
	struct http_reply *reply;      /* owned, from when the handler has returned */
	struct connection *connection; /* NULL: the handler still runs */
	void (*gone)(void *user);
	void *user;
	bool finished;
};

struct http_later *http_reply_later(struct http_reply *reply, void (*gone)(void *user), void *user)
{
	struct http_later *later = g_new0(struct http_later, 1);
	later->reply = reply;
	later->gone = gone;
	later->user = user;
	reply->later = later;
	return later;
}

struct http_reply *http_later_reply(struct http_later *later)
{
	return later->reply;
}

void http_later_finish(struct http_later *later)
{
	later->finished = true;
	if (later->connection)
		lws_callback_on_writable(later->connection->wsi);
}

void http_later_wait(struct http_later *later, struct connection *connection)
{
	later->connection = connection;
	/* libwebsockets takes a request without a reply for a slow one; ours has its own time. */
	lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
	if (later->finished)
		lws_callback_on_writable(connection->wsi);
}

struct http_reply *http_later_take(struct http_later **later)
{
	if (!(*later)->finished)
		return NULL;
	struct http_reply *reply = (*later)->reply;
	reply->later = NULL;
	g_clear_pointer(later, g_free);
	return reply;
}

void http_later_drop(struct http_later *later)
{
	if (!later)
		return;
	if (!later->finished)
		later->gone(later->user);
	http_reply_free(later->reply);
	g_free(later);
}

/* libwebsockets does nothing with a connection between request and reply, so that it wouldn't
 * notice that the socket was shut down. */
void http_later_abandon(struct connection *connection)
{
	if (!connection->later)
		return;
	g_clear_pointer(&connection->later, http_later_drop);
	connection->close = true;
	connection->state = CONNECTION_REPLY; /* without a head: nothing is written */
	lws_callback_on_writable(connection->wsi);
}
