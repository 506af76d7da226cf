/* A server's store, meetings and a real relay of one worker in a folder of its own, without HTTP.
 */
#pragma once

#include "signaling/meeting.h"

#include <string.h>

struct server {
	char *folder;
	struct config *config;
	struct store *store;
	struct token_key *key;
	struct meetings *meetings;
	struct relay *relay;
};

/* option: one more of `tongsheng serve`; NULL: none. */
static G_GNUC_UNUSED void server_open(struct server *server, const char *option)
{
	GError *error = NULL;
	server->folder = g_dir_make_tmp("tongsheng-XXXXXX", &error);
	char *arguments[] = {"serve", "--data", server->folder, (char *)option, NULL};
	server->config = config_load(option ? 4 : 3, arguments, &error);
	g_assert_no_error(error);
	server->store = store_open(server->folder, &error);
	g_assert_no_error(error);
	server->key = token_key_open(server->folder, &error);
	g_assert_no_error(error);
	server->meetings = meetings_new(server->config, server->store, server->key);
	struct relay_events events;
	meetings_relay_events(server->meetings, &events);
	const struct relay_config relay_config = {
		.listen = "127.0.0.1", .workers = 1, .max_half_open = 10, .max_packets = 1000};
	g_assert_cmpint(relay_new(&relay_config, &events, &server->relay), ==, OK);
	meetings_start(server->meetings, server->relay);
}

static G_GNUC_UNUSED void server_close(struct server *server)
{
	meetings_free(server->meetings);
	relay_free(server->relay);
	token_key_free(server->key);
	store_close(server->store);
	config_free(server->config);
	const char *const remove[] = {"rm", "-r", server->folder, NULL};
	g_assert_true(g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
	g_free(server->folder);
}
