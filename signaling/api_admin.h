/*
 * The secretariat's page: /api/admin/meetings. A token for all meetings may make some and sees all
 * of them; one of a single meeting sees and changes that. Main thread.
 */
#pragma once

#include "signaling/http.h"
#include "signaling/meeting.h"

#define API_ADMIN_ROUTES 6
/* Fills out and *n; meetings must outlive the routes. */
void api_admin_routes(struct meetings *meetings, struct http_route *out, size_t *n);
