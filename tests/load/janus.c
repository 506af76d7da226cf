#include "tests/load/janus.h"

#include "tests/load/wall.h"
#include "tests/peer/http_client.h"
#include <gio/gio.h>
#include <jansson.h>
#include <string.h>

#define EVENTS_MAX 20 /* of other kinds before the one that is awaited */
/* Janus begins when it knows a candidate, and learns the true one by the first check (RFC 8445,
 * section 7.3.1.3); nobody listens on this port. */
#define CANDIDATE "a=candidate:1 1 udp 2130706431 192.0.2.1 9 typ host\r\na=end-of-candidates\r\n"

static json_t *call(const char *url, const char *method, json_t *body, GError **error)
{
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	const struct http_call http = {
		.url = url, .method = method, .content_type = "application/json", .body = text};
	struct http_answer answer = {0};
	json_t *json = NULL;
	json_decref(body);
	if (http_call(&http, &answer, error)) {
		json = json_loads(answer.body, 0, NULL);
		const char *kind = json_string_value(json_object_get(json, "janus"));
		if (g_strcmp0(kind, "error") == 0 || kind == NULL) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus: %s", answer.body);
			g_clear_pointer(&json, json_decref);
		}
	}
	http_answer_clear(&answer);
	free(text);
	return json;
}

/* "create" and "attach" give an id, which becomes a part of the URL. */
static char *enter(const char *url, json_t *request, GError **error)
{
	json_t *answer = call(url, "POST", request, error);
	if (answer == NULL)
		return NULL;
	json_int_t id = json_integer_value(json_object_get(json_object_get(answer, "data"), "id"));
	json_decref(answer);
	return g_strdup_printf("%s/%" JSON_INTEGER_FORMAT, url, id);
}

struct handle {
	char *session, *url;
};

static void close_handle(struct handle *handle)
{
	g_free(handle->session);
	g_free(handle->url);
}

static bool open_handle(const char *url, struct handle *ret, GError **error)
{
	*ret = (struct handle){0};
	ret->session =
		enter(url, json_pack("{s:s, s:s}", "janus", "create", "transaction", "c"), error);
	if (ret->session != NULL)
		ret->url = enter(ret->session,
				 json_pack("{s:s, s:s, s:s}", "janus", "attach", "plugin",
					   "janus.plugin.videoroom", "transaction", "a"),
				 error);
	if (ret->url == NULL)
		close_handle(ret);
	return ret->url != NULL;
}

/* The event that answers the message, by its transaction. */
static json_t *await_event(const struct handle *handle, const char *transaction, GError **error)
{
	g_autofree char *poll = g_strdup_printf("%s?maxev=1", handle->session);
	for (unsigned i = 0; i < EVENTS_MAX; i++) {
		json_t *event = call(poll, "GET", NULL, error);
		if (event == NULL)
			return NULL;
		if (g_strcmp0(json_string_value(json_object_get(event, "transaction")),
			      transaction) == 0) {
			json_t *data =
				json_object_get(json_object_get(event, "plugindata"), "data");
			const char *problem = json_string_value(json_object_get(data, "error"));
			if (problem == NULL)
				return event;
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus: %s", problem);
			json_decref(event);
			return NULL;
		}
		json_decref(event);
	}
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus: no answer to %s", transaction);
	return NULL;
}

/* jsep: NULL: none. */
static json_t *message(const struct handle *handle, const char *transaction, json_t *body,
		       json_t *jsep, GError **error)
{
	json_t *request = json_pack("{s:s, s:s, s:o}", "janus", "message", "transaction",
				    transaction, "body", body);
	if (jsep != NULL)
		json_object_set_new(request, "jsep", jsep);
	json_t *ack = call(handle->url, "POST", request, error);
	if (ack == NULL)
		return NULL;
	json_decref(ack);
	return await_event(handle, transaction, error);
}

