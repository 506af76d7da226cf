#include "signaling/store_minutes.h"
#include "signaling/store_internal.h"

/* SQLite's numbers are signed. */
static gint64 number(guint64 version)
{
	return version > G_MAXINT64 ? G_MAXINT64 : (gint64)version;
}

static bool newest(struct store *store, gint64 meeting, const char *language, guint64 *ret_version,
		   char **ret_author, GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT version, author FROM minutes WHERE meeting = ? "
					  "AND language = ? ORDER BY version DESC LIMIT 1",
					  "is", meeting, language);
	if (query == NULL)
		return false;
	*ret_version = 0;
	*ret_author = NULL;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		*ret_version = (guint64)sqlite3_column_int64(query, 0);
		*ret_author = g_strdup(store_text(query, 1));
	}
	return code == SQLITE_DONE;
}

/* The primary key refuses a second writer of the same version, should one come between. */
bool store_minutes_add(struct store *store, gint64 meeting, const struct store_minutes *minutes,
		       guint64 base, const char *body, guint64 *ret_version, GError **error)
{
	guint64 version;
	g_autofree char *author = NULL;
	if (!newest(store, meeting, minutes->language, &version, &author, error))
		return false;
	if (version != base) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "base: version %" G_GUINT64_FORMAT
			    " is the newest, saved by %s; yours began from %" G_GUINT64_FORMAT,
			    version, author && *author ? author : "nobody", base);
		return false;
	}
	if (!store_run(store, error,
		       "INSERT INTO minutes (meeting, language, version, author, at, body) "
		       "VALUES (?, ?, ?, ?, ?, ?)",
		       "isisis", meeting, minutes->language, number(base + 1), minutes->author,
		       minutes->at, body))
		return false;
	*ret_version = base + 1;
	return true;
}

static const char find_published[] =
	"SELECT language, author, body, version, at, published FROM minutes WHERE meeting = ? AND "
	"language = ? AND published = 1 ORDER BY version DESC LIMIT 1";
static const char find_version[] =
	"SELECT language, author, body, version, at, published FROM minutes WHERE meeting = ? AND "
	"language = ? AND version <= ? AND (version = ? OR ? = 1) ORDER BY version DESC LIMIT 1";

bool store_minutes_find(struct store *store, gint64 meeting, const char *language, guint64 version,
			struct store_minutes_found *ret, GError **error)
{
	sqlite3_stmt *query;
	if (version == STORE_MINUTES_PUBLISHED)
		query = store_query(store, error, find_published, "is", meeting, language);
	else
		query = store_query(store, error, find_version, "isiii", meeting, language,
				    number(version), number(version),
				    (gint64)(version == STORE_MINUTES_NEWEST));
	if (query == NULL)
		return false;
	bool found = false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		found = true;
		*ret = (struct store_minutes_found){
			.language = g_strdup(store_text(query, 0)),
			.author = g_strdup(store_text(query, 1)),
			.body = g_strdup(store_text(query, 2)),
			.version = (guint64)sqlite3_column_int64(query, 3),
			.at = sqlite3_column_int64(query, 4),
			.published = sqlite3_column_int64(query, 5) != 0,
		};
	}
	if (code == SQLITE_DONE && !found)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "minutes: there are none in this language%s",
			    version == STORE_MINUTES_PUBLISHED ? " that are published"
			    : version == STORE_MINUTES_NEWEST  ? ""
							       : " with this version");
	return code == SQLITE_DONE && found;
}

void store_minutes_found_clear(struct store_minutes_found *found)
{
	g_free(found->language);
	g_free(found->author);
	g_free(found->body);
	*found = (struct store_minutes_found){0};
}

bool store_minutes_publish(struct store *store, gint64 meeting, const char *language,
			   guint64 version, bool on, GError **error)
{
	struct store_minutes_found found;
	if (!store_minutes_find(store, meeting, language, version, &found, error))
		return false;
	store_minutes_found_clear(&found);
	/* One statement: nobody sees two that are published, or none between. */
	return store_run(store, error,
			 "UPDATE minutes SET published = (version = ? AND ?) "
			 "WHERE meeting = ? AND language = ? AND (published = 1 OR version = ?)",
			 "iiisi", number(version), (gint64)on, meeting, language, number(version));
}

bool store_minutes_versions(struct store *store, gint64 meeting, const char *language,
			    void (*row)(void *user, const struct store_minutes *minutes),
			    void *user, GError **error)
{
	sqlite3_stmt *query =
		language != NULL
			? store_query(
				  store, error,
				  "SELECT language, author, version, at, published FROM minutes "
				  "WHERE meeting = ? AND language = ? ORDER BY version DESC",
				  "is", meeting, language)
			: store_query(store, error,
				      "SELECT language, author, version, at, published "
				      "FROM minutes AS m WHERE meeting = ? AND (published = 1 OR "
				      "version = (SELECT max(version) FROM minutes WHERE meeting = "
				      "m.meeting AND language = m.language)) "
				      "ORDER BY language, version DESC",
				      "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		const struct store_minutes minutes = {
			.language = store_text(query, 0),
			.author = store_text(query, 1),
			.version = (guint64)sqlite3_column_int64(query, 2),
			.at = sqlite3_column_int64(query, 3),
			.published = sqlite3_column_int64(query, 4) != 0,
		};
		row(user, &minutes);
	}
	return code == SQLITE_DONE;
}

bool store_minutes_attendants(struct store *store, gint64 meeting,
			      void (*row)(void *user, const struct store_attendant *person),
			      void *user, GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT name, organisation, country, role "
					  "FROM participant WHERE meeting = ? ORDER BY id",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		struct store_attendant person = {
			.name = store_text(query, 0),
			.organisation = store_text(query, 1),
			.country = store_text(query, 2),
		};
		if (role_from_name(store_text(query, 3), &person.role))
			row(user, &person);
	}
	return code == SQLITE_DONE;
}

bool store_minutes_chat(struct store *store, gint64 meeting,
			void (*row)(void *user, const struct store_said *said), void *user,
			GError **error)
{
	sqlite3_stmt *query = store_query(
		store, error, "SELECT name, text, question FROM chat WHERE meeting = ? ORDER BY id",
		"i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW) {
		const struct store_said said = {
			.name = store_text(query, 0),
			.text = store_text(query, 1),
			.question = sqlite3_column_int64(query, 2) != 0,
		};
		row(user, &said);
	}
	return code == SQLITE_DONE;
}

bool store_minutes_attachments(struct store *store, gint64 meeting,
			       void (*row)(void *user, gint64 id, const char *name), void *user,
			       GError **error)
{
	sqlite3_stmt *query = store_query(store, error,
					  "SELECT id, name FROM attachment WHERE meeting = ? "
					  "ORDER BY id",
					  "i", meeting);
	if (query == NULL)
		return false;
	int code;
	while ((code = store_next(store, query, error)) == SQLITE_ROW)
		row(user, sqlite3_column_int64(query, 0), store_text(query, 1));
	return code == SQLITE_DONE;
}
