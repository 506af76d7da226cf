#include "signaling/calendar.h"
#include <string.h>

#define LINE_OCTETS	73 /* RFC 5545 section 3.1: 75 with what begins a folded line, without CRLF */
#define MINUTES_DEFAULT 120 /* of a meeting that doesn't say */

/* A content line, folded at octets, never within a character. */
static void add_line(GString *out, const char *name, const char *value)
{
	g_autofree char *whole = g_strconcat(name, ":", value, NULL);
	const char *p = whole;
	while (strlen(p) > LINE_OCTETS) {
		const char *end = g_utf8_find_prev_char(p, p + LINE_OCTETS + 1);
		g_string_append_len(out, p, end - p);
		g_string_append(out, "\r\n ");
		p = end;
	}
	g_string_append_printf(out, "%s\r\n", p);
}

/* Section 3.3.11. */
static void add_text(GString *out, const char *name, const char *text)
{
	GString *escaped = g_string_new(NULL);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			g_string_append(escaped, "\\n");
		else if (*p == '\\' || *p == ';' || *p == ',')
			g_string_append_printf(escaped, "\\%c", *p);
		else
			g_string_append_c(escaped, *p);
	}
	add_line(out, name, escaped->str);
	g_string_free(escaped, TRUE);
}

static void add_time(GString *out, const char *name, gint64 seconds)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
	g_autofree char *text = g_date_time_format(time, "%Y%m%dT%H%M%SZ");
	add_line(out, name, text);
}

/* The time as the meeting's place has it: calendars show their own. */
static char *description(const struct store_meeting *meeting, const char *link)
{
	g_autoptr(GTimeZone) zone =
		g_time_zone_new_identifier(meeting->zone[0] != '\0' ? meeting->zone : "UTC");
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(meeting->starts);
	g_autoptr(GDateTime) local =
		zone != NULL ? g_date_time_to_timezone(utc, zone) : g_date_time_ref(utc);
	g_autofree char *time = g_date_time_format(local, "%Y-%m-%d %H:%M (UTC%:z)");
	return g_strdup_printf("%s %s%s%s", time, meeting->zone, link != NULL ? "\n" : "",
			       link != NULL ? link : "");
}

char *calendar_event(const struct store_meeting *meeting, const char *host, const char *link,
		     gint64 now)
{
	if (meeting->starts == 0)
		return NULL;
	GString *out = g_string_new(NULL);
	unsigned minutes = meeting->minutes > 0 ? meeting->minutes : MINUTES_DEFAULT;
	g_autofree char *uid = g_strdup_printf("%s@%s", meeting->name, host);
	g_autofree char *words = description(meeting, link);
	add_line(out, "BEGIN", "VCALENDAR");
	add_line(out, "VERSION", "2.0");
	add_line(out, "PRODID", "-//Tongsheng//Tongsheng " TONGSHENG_VERSION "//EN");
	add_line(out, "BEGIN", "VEVENT");
	add_line(out, "UID", uid);
	add_time(out, "DTSTAMP", now);
	add_time(out, "DTSTART", meeting->starts);
	add_time(out, "DTEND", meeting->starts + (gint64)minutes * 60);
	add_text(out, "SUMMARY", meeting->title);
	add_text(out, "DESCRIPTION", words);
	if (meeting->venue[0] != '\0')
		add_text(out, "LOCATION", meeting->venue);
	if (link != NULL)
		add_line(out, "URL", link);
	add_line(out, "END", "VEVENT");
	add_line(out, "END", "VCALENDAR");
	return g_string_free(out, FALSE);
}
