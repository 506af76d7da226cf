/*
 * DELETE /api/archive/MEETING/people/pN: what a person contributed. Chat, attachments, their own
 * tracks and their name in recordings go for good at once, and archives that had them are made
 * again. Voice and picture on the stage, in the voice seats and in channels are in tracks together
 * with others': the job takes them out there (recordings/archive_unrecord.c), and until it has,
 * nothing of that recording is served. Where it isn't known what is theirs (no NAME.who beside the
 * track) they stay, and the answer says so.
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
	unsigned remade;
	bool voice_goes, picture_goes, voice_stays, picture_stays;
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

/* What becomes of an index without somebody. */
struct cleaning {
	const char *person;
	GHashTable *said; /* their chat's ids */
	gint64 t;	  /* of the newest line */
	bool marked;	  /* it says already that they are removed */
	bool changed;
};

/* Whether a line is what this person wrote, or is about that. */
static bool is_theirs(struct cleaning *cleaning, const json_t *line, const char *text)
{
	const char *type = text_of(line, "type");
	gint64 chat = 0;
	bool theirs = false;
	if (line == NULL) { /* cut by a power failure, perhaps in the middle of their words */
		g_autofree char *quoted = g_strdup_printf("\"%s\"", cleaning->person);
		return strstr(text, quoted) != NULL;
	}
	if (g_str_equal(type, "chat")) {
		chat = json_integer_value(json_object_get(line, "id"));
		theirs = g_str_equal(text_of(line, "from"), cleaning->person);
	} else if (g_str_equal(type, "question")) {
		chat = json_integer_value(json_object_get(line, "chat"));
		theirs = g_hash_table_contains(cleaning->said, &chat);
	}
	if (theirs)
		g_hash_table_add(cleaning->said, g_memdup2(&chat, sizeof chat));
	return theirs;
}

/* What they said of themselves. true: there was something. */
static bool forget_person(const struct cleaning *cleaning, json_t *person)
{
	static const char *const fields[] = {"organisation", "country", "speaks"};
	bool changed = false;
	if (!g_str_equal(text_of(person, "id"), cleaning->person))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		changed |= json_object_del(person, fields[i]) == 0;
	if (*text_of(person, "name") == '\0')
		return changed;
	json_object_set_new(person, "name", json_string(""));
	return true;
}

/* Wherever in a line somebody is told with their name: who came, who was there, who is on the
 * stage. */
static bool forget_names(const struct cleaning *cleaning, json_t *value)
{
	bool changed = json_is_object(value) && forget_person(cleaning, value);
	const char *key;
	size_t i;
	json_t *inner;
	json_object_foreach(value, key, inner) changed |= forget_names(cleaning, inner);
	json_array_foreach(value, i, inner) changed |= forget_names(cleaning, inner);
	return changed;
}

static void clean_line(struct cleaning *cleaning, const char *text, GString *kept)
{
	json_t *line = json_loads(text, 0, NULL);
	if (is_theirs(cleaning, line, text)) {
		cleaning->changed = true;
		json_decref(line);
		return;
	}
	cleaning->t = MAX(cleaning->t, json_integer_value(json_object_get(line, "t")));
	cleaning->marked |= g_str_equal(text_of(line, "type"), "removed") &&
			    g_str_equal(text_of(line, "id"), cleaning->person);
	if (forget_names(cleaning, line)) {
		char *without = json_dumps(line, JSON_COMPACT);
		g_string_append_printf(kept, "%s\n", without);
		free(without);
		cleaning->changed = true;
	} else {
		g_string_append_printf(kept, "%s\n", text);
	}
	json_decref(line);
}

static char *index_name(gint64 take)
{
	return g_strdup_printf("%" G_GINT64_FORMAT "/index.jsonl", take);
}

/* recorded: their voice or picture is in tracks. *ret_index: what is to be in the index's place;
 * NULL: it can stay. */
static bool clean_index(struct archive *archive, gint64 take, const char *person, bool recorded,
			GString **ret_index, GError **error)
{
	g_autofree char *name = index_name(take);
	g_autofree char *text = read_index(archive->recordings, name, error);
	if (text == NULL)
		return false;
	struct cleaning cleaning = {
		.person = person,
		.said = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)};
	GString *kept = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		if (**line != '\0')
			clean_line(&cleaning, *line, kept);
	cleaning.changed |= recorded && !cleaning.marked;
	if (cleaning.changed && !cleaning.marked)
		g_string_append_printf(
			kept, "{\"type\":\"removed\",\"id\":\"%s\",\"t\":%" G_GINT64_FORMAT "}\n",
			person, cleaning.t);
	if (cleaning.changed)
		*ret_index = g_steal_pointer(&kept);
	else
		g_string_free(kept, TRUE);
	g_hash_table_unref(cleaning.said);
	return true;
}

/* ---- Their own tracks ---- */

/* Of one part. false: error set. */
typedef bool (*part_function)(struct archive *archive, const char *folder, DIR *listing,
			      const char *person, struct removed *removed, GError **error);

