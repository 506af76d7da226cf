#include "signaling/text.h"
#include <glib.h>
#include <string.h>

/* U+202A..202E and U+2066..2069: embeddings, overrides, isolates. The marks U+200E/F are harmless
 * and of use. */
static bool is_bidi_control(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_line_break(gunichar c)
{
	return c == '\n' || c == 0x2028 || c == 0x2029 || c == 0x85;
}

static GString *without_controls(const char *raw, bool lines, bool *ret_visible)
{
	GString *out = g_string_new(NULL);
	*ret_visible = false;
	for (const char *p = raw; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (is_line_break(c))
			g_string_append_c(out, lines ? '\n' : ' ');
		else if (c == '\t')
			g_string_append_c(out, ' ');
		else if (!g_unichar_iscntrl(c) && !is_bidi_control(c) && c != 0xfeff)
			g_string_append_unichar(out, c);
		*ret_visible = *ret_visible || g_unichar_isgraph(c);
	}
	return out;
}

/* g_strstrip knows ASCII's spaces only. */
static char *trimmed(const char *text)
{
	const char *end = text + strlen(text);
	while (*text != '\0' && g_unichar_isspace(g_utf8_get_char(text)))
		text = g_utf8_next_char(text);
	while (end > text) {
		const char *last = g_utf8_prev_char(end);
		if (!g_unichar_isspace(g_utf8_get_char(last)))
			break;
		end = last;
	}
	return g_strndup(text, (gsize)(end - text));
}

char *text_clean(const char *field, const char *raw, unsigned minimum, unsigned maximum, bool lines,
		 GError **error)
{
	if (!g_utf8_validate(raw, -1, NULL)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: not UTF-8",
			    field);
		return NULL;
	}
	bool visible;
	GString *kept = without_controls(raw, lines, &visible);
	char *text = trimmed(kept->str);
	g_string_free(kept, TRUE);
	glong length = g_utf8_strlen(text, -1);
	if (length > (glong)maximum) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "%s: %ld characters, at most %u are allowed", field, length, maximum);
	} else if (length < (glong)minimum || (minimum > 0 && !visible)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: is empty",
			    field);
	} else {
		return text;
	}
	g_free(text);
	return NULL;
}

char *text_fold(const char *text)
{
	char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_NFKC);
	char *folded = g_utf8_casefold(normal != NULL ? normal : "", -1);
	GString *out = g_string_new(NULL);
	bool space = false;
	for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (g_unichar_isspace(c)) {
			space = out->len > 0;
			continue;
		}
		if (g_unichar_type(c) == G_UNICODE_FORMAT)
			continue;
		if (space)
			g_string_append_c(out, ' ');
		space = false;
		g_string_append_unichar(out, c);
	}
	g_free(folded);
	g_free(normal);
	return g_string_free(out, FALSE);
}

bool text_country_valid(const char *country)
{
	return g_ascii_isupper(country[0]) && g_ascii_isupper(country[1]) && country[2] == '\0';
}

#define LANGUAGE_MAX 35 /* RFC 5646, section 4.4.1: what an implementation should at least hold */

bool text_language_valid(const char *language)
{
	if (strlen(language) > LANGUAGE_MAX)
		return false;
	unsigned subtag = 0, length = 0;
	bool letters = true;
	for (const char *p = language;; p++) {
		if (*p != '-' && *p != '\0') {
			if (!g_ascii_isalnum(*p) || ++length > 8)
				return false;
			letters = letters && g_ascii_isalpha(*p);
			continue;
		}
		/* RFC 5646, section 2.1: the first is the language; a singleton introduces others.
		 */
		if (subtag == 0 ? length < 2 || !letters : length < (*p == '\0' ? 2u : 1u))
			return false;
		if (*p == '\0')
			return true;
		subtag++;
		length = 0;
	}
}
