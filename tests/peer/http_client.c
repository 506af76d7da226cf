#include "tests/peer/http_client.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_S  5
#define ANSWER_MAX (1024 * 1024)

void http_answer_clear(struct http_answer *answer)
{
	g_free(answer->location);
	g_free(answer->etag);
	g_free(answer->body);
	memset(answer, 0, sizeof *answer);
}

char *http_join(const char *base_url, const char *path)
{
	size_t length = strlen(base_url);
	while (length > 0 && base_url[length - 1] == '/')
		length--;
	return g_strdup_printf("%.*s%s", (int)length, base_url, path);
}

static char *header_value(const char *head, const char *name)
{
	size_t length = strlen(name);
	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
		line += 2;
		if (g_ascii_strncasecmp(line, name, length) == 0 && line[length] == ':')
			return g_strstrip(
				g_strndup(line + length + 1, strcspn(line + length + 1, "\r\n")));
	}
	return NULL;
}

/* RFC 9112, section 7.1. NULL: it ends too early. */
static char *read_chunks(const char *at)
{
	g_autoptr(GString) body = g_string_new(NULL);
	for (;;) {
		char *line_end;
		guint64 length = g_ascii_strtoull(at, &line_end, 16);
		const char *data = strstr(line_end, "\r\n");
		if (line_end == at || data == NULL)
			return NULL;
		if (length == 0)
			return g_strdup(body->str);
		if (strlen(data) < 2 + length)
			return NULL;
		g_string_append_len(body, data + 2, (gssize)length);
		at = data + 2 + length;
		if (g_str_has_prefix(at, "\r\n"))
			at += 2;
	}
}

static gboolean parse(GString *text, struct http_answer *ret, GError **error)
{
	char *end = strstr(text->str, "\r\n\r\n");
	unsigned status = 0;
	if (end == NULL || sscanf(text->str, "HTTP/1.1 %3u", &status) != 1) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no HTTP answer");
		return FALSE;
	}
	*end = '\0';
	g_autofree char *coding = header_value(text->str, "Transfer-Encoding");
	char *body = coding != NULL ? read_chunks(end + 4) : g_strdup(end + 4);
	if (body == NULL) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "half an HTTP answer");
		return FALSE;
	}
	*ret = (struct http_answer){
		.status = status,
		.location = header_value(text->str, "Location"),
		.etag = header_value(text->str, "ETag"),
		.body = body,
	};
	return TRUE;
}

gboolean http_call(const struct http_call *call, struct http_answer *ret, GError **error)
{
	g_autofree char *host = NULL;
	int port = 0;
	g_autoptr(GUri) uri = g_uri_parse(call->url, G_URI_FLAGS_ENCODED, error);
	if (uri == NULL)
		return FALSE;
	host = g_strdup(g_uri_get_host(uri));
	port = g_uri_get_port(uri) > 0 ? g_uri_get_port(uri) : 80;
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_socket_client_set_timeout(client, TIMEOUT_S);
	g_autoptr(GSocketConnection) connection =
		g_socket_client_connect_to_host(client, host, (guint16)port, NULL, error);
	if (connection == NULL)
		return FALSE;
	g_autoptr(GString) out = g_string_new(NULL);
	const char *query = g_uri_get_query(uri);
	g_string_append_printf(out, "%s %s%s%s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n",
			       call->method, g_uri_get_path(uri), query != NULL ? "?" : "",
			       query != NULL ? query : "", host, port);
	const char *const headers[][2] = {{"Content-Type", call->content_type},
					  {"If-Match", call->if_match}};
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		if (headers[i][1] != NULL)
			g_string_append_printf(out, "%s: %s\r\n", headers[i][0], headers[i][1]);
	if (call->bearer != NULL)
		g_string_append_printf(out, "Authorization: Bearer %s\r\n", call->bearer);
	if (call->body != NULL)
		g_string_append_printf(out, "Content-Length: %zu\r\n", strlen(call->body));
	g_string_append_printf(out, "\r\n%s", call->body != NULL ? call->body : "");
	GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(connection));
	if (!g_output_stream_write_all(output, out->str, out->len, NULL, NULL, error))
		return FALSE;
	g_autoptr(GString) in = g_string_new(NULL);
	GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(connection));
	char buffer[16384];
	gssize n = 1;
	while (in->len < ANSWER_MAX &&
	       (n = g_input_stream_read(input, buffer, sizeof buffer, NULL, error)) > 0)
		g_string_append_len(in, buffer, n);
	return in->len < ANSWER_MAX && n == 0 && parse(in, ret, error);
}
