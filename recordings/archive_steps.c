#include "recordings/archive_steps.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME	  "steps.json"
#define TEMPORARY ".new"
#define BEGUN	  "begun"

struct archive_steps {
	int folder;
	json_t *stamps; /* name -> stamp */
};

static bool fail(GError **error, const char *name)
{
	int saved = errno;
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(saved), "%s: %s", name,
		    g_strerror(saved));
	return false;
}

struct archive_steps *archive_steps_new(int folder)
{
	struct archive_steps *steps = g_new0(struct archive_steps, 1);
	int fd = openat(folder, NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	steps->folder = folder;
	steps->stamps = fd < 0 ? NULL : json_loadfd(fd, 0, NULL);
	if (fd >= 0)
		close(fd);
	if (!json_is_object(steps->stamps)) {
		json_decref(steps->stamps);
		steps->stamps = json_object();
	}
	return steps;
}

void archive_steps_free(struct archive_steps *steps)
{
	if (!steps)
		return;
	json_decref(steps->stamps);
	g_free(steps);
}

bool archive_steps_have(const struct archive_steps *steps, const char *name, const char *stamp)
{
	return g_strcmp0(json_string_value(json_object_get(steps->stamps, name)), stamp) == 0;
}

static bool save(struct archive_steps *steps, GError **error)
{
	char *text = json_dumps(steps->stamps, JSON_SORT_KEYS | JSON_INDENT(1));
	bool fine = archive_file_write(steps->folder, NAME, text, strlen(text), error);
	free(text);
	return fine;
}

bool archive_steps_begin(struct archive_steps *steps, const char *name, GError **error)
{
	json_object_set_new(steps->stamps, name, json_string(BEGUN));
	return save(steps, error);
}

bool archive_steps_done(struct archive_steps *steps, const char *name, const char *stamp,
			GError **error)
{
	/* Else a power cut could leave the stamp, and of what it stands for only names. */
	if (syncfs(steps->folder) < 0)
		return fail(error, name);
	json_object_set_new(steps->stamps, name, json_string(stamp));
	return save(steps, error);
}

bool archive_steps_forget(struct archive_steps *steps,
			  bool (*keep)(void *user, const char *name, const char *stamp), void *user)
{
	const char *name;
	json_t *stamp;
	void *next;
	size_t before = json_object_size(steps->stamps);
	json_object_foreach_safe(steps->stamps, next, name,
				 stamp) if (!json_is_string(stamp) ||
					    !keep(user, name, json_string_value(stamp)))
		json_object_del(steps->stamps, name);
	if (json_object_size(steps->stamps) == before)
		return false;
	(void)save(steps, NULL); /* a stamp that stays fits nothing the next time, either */
	return true;
}

/* --- files --- */

static bool write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		length -= (size_t)n;
	}
	return fdatasync(fd) == 0;
}

bool archive_file_write(int folder, const char *name, const char *data, size_t length,
			GError **error)
{
	g_autofree char *temporary = g_strconcat(name, TEMPORARY, NULL);
	int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0640);
	if (fd < 0)
		return fail(error, name);
	bool fine = write_all(fd, data, length) || fail(error, name);
	if (close(fd) < 0 && fine)
		fine = fail(error, name);
	return fine && (renameat(folder, temporary, folder, name) == 0 || fail(error, name));
}

void archive_file_remove(int folder, const char *name)
{
	struct dirent *entry;
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return;
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			archive_file_remove(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
	unlinkat(folder, name, AT_REMOVEDIR);
}

int archive_folder_open(int folder, const char *name, GError **error)
{
	int fd = -1;
	if (mkdirat(folder, name, 0750) == 0 || errno == EEXIST)
		fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fail(error, name);
	return fd;
}

int archive_folder_new(int folder, const char *name, GError **error)
{
	archive_file_remove(folder, name);
	return archive_folder_open(folder, name, error);
}

bool archive_file_move(int from_folder, const char *from, int to_folder, const char *to,
		       GError **error)
{
	struct stat st;
	/* A folder can't be moved over one that isn't empty. */
	if (fstatat(to_folder, to, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		archive_file_remove(to_folder, to);
	return renameat(from_folder, from, to_folder, to) == 0 || fail(error, to);
}
