#include "signaling/http_range.h"

#include <string.h>

#define NAME_BYTES 200 /* of a file's name: most systems end at 255 */

/* 1*DIGIT at *text, which is moved behind it. What is too large for 64 bits is as large as can be.
 */
static bool read_number(const char **text, uint64_t *ret)
{
	const char *p = *text;
	uint64_t value = 0;
	if (!g_ascii_isdigit(*p))
		return false;
	for (; g_ascii_isdigit(*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');
		value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
	}
	*text = p;
	*ret = value;
	return true;
}

static void skip_spaces(const char **text)
{
	*text += strspn(*text, " \t");
}

struct spec {
	uint64_t first, last; /* last: UINT64_MAX if not said */
	uint64_t suffix;
	bool is_suffix;
};

/* bytes=FIRST-[LAST] or bytes=-SUFFIX, and nothing behind it. */
static bool read_spec(const char *text, struct spec *ret)
{
	struct spec spec = {.last = UINT64_MAX};
	if (g_ascii_strncasecmp(text, "bytes=", 6))
		return false;
	text += 6;
	skip_spaces(&text);
	spec.is_suffix = *text == '-';
	if (spec.is_suffix) {
		text++;
		if (!read_number(&text, &spec.suffix))
			return false;
	} else {
		if (!read_number(&text, &spec.first) || *text++ != '-')
			return false;
		if (g_ascii_isdigit(*text) && !read_number(&text, &spec.last))
			return false;
		if (spec.last < spec.first)
			return false;
	}
	skip_spaces(&text);
	*ret = spec;
	return !*text;
}

enum http_range http_range_parse(const char *range, uint64_t size, uint64_t *ret_first,
				 uint64_t *ret_length)
{
	struct spec spec;
	*ret_first = 0;
	*ret_length = size;
	if (!range || !read_spec(range, &spec))
		return HTTP_RANGE_WHOLE;
	if (spec.is_suffix) {
		spec.first = spec.suffix < size ? size - spec.suffix : 0;
		spec.last = UINT64_MAX;
	}
	if (spec.first >= size || (spec.is_suffix && !spec.suffix)) {
		*ret_length = 0;
		return HTTP_RANGE_BEYOND;
	}
	*ret_first = spec.first;
	*ret_length = MIN(spec.last, size - 1) - spec.first + 1;
	return HTTP_RANGE_PART;
}

bool http_if_range_holds(const char *if_range, const char *etag)
{
	return !if_range || !strcmp(if_range, etag);
}

/* Marks and controls of direction, too: they are of no use in a name, and "gpj.exe" written
 * backwards is. */
static bool is_unfit(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);
	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
	       type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
	       type == G_UNICODE_SURROGATE || type == G_UNICODE_UNASSIGNED ||
	       type == G_UNICODE_PRIVATE_USE;
}

char *http_file_name(const char *name)
{
	g_autofree char *valid = g_utf8_make_valid(name, -1);
	GString *out = g_string_new(NULL);
	for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (is_unfit(c))
			continue;
		/* A name that begins with a dot is hidden; a space at an end is lost. */
		if (!out->len && (c == '.' || g_unichar_isspace(c)))
			continue;
		if (c < 0x80 && strchr("/\\\"<>:|?*", (int)c))
			c = '_';
		if (out->len + 6 > NAME_BYTES)
			break;
		g_string_append_unichar(out, c);
	}
	while (out->len && strchr(" .", out->str[out->len - 1]))
		g_string_truncate(out, out->len - 1);
	if (!out->len)
		g_string_assign(out, "file");
	return g_string_free(out, FALSE);
}

char *http_disposition(const char *name)
{
	g_autofree char *clean = http_file_name(name);
	GString *plain = g_string_new(NULL);
	bool ascii = true;
	for (const char *p = clean; *p; p = g_utf8_next_char(p)) {
		bool fits = (unsigned char)*p < 0x80 && *p != '%';
		ascii &= fits;
		g_string_append_c(plain, fits ? *p : '_');
	}
	GString *out = g_string_new(NULL);
	g_string_printf(out, "attachment; filename=\"%s\"", plain->str);
	g_string_free(plain, TRUE);
	if (!ascii) {
		/* attr-char of RFC 8187, section 3.2.1, beside letters, digits and "-._~" */
		g_string_append(out, "; filename*=UTF-8''");
		g_string_append_uri_escaped(out, clean, "!#$&+^`|", false);
	}
	return g_string_free(out, FALSE);
}
