#include "tests/load/client_signal.h"

#include "tests/load/janus.h"
#include "tests/load/wall.h"
#include "tests/peer/http_client.h"
#include <gio/gio.h>

#define SDP_TYPE "application/sdp"

/* "?audio=voice/0,voice/1,mic/p51&video=camera/p2,camera/p3": the feeds of the slots in turn. */
static char *whep_query(const struct view_options *view)
{
	GString *out = g_string_new("?audio=");
	for (unsigned i = 0; i < view->voices; i++)
		g_string_append_printf(out, "%svoice/%u", i > 0 ? "," : "", i);
	if (view->channel > 0)
		g_string_append_printf(out, "%smic/p%u", view->voices > 0 ? "," : "",
				       view->channel);
	g_string_append(out, "&video=");
	for (unsigned i = 0; i < view->n_cameras; i++) {
		if (view->cameras[i] == 0)
			g_string_append_printf(out, "%sstage", i > 0 ? "," : "");
		else
			g_string_append_printf(out, "%scamera/p%u", i > 0 ? "," : "",
					       view->cameras[i]);
	}
	if (view->size != NULL)
		g_string_append_printf(out, "&size=%s", view->size);
	return g_string_free(out, FALSE);
}

static bool signal_whip(const struct client_options *options, struct client_transport *transport,
			const struct line *lines, unsigned n, const char *host,
			struct client_session *ret, GError **error)
{
	bool sends = options->number > 0;
	g_autofree char *query = sends ? g_strdup("") : whep_query(&options->view);
	g_autofree char *path =
		g_strdup_printf("/%s/%s%s", sends ? "whip" : "whep", options->meeting, query);
	g_autofree char *url = http_join(options->url, path);
	g_autofree char *sdp =
		offer_write(transport, sends ? &publisher_numbers : &viewer_numbers, lines, n);
	struct http_answer answer = {0};
	const struct http_call call = {.url = url,
				       .method = "POST",
				       .bearer = options->token,
				       .content_type = SDP_TYPE,
				       .body = sdp};
	ret->offered_us = wall_now_us();
	if (!http_call(&call, &answer, error))
		return false;
	bool ok = answer.status == 201;
	if (ok)
		ok = answer_parse(answer.body, n, host, &ret->answer, error);
	else
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %u %s", url, answer.status,
			    answer.body);
	http_answer_clear(&answer);
	return ok;
}

/* The n-th line is the n-th stream: voices first, as in a WHEP offer. */
static unsigned janus_streams(const struct view_options *view, struct janus_stream *streams)
{
	unsigned n = 0;
	for (unsigned i = 0; i < view->voices; i++)
		streams[n++] = (struct janus_stream){.feed = i + 1};
	if (view->channel > 0)
		streams[n++] = (struct janus_stream){.feed = view->channel};
	for (unsigned i = 0; i < view->n_cameras; i++)
		streams[n++] =
			(struct janus_stream){.feed = MAX(view->cameras[i], 1), .video = true};
	return n;
}

static bool signal_janus(const struct client_options *options, struct client_transport *transport,
			 const struct line *lines, unsigned n, const char *host,
			 struct client_session *ret, GError **error)
{
	g_autofree char *theirs = NULL;
	/* A viewer's join stands for its offer: Janus makes that. */
	ret->offered_us = wall_now_us();
	if (options->number > 0) {
		g_autofree char *sdp = offer_write(transport, &publisher_numbers, lines, n);
		theirs = janus_publish(options->url, options->janus_room, options->number, sdp,
				       error);
	} else {
		struct janus_stream streams[PEER_LINES_MAX];
		unsigned n_streams = janus_streams(&options->view, streams);
		theirs = janus_subscribe(options->url, options->janus_room, streams, n_streams,
					 transport, &ret->offered_us, error);
	}
	return theirs != NULL && answer_parse(theirs, n, host, &ret->answer, error);
}

bool client_signal_offer(const struct client_options *options, struct client_transport *transport,
			 const struct line *lines, unsigned n, struct client_session *ret,
			 GError **error)
{
	g_autoptr(GUri) uri = g_uri_parse(options->url, G_URI_FLAGS_NONE, error);
	if (uri == NULL)
		return false;
	return options->janus_room > 0
		       ? signal_janus(options, transport, lines, n, g_uri_get_host(uri), ret, error)
		       : signal_whip(options, transport, lines, n, g_uri_get_host(uri), ret, error);
}
