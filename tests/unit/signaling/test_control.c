#include "signaling/control.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

struct fixture {
	char *parent, *folder;
	struct control_server *server;
	/* A call, made in a thread of its own. */
	const char *request;
	bool ok;
	json_t *reply;
	GError *error;
	GMainLoop *loop;
};

static bool on_end(void *user, const json_t *request, json_t **ret_reply, GError **error)
{
	const char *name = json_string_value(json_object_get(request, "name"));
	if (!name) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_GONE, "name: \"missing\"");
		return false;
	}
	*ret_reply = json_pack("{s:s}", "ended", name);
	return true;
}

static bool on_ping(void *user, const json_t *request, json_t **ret_reply, GError **error)
{
	++*(unsigned *)user;
	return true;
}

static unsigned pings;
static const struct control_command commands[] = {
	{"meeting-end", on_end, NULL},
	{"ping", on_ping, &pings},
};

static void set_up(struct fixture *f, gconstpointer data)
{
	GError *error = NULL;
	/* Longer than a socket address is. */
	g_autofree char *name = g_strnfill(200, 'd');
	f->parent = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	f->folder = g_build_filename(f->parent, name, NULL);
	g_assert_cmpint(g_mkdir(f->folder, 0755), ==, 0);
	f->server = control_server_new(f->folder, commands, G_N_ELEMENTS(commands), &error);
	g_assert_no_error(error);
	f->loop = g_main_loop_new(NULL, FALSE);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	control_server_free(f->server);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpint(g_rmdir(f->folder), ==, 0); /* the socket is gone */
	g_rmdir(f->parent);
	g_free(f->folder);
	g_free(f->parent);
	g_main_loop_unref(f->loop);
}

static gboolean quit(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_REMOVE;
}

static gpointer call_thread(gpointer data)
{
	struct fixture *f = data;
	json_t *request = json_loads(f->request, JSON_DECODE_ANY, NULL);
	f->ok = control_call(f->folder, request, &f->reply, &f->error);
	json_decref(request);
	g_idle_add(quit, f->loop);
	return NULL;
}

static void call(struct fixture *f, const char *request)
{
	f->request = request;
	f->reply = NULL;
	f->error = NULL;
	GThread *thread = g_thread_new("call", call_thread, f);
	g_main_loop_run(f->loop);
	g_thread_join(thread);
}

static void calls_are_answered(struct fixture *f, gconstpointer data)
{
	call(f, "{\"command\":\"meeting-end\",\"name\":\"demo\"}");
	g_assert_no_error(f->error);
	g_assert_true(f->ok);
	g_assert_cmpstr(json_string_value(json_object_get(f->reply, "ended")), ==, "demo");
	json_decref(f->reply);

	call(f, "{\"command\":\"ping\"}");
	g_assert_true(f->ok);
	g_assert_cmpuint(pings, ==, 1);
	json_decref(f->reply);
}

static void errors_come_back_whole(struct fixture *f, gconstpointer data)
{
	call(f, "{\"command\":\"meeting-end\"}");
	g_assert_false(f->ok);
	g_assert_error(f->error, SIGNALING_ERROR, SIGNALING_ERROR_GONE);
	g_assert_cmpstr(f->error->message, ==, "name: \"missing\"");
	g_clear_error(&f->error);
	call(f, "{\"command\":\"no-such\"}");
	g_assert_error(f->error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_clear_error(&f->error);
	call(f, "[1]");
	g_assert_error(f->error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_clear_error(&f->error);
	call(f, "{\"command\":{}}");
	g_assert_error(f->error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_clear_error(&f->error);
}

static void only_the_owner_may_open_it(struct fixture *f, gconstpointer data)
{
	g_autofree char *path = g_build_filename(f->folder, "control.sock", NULL);
	GStatBuf status;
	g_assert_cmpint(g_stat(path, &status), ==, 0);
	g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
}

static void a_second_server_is_refused(struct fixture *f, gconstpointer data)
{
	GError *error = NULL;
	g_assert_null(control_server_new(f->folder, commands, 1, &error));
	g_assert_nonnull(strstr(error->message, "a server runs on this folder already"));
	g_error_free(error);
	call(f, "{\"command\":\"ping\"}"); /* and the first still answers */
	g_assert_true(f->ok);
	json_decref(f->reply);
}

/* What a server leaves that was killed. */
/* Two that start at the same moment both find no server listening: the folder's lock decides. */
static void a_second_server_is_refused_by_the_folder(struct fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(f->folder, "control.sock", NULL);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_null(control_server_new(f->folder, commands, 1, &error));
	g_assert_nonnull(strstr(error->message, "a server runs on this folder already"));
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void a_stale_socket_is_replaced(struct fixture *f, gconstpointer data)
{
	g_autofree char *path = g_build_filename(f->folder, "control.sock", NULL);
	g_autofree char *kept = g_build_filename(f->folder, "kept", NULL);
	g_assert_cmpint(g_rename(path, kept), ==, 0);
	g_clear_pointer(&f->server, control_server_free);
	g_assert_cmpint(g_rename(kept, path), ==, 0);

	GError *error = NULL;
	g_assert_false(control_call(f->folder, NULL, NULL, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
	g_clear_error(&error);
	f->server = control_server_new(f->folder, commands, G_N_ELEMENTS(commands), &error);
	g_assert_no_error(error);
	call(f, "{\"command\":\"ping\"}");
	g_assert_true(f->ok);
	json_decref(f->reply);
}

static void no_server_is_told_apart(struct fixture *f, gconstpointer data)
{
	GError *error = NULL;
	g_assert_false(control_call("/nonexistent", NULL, NULL, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
	g_error_free(error);
}

/* A client that sends nothing doesn't outlive the server, whose end it sees. */
static void a_silent_client_is_left(struct fixture *f, gconstpointer data)
{
	g_autofree char *here = g_get_current_dir();
	g_assert_cmpint(g_chdir(f->folder), ==, 0);
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new("control.sock");
	g_autoptr(GSocketConnection) connection =
		g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
	g_assert_nonnull(connection);
	g_assert_cmpint(g_chdir(here), ==, 0);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_clear_pointer(&f->server, control_server_free);
	while (g_main_context_iteration(NULL, FALSE))
		;
	char byte;
	g_assert_cmpint(g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)),
					    &byte, 1, NULL, NULL),
			==, 0);
}

#define ADD(name) g_test_add("/control/" #name, struct fixture, NULL, set_up, name, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD(calls_are_answered);
	ADD(errors_come_back_whole);
	ADD(only_the_owner_may_open_it);
	ADD(a_second_server_is_refused);
	ADD(a_second_server_is_refused_by_the_folder);
	ADD(a_stale_socket_is_replaced);
	ADD(no_server_is_told_apart);
	ADD(a_silent_client_is_left);
	return g_test_run();
}
