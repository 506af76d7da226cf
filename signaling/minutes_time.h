/*
 * Times of minutes in words, and countries' time zones from this machine's tz database. A zone's
 * name is checked before it reaches the database's files. Main thread, or a process of its own.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

bool minutes_zone_valid(const char *zone); /* "Asia/Shanghai", and this machine knows it */
/* The zone of most people there, by the database's order; NULL: not known. Free it. */
char *minutes_country_zone(const char *country);
/* "Fri 29 May 2020, 10:00 – 12:00 (UTC+08:00)" in that zone ("": UTC), in words of that language.
 * The end's day is said where it is another one; minutes 0: no end. Free it. */
char *minutes_when(const char *language, gint64 starts, unsigned minutes, const char *zone);
/* In the language's words; the code itself where there is none. */
const char *minutes_country_name(const char *language, const char *country);