static DIR *list(const struct archive *archive, const char *folder)
{
	int fd = openat(archive->recordings, folder,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
	if (listing == NULL && fd >= 0)
		close(fd);
	return listing;
}

static bool is_own_track(const char *name, const char *person)
{
	g_autofree char *begin = g_strdup_printf("own-%s-", person);
	return g_str_has_prefix(name, begin);
}

/* And what says whose they are: it goes with them. */
static bool count_tracks_in(struct archive *archive, const char *folder, DIR *listing,
			    const char *person, struct removed *removed, GError **error)
{
	for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
		removed->tracks += is_own_track(entry->d_name, person);
	return true;
}

static bool remove_tracks_in(struct archive *archive, const char *folder, DIR *listing,
			     const char *person, struct removed *removed, GError **error)
{
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
		if (!is_own_track(entry->d_name, person))
			continue;
		g_autofree char *path = g_strdup_printf("%s/%s", folder, entry->d_name);
		ok = archive_removal_start(archive->removal, archive->recordings, path, error);
		removed->tracks += !g_str_has_suffix(entry->d_name, ".who");
	}
	return ok;
}

/* In each part of the recording. */
static bool each_part(struct archive *archive, gint64 take, part_function run, const char *person,
		      struct removed *removed, GError **error)
{
	g_autofree char *folder = g_strdup_printf("%" G_GINT64_FORMAT, take);
	DIR *listing = list(archive, folder);
	if (listing == NULL)
		return true;
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
		if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name))
			continue;
		g_autofree char *part = g_strdup_printf("%s/%s", folder, entry->d_name);
		DIR *inside = list(archive, part);
		if (inside == NULL)
			continue;
		ok = run(archive, part, inside, person, removed, error);
		closedir(inside);
	}
	closedir(listing);
	return ok;
}

/* ---- Tracks that they share with others ---- */

/* Of one track: name, with its ending. */
static bool look_for_person(struct archive *archive, const char *folder, const char *name,
			    const char *person, struct removed *removed, GError **error)
{
	bool picture = g_str_has_suffix(name, ".mkv");
	g_autofree char *base = g_strndup(name, strlen(name) - strlen(".mkv"));
	g_autofree char *path = g_strdup_printf("%s/%s.who", folder, base);
	/* As recordings/ writes it. */
	g_autofree char *id = g_strdup_printf("\"id\":\"%s\"", person);
	g_autofree char *who = read_index(archive->recordings, path, error);
	if (who == NULL)
		return false;
	bool goes = strstr(who, id) != NULL, stays = *who == '\0';
	removed->picture_goes |= picture && goes;
	removed->picture_stays |= picture && stays;
	removed->voice_goes |= !picture && goes;
	removed->voice_stays |= !picture && stays;
	return true;
}

static bool look_for_person_in(struct archive *archive, const char *folder, DIR *listing,
			       const char *person, struct removed *removed, GError **error)
{
	bool ok = true;
	for (struct dirent *entry; ok && (entry = readdir(listing)) != NULL;) {
		const char *name = entry->d_name;
		if ((g_str_has_suffix(name, ".mka") || g_str_has_suffix(name, ".mkv")) &&
		    !g_str_has_prefix(name, "own-"))
			ok = look_for_person(archive, folder, name, person, removed, error);
	}
	return ok;
}

static char *mark_name(gint64 take, const char *person)
{
	return g_strdup_printf("%" G_GINT64_FORMAT "/" ARCHIVE_REMOVING "%s", take, person);
}

