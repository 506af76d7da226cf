#include "signaling/http_internal.h"
#include "signaling/metrics.h"

#include <string.h>

/* Each sample has its HELP and TYPE before it, and nothing is there twice. */
static void assert_exposition(const char *text)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char *typed = NULL;
	for (char **line = lines; *line; line++) {
		if (!**line) {
			g_assert_null(line[1]); /* only after the last newline */
			continue;
		}
		if (g_str_has_prefix(*line, "# HELP ")) {
			char *name = g_strndup(*line + 7, strcspn(*line + 7, " "));
			g_autofree char *type = g_strdup_printf("# TYPE %s ", name);
			g_assert_nonnull(line[1]);
			g_assert_true(g_str_has_prefix(line[1], type));
			g_assert_true(g_hash_table_add(seen, name));
			typed = name;
			line++;
			continue;
		}
		g_assert_true(g_regex_match_simple(
			"^[a-z_][a-z0-9_]*(\\{[a-z]+=\"[^\"]*\"\\})? [0-9.]+$", *line, 0, 0));
		g_assert_nonnull(typed);
		g_assert_cmpuint(strcspn(*line, "{ "), ==, strlen(typed));
		g_assert_true(g_str_has_prefix(*line, typed));
		g_autofree char *sample = g_strndup(*line, strcspn(*line, " "));
		g_assert_true(g_hash_table_add(seen, g_strconcat("sample ", sample, NULL)));
	}
	g_assert_nonnull(typed);
}

static void everything_in_prometheus_text(void)
{
	GError *error = NULL;
	g_autofree char *folder = g_dir_make_tmp("tongsheng-XXXXXX", &error);
	char *arguments[] = {"serve", "--data", folder, NULL};
	struct config *config = config_load(3, arguments, &error);
	struct store *store = store_open(folder, &error);
	g_assert_no_error(error);
	struct token_key *key = token_key_open(folder, &error);
	g_assert_no_error(error);
	struct meetings *meetings = meetings_new(config, store, key);
	struct relay_events events;
	meetings_relay_events(meetings, &events);
	struct relay *relay = NULL;
	const struct relay_config relay_config = {
		.listen = "127.0.0.1", .workers = 1, .max_half_open = 10, .max_packets = 1000};
	g_assert_cmpint(relay_new(&relay_config, &events, &relay), ==, OK);
	meetings_start(meetings, relay);

	struct http_server *none = NULL;
	struct metrics metrics = {relay, meetings, &none, g_get_monotonic_time()};
	struct http_request request = {
		.method = "GET", .path = "/metrics", .query = "", .rest = ""};
	struct http_reply *reply = http_reply_new();
	metrics_handle(&metrics, &request, reply);
	g_assert_cmpuint(reply->status, ==, 200);
	g_assert_nonnull(strstr(reply->headers->str, "Content-Type: text/plain; version=0.0.4"));
	gsize size;
	const char *data = g_bytes_get_data(reply->body, &size);
	g_autofree char *text = g_strndup(data, size);
	assert_exposition(text);
	g_assert_nonnull(strstr(text, "\ntongsheng_relay_rtp_in_total{worker=\"0\"} 0\n"));
	g_assert_nonnull(strstr(text, "\nprocess_resident_memory_bytes "));
	http_reply_free(reply);

	meetings_free(meetings);
	relay_free(relay);
	token_key_free(key);
	store_close(store);
	config_free(config);
	const char *const remove[] = {"rm", "-r", folder, NULL};
	g_assert_true(g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/everything_in_prometheus_text", everything_in_prometheus_text);
	return g_test_run();
}
