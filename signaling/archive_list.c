/* GET /api/archive: the list, with a search and a calendar's months. */
#include "signaling/archive_files.h"
#include "signaling/archive_internal.h"
#include "signaling/archive_search.h"
#include "signaling/store_archive.h"
#include "signaling/text.h"
#include <string.h>
#include <unistd.h>

#define PAGE	    30
#define QUERY_CHARS 200

/* Of one that may be seen by who asks. */
struct entry {
	gint64 id, starts, when;
	char *name, *title, *zone, *access, *floors, *channels;
	unsigned minutes;
	char month[16]; /* "2026-11" in its zone; "": unknown */
};

struct list {
	struct archive *archive;
	struct token token;
	bool known;
	GPtrArray *entries;  /* the latest first */
	GHashTable *visible; /* ids */
	json_t *out;
};

static void entry_free(gpointer data)
{
	struct entry *entry = data;
	g_free(entry->name);
	g_free(entry->title);
	g_free(entry->zone);
	g_free(entry->access);
	g_free(entry->floors);
	g_free(entry->channels);
	g_free(entry);
}

/* As access_archive says for one meeting; the token was checked once for all. */
static bool may_see(const struct list *list, const struct store_archived *row)
{
	if (g_str_equal(row->access, "public"))
		return true;
	enum action action = g_str_equal(row->access, "secretariat") ? ACTION_EDIT : ACTION_ARCHIVE;
	return list->known && access_may(&list->token, row->name, action, NULL);
}

static void month_of(struct entry *entry)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(*entry->zone ? entry->zone : "UTC");
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) utc_time = g_date_time_new_from_unix_utc(entry->when);
	g_autoptr(GDateTime) time =
		utc_time ? g_date_time_to_timezone(utc_time, zone ? zone : utc) : NULL;
	if (time && entry->when > 0)
		g_snprintf(entry->month, sizeof entry->month, "%04d-%02d",
			   g_date_time_get_year(time), g_date_time_get_month(time));
}

static void on_row(void *user, const struct store_archived *row)
{
	struct list *list = user;
	if (!may_see(list, row))
		return;
	struct entry *entry = g_new0(struct entry, 1);
	*entry = (struct entry){
		.id = row->id,
		.starts = row->starts,
		.when = row->when,
		.minutes = row->minutes,
		.name = g_strdup(row->name),
		.title = g_strdup(row->title),
		.zone = g_strdup(row->zone),
		.access = g_strdup(row->access),
		.floors = g_strdup(row->floors),
		.channels = g_strdup(row->channels),
	};
	month_of(entry);
	g_ptr_array_add(list->entries, entry);
	g_hash_table_add(list->visible, g_memdup2(&row->id, sizeof row->id));
}

/* A month stands once: near its end those of other zones come in between. */
static json_t *month_in(json_t *months, const char *month)
{
	size_t i;
	json_t *item;
	json_array_foreach(months, i, item)
	{
		if (g_str_equal(json_string_value(json_object_get(item, "month")), month))
			return item;
	}
	item = json_pack("{s:s, s:i}", "month", month, "count", 0);
	json_array_append_new(months, item);
	return item;
}

static json_t *months_json(const struct list *list)
{
	json_t *months = json_array();
	for (guint i = 0; i < list->entries->len; i++) {
		const struct entry *entry = list->entries->pdata[i];
		if (!*entry->month)
			continue;
		json_t *count = json_object_get(month_in(months, entry->month), "count");
		json_integer_set(count, json_integer_value(count) + 1);
	}
	return months;
}

/* ---- One meeting ---- */

static json_t *split(const char *tags)
{
	g_auto(GStrv) list = *tags ? g_strsplit(tags, " ", -1) : g_new0(char *, 1);
	return archive_tags_json(list);
}

static void on_country(void *user, const char *country)
{
	json_array_append_new(user, json_string(country));
}

struct takes {
	gint64 duration, done; /* done: the last one that has an archive */
	const char *state;     /* constant */
};

/* The best that there is: what can be played, else what becomes of it. */
static void on_take(void *user, const struct store_take *take)
{
	static const char *const order[] = {"none", "failed", "waiting", "running", "done"};
	struct takes *takes = user;
	unsigned old = 0, new = 0;
	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
		if (g_str_equal(order[i], takes->state))
			old = i;
		if (g_str_equal(order[i], take->archive))
			new = i;
	}
	takes->state = order[MAX(old, new)];
	if (g_str_equal(take->archive, "done")) {
		takes->duration += take->duration;
		takes->done = take->id;
	}
}

/* NULL: that recording had no picture. */
static char *thumbnail_of(struct archive *archive, const struct entry *entry, gint64 take)
{
	g_autofree char *file = g_strdup_printf("%" G_GINT64_FORMAT "/archive/thumbnail.jpg", take);
	int fd = take ? archive_open_beneath(archive->recordings, file) : -1;
	if (fd < 0)
		return NULL;
	close(fd);
	return g_strdup_printf("/api/archive/%s/%" G_GINT64_FORMAT "/thumbnail.jpg", entry->name,
			       take);
}

