#include "tests/unit/signaling/api_fixture.h"
#include "signaling/http_internal.h"
#include <string.h>

void answer_clear(struct answer *answer)
{
	g_free(answer->text);
	json_decref(answer->json);
	*answer = (struct answer){0};
}

static const struct http_route *find_route(const struct http_route *routes, size_t n,
					   const char *method, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		const char *prefix = routes[i].prefix;
		bool beneath = g_str_has_suffix(prefix, "/");
		if (g_str_equal(routes[i].method, method) &&
		    (beneath ? g_str_has_prefix(path, prefix) : g_str_equal(path, prefix)))
			return &routes[i];
	}
	return NULL;
}

/* target may have a query; body NULL: none. */
struct answer call_routes(const struct http_route *routes, size_t n, const char *method,
			  const char *target, const char *bearer, const char *body)
{
	g_auto(GStrv) halves = g_strsplit(target, "?", 2);
	const struct http_route *route = find_route(routes, n, method, halves[0]);
	struct answer answer = {.status = 404, .text = g_strdup("")};
	if (route == NULL)
		return answer;
	g_autoptr(GBytes) bytes = g_bytes_new(body, body != NULL ? strlen(body) : 0);
	g_assert_cmpuint(g_bytes_get_size(bytes), <=, route->max_body);
	struct http_request request = {.method = method,
				       .path = halves[0],
				       .query = halves[1] != NULL ? halves[1] : "",
				       .rest = halves[0] + strlen(route->prefix),
				       .bearer = bearer,
				       .body = bytes};
	struct http_reply *reply = http_reply_new();
	route->handle(route->user, &request, reply);
	if (reply->status != 0)
		answer.status = reply->status;
	if (reply->body != NULL) {
		gsize size;
		const char *data = g_bytes_get_data(reply->body, &size);
		g_free(answer.text);
		answer.text = g_strndup(data, size);
		answer.json = json_loadb(data, size, 0, NULL);
	}
	http_reply_free(reply);
	return answer;
}

const char *detail_of(const struct answer *answer)
{
	return json_string_value(json_object_get(answer->json, "detail"));
}
