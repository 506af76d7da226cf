#include "signaling/minutes_time.h"
#include "signaling/minutes_countries.h"
#include "signaling/minutes_words.h"
#include <string.h>

#define ZONES		"/usr/share/zoneinfo/"
#define ZONE_MAX_LENGTH 64

bool minutes_zone_valid(const char *zone)
{
	/* Letters of the database's own names (theory.html of tzdata): no "." for the folder
	 * above, and no "/" in front. */
	if (!g_ascii_isalpha(zone[0]) || strlen(zone) > ZONE_MAX_LENGTH ||
	    zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			      "0123456789/_+-")] != '\0' ||
	    strstr(zone, "//") != NULL)
		return false;
	g_autoptr(GTimeZone) known = g_time_zone_new_identifier(zone);
	return known != NULL;
}

/* A line of zone1970.tab: countries with commas between, coordinates, zone, comment. */
static bool line_has(char **columns, const char *country)
{
	if (g_strv_length(columns) < 3)
		return false;
	g_auto(GStrv) countries = g_strsplit(columns[0], ",", -1);
	return g_strv_contains((const char *const *)countries, country);
}

static char *zone_in(const char *file, const char *country)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) columns = g_strsplit(lines[i], "\t", -1);
		if (lines[i][0] != '#' && line_has(columns, country) &&
		    minutes_zone_valid(columns[2]))
			return g_strdup(columns[2]);
	}
	return NULL;
}

/*
 * zone.tab first: one country a line, so that its zones bear names from there (NL is
 * Europe/Amsterdam, which zone1970.tab has merged into Brussels). Its order within a country begins
 * with the zone of most people where geography lets it; these it begins in the far east or west.
 */
char *minutes_country_zone(const char *country)
{
	static const char *const others[][2] = {
		{"AU", "Australia/Sydney"}, {"BR", "America/Sao_Paulo"}, {"CA", "America/Toronto"},
		{"RU", "Europe/Moscow"},    {"UZ", "Asia/Tashkent"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (g_str_equal(country, others[i][0]) && minutes_zone_valid(others[i][1]))
			return g_strdup(others[i][1]);
	char *zone = zone_in(ZONES "zone.tab", country);
	return zone != NULL ? zone : zone_in(ZONES "zone1970.tab", country);
}

static char *day_of(const char *language, GDateTime *at)
{
	static const char *const days[2][7] = {{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
					       {"一", "二", "三", "四", "五", "六", "日"}};
	static const char *const months[12] = {"January",   "February", "March",    "April",
					       "May",	    "June",	"July",	    "August",
					       "September", "October",	"November", "December"};
	int day = g_date_time_get_day_of_week(at) - 1, month = g_date_time_get_month(at);
	if (minutes_in_chinese(language))
		return g_strdup_printf("%d年%d月%d日（星期%s）", g_date_time_get_year(at), month,
				       g_date_time_get_day_of_month(at), days[1][day]);
	return g_strdup_printf("%s %d %s %d, ", days[0][day], g_date_time_get_day_of_month(at),
			       months[month - 1], g_date_time_get_year(at));
}

char *minutes_when(const char *language, gint64 starts, unsigned minutes, const char *zone)
{
	g_autoptr(GTimeZone) there = *zone ? g_time_zone_new_identifier(zone) : NULL;
	if (there == NULL)
		there = g_time_zone_new_utc();
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(starts);
	g_autoptr(GDateTime) begin = utc != NULL ? g_date_time_to_timezone(utc, there) : NULL;
	g_autoptr(GDateTime) end =
		begin != NULL ? g_date_time_add_minutes(begin, (int)minutes) : NULL;
	if (end == NULL) /* past the year 9999 */
		return g_strdup("");
	g_autofree char *day = day_of(language, begin), *last = day_of(language, end);
	g_autofree char *from = g_date_time_format(begin, "%H:%M");
	g_autofree char *to = g_date_time_format(end, "%H:%M");
	g_autofree char *offset = g_date_time_format(begin, "%:z");
	if (minutes == 0)
		return g_strdup_printf("%s%s (UTC%s)", day, from, offset);
	return g_strdup_printf("%s%s – %s%s (UTC%s)", day, from, strcmp(day, last) ? last : "", to,
			       offset);
}

const char *minutes_country_name(const char *language, const char *country)
{
	const struct minutes_country *known = minutes_country_find(country);
	if (known == NULL)
		return country;
	return minutes_in_chinese(language) ? known->chinese : known->english;
}