static json_t *entry_json(struct archive *archive, const struct entry *entry, json_t *found,
			  GError **error)
{
	struct store *store = archive->store;
	json_t *countries = json_array();
	struct takes takes = {.state = "none"};
	if (!store_archive_countries(store, entry->id, on_country, countries, error) ||
	    !store_takes(store, entry->id, on_take, &takes, error)) {
		json_decref(countries);
		return NULL;
	}
	g_autofree char *thumbnail = thumbnail_of(archive, entry, takes.done);
	return json_pack(
		"{s:s, s:s, s:I, s:s, s:i, s:s, s:o, s:o, s:o, s:f, s:s?, s:s, s:o, s:I}", "name",
		entry->name, "title", entry->title, "starts", (json_int_t)entry->starts, "zone",
		entry->zone, "minutes", (int)entry->minutes, "access", entry->access, "floors",
		split(entry->floors), "languages", split(entry->channels), "countries", countries,
		"duration", (double)takes.duration / 1000, "thumbnail", thumbnail, "state",
		takes.state, "found", found ? json_incref(found) : json_array(), "when",
		(json_int_t)entry->when);
}

/* ---- What was asked for ---- */

struct ask {
	char *query, *month;
	gint64 before_when, before_id; /* id 0: from the beginning */
};

static void ask_clear(struct ask *ask)
{
	g_free(ask->query);
	g_free(ask->month);
}

static bool read_ask(const struct http_request *request, struct ask *ret, GError **error)
{
	g_autofree char *query = http_query_value(request, "q");
	g_autofree char *before = http_query_value(request, "before");
	*ret = (struct ask){.month = http_query_value(request, "month")};
	ret->query = text_clean("q", query ? query : "", 0, QUERY_CHARS, false, error);
	if (!ret->query)
		return false;
	if (ret->month &&
	    !g_regex_match_simple("^[0-9]{4}-[0-9]{2}$", ret->month, G_REGEX_DOLLAR_ENDONLY, 0)) {
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "month: not like 2026-11");
		return false;
	}
	if (!before)
		return true;
	g_auto(GStrv) parts = g_strsplit(before, "-", 2);
	if (g_strv_length(parts) == 2 &&
	    g_ascii_string_to_signed(parts[0], 10, 0, G_MAXINT64, &ret->before_when, NULL) &&
	    g_ascii_string_to_signed(parts[1], 10, 1, G_MAXINT64, &ret->before_id, NULL))
		return true;
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "before: not what \"next\" said");
	return false;
}

static bool is_asked_for(const struct ask *ask, const struct entry *entry)
{
	if (ask->month && !g_str_equal(ask->month, entry->month))
		return false;
	return ask->before_id == 0 || entry->when < ask->before_when ||
	       (entry->when == ask->before_when && entry->id < ask->before_id);
}

static bool fill_page(struct list *list, const struct ask *ask, const struct archive_found *found,
		      json_t *meetings, char **ret_next, GError **error)
{
	const struct entry *last = NULL;
	for (guint i = 0; i < list->entries->len; i++) {
		const struct entry *entry = list->entries->pdata[i];
		json_t *places = found ? archive_found_in(found, entry->id) : NULL;
		if (!is_asked_for(ask, entry) || (found && !places))
			continue;
		if (json_array_size(meetings) == PAGE) {
			*ret_next = g_strdup_printf("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
						    last->when, last->id);
			return true;
		}
		json_t *json = entry_json(list->archive, entry, places, error);
		if (!json)
			return false;
		json_array_append_new(meetings, json);
		last = entry;
	}
	return true;
}

static bool make_list(struct list *list, const struct ask *ask, GError **error)
{
	struct store *store = list->archive->store;
	if (!store_archived_meetings(store, on_row, list, error))
		return false;
	struct archive_words *words = archive_words_new(ask->query);
	struct archive_found *found =
		words ? archive_search(store, words, list->visible, error) : NULL;
	json_t *meetings = json_array();
	g_autofree char *next = NULL;
	bool ok = (!words || found) && fill_page(list, ask, found, meetings, &next, error);
	archive_found_free(found);
	archive_words_free(words);
	list->out = json_pack("{s:o, s:o, s:s?}", "meetings", meetings, "months", months_json(list),
			      "next", next);
	return ok;
}

void archive_get_list(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct list list = {.archive = user};
	struct ask ask = {0};
	GError *error = NULL;
	list.entries = g_ptr_array_new_with_free_func(entry_free);
	list.visible = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	/* Somebody whose link has run out should learn that, and not see less. */
	bool ok = !request->bearer ||
		  (list.known = access_token(list.archive->store, list.archive->key,
					     request->bearer, &list.token, &error));
	ok = ok && read_ask(request, &ask, &error) && make_list(&list, &ask, &error);
	if (ok)
		api_reply(reply, 200, json_incref(list.out));
	else
		archive_reply_fail(reply, error);
	json_decref(list.out);
	if (list.known)
		token_clear(&list.token);
	ask_clear(&ask);
	g_hash_table_unref(list.visible);
	g_ptr_array_unref(list.entries);
}
