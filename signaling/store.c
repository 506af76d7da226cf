#include "signaling/store.h"
#include "signaling/store_internal.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_TIMEOUT_MS 5000

bool store_fail(struct store *store, const char *doing, GError **error)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "store: %s: %s", doing,
		    sqlite3_errmsg(store->db));
	return false;
}

static void finalize(void *statement)
{
	sqlite3_finalize(statement);
}

/*
 * WAL: readers (the command line) and the server's writes don't wait for each other. NORMAL: a
 * commit costs no fsync; a power cut may lose the last commits, a killed process none.
 */
static const char setup[] = "PRAGMA journal_mode = WAL;"
			    "PRAGMA synchronous = NORMAL;"
			    "PRAGMA foreign_keys = ON;";

struct store *store_open(const char *data_folder, GError **error)
{
	if (g_mkdir_with_parents(data_folder, 0700) != 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "data: %s: %s",
			    data_folder, g_strerror(errno));
		return NULL;
	}
	char *path = g_build_filename(data_folder, "tongsheng.db", NULL);
	struct store *store = g_new0(struct store, 1);
	store->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, finalize);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	bool ok = sqlite3_open_v2(path, &store->db, flags, NULL) == SQLITE_OK &&
		  sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS) == SQLITE_OK &&
		  sqlite3_exec(store->db, setup, NULL, NULL, NULL) == SQLITE_OK;
	if (!ok)
		store_fail(store, path, error);
	g_free(path);
	if (ok && store_migrate(store->db, error))
		return store;
	store_close(store);
	return NULL;
}

/* A checkpoint brings the log to the disk first; PASSIVE waits for nobody. */
void store_flush(struct store *store)
{
	(void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	g_hash_table_destroy(store->statements);
	sqlite3_close(store->db);
	g_free(store);
}

static sqlite3_stmt *prepared(struct store *store, const char *sql)
{
	sqlite3_stmt *statement = g_hash_table_lookup(store->statements, sql);
	if (statement == NULL && sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
						    &statement, NULL) == SQLITE_OK)
		g_hash_table_insert(store->statements, (void *)sql, statement);
	return statement;
}

static sqlite3_stmt *bound(struct store *store, const char *sql, const char *types, va_list values)
{
	sqlite3_stmt *statement = prepared(store, sql);
	if (statement == NULL)
		return NULL;
	for (int i = 0; types[i] != '\0'; i++) {
		if (types[i] == 'i') {
			sqlite3_bind_int64(statement, i + 1, va_arg(values, gint64));
		} else if (types[i] == 's') {
			sqlite3_bind_text(statement, i + 1, va_arg(values, const char *), -1,
					  SQLITE_STATIC);
		} else {
			const void *data = va_arg(values, const void *);
			sqlite3_bind_blob(statement, i + 1, data, va_arg(values, int),
					  SQLITE_STATIC);
		}
	}
	return statement;
}

sqlite3_stmt *store_query(struct store *store, GError **error, const char *sql, const char *types,
			  ...)
{
	va_list values;
	va_start(values, types);
	sqlite3_stmt *statement = bound(store, sql, types, values);
	va_end(values);
	if (statement == NULL)
		store_fail(store, "preparing", error);
	return statement;
}

int store_next(struct store *store, sqlite3_stmt *statement, GError **error)
{
	int code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return code;
	if (code != SQLITE_DONE)
		store_fail(store, "running", error);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return code;
}

bool store_run(struct store *store, GError **error, const char *sql, const char *types, ...)
{
	va_list values;
	va_start(values, types);
	sqlite3_stmt *statement = bound(store, sql, types, values);
	va_end(values);
	if (statement == NULL)
		return store_fail(store, "preparing", error);
	return store_next(store, statement, error) == SQLITE_DONE;
}

void store_note(struct store *store, const char *sql, const char *types, ...)
{
	va_list values;
	va_start(values, types);
	sqlite3_stmt *statement = bound(store, sql, types, values);
	va_end(values);
	GError *error = NULL;
	if (statement == NULL)
		store_fail(store, "preparing", &error);
	else
		store_next(store, statement, &error);
	if (error != NULL)
		g_warning("%s (%s)", error->message, sql);
	g_clear_error(&error);
}

const char *store_text(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text != NULL ? (const char *)text : "";
}

