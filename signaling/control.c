#include "signaling/control.h"
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_MAX_BYTES 65536
#define TIMEOUT_S      10

struct control_server {
	const struct control_command *commands;
	size_t n_commands;
	char *path;
	GSocketService *service;
	GCancellable *stopped;
};

/* One connection: one line in, one line out. */
struct exchange {
	const struct control_server *server;
	GSocketConnection *connection;
	GDataInputStream *input;
	char *reply;
};

static char *socket_path(const char *data_folder)
{
	return g_build_filename(data_folder, "control.sock", NULL);
}

static void exchange_free(struct exchange *exchange)
{
	g_clear_object(&exchange->input);
	g_clear_object(&exchange->connection);
	g_free(exchange->reply);
	g_free(exchange);
}

static json_t *error_object(const GError *error)
{
	return json_pack("{s:{s:s, s:s}}", "error", "code", signaling_error_code(error), "message",
			 error->message);
}

/* The reply to one line; never NULL. */
static json_t *answer(const struct control_server *server, const char *line, size_t length)
{
	GError *error = NULL;
	json_t *reply = NULL, *request = json_loadb(line, length, 0, NULL);
	const char *name = json_string_value(json_object_get(request, "command"));
	const struct control_command *command = NULL;

	for (size_t i = 0; name && i < server->n_commands; i++)
		if (strcmp(server->commands[i].name, name) == 0)
			command = &server->commands[i];
	if (!name)
		g_set_error(&error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "command: the request is no JSON object with a command's name");
	else if (!command)
		g_set_error(&error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "command: there is no \"%s\"", name);
	else
		command->handle(command->user, request, &reply, &error);
	json_decref(request);
	if (error) {
		json_decref(reply);
		reply = error_object(error);
		g_error_free(error);
	}
	return reply ? reply : json_pack("{s:b}", "ok", 1);
}

static void on_written(GObject *source, GAsyncResult *result, void *user)
{
	/* Who asked and doesn't wait for the answer has lost it, and nothing else. */
	g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
	exchange_free(user);
}

static void on_line(GObject *source, GAsyncResult *result, void *user)
{
	struct exchange *exchange = user;
	gsize length = 0;
	char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result,
							  &length, NULL);

	if (!line || length > LINE_MAX_BYTES) { /* closed, cancelled, too slow */
		g_free(line);
		exchange_free(exchange);
		return;
	}
	json_t *reply = answer(exchange->server, line, length);
	char *text = json_dumps(reply, JSON_COMPACT);
	exchange->reply = g_strconcat(text, "\n", NULL);
	free(text);
	json_decref(reply);
	g_free(line);
	GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(exchange->connection));
	g_output_stream_write_all_async(out, exchange->reply, strlen(exchange->reply),
					G_PRIORITY_DEFAULT, NULL, on_written, exchange);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *from,
			    void *user)
{
	struct control_server *server = user;
	struct exchange *exchange = g_new0(struct exchange, 1);

	exchange->server = server;
	exchange->connection = g_object_ref(connection);
	g_socket_set_timeout(g_socket_connection_get_socket(connection), TIMEOUT_S);
	exchange->input =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	g_data_input_stream_read_line_async(exchange->input, G_PRIORITY_DEFAULT, server->stopped,
					    on_line, exchange);
	return TRUE;
}

/* Whether somebody answers at the socket. */
static bool is_alive(GSocketAddress *address)
{
	GSocketClient *client = g_socket_client_new();
	GSocketConnection *connection =
		g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
	bool alive = connection != NULL;

	g_clear_object(&connection);
	g_object_unref(client);
	return alive;
}

static bool listen_on(struct control_server *server, GError **error)
{
	GSocketAddress *address = g_unix_socket_address_new(server->path);
	bool ok = false;

	if (is_alive(address)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "%s: another server runs on this data folder", server->path);
	} else {
		g_unlink(server->path);
		mode_t before =
			umask(0177); /* the socket is never open to others, not even for a moment */
		ok = g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), address,
						   G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
						   NULL, NULL, error);
		umask(before);
	}
	g_object_unref(address);
	return ok;
}

