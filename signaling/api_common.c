#include "signaling/api_common.h"

void api_reply(struct http_reply *reply, unsigned status, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(12));
	http_reply_text(reply, status, "application/json", text);
	http_reply_header(reply, "Cache-Control", "no-store");
	free(text);
	json_decref(body);
}

void api_refuse(struct http_reply *reply, GError *error)
{
	http_reply_error(reply, error);
	g_error_free(error);
}

json_t *api_body(const struct http_request *request, GError **error)
{
	json_error_t where;
	gsize size;
	const char *text = g_bytes_get_data(request->body, &size);
	json_t *body = json_loadb(text != NULL ? text : "", size, JSON_REJECT_DUPLICATES, &where);
	if (json_is_object(body))
		return body;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "body: %s",
		    body == NULL ? where.text : "isn't an object");
	json_decref(body);
	return NULL;
}

char **api_segments(const char *rest)
{
	char **segments = g_strsplit(rest, "/", -1);
	for (char **segment = segments; *segment != NULL; segment++) {
		if (**segment == '\0') {
			g_strfreev(segments);
			return NULL;
		}
	}
	return segments;
}
