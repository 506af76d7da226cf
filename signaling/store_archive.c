#include "signaling/store_archive.h"
#include "signaling/store_internal.h"

static bool not_found(GError **error, const char *what)
{
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND, what);
	return false;
}

/* What is planned for later but was recorded already counts by what was recorded. */
bool store_archived_meetings(struct store *store,
			     void (*row)(void *user, const struct store_archived *meeting),
			     void *user, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT m.id, m.name, m.title, m.zone, m.access, m.floors, m.channels, m.starts, "
		"m.minutes, coalesce("
		"  (SELECT max(begin_at) / 1000 FROM recording WHERE meeting = m.id),"
		"  nullif(m.starts, 0),"
		"  (SELECT min(joined_at) / 1000 FROM participant WHERE meeting = m.id), 0) AS at "
		"FROM meeting m WHERE m.state = 'ended' "
		"OR EXISTS (SELECT 1 FROM recording WHERE meeting = m.id) "
		"OR EXISTS (SELECT 1 FROM attachment WHERE meeting = m.id) "
		"OR EXISTS (SELECT 1 FROM minutes WHERE meeting = m.id AND published) "
		"ORDER BY at DESC, m.id DESC",
		"");
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, &(struct store_archived){
				  .id = sqlite3_column_int64(query, 0),
				  .name = store_text(query, 1),
				  .title = store_text(query, 2),
				  .zone = store_text(query, 3),
				  .access = store_text(query, 4),
				  .floors = store_text(query, 5),
				  .channels = store_text(query, 6),
				  .starts = sqlite3_column_int64(query, 7),
				  .minutes = (unsigned)sqlite3_column_int64(query, 8),
				  .when = sqlite3_column_int64(query, 9),
			  });
	return code == SQLITE_DONE;
}

#define TAKE_COLUMNS                                                                               \
	"id, meeting, state, begin_at, ended_at, archive, archive_error, duration FROM recording"

static struct store_take read_take(sqlite3_stmt *query)
{
	return (struct store_take){
		.id = sqlite3_column_int64(query, 0),
		.meeting = sqlite3_column_int64(query, 1),
		.state = store_text(query, 2),
		.begin = sqlite3_column_int64(query, 3),
		.ended = sqlite3_column_int64(query, 4),
		.archive = store_text(query, 5),
		.archive_error = store_text(query, 6),
		.duration = sqlite3_column_int64(query, 7),
	};
}

bool store_takes(struct store *store, gint64 meeting,
		 void (*row)(void *user, const struct store_take *take), void *user, GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error, "SELECT " TAKE_COLUMNS " WHERE meeting = ? ORDER BY id",
			    "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		struct store_take take = read_take(query);
		row(user, &take);
	}
	return code == SQLITE_DONE;
}

bool store_take_find(struct store *store, gint64 meeting, gint64 id, struct store_take *ret,
		     GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error, "SELECT " TAKE_COLUMNS " WHERE meeting = ? AND id = ?",
			    "ii", meeting, id);
	if (query == NULL)
		return false;
	bool found = false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		*ret = read_take(query);
		/* The schema knows these words alone. */
		ret->state = g_intern_string(ret->state);
		ret->archive = g_intern_string(ret->archive);
		ret->archive_error = "";
		found = true;
	}
	if (code != SQLITE_DONE)
		return false;
	return found || not_found(error, "recording: this meeting has none with this number");
}

bool store_take_delete(struct store *store, gint64 id, GError **error)
{
	return store_run(store, error, "DELETE FROM archive_text WHERE recording = ?", "i", id) &&
	       store_run(store, error, "DELETE FROM recording WHERE id = ?", "i", id);
}

bool store_take_remake(struct store *store, gint64 id, GError **error)
{
	return store_run(store, error, "DELETE FROM archive_text WHERE recording = ?", "i", id) &&
	       store_run(store, error,
			 "UPDATE recording SET archive = 'waiting', archive_error = '' "
			 "WHERE id = ? AND state = 'ended'",
			 "i", id);
}

bool store_archive_agenda(struct store *store, gint64 meeting,
			  void (*row)(void *user, const struct store_part *part), void *user,
			  GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT number, sharer, subject, minutes, started_at "
					  "FROM agenda WHERE meeting = ? ORDER BY number",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, &(struct store_part){
				  .number = (unsigned)sqlite3_column_int64(query, 0),
				  .sharer = store_text(query, 1),
				  .subject = store_text(query, 2),
				  .minutes = (unsigned)sqlite3_column_int64(query, 3),
				  .started = sqlite3_column_int64(query, 4),
			  });
	return code == SQLITE_DONE;
}