struct control_server *control_server_new(const char *data_folder,
					  const struct control_command *commands, size_t n_commands,
					  GError **error)
{
	struct control_server *server = g_new0(struct control_server, 1);

	server->commands = commands;
	server->n_commands = n_commands;
	server->path = socket_path(data_folder);
	server->service = g_socket_service_new();
	server->stopped = g_cancellable_new();
	g_signal_connect(server->service, "incoming", G_CALLBACK(on_incoming), server);
	if (!listen_on(server, error)) {
		g_clear_pointer(&server->path, g_free); /* it isn't ours to remove */
		control_server_free(server);
		return NULL;
	}
	g_socket_service_start(server->service);
	return server;
}

void control_server_free(struct control_server *server)
{
	if (!server)
		return;
	g_cancellable_cancel(server->stopped);
	g_socket_service_stop(server->service);
	g_socket_listener_close(G_SOCKET_LISTENER(server->service));
	g_signal_handlers_disconnect_by_data(server->service, server);
	/* Exchanges that wait for their line end now, while the server is still there for them. */
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_object_unref(server->service);
	g_object_unref(server->stopped);
	if (server->path)
		g_unlink(server->path);
	g_free(server->path);
	g_free(server);
}

static bool connect_to(const char *data_folder, GSocketConnection **ret, GError **error)
{
	char *path = socket_path(data_folder);
	GSocketAddress *address = g_unix_socket_address_new(path);
	GSocketClient *client = g_socket_client_new();

	g_socket_client_set_timeout(client, TIMEOUT_S);
	*ret = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
	if (!*ret)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
			    "%s: no server runs on this data folder", path);
	g_object_unref(client);
	g_object_unref(address);
	g_free(path);
	return *ret != NULL;
}

static const enum signaling_error codes[] = {
	SIGNALING_ERROR_MALFORMED,   SIGNALING_ERROR_UNAUTHORIZED, SIGNALING_ERROR_FORBIDDEN,
	SIGNALING_ERROR_NOT_FOUND,   SIGNALING_ERROR_CONFLICT,	   SIGNALING_ERROR_LIMIT,
	SIGNALING_ERROR_UNSUPPORTED, SIGNALING_ERROR_GONE,	   SIGNALING_ERROR_INTERNAL,
};

/* The server's error object as the GError that it was. */
static void set_remote_error(const json_t *object, GError **error)
{
	const char *code = json_string_value(json_object_get(object, "code"));
	const char *message = json_string_value(json_object_get(object, "message"));
	enum signaling_error found = SIGNALING_ERROR_INTERNAL;

	for (size_t i = 0; code && i < G_N_ELEMENTS(codes); i++) {
		const GError candidate = {.domain = SIGNALING_ERROR, .code = (int)codes[i]};
		if (strcmp(signaling_error_code(&candidate), code) == 0)
			found = codes[i];
	}
	g_set_error(error, SIGNALING_ERROR, (int)found, "%s",
		    message ? message : "the server gives no reason");
}

static json_t *call(GSocketConnection *connection, const json_t *request, GError **error)
{
	GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
	GDataInputStream *in =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	char *text = json_dumps(request, JSON_COMPACT);
	char *line = g_strconcat(text, "\n", NULL);
	char *answer = NULL;
	json_t *reply = NULL;

	if (g_output_stream_write_all(out, line, strlen(line), NULL, NULL, error))
		answer = g_data_input_stream_read_line(in, NULL, NULL, error);
	if (answer)
		reply = json_loads(answer, 0, NULL);
	if (!json_is_object(reply) && (!error || !*error))
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "the server's answer is no JSON object");
	g_free(answer);
	g_free(line);
	free(text);
	g_object_unref(in);
	return reply;
}

bool control_call(const char *data_folder, const json_t *request, json_t **ret_reply,
		  GError **error)
{
	GSocketConnection *connection;

	if (!connect_to(data_folder, &connection, error))
		return false;
	json_t *reply = call(connection, request, error);
	const json_t *refused = json_object_get(reply, "error");
	bool ok = json_is_object(reply) && !refused;
	if (refused)
		set_remote_error(refused, error);
	if (ok && ret_reply)
		*ret_reply = json_incref(reply);
	json_decref(reply);
	g_object_unref(connection);
	return ok;
}
