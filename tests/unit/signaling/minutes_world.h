/* A server with minutes alone, in a folder of its own: store, key, HTTP; and who asks it. */
#pragma once

#include "signaling/access.h"
#include "signaling/minutes_api.h"
#include "signaling/store_internal.h"
#include "signaling/store_recordings.h"
#include "tests/unit/signaling/http_fixture.h"
#include "tests/unit/signaling/minutes_body.h"
#include <stdlib.h>

static struct {
	struct fixture http;
	char *folder;
	struct store *store;
	struct token_key *key;
	struct minutes_api *api;
	struct http_route routes[MINUTES_ROUTES];
	gint64 meeting;
} here;

static G_GNUC_UNUSED void sql(const char *text)
{
	char *problem = NULL;
	sqlite3_exec(here.store->db, text, NULL, NULL, &problem);
	g_assert_cmpstr(problem, ==, NULL);
}

static G_GNUC_UNUSED void open_here(void)
{
	GError *error = NULL;
	static char *none[] = {NULL};
	here.folder = g_dir_make_tmp("minutes-XXXXXX", &error);
	here.store = store_open(here.folder, &error);
	g_assert_no_error(error);
	here.key = token_key_open(here.folder, &error);
	g_assert_no_error(error);
	const struct store_meeting demo = {.name = (char *)"demo",
					   .title = (char *)"How are you going to go on?",
					   .starts = 1590717600,
					   .zone = (char *)"Asia/Shanghai",
					   .minutes = 120,
					   .floors = none,
					   .channels = none,
					   .venue = (char *)"Online"};
	g_assert_true(store_meeting_create(here.store, &demo, &here.meeting, &error));
	defaults(&here.http);
	here.http.config.data = here.folder;
	here.http.config.base_url = (char *)"https://meet.example.org";
	here.http.routes = here.routes;
	here.api = minutes_api_new(&here.http.config, here.store, here.key, g_getenv("TONGSHENG"));
	minutes_api_routes(here.api, here.routes, &here.http.n_routes);
	start(&here.http);
}

static G_GNUC_UNUSED void close_here(void)
{
	stop(&here.http);
	minutes_api_free(here.api);
	token_key_free(here.key);
	store_close(here.store);
	const char *const remove[] = {"rm", "-r", here.folder, NULL};
	g_assert_true(g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
	g_free(here.folder);
}

static G_GNUC_UNUSED char *token_for(const char *meeting, enum role role)
{
	static char *none[] = {NULL};
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const struct token token = {.meeting = (char *)meeting,
				    .role = role,
				    .languages = none,
				    .understands = none,
				    .issued = now,
				    .expires = now + 3600,
				    .id = (char *)"x"};
	return token_sign(here.key, &token, NULL);
}

/* In the client's thread. Returns the content; *ret_head (may be NULL) is to be freed, too. */
static G_GNUC_UNUSED char *request(const char *method, const char *path, const char *token,
				   const char *body, unsigned status, char **ret_head)
{
	g_autofree char *authorization =
		token ? g_strdup_printf("Authorization: Bearer %s\r\n", token) : g_strdup("");
	g_autofree char *text = g_strdup_printf(
		"%s /api/archive/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s"
		"Content-Length: %zu\r\n\r\n%s",
		method, path, authorization, body ? strlen(body) : 0, body ? body : "");
	int fd = dial(here.http.config.port);
	say(fd, text);
	char *reply = hear_all(fd), *end = strstr(reply, "\r\n\r\n");
	close(fd);
	g_assert_nonnull(end);
	if (status_of(reply) != status)
		g_error("%s %s: %.600s", method, path, reply);
	char *content = g_strdup(end + 4);
	end[2] = '\0';
	if (ret_head)
		*ret_head = g_steal_pointer(&reply);
	g_free(reply);
	return content;
}

static G_GNUC_UNUSED json_t *ask_json(const char *method, const char *path, const char *token,
				      const char *body, unsigned status)
{
	g_autofree char *content = request(method, path, token, body, status, NULL);
	json_t *answer = json_loads(content, 0, NULL);
	g_assert_nonnull(answer);
	return answer;
}

static G_GNUC_UNUSED gint64 number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* Saves the whole body as the next version. */
static G_GNUC_UNUSED void save_whole(const char *path, const char *token, unsigned base)
{
	g_autofree char *body =
		g_strdup_printf("{\"base\":%u,\"author\":\"Ana\",\"body\":%s}", base, whole_body);
	json_t *answer = ask_json("PUT", path, token, body, 200);
	g_assert_cmpint(number_of(answer, "version"), ==, base + 1);
	json_decref(answer);
}

static G_GNUC_UNUSED void publish(const char *path, const char *token, unsigned version, bool on)
{
	g_autofree char *body =
		g_strdup_printf("{\"version\":%u,\"on\":%s}", version, on ? "true" : "false");
	json_decref(ask_json("POST", path, token, body, 200));
}
