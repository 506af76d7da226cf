#include "signaling/meeting_plan.h"
#include "signaling/interpretation.h"
#include "signaling/meeting_agenda.h"
#include "signaling/protocol.h"
#include <string.h>

#define TITLE_MAX   200
#define VENUE_MAX   300
#define ZONE_MAX    64
#define MINUTES_MAX 1440
#define FLOORS_MAX  16
#define DAYS_MAX    36500
#define STARTS_MAX  ((gint64)253402300799) /* the year 9999 */
#define SLUG_MAX    40			   /* of the title, in a name that we make */

static bool refuse(GError **error, const char *field, const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s", field, what);
	return false;
}

static bool read_name(const json_t *object, struct store_meeting *row, GError **error)
{
	const char *name = NULL;
	if (!field_string(object, "name", false, &name, error))
		return false;
	if (name == NULL || g_strcmp0(name, row->name) == 0)
		return true;
	if (row->name != NULL)
		return refuse(error, "name", "can't be changed: links have it");
	if (!store_meeting_name_valid(name))
		return refuse(error, "name", "isn't 1 to 64 of a-z, 0-9 and -");
	row->name = g_strdup(name);
	return true;
}

static bool read_zone(const json_t *object, struct store_meeting *row, GError **error)
{
	g_autofree char *zone = NULL;
	if (!field_text(object, "zone", 0, ZONE_MAX, &zone, error))
		return false;
	if (zone == NULL)
		return true;
	/* GLib takes paths, too. */
	bool name = strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				 "_+-/") == strlen(zone) &&
		    zone[0] != '/' && strstr(zone, "..") == NULL;
	GTimeZone *known = name ? g_time_zone_new_identifier(zone) : NULL;
	if (known == NULL && zone[0] != '\0')
		return refuse(error, "zone", "isn't a zone like Asia/Shanghai");
	if (known != NULL)
		g_time_zone_unref(known);
	g_free(row->zone);
	row->zone = g_steal_pointer(&zone);
	return true;
}

static bool read_tags(const json_t *object, const char *field, size_t max, char ***row,
		      GError **error)
{
	if (*row != NULL && json_is_null(json_object_get(object, field)))
		return refuse(error, field, "isn't an array");
	if (*row != NULL && json_object_get(object, field) == NULL)
		return true;
	char **tags = field_tags(object, field, max, error);
	if (tags == NULL)
		return false;
	g_strfreev(*row);
	*row = tags;
	return true;
}

static bool read_access(const json_t *object, struct store_meeting *row, GError **error)
{
	static const char *const kinds[] = {"public", "alliance", "secretariat", NULL};
	const char *access = NULL;
	if (!field_string(object, "access", false, &access, error))
		return false;
	if (access == NULL)
		return true;
	if (!g_strv_contains(kinds, access))
		return refuse(error, "access", "isn't public, alliance or secretariat");
	g_free(row->access);
	row->access = g_strdup(access);
	return true;
}

bool meeting_plan_read(const json_t *object, struct store_meeting *row, GError **error)
{
	json_int_t starts = row->starts, minutes = row->minutes, days = row->retention_days;
	char *title = NULL, *venue = NULL;
	bool ok = read_name(object, row, error) &&
		  field_text(object, "title", 1, TITLE_MAX, &title, error) &&
		  field_text(object, "venue", 0, VENUE_MAX, &venue, error) &&
		  field_integer(object, "starts", false, 0, STARTS_MAX, &starts, error) &&
		  field_integer(object, "minutes", false, 0, MINUTES_MAX, &minutes, error) &&
		  field_integer(object, "retentionDays", false, 0, DAYS_MAX, &days, error) &&
		  field_bool(object, "autoRecord", &row->auto_record, error) &&
		  field_bool(object, "ownTracks", &row->own_tracks, error) &&
		  read_zone(object, row, error) && read_access(object, row, error) &&
		  read_tags(object, "floors", FLOORS_MAX, &row->floors, error) &&
		  read_tags(object, "channels", LANGUAGES_CHANNELS_MAX, &row->channels, error);
	if (ok && title == NULL && row->title == NULL)
		ok = refuse(error, "title", "is missing");
	if (title != NULL) {
		g_free(row->title);
		row->title = title;
	}
	if (venue != NULL) {
		g_free(row->venue);
		row->venue = venue;
	}
	if (row->zone == NULL)
		row->zone = g_strdup("");
	row->starts = starts;
	row->minutes = (unsigned)minutes;
	row->retention_days = (unsigned)days;
	return ok;
}

/* --- the agenda --- */

struct parts {
	struct store_part parts[AGENDA_PARTS_MAX];
	unsigned n;
};

static void parts_clear(struct parts *parts)
{
	for (unsigned i = 0; i < parts->n; i++) {
		g_free((char *)parts->parts[i].sharer);
		g_free((char *)parts->parts[i].subject);
	}
}

