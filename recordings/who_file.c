#include "recordings/who_file.h"
#include "recordings/disk_sync.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct who_file {
	char *folder, *name;
	int fd; /* -1: there was no line yet */
	off_t length;
	enum studio_trouble trouble;
	struct disk_sync *sync;
	GString *waiting;
};

struct who_file *who_file_new(const char *folder, const char *name)
{
	struct who_file *file = g_new0(struct who_file, 1);
	file->folder = g_strdup(folder);
	file->name = g_strconcat(name, ".who", NULL);
	file->fd = -1;
	file->waiting = g_string_new(NULL);
	return file;
}

void who_file_free(struct who_file *file)
{
	if (!file)
		return;
	(void)who_file_flush(file);
	if (file->fd >= 0) {
		disk_sync_remove(file->sync);
		close(file->fd);
	}
	g_string_free(file->waiting, TRUE);
	g_free(file->folder);
	g_free(file->name);
	g_free(file);
}

void who_file_add(struct who_file *file, uint64_t at, uint64_t time_ms, uint32_t source)
{
	g_string_append_printf(file->waiting, "{\"t\":%" G_GUINT64_FORMAT ",\"id\":", time_ms);
	if (source)
		g_string_append_printf(file->waiting, "\"p%u\"", source);
	else
		g_string_append(file->waiting, "null");
	g_string_append_printf(file->waiting, ",\"at\":%" G_GUINT64_FORMAT "}\n", at);
}

static bool fail(struct who_file *file)
{
	bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
	file->trouble = is_full ? STUDIO_DISK_FULL : STUDIO_DISK_ERROR;
	return false;
}

enum studio_trouble who_file_trouble(const struct who_file *file)
{
	return file->trouble;
}

static bool open_file(struct who_file *file)
{
	int directory = open(file->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* One may be there from a track of this name in which nothing was written. */
	file->fd = directory < 0
			   ? -1
			   : openat(directory, file->name,
				    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (directory >= 0)
		close(directory);
	if (file->fd < 0)
		return false;
	file->length = lseek(file->fd, 0, SEEK_END);
	file->sync = disk_sync_add(file->fd, file->folder);
	return true;
}

bool who_file_flush(struct who_file *file)
{
	file->trouble = STUDIO_FINE;
	if (file->waiting->len == 0)
		return true;
	if (file->fd < 0 && !open_file(file))
		return fail(file);
	ssize_t n;
	do
		n = write(file->fd, file->waiting->str, file->waiting->len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)file->waiting->len) {
		if (n >= 0)
			errno = ENOSPC;
		(void)fail(file);
		if (n > 0)
			(void)!ftruncate(file->fd, file->length); /* no half line */
		return false;
	}
	file->length += n;
	g_string_truncate(file->waiting, 0);
	return true;
}
