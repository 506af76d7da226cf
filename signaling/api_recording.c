#include "signaling/api_recording.h"
#include "signaling/access.h"
#include "signaling/api_common.h"
#include "signaling/meeting_recording.h"
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

struct api_recording {
	struct meetings *meetings;
	const struct archive_jobs *jobs;
};

/* --- what is said of one --- */

/* Of its tracks and index. What was made of them is thousands of files, which nobody waits for. */
static gint64 bytes_of(const char *data, gint64 recording)
{
	g_autofree char *path = g_strdup_printf("%s/recordings/%" G_GINT64_FORMAT, data, recording);
	char *const paths[] = {path, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	gint64 bytes = 0;
	for (FTSENT *entry; tree != NULL && (entry = fts_read(tree)) != NULL;) {
		if (entry->fts_level == 1 && g_str_equal(entry->fts_name, "archive"))
			fts_set(tree, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F)
			bytes += entry->fts_statp->st_size;
	}
	if (tree != NULL)
		fts_close(tree);
	return bytes;
}

static json_t *time_json(gint64 ms)
{
	if (ms == 0)
		return json_null();
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(ms / 1000);
	g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
	return json_string(text);
}

static json_t *archive_json(const struct api_recording *api, const struct store_recording *row)
{
	const char *step = NULL;
	double done = row->archive == ARCHIVE_DONE ? 1 : 0;
	if (api->jobs != NULL)
		archive_jobs_progress(api->jobs, row->id, &step, &done);
	return json_pack("{s:s, s:s?, s:f, s:s?}", "state", archive_state_name(row->archive),
			 "step", step, "done", done, "error",
			 row->archive == ARCHIVE_FAILED ? row->archive_error : NULL);
}

struct list {
	const struct api_recording *api;
	const char *meeting;
	json_t *recordings;
};

static void append(void *user, const struct store_recording *row)
{
	struct list *list = user;
	const struct config *config = list->api->meetings->config;
	g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, row->id);
	g_autofree char *page = g_strdup_printf("%s/archive/%s", config->base_url, list->meeting);
	json_array_append_new(list->recordings,
			      json_pack("{s:s, s:s, s:o, s:o, s:I, s:o, s:{s:s}}", "id", id,
					"state", recording_state_name(row->state), "started",
					time_json(row->begin), "ended", time_json(row->ended),
					"bytes", (json_int_t)bytes_of(config->data, row->id),
					"archive", archive_json(list->api, row), "links", "page",
					page));
}

static json_t *list_json(const struct api_recording *api, const struct store_meeting *row,
			 GError **error)
{
	struct list list = {api, row->name, json_array()};
	if (store_recordings(api->meetings->store, row->id, append, &list, error))
		return json_pack("{s:o}", "recordings", list.recordings);
	json_decref(list.recordings);
	return NULL;
}

/* --- what is done --- */

static json_t *state_json(gint64 id, enum recording_state state)
{
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, id);
	return json_pack("{s:s, s:s}", "id", text, "state", recording_state_name(state));
}

/* The one that runs now; what it is told is told by the answer, too. */
static json_t *set_state(struct meeting *meeting, enum recording_state state, GError **error)
{
	struct store_recording row;
	bool found;
	struct store *store = meeting->meetings->store;
	if (state != RECORDING_ENDED && !meeting_record(meeting, state, error))
		return NULL;
	if (!store_recording_open(store, meeting->row.id, &row, &found, error))
		return NULL;
	if (!found) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "recording: nothing is recorded");
		return NULL;
	}
	if (state == RECORDING_ENDED && !meeting_record(meeting, state, error))
		return NULL;
	return state_json(row.id, state);
}

static json_t *start(struct meeting *meeting, GError **error)
{
	struct store_recording row;
	bool found;
	if (!store_recording_open(meeting->meetings->store, meeting->row.id, &row, &found, error))
		return NULL;
	if (found) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "recording: one runs already");
		return NULL;
	}
	return set_state(meeting, RECORDING_ON, error);
}

static bool state_from_name(const char *name, enum recording_state *ret, GError **error)
{
	static const enum recording_state states[] = {RECORDING_ON, RECORDING_PAUSED,
						      RECORDING_ENDED};
	for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(states); i++) {
		if (g_str_equal(name, recording_state_name(states[i]))) {
			*ret = states[i];
			return true;
		}
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "state: isn't recording, paused or ended");
	return false;
}

static json_t *change(struct meeting *meeting, const struct http_request *request, GError **error)
{
	enum recording_state state;
	json_t *body = api_body(request, error), *answer = NULL;
	struct store_recording row;
	bool found = false;
	if (body != NULL &&
	    state_from_name(json_string_value(json_object_get(body, "state")), &state, error) &&
	    store_recording_open(meeting->meetings->store, meeting->row.id, &row, &found, error)) {
		if (found)
			answer = set_state(meeting, state, error);
		else
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
				    "recording: nothing is recorded");
	}
	json_decref(body);
	return answer;
}

static json_t *act(struct api_recording *api, const struct http_request *request,
		   const struct store_meeting *row, unsigned *ret_status, GError **error)
{
	struct meeting *meeting = meetings_load(api->meetings, row->name, error);
	if (meeting == NULL)
		return NULL;
	if (g_str_equal(request->method, "POST")) {
		*ret_status = 201;
		return start(meeting, error);
	}
	if (g_str_equal(request->method, "DELETE")) {
		*ret_status = 202;
		return set_state(meeting, RECORDING_ENDED, error);
	}
	*ret_status = 200;
	return change(meeting, request, error);
}

void api_recording_handle(struct api_recording *api, const struct http_request *request,
			  const char *name, const char *what, struct http_reply *reply)
{
	bool reads = g_str_equal(request->method, "GET") || g_str_equal(request->method, "HEAD");
	GError *error = NULL;
	struct token token;
	struct store_meeting row;
	unsigned status = 200;
	if (g_str_equal(what, reads ? "recordings" : "recording") == FALSE)
		return; /* 404 */
	if (!access_meeting(api->meetings->store, api->meetings->key, request->bearer, name,
			    ACTION_RECORD, &row, &token, &error)) {
		api_refuse(reply, error);
		return;
	}
	json_t *answer =
		reads ? list_json(api, &row, &error) : act(api, request, &row, &status, &error);
	if (answer != NULL)
		api_reply(reply, status, answer);
	else
		api_refuse(reply, error);
	store_meeting_clear(&row);
	token_clear(&token);
}

bool api_recording_command(void *user, const json_t *request, json_t **ret_reply, GError **error)
{
	struct api_recording *api = user;
	const char *name = json_string_value(json_object_get(request, "name"));
	const json_t *state_text = json_object_get(request, "state");
	enum recording_state state;
	struct store_meeting row;
	if (name == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "name: missing, or no text");
		return false;
	}
	if (state_text == NULL) {
		if (!store_meeting_find(api->meetings->store, name, &row, error))
			return false;
		*ret_reply = list_json(api, &row, error);
		store_meeting_clear(&row);
		return *ret_reply != NULL;
	}
	if (!state_from_name(json_string_value(state_text), &state, error))
		return false;
	struct meeting *meeting = meetings_load(api->meetings, name, error);
	*ret_reply = meeting != NULL ? set_state(meeting, state, error) : NULL;
	return *ret_reply != NULL;
}

struct api_recording *api_recording_new(struct meetings *meetings, const struct archive_jobs *jobs)
{
	struct api_recording *api = g_new0(struct api_recording, 1);
	api->meetings = meetings;
	api->jobs = jobs;
	return api;
}

void api_recording_free(struct api_recording *api)
{
	g_free(api);
}
