/* Text of a request's head: four lines are path, query, a list and a bearer token, as libwebsockets
 * gives them. */
#include "signaling/http_path.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	http_path_valid((const char *)data, size);

	char *text = g_strndup((const char *)data, size);
	char **lines = g_strsplit(text, "\n", 4);
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
	g_strfreev(lines);
	g_free(text);
	return 0;
}
