/*
 * DELETE /api/archive/MEETING/people/pN: what a person contributed. Chat, attachments and their own
 * tracks go for good, and archives that had them are made again. Voice and picture on the stage and
 * in the voice seats are in tracks together with others': they stay, and the answer says so.
 */
#include "signaling/archive_files.h"
#include "signaling/archive_internal.h"
#include "signaling/store_archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INDEX_MAX ((off_t)256 << 20)

struct removed {
	unsigned chat, attachments, tracks;
	unsigned remade, recordings;
};

/* ---- index.jsonl ---- */

static char *read_index(int folder, const char *name, GError **error)
{
	struct stat status;
	int fd = archive_open_beneath(folder, name);
	if (fd < 0 && errno == ENOENT)
		return g_strdup("");
	char *text = NULL;
	off_t have = 0;
	if (fd >= 0 && !fstat(fd, &status) && S_ISREG(status.st_mode) &&
	    status.st_size < INDEX_MAX) {
		text = g_malloc0((gsize)status.st_size + 1);
		for (ssize_t n = 1; n > 0 && have < status.st_size; have += MAX(n, 0))
			n = pread(fd, text + have, (size_t)(status.st_size - have), have);
		if (have < status.st_size)
			g_clear_pointer(&text, g_free);
	}
	if (text == NULL)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", name,
			    g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return text;
}

/* In the old one's place when all of it is on the disk. */
static bool write_index(int folder, const char *name, const GString *text, GError **error)
{
	g_autofree char *fresh = g_strconcat(name, ".new", NULL);
	unlinkat(folder, fresh, 0);
	int fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	gsize have = 0;
	for (ssize_t n = fd >= 0 ? 1 : -1; n > 0 && have < text->len; have += (gsize)MAX(n, 0))
		n = write(fd, text->str + have, text->len - have);
	bool ok = fd >= 0 && have == text->len && !fsync(fd) &&
		  !renameat(folder, fresh, folder, name);
	if (!ok)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", fresh,
			    g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static const char *text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));
	return text != NULL ? text : "";
}

/* Whether a line is what this person wrote, or is about that. said: their chat's ids. */
static bool is_theirs(const char *line, const char *person, GHashTable *said)
{
	json_t *json = json_loads(line, 0, NULL);
	const char *type = text_of(json, "type");
	gint64 chat = 0;
	bool theirs = false;
	if (g_str_equal(type, "chat")) {
		chat = json_integer_value(json_object_get(json, "id"));
		theirs = g_str_equal(text_of(json, "from"), person);
	} else if (g_str_equal(type, "question")) {
		chat = json_integer_value(json_object_get(json, "chat"));
		theirs = g_hash_table_contains(said, &chat);
	}
	if (theirs)
		g_hash_table_add(said, g_memdup2(&chat, sizeof chat));
	json_decref(json);
	return theirs;
}

/* *ret_changed: something of theirs was in it. */
static bool clean_index(struct archive *archive, gint64 take, const char *person, bool *ret_changed,
			GError **error)
{
	g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT "/index.jsonl", take);
	g_autofree char *text = read_index(archive->recordings, name, error);
	if (text == NULL)
		return false;
	GHashTable *said = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	GString *kept = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		if (**line != '\0' && !is_theirs(*line, person, said))
			g_string_append_printf(kept, "%s\n", *line);
	bool changed = g_hash_table_size(said) > 0;
	bool ok = !changed || write_index(archive->recordings, name, kept, error);
	*ret_changed |= changed;
	g_string_free(kept, TRUE);
	g_hash_table_unref(said);
	return ok;
}

/* ---- Their own tracks ---- */

static bool remove_tracks_in(struct archive *archive, const char *folder, const char *person,
			     unsigned *tracks, GError **error)
{
	g_autofree char *begin = g_strdup_printf("own-%s-", person);
	int fd = openat(archive->recordings, folder,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (listing == NULL)
		return true; /* nobody's were recorded */
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
		if (!g_str_has_prefix(entry->d_name, begin))
			continue;
		g_autofree char *path = g_strdup_printf("%s/%s", folder, entry->d_name);
		ok = archive_removal_start(archive->removal, archive->recordings, path, error);
		++*tracks;
	}
	closedir(listing);
	return ok;
}

