#include "signaling/store_recordings.h"
#include "signaling/store_internal.h"

static const char *const names[] = {
	[RECORDING_ENDED] = "ended", [RECORDING_ON] = "recording", [RECORDING_PAUSED] = "paused"};

const char *recording_state_name(enum recording_state state)
{
	return names[state];
}

static const char *const archive_names[] = {[ARCHIVE_NONE] = "none",
					    [ARCHIVE_WAITING] = "waiting",
					    [ARCHIVE_RUNNING] = "running",
					    [ARCHIVE_DONE] = "done",
					    [ARCHIVE_FAILED] = "failed"};

const char *archive_state_name(enum archive_state state)
{
	return archive_names[state];
}

static enum archive_state archive_from_name(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(archive_names); i++)
		if (g_str_equal(name, archive_names[i]))
			return i;
	return ARCHIVE_NONE; /* the schema allows no other */
}

static enum recording_state state_from_name(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_str_equal(name, names[i]))
			return i;
	return RECORDING_ENDED; /* the schema allows no other */
}

bool store_recording_begin(struct store *store, gint64 meeting, gint64 begin, gint64 *ret_id,
			   GError **error)
{
	if (!store_run(store, error,
		       "INSERT INTO recording (meeting, state, begin_at) VALUES (?, ?, ?)", "isi",
		       meeting, names[RECORDING_ON], begin))
		return false;
	*ret_id = sqlite3_last_insert_rowid(store->db);
	return true;
}

bool store_recording_set_state(struct store *store, gint64 id, enum recording_state state,
			       gint64 at, GError **error)
{
	if (state == RECORDING_ENDED)
		return store_run(
			store, error,
			"UPDATE recording SET state = ?, ended_at = ?, archive = 'waiting' "
			"WHERE id = ?",
			"sii", names[state], at, id);
	return store_run(store, error, "UPDATE recording SET state = ? WHERE id = ?", "si",
			 names[state], id);
}

bool store_recording_left(struct store *store, gint64 id, GError **error)
{
	return store_run(store, error, "UPDATE recording SET by_hand = 0 WHERE id = ?", "i", id);
}

bool store_recordings_past(struct store *store, gint64 meeting, gint64 from, gint64 declined_from,
			   bool *ret_any, bool *ret_declined, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT count(*), coalesce(max(by_hand AND ended_at >= ?), 0) FROM recording "
		"WHERE meeting = ? AND ended_at >= ?",
		"iii", declined_from, meeting, from);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		*ret_any = sqlite3_column_int(query, 0) > 0;
		*ret_declined = sqlite3_column_int(query, 1) != 0;
	}
	return code == SQLITE_DONE;
}

bool store_recording_next_part(struct store *store, gint64 id, unsigned *ret, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "UPDATE recording SET parts = parts + 1 WHERE id = ? RETURNING parts",
		"i", id);
	if (query == NULL)
		return false;
	bool found = false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		*ret = (unsigned)sqlite3_column_int64(query, 0);
		found = true;
	}
	if (code == SQLITE_DONE && !found)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "recording: there is none with this number");
	return code == SQLITE_DONE && found;
}

static struct store_recording read_row(sqlite3_stmt *query)
{
	return (struct store_recording){
		.id = sqlite3_column_int64(query, 0),
		.state = state_from_name(store_text(query, 1)),
		.begin = sqlite3_column_int64(query, 2),
		.ended = sqlite3_column_int64(query, 3),
		.parts = (unsigned)sqlite3_column_int64(query, 4),
		.archive = archive_from_name(store_text(query, 5)),
		.archive_error = store_text(query, 6),
		.duration = sqlite3_column_int64(query, 7),
	};
}

bool store_recordings(struct store *store, gint64 meeting,
		      void (*row)(void *user, const struct store_recording *recording), void *user,
		      GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT id, state, begin_at, ended_at, parts, archive, "
					  "archive_error, duration FROM recording "
					  "WHERE meeting = ? ORDER BY id",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		struct store_recording recording = read_row(query);
		row(user, &recording);
	}
	return code == SQLITE_DONE;
}

struct search {
	struct store_recording *ret;
	bool found;
};

static void keep_open(void *user, const struct store_recording *recording)
{
	struct search *search = user;
	if (recording->state == RECORDING_ENDED)
		return;
	*search->ret = *recording;
	search->ret->archive_error = "";
	search->found = true;
}

bool store_recording_open(struct store *store, gint64 meeting, struct store_recording *ret,
			  bool *ret_found, GError **error)
{
	struct search search = {.ret = ret};
	bool ok = store_recordings(store, meeting, keep_open, &search, error);
	*ret_found = search.found;
	return ok;
}

bool store_recording_set_archive(struct store *store, gint64 id, enum archive_state state,
				 const char *words, gint64 duration, GError **error)
{
	return store_run(store, error,
			 "UPDATE recording SET archive = ?, archive_error = ?, duration = ? "
			 "WHERE id = ?",
			 "ssii", archive_names[state], words, duration, id);
}

bool store_recording_waiting(struct store *store, gint64 after, gint64 *ret_id, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT coalesce(min(CASE WHEN id > ? THEN id END), min(id), 0) FROM recording "
		"WHERE archive = 'waiting'",
		"i", after);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		*ret_id = sqlite3_column_int64(query, 0);
	return code == SQLITE_DONE;
}

bool store_recordings_resume(struct store *store, GError **error)
{
	return store_run(store, error,
			 "UPDATE recording SET archive = 'waiting' WHERE archive = 'running' "
			 "OR (archive = 'none' AND state = 'ended')",
			 "");
}
