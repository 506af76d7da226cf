/* A request's body, as libwebsockets gives it: into memory, or into a file. */
#include "signaling/http_internal.h"

#include <string.h>

#define SECOND	  G_USEC_PER_SEC
#define BODY_TIME (30 * SECOND) /* a whole body in memory: 50 kB of SDP over 14 kbit/s */

/* A file may take long over a weak link. But it must come, and not by the drop. */
#define SILENCE	   (60 * SECOND)
#define LEAST_RATE 2000 /* bytes a second, after BODY_TIME */

bool http_body_await(struct connection *connection, struct http_reply *reply)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uint8_t text[LWS_PRE + sizeof(go_on)];
	const char *spool = connection->route->spool;
	if (spool && !(connection->upload = http_upload_new(spool, connection->length, reply)))
		return false;
	if (!spool)
		connection->body = g_byte_array_new();
	connection->body_since_us = g_get_monotonic_time();
	connection_set_state(connection, CONNECTION_BODY, BODY_TIME);
	if (!lws_hdr_total_length(connection->wsi, WSI_TOKEN_HTTP_EXPECT))
		return true;
	memcpy(text + LWS_PRE, go_on, sizeof(go_on));
	if (lws_write(connection->wsi, text + LWS_PRE, sizeof(go_on) - 1, LWS_WRITE_HTTP_HEADERS) <
	    0)
		connection_kill(connection);
	return true;
}

void http_body_take(struct connection *connection, const uint8_t *data, size_t length)
{
	if (!connection->upload) {
		g_byte_array_append(connection->body, data, (guint)length);
		return;
	}
	http_upload_append(connection->upload, data, length);
	uint64_t have = http_upload_size(connection->upload);
	gint64 least = connection->body_since_us + BODY_TIME +
		       (gint64)(have * (uint64_t)SECOND / LEAST_RATE);
	connection->deadline_us = MIN(least, g_get_monotonic_time() + SILENCE);
}
