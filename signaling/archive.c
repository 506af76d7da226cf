#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"
#include "signaling/store_attachments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define HOUR	       3600
#define CHANGE_BYTES   4096
#define ATTACHMENT_MAX ((size_t)100 << 20)

/* ---- Who asks ---- */

void archive_viewer_clear(struct archive_viewer *viewer)
{
	store_meeting_clear(&viewer->row);
	if (viewer->known)
		token_clear(&viewer->token);
}

bool archive_may_delete(const struct archive_viewer *viewer)
{
	return viewer->known && viewer->token.role == ROLE_SECRETARIAT &&
	       access_is_general(&viewer->token);
}

static bool is_read(const struct http_request *request)
{
	return g_str_equal(request->method, "GET") || g_str_equal(request->method, "HEAD");
}

/* A stranger isn't told which meetings there are. */
static bool find(struct archive *archive, const char *bearer, const char *name,
		 struct store_meeting *ret, GError **error)
{
	g_autoptr(GError) problem = NULL;
	struct token token;
	if (name != NULL && store_meeting_name_valid(name) &&
	    store_meeting_find(archive->store, name, ret, &problem))
		return true;
	if (problem != NULL && problem->code != SIGNALING_ERROR_NOT_FOUND) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (access_meeting(archive->store, archive->key, bearer, name, ACTION_ARCHIVE, ret, &token,
			   error)) {
		token_clear(&token); /* it is there all at once */
		return true;
	}
	return false;
}

/* Somebody who may be in the meeting, until it has ended. */
static bool may_be_in(struct archive *archive, const char *bearer, struct archive_viewer *viewer)
{
	const struct store_meeting *row = &viewer->row;
	viewer->known = !g_str_equal(row->state, "ended") &&
			access_meeting(archive->store, archive->key, bearer, row->name, ACTION_JOIN,
				       NULL, &viewer->token, NULL);
	return viewer->known;
}

static bool see(struct archive *archive, const struct http_request *request,
		struct http_reply *reply, bool attachments, struct archive_viewer *ret)
{
	g_autofree char *name = http_segment(request, 0);
	g_autofree char *cookie = NULL;
	const char *bearer = request->bearer;
	GError *error = NULL;
	*ret = (struct archive_viewer){0};
	if (bearer == NULL && is_read(request))
		bearer = cookie = http_cookie_value(request, "archive");
	if (!find(archive, bearer, name, &ret->row, &error))
		return archive_reply_fail(reply, error);
	if (!access_archive(archive->store, archive->key, bearer, &ret->row, &ret->token,
			    &ret->known, &error) &&
	    !(attachments && may_be_in(archive, bearer, ret))) {
		archive_viewer_clear(ret);
		return archive_reply_fail(reply, error);
	}
	g_clear_error(&error);
	ret->editor = ret->known && access_may(&ret->token, ret->row.name, ACTION_EDIT, NULL);
	return true;
}

bool archive_see(struct archive *archive, const struct http_request *request,
		 struct http_reply *reply, struct archive_viewer *ret)
{
	return see(archive, request, reply, false, ret);
}

bool archive_see_attachments(struct archive *archive, const struct http_request *request,
			     struct http_reply *reply, struct archive_viewer *ret)
{
	return see(archive, request, reply, true, ret);
}

bool archive_edit(struct archive *archive, const struct http_request *request,
		  struct http_reply *reply, struct archive_viewer *ret)
{
	g_autofree char *name = http_segment(request, 0);
	GError *error = NULL;
	*ret = (struct archive_viewer){0};
	if (name == NULL || !access_meeting(archive->store, archive->key, request->bearer, name,
					    ACTION_EDIT, &ret->row, &ret->token, &error))
		return archive_reply_fail(reply, error);
	ret->known = ret->editor = true;
	return true;
}

/* ---- Replies ---- */

bool archive_reply_fail(struct http_reply *reply, GError *error)
{
	if (error != NULL)
		http_reply_error(reply, error);
	g_clear_error(&error);
	return false;
}

bool archive_refuse(struct http_reply *reply, enum signaling_error code, const char *reason)
{
	return archive_reply_fail(reply, g_error_new_literal(SIGNALING_ERROR, (int)code, reason));
}

json_t *archive_tags_json(char **tags)
{
	json_t *array = json_array();
	for (size_t i = 0; tags[i] != NULL; i++)
		json_array_append_new(array, json_string(tags[i]));
	return array;
}

