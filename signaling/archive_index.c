#include "signaling/archive_index.h"
#include "signaling/store_internal.h"

bool archive_index_text(struct store *store, gint64 meeting, const char *kind, gint64 recording,
			gint64 at, const char *text, GError **error)
{
	return store_run(store, error,
			 "INSERT INTO archive_text (text, meeting, kind, recording, at) "
			 "VALUES (?, ?, ?, ?, ?)",
			 "sisii", text, meeting, kind, recording, at);
}

bool archive_index_forget(struct store *store, gint64 meeting, const char *kind, gint64 recording,
			  GError **error)
{
	return store_run(
		store, error,
		"DELETE FROM archive_text WHERE meeting = ? AND kind = ? AND recording = ?", "isi",
		meeting, kind, recording);
}

static bool find_meeting(struct store *store, gint64 recording, gint64 *ret, GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "SELECT meeting FROM recording WHERE id = ?", "i", recording);
	if (query == NULL)
		return false;
	bool found = false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		*ret = sqlite3_column_int64(query, 0);
		found = true;
	}
	if (code == SQLITE_DONE && !found)
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
				    "recording: there is none with this number");
	return code == SQLITE_DONE && found;
}

static gint64 at_of(const json_t *item)
{
	const json_t *at = json_object_get(item, "at");
	double seconds = json_is_number(at) ? json_number_value(at) : -1;
	return seconds >= 0 && seconds < 1e9 ? (gint64)(seconds * 1000 + 0.5) : -1;
}

static const char *text_of(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));
	return text != NULL ? text : "";
}

static bool add(struct store *store, gint64 meeting, gint64 recording, const char *kind,
		const json_t *item, const char *first, const char *second, GError **error)
{
	const char *a = text_of(item, first), *b = text_of(item, second);
	if (*a == '\0' && *b == '\0')
		return true;
	g_autofree char *text = g_strdup_printf("%s%s%s", a, *a && *b ? ": " : "", b);
	return archive_index_text(store, meeting, kind, recording, at_of(item), text, error);
}

static bool add_all(struct store *store, gint64 meeting, gint64 recording, const json_t *archive,
		    GError **error)
{
	size_t i;
	const json_t *item;
	json_array_foreach(json_object_get(archive, "chapters"), i, item)
	{
		if (!add(store, meeting, recording, "sharer", item, "sharer", "subject", error))
			return false;
	}
	json_array_foreach(json_object_get(archive, "chat"), i, item)
	{
		if (!add(store, meeting, recording, "chat", item, "name", "text", error))
			return false;
	}
	return true;
}

bool archive_index_recording(struct store *store, gint64 recording, const json_t *archive,
			     GError **error)
{
	gint64 meeting = 0;
	if (!find_meeting(store, recording, &meeting, error) ||
	    !store_run(store, error, "BEGIN IMMEDIATE", ""))
		return false;
	bool ok = archive_index_forget(store, meeting, "sharer", recording, error) &&
		  archive_index_forget(store, meeting, "chat", recording, error) &&
		  add_all(store, meeting, recording, archive, error) &&
		  store_run(store, error, "COMMIT", "");
	if (!ok)
		store_note(store, "ROLLBACK", "");
	return ok;
}
