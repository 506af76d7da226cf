#include "signaling/store_agenda.h"
#include "signaling/store_internal.h"

bool store_agenda(struct store *store, gint64 meeting,
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

static bool put(struct store *store, gint64 meeting, const struct store_part *part, unsigned number,
		GError **error)
{
	return store_run(store, error,
			 "INSERT INTO agenda (meeting, number, sharer, subject, minutes) "
			 "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
			 "sharer = excluded.sharer, subject = excluded.subject, "
			 "minutes = excluded.minutes",
			 "iissi", meeting, (gint64)number, part->sharer, part->subject,
			 (gint64)part->minutes);
}

bool store_agenda_set(struct store *store, gint64 meeting, const struct store_part *parts,
		      unsigned n, GError **error)
{
	bool ok = store_run(store, error, "SAVEPOINT agenda", "");
	if (!ok)
		return false;
	for (unsigned i = 0; ok && i < n; i++)
		ok = put(store, meeting, &parts[i], i + 1, error);
	ok = ok &&
	     store_run(store, error, "DELETE FROM agenda WHERE meeting = ? AND number > ?", "ii",
		       meeting, (gint64)n) &&
	     store_run(store, error, "UPDATE meeting SET part = 0 WHERE id = ? AND part > ?", "ii",
		       meeting, (gint64)n);
	if (!ok)
		store_note(store, "ROLLBACK TO agenda", "");
	return store_run(store, ok ? error : NULL, "RELEASE agenda", "") && ok;
}

bool store_agenda_start(struct store *store, gint64 meeting, unsigned number, gint64 at,
			GError **error)
{
	if (number > 0 && !store_run(store, error,
				     "UPDATE agenda SET started_at = coalesce(started_at, ?) "
				     "WHERE meeting = ? AND number = ?",
				     "iii", at, meeting, (gint64)number))
		return false;
	if (number > 0 && sqlite3_changes(store->db) == 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "number: the agenda has no part %u", number);
		return false;
	}
	return store_run(store, error, "UPDATE meeting SET part = ? WHERE id = ?", "ii",
			 (gint64)number, meeting);
}
