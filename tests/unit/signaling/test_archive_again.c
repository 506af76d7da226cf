/* An archive is made once more when somebody asks for it who may. */
#include "tests/unit/signaling/archive_fixture.h"

#define AGAIN "/api/archive/demo/1/archive"

static void set_archive(const struct world *w, enum archive_state state)
{
	g_assert_true(store_recording_set_archive(w->server.store, w->take, state,
						  state == ARCHIVE_FAILED ? "no room" : "", 0,
						  NULL));
	g_assert_true(
		archive_index_text(w->server.store, w->demo, "chat", w->take, 5, "compost", NULL));
}

static void asked_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	expect(w, "POST", AGAIN, host, "", "", 202, "{\"id\":\"1\",\"state\":\"waiting\"}");
	expect(w, "POST", AGAIN, host, "", "", 409, "state: its archive waits");
	json_t *json = get_json(w, "/api/archive/demo", host);
	const json_t *take = json_array_get(json_object_get(json, "recordings"), 0);
	g_assert_cmpstr(text_at(take, "state"), ==, "waiting");
	g_assert_cmpstr(text_at(take, "error"), ==, "");
	json_decref(json);
	expect(w, "GET", "/api/archive?q=compost", host, "", NULL, 200, "{\"meetings\":[],");
}

/* It goes on with what is finished. */
static void one_that_failed(struct world *w, gconstpointer option)
{
	set_archive(w, ARCHIVE_FAILED);
	run(&w->http, asked_client);
	g_assert_cmpint(w->again, ==, w->take);
	g_assert_true(is_there(w, "recordings/1/archive/audio/fr.m4a"));
}

static void one_that_is_there(struct world *w, gconstpointer option)
{
	set_archive(w, ARCHIVE_DONE);
	run(&w->http, asked_client);
	g_assert_cmpint(w->again, ==, w->take);
	g_assert_false(is_there(w, "recordings/1/archive"));
	g_assert_true(is_there(w, "recordings/1/1/stage.mkv"));
}

static void refused_client(struct fixture *f)
{
	struct world *w = (struct world *)f;
	g_autofree char *host = link_for(w, "demo", ROLE_HOST);
	g_autofree char *member = link_for(w, "demo", ROLE_MEMBER);
	g_autofree char *other = link_for(w, "other", ROLE_SECRETARIAT);
	g_autofree char *cookie = g_strdup_printf("Cookie: archive=%s\r\n", host);
	expect(w, "POST", AGAIN, NULL, "", "", 401, NULL);
	expect(w, "POST", AGAIN, NULL, cookie, "", 401, NULL);
	expect(w, "POST", AGAIN, member, "", "", 403, NULL);
	expect(w, "POST", AGAIN, other, "", "", 401, NULL);
	expect(w, "POST", "/api/archive/other/1/archive", other, "", "", 404, "recording");
	expect(w, "POST", "/api/archive/demo/7/archive", host, "", "", 404, "recording");
	expect(w, "POST", "/api/archive/demo/one/archive", host, "", "", 404, NULL);
	expect(w, "POST", "/api/archive/demo/2/archive", host, "", "", 409, "state: it hasn't");
	expect(w, "POST", AGAIN, host, "", "", 409, "state: its archive is being made");
}

static void not_by_others(struct world *w, gconstpointer option)
{
	gint64 runs;
	g_assert_true(store_recording_begin(w->server.store, w->demo, 1790009000000, &runs, NULL));
	g_assert_cmpint(runs, ==, 2);
	set_archive(w, ARCHIVE_RUNNING);
	run(&w->http, refused_client);
	g_assert_cmpint(w->again, ==, 0);
	g_assert_true(is_there(w, "recordings/1/archive/archive.json"));
}

/* By the command, which reaches a running server by its socket. */
static void by_the_command(struct world *w, gconstpointer option)
{
	json_t *reply = NULL;
	g_autoptr(GError) error = NULL;
	set_archive(w, ARCHIVE_FAILED);
	json_t *request = json_pack("{s:s, s:s}", "name", "demo", "recording", "1x");
	g_assert_false(archive_command_again(w->archive, request, &reply, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
	g_clear_error(&error);
	json_object_set_new(request, "recording", json_string("1"));
	g_assert_true(archive_command_again(w->archive, request, &reply, &error));
	g_assert_cmpstr(text_at(reply, "state"), ==, "waiting");
	json_decref(reply);
	g_assert_false(archive_command_again(w->archive, request, &reply, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT);
	g_clear_error(&error);
	json_object_set_new(request, "name", json_string("other"));
	g_assert_false(archive_command_again(w->archive, request, &reply, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	json_decref(request);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                                  \
	g_test_add("/archive_again/" #name, struct world, NULL, world_open, name, world_close)
	ADD(one_that_failed);
	ADD(one_that_is_there);
	ADD(not_by_others);
	ADD(by_the_command);
	return g_test_run();
}
