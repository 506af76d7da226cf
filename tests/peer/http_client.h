/* HTTP/1.1 as tests need it: plain, blocking, a connection for each request, at most 5 s. */
#pragma once

#include <glib.h>

struct http_answer {
	unsigned status;
	char *location, *etag; /* or NULL */
	char *body;	       /* never NULL after success */
};
void http_answer_clear(struct http_answer *answer);

struct http_call {
	const char *url; /* "http://127.0.0.1:8080/whip/demo?x=y" */
	const char *method;
	const char *bearer, *content_type, *if_match, *body; /* or NULL */
};
gboolean http_call(const struct http_call *call, struct http_answer *ret, GError **error);
/* "http://127.0.0.1:8080" + "/whip/..." */
char *http_join(const char *base_url, const char *path);
