#include "recordings/archive_unrecord.h"
#include "recordings/archive_index.h"
#include "recordings/archive_track.h"
#include "recordings/archive_who.h"
#include "recordings/matroska.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIMPLE_BLOCK 0xa3
#define VOID	     0xec
#define ZEROS	     65536
/* A cluster's head as matroska.c writes it: its id, its size, its time. */
#define CLUSTER_HEAD (4 + MATROSKA_TIME_AT + MATROSKA_TIME)

static bool fail(GError **error, const char *name)
{
	int saved = errno;
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "%s: %s", name,
		    g_strerror(saved));
	return false;
}

static bool write_zeros(int fd, int64_t from, int64_t to)
{
	static const uint8_t zeros[ZEROS];
	while (from < to) {
		ssize_t n = pwrite(fd, zeros, (size_t)MIN(to - from, ZEROS), (off_t)from);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		from += n;
	}
	return true;
}

/* --- one track --- */

struct taking {
	int fd;
	bool picture;
	int64_t length;
	const struct archive_who *who;
	GHashTable *ids;
	struct archive_pulse *pulse;
	GArray *places; /* int64_t, of the blocks that go */
	uint64_t kept;
};

/* Where the block's data begins: behind the id, a size of so many bytes as its first one says, and
 * four of the block's own. 0: it isn't there. */
static int64_t data_of(const struct taking *t, int64_t place)
{
	uint8_t head[2];
	if (pread(t->fd, head, sizeof head, (off_t)place) != sizeof head ||
	    head[0] != SIMPLE_BLOCK || head[1] == 0)
		return 0;
	return place + 1 + (__builtin_clz(head[1]) - 23) + 4;
}

/* What couldn't be read is nobody's to keep, where it may be theirs. */
static bool take_unread(const struct taking *t, int64_t from, int64_t to)
{
	return from >= to || !archive_who_has(t->who, t->ids, from, to) ||
	       write_zeros(t->fd, from, to);
}

static bool take_tail(const struct taking *t, int64_t from)
{
	return from >= t->length || !archive_who_has(t->who, t->ids, from, t->length) ||
	       ftruncate(t->fd, (off_t)from) == 0;
}

static bool is_theirs(const struct taking *t, const struct archive_block *block, bool *waits)
{
	const char *id = archive_who_of(t->who, block->place);
	bool theirs = id && g_hash_table_contains(t->ids, id);
	/* What follows on them was made of their picture, up to the next keyframe. */
	*waits = t->picture && (theirs || (*waits && !block->keyframe));
	return theirs || *waits;
}

/* Overwrites all that is theirs, and notes where it was. */
static bool take_data(struct taking *t, struct archive_track *track)
{
	struct archive_block block;
	int64_t end = 0; /* of what was read */
	unsigned damages = 0;
	bool waits = false;
	while (archive_track_peek(track, &block)) {
		int64_t data = data_of(t, block.place);
		archive_pulse_beat(t->pulse);
		if (archive_track_damages(track) > damages &&
		    !take_unread(t, end, block.place - CLUSTER_HEAD))
			return false;
		damages = archive_track_damages(track);
		end = data + (int64_t)block.length;
		if (data == 0)
			return false;
		if (!is_theirs(t, &block, &waits)) {
			t->kept++;
			continue;
		}
		g_array_append_val(t->places, block.place);
		if (!write_zeros(t->fd, data, end))
			return false;
	}
	return take_tail(t, end) && fdatasync(t->fd) == 0;
}

/* Now that nothing of it is there any more it needn't be found again. */
static bool take_blocks(const struct taking *t)
{
	static const uint8_t nothing = VOID;
	for (guint i = 0; i < t->places->len; i++)
		if (pwrite(t->fd, &nothing, 1, (off_t)g_array_index(t->places, int64_t, i)) != 1)
			return false;
	return fdatasync(t->fd) == 0;
}

/* Until nobody writes it, nor what says whose it is. false: error set. */
static bool wait_for(int folder, const char *name, struct archive_pulse *pulse, GError **error)
{
	struct archive_track *track = archive_track_open(folder, name, NULL);
	bool over = !track || archive_track_wait(track, pulse);
	archive_track_free(track);
	if (!over)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, "%s: is still being written", name);
	return over;
}