static bool is_marked(const struct archive *archive, gint64 take, const char *person)
{
	g_autofree char *name = mark_name(take, person);
	return faccessat(archive->recordings, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* From now on no track of it is served, until the job has taken this person out. */
static bool mark_removing(struct archive *archive, gint64 take, const char *person, GError **error)
{
	g_autofree char *name = mark_name(take, person);
	g_autofree char *folder = g_strdup_printf("%" G_GINT64_FORMAT, take);
	int fd = openat(archive->recordings, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			0640);
	bool ok = fd >= 0;
	if (ok)
		close(fd);
	fd = ok ? openat(archive->recordings, folder,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		: -1;
	ok = fd >= 0 && fsync(fd) == 0;
	if (!ok)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", name,
			    g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

bool archive_is_removing(const struct archive *archive, gint64 take)
{
	g_autofree char *folder = g_strdup_printf("%" G_GINT64_FORMAT, take);
	DIR *listing = list(archive, folder);
	bool removing = false;
	if (listing == NULL)
		return false;
	for (struct dirent *entry; !removing && (entry = readdir(listing)) != NULL;)
		removing = g_str_has_prefix(entry->d_name, ARCHIVE_REMOVING);
	closedir(listing);
	return removing;
}

void archive_resume_people(struct archive *archive)
{
	DIR *listing = list(archive, ".");
	if (listing == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
		g_autoptr(GError) error = NULL;
		g_autofree char *made = g_strconcat(entry->d_name, "/archive", NULL);
		gint64 take;
		if (g_ascii_string_to_signed(entry->d_name, 10, 1, G_MAXINT64, &take, NULL) &&
		    archive_is_removing(archive, take) &&
		    (!store_take_remake(archive->store, take, &error) ||
		     !archive_removal_start(archive->removal, archive->recordings, made, &error)))
			g_warning("%s", error->message);
	}
	closedir(listing);
}

/* ---- One recording, all of them ---- */

struct take {
	gint64 id;
	bool coming; /* its archive waits to be made, or is being made */
};

/* What there is of somebody in a recording. */
struct traces {
	struct removed in; /* tracks: their own, and what is beside them */
	GString *index;	   /* without them; NULL: they aren't in it */
};

static bool find_traces(struct archive *archive, gint64 take, const char *person,
			struct traces *ret, GError **error)
{
	*ret = (struct traces){0};
	return each_part(archive, take, look_for_person_in, person, &ret->in, error) &&
	       each_part(archive, take, count_tracks_in, person, &ret->in, error) &&
	       clean_index(archive, take, person, ret->in.voice_goes || ret->in.picture_goes,
			   &ret->index, error);
}

/* The archive first: what was made with them is not to be shown, nor kept, whatever comes in
 * between. Asked for again, all that is left is found again. */
static bool remove_traces(struct archive *archive, gint64 take, const char *person,
			  const struct traces *traces, struct removed *removed, GError **error)
{
	g_autofree char *made = g_strdup_printf("%" G_GINT64_FORMAT "/archive", take);
	g_autofree char *index = index_name(take);
	bool recorded = traces->in.voice_goes || traces->in.picture_goes;
	if (archive->maker.drop)
		archive->maker.drop(archive->maker.user, take);
	return (!recorded || mark_removing(archive, take, person, error)) &&
	       store_take_remake(archive->store, take, error) &&
	       archive_removal_start(archive->removal, archive->recordings, made, error) &&
	       (traces->index == NULL ||
		write_index(archive->recordings, index, traces->index, error)) &&
	       each_part(archive, take, remove_tracks_in, person, removed, error);
}

static bool clean_take(struct archive *archive, const struct take *take, const char *person,
		       struct removed *removed, GError **error)
{
	struct traces traces;
	bool ok = find_traces(archive, take->id, person, &traces, error);
	const struct removed *in = &traces.in;
	bool beside = traces.index != NULL || in->tracks > 0;
	/* Asked for again: the job that takes them out has been told, and is left alone. */
	bool told = !beside && take->coming && is_marked(archive, take->id, person);
	if (ok && (beside || in->voice_goes || in->picture_goes)) {
		removed->remade++;
		ok = told || remove_traces(archive, take->id, person, &traces, removed, error);
	}
	if (traces.index != NULL)
		g_string_free(traces.index, TRUE);
	removed->voice_goes |= in->voice_goes;
	removed->picture_goes |= in->picture_goes;
	removed->voice_stays |= in->voice_stays;
	removed->picture_stays |= in->picture_stays;
	return ok;
}

struct takes {
	GArray *all; /* struct take */
	bool open;
};

static void on_take(void *user, const struct store_take *row)
{
	struct takes *takes = user;
	const struct take take = {row->id, g_str_equal(row->archive, "waiting") ||
						   g_str_equal(row->archive, "running")};
	g_array_append_val(takes->all, take);
	takes->open |= !g_str_equal(row->state, "ended");
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
	struct takes takes = {.all = g_array_new(FALSE, FALSE, sizeof(struct take))};
	bool present;
	bool ok = store_archive_person(archive->store, meeting, number, &present, error) &&
		  store_takes(archive->store, meeting, on_take, &takes, error);
	if (ok && present)
		ok = conflict(error, "participant: is in the meeting; remove them from it first");
	if (ok && takes.open)
		ok = conflict(error, "meeting: is being recorded; end that first");
	for (guint i = 0; ok && i < takes.all->len; i++)
		ok = clean_take(archive, &g_array_index(takes.all, struct take, i), person, removed,
				error);
	g_array_unref(takes.all);
	ok = ok &&
	     archive_remove_attachments(archive, meeting, number, &removed->attachments, error);
	archive_removal_sync(archive->removal);
	ok = ok &&
	     store_archive_forget_person(archive->store, meeting, number, &removed->chat, error);
	store_flush(archive->store); /* as the files' names are */
	if (removed->remade > 0 && archive->maker.wake)
		archive->maker.wake(archive->maker.user);
	return ok;
}

static json_t *names_json(bool voice, bool picture)
{
	json_t *names = json_array();
	if (voice)
		json_array_append_new(names, json_string("voice"));
	if (picture)
		json_array_append_new(names, json_string("picture"));
	return names;
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
		api_reply(reply, 200,
			  json_pack("{s:{s:i, s:i, s:i}, s:o, s:o, s:i}", "removed", "chat",
				    (int)removed.chat, "attachments", (int)removed.attachments,
				    "tracks", (int)removed.tracks, "removing",
				    names_json(removed.voice_goes, removed.picture_goes), "kept",
				    names_json(removed.voice_stays, removed.picture_stays),
				    "remade", (int)removed.remade));
	} else {
		archive_reply_fail(reply, error);
	}
	archive_viewer_clear(&viewer);
}
