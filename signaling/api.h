/* The REST API beside WHIP and WHEP: PROTOCOL.md, section HTTP. Main thread. */
#pragma once

#include "signaling/http.h"
#include "signaling/meeting.h"

#define API_ROUTES 1
/* Fills out (API_ROUTES of them at most) and *n. meetings must outlive the routes. */
void api_routes(struct meetings *meetings, struct http_route *out, size_t *n);
