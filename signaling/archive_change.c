/* Who may see a meeting's archive, and removing: a meeting, a recording, what is kept too long. */
#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"
#include "signaling/store_attachments.h"
#include <string.h>

#define RETENTION_MAX 36500

/* ---- PATCH ---- */

static bool read_change(const struct http_request *request, const char **access, gint64 *days,
			json_t **ret_body, GError **error)
{
	gsize size;
	const char *text = g_bytes_get_data(request->body, &size);
	json_t *body = json_loadb(text ? text : "", size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *new_access = json_object_get(body, "access");
	const json_t *new_days = json_object_get(body, "retentionDays");
	const char *problem = NULL;
	*ret_body = body;
	if (!json_is_object(body))
		problem = "body: not a JSON object";
	else if (new_access && !json_is_string(new_access))
		problem = "access: not a text";
	else if (new_days && (!json_is_integer(new_days) || json_integer_value(new_days) < 0 ||
			      json_integer_value(new_days) > RETENTION_MAX))
		problem = "retentionDays: not a number from 0 (for ever) to 36500";
	else if (!new_access && !new_days)
		problem = "body: neither access nor retentionDays";
	*access = new_access ? json_string_value(new_access) : *access;
	*days = new_days ? json_integer_value(new_days) : *days;
	static const char *const words[] = {"public", "alliance", "secretariat", NULL};
	if (!problem && !g_strv_contains(words, *access))
		problem = "access: not public, alliance or secretariat";
	if (problem)
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, problem);
	return !problem;
}

void archive_patch(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	GError *error = NULL;
	json_t *body = NULL;
	if (!archive_edit(archive, request, reply, &viewer))
		return;
	const char *access = viewer.row.access;
	gint64 days = viewer.row.retention_days;
	if (read_change(request, &access, &days, &body, &error) &&
	    store_archive_set_access(archive->store, viewer.row.id, access, days, &error))
		api_reply(reply, 200,
			  json_pack("{s:s, s:I}", "access", access, "retentionDays",
				    (json_int_t)days));
	else
		archive_reply_fail(reply, error);
	json_decref(body);
	archive_viewer_clear(&viewer);
}

/* ---- Removing ---- */

struct takes {
	GArray *ids; /* gint64 */
	bool open;   /* one hasn't ended */
};

static void on_take(void *user, const struct store_take *take)
{
	struct takes *takes = user;
	g_array_append_val(takes->ids, take->id);
	takes->open |= !g_str_equal(take->state, "ended");
}

static bool read_takes(struct archive *archive, gint64 meeting, struct takes *ret, GError **error)
{
	*ret = (struct takes){.ids = g_array_new(FALSE, FALSE, sizeof(gint64))};
	return store_takes(archive->store, meeting, on_take, ret, error);
}

static bool take_away(struct archive *archive, gint64 id, GError **error)
{
	g_autofree char *folder = g_strdup_printf("%" G_GINT64_FORMAT, id);
	if (archive->maker.drop)
		archive->maker.drop(archive->maker.user, id);
	return archive_removal_start(archive->removal, archive->recordings, folder, error);
}

/* gone: those that were, all of them if it goes well. */
static bool take_away_all(struct archive *archive, gint64 meeting, GArray *gone, GError **error)
{
	struct takes takes;
	bool ok = read_takes(archive, meeting, &takes, error);
	for (guint i = 0; ok && i < takes.ids->len; i++) {
		gint64 id = g_array_index(takes.ids, gint64, i);
		ok = take_away(archive, id, error);
		if (ok)
			g_array_append_val(gone, id);
	}
	g_array_unref(takes.ids);
	return ok;
}

/* The folders first: a row without a folder is mended at the next start, which finds its name; a
 * folder without a row would stay for ever. */
static bool forget_takes(struct archive *archive, const GArray *gone, GError **error)
{
	bool ok = true;
	archive_removal_sync(archive->removal);
	for (guint i = 0; i < gone->len; i++)
		ok = store_take_delete(archive->store, g_array_index(gone, gint64, i),
				       ok ? error : NULL) &&
		     ok;
	return ok;
}

bool archive_remove_takes(struct archive *archive, gint64 meeting, GError **error)
{
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(gint64));
	bool ok = take_away_all(archive, meeting, gone, error);
	return forget_takes(archive, gone, ok ? error : NULL) && ok;
}

static bool remove_take(struct archive *archive, gint64 id, GError **error)
{
	if (!take_away(archive, id, error))
		return false;
	archive_removal_sync(archive->removal);
	return store_take_delete(archive->store, id, error);
}

static bool remove_meeting(struct archive *archive, gint64 id, GError **error)
{
	g_autofree char *mark = g_strdup_printf("meeting-%" G_GINT64_FORMAT, id);
	bool ok = archive_removal_mark(archive->removal, archive->recordings, mark, error) &&
		  archive_remove_takes(archive, id, error) &&
		  archive_remove_attachments(archive, id, 0, NULL, error);
	archive_removal_sync(archive->removal);
	if (!ok || !store_meeting_delete(archive->store, id, error))
		return false;
	archive_removal_unmark(archive->removal, archive->recordings, mark);
	return true;
}

