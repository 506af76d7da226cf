#include "recordings/archive_files.h"
#include "recordings/archive_track.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAMES_MAX  (8u << 20) /* a day of 90 a second */
#define SOURCES_MAX 200
#define FILES_MAX   10000
#define LAST_MS	    20 /* what the last block holds */

/* A file's name, and where it belongs among those of its track. */
struct found {
	unsigned part, again;
	char *path;
	struct archive_source *source;
};

bool archive_source_is_picture(const struct archive_source *source)
{
	return source->kind <= ARCHIVE_SOURCE_SIGN;
}

static void free_source(void *item)
{
	struct archive_source *source = item;
	g_free(source->name);
	g_ptr_array_unref(source->files);
	g_array_unref(source->frames);
	g_array_unref(source->keys);
	g_free(source->stamp);
	g_free(source);
}

static bool is_tag(const char *tag)
{
	return *tag && strlen(tag) <= 35 &&
	       strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
		       strlen(tag);
}

static bool kind_of(const char *name, bool video, enum archive_source_kind *ret_kind,
		    size_t *ret_tag)
{
	static const struct {
		const char *name;
		bool video, tag;
		enum archive_source_kind kind;
	} kinds[] = {
		{"stage", true, false, ARCHIVE_SOURCE_STAGE},
		{"screen", true, false, ARCHIVE_SOURCE_SCREEN},
		{"channel-picture-", true, true, ARCHIVE_SOURCE_SIGN},
		{"screen-sound", false, false, ARCHIVE_SOURCE_FLOOR},
		{"voice-0", false, false, ARCHIVE_SOURCE_FLOOR},
		{"voice-1", false, false, ARCHIVE_SOURCE_FLOOR},
		{"voice-2", false, false, ARCHIVE_SOURCE_FLOOR},
		{"channel-", false, true, ARCHIVE_SOURCE_CHANNEL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		size_t length = strlen(kinds[i].name);
		bool same = kinds[i].tag
				    ? g_str_has_prefix(name, kinds[i].name) && is_tag(name + length)
				    : strcmp(name, kinds[i].name) == 0;
		if (!same || kinds[i].video != video)
			continue;
		*ret_kind = kinds[i].kind;
		*ret_tag = kinds[i].tag ? length : 0;
		return true;
	}
	return false;
}

static struct archive_source *source_of(struct archive_files *files, const char *name, bool video)
{
	enum archive_source_kind kind;
	size_t tag;
	if (!kind_of(name, video, &kind, &tag))
		return NULL;
	for (guint i = 0; i < files->sources->len; i++) {
		struct archive_source *source = files->sources->pdata[i];
		if (strcmp(source->name, name) == 0)
			return source;
	}
	if (files->sources->len == SOURCES_MAX)
		return NULL;
	struct archive_source *source = g_new0(struct archive_source, 1);
	source->kind = kind;
	source->name = g_strdup(name);
	source->tag = tag ? source->name + tag : NULL;
	source->files = g_ptr_array_new_with_free_func(g_free);
	source->frames = g_array_new(FALSE, FALSE, sizeof(int64_t));
	source->keys = g_array_new(FALSE, FALSE, sizeof(struct archive_key));
	g_ptr_array_add(files->sources, source);
	return source;
}

/* "stage.mkv", "voice-0.2.mka": the same track again. */
static void find_file(struct archive_files *files, GArray *all, unsigned part, const char *file)
{
	g_autofree char *name = g_strdup(file);
	char *ending = strrchr(name, '.');
	unsigned again = 0;
	if (!ending || (strcmp(ending, ".mkv") != 0 && strcmp(ending, ".mka") != 0))
		return;
	bool video = strcmp(ending, ".mkv") == 0;
	*ending = '\0';
	char *number = strrchr(name, '.');
	if (number && number[1] && strspn(number + 1, "0123456789") == strlen(number + 1)) {
		again = (unsigned)strtoul(number + 1, NULL, 10);
		*number = '\0';
	}
	struct archive_source *source = source_of(files, name, video);
	struct found found = {part, again, NULL, source};
	if (!source || all->len >= FILES_MAX)
		return;
	found.path = g_strdup_printf("%u/%s", part, file);
	g_array_append_val(all, found);
}

static void find_in(struct archive_files *files, GArray *all, int directory, const char *folder)
{
	int fd = openat(directory, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		find_file(files, all, (unsigned)strtoul(folder, NULL, 10), entry->d_name);
	closedir(dir);
}

static gint compare_found(gconstpointer left, gconstpointer right)
{
	const struct found *a = left, *b = right;
	return a->part != b->part     ? (a->part < b->part ? -1 : 1)
	       : a->again != b->again ? (a->again < b->again ? -1 : 1)
				      : strcmp(a->path, b->path);
}

static gint compare_sources(gconstpointer left, gconstpointer right)
{
	const struct archive_source *a = *(struct archive_source *const *)left,
				    *b = *(struct archive_source *const *)right;
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : strcmp(a->name, b->name);
}

static void trouble(struct archive_files *files, const char *path, const char *what)
{
	g_ptr_array_add(files->troubles, g_strdup_printf("%s: %s", path, what));
}

static void look_through(struct archive_files *files, struct archive_source *source,
			 struct archive_track *track, const char *path, struct archive_pulse *pulse)
{
	struct archive_span span = {INT64_MAX, INT64_MIN};
	struct archive_block block;
	bool picture = archive_source_is_picture(source);
	while (archive_track_peek(track, &block)) {
		struct archive_key key = {source->frames->len, source->files->len, block.place,
					  block.cluster_ms};
		span.from = MIN(span.from, block.time_ms);
		span.to = MAX(span.to, block.time_ms + LAST_MS);
		archive_pulse_beat(pulse);
		if (!picture || source->frames->len == FRAMES_MAX)
			continue;
		if (block.keyframe)
			g_array_append_val(source->keys, key);
		g_array_append_val(source->frames, block.time_ms);
	}
	if (span.to >= span.from)
		g_array_append_val(files->recorded, span);
	if (archive_track_damages(track) > 0)
		trouble(files, path, "damaged");
}

static void add_file(struct archive_files *files, int directory, const struct found *found,
		     struct archive_pulse *pulse)
{
	struct archive_source *source = found->source;
	struct stat st;
	g_autoptr(GError) error = NULL;
	struct archive_track *track = archive_track_open(directory, found->path, &error);
	/* The recorder brings a file to its end after the recording has ended. */
	if (track && !archive_track_wait(track, pulse))
		trouble(files, found->path, "is still being written");
	if (!track || fstatat(directory, found->path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		trouble(files, found->path, error ? error->message : "gone");
		archive_track_free(track);
		return;
	}
	look_through(files, source, track, found->path, pulse);
	archive_track_free(track);
	char *before = source->stamp;
	source->stamp = g_strdup_printf("%s%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld;",
					before ? before : "", found->path, (gint64)st.st_size,
					(gint64)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	g_free(before);
	g_ptr_array_add(source->files, g_strdup(found->path));
}

void archive_files_read(struct archive_files *files, int directory, struct archive_pulse *pulse)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct found));
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	*files = (struct archive_files){
		.sources = g_ptr_array_new_with_free_func(free_source),
		.recorded = g_array_new(FALSE, FALSE, sizeof(struct archive_span)),
		.troubles = g_ptr_array_new_with_free_func(g_free)};
	while (dir && (entry = readdir(dir)))
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name) &&
		    strlen(entry->d_name) <= 6)
			find_in(files, all, directory, entry->d_name);
	if (dir)
		closedir(dir);
	g_array_sort(all, compare_found);
	for (guint i = 0; i < all->len; i++) {
		struct found *found = &g_array_index(all, struct found, i);
		add_file(files, directory, found, pulse);
		g_free(found->path);
	}
	for (guint i = 0; i < files->sources->len; i++)
		g_ptr_array_add(((struct archive_source *)files->sources->pdata[i])->files, NULL);
	g_ptr_array_sort(files->sources, compare_sources);
}

void archive_files_clear(struct archive_files *files)
{
	g_clear_pointer(&files->sources, g_ptr_array_unref);
	g_clear_pointer(&files->recorded, g_array_unref);
	g_clear_pointer(&files->troubles, g_ptr_array_unref);
}