void store_meeting_clear(struct store_meeting *meeting)
{
	g_free(meeting->name);
	g_free(meeting->title);
	g_free(meeting->zone);
	g_free(meeting->state);
	g_free(meeting->venue);
	g_free(meeting->access);
	g_strfreev(meeting->floors);
	g_strfreev(meeting->channels);
	memset(meeting, 0, sizeof *meeting);
}

bool store_meeting_name_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return length >= 1 && length <= 64 && name[length] == '\0';
}

/* Who makes one needn't say everything. */
static const char *venue_of(const struct store_meeting *meeting)
{
	return meeting->venue != NULL ? meeting->venue : "";
}

static const char *access_of(const struct store_meeting *meeting)
{
	return meeting->access != NULL ? meeting->access : "alliance";
}

bool store_meeting_create(struct store *store, const struct store_meeting *meeting, gint64 *ret_id,
			  GError **error)
{
	if (!store_meeting_name_valid(meeting->name)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "name: \"%s\" isn't 1 to 64 of a-z, 0-9 and -", meeting->name);
		return false;
	}
	char *floors = g_strjoinv(" ", meeting->floors);
	char *channels = g_strjoinv(" ", meeting->channels);
	bool ok = store_run(
		store, error,
		"INSERT INTO meeting (id, made_at, name, title, starts, zone, minutes, floors, "
		"channels, state, venue, access, auto_record, own_tracks, retention_days) "
		"VALUES ((SELECT last + 1 FROM meeting_number), "
		"CAST(strftime('%s', 'now') AS INTEGER), "
		"?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		"ssisissssiii", meeting->name, meeting->title, meeting->starts, meeting->zone,
		(gint64)meeting->minutes, floors, channels, venue_of(meeting), access_of(meeting),
		(gint64)meeting->auto_record, (gint64)meeting->own_tracks,
		(gint64)meeting->retention_days);
	g_free(floors);
	g_free(channels);
	if (ok && sqlite3_changes(store->db) == 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "name: there is a meeting \"%s\" already", meeting->name);
		return false;
	}
	if (ok)
		*ret_id = sqlite3_last_insert_rowid(store->db);
	return ok;
}

static char **split_tags(const char *tags)
{
	return tags[0] == '\0' ? g_new0(char *, 1) : g_strsplit(tags, " ", -1);
}

#define MEETING_COLUMNS                                                                            \
	"id, name, title, starts, zone, minutes, floors, channels, state, venue, access, "         \
	"auto_record, own_tracks, retention_days, part, made_at"

static bool read_generations(struct store *store, struct store_meeting *meeting, GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error, "SELECT role, generation FROM link WHERE meeting = ?",
			    "i", meeting->id);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		enum role role;
		if (role_from_name(store_text(query, 0), &role))
			meeting->generation[role] = (unsigned)sqlite3_column_int64(query, 1);
	}
	return code == SQLITE_DONE;
}

static bool read_meeting(struct store *store, sqlite3_stmt *query, struct store_meeting *ret,
			 GError **error)
{
	*ret = (struct store_meeting){
		.id = sqlite3_column_int64(query, 0),
		.name = g_strdup(store_text(query, 1)),
		.title = g_strdup(store_text(query, 2)),
		.starts = sqlite3_column_int64(query, 3),
		.zone = g_strdup(store_text(query, 4)),
		.minutes = (unsigned)sqlite3_column_int64(query, 5),
		.floors = split_tags(store_text(query, 6)),
		.channels = split_tags(store_text(query, 7)),
		.state = g_strdup(store_text(query, 8)),
		.venue = g_strdup(store_text(query, 9)),
		.access = g_strdup(store_text(query, 10)),
		.auto_record = sqlite3_column_int64(query, 11) != 0,
		.own_tracks = sqlite3_column_int64(query, 12) != 0,
		.retention_days = (unsigned)sqlite3_column_int64(query, 13),
		.part = (unsigned)sqlite3_column_int64(query, 14),
		.made = sqlite3_column_int64(query, 15),
	};
	if (read_generations(store, ret, error))
		return true;
	store_meeting_clear(ret);
	return false;
}

bool store_meeting_missing(const char *name, GError **error)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
		    "meeting: there is no meeting \"%s\"", name);
	return false;
}