static bool read_part(const json_t *object, unsigned index, struct store_part *ret, GError **error)
{
	g_autofree char *sharer_field = g_strdup_printf("agenda[%u].sharer", index);
	g_autofree char *subject_field = g_strdup_printf("agenda[%u].subject", index);
	g_autofree char *minutes_field = g_strdup_printf("agenda[%u].minutes", index);
	char *sharer = NULL, *subject = NULL;
	json_int_t minutes = 0;
	bool ok = field_text(object, sharer_field, 0, TITLE_MAX, &sharer, error) &&
		  field_text(object, subject_field, 0, TITLE_MAX, &subject, error) &&
		  field_integer(object, minutes_field, false, 0, MINUTES_MAX, &minutes, error);
	if (ok && (sharer == NULL || sharer[0] == '\0') && (subject == NULL || subject[0] == '\0'))
		ok = refuse(error, subject_field, "a part needs a subject or a sharer");
	*ret = (struct store_part){
		.sharer = sharer != NULL ? sharer : g_strdup(""),
		.subject = subject != NULL ? subject : g_strdup(""),
		.minutes = (unsigned)minutes,
	};
	return ok;
}

/* *ret_there false: the object has none. */
static bool read_agenda(const json_t *object, struct parts *parts, bool *ret_there, GError **error)
{
	const json_t *list = json_object_get(object, "agenda");
	*ret_there = list != NULL;
	if (list == NULL)
		return true;
	if (!json_is_array(list) || json_array_size(list) > AGENDA_PARTS_MAX) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "agenda: isn't an array of at most %d parts", AGENDA_PARTS_MAX);
		return false;
	}
	while (parts->n < json_array_size(list)) {
		unsigned i = parts->n++;
		if (!read_part(json_array_get(list, i), i, &parts->parts[i], error))
			return false;
	}
	return true;
}

bool meeting_plan_check_agenda(const json_t *object, GError **error)
{
	struct parts parts = {0};
	bool there, ok = read_agenda(object, &parts, &there, error);
	parts_clear(&parts);
	return ok;
}

bool meeting_plan_agenda(struct store *store, gint64 meeting, const json_t *object, GError **error)
{
	struct parts parts = {0};
	bool there, ok = read_agenda(object, &parts, &there, error);
	if (ok && there)
		ok = store_agenda_set(store, meeting, parts.parts, parts.n, error);
	parts_clear(&parts);
	return ok;
}

/* --- names --- */

/* "Fri 29 May: how to go on?" of 2020-05-29 is "2020-05-29-fri-29-may-how-to-go-on"; a title
 * without Latin letters gives the date alone. */
static char *slug_of(const struct store_meeting *row)
{
	g_autofree char *plain = g_str_to_ascii(row->title, "C");
	GString *slug = g_string_new(NULL);
	if (row->starts > 0) {
		g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(row->starts);
		g_autofree char *date = g_date_time_format(time, "%Y-%m-%d-");
		g_string_append(slug, date);
	}
	gsize end = slug->len + SLUG_MAX;
	for (const char *p = plain; *p != '\0' && slug->len < end; p++) {
		if (g_ascii_isalnum(*p))
			g_string_append_c(slug, g_ascii_tolower(*p));
		else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
			g_string_append_c(slug, '-');
	}
	while (slug->len > 0 && slug->str[slug->len - 1] == '-')
		g_string_truncate(slug, slug->len - 1);
	if (slug->len == 0)
		g_string_append(slug, "meeting");
	return g_string_free(slug, FALSE);
}

static bool is_taken(struct store *store, const char *name)
{
	struct store_meeting other;
	g_autoptr(GError) error = NULL;
	if (store_meeting_find(store, name, &other, &error)) {
		store_meeting_clear(&other);
		return true;
	}
	return false; /* what else the store says it says again when the meeting is made */
}

char *meeting_plan_name(struct store *store, const struct store_meeting *row)
{
	char *slug = slug_of(row), *name = g_strdup(slug);
	for (unsigned n = 2; is_taken(store, name); n++) {
		g_free(name);
		name = g_strdup_printf("%s-%u", slug, n);
	}
	g_free(slug);
	return name;
}

/* --- what is said of it --- */

static json_t *tags_json(char **tags)
{
	json_t *array = json_array();
	for (; *tags != NULL; tags++)
		json_array_append_new(array, json_string(*tags));
	return array;
}

json_t *meeting_plan_json(struct store *store, const struct store_meeting *row)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:I, s:s, s:o, s:o, s:s, s:o, s:b, s:b, s:s, s:I}",
			 "name", row->name, "title", row->title, "starts", (json_int_t)row->starts,
			 "zone", row->zone, "minutes", (json_int_t)row->minutes, "venue",
			 row->venue, "floors", tags_json(row->floors), "channels",
			 tags_json(row->channels), "state", row->state, "agenda",
			 agenda_json(store, row->id), "autoRecord", row->auto_record, "ownTracks",
			 row->own_tracks, "access", row->access, "retentionDays",
			 (json_int_t)row->retention_days);
}
