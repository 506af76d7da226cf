/*
 * Which part of a file a request asks for (RFC 9110, section 14), and how a file that is downloaded
 * is called (RFC 6266, RFC 8187). Leaf functions on foreign text.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum http_range {
	HTTP_RANGE_WHOLE, /* none asked for, several, or nonsense, which is as good as none */
	HTTP_RANGE_PART,
	HTTP_RANGE_BEYOND, /* no byte of it is there: 416 */
};
/* range: the header's value, NULL if absent. size: of the file. *ret_first and *ret_length are set
 * in any case, to what is to be sent; for HTTP_RANGE_BEYOND to 0. */
enum http_range http_range_parse(const char *range, uint64_t size, uint64_t *ret_first,
				 uint64_t *ret_length);
/* Whether If-Range (NULL: absent) lets a range through: it names this very tag, strongly (section
 * 13.1.5). A date never does: we send none. */
bool http_if_range_holds(const char *if_range, const char *etag);

/*
 * Content-Disposition of a download. What a name may not have is replaced: slashes, quotes, control
 * characters, what turns the direction of writing, what some system refuses. A name of which
 * nothing is left is "file". Free it.
 */
char *http_disposition(const char *name);
/* That name, for whoever keeps it. Free it. */
char *http_file_name(const char *name);