bool store_meeting_find(struct store *store, const char *name, struct store_meeting *ret,
			GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "SELECT " MEETING_COLUMNS " FROM meeting WHERE name = ?", "s", name);
	if (query == NULL)
		return false;
	int code = store_next(store, query, error);
	if (code == SQLITE_ROW) {
		bool ok = read_meeting(store, query, ret, error);
		sqlite3_reset(query);
		return ok;
	}
	return code == SQLITE_DONE && store_meeting_missing(name, error);
}

bool store_meeting_list(struct store *store,
			void (*row)(void *user, const struct store_meeting *meeting), void *user,
			GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "SELECT " MEETING_COLUMNS " FROM meeting ORDER BY starts, id", "");
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		struct store_meeting meeting;
		if (!read_meeting(store, query, &meeting, error)) {
			sqlite3_reset(query);
			return false;
		}
		row(user, &meeting);
		store_meeting_clear(&meeting);
	}
	return code == SQLITE_DONE;
}

bool store_meeting_set_state(struct store *store, gint64 id, const char *state, GError **error)
{
	if (!store_run(store, error, "UPDATE meeting SET state = ? WHERE id = ?", "si", state, id))
		return false;
	if (!g_str_equal(state, "ended"))
		return true;
	return store_run(store, error,
			 "UPDATE participant SET left_at = ? WHERE meeting = ? AND left_at IS NULL",
			 "ii", g_get_real_time() / 1000, id);
}

bool store_meeting_update(struct store *store, const struct store_meeting *meeting, GError **error)
{
	g_autofree char *floors = g_strjoinv(" ", meeting->floors);
	g_autofree char *channels = g_strjoinv(" ", meeting->channels);
	return store_run(store, error,
			 "UPDATE meeting SET title = ?, starts = ?, zone = ?, minutes = ?, "
			 "floors = ?, channels = ?, venue = ?, access = ?, auto_record = ?, "
			 "own_tracks = ?, retention_days = ? WHERE id = ?",
			 "sisissssiiii", meeting->title, meeting->starts, meeting->zone,
			 (gint64)meeting->minutes, floors, channels, venue_of(meeting),
			 access_of(meeting), (gint64)meeting->auto_record,
			 (gint64)meeting->own_tracks, (gint64)meeting->retention_days, meeting->id);
}

bool store_meeting_delete(struct store *store, gint64 id, GError **error)
{
	return store_run(store, error, "DELETE FROM meeting WHERE id = ?", "i", id);
}

bool store_general_generation(struct store *store, enum role role, unsigned *ret, GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error, "SELECT generation FROM general_link WHERE role = ?", "s",
			    role_name(role));
	if (query == NULL)
		return false;
	int code;
	*ret = 0;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		*ret = (unsigned)sqlite3_column_int64(query, 0);
	return code == SQLITE_DONE;
}

bool store_meeting_set_languages(struct store *store, gint64 id, char **floors, char **channels,
				 GError **error)
{
	g_autofree char *floor_tags = g_strjoinv(" ", floors);
	g_autofree char *channel_tags = g_strjoinv(" ", channels);
	return store_run(store, error, "UPDATE meeting SET floors = ?, channels = ? WHERE id = ?",
			 "ssi", floor_tags, channel_tags, id);
}

static bool take_generation(struct store *store, sqlite3_stmt *query, unsigned *ret, GError **error)
{
	if (query == NULL || store_next(store, query, error) != SQLITE_ROW)
		return false;
	unsigned generation = (unsigned)sqlite3_column_int64(query, 0);
	/* The row comes before the commit; only DONE says that it is kept. */
	if (store_next(store, query, error) != SQLITE_DONE)
		return false;
	*ret = generation;
	return true;
}

bool store_meeting_next_generation(struct store *store, gint64 id, enum role role, unsigned *ret,
				   GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"INSERT INTO link (meeting, role, generation) VALUES (?, ?, 1) "
		"ON CONFLICT DO UPDATE SET generation = generation + 1 RETURNING generation",
		"is", id, role_name(role));
	return take_generation(store, query, ret, error);
}

bool store_general_next_generation(struct store *store, enum role role, unsigned *ret,
				   GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"INSERT INTO general_link (role, generation) VALUES (?, 1) "
		"ON CONFLICT DO UPDATE SET generation = generation + 1 RETURNING generation",
		"s", role_name(role));
	return take_generation(store, query, ret, error);
}