/* false: error set. One that isn't there is fine. */
static bool take_out(int folder, const char *name, const struct archive_who *who, GHashTable *ids,
		     struct archive_pulse *pulse, GError **error)
{
	struct stat st;
	int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || fail(error, name);
	struct archive_track *track = archive_track_open(folder, name, error);
	struct taking t = {.fd = fd,
			   .picture = g_str_has_suffix(name, ".mkv"),
			   .length = fstat(fd, &st) == 0 ? st.st_size : 0,
			   .who = who,
			   .ids = ids,
			   .pulse = pulse,
			   .places = g_array_new(FALSE, FALSE, sizeof(int64_t))};
	bool fine = track && ((take_data(&t, track) && take_blocks(&t)) || fail(error, name));
	/* Nothing is left of it but times. */
	if (fine && t.kept == 0 && t.places->len > 0 && unlinkat(folder, name, 0) < 0)
		fine = fail(error, name);
	g_array_unref(t.places);
	archive_track_free(track);
	close(fd);
	return fine;
}

/* --- a part, all of them --- */

/* name: of a .who. */
static bool take_out_of(int folder, const char *name, GHashTable *ids, struct archive_pulse *pulse,
			GError **error)
{
	static const char *const endings[] = {".mka", ".mkv"};
	g_autofree char *base = g_strndup(name, strlen(name) - strlen(".who"));
	struct archive_who who;
	bool fine = true;
	archive_who_init(&who);
	for (size_t i = 0; fine && i < G_N_ELEMENTS(endings); i++) {
		g_autofree char *track = g_strconcat(base, endings[i], NULL);
		fine = wait_for(folder, track, pulse, error);
	}
	fine = fine && archive_who_read(&who, folder, name, error);
	if (fine && archive_who_has(&who, ids, 0, INT64_MAX)) {
		for (size_t i = 0; fine && i < G_N_ELEMENTS(endings); i++) {
			g_autofree char *track = g_strconcat(base, endings[i], NULL);
			fine = take_out(folder, track, &who, ids, pulse, error);
		}
		fine = fine && archive_who_forget(&who, ids, folder, name, error);
	}
	archive_who_clear(&who);
	return fine;
}

/* What it holds, to be gone through while it changes. NULL: error set. */
static GPtrArray *names_in(int folder, const char *name, GError **error)
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	if (!dir) {
		fail(error, name);
		return NULL;
	}
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	while ((entry = readdir(dir)))
		g_ptr_array_add(names, g_strdup(entry->d_name));
	closedir(dir);
	return names;
}

static bool take_out_of_part(int recording, const char *part, GHashTable *ids,
			     struct archive_pulse *pulse, GError **error)
{
	g_autoptr(GPtrArray) names = names_in(recording, part, error);
	int folder =
		names ? openat(recording, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		      : -1;
	bool fine = folder >= 0;
	for (guint i = 0; fine && i < names->len; i++)
		if (g_str_has_suffix(names->pdata[i], ".who"))
			fine = take_out_of(folder, names->pdata[i], ids, pulse, error);
	if (folder >= 0) {
		fine = fine && (fsync(folder) == 0 || fail(error, part));
		close(folder);
	}
	return fine;
}

bool archive_unrecord(int recording, GHashTable *ids, struct archive_pulse *pulse, GError **error)
{
	g_autoptr(GPtrArray) names = names_in(recording, ".", error);
	bool fine = names != NULL;
	for (guint i = 0; fine && i < names->len; i++) {
		const char *part = names->pdata[i];
		if (strspn(part, "0123456789") == strlen(part))
			fine = take_out_of_part(recording, part, ids, pulse, error);
	}
	return fine;
}

bool archive_unrecord_marked(int recording, struct archive_pulse *pulse, GError **error)
{
	g_autoptr(GPtrArray) names = names_in(recording, ".", error);
	struct archive_index *index = archive_index_new();
	bool fine = names && archive_index_read(index, recording, error);
	for (guint i = 0; fine && i < names->len; i++)
		if (g_str_has_prefix(names->pdata[i], ARCHIVE_UNRECORD_MARK))
			g_hash_table_add(index->removed, g_strdup((char *)names->pdata[i] +
								  strlen(ARCHIVE_UNRECORD_MARK)));
	if (fine && g_hash_table_size(index->removed) > 0)
		fine = archive_unrecord(recording, index->removed, pulse, error);
	/* Only those that were found before: another may have come meanwhile. */
	for (guint i = 0; fine && i < names->len; i++)
		if (g_str_has_prefix(names->pdata[i], ARCHIVE_UNRECORD_MARK) &&
		    unlinkat(recording, names->pdata[i], 0) < 0 && errno != ENOENT)
			fine = fail(error, names->pdata[i]);
	archive_index_free(index);
	return fine;
}