bool archive_number(const struct http_request *request, unsigned segment, gint64 *ret)
{
	g_autofree char *text = http_segment(request, segment);
	return text != NULL && g_ascii_isdigit(*text) &&
	       g_ascii_string_to_signed(text, 10, 1, G_MAXINT64, ret, NULL);
}

/* ---- Life ---- */

static int open_folder(const char *path, GError **error)
{
	int fd = g_mkdir_with_parents(path, 0750) == 0
			 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			 : -1;
	if (fd < 0)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "data: %s: %s", path,
			    g_strerror(errno));
	return fd;
}

/* Of uploads that were kept when the program was killed, before the store knew of them. */
static void remove_orphans(struct archive *archive)
{
	GDir *folder = g_dir_open(archive->attachments_path, 0, NULL);
	if (folder == NULL)
		return;
	g_autoptr(GPtrArray) orphans = g_ptr_array_new_with_free_func(g_free);
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;)
		if (strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64 &&
		    !store_attachment_used(archive->store, name))
			g_ptr_array_add(orphans, g_strdup(name));
	g_dir_close(folder);
	for (guint i = 0; i < orphans->len; i++)
		archive_removal_start(archive->removal, archive->attachments, orphans->pdata[i],
				      NULL);
}

static gboolean on_hour(gpointer user)
{
	archive_sweep(user);
	return G_SOURCE_CONTINUE;
}

struct archive *archive_new(const struct config *config, struct store *store,
			    const struct token_key *key, struct meetings *meetings, GError **error)
{
	struct archive *archive = g_new0(struct archive, 1);
	g_autofree char *recordings = g_build_filename(config->data, "recordings", NULL);
	archive->config = config;
	archive->store = store;
	archive->key = key;
	archive->meetings = meetings;
	archive->attachments_path = g_build_filename(config->data, "attachments", NULL);
	archive->removal = archive_removal_new();
	archive->attachments = -1;
	archive->recordings = open_folder(recordings, error);
	if (archive->recordings >= 0)
		archive->attachments = open_folder(archive->attachments_path, error);
	if (archive->attachments < 0) {
		archive_free(archive);
		return NULL;
	}
	archive_resume(archive);
	remove_orphans(archive);
	archive_sweep(archive);
	archive->hourly = g_timeout_add_seconds(HOUR, on_hour, archive);
	return archive;
}

void archive_set_maker(struct archive *archive, const struct archive_maker *maker)
{
	archive->maker = *maker;
}

void archive_free(struct archive *archive)
{
	if (archive == NULL)
		return;
	g_clear_handle_id(&archive->hourly, g_source_remove);
	archive_removal_free(archive->removal);
	if (archive->recordings >= 0)
		close(archive->recordings);
	if (archive->attachments >= 0)
		close(archive->attachments);
	g_free(archive->attachments_path);
	g_free(archive);
}

/* The first that fits is taken. */
void archive_routes(struct archive *archive, struct http_route *out, size_t *n)
{
	const struct http_route routes[] = {
		{"GET", "/api/archive", 0, archive_get_list, archive},
		{"GET", "/api/archive/*", 0, archive_get_detail, archive},
		{"PATCH", "/api/archive/*", CHANGE_BYTES, archive_patch, archive},
		{"DELETE", "/api/archive/*", 0, archive_delete_meeting, archive},
		{"POST", "/api/archive/*/session", 0, archive_post_session, archive},
		{"POST", "/api/archive/*/attachments", ATTACHMENT_MAX, archive_post_attachment,
		 archive, archive_may_attach, archive->attachments_path},
		{"GET", "/api/archive/*/attachments", 0, archive_get_attachments, archive},
		{"GET", "/api/archive/*/attachments/*", 0, archive_get_attachment, archive},
		{"DELETE", "/api/archive/*/attachments/*", 0, archive_delete_attachment, archive},
		{"DELETE", "/api/archive/*/people/*", 0, archive_delete_person, archive},
		{"POST", "/api/archive/*/*/archive", 0, archive_post_again, archive},
		{"DELETE", "/api/archive/*/*", 0, archive_delete_recording, archive},
		{"GET", "/api/archive/*/*/", 0, archive_get_file, archive},
	};
	G_STATIC_ASSERT(G_N_ELEMENTS(routes) <= ARCHIVE_ROUTES);
	memcpy(out, routes, sizeof routes);
	*n = G_N_ELEMENTS(routes);
}
