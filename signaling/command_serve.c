/* `tongsheng serve`: joins the parts, runs the main loop, takes them apart again. */
#include "relay/relay.h"
#include "signaling/api.h"
#include "signaling/api_admin.h"
#include "signaling/archive.h"
#include "signaling/archive_index.h"
#include "signaling/commands.h"
#include "signaling/control.h"
#include "signaling/meeting.h"
#include "signaling/minutes_api.h"
#include "signaling/watch.h"
#include "signaling/whip.h"
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define END_PATIENCE_MS 1000
#define FILES_BESIDE	4096 /* of the media, the store, ... */
#define ROUTES_MAX                                                                                 \
	(1 + WATCH_ROUTES + API_ROUTES + API_ADMIN_ROUTES + WHIP_ROUTES + ARCHIVE_ROUTES +         \
	 MINUTES_ROUTES)

struct program {
	struct config *config;
	struct store *store;
	struct token_key *key;
	struct meetings *meetings;
	struct relay *relay;
	struct whip *whip;
	struct archive *archive;
	struct watch *watch;
	struct minutes_api *minutes;
	struct http_server *server;
	struct control_server *control;
	struct archive_jobs *jobs;
	struct api api;
	struct control_command commands[4];
	GMainLoop *loop;
	bool ending;
};

static void handle_health(void *user, const struct http_request *request, struct http_reply *reply)
{
	http_reply_text(reply, 200, "text/plain; charset=utf-8", "ok\n");
}

static const char *read_name(const json_t *request, GError **error)
{
	const char *name = json_string_value(json_object_get(request, "name"));
	if (!name)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "name: missing, or no text");
	return name;
}

static bool handle_meeting_end(void *user, const json_t *request, json_t **ret_reply,
			       GError **error)
{
	struct program *program = user;
	const char *name = read_name(request, error);
	return name && meetings_end(program->meetings, name, error);
}

static bool handle_meeting_changed(void *user, const json_t *request, json_t **ret_reply,
				   GError **error)
{
	struct program *program = user;
	const char *name = read_name(request, error);
	return name && meetings_refresh(program->meetings, name, error);
}

static bool handle_record(void *user, const json_t *request, json_t **ret_reply, GError **error)
{
	struct program *program = user;
	return api_recording_command(program->api.recording, request, ret_reply, error);
}

static bool handle_record_archive(void *user, const json_t *request, json_t **ret_reply,
				  GError **error)
{
	struct program *program = user;
	return archive_command_again(program->archive, request, ret_reply, error);
}

/* What a search is to find. */
static void on_archive_made(void *user, gint64 recording)
{
	struct program *p = user;
	g_autoptr(GError) error = NULL;
	g_autofree char *path =
		g_strdup_printf("%s/recordings/%" G_GINT64_FORMAT "/archive/archive.json",
				p->config->data, recording);
	json_t *archive = json_load_file(path, 0, NULL);
	if (archive == NULL)
		g_warning("%s: can't be read", path);
	else if (!archive_index_recording(p->store, recording, archive, &error))
		g_warning("%s: %s", path, error->message);
	json_decref(archive);
}

static void wake_jobs(void *user)
{
	archive_jobs_wake(user);
}

static void drop_job(void *user, gint64 recording)
{
	archive_jobs_forget(user, recording);
}

static bool make_again(void *user, gint64 recording, GError **error)
{
	return archive_jobs_again(user, recording, error);
}

static bool job_progress(void *user, gint64 recording, const char **ret_step, double *ret_done)
{
	return archive_jobs_progress(user, recording, ret_step, ret_done);
}

/* After what was being removed is gone. */
static void start_jobs(struct program *p)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	p->jobs = archive_jobs_new(p->store, p->config->data, self, on_archive_made, p);
	meetings_on_recording_ended(p->meetings, wake_jobs, p->jobs);
	archive_set_maker(p->archive, &(struct archive_maker){.user = p->jobs,
							      .progress = job_progress,
							      .drop = drop_job,
							      .wake = wake_jobs,
							      .again = make_again});
	p->api = (struct api){p->meetings, api_recording_new(p->meetings, p->jobs)};
}

