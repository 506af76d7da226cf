/* GET /api/archive/MEETING, and the cookie for its files. */
#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"

#define SESSION_SECONDS (12 * 60 * 60)

struct detail {
	struct archive *archive;
	const struct store_meeting *row;
	json_t *recordings, *agenda, *minutes;
};

static void on_take(void *user, const struct store_take *take)
{
	struct detail *detail = user;
	const struct archive_maker *maker = &detail->archive->maker;
	const char *state = take->archive, *step = "";
	double done = g_str_equal(state, "done") ? 1 : 0;
	if (g_str_equal(state, "running") && maker->progress)
		maker->progress(maker->user, take->id, &step, &done);
	g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, take->id);
	g_autofree char *base = g_strdup_printf("/api/archive/%s/%s/", detail->row->name, id);
	json_array_append_new(detail->recordings,
			      json_pack("{s:s, s:I, s:o, s:s, s:s, s:s, s:f, s:s, s:f, s:s}", "id",
					id, "begin", (json_int_t)take->begin, "ended",
					take->ended ? json_integer(take->ended) : json_null(),
					"recording", take->state, "state", state, "step", step,
					"done", done, "error", take->archive_error, "duration",
					(double)take->duration / 1000, "base", base));
}

static void on_part(void *user, const struct store_part *part)
{
	struct detail *detail = user;
	json_array_append_new(detail->agenda,
			      json_pack("{s:i, s:s, s:s, s:i, s:o}", "number", (int)part->number,
					"sharer", part->sharer, "subject", part->subject, "minutes",
					(int)part->minutes, "started",
					part->started ? json_integer(part->started) : json_null()));
}

static void on_minutes(void *user, const struct store_minutes_line *line)
{
	struct detail *detail = user;
	json_array_append_new(detail->minutes,
			      json_pack("{s:s, s:b, s:i, s:I}", "language", line->language,
					"published", (int)line->published, "version",
					(int)line->version, "at", (json_int_t)line->at));
}

static json_t *detail_json(struct detail *detail, const struct archive_viewer *viewer,
			   GError **error)
{
	const struct store_meeting *row = detail->row;
	struct store *store = detail->archive->store;
	if (!store_takes(store, row->id, on_take, detail, error) ||
	    !store_archive_agenda(store, row->id, on_part, detail, error) ||
	    !store_archive_minutes(store, row->id, !viewer->editor, on_minutes, detail, error))
		return NULL;
	json_t *attachments = archive_attachments_json(detail->archive, row, error);
	if (!attachments)
		return NULL;
	json_t *json = json_pack("{s:s, s:s, s:I, s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:s?, s:b, "
				 "s:b, s:O, s:O, s:o, s:O}",
				 "name", row->name, "title", row->title, "starts",
				 (json_int_t)row->starts, "zone", row->zone, "minutes",
				 (int)row->minutes, "venue", row->venue, "access", row->access,
				 "state", row->state, "floors", archive_tags_json(row->floors),
				 "channels", archive_tags_json(row->channels), "role",
				 viewer->known ? role_name(viewer->token.role) : NULL, "mayEdit",
				 (int)viewer->editor, "mayDelete", (int)archive_may_delete(viewer),
				 "agenda", detail->agenda, "recordings", detail->recordings,
				 "attachments", attachments, "written", detail->minutes);
	if (viewer->editor)
		json_object_set_new(json, "retentionDays", json_integer(row->retention_days));
	return json;
}

void archive_get_detail(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive_viewer viewer;
	struct detail detail = {.archive = user};
	GError *error = NULL;
	if (!archive_see(user, request, reply, &viewer))
		return;
	detail.row = &viewer.row;
	detail.recordings = json_array();
	detail.agenda = json_array();
	detail.minutes = json_array();
	json_t *json = detail_json(&detail, &viewer, &error);
	if (json)
		api_reply(reply, 200, json);
	else
		archive_reply_fail(reply, error);
	json_decref(detail.recordings);
	json_decref(detail.agenda);
	json_decref(detail.minutes);
	archive_viewer_clear(&viewer);
}

/*
 * For whoever has something to see beneath the meeting's address. Players and links can't send our
 * header. The cookie goes to this meeting's files alone, no script
 * reads it, no other site's page makes a browser send it, and nothing is ever changed by it.
 */
void archive_post_session(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	if (!archive_see_attachments(archive, request, reply, &viewer))
		return;
	http_reply_status(reply, 204);
	if (viewer.known) {
		bool secure =
			request->secure || g_str_has_prefix(archive->config->base_url, "https:");
		gint64 left = viewer.token.expires - g_get_real_time() / G_USEC_PER_SEC;
		g_autofree char *cookie = g_strdup_printf(
			"archive=%s; Path=/api/archive/%s/; HttpOnly; SameSite=Strict; "
			"Max-Age=%" G_GINT64_FORMAT "%s",
			request->bearer, viewer.row.name, CLAMP(left, 0, SESSION_SECONDS),
			secure ? "; Secure" : "");
		http_reply_header(reply, "Set-Cookie", cookie);
	}
	archive_viewer_clear(&viewer);
}
