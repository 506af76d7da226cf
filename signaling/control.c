#include "signaling/control.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME	"control.sock"
#define TIMEOUT 10 /* seconds, both sides */

struct control_server {
	const struct control_command *commands;
	size_t n_commands;
	GSocketService *service;
	GCancellable *cancellable; /* of calls under way */
	char *path;
	int lock; /* the data folder, locked */
};

/* A path in sockaddr_un has 107 bytes, a data folder may have more: so address it through the open
 * folder. */
static GSocketAddress *address_of(const char *data_folder, int *ret_folder, GError **error)
{
	int folder = open(data_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", data_folder,
			    g_strerror(errno));
		return NULL;
	}
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d/" NAME, folder);
	*ret_folder = folder;
	return g_unix_socket_address_new(path);
}

/* ---- The server ---- */

/* A request that is being read. */
struct call {
	struct control_server *server; /* not to be touched once the call was cancelled */
	GSocketConnection *connection;
	GDataInputStream *input;
};

static void call_free(struct call *call)
{
	g_object_unref(call->input);
	g_object_unref(call->connection);
	g_free(call);
}

static bool dispatch(const struct control_server *server, const char *line, json_t **ret_reply,
		     GError **error)
{
	json_error_t problem;
	json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, &problem);
	const char *name = json_string_value(json_object_get(request, "command"));
	bool ok = false;
	size_t i;
	for (i = 0; name && i < server->n_commands; i++)
		if (!strcmp(server->commands[i].name, name))
			break;
	if (!request)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "request: %s",
			    problem.text);
	else if (!name || i == server->n_commands)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "command: there is no \"%s\"", name ? name : "");
	else
		ok = server->commands[i].handle(server->commands[i].user, request, ret_reply,
						error);
	json_decref(request);
	return ok;
}

static char *reply_to(const struct control_server *server, const char *line)
{
	g_autoptr(GError) error = NULL;
	json_t *reply = NULL;
	if (dispatch(server, line, &reply, &error)) {
		reply = reply ? reply : json_object();
		json_object_set_new(reply, "ok", json_true());
	} else {
		reply = json_pack("{s:{s:s, s:s}}", "error", "code", signaling_error_code(error),
				  "message", error->message);
	}
	char *text = json_dumps(reply, JSON_COMPACT);
	char *result = g_strconcat(text, "\n", NULL);
	free(text);
	json_decref(reply);
	return result;
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
	/* A client that went away before its answer has nothing to complain about. */
	g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
	g_free(g_object_steal_data(source, "reply"));
	call_free(data);
}

static void on_line(GObject *source, GAsyncResult *result, gpointer data)
{
	struct call *call = data;
	g_autofree char *line =
		g_data_input_stream_read_line_finish(call->input, result, NULL, NULL);
	if (!line) { /* cancelled, timed out or gone */
		call_free(call);
		return;
	}
	char *reply = reply_to(call->server, line);
	GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(call->connection));
	g_object_set_data(G_OBJECT(output), "reply", reply); /* lives as long as the write */
	g_output_stream_write_all_async(output, reply, strlen(reply), G_PRIORITY_DEFAULT,
					call->server->cancellable, on_written, call);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    gpointer data)
{
	struct control_server *server = data;
	struct call *call = g_new0(struct call, 1);
	call->server = server;
	call->connection = g_object_ref(connection);
	call->input =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	g_socket_set_timeout(g_socket_connection_get_socket(connection), TIMEOUT);
	g_data_input_stream_read_line_async(call->input, G_PRIORITY_DEFAULT, server->cancellable,
					    on_line, call);
	return TRUE;
}

/*
 * Whoever holds the folder's lock is its server; the kernel lets go of it however the process ends.
 * (Whether somebody listens on the socket can't tell two servers apart that start at once.)
 */
static int lock_folder(const char *data_folder, const char *path, GError **error)
{
	int folder = open(data_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0)
		return folder;
	if (folder >= 0 && errno == EWOULDBLOCK)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "%s: a server runs on this folder already", path);
	else
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", data_folder,
			    g_strerror(errno));
	if (folder >= 0)
		close(folder);
	return -1;
}

/* The file of a server that was killed is in the way. */
static bool remove_stale(const char *path, GError **error)
{
	if (!unlink(path) || errno == ENOENT)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", path,
		    g_strerror(errno));
	return false;
}