static bool start_relay(struct program *p, GError **error)
{
	struct relay_events events;
	const struct relay_config config = {
		.listen = p->config->media_listen,
		.media_port = (uint16_t)p->config->media_port,
		.workers = p->config->workers ? p->config->workers : g_get_num_processors(),
		.fill = p->config->worker_participants,
		.spread = g_str_equal(p->config->placement, "spread"),
		.max_half_open = p->config->half_open,
		.max_packets = p->config->packets,
		.overload_percent = p->config->overload_percent,
		.announce = (const char *const *)p->config->announce,
		.n_announce = g_strv_length(p->config->announce),
	};

	meetings_relay_events(p->meetings, &events);
	enum err err = relay_new(&config, &events, &p->relay);
	if (err) {
		int saved = errno;
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "media-port: cannot listen on UDP %u: %s", p->config->media_port,
			    err == ERR_SYSTEM && saved ? g_strerror(saved) : err_name(err));
		return false;
	}
	meetings_start(p->meetings, p->relay);
	return true;
}

static void on_minutes_published(void *user, gint64 meeting, char *const *texts)
{
	struct program *p = user;
	g_autoptr(GError) error = NULL;
	bool ok = archive_index_forget(p->store, meeting, "minutes", 0, &error);
	for (; ok && *texts != NULL; texts++)
		ok = archive_index_text(p->store, meeting, "minutes", 0, -1, *texts, &error);
	if (!ok)
		g_warning("minutes: a search won't find them: %s", error->message);
}

static bool start_http(struct program *p, GError **error)
{
	struct http_route routes[ROUTES_MAX] = {
		{"GET", "/healthz", 0, handle_health, NULL},
	};
	size_t n = 1, more;
	struct websocket_events websocket_events;

	p->watch = watch_new(p->config, p->relay, p->meetings, &p->server);
	watch_routes(p->watch, routes + n, &more);
	n += more;
	api_routes(&p->api, routes + n, &more);
	n += more;
	api_admin_routes(p->meetings, routes + n, &more);
	n += more;
	p->whip = whip_new(p->meetings);
	whip_routes(p->whip, routes + n, &more);
	n += more;
	/* Before the archive's, which are for everything beneath /api/archive/. */
	p->minutes = minutes_api_new(p->config, p->store, p->key, NULL);
	minutes_api_on_published(p->minutes, on_minutes_published, p);
	minutes_api_routes(p->minutes, routes + n, &more);
	n += more;
	archive_routes(p->archive, routes + n, &more);
	n += more;
	meetings_websocket_events(p->meetings, &websocket_events);
	p->server = http_server_new(p->config, routes, n, &websocket_events, error);
	return p->server != NULL;
}

/* The client that the program was built with: beside the build folder, or where an installation
 * puts it. */
static char *find_client(void)
{
	static const char *const places[] = {"../web-client/dist", "../share/tongsheng/web-client"};
	char *self = g_file_read_link("/proc/self/exe", NULL);
	char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
	char *found = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(places) && !found; i++) {
		char *candidate = g_build_filename(folder, places[i], NULL);
		char *index = g_build_filename(candidate, "index.html", NULL);
		if (g_file_test(index, G_FILE_TEST_IS_REGULAR))
			found = g_steal_pointer(&candidate);
		g_free(index);
		g_free(candidate);
	}
	g_free(folder);
	g_free(self);
	return found;
}

static bool start(struct program *p, GError **error)
{
	if (!p->config->client)
		p->config->client = find_client();
	if (!p->config->client)
		g_warning("no web client found: only WHIP, WHEP and the API are served");
	if (g_mkdir_with_parents(p->config->data, 0700) < 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "data: cannot make %s: %s", p->config->data, g_strerror(errno));
		return false;
	}
	p->commands[0] = (struct control_command){"meeting-end", handle_meeting_end, p};
	p->commands[1] = (struct control_command){"meeting-changed", handle_meeting_changed, p};
	p->commands[2] = (struct control_command){"record", handle_record, p};
	p->commands[3] = (struct control_command){"record-archive", handle_record_archive, p};
	/* The socket comes first: it says whether another server has this folder. */
	p->control =
		control_server_new(p->config->data, p->commands, G_N_ELEMENTS(p->commands), error);
	if (!p->control)
		return false;
	p->store = store_open(p->config->data, error);
	if (!p->store)
		return false;
	p->key = token_key_open(p->config->data, error);
	if (!p->key)
		return false;
	p->meetings = meetings_new(p->config, p->store, p->key);
	if (!start_relay(p, error))
		return false;
	p->archive = archive_new(p->config, p->store, p->key, p->meetings, error);
	if (!p->archive)
		return false;
	start_jobs(p);
	return start_http(p, error);
}

