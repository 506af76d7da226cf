/* tongsheng meeting create|list|show|end: meetings from the shell, whether the server runs or not.
 */
#include "signaling/commands.h"
#include "signaling/control.h"
#include "signaling/store.h"
#include "signaling/text.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define MINUTES_MAX 1440

struct options {
	char *data, *title, *starts, *zone;
	int minutes;
	char **floors, **channels;
	const char *name; /* the argument */
};

static void options_clear(struct options *o)
{
	g_free(o->data);
	g_free(o->title);
	g_free(o->starts);
	g_free(o->zone);
	g_strfreev(o->floors);
	g_strfreev(o->channels);
}

static bool fail(GError **error, const char *option, const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s", option, what);
	return false;
}

/* GLib wants seconds; people don't write them: 2026-05-29T10:00+08:00. */
static GDateTime *read_time(const char *text, GTimeZone *zone)
{
	size_t length = strlen(text);
	if (length < 16 || text[13] != ':' || text[16] == ':')
		return g_date_time_new_from_iso8601(text, zone);
	char *whole = g_strdup_printf("%.16s:00%s", text, text + 16);
	GDateTime *time = g_date_time_new_from_iso8601(whole, zone);
	g_free(whole);
	return time;
}

/* Local times (no offset in the text) are of the zone; without one, of this machine's. */
static bool parse_time(const char *starts, const char *zone, gint64 *ret_starts, char **ret_zone,
		       GError **error)
{
	GTimeZone *place =
		zone != NULL ? g_time_zone_new_identifier(zone) : g_time_zone_new_local();
	if (place == NULL)
		return fail(error, "--zone", "isn't a zone like Asia/Shanghai");
	GDateTime *time = starts != NULL ? read_time(starts, place) : NULL;
	bool ok = starts == NULL || time != NULL;
	if (ok) {
		*ret_starts = time != NULL ? g_date_time_to_unix(time) : 0;
		*ret_zone = g_strdup(
			zone != NULL || starts != NULL ? g_time_zone_get_identifier(place) : "");
	} else {
		fail(error, "--starts", "isn't a time like 2026-05-29T10:00");
	}
	if (time != NULL)
		g_date_time_unref(time);
	g_time_zone_unref(place);
	return ok;
}

static bool check_tags(const char *option, char **tags, GError **error)
{
	for (unsigned i = 0; tags != NULL && tags[i] != NULL; i++) {
		if (!text_language_valid(tags[i]))
			return fail(error, option, "isn't a BCP 47 tag like fr or zh-Hans");
	}
	return true;
}

static bool create(struct store *store, const struct options *o, GError **error)
{
	char *none[] = {NULL};
	gint64 id;
	struct store_meeting meeting = {
		.name = (char *)o->name,
		.floors = o->floors != NULL ? o->floors : none,
		.channels = o->channels != NULL ? o->channels : none,
		.minutes = (unsigned)o->minutes,
	};
	if (o->minutes < 0 || o->minutes > MINUTES_MAX)
		return fail(error, "--minutes", "isn't from 0 to 1440");
	if (!check_tags("--floor", o->floors, error) ||
	    !check_tags("--channel", o->channels, error) ||
	    !parse_time(o->starts, o->zone, &meeting.starts, &meeting.zone, error))
		return false;
	meeting.title =
		text_clean("--title", o->title != NULL ? o->title : o->name, 1, 200, false, error);
	bool ok = meeting.title != NULL && store_meeting_create(store, &meeting, &id, error);
	g_free(meeting.title);
	g_free(meeting.zone);
	return ok;
}

static char *local_time(const struct store_meeting *meeting)
{
	if (meeting->starts == 0)
		return g_strdup("any time");
	GTimeZone *zone = g_time_zone_new_identifier(meeting->zone);
	if (zone == NULL)
		zone = g_time_zone_new_utc();
	GDateTime *utc = g_date_time_new_from_unix_utc(meeting->starts);
	GDateTime *time = g_date_time_to_timezone(utc, zone);
	char *text = g_date_time_format(time, "%Y-%m-%d %H:%M %Z");
	g_date_time_unref(time);
	g_date_time_unref(utc);
	g_time_zone_unref(zone);
	return text;
}

static void print_row(void *user, const struct store_meeting *meeting)
{
	(void)user;
	char *time = local_time(meeting);
	printf("%-24s %-8s %-24s %s\n", meeting->name, meeting->state, time, meeting->title);
	g_free(time);
}

static bool list(struct store *store, const struct options *o, GError **error)
{
	(void)o;
	return store_meeting_list(store, print_row, NULL, error);
}

static void print_tags(const char *label, char **tags)
{
	char *text = g_strjoinv(" ", tags);
	printf("%s%s\n", label, text[0] != '\0' ? text : "-");
	g_free(text);
}

static bool show(struct store *store, const struct options *o, GError **error)
{
	struct store_meeting meeting;
	if (!store_meeting_find(store, o->name, &meeting, error))
		return false;
	char *time = local_time(&meeting);
	printf("name      %s\ntitle     %s\nstate     %s\nstarts    %s\nzone      %s\nminutes   "
	       "%u\n",
	       meeting.name, meeting.title, meeting.state, time,
	       meeting.zone[0] != '\0' ? meeting.zone : "-", meeting.minutes);
	print_tags("floors    ", meeting.floors);
	print_tags("channels  ", meeting.channels);
	g_free(time);
	store_meeting_clear(&meeting);
	return true;
}

