#include "signaling/http_internal.h"

#include <jansson.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{206, "Partial Content"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{409, "Conflict"},
	{410, "Gone"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{416, "Range Not Satisfiable"},
	{422, "Unprocessable Content"},
	{428, "Precondition Required"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{503, "Service Unavailable"},
	{507, "Insufficient Storage"},
};

static const char *reason_of(unsigned status)
{
	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

struct http_reply *http_reply_new(void)
{
	struct http_reply *reply = g_new0(struct http_reply, 1);
	reply->headers = g_string_new(NULL);
	reply->fd = -1;
	return reply;
}

void http_reply_free(struct http_reply *reply)
{
	g_string_free(reply->headers, TRUE);
	g_clear_pointer(&reply->body, g_bytes_unref);
	if (reply->fd >= 0)
		close(reply->fd);
	g_free(reply);
}

void http_reply_status(struct http_reply *reply, unsigned status)
{
	reply->status = status;
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
	/* A value with a line break would begin another header. Ours never have one; what a client
	 * said might. */
	if (strpbrk(name, "\r\n") || strpbrk(value, "\r\n")) {
		g_warning("http: header %s left out: it holds a line break", name);
		return;
	}
	reply->has_cache_control |= !g_ascii_strcasecmp(name, "Cache-Control");
	reply->has_policy |= !g_ascii_strcasecmp(name, "Content-Security-Policy");
	g_string_append_printf(reply->headers, "%s: %s\r\n", name, value);
}

void http_reply_bytes(struct http_reply *reply, unsigned status, const char *content_type,
		      GBytes *bytes)
{
	g_clear_pointer(&reply->body, g_bytes_unref);
	reply->status = status;
	reply->body = g_bytes_ref(bytes);
	http_reply_header(reply, "Content-Type", content_type);
}

void http_reply_text(struct http_reply *reply, unsigned status, const char *content_type,
		     const char *text)
{
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	http_reply_bytes(reply, status, content_type, bytes);
}

void http_reply_problem(struct http_reply *reply, unsigned status, const char *code,
			const char *message)
{
	/* It may quote what came, cut within a character. */
	g_autofree char *detail = g_utf8_make_valid(message, -1);
	json_t *problem =
		json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", "about:blank", "title",
			  reason_of(status), "status", (int)status, "detail", detail, "code", code);
	char *text = json_dumps(problem, JSON_COMPACT);
	http_reply_text(reply, status, "application/problem+json", text);
	free(text);
	json_decref(problem);
}

void http_reply_error(struct http_reply *reply, const GError *error)
{
	unsigned status = signaling_error_status(error);
	if (status == 401) /* RFC 9110, section 11.6.1 */
		http_reply_header(reply, "WWW-Authenticate", "Bearer");
	http_reply_problem(reply, status, signaling_error_code(error),
			   signaling_error_words(error));
}

/* RFC 9110, section 5.6.7; the program runs in the C locale, so that the names are English. */
static void append_date(GString *head)
{
	char date[64];
	time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
	g_string_append_printf(head, "Date: %s\r\n", date);
}

GBytes *http_reply_head(const struct http_reply *reply, bool close)
{
	GString *head = g_string_new(NULL);
	g_string_append_printf(head, "HTTP/1.1 %u %s\r\n", reply->status, reason_of(reply->status));
	append_date(head);
	g_string_append_len(head, reply->headers->str, (gssize)reply->headers->len);
	if (reply->fd >= 0)
		g_string_append_printf(head, "Content-Length: %" G_GUINT64_FORMAT "\r\n",
				       reply->length);
	else if (reply->body)
		g_string_append_printf(head, "Content-Length: %zu\r\n",
				       g_bytes_get_size(reply->body));
	else if (reply->status != 204 && reply->status != 304) /* RFC 9110, section 8.6 */
		g_string_append(head, "Content-Length: 0\r\n");
	if (!reply->has_cache_control)
		g_string_append(head, "Cache-Control: no-store\r\n");
	if (!reply->has_policy)
		g_string_append(
			head,
			"Content-Security-Policy: default-src 'self'; img-src 'self' blob: data:; "
			"media-src 'self' blob: data:; connect-src 'self' ws: wss:; worker-src "
			"'self' blob:; "
			"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "
			"'none'\r\n");
	g_string_append(
		head,
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Permissions-Policy: camera=(self), microphone=(self), display-capture=(self)\r\n");
	if (close)
		g_string_append(head, "Connection: close\r\n");
	g_string_append(head, "\r\n");
	return g_string_free_to_bytes(head);
}
