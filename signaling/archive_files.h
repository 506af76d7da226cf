/*
 * Files of a recording beneath a folder, by names that come from outside: no name leads out of the
 * folder, along a symbolic link, or to a kind of file that isn't served.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Letters, digits and "._-", of segments with "/" between that don't begin with a dot; at most 6 of
 * them. */
bool archive_name_valid(const char *name);
/* The media type by the name's end; NULL: nothing that is served. */
const char *archive_file_type(const char *name);
const char *archive_track_type(const char *name); /* of what was recorded */
/* To read; < 0 and errno. Each step beneath folder by itself, none along a symbolic link. */
int archive_open_beneath(int folder, const char *name);