static void stop(struct program *p)
{
	http_server_free(p->server);
	minutes_api_free(p->minutes);
	watch_free(p->watch);
	archive_free(p->archive);
	if (p->meetings != NULL)
		meetings_end_studios(p->meetings);
	whip_free(p->whip);
	meetings_free(p->meetings);
	relay_free(p->relay);
	api_recording_free(p->api.recording);
	archive_jobs_free(p->jobs);
	token_key_free(p->key);
	store_close(p->store);
	control_server_free(p->control);
	config_free(p->config);
	g_clear_pointer(&p->loop, g_main_loop_unref);
}

static gboolean on_end_patience(void *user)
{
	struct program *p = user;
	g_main_loop_quit(p->loop);
	return G_SOURCE_REMOVE;
}

static gboolean on_websockets_closed(void *user)
{
	struct program *p = user;
	if (http_server_websockets(p->server) > 0)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(p->loop);
	return G_SOURCE_REMOVE;
}

/* People are told that the server restarts (1012), and come back by themselves. */
static gboolean on_end_signal(void *user)
{
	struct program *p = user;
	if (p->ending) /* it takes a second at most */
		return G_SOURCE_CONTINUE;
	p->ending = true;
	g_message("ending");
	http_server_stop(p->server);
	g_timeout_add(10, on_websockets_closed, p);
	g_timeout_add(END_PATIENCE_MS, on_end_patience, p);
	return G_SOURCE_CONTINUE;
}

static gboolean on_reload_signal(void *user)
{
	struct program *p = user;
	GError *error = NULL;

	if (http_server_secure(p->server) && !http_server_reload_certificate(p->server, &error)) {
		g_warning("certificate not reloaded, the old one stays: %s", error->message);
		g_error_free(error);
	} else {
		g_message("certificate reloaded");
	}
	return G_SOURCE_CONTINUE;
}

/*
 * A connection is a file. Not more than needed, though: libwebsockets fills tables of that size,
 * and systems say "infinity" in ten digits.
 */
static void set_file_limit(unsigned connections)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur =
		MIN(limit.rlim_max, (rlim_t)(connections ? connections : 65536) + FILES_BESIDE);
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* One line for each event: to the journal with its fields if stderr is the journal, else with the
 * time before it. */
static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
				  gpointer user)
{
	if (g_log_writer_default_would_drop(level, G_LOG_DOMAIN))
		return G_LOG_WRITER_HANDLED;
	if (g_log_writer_is_journald(fileno(stderr)) &&
	    g_log_writer_journald(level, fields, n_fields, user) == G_LOG_WRITER_HANDLED)
		return G_LOG_WRITER_HANDLED;
	const char *text = "", *word = level & G_LOG_LEVEL_MESSAGE ? "" : "debug: ";
	if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR))
		word = level & G_LOG_LEVEL_WARNING ? "warning: " : "error: ";
	for (gsize i = 0; i < n_fields; i++)
		if (!strcmp(fields[i].key, "MESSAGE"))
			text = fields[i].value;
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
	/* As one write, or lines of two threads would run into each other. */
	g_autofree char *line = g_strdup_printf(
		"%s.%03dZ %s%s\n", time, g_date_time_get_microsecond(now) / 1000, word, text);
	fputs(line, stderr);
	return G_LOG_WRITER_HANDLED;
}

static void run(struct program *p)
{
	p->loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGINT, on_end_signal, p);
	g_unix_signal_add(SIGTERM, on_end_signal, p);
	g_unix_signal_add(SIGHUP, on_reload_signal, p);
	unsigned first = p->config->media_port, more = relay_workers(p->relay) - 1;
	g_autofree char *ports = more && first ? g_strdup_printf("%u to %u", first, first + more)
					       : g_strdup_printf("%u", first);
	g_message("serving %s (media on UDP %s, data in %s)", p->config->base_url, ports,
		  p->config->data);
	g_main_loop_run(p->loop);
}

int command_serve(int argc, char **argv)
{
	struct program program = {0};
	GError *error = NULL;

	program.config = config_load(argc, argv, &error);
	if (program.config && program.config->print_config) {
		char *text = config_describe();
		fputs(text, stdout);
		g_free(text);
		config_free(program.config);
		return 0;
	}
	g_log_set_writer_func(write_log, NULL, NULL);
	set_file_limit(program.config ? program.config->connections : 0);
	signal(SIGPIPE, SIG_IGN); /* a client that went is told by the write's error */
	bool ok = program.config && start(&program, &error);
	if (ok)
		run(&program);
	else
		fprintf(stderr, "tongsheng serve: %s\n", error->message);
	g_clear_error(&error);
	stop(&program);
	return ok ? 0 : 1;
}
