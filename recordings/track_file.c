#include "recordings/track_file.h"
#include "recordings/disk_sync.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The disk is this long behind (it is brought to it once a second), and everybody should know. */
#define SLOW_US (2 * G_TIME_SPAN_SECOND)
/* A disk that takes longer for one file isn't waited for, for a while. */
#define SETTLE_US (200 * G_TIME_SPAN_MILLISECOND)
#define HURRY_US  (10 * G_TIME_SPAN_SECOND)

/* More than one turn of a track gives, by far. */
#define WAITING_MAX (8 << 20)

/* What is to be written over something, after what it speaks of. */
struct patch {
	uint64_t offset;
	uint8_t data[8];
	size_t length;
};

struct track_file {
	int directory, fd;
	char *name;
	uint64_t length; /* of what is written */
	enum studio_trouble trouble;
	struct disk_sync *sync;
	/* What follows on length until the next flush, and longer when the disk takes nothing; and
	 * what is to be written over something after that. */
	GByteArray *waiting;
	GArray *patches;
	gint64 hurry_until_us; /* track_file_settle doesn't wait before */
};

static void set_error(GError **error, const char *folder, const char *name)
{
	int saved = errno;
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "%s/%s: %s", folder,
		    name, g_strerror(saved));
}

struct track_file *track_file_new(const char *folder, const char *name, bool video, GError **error)
{
	g_autofree char *file_name = g_strdup_printf("%s.%s", name, video ? "mkv" : "mka");
	int directory = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = directory < 0 ? -1
			       : openat(directory, file_name,
					O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		set_error(error, folder, file_name);
	if (fd < 0 && directory >= 0)
		close(directory);
	if (fd < 0)
		return NULL;
	struct track_file *file = g_new0(struct track_file, 1);
	file->directory = directory;
	file->name = g_steal_pointer(&file_name);
	file->fd = fd;
	/* Who reads it (recordings/archive_files.c) waits until it is closed, however that comes.
	 */
	(void)flock(fd, LOCK_EX | LOCK_NB);
	file->waiting = g_byte_array_new();
	file->patches = g_array_new(FALSE, FALSE, sizeof(struct patch));
	file->sync = disk_sync_add(fd, folder);
	return file;
}

void track_file_free(struct track_file *file)
{
	if (!file)
		return;
	(void)track_file_flush(file); /* or it stays without an end, and whole */
	if (file->length == 0)
		(void)unlinkat(file->directory, file->name, 0);
	disk_sync_remove(file->sync);
	close(file->fd);
	close(file->directory);
	g_byte_array_unref(file->waiting);
	g_array_unref(file->patches);
	g_free(file->name);
	g_free(file);
}

static bool write_at(int fd, uint64_t offset, const uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t n = pwrite(fd, data, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		length -= (size_t)n;
		offset += (uint64_t)n;
	}
	return true;
}

static bool fail(struct track_file *file)
{
	bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	file->trouble = is_full ? STUDIO_DISK_FULL : STUDIO_DISK_ERROR;
	return false;
}

static bool flush_waiting(struct track_file *file)
{
	if (write_at(file->fd, file->length, file->waiting->data, file->waiting->len)) {
		file->length += file->waiting->len;
		g_byte_array_set_size(file->waiting, 0);
		return true;
	}
	(void)fail(file);
	/* What of it did fit would end in half a block. */
	if (ftruncate(file->fd, (off_t)file->length) < 0)
		file->trouble = STUDIO_DISK_ERROR;
	return false;
}

bool track_file_flush(struct track_file *file)
{
	if (file->waiting->len > 0 && !flush_waiting(file))
		return false;
	while (file->patches->len > 0) {
		const struct patch *patch = &g_array_index(file->patches, struct patch, 0);
		if (!write_at(file->fd, patch->offset, patch->data, patch->length))
			return fail(file); /* half of it may be there: it comes first next time */
		g_array_remove_index(file->patches, 0);
	}
	file->trouble = STUDIO_FINE;
	return true;
}

void track_file_settle(struct track_file *file)
{
	gint64 begin_us = g_get_monotonic_time();
	if (!track_file_flush(file) || begin_us < file->hurry_until_us)
		return;
	(void)fdatasync(file->fd); /* disk_sync.c says what fails */
	gint64 now_us = g_get_monotonic_time();
	if (now_us - begin_us > SETTLE_US)
		file->hurry_until_us = now_us + HURRY_US;
}

bool track_file_append(struct track_file *file, const uint8_t *data, size_t length)
{
	if (file->waiting->len + length > WAITING_MAX)
		return false;
	g_byte_array_append(file->waiting, data, (guint)length);
	return true;
}

void track_file_patch(struct track_file *file, uint64_t offset, const uint8_t *data, size_t length)
{
	struct patch patch = {.offset = offset, .length = length};
	g_assert(length <= sizeof patch.data); /* sizes and times have eight bytes */
	memcpy(patch.data, data, length);
	g_array_append_val(file->patches, patch);
}

enum studio_trouble track_file_trouble(const struct track_file *file)
{
	if (file->trouble != STUDIO_FINE)
		return file->trouble;
	return disk_sync_failed(file->sync)		   ? STUDIO_DISK_ERROR
	       : disk_sync_behind_us(file->sync) > SLOW_US ? STUDIO_DISK_SLOW
							   : STUDIO_FINE;
}