static char *take_sdp(json_t *event, GError **error)
{
	const char *sdp = json_string_value(json_object_get(json_object_get(event, "jsep"), "sdp"));
	char *copy = g_strdup(sdp);
	if (sdp == NULL)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "Janus: no SDP");
	json_decref(event);
	return copy;
}

char *janus_publish(const char *url, unsigned room, unsigned feed, const char *offer,
		    GError **error)
{
	struct handle handle;
	char *sdp = NULL;
	/* Janus would begin the handshake; the generator's client does, as with the relay. */
	g_autoptr(GString) text = g_string_new(offer);
	g_string_replace(text, "a=ice-options:trickle\r\n", "", 0);
	g_string_replace(text, "a=setup:actpass\r\n", "a=setup:active\r\n" CANDIDATE, 0);
	if (!open_handle(url, &handle, error))
		return NULL;
	json_t *event = message(&handle, "join",
				json_pack("{s:s, s:s, s:i, s:i}", "request", "join", "ptype",
					  "publisher", "room", (int)room, "id", (int)feed),
				NULL, error);
	if (event != NULL) {
		json_decref(event);
		event = message(&handle, "publish", json_pack("{s:s}", "request", "publish"),
				json_pack("{s:s, s:s}", "type", "offer", "sdp", text->str), error);
	}
	if (event != NULL)
		sdp = take_sdp(event, error);
	close_handle(&handle);
	return sdp;
}

/* The offer turned round: what it offers is taken as it is. */
static char *write_answer(const char *offer, const struct client_transport *transport)
{
	static const char *const dropped[] = {
		"a=candidate:", "a=end-of-candidates", "a=ssrc", "a=ice-",
		"a=setup:",	"a=fingerprint:",      "a=msid"};
	char fingerprint[CLIENT_FINGERPRINT_TEXT];
	uint8_t bytes[CLIENT_FINGERPRINT_SIZE];
	g_auto(GStrv) lines = g_strsplit(offer, "\r\n", -1);
	GString *out = g_string_new(NULL);
	client_transport_fingerprint(bytes);
	client_fingerprint_text(bytes, fingerprint);
	for (unsigned i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
		bool drop = false;
		for (unsigned d = 0; d < G_N_ELEMENTS(dropped); d++)
			drop |= g_str_has_prefix(lines[i], dropped[d]);
		if (strcmp(lines[i], "a=sendonly") == 0)
			g_string_append_printf(
				out,
				"a=recvonly\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
				"a=fingerprint:sha-256 %s\r\na=setup:active\r\n" CANDIDATE,
				client_transport_ufrag(transport),
				client_transport_password(transport), fingerprint);
		else if (!drop)
			g_string_append_printf(out, "%s\r\n", lines[i]);
	}
	return g_string_free(out, FALSE);
}

char *janus_subscribe(const char *url, unsigned room, const struct janus_stream *streams,
		      unsigned n, const struct client_transport *transport, uint64_t *ret_asked_us,
		      GError **error)
{
	struct handle handle;
	json_t *list = json_array();
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:i, s:s}", "feed", (int)streams[i].feed,
						      "mid", streams[i].video ? "1" : "0"));
	json_t *body = json_pack("{s:s, s:s, s:i, s:o}", "request", "join", "ptype", "subscriber",
				 "room", (int)room, "streams", list);
	if (!open_handle(url, &handle, error)) {
		json_decref(body);
		return NULL;
	}
	*ret_asked_us = wall_now_us();
	json_t *event = message(&handle, "join", body, NULL, error);
	char *offer = event != NULL ? take_sdp(event, error) : NULL;
	if (offer != NULL) {
		g_autofree char *answer = write_answer(offer, transport);
		event = message(&handle, "start", json_pack("{s:s}", "request", "start"),
				json_pack("{s:s, s:s}", "type", "answer", "sdp", answer), error);
		if (event == NULL)
			g_clear_pointer(&offer, g_free);
		else
			json_decref(event);
	}
	close_handle(&handle);
	return offer;
}
