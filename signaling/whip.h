/*
 * WHIP (RFC 9725) and WHEP: media sessions by plain HTTP, for everything that is no page of ours.
 * Main thread. The sessions' resources are "/whip/MEETING/ID" and "/whep/MEETING/ID" with an
 * unguessable ID.
 */
#pragma once

#include "signaling/http.h"
#include "signaling/meeting.h"

struct whip;

/* meetings outlive it. */
struct whip *whip_new(struct meetings *meetings);
/* Ends the sessions that are still there. NULL is allowed. */
void whip_free(struct whip *whip);

/* Fills out with the routes and *n with how many there are (at most WHIP_ROUTES). */
#define WHIP_ROUTES 14
void whip_routes(struct whip *whip, struct http_route *out, size_t *n);