/* An open meeting that nobody is in is ended first: it may still be in memory. */
static bool may_remove(struct archive *archive, const struct archive_viewer *viewer, GError **error)
{
	struct takes takes = {0};
	unsigned present = 0;
	if (!store_archive_present(archive->store, viewer->row.id, &present, error))
		return false;
	bool ok = read_takes(archive, viewer->row.id, &takes, error);
	if (ok && (present > 0 || takes.open)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT, "meeting: %s",
			    takes.open ? "is being recorded; end it first"
				       : "people are in it; end it first");
		ok = false;
	}
	g_array_unref(takes.ids);
	return ok && (g_str_equal(viewer->row.state, "ended") ||
		      meetings_end(archive->meetings, viewer->row.name, error));
}

void archive_delete_meeting(void *user, const struct http_request *request,
			    struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	GError *error = NULL;
	if (!archive_edit(archive, request, reply, &viewer))
		return;
	if (!archive_may_delete(&viewer)) {
		archive_refuse(reply, SIGNALING_ERROR_FORBIDDEN,
			       "role: only the secretariat of all meetings removes one");
	} else if (may_remove(archive, &viewer, &error) &&
		   remove_meeting(archive, viewer.row.id, &error)) {
		g_message("archive: meeting %s was removed", viewer.row.name);
		http_reply_status(reply, 204);
	} else {
		archive_reply_fail(reply, error);
	}
	archive_viewer_clear(&viewer);
}

void archive_delete_recording(void *user, const struct http_request *request,
			      struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	struct store_take take;
	GError *error = NULL;
	gint64 id;
	if (!archive_number(request, 1, &id) || !archive_edit(archive, request, reply, &viewer))
		return;
	bool ok = store_take_find(archive->store, viewer.row.id, id, &take, &error);
	if (ok && !g_str_equal(take.state, "ended")) {
		g_set_error_literal(&error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
				    "recording: it runs; stop it first");
		ok = false;
	}
	if (ok && remove_take(archive, id, &error)) {
		g_message("archive: recording %" G_GINT64_FORMAT " of %s was removed", id,
			  viewer.row.name);
		http_reply_status(reply, 204);
	} else {
		archive_reply_fail(reply, error);
	}
	archive_viewer_clear(&viewer);
}

/* ---- By itself ---- */

struct overdue {
	gint64 id;
	char *name;
};

static void clear_overdue(void *item)
{
	g_free(((struct overdue *)item)->name);
}

static void on_overdue(void *user, gint64 meeting, const char *name)
{
	struct overdue overdue = {meeting, g_strdup(name)};
	g_array_append_val((GArray *)user, overdue);
}

static void sweep(struct archive *archive, const struct overdue *meeting, GArray *gone)
{
	g_autoptr(GError) error = NULL;
	if (take_away_all(archive, meeting->id, gone, &error) &&
	    archive_remove_attachments(archive, meeting->id, 0, NULL, &error))
		g_message("archive: what was kept of %s is removed: its time is over",
			  meeting->name);
	else
		g_warning("archive: the time of %s is over, but not all is removed: %s",
			  meeting->name, error->message);
}

void archive_sweep(struct archive *archive)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct overdue));
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GError) error = NULL;
	g_array_set_clear_func(all, clear_overdue);
	bool ok = store_archive_overdue(archive->store, g_get_real_time() / G_USEC_PER_SEC,
					on_overdue, all, &error);
	for (guint i = 0; i < all->len; i++)
		sweep(archive, &g_array_index(all, struct overdue, i), gone);
	ok = forget_takes(archive, gone, ok ? &error : NULL) && ok;
	if (!ok)
		g_warning("%s", error->message);
}

/* "12.1790000000000000" or "meeting-5"; anything else is only taken off the disk. */
static void on_left_over(void *user, const char *name)
{
	struct archive *archive = user;
	g_autoptr(GError) error = NULL;
	bool meeting = g_str_has_prefix(name, "meeting-"), ok = true;
	char *end;
	gint64 id = g_ascii_strtoll(meeting ? name + strlen("meeting-") : name, &end, 10);
	if (id <= 0)
		return;
	if (meeting && *end == '\0')
		ok = remove_meeting(archive, id, &error);
	else if (!meeting && *end == '.')
		ok = store_take_delete(archive->store, id, &error);
	if (!ok)
		g_warning("%s", error->message);
}

void archive_resume(struct archive *archive)
{
	archive_removal_resume(archive->removal, archive->recordings, on_left_over, archive);
	archive_removal_resume(archive->removal, archive->attachments, NULL, NULL);
	archive_resume_people(archive);
}
