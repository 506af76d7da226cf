/* From libwebsockets' header table to a checked struct http_request, and from that to whoever
 * answers it. */
#include "signaling/http_address.h"
#include "signaling/http_internal.h"
#include "signaling/http_path.h"

#include <string.h>

/* In the order of lws_http_get_uri_and_method (LWSHUMETH_...). */
static const char *const methods[] = {"GET",   "POST",	 "OPTIONS", "PUT",
				      "PATCH", "DELETE", "CONNECT", "HEAD"};

/* A header's value, kept with the request. One that holds control characters is as good as absent.
 */
static const char *keep(struct connection *connection, char *value)
{
	for (const char *p = value; *p; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return NULL;
	return g_string_chunk_insert(connection->strings, g_strstrip(value));
}

/* NULL if absent. */
static const char *header(struct connection *connection, enum lws_token_indexes token)
{
	int length = lws_hdr_total_length(connection->wsi, token);
	if (length <= 0)
		return NULL;
	g_autofree char *value = g_malloc((gsize)length + 1);
	if (lws_hdr_copy(connection->wsi, value, length + 1, token) < 0)
		return NULL;
	return keep(connection, value);
}

/* One that libwebsockets has no token for; name in lower case, with the colon. */
static const char *custom_header(struct connection *connection, const char *name)
{
	int length = lws_hdr_custom_length(connection->wsi, name, (int)strlen(name));
	if (length <= 0)
		return NULL;
	g_autofree char *value = g_malloc0((gsize)length + 1);
	if (lws_hdr_custom_copy(connection->wsi, value, length + 1, name, (int)strlen(name)) < 0)
		return NULL;
	return keep(connection, value);
}

/* libwebsockets splits the query at "&" and undoes escapes; this puts it together again. */
static const char *query_of(struct connection *connection)
{
	g_autoptr(GString) query = g_string_new(NULL);
	struct lws *wsi = connection->wsi;
	int length;
	for (int i = 0; (length = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i)) > 0;
	     i++) {
		g_autofree char *argument = g_malloc0((gsize)length + 1);
		if (lws_hdr_copy_fragment(wsi, argument, length + 1, WSI_TOKEN_HTTP_URI_ARGS, i) <
		    0)
			break;
		http_query_append(query, argument);
	}
	return g_string_chunk_insert_len(connection->strings, query->str, (gssize)query->len);
}

static void read_headers(struct connection *connection)
{
	struct http_request *request = &connection->request;
	request->content_type = header(connection, WSI_TOKEN_HTTP_CONTENT_TYPE);
	request->if_match = header(connection, WSI_TOKEN_HTTP_IF_MATCH);
	request->if_none_match = header(connection, WSI_TOKEN_HTTP_IF_NONE_MATCH);
	request->accept_encoding = header(connection, WSI_TOKEN_HTTP_ACCEPT_ENCODING);
	request->range = header(connection, WSI_TOKEN_HTTP_RANGE);
	request->if_range = header(connection, WSI_TOKEN_HTTP_IF_RANGE);
	request->cookies = header(connection, WSI_TOKEN_HTTP_COOKIE);
	request->participant = custom_header(connection, "tongsheng-participant:");
	request->host = header(connection, WSI_TOKEN_HOST);
	const char *authorization = header(connection, WSI_TOKEN_HTTP_AUTHORIZATION);
	request->bearer = authorization ? http_bearer(authorization) : NULL;
	const char *version = header(connection, WSI_TOKEN_HTTP);
	const char *persistence = header(connection, WSI_TOKEN_CONNECTION);
	connection->close = !version || strcmp(version, "HTTP/1.1") ||
			    (persistence && http_list_has(persistence, "close"));
}

static bool is_local(const struct connection *connection)
{
	struct sockaddr_storage own;
	socklen_t size = sizeof(own);
	return !getsockname(lws_get_socket_fd(connection->wsi), (struct sockaddr *)&own, &size) &&
	       http_address_is_own(&connection->peer, &own);
}

/*
 * Whatever proxies say of whom they speak for (RFC 7239, RFC 9110 section 7.6.3, and custom): one
 * is enough. libwebsockets (4.1.6) loses the header behind an unknown one whose name a known name
 * begins with ("X-A: b", for X-Auth-Token), so that a client can hide one of them; most proxies
 * send several, or put theirs first.
 */
static bool is_forwarded(struct lws *wsi)
{
	static const char *const names[] = {"forwarded:", "x-forwarded-host:", "x-forwarded-proto:",
					    "x-forwarded-server:", "x-forwarded-port:"};
	if (lws_hdr_total_length(wsi, WSI_TOKEN_X_FORWARDED_FOR) > 0 ||
	    lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_X_REAL_IP) > 0 ||
	    lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_VIA) > 0)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0)
			return true;
	return false;
}

static bool may_have_body(const char *method)
{
	return !strcmp(method, "POST") || !strcmp(method, "PATCH") || !strcmp(method, "PUT");
}

/*
 * How long the body is. libwebsockets reads no chunked body and takes a Content-Length that it
 * can't read as 0, or as 100 MB: what it would read as the next request could then have come from
 * within a body (request smuggling). So what is in doubt is refused, and the connection closed.
 * Without a Content-Length there is no body (RFC 9112, section 6.3); but libwebsockets would take
 * what follows for one, so that nothing may follow.
 */
