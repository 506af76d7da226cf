/*
 * Recordings by plain HTTP and by the control socket: /api/meetings/MEETING/recording and
 * /recordings, and the command "record". Main thread.
 */
#pragma once

#include "signaling/archive_jobs.h"
#include "signaling/control.h"
#include "signaling/http.h"
#include "signaling/meeting.h"

struct api_recording;

/* All outlive it; jobs may be NULL. */
struct api_recording *api_recording_new(struct meetings *meetings, const struct archive_jobs *jobs);
void api_recording_free(struct api_recording *api); /* NULL is allowed */

/* What follows "/api/meetings/": "demo/recording". */
void api_recording_handle(struct api_recording *api, const struct http_request *request,
			  const char *meeting, const char *what, struct http_reply *reply);

/* {"command": "record", "name": MEETING, "state": "recording", "paused" or "ended"}; without state
 * it lists. */
bool api_recording_command(void *api, const json_t *request, json_t **ret_reply, GError **error);
