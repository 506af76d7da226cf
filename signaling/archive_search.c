#include "signaling/archive_search.h"
#include "signaling/store_attachments.h"
#include "signaling/store_internal.h"

/* Of the index that are looked at for one search, of what may be seen, the newest first. */
#define TEXTS_MAX 2000
#define SHORT_MAX 20000 /* for words that the index doesn't know: it is read */

struct archive_found {
	const struct archive_words *words;
	GHashTable *visible;
	GHashTable *by_meeting; /* gint64 * -> json_t array */
};

static void array_free(gpointer array)
{
	json_decref(array);
}

static void add(struct archive_found *found, gint64 meeting, const char *kind, gint64 recording,
		gint64 at, const char *text)
{
	json_t *array = g_hash_table_lookup(found->by_meeting, &meeting);
	if (array == NULL) {
		array = json_array();
		g_hash_table_insert(found->by_meeting, g_memdup2(&meeting, sizeof meeting), array);
	}
	if (json_array_size(array) >= FOUND_MAX)
		return;
	g_autofree char *excerpt = archive_words_excerpt(found->words, text);
	g_autofree char *number =
		recording > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, recording) : NULL;
	json_array_append_new(array,
			      json_pack("{s:s, s:s, s:o, s:s?}", "kind", kind, "text", excerpt,
					"at", at >= 0 ? json_real((double)at / 1000) : json_null(),
					"recording", number));
}

static void look_at(struct archive_found *found, gint64 meeting, const char *kind, gint64 recording,
		    gint64 at, const char *text)
{
	if (g_hash_table_contains(found->visible, &meeting) && archive_words_in(found->words, text))
		add(found, meeting, kind, recording, at, text);
}

static bool titles(struct archive_found *found, struct store *store, GError **error)
{
	sqlite3_stmt *query = store_query(store, error, "SELECT id, title FROM meeting", "");
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		look_at(found, sqlite3_column_int64(query, 0), "title", 0, -1,
			store_text(query, 1));
	return code == SQLITE_DONE;
}

/* What was started while something recorded is in the index, with its time. */
static bool agendas(struct archive_found *found, struct store *store, GError **error)
{
	sqlite3_stmt *query =
		store_query(store, error,
			    "SELECT meeting, sharer || CASE WHEN sharer <> '' AND subject <> '' "
			    "THEN ': ' ELSE '' END || subject FROM agenda "
			    "WHERE started_at IS NULL OR meeting NOT IN "
			    "(SELECT meeting FROM recording WHERE archive = 'done')",
			    "");
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		look_at(found, sqlite3_column_int64(query, 0), "sharer", 0, -1,
			store_text(query, 1));
	return code == SQLITE_DONE;
}

static void attachment(void *user, gint64 meeting, const char *name)
{
	look_at(user, meeting, "attachment", 0, -1, name);
}

/* The visible meetings as JSON, for SQL: what may not be seen takes no place among the newest. */
static char *visible_json(GHashTable *visible)
{
	GString *text = g_string_new("[");
	GHashTableIter iter;
	void *id;
	g_hash_table_iter_init(&iter, visible);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		g_string_append_printf(text, "%s%" G_GINT64_FORMAT, text->len > 1 ? "," : "",
				       *(const gint64 *)id);
	g_string_append_c(text, ']');
	return g_string_free(text, FALSE);
}

#define TEXTS                                                                                      \
	"SELECT meeting, kind, recording, at, text FROM archive_text "                             \
	"WHERE CAST(meeting AS INTEGER) IN (SELECT value FROM json_each(?)) "

/* The index knows words from three characters up; for shorter ones the newest of it is read. */
static bool texts(struct archive_found *found, struct store *store, GError **error)
{
	g_autofree char *words = archive_words_query(found->words);
	g_autofree char *visible = visible_json(found->visible);
	sqlite3_stmt *query =
		words != NULL ? store_query(store, error,
					    TEXTS "AND archive_text MATCH ? "
						  "ORDER BY rowid DESC LIMIT ?",
					    "ssi", visible, words, (gint64)TEXTS_MAX)
			      : store_query(store, error, TEXTS "ORDER BY rowid DESC LIMIT ?", "si",
					    visible, (gint64)SHORT_MAX);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		look_at(found, sqlite3_column_int64(query, 0), store_text(query, 1),
			sqlite3_column_int64(query, 2), sqlite3_column_int64(query, 3),
			store_text(query, 4));
	return code == SQLITE_DONE;
}

struct archive_found *archive_search(struct store *store, const struct archive_words *words,
				     GHashTable *visible, GError **error)
{
	struct archive_found *found = g_new0(struct archive_found, 1);
	found->words = words;
	found->visible = visible;
	found->by_meeting = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, array_free);
	if (g_hash_table_size(visible) == 0)
		return found;
	if (titles(found, store, error) && agendas(found, store, error) &&
	    store_attachments_all(store, attachment, found, error) && texts(found, store, error))
		return found;
	archive_found_free(found);
	return NULL;
}

json_t *archive_found_in(const struct archive_found *found, gint64 meeting)
{
	return g_hash_table_lookup(found->by_meeting, &meeting);
}

void archive_found_free(struct archive_found *found)
{
	if (found == NULL)
		return;
	g_hash_table_unref(found->by_meeting);
	g_free(found);
}