static GSocket *listen_on(const char *data_folder, const char *path, GError **error)
{
	int folder = -1;
	g_autoptr(GSocketAddress) address = address_of(data_folder, &folder, error);
	g_autoptr(GSocket) socket = NULL;
	bool ok = address && remove_stale(path, error) &&
		  (socket = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
					 G_SOCKET_PROTOCOL_DEFAULT, error));
	if (ok) {
		mode_t old = umask(
			0177); /* the socket must never be open to others, not even for a moment */
		ok = g_socket_bind(socket, address, FALSE, error) && g_socket_listen(socket, error);
		umask(old);
	}
	if (folder >= 0)
		close(folder);
	return ok ? g_steal_pointer(&socket) : NULL;
}

struct control_server *control_server_new(const char *data_folder,
					  const struct control_command *commands, size_t n_commands,
					  GError **error)
{
	g_autofree char *path = g_build_filename(data_folder, NAME, NULL);
	int lock = lock_folder(data_folder, path, error);
	g_autoptr(GSocket) socket = lock >= 0 ? listen_on(data_folder, path, error) : NULL;
	if (!socket) {
		if (lock >= 0)
			close(lock);
		return NULL;
	}
	struct control_server *server = g_new0(struct control_server, 1);
	server->lock = lock;
	server->commands = commands;
	server->n_commands = n_commands;
	server->path = g_steal_pointer(&path);
	server->cancellable = g_cancellable_new();
	server->service = g_socket_service_new();
	g_signal_connect(server->service, "incoming", G_CALLBACK(on_incoming), server);
	if (!g_socket_listener_add_socket(G_SOCKET_LISTENER(server->service), socket, NULL, error))
		g_clear_pointer(&server, control_server_free);
	return server;
}

void control_server_free(struct control_server *server)
{
	if (!server)
		return;
	g_signal_handlers_disconnect_by_data(server->service, server);
	g_socket_service_stop(server->service);
	g_socket_listener_close(G_SOCKET_LISTENER(server->service));
	g_cancellable_cancel(server->cancellable);
	unlink(server->path);
	close(server->lock);
	g_object_unref(server->cancellable);
	g_object_unref(server->service);
	g_free(server->path);
	g_free(server);
}

/* ---- The client ---- */

static GSocketConnection *connect_to(const char *data_folder, GError **error)
{
	int folder = -1;
	g_autoptr(GSocketAddress) address = address_of(data_folder, &folder, NULL);
	g_autoptr(GSocketClient) client = g_socket_client_new();
	GSocketConnection *connection = NULL;
	g_socket_client_set_timeout(client, TIMEOUT);
	if (address)
		connection =
			g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
	if (folder >= 0)
		close(folder);
	if (!connection)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
			    "%s: no server runs on this folder", data_folder);
	return connection;
}

static bool read_reply(const char *line, json_t **ret_reply, GError **error)
{
	static const enum signaling_error kinds[] = {
		SIGNALING_ERROR_MALFORMED,   SIGNALING_ERROR_UNAUTHORIZED,
		SIGNALING_ERROR_FORBIDDEN,   SIGNALING_ERROR_NOT_FOUND,
		SIGNALING_ERROR_CONFLICT,    SIGNALING_ERROR_LIMIT,
		SIGNALING_ERROR_UNSUPPORTED, SIGNALING_ERROR_GONE,
	};
	json_t *reply = json_loads(line, 0, NULL), *problem = json_object_get(reply, "error");
	if (json_is_true(json_object_get(reply, "ok"))) {
		if (ret_reply)
			*ret_reply = json_incref(reply);
		json_decref(reply);
		return true;
	}
	const char *code = json_string_value(json_object_get(problem, "code"));
	const char *message = json_string_value(json_object_get(problem, "message"));
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    message ? message : "the server's answer makes no sense");
	for (size_t i = 0; code && error && i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GError) kind = g_error_new_literal(SIGNALING_ERROR, (gint)kinds[i], "");
		if (!strcmp(signaling_error_code(kind), code))
			(*error)->code = (gint)kinds[i];
	}
	json_decref(reply);
	return false;
}

bool control_call(const char *data_folder, const json_t *request, json_t **ret_reply,
		  GError **error)
{
	g_autoptr(GSocketConnection) connection = connect_to(data_folder, error);
	if (!connection)
		return false;
	char *text = json_dumps(request, JSON_COMPACT);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	free(text);
	g_autoptr(GDataInputStream) input =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	if (!g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), line,
				       strlen(line), NULL, NULL, error))
		return false;
	g_autofree char *reply = g_data_input_stream_read_line(input, NULL, NULL, error);
	if (!reply && error && !*error)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
			    "%s: the server ended meanwhile", data_folder);
	return reply && read_reply(reply, ret_reply, error);
}
