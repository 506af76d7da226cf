/*
 * A server with an archive, over real HTTP: a store with a meeting "demo" that was recorded once
 * and its archive made, and a meeting "other". What is asked comes from a thread of its own; the
 * store is this thread's.
 */
#pragma once

#include "signaling/archive_index.h"
#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"
#include "signaling/store_attachments.h"
#include "signaling/store_internal.h"
#include "signaling/store_journal.h"
#include "signaling/store_recordings.h"
#include "tests/unit/signaling/http_fixture.h"
#include "tests/unit/signaling/server_fixture.h"

#include <glib/gstdio.h>

struct world {
	struct fixture http; /* first: what a client gets */
	struct server server;
	struct archive *archive;
	struct http_route routes[ARCHIVE_ROUTES];
	gint64 demo, other, take; /* ids; take: demo's recording */
	guint32 maisara, jonas;	  /* who were in demo */
	unsigned dropped, woken;  /* what the jobs were told, */
	gint64 again;		  /* and of which recording somebody asked for the archive */
};

static const char SECRET[] = "5ec2e7";

static char *in_data(const struct world *w, const char *name)
{
	return g_build_filename(w->server.folder, name, NULL);
}

static void put_file(const struct world *w, const char *name, const char *text)
{
	g_autofree char *path = in_data(w, name);
	g_autofree char *parent = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static G_GNUC_UNUSED bool is_there(const struct world *w, const char *name)
{
	g_autofree char *path = in_data(w, name);
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static G_GNUC_UNUSED unsigned count_in(const struct world *w, const char *name)
{
	g_autofree char *path = in_data(w, name);
	GDir *listing = g_dir_open(path, 0, NULL);
	unsigned n = 0;
	while (listing && g_dir_read_name(listing))
		n++;
	if (listing)
		g_dir_close(listing);
	return n;
}

static G_GNUC_UNUSED gint64 rows(const struct world *w, const char *sql)
{
	sqlite3_stmt *query = store_query(w->server.store, NULL, sql, "");
	g_assert_cmpint(store_next(w->server.store, query, NULL), ==, SQLITE_ROW);
	gint64 n = sqlite3_column_int64(query, 0);
	sqlite3_reset(query);
	return n;
}

static gint64 add_meeting(struct world *w, const char *name, const char *title, gint64 starts)
{
	gint64 id;
	g_autoptr(GError) error = NULL;
	char *none[] = {NULL}, *floors[] = {"zh", NULL};
	const struct store_meeting row = {.name = (char *)name,
					  .title = (char *)title,
					  .zone = "Asia/Shanghai",
					  .starts = starts,
					  .minutes = 90,
					  .floors = floors,
					  .channels = none};
	store_meeting_create(w->server.store, &row, &id, &error);
	g_assert_no_error(error);
	return id;
}

static guint32 add_person(struct world *w, gint64 meeting, const char *name, const char *country,
			  bool left)
{
	guint32 number;
	guint8 hash[SECRET_HASH_SIZE];
	gsize size = sizeof hash;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(sum, (const guchar *)SECRET, -1);
	g_checksum_get_digest(sum, hash, &size);
	g_checksum_free(sum);
	const struct store_person person = {.name = name,
					    .organisation = "Green Hills",
					    .country = country,
					    .speaks = "",
					    .role = ROLE_MEMBER,
					    .device = "",
					    .secret = hash,
					    .joined = 1790000000000};
	g_assert_true(store_person_add(w->server.store, meeting, &person, &number, NULL));
	if (left)
		store_person_left(w->server.store, number, 1790003600000);
	return number;
}

static G_GNUC_UNUSED gint64 say_chat(struct world *w, gint64 meeting, guint32 from,
				     const char *text)
{
	gint64 id;
	const struct store_chat chat = {.from = from, .name = "Maisara", .text = text};
	g_assert_true(store_chat_add(w->server.store, meeting, &chat, &id, NULL));
	return id;
}

static gint64 add_take(struct world *w, gint64 meeting, gint64 begin, const char *archive)
{
	gint64 id;
	g_assert_true(store_recording_begin(w->server.store, meeting, begin, &id, NULL));
	g_assert_true(store_recording_set_state(w->server.store, id, RECORDING_ENDED,
						begin + 3600000, NULL));
	g_assert_true(store_run(w->server.store, NULL,
				"UPDATE recording SET archive = ?, duration = 3599500 WHERE id = ?",
				"si", archive, id));
	g_autofree char *base = g_strdup_printf("recordings/%" G_GINT64_FORMAT "/", id);
	static const char *const files[] = {"index.jsonl",
					    "1/stage.mkv",
					    "1/own-p1-microphone.mka",
					    "1/own-p2-camera.mkv",
					    "archive/archive.json",
					    "archive/audio/fr.m4a",
					    "archive/hls/stage.m3u8",
					    "archive/thumbnail.jpg",
					    "archive/meeting.mp4"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strconcat(base, files[i], NULL);
		put_file(w, path, files[i]);
	}
	return id;
}

static void job_drop(void *user, gint64 recording)
{
	((struct world *)user)->dropped++;
}

static void job_wake(void *user)
{
	((struct world *)user)->woken++;
}

static bool job_again(void *user, gint64 recording, GError **error)
{
	((struct world *)user)->again = recording;
	return true;
}

static bool job_progress(void *user, gint64 recording, const char **ret_step, double *ret_done)
{
	*ret_step = "programs";
	*ret_done = 0.25;
	return true;
}

/* The server by itself: again, for what a killed one left. */
static void world_start(struct world *w)
{
	GError *error = NULL;
	w->archive = archive_new(w->server.config, w->server.store, w->server.key,
				 w->server.meetings, &error);
	g_assert_no_error(error);
	archive_set_maker(w->archive,
			  &(struct archive_maker){w, job_progress, job_drop, job_wake, job_again});
	defaults(&w->http);
	w->http.routes = w->routes;
	archive_routes(w->archive, w->routes, &w->http.n_routes);
	start(&w->http);
}

static void world_stop(struct world *w)
{
	stop(&w->http);
	archive_free(w->archive);
}

static void world_open(struct world *w, gconstpointer option)
{
	server_open(&w->server, NULL);
	w->demo = add_meeting(w, "demo", "Sharing 分享会议", 1790000000);
	w->other = add_meeting(w, "other", "Harvest", 1787500000);
	w->maisara = add_person(w, w->demo, "Maisara", "MY", true);
	w->jonas = add_person(w, w->demo, "Jonas", "DE", true);
	g_assert_cmpuint(w->maisara, ==, 1);
	w->take = add_take(w, w->demo, 1790000100000, "done");
	g_assert_true(store_meeting_set_state(w->server.store, w->demo, "ended", NULL));
	g_assert_true(store_meeting_set_state(w->server.store, w->other, "ended", NULL));
	world_start(w);
}

static void world_close(struct world *w, gconstpointer option)
{
	world_stop(w);
	server_close(&w->server);
}

/* ---- The client ---- */

static char *link_for(const struct world *w, const char *meeting, enum role role)
{
	char *none[] = {NULL};
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	const struct token token = {.meeting = (char *)meeting,
				    .role = role,
				    .languages = none,
				    .understands = none,
				    .issued = now,
				    .expires = now + 600};
	return token_sign(w->server.key, &token, NULL);
}

/* bearer may be NULL; headers have their line ends. */
static char *asked(const struct world *w, const char *method, const char *path, const char *bearer,
		   const char *headers, const void *body, size_t size)
{
	int fd = dial(w->http.config.port);
	g_autofree char *head = g_strdup_printf(
		"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n"
		"%s%s%s%s\r\n",
		method, path, size, bearer ? "Authorization: Bearer " : "", bearer ? bearer : "",
		bearer ? "\r\n" : "", headers);
	say(fd, head);
	say_bytes(fd, body, size);
	shutdown(fd, SHUT_WR);
	char *reply = hear_all(fd);
	close(fd);
	return reply;
}

static json_t *json_of(const char *reply, unsigned status)
{
	const char *body = strstr(reply, "\r\n\r\n");
	if (status_of(reply) != status)
		g_test_message("no %u: %.800s", status, reply);
	g_assert_cmpuint(status_of(reply), ==, status);
	json_t *json = json_loads(body ? body + 4 : "", 0, NULL);
	g_assert_nonnull(json);
	return json;
}

static G_GNUC_UNUSED json_t *get_json(const struct world *w, const char *path, const char *bearer)
{
	g_autofree char *reply = asked(w, "GET", path, bearer, "", "", 0);
	return json_of(reply, 200);
}

/* part: of the reply with its head; NULL: whatever. */
static void expect(const struct world *w, const char *method, const char *path, const char *bearer,
		   const char *headers, const char *body, unsigned status, const char *part)
{
	g_autofree char *reply =
		asked(w, method, path, bearer, headers, body ? body : "", body ? strlen(body) : 0);
	if (status_of(reply) != status || (part && !strstr(reply, part)))
		g_test_message("%s %s: no %u, %s: %.800s", method, path, status, part ? part : "",
			       reply);
	g_assert_cmpuint(status_of(reply), ==, status);
	if (part)
		g_assert_nonnull(strstr(reply, part));
}

static G_GNUC_UNUSED const char *text_at(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));
	return text ? text : "";
}

static G_GNUC_UNUSED gint64 number_at(const json_t *json, const char *key)
{
	return json_integer_value(json_object_get(json, key));
}
