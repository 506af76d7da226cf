/* Attachments: who may attach, what, and where it is kept. */
#include "signaling/archive_internal.h"
#include "signaling/attachment_type.h"
#include "signaling/http_range.h"
#include "signaling/store_attachments.h"
#include "signaling/store_journal.h"
#include "signaling/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

#define NAME_CHARS 120
#define COUNT_MAX  500 /* of a meeting */
#define PART_MAX   999

/* ---- Who may ---- */

struct sender {
	struct archive_viewer viewer;
	gint64 participant; /* 0: none */
	char *by;
};

static void sender_clear(struct sender *sender)
{
	archive_viewer_clear(&sender->viewer);
	g_free(sender->by);
}

/* Tongsheng-Participant: p17 SECRET: what joined said to the page, which keeps it to come back. */
struct claim {
	gint64 number;
	guint8 hash[SECRET_HASH_SIZE];
	struct sender *sender;
};

static bool read_claim(const char *text, struct claim *ret)
{
	g_auto(GStrv) parts = g_strsplit(text, " ", 2);
	if (g_strv_length(parts) != 2 || parts[0][0] != 'p' || !g_ascii_isdigit(parts[0][1]) ||
	    !g_ascii_string_to_signed(parts[0] + 1, 10, 1, G_MAXINT32, &ret->number, NULL))
		return false;
	gsize size = sizeof ret->hash;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(sum, (const guchar *)parts[1], -1);
	g_checksum_get_digest(sum, ret->hash, &size);
	g_checksum_free(sum);
	return true;
}

static void on_person(void *user, const struct store_person *person)
{
	struct claim *claim = user;
	if (person->number != claim->number || person->secret == NULL ||
	    CRYPTO_memcmp(person->secret, claim->hash, sizeof claim->hash) != 0)
		return;
	claim->sender->participant = person->number;
	g_free(claim->sender->by);
	claim->sender->by = g_strdup(person->name);
}

/* Somebody who is in the meeting now, by what only their page knows. */
static bool find_person(struct archive *archive, const struct http_request *request,
			struct sender *sender, GError **error)
{
	struct claim claim = {.sender = sender};
	if (request->participant == NULL)
		return true;
	if (!read_claim(request->participant, &claim)) {
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "Tongsheng-Participant: not a participant and its secret");
		return false;
	}
	return store_people(archive->store, sender->viewer.row.id, on_person, &claim, error);
}

static bool find_sender(struct archive *archive, const struct http_request *request,
			struct sender *sender, GError **error)
{
	g_autofree char *name = http_segment(request, 0);
	struct archive_viewer *viewer = &sender->viewer;
	if (!access_meeting(archive->store, archive->key, request->bearer, name, ACTION_ARCHIVE,
			    &viewer->row, &viewer->token, error))
		return false;
	viewer->known = true;
	viewer->editor = access_may(&viewer->token, viewer->row.name, ACTION_EDIT, NULL);
	sender->by =
		g_strdup(viewer->token.name ? viewer->token.name : role_name(viewer->token.role));
	if (!find_person(archive, request, sender, error))
		return false;
	if (viewer->editor)
		return true;
	if (!access_may(&viewer->token, viewer->row.name, ACTION_SCREEN, error))
		return false;
	if (sender->participant != 0)
		return true;
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			    "role: members attach while they are in the meeting");
	return false;
}

static bool has_place(struct archive *archive, gint64 meeting, GError **error)
{
	unsigned count = 0;
	if (!store_attachment_count(archive->store, meeting, &count, error))
		return false;
	if (count < COUNT_MAX)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
		    "attachments: this meeting has %u, no more are taken", count);
	return false;
}

/* ?name=, cleaned so that it can stand in a list and be a file's name; ?part=. */
static char *read_name(const struct http_request *request, unsigned *ret_part, GError **error)
{
	g_autofree char *raw = http_query_value(request, "name");
	g_autofree char *part = http_query_value(request, "part");
	gint64 number = 0;
	if (part != NULL && !g_ascii_string_to_signed(part, 10, 0, PART_MAX, &number, NULL)) {
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "part: not a number of the agenda, or 0");
		return NULL;
	}
	*ret_part = (unsigned)number;
	g_autofree char *clean =
		text_clean("name", raw != NULL ? raw : "", 1, NAME_CHARS, false, error);
	return clean != NULL ? http_file_name(clean) : NULL;
}

