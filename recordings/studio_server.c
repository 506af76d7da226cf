#include "recordings/studio_server.h"
#include "recordings/program.h"
#include "recordings/recorders.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A meeting has at most 32 channels, and a floor, of which programs are made and tracks recorded;
 * who comes back may be there twice for a moment. */
#define CONNECTIONS_MAX 150
#define BACKLOG		16
#define READ_MAX	64 /* messages of one connection, before the others have their turn */
#define WATCH_MS	250

struct studio_server {
	char *path;
	int fd;
	guint watch, timer, watch_timer;
	unsigned away_seconds;
	double duck_db;
	void (*away)(void *user);
	void *user;
	GPtrArray *connections; /* owned; the tracks' are the recorders' */
	struct recorders *recorders;
};

struct connection {
	struct studio_server *studio;
	int fd;
	guint watch;
	char name[PROGRAM_NAME_MAX];
	struct program *program; /* from the first message on */
	_Atomic unsigned unsent; /* packets that the server was too slow for */
	unsigned refused;	 /* messages that made no sense */
};

static void connection_free(gpointer data)
{
	struct connection *c = data;
	program_free(c->program); /* its threads use the socket */
	if (c->watch)
		g_source_remove(c->watch);
	if (c->fd >= 0)
		close(c->fd);
	if (c->name[0])
		g_message("program %s ends: %u messages refused, %u packets not taken", c->name,
			  c->refused, atomic_load(&c->unsent));
	g_free(c);
}

static void drop(struct connection *c)
{
	g_ptr_array_remove_fast(c->studio->connections, c);
}

/* --- a program's packets and end --- */

/* On a thread of GStreamer's; program_free waits for it. */
static void on_packet(void *user, const uint8_t *data, size_t length)
{
	struct connection *c = user;
	if (send(c->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		atomic_fetch_add(&c->unsent, 1);
}

static void on_failed(void *user, const char *why)
{
	struct connection *c = user;
	g_warning("program %s: %s", c->name, why);
	drop(c);
}

/* --- the server's messages --- */

static bool begin_program(struct connection *c)
{
	const struct program_events events = {.user = c, .packet = on_packet, .failed = on_failed};
	g_autoptr(GError) error = NULL;
	c->program = program_new(&events, c->studio->duck_db, &error);
	if (!c->program)
		g_warning("program %s: %s", c->name, error->message);
	else
		g_message("program %s begins", c->name);
	return c->program;
}

/* false: refused, or a track, which isn't ours any more. */
static bool begin(struct connection *c, const char *data, size_t length)
{
	struct track_hello hello;
	enum err err = track_hello_parse(data, length, &hello);
	if (!err) {
		recorders_add(c->studio->recorders, c->fd, &hello);
		c->fd = -1;
		return false;
	}
	if (err == ERR_NOT_FOUND)
		err = studio_hello_parse(data, length, c->name);
	if (!err)
		return begin_program(c);
	g_warning("a first message is refused: %s", err_name(err));
	return false;
}

static void take(struct connection *c, const uint8_t *data, size_t length)
{
	struct studio_message message;
	if (studio_message_parse(data, length, &message) != OK)
		c->refused++;
	else if (message.kind == STUDIO_STATE)
		program_set_state(c->program, message.state);
	else
		program_receive(c->program, message.slot, message.rtp, message.length);
}

/* false: the connection is at its end. */
static bool read_message(struct connection *c, bool *ret_more)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	ssize_t n = recv(c->fd, data, sizeof data, MSG_DONTWAIT | MSG_TRUNC);
	*ret_more = n > 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	if ((size_t)n > sizeof data)
		c->refused++;
	else if (c->program)
		take(c, data, (size_t)n);
	else
		return begin(c, (const char *)data, (size_t)n);
	return true;
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer user)
{
	struct connection *c = user;
	bool more = true;
	for (unsigned i = 0; more && i < READ_MAX; i++) {
		if (read_message(c, &more))
			continue;
		c->watch = 0;
		drop(c);
		return G_SOURCE_REMOVE;
	}
	return G_SOURCE_CONTINUE;
}

/* --- the socket --- */

static unsigned count(const struct studio_server *studio)
{
	return studio->connections->len + recorders_count(studio->recorders);
}

static gboolean on_incoming(gint listening, GIOCondition condition, gpointer user)
{
	struct studio_server *studio = user;
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return G_SOURCE_CONTINUE; /* gone again */
	if (count(studio) >= CONNECTIONS_MAX) {
		g_warning("more than %d programs: refused", CONNECTIONS_MAX);
		close(fd);
		return G_SOURCE_CONTINUE;
	}
	struct connection *c = g_new0(struct connection, 1);
	c->studio = studio;
	c->fd = fd;
	c->watch = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, c);
	g_ptr_array_add(studio->connections, c);
	g_clear_handle_id(&studio->timer, g_source_remove);
	return G_SOURCE_CONTINUE;
}

static gboolean on_away(gpointer user)
{
	struct studio_server *studio = user;
	studio->timer = 0;
	studio->away(studio->user);
	return G_SOURCE_REMOVE;
}

static void start_timer(struct studio_server *studio)
{
	if (!studio->timer)
		studio->timer = g_timeout_add_seconds(studio->away_seconds, on_away, studio);
}

static gboolean on_watch(gpointer user)
{
	struct studio_server *studio = user;
	recorders_watch(studio->recorders);
	if (count(studio) == 0)
		start_timer(studio);
	return G_SOURCE_CONTINUE;
}

/* A file that nobody listens on is a killed studio's. */
static bool is_taken(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool taken = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
	if (fd >= 0)
		close(fd);
	return taken;
}

static int listen_on(const char *path, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
			    "socket: %s: longer than %zu bytes", path, sizeof address.sun_path - 1);
		return -1;
	}
	if (is_taken(&address)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
			    "socket: %s: a studio runs there already", path);
		return -1;
	}
	unlink(path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mode_t old = umask(0177); /* nobody else's, not even for a moment */
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		  listen(fd, BACKLOG) == 0;
	int saved = errno;
	umask(old);
	if (ok)
		return fd;
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "socket: %s: %s", path,
		    g_strerror(saved));
	if (fd >= 0)
		close(fd);
	return -1;
}

struct studio_server *studio_server_new(const struct studio_server_config *config,
					void (*away)(void *user), void *user, GError **error)
{
	int fd = listen_on(config->socket, error);
	if (fd < 0)
		return NULL;
	struct studio_server *studio = g_new0(struct studio_server, 1);
	studio->path = g_strdup(config->socket);
	studio->fd = fd;
	studio->away_seconds = config->away_seconds;
	studio->duck_db = config->duck_db;
	studio->away = away;
	studio->user = user;
	studio->connections = g_ptr_array_new_with_free_func(connection_free);
	studio->recorders = recorders_new();
	studio->watch = g_unix_fd_add(fd, G_IO_IN, on_incoming, studio);
	studio->watch_timer = g_timeout_add(WATCH_MS, on_watch, studio);
	start_timer(studio);
	return studio;
}

void studio_server_free(struct studio_server *studio)
{
	if (!studio)
		return;
	g_source_remove(studio->watch);
	g_source_remove(studio->watch_timer);
	unlink(studio->path);
	close(studio->fd);
	g_ptr_array_unref(studio->connections);
	recorders_free(studio->recorders);
	g_clear_handle_id(&studio->timer, g_source_remove);
	g_free(studio->path);
	g_free(studio);
}
