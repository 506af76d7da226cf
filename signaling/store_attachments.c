#include "signaling/store_attachments.h"
#include "signaling/store_internal.h"

bool store_attachment_add(struct store *store, gint64 meeting,
			  const struct store_attachment *attachment, gint64 *ret_id, GError **error)
{
	if (!store_run(store, error,
		       "INSERT INTO attachment (meeting, name, type, bytes, sha256, part, "
		       "participant, by, at) VALUES (?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?)",
		       "issisiisi", meeting, attachment->name, attachment->type, attachment->bytes,
		       attachment->sha256, (gint64)attachment->part, attachment->participant,
		       attachment->by, attachment->at))
		return false;
	*ret_id = sqlite3_last_insert_rowid(store->db);
	return true;
}

bool store_attachments(struct store *store, gint64 meeting,
		       void (*row)(void *user, const struct store_attachment *attachment),
		       void *user, GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error,
			    "SELECT id, name, type, bytes, sha256, part, participant, by, at "
			    "FROM attachment WHERE meeting = ? ORDER BY id",
			    "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, &(struct store_attachment){
				  .id = sqlite3_column_int64(query, 0),
				  .name = store_text(query, 1),
				  .type = store_text(query, 2),
				  .bytes = sqlite3_column_int64(query, 3),
				  .sha256 = store_text(query, 4),
				  .part = (unsigned)sqlite3_column_int64(query, 5),
				  .participant = sqlite3_column_int64(query, 6),
				  .by = store_text(query, 7),
				  .at = sqlite3_column_int64(query, 8),
			  });
	return code == SQLITE_DONE;
}

bool store_attachments_all(struct store *store,
			   void (*row)(void *user, gint64 meeting, const char *name), void *user,
			   GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error, "SELECT meeting, name FROM attachment ORDER BY id", "");
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, sqlite3_column_int64(query, 0), store_text(query, 1));
	return code == SQLITE_DONE;
}

bool store_attachment_delete(struct store *store, gint64 id, GError **error)
{
	return store_run(store, error, "DELETE FROM attachment WHERE id = ?", "i", id);
}

bool store_attachment_used(struct store *store, const char *sha256)
{
	g_autoptr(GError) error = NULL;
	sqlite3_stmt *query = store_query(
		store, &error, "SELECT count(*) FROM attachment WHERE sha256 = ?", "s", sha256);
	gint64 count = 1;
	if (query != NULL)
		while (store_next(store, query, &error) == SQLITE_ROW)
			count = sqlite3_column_int64(query, 0);
	if (error != NULL)
		g_warning("%s", error->message);
	return count > 0 || error != NULL;
}

bool store_attachment_count(struct store *store, gint64 meeting, unsigned *ret, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "SELECT count(*) FROM attachment WHERE meeting = ?", "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		*ret = (unsigned)sqlite3_column_int64(query, 0);
	return code == SQLITE_DONE;
}
