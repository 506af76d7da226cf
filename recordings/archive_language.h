/* What players and people call a language tag (BCP 47). Leaf. */
#pragma once

#include <stdbool.h>

/* The language's own name, "français" for "fr"; the tag, if nobody knows one. Free it. */
char *archive_language_name(const char *tag);
/*
 * Three letters, for containers that have no room for more: ISO 639-2, of Matroska the
 * bibliographic ones ("fre"), of MP4 the others ("fra"); "und" if there are none. Free it.
 */
char *archive_language_code(const char *tag, bool bibliographic);