/* With max() the other columns are of the same row (SQLite, "bare columns in an aggregate"). */
bool store_archive_minutes(struct store *store, gint64 meeting, bool published,
			   void (*row)(void *user, const struct store_minutes_line *line),
			   void *user, GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error,
			    "SELECT language, published, max(version), at FROM minutes "
			    "WHERE meeting = ? AND (published OR NOT ?) "
			    "GROUP BY language ORDER BY language",
			    "ii", meeting, (gint64)published);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, &(struct store_minutes_line){
				  .language = store_text(query, 0),
				  .published = sqlite3_column_int64(query, 1) != 0,
				  .version = (unsigned)sqlite3_column_int64(query, 2),
				  .at = sqlite3_column_int64(query, 3),
			  });
	return code == SQLITE_DONE;
}

bool store_archive_countries(struct store *store, gint64 meeting,
			     void (*row)(void *user, const char *country), void *user,
			     GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT DISTINCT country FROM participant "
					  "WHERE meeting = ? AND country <> '' ORDER BY country",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, store_text(query, 0));
	return code == SQLITE_DONE;
}

bool store_archive_present(struct store *store, gint64 meeting, unsigned *ret, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT count(*) FROM participant WHERE meeting = ? AND left_at IS NULL", "i",
		meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		*ret = (unsigned)sqlite3_column_int64(query, 0);
	return code == SQLITE_DONE;
}

bool store_archive_person(struct store *store, gint64 meeting, gint64 number, bool *ret_present,
			  GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error,
			    "SELECT left_at IS NULL FROM participant WHERE meeting = ? AND id = ?",
			    "ii", meeting, number);
	if (query == NULL)
		return false;
	bool found = false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		*ret_present = sqlite3_column_int64(query, 0) != 0;
		found = true;
	}
	if (code != SQLITE_DONE)
		return false;
	return found || not_found(error, "participant: nobody by this number was in the meeting");
}

bool store_archive_forget_person(struct store *store, gint64 meeting, gint64 number,
				 unsigned *ret_lines, GError **error)
{
	if (!store_run(store, error,
		       "UPDATE participant SET name = '', organisation = '', country = '', "
		       "speaks = '', device = '', secret = NULL WHERE meeting = ? AND id = ?",
		       "ii", meeting, number) ||
	    !store_run(store, error, "DELETE FROM chat WHERE meeting = ? AND participant = ?", "ii",
		       meeting, number))
		return false;
	*ret_lines = (unsigned)sqlite3_changes(store->db);
	return true;
}

bool store_archive_set_access(struct store *store, gint64 meeting, const char *access,
			      gint64 retention_days, GError **error)
{
	return store_run(store, error,
			 "UPDATE meeting SET access = ?, retention_days = ? WHERE id = ?", "sii",
			 access, retention_days, meeting);
}

/* The end is the last that happened, or was to happen. */
bool store_archive_overdue(struct store *store, gint64 now,
			   void (*row)(void *user, gint64 meeting, const char *name), void *user,
			   GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error,
		"SELECT id, name FROM meeting m WHERE retention_days > 0 "
		"AND NOT EXISTS (SELECT 1 FROM recording WHERE meeting = m.id AND state <> "
		"'ended') "
		"AND NOT EXISTS (SELECT 1 FROM participant WHERE meeting = m.id "
		"                AND left_at IS NULL) "
		"AND (EXISTS (SELECT 1 FROM recording WHERE meeting = m.id) "
		"     OR EXISTS (SELECT 1 FROM attachment WHERE meeting = m.id)) "
		"AND max(starts + minutes * 60, "
		"  coalesce((SELECT max(ended_at) / 1000 FROM recording WHERE meeting = m.id), 0), "
		"  coalesce((SELECT max(left_at) / 1000 FROM participant WHERE meeting = m.id), "
		"0), "
		"  coalesce((SELECT max(at) / 1000 FROM attachment WHERE meeting = m.id), 0)) "
		"+ retention_days * 86400 < ?",
		"i", now);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, sqlite3_column_int64(query, 0), store_text(query, 1));
	return code == SQLITE_DONE;
}
