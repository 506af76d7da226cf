/*
 * What libwebsockets leaves to us of a request: is a path acceptable, what does a query say, lists
 * in header values. Leaf functions on foreign text. libwebsockets has undone the path's
 * percent-escapes and dot segments once; nothing here does so again.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins with "/", is UTF-8, holds no control character, backslash or dot segment, and no NUL
 * within length. */
bool http_path_valid(const char *path, size_t length);

/* Adds one argument ("name=value", escapes undone by libwebsockets) to a query, escaped anew. */
void http_query_append(GString *query, const char *argument);
/* A value of the query, unescaped; NULL if absent or not UTF-8. Free it. */
char *http_query_find(const char *query, const char *name);

/* Content-Length: digits and nothing else (RFC 9110, section 8.6). */
bool http_length_parse(const char *text, uint64_t *ret);
/* A comma-separated list has the token, in any case, and not with ";q=0" (RFC 9110, sections 5.6.1
 * and 12.4.2). */
bool http_list_has(const char *list, const char *token);
/* The token of "Bearer TOKEN" (RFC 6750, section 2.1), within the text; NULL if it is none. */
const char *http_bearer(const char *authorization);
/* The value of a cookie (RFC 6265, section 5.4), without quotes; NULL if absent or not what a
 * cookie may be. The first of several. Free it. */
char *http_cookie_find(const char *cookies, const char *name);

/*
 * Whether a path is of this kind: "/whip/" is everything beneath, without a "/" at its end exactly
 * this; a "*" between slashes stands for one segment, which isn't empty. *ret_rest is what follows
 * in the path, within it.
 */
bool http_path_matches(const char *pattern, const char *path, const char **ret_rest);
/* What stands for the pattern's nth "*" in a path that matches; NULL if it has no such. Free it. */
char *http_path_segment(const char *pattern, const char *path, unsigned n);

/* If-None-Match names the entity tag (which is given with its quotes), or is "*" (RFC 9110,
 * section 13.1.2). */
bool http_etag_matches(const char *if_none_match, const char *etag);