bool archive_may_attach(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive *archive = user;
	struct sender sender = {0};
	GError *error = NULL;
	unsigned part;
	bool ok = find_sender(archive, request, &sender, &error) &&
		  has_place(archive, sender.viewer.row.id, &error);
	if (ok) {
		g_autofree char *name = read_name(request, &part, &error);
		ok = name != NULL;
	}
	sender_clear(&sender);
	return ok || archive_reply_fail(reply, error);
}

/* ---- Taking one ---- */

static bool read_at(void *user, uint64_t offset, uint8_t *out, size_t length)
{
	const int *fd = user;
	while (length > 0) {
		ssize_t n = pread(*fd, out, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		out += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return true;
}

static json_t *attachment_json(const char *meeting, const struct store_attachment *a)
{
	g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, a->id);
	g_autofree char *url = g_strdup_printf("/api/archive/%s/attachments/%s", meeting, id);
	return json_pack("{s:s, s:s, s:s, s:I, s:i, s:I, s:s, s:s}", "id", id, "name", a->name,
			 "type", a->type, "bytes", (json_int_t)a->bytes, "part", (int)a->part, "at",
			 (json_int_t)a->at, "by", a->by, "url", url);
}

static bool keep(struct archive *archive, const struct sender *sender,
		 const struct http_request *request, json_t **ret, GError **error)
{
	struct http_upload *upload = request->upload;
	int fd = http_upload_fd(upload);
	const struct attachment_source source = {http_upload_size(upload), read_at, &fd};
	struct store_attachment attachment = {0};
	g_autofree char *name = read_name(request, &attachment.part, error);
	if (name == NULL)
		return false;
	const struct attachment_kind *kind = attachment_kind_of(&source, name);
	if (kind == NULL)
		return true; /* *ret stays NULL */
	g_autofree char *full = attachment_name(kind, name);
	attachment.name = full;
	attachment.type = kind->type;
	attachment.bytes = (gint64)source.size;
	attachment.sha256 = http_upload_sha256(upload);
	attachment.participant = sender->participant;
	attachment.by = sender->by;
	attachment.at = g_get_real_time() / 1000;
	if (!http_upload_keep(upload, archive->attachments, attachment.sha256, error) ||
	    !store_attachment_add(archive->store, sender->viewer.row.id, &attachment,
				  &attachment.id, error))
		return false;
	*ret = attachment_json(sender->viewer.row.name, &attachment);
	return true;
}

void archive_post_attachment(void *user, const struct http_request *request,
			     struct http_reply *reply)
{
	struct archive *archive = user;
	struct sender sender = {0};
	GError *error = NULL;
	json_t *json = NULL;
	/* The link may have been replaced while the bytes came. */
	if (!find_sender(archive, request, &sender, &error) ||
	    !keep(archive, &sender, request, &json, &error))
		archive_reply_fail(reply, error);
	else if (json == NULL)
		http_reply_problem(reply, 415, "unsupported",
				   "body: neither PDF, PNG, JPEG, WebP, GIF, nor a presentation, "
				   "text or table of Office or OpenDocument without macros, nor "
				   "text in UTF-8 called .txt, .md or .csv");
	else
		api_reply(reply, 201, json);
	sender_clear(&sender);
}

/* ---- Reading ---- */

struct search {
	const char *meeting;
	json_t *array;
	gint64 id, participant;	       /* 0: any */
	struct store_attachment found; /* id 0: none */
	char *name, *type, *sha256;    /* of found */
	GArray *ids;		       /* gint64; NULL: not asked for */
	GPtrArray *contents;	       /* their SHA-256 */
};

static void on_attachment(void *user, const struct store_attachment *a)
{
	struct search *search = user;
	if ((search->id != 0 && a->id != search->id) ||
	    (search->participant != 0 && a->participant != search->participant))
		return;
	if (search->array != NULL)
		json_array_append_new(search->array, attachment_json(search->meeting, a));
	if (search->ids != NULL) {
		g_array_append_val(search->ids, a->id);
		g_ptr_array_add(search->contents, g_strdup(a->sha256));
	}
	if (search->id != 0) {
		search->found = *a;
		search->name = g_strdup(a->name);
		search->type = g_strdup(a->type);
		search->sha256 = g_strdup(a->sha256);
	}
}

json_t *archive_attachments_json(struct archive *archive, const struct store_meeting *row,
				 GError **error)
{
	struct search search = {.meeting = row->name, .array = json_array()};
	if (store_attachments(archive->store, row->id, on_attachment, &search, error))
		return search.array;
	json_decref(search.array);
	return NULL;
}

void archive_get_attachments(void *user, const struct http_request *request,
			     struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	GError *error = NULL;
	if (!archive_see_attachments(archive, request, reply, &viewer))
		return;
	json_t *all = archive_attachments_json(archive, &viewer.row, &error);
	if (all != NULL)
		api_reply(reply, 200, json_pack("{s:o}", "attachments", all));
	else
		archive_reply_fail(reply, error);
	archive_viewer_clear(&viewer);
}

/* search->id is set. */
static bool find(struct archive *archive, gint64 meeting, struct search *search, GError **error)
{
	if (!store_attachments(archive->store, meeting, on_attachment, search, error))
		return false;
	if (search->found.id != 0)
		return true;
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "attachment: this meeting has none with this number");
	return false;
}