/* The server, when one runs, tells the people; without one the store's word is enough. */
static bool end(struct store *store, const struct options *o, GError **error)
{
	struct store_meeting meeting;
	if (!store_meeting_find(store, o->name, &meeting, error))
		return false;
	GError *failure = NULL;
	json_t *request = json_pack("{s:s, s:s}", "command", "meeting-end", "name", meeting.name);
	bool ok = control_call(o->data, request, NULL, &failure);
	if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED)) {
		g_clear_error(&failure);
		ok = store_meeting_set_state(store, meeting.id, "ended", error);
	} else if (failure != NULL) {
		g_propagate_error(error, failure);
	}
	json_decref(request);
	store_meeting_clear(&meeting);
	return ok;
}

/* "" stands for no tag at all. */
static void drop_empty(char **tags)
{
	char **to = tags;
	for (char **from = tags; from != NULL && *from != NULL; from++) {
		if ((*from)[0] != '\0')
			*to++ = *from;
		else
			g_free(*from);
	}
	if (to != NULL)
		*to = NULL;
}

static bool tell_server(const char *data, const char *name, GError **error)
{
	GError *failure = NULL;
	json_t *request = json_pack("{s:s, s:s}", "command", "meeting-changed", "name", name);
	bool ok = control_call(data, request, NULL, &failure);
	json_decref(request);
	if (!ok && !g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED)) {
		g_propagate_error(error, failure);
		return false;
	}
	g_clear_error(&failure);
	return true;
}

/* A list that isn't named stays. The server, when one runs, tells the people. */
static bool languages(struct store *store, const struct options *o, GError **error)
{
	struct store_meeting meeting;
	drop_empty(o->floors);
	drop_empty(o->channels);
	if (!check_tags("--floor", o->floors, error) ||
	    !check_tags("--channel", o->channels, error) ||
	    !store_meeting_find(store, o->name, &meeting, error))
		return false;
	bool ok = store_meeting_set_languages(
		store, meeting.id, o->floors != NULL ? o->floors : meeting.floors,
		o->channels != NULL ? o->channels : meeting.channels, error);
	store_meeting_clear(&meeting);
	return ok && tell_server(o->data, o->name, error);
}

static const struct {
	const char *name;
	bool takes_name;
	bool (*run)(struct store *store, const struct options *options, GError **error);
} commands[] = {
	{"create", true, create},	{"list", false, list}, {"show", true, show},
	{"languages", true, languages}, {"end", true, end},
};

static bool parse_options(int *argc, char ***argv, struct options *o, GError **error)
{
	const GOptionEntry entries[] = {
		{"data", 'd', 0, G_OPTION_ARG_FILENAME, &o->data, "folder of the store (./var)",
		 "DIR"},
		{"title", 't', 0, G_OPTION_ARG_FILENAME, &o->title, "create: what people read",
		 "TEXT"},
		{"starts", 's', 0, G_OPTION_ARG_STRING, &o->starts,
		 "create: ISO 8601, local to the zone or with an offset", "TIME"},
		{"zone", 'z', 0, G_OPTION_ARG_STRING, &o->zone, "create: Asia/Shanghai", "IANA"},
		{"minutes", 0, 0, G_OPTION_ARG_INT, &o->minutes, "create: planned length (120)",
		 "N"},
		{"floor", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->floors,
		 "create, languages: one spoken on the floor (may be repeated; \"\": none)", "TAG"},
		{"channel", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->channels,
		 "create, languages: one that is interpreted into (may be repeated; \"\": none)",
		 "TAG"},
		G_OPTION_ENTRY_NULL,
	};
	GOptionContext *context = g_option_context_new("create|show|languages|end NAME, or list");
	g_option_context_set_summary(context, "Makes, lists, shows and ends meetings, and changes "
					      "their languages, also while they run.");
	g_option_context_add_main_entries(context, entries, NULL);
	bool ok = g_option_context_parse(context, argc, argv, error);
	g_option_context_free(context);
	return ok;
}

/* The row of the command, or -1. After the options: argv[1] is the command, argv[2] the name. */
static int choose(int argc, char **argv, struct options *o, GError **error)
{
	for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
		if (!g_str_equal(argv[1], commands[i].name))
			continue;
		int expected = commands[i].takes_name ? 3 : 2;
		if (argc < expected) {
			fail(error, "NAME", "is missing");
			return -1;
		}
		if (argc > expected) {
			fail(error, argv[expected], "isn't expected here");
			return -1;
		}
		o->name = commands[i].takes_name ? argv[2] : NULL;
		return (int)i;
	}
	fail(error, argc > 1 ? argv[1] : "command",
	     "create, list, show, languages or end is expected");
	return -1;
}

int command_meeting(int argc, char **argv)
{
	struct options options = {.minutes = MEETING_MINUTES_DEFAULT};
	GError *error = NULL;
	struct store *store = NULL;
	bool ok = false;
	int command = -1;
	if (parse_options(&argc, &argv, &options, &error))
		command = choose(argc, argv, &options, &error);
	if (options.data == NULL)
		options.data = g_strdup("./var");
	if (command >= 0)
		store = store_open(options.data, &error);
	if (store != NULL)
		ok = commands[command].run(store, &options, &error);
	if (!ok) {
		fprintf(stderr, "tongsheng meeting: %s\n", error->message);
		g_error_free(error);
	}
	store_close(store);
	options_clear(&options);
	return ok ? 0 : command >= 0 ? 1 : 2;
}
