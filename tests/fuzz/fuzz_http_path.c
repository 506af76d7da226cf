/* Text of a request's head: lines are path and query, a list, a bearer token, entity tags, cookies,
 * a range and a file's name, as libwebsockets gives them. */
#include "signaling/http_path.h"
#include "signaling/http_range.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = {"/api/archive/*/*/", "/api/archive/*", "/whip/"};
	http_path_valid((const char *)data, size);

	char *text = g_strndup((const char *)data, size);
	char **lines = g_strsplit(text, "\n", 7);
	unsigned n = g_strv_length(lines);
	if (n > 0) {
		GString *query = g_string_new(NULL);
		char **arguments = g_strsplit(lines[0], "&", -1);
		for (char **argument = arguments; *argument; argument++)
			http_query_append(query, *argument);
		g_free(http_query_find(query->str, "video"));
		g_free(http_query_find(lines[0], "video"));
		g_strfreev(arguments);
		g_string_free(query, TRUE);
	}
	if (n > 1) {
		uint64_t length;
		http_list_has(lines[1], "gzip");
		http_length_parse(lines[1], &length);
	}
	if (n > 2)
		http_bearer(lines[2]);
	if (n > 3)
		http_etag_matches(lines[3], "\"0123\"");
	if (n > 4)
		g_free(http_cookie_find(lines[4], "archive"));
	if (n > 5) {
		uint64_t first, part;
		for (uint64_t whole = 0; whole < 2000; whole += 999) {
			http_range_parse(lines[5], whole, &first, &part);
			if (first > whole || part > whole - first)
				abort();
		}
		http_if_range_holds(lines[5], "\"0123\"");
	}
	if (n > 6) {
		char *name = http_disposition(lines[6]);
		if (strpbrk(name, "\r\n/\\"))
			abort();
		g_free(name);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		const char *rest;
		http_path_matches(patterns[i], text, &rest);
		g_free(http_path_segment(patterns[i], text, 1));
	}
	g_strfreev(lines);
	g_free(text);
	return 0;
}
