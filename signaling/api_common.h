/* What the REST API's parts share. Main thread. */
#pragma once

#include "signaling/http.h"
#include <jansson.h>

/* Takes the reference. Never cached. */
void api_reply(struct http_reply *reply, unsigned status, json_t *body);
/* Takes the error. */
void api_refuse(struct http_reply *reply, GError *error);
/* The body, as an object; NULL and an error if it is none. */
json_t *api_body(const struct http_request *request, GError **error);
/*
 * A path's segments: "demo/recording" is {"demo", "recording", NULL}. NULL if one is empty. Free
 * with g_strfreev.
 */
char **api_segments(const char *rest);
