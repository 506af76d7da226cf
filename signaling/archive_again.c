/* A recording's archive once more: POST /api/archive/MEETING/RECORDING/archive, and the command
 * "record-archive". */
#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"

static bool may_be_made(const struct store_take *take, GError **error)
{
	const char *why = NULL;
	if (!g_str_equal(take->state, "ended") || g_str_equal(take->archive, "none"))
		why = "it hasn't ended; stop it first";
	else if (g_str_equal(take->archive, "waiting"))
		why = "its archive waits to be made already";
	else if (g_str_equal(take->archive, "running"))
		why = "its archive is being made";
	if (why != NULL)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT, "state: %s", why);
	return why == NULL;
}

/* What is finished of one that failed is kept; one that is there is made from nothing. */
static bool make_again(struct archive *archive, gint64 meeting, gint64 id, GError **error)
{
	const struct archive_maker *maker = &archive->maker;
	g_autofree char *made = g_strdup_printf("%" G_GINT64_FORMAT "/archive", id);
	struct store_take take;
	if (!store_take_find(archive->store, meeting, id, &take, error) ||
	    !may_be_made(&take, error) || !store_take_remake(archive->store, id, error))
		return false;
	bool ok = !g_str_equal(take.archive, "done") ||
		  archive_removal_start(archive->removal, archive->recordings, made, error);
	archive_removal_sync(archive->removal);
	/* Now that it waits it is to be made, come what may. */
	return (maker->again == NULL || maker->again(maker->user, id, ok ? error : NULL)) && ok;
}

static json_t *answer(gint64 id)
{
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, id);
	return json_pack("{s:s, s:s}", "id", text, "state", "waiting");
}

void archive_post_again(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	GError *error = NULL;
	gint64 id;
	if (!archive_number(request, 1, &id) || !archive_edit(archive, request, reply, &viewer))
		return;
	if (make_again(archive, viewer.row.id, id, &error))
		api_reply(reply, 202, answer(id));
	else
		archive_reply_fail(reply, error);
	archive_viewer_clear(&viewer);
}

bool archive_command_again(struct archive *archive, const json_t *request, json_t **ret_reply,
			   GError **error)
{
	const char *name = json_string_value(json_object_get(request, "name"));
	const char *recording = json_string_value(json_object_get(request, "recording"));
	struct store_meeting row;
	gint64 id;
	if (name == NULL || recording == NULL ||
	    !g_ascii_string_to_signed(recording, 10, 1, G_MAXINT64, &id, NULL)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    name == NULL ? "name: missing, or no text"
					 : "recording: not the number of one");
		return false;
	}
	if (!store_meeting_find(archive->store, name, &row, error))
		return false;
	bool ok = make_again(archive, row.id, id, error);
	store_meeting_clear(&row);
	if (ok)
		*ret_reply = answer(id);
	return ok;
}
