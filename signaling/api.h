/* The REST API beside WHIP and WHEP, of single meetings: PROTOCOL.md, section HTTP. Main thread. */
#pragma once

#include "signaling/api_recording.h"
#include "signaling/http.h"
#include "signaling/meeting.h"

struct api {
	struct meetings *meetings;
	struct api_recording *recording; /* NULL: there is none */
};

#define API_ROUTES 4
/* Fills out (API_ROUTES of them at most) and *n. api must outlive the routes. */
void api_routes(struct api *api, struct http_route *out, size_t *n);