/* In each part of the recording. */
static bool remove_tracks(struct archive *archive, gint64 take, const char *person,
			  unsigned *tracks, GError **error)
{
	g_autofree char *folder = g_strdup_printf("%" G_GINT64_FORMAT, take);
	int fd = openat(archive->recordings, folder,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (listing == NULL)
		return true;
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name))
			continue;
		g_autofree char *part = g_strdup_printf("%s/%s", folder, entry->d_name);
		ok = remove_tracks_in(archive, part, person, tracks, error);
	}
	closedir(listing);
	return ok;
}

/* ---- One recording, all of them ---- */

static bool clean_take(struct archive *archive, gint64 take, const char *person,
		       struct removed *removed, GError **error)
{
	bool changed = false;
	unsigned tracks = 0;
	if (archive->maker.drop)
		archive->maker.drop(archive->maker.user, take);
	if (!clean_index(archive, take, person, &changed, error) ||
	    !remove_tracks(archive, take, person, &tracks, error))
		return false;
	removed->tracks += tracks;
	removed->recordings++;
	if (!changed && tracks == 0)
		return true;
	removed->remade++;
	g_autofree char *made = g_strdup_printf("%" G_GINT64_FORMAT "/archive", take);
	return archive_removal_start(archive->removal, archive->recordings, made, error) &&
	       store_take_remake(archive->store, take, error);
}

struct takes {
	GArray *ids; /* gint64 */
	bool open;
};

static void on_take(void *user, const struct store_take *take)
{
	struct takes *takes = user;
	g_array_append_val(takes->ids, take->id);
	takes->open |= !g_str_equal(take->state, "ended");
}

static bool conflict(GError **error, const char *what)
{
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT, what);
	return false;
}

/* The store last: when something fails before, it is all still there to be asked for again. */
static bool remove_person(struct archive *archive, gint64 meeting, gint64 number,
			  struct removed *removed, GError **error)
{
	g_autofree char *person = g_strdup_printf("p%" G_GINT64_FORMAT, number);
	struct takes takes = {.ids = g_array_new(FALSE, FALSE, sizeof(gint64))};
	bool present;
	bool ok = store_archive_person(archive->store, meeting, number, &present, error) &&
		  store_takes(archive->store, meeting, on_take, &takes, error);
	if (ok && present)
		ok = conflict(error, "participant: is in the meeting; remove them from it first");
	if (ok && takes.open)
		ok = conflict(error, "meeting: is being recorded; end that first");
	for (guint i = 0; ok && i < takes.ids->len; i++)
		ok = clean_take(archive, g_array_index(takes.ids, gint64, i), person, removed,
				error);
	g_array_unref(takes.ids);
	ok = ok &&
	     archive_remove_attachments(archive, meeting, number, &removed->attachments, error) &&
	     store_archive_unsay(archive->store, meeting, number, &removed->chat, error);
	if (removed->remade > 0 && archive->maker.wake)
		archive->maker.wake(archive->maker.user);
	return ok;
}

void archive_delete_person(void *user, const struct http_request *request, struct http_reply *reply)
{
	struct archive *archive = user;
	struct archive_viewer viewer;
	struct removed removed = {0};
	GError *error = NULL;
	gint64 number;
	g_autofree char *id = http_segment(request, 1);
	if (id == NULL || id[0] != 'p' || !g_ascii_isdigit(id[1]) ||
	    !g_ascii_string_to_signed(id + 1, 10, 1, G_MAXINT32, &number, NULL) ||
	    !archive_edit(archive, request, reply, &viewer))
		return;
	if (remove_person(archive, viewer.row.id, number, &removed, &error)) {
		json_t *kept = json_array();
		if (removed.recordings > 0) {
			json_array_append_new(kept, json_string("voice"));
			json_array_append_new(kept, json_string("picture"));
		}
		archive_reply_json(reply, 200,
				   json_pack("{s:{s:i, s:i, s:i}, s:o, s:i}", "removed", "chat",
					     (int)removed.chat, "attachments",
					     (int)removed.attachments, "tracks",
					     (int)removed.tracks, "kept", kept, "remade",
					     (int)removed.remade));
	} else {
		archive_reply_fail(reply, error);
	}
	archive_viewer_clear(&viewer);
}
