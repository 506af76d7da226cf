/*
 * What people type, before anybody else sees it. Leaf: strings in, strings out. Messages of errors
 * begin with the field's name.
 */
#pragma once

#include "signaling/error.h"
#include <stdbool.h>

/*
 * Checks UTF-8, takes out control characters and bidirectional overrides (which would let a name
 * rewrite the line it stands in), trims, and counts: minimum to maximum characters. lines: newlines
 * may stay (chat). NULL on an error.
 */
char *text_clean(const char *field, const char *raw, unsigned minimum, unsigned maximum, bool lines,
		 GError **error);
/* For comparing names: compatibility form, case folded, no invisible characters, single spaces. */
char *text_fold(const char *text);
bool text_country_valid(const char *country); /* ISO 3166-1 alpha-2 by its form: two capitals */
bool text_language_valid(
	const char *language); /* BCP 47 by its form: "zh", "pt-BR", "zh-Hans-CN" */