static bool read_length(struct connection *connection, struct http_reply *reply)
{
	struct lws *wsi = connection->wsi;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING)) {
		http_reply_problem(
			reply, 411, "malformed",
			"Transfer-Encoding: send the body with a Content-Length instead");
		return false;
	}
	connection->length = 0;
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH)) {
		connection->close |= may_have_body(connection->request.method);
		return true;
	}
	const char *length = header(connection, WSI_TOKEN_HTTP_CONTENT_LENGTH);
	/* libwebsockets copies into 32 bytes; 18 digits are more than enough. */
	if (length && strlen(length) <= 18 && http_length_parse(length, &connection->length))
		return true;
	http_reply_problem(reply, 400, "malformed", "Content-Length: not one number");
	return false;
}

/* Exactly one, in the form host or host:port (RFC 9112, section 3.2). */
static bool host_valid(const char *host)
{
	return host && *host && !strpbrk(host, ", \t/@?#\\");
}

bool http_request_read(struct connection *connection, const char *path, size_t length,
		       struct http_reply *reply)
{
	char *uri;
	int uri_length;
	int method = lws_http_get_uri_and_method(connection->wsi, &uri, &uri_length);
	struct http_request *request = &connection->request;
	connection->strings = g_string_chunk_new(1024);
	*request = (struct http_request){
		.method = method >= 0 && (size_t)method < G_N_ELEMENTS(methods) ? methods[method]
										: "",
		.path = g_string_chunk_insert_len(connection->strings, path, (gssize)length),
		.query = "",
		.rest = "",
		.address = connection->address,
		.secure = connection->server->tls,
		.local = is_local(connection),
		.forwarded = is_forwarded(connection->wsi),
	};
	read_headers(connection);
	if (!read_length(connection, reply)) {
		connection->close = true;
		return false;
	}
	if (!http_path_valid(path, length)) {
		http_reply_problem(reply, 400, "malformed", "path: not a clean path in UTF-8");
		return false;
	}
	if (!host_valid(request->host)) {
		http_reply_problem(reply, 400, "malformed", "Host: missing, or not one host");
		return false;
	}
	request->query = query_of(connection);
	return true;
}

/* HEAD is GET whose content is left out. */
static bool method_fits(const struct http_route *route, const char *method)
{
	return !strcmp(route->method, method) ||
	       (!strcmp(method, "HEAD") && !strcmp(route->method, "GET"));
}

static void allow(GString *list, const char *method)
{
	if (http_list_has(list->str, method))
		return;
	g_string_append_printf(list, "%s%s", list->len ? ", " : "", method);
	if (!strcmp(method, "GET"))
		allow(list, "HEAD");
}

/* No route of this method: 404, 405 with Allow, or OPTIONS answered for routes that say nothing
 * about it. */
static void reply_without_route(struct connection *connection, GString *allowed,
				struct http_reply *reply)
{
	const char *method = connection->request.method;
	if (!allowed->len) {
		http_reply_problem(reply, 404, "not-found", "path: there is nothing here");
		return;
	}
	allow(allowed, "OPTIONS");
	http_reply_header(reply, "Allow", allowed->str);
	if (!strcmp(method, "OPTIONS"))
		http_reply_status(reply, 204);
	else
		http_reply_problem(reply, 405, "unsupported", "method: not here");
}

/* The route's word on who may, for a body that hasn't been read. */
static bool may_send(struct connection *connection, struct http_reply *reply)
{
	const struct http_route *route = connection->route;
	if (!route)
		return true;
	if (route->admit && !route->admit(route->user, &connection->request, reply))
		return false;
	if (!route->spool || connection->length)
		return true;
	http_reply_problem(reply, 400, "malformed", "body: is empty");
	return false;
}

bool http_request_route(struct connection *connection, struct http_reply *reply)
{
	const struct http_server *server = connection->server;
	struct http_request *request = &connection->request;
	g_autoptr(GString) allowed = g_string_new(NULL);
	connection->route = NULL;
	for (size_t i = 0; i < server->n_routes && !connection->route; i++) {
		const struct http_route *route = &server->routes[i];
		const char *rest;
		if (!http_path_matches(route->prefix, request->path, &rest))
			continue;
		if (method_fits(route, request->method)) {
			connection->route = route;
			request->rest = rest;
			request->pattern = route->prefix;
		} else {
			allow(allowed, route->method);
		}
	}
	bool page = !connection->route && !allowed->len && server->files &&
		    static_files_have(server->files, request->path);
	if (page)
		allow(allowed, "GET");
	if (!connection->route && !(page && http_list_has("GET, HEAD", request->method))) {
		reply_without_route(connection, allowed, reply);
		return false;
	}
	size_t most = connection->route ? connection->route->max_body : 0;
	if (connection->length <= most)
		return may_send(connection, reply);
	g_autofree char *message = g_strdup_printf("body: more than %zu bytes", most);
	http_reply_problem(reply, 413, "limit", message);
	return false;
}

void http_request_answer(struct connection *connection, struct http_reply *reply)
{
	struct http_request *request = &connection->request;
	const struct http_route *route = connection->route;
	g_autoptr(GBytes) body =
		connection->body ? g_byte_array_free_to_bytes(g_steal_pointer(&connection->body))
				 : g_bytes_new(NULL, 0);
	request->body = body;
	request->upload = connection->upload;
	if (connection->upload && !http_upload_finish(connection->upload, reply))
		return;
	if (route)
		route->handle(route->user, request, reply);
	else
		static_files_reply(connection->server->files, request, reply);
	request->body = NULL;
	if (!reply->status && !reply->later)
		http_reply_problem(reply, 404, "not-found", "path: there is nothing here");
}
