/* GET /api/archive/MEETING/RECORDING/FILE: what was made of a recording, and what was recorded. */
#include "signaling/archive_files.h"
#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"
#include <errno.h>
#include <string.h>

/* "Sharing meeting 2026-11-03 fr.m4a" of audio/fr.m4a; meeting.mp4 is the meeting by itself. */
static char *download_name(const struct store_meeting *row, const struct store_take *take,
			   const char *file)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(*row->zone ? row->zone : "UTC");
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(take->begin / 1000);
	g_autoptr(GDateTime) time = utc && zone ? g_date_time_to_timezone(utc, zone) : NULL;
	g_autofree char *day = time ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("");
	g_autofree char *base = g_path_get_basename(file);
	const char *title = *row->title ? row->title : row->name;
	if (g_str_has_prefix(base, "meeting."))
		return g_strdup_printf("%s %s%s", title, day, base + strlen("meeting"));
	return g_strdup_printf("%s %s %s", title, day, base);
}

static bool serve(struct archive *archive, const struct archive_viewer *viewer,
		  const struct http_request *request, gint64 id, struct http_reply *reply)
{
	const char *file = request->rest;
	struct store_take take;
	GError *error = NULL;
	bool track = g_str_has_prefix(file, "tracks/");
	if (track && !viewer->editor)
		return archive_refuse(reply, SIGNALING_ERROR_FORBIDDEN,
				      "role: what was recorded is for the secretariat and hosts");
	if (!store_take_find(archive->store, viewer->row.id, id, &take, &error))
		return archive_reply_fail(reply, error);
	const char *type = track ? archive_track_type(file) : archive_file_type(file);
	/* While it is made again, what was taken out may still be in the old one. */
	if (!type || (!track && !g_str_equal(take.archive, "done")))
		return archive_refuse(reply, SIGNALING_ERROR_NOT_FOUND,
				      type ? "recording: its archive isn't made yet"
					   : "path: there is nothing here");
	g_autofree char *path =
		g_strdup_printf("%" G_GINT64_FORMAT "/%s%s", id, track ? "" : "archive/",
				track ? file + strlen("tracks/") : file);
	int fd = archive_open_beneath(archive->recordings, path);
	if (fd < 0 && errno != ENOENT && errno != ELOOP && errno != ENOTDIR) {
		g_set_error(&error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "archive: %s: %s",
			    path, g_strerror(errno));
		return archive_reply_fail(reply, error);
	}
	if (fd < 0)
		return archive_refuse(reply, SIGNALING_ERROR_NOT_FOUND,
				      "path: there is nothing here");
	g_autofree char *download = http_query_value(request, "download");
	g_autofree char *name = download_name(&viewer->row, &take, file);
	/* Kept by the browser, but never shown without asking: who may see it can change. */
	http_reply_header(reply, "Cache-Control", "private, no-cache");
	http_reply_foreign(reply);
	if (track || g_strcmp0(download, "1") == 0)
		http_reply_download(reply, name);
	http_reply_file(reply, request, fd, type);
	return true;
}

void archive_get_file(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive_viewer viewer;
	gint64 id;
	if (!archive_number(request, 1, &id) || !archive_see(user, request, reply, &viewer))
		return;
	serve(user, &viewer, request, id, reply);
	archive_viewer_clear(&viewer);
}
