#include "signaling/http_path.h"

#include <string.h>

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

bool http_path_valid(const char *path, size_t length)
{
	if (!length || path[0] != '/' || !g_utf8_validate_len(path, length, NULL))
		return false; /* the validation also finds a NUL */
	for (size_t i = 0; i < length; i++)
		if (is_control(path[i]) || path[i] == '\\')
			return false;
	for (size_t start = 1, i = 1; i <= length; i++) {
		if (i < length && path[i] != '/')
			continue;
		size_t segment = i - start;
		if ((segment == 1 && path[start] == '.') ||
		    (segment == 2 && path[start] == '.' && path[start + 1] == '.'))
			return false;
		start = i + 1;
	}
	return true;
}

void http_query_append(GString *query, const char *argument)
{
	if (query->len)
		g_string_append_c(query, '&');
	g_string_append_uri_escaped(query, argument, "=/,:@!*'()", false);
}

char *http_query_find(const char *query, const char *name)
{
	size_t name_length = strlen(name);
	for (const char *p = query; *p;) {
		size_t length = strcspn(p, "&");
		if (length > name_length && p[name_length] == '=' &&
		    !strncmp(p, name, name_length)) {
			g_autofree char *raw =
				g_strndup(p + name_length + 1, length - name_length - 1);
			g_strdelimit(raw, "+", ' ');
			char *value = g_uri_unescape_string(raw, NULL);
			if (value && !g_utf8_validate(value, -1, NULL))
				g_clear_pointer(&value, g_free);
			return value;
		}
		p += length;
		if (*p)
			p++;
	}
	return NULL;
}

bool http_length_parse(const char *text, uint64_t *ret)
{
	guint64 value;
	if (!g_ascii_isdigit(text[0]) ||
	    !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &value, NULL))
		return false;
	*ret = value;
	return true;
}

/* What follows ";" in a list's element: "q=0", "q=0.0", ... refuse the element. */
static bool quality_is_zero(const char *parameters, size_t length)
{
	g_autofree char *text = g_ascii_strdown(parameters, (gssize)length);
	const char *q = strstr(text, "q=");
	return q && g_ascii_strtod(q + 2, NULL) == 0;
}

bool http_list_has(const char *list, const char *token)
{
	size_t token_length = strlen(token);
	while (*list) {
		list += strspn(list, " \t,");
		size_t element = strcspn(list, ",");
		size_t name = strcspn(list, " \t,;");
		if (name == token_length && !g_ascii_strncasecmp(list, token, name))
			return !quality_is_zero(list + name, element - name);
		list += element;
	}
	return false;
}

const char *http_bearer(const char *authorization)
{
	if (g_ascii_strncasecmp(authorization, "Bearer ", 7))
		return NULL;
	const char *token = authorization + 7 + strspn(authorization + 7, " ");
	if (!*token)
		return NULL;
	for (const char *p = token; *p; p++) /* b64token of RFC 6750 */
		if (!g_ascii_isalnum(*p) && !strchr("-._~+/=", *p))
			return NULL;
	return token;
}

/* cookie-octet of RFC 6265, section 4.1.1 */
static bool cookie_valid(const char *value, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)value[i] <= 0x20 || (unsigned char)value[i] >= 0x7f ||
		    strchr("\",;\\", value[i]))
			return false;
	return true;
}

char *http_cookie_find(const char *cookies, const char *name)
{
	size_t name_length = strlen(name);
	for (const char *p = cookies; *p;) {
		p += strspn(p, " \t;");
		size_t length = strcspn(p, ";");
		if (length > name_length && p[name_length] == '=' &&
		    !strncmp(p, name, name_length)) {
			const char *value = p + name_length + 1;
			size_t n = length - name_length - 1;
			while (n && (value[n - 1] == ' ' || value[n - 1] == '\t'))
				n--;
			if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
				value++;
				n -= 2;
			}
			return cookie_valid(value, n) ? g_strndup(value, n) : NULL;
		}
		p += length;
	}
	return NULL;
}

/* ret_segment: where what stands for the nth "*" begins and how long it is; length 0: not met. */
static const char *match(const char *pattern, const char *path, unsigned n,
			 const char **ret_segment, size_t *ret_length)
{
	*ret_length = 0;
	while (*pattern) {
		if (*pattern == '*') {
			size_t length = strcspn(path, "/");
			if (!length)
				return NULL;
			if (!n--) {
				*ret_segment = path;
				*ret_length = length;
			}
			pattern++;
			path += length;
		} else if (*pattern++ != *path++) {
			return NULL;
		}
	}
	return path;
}

bool http_path_matches(const char *pattern, const char *path, const char **ret_rest)
{
	const char *segment;
	size_t length;
	*ret_rest = match(pattern, path, 0, &segment, &length);
	return *ret_rest && (!**ret_rest || g_str_has_suffix(pattern, "/"));
}

char *http_path_segment(const char *pattern, const char *path, unsigned n)
{
	const char *segment;
	size_t length;
	return match(pattern, path, n, &segment, &length) && length ? g_strndup(segment, length)
								    : NULL;
}

bool http_etag_matches(const char *if_none_match, const char *etag)
{
	size_t etag_length = strlen(etag);
	for (const char *p = if_none_match; *p;) {
		p += strspn(p, " \t,");
		if (*p == '*')
			return true;
		if (g_str_has_prefix(p, "W/")) /* weak comparison */
			p += 2;
		if (!strncmp(p, etag, etag_length))
			return true;
		if (*p == '"') { /* a tag may hold commas */
			p++;
			p += strcspn(p, "\"");
		}
		p += strcspn(p, ",");
	}
	return false;
}
