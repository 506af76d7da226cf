#include "recordings/archive_language.h"
#include <glib.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#define NAME_MAX_UNITS 100

/* Of all codes these twenty differ (ISO 639-2, annex A; "mkd" and the like). */
static const char *const bibliographics[][2] = {
	{"sqi", "alb"}, {"hye", "arm"}, {"eus", "baq"}, {"mya", "bur"}, {"zho", "chi"},
	{"ces", "cze"}, {"nld", "dut"}, {"fra", "fre"}, {"kat", "geo"}, {"deu", "ger"},
	{"ell", "gre"}, {"isl", "ice"}, {"mkd", "mac"}, {"mri", "mao"}, {"msa", "may"},
	{"fas", "per"}, {"ron", "rum"}, {"slk", "slo"}, {"bod", "tib"}, {"cym", "wel"},
};

static bool locale_of(const char *tag, char locale[static ULOC_FULLNAME_CAPACITY])
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t parsed = 0;
	uloc_forLanguageTag(tag, locale, ULOC_FULLNAME_CAPACITY, &parsed, &status);
	return U_SUCCESS(status) && status != U_STRING_NOT_TERMINATED_WARNING &&
	       parsed == (int32_t)strlen(tag) && locale[0];
}

char *archive_language_name(const char *tag)
{
	char locale[ULOC_FULLNAME_CAPACITY], text[NAME_MAX_UNITS * 3 + 1];
	UChar name[NAME_MAX_UNITS];
	UErrorCode status = U_ZERO_ERROR;
	if (!locale_of(tag, locale))
		return g_strdup(tag);
	uloc_getDisplayName(locale, locale, name, NAME_MAX_UNITS, &status);
	u_strToUTF8(text, sizeof text, NULL, name, -1, &status);
	if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING || !text[0])
		return g_strdup(tag);
	return g_strdup(text);
}

char *archive_language_code(const char *tag, bool bibliographic)
{
	char locale[ULOC_FULLNAME_CAPACITY];
	const char *code = locale_of(tag, locale) ? uloc_getISO3Language(locale) : "";
	for (size_t i = 0; bibliographic && i < G_N_ELEMENTS(bibliographics); i++)
		if (strcmp(bibliographics[i][0], code) == 0)
			code = bibliographics[i][1];
	return g_strdup(strlen(code) == 3 ? code : "und");
}