static void search_clear(struct search *search)
{
	g_free(search->name);
	g_free(search->type);
	g_free(search->sha256);
}

void archive_get_attachment(void *user, const struct http_request *request,
			    struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	struct search search = {0};
	GError *error = NULL;
	int fd = -1;
	if (!archive_number(request, 1, &search.id) ||
	    !archive_see_attachments(archive, request, reply, &viewer))
		return;
	if (find(archive, viewer.row.id, &search, &error)) {
		fd = openat(archive->attachments, search.sha256,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			g_set_error(&error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
				    "attachment %s: %s", search.sha256, g_strerror(errno));
	}
	if (fd >= 0) {
		http_reply_header(reply, "Cache-Control", "private, no-cache");
		http_reply_foreign(reply);
		http_reply_download(reply, search.name);
		http_reply_file(reply, request, fd, search.type);
	} else {
		archive_reply_fail(reply, error);
	}
	search_clear(&search);
	archive_viewer_clear(&viewer);
}

/* ---- Removing ---- */

static bool remove_unused(struct archive *archive, const char *sha256, GError **error)
{
	return store_attachment_used(archive->store, sha256) ||
	       archive_removal_start(archive->removal, archive->attachments, sha256, error);
}

/* Rows first: what is on the disk without a row is found at the next start. Not for good before
 * archive_removal_sync. */
bool archive_remove_attachments(struct archive *archive, gint64 meeting, gint64 participant,
				unsigned *ret_removed, GError **error)
{
	struct search search = {.participant = participant,
				.ids = g_array_new(FALSE, FALSE, sizeof(gint64)),
				.contents = g_ptr_array_new_with_free_func(g_free)};
	bool ok = store_attachments(archive->store, meeting, on_attachment, &search, error);
	for (guint i = 0; ok && i < search.ids->len; i++)
		ok = store_attachment_delete(archive->store, g_array_index(search.ids, gint64, i),
					     error);
	for (guint i = 0; ok && i < search.contents->len; i++)
		ok = remove_unused(archive, search.contents->pdata[i], error);
	if (ret_removed != NULL)
		*ret_removed = search.ids->len;
	g_array_unref(search.ids);
	g_ptr_array_unref(search.contents);
	return ok;
}

/* Who edits, or who attached it and is still there. */
void archive_delete_attachment(void *user, const struct http_request *request,
			       struct http_reply *reply)
{
	struct archive *archive = user;
	struct sender sender = {0};
	struct search search = {0};
	GError *error = NULL;
	if (!archive_number(request, 1, &search.id))
		return;
	bool ok = find_sender(archive, request, &sender, &error) &&
		  find(archive, sender.viewer.row.id, &search, &error);
	if (ok && !sender.viewer.editor && search.found.participant != sender.participant) {
		g_set_error_literal(&error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
				    "attachment: somebody else attached it");
		ok = false;
	}
	if (ok && store_attachment_delete(archive->store, search.id, &error) &&
	    remove_unused(archive, search.sha256, &error)) {
		archive_removal_sync(archive->removal);
		http_reply_status(reply, 204);
	} else {
		archive_reply_fail(reply, error);
	}
	search_clear(&search);
	sender_clear(&sender);
}
