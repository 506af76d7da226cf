/* The REST API without sockets: a request goes to the route that the server would choose. */
#pragma once

#include "signaling/http.h"
#include <jansson.h>

struct answer {
	unsigned status; /* 404: no route, or it did nothing */
	char *text;	 /* "" none */
	json_t *json;	 /* NULL: it is none */
};
void answer_clear(struct answer *answer);
const char *detail_of(const struct answer *answer); /* of a problem */

/* target may have a query; body NULL: none. */
struct answer call_routes(const struct http_route *routes, size_t n, const char *method,
			  const char *target, const char *bearer, const char *body);
