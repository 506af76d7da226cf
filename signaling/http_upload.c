#include "signaling/http_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What uploads leave on the disk: recordings and the store need it more. */
#define LEFT_FREE ((uint64_t)512 << 20)

struct http_upload {
	int fd;
	uint64_t size;
	GChecksum *sum;
	int problem; /* errno of the first write that failed; what comes then is dropped */
};

static void say_full(struct http_reply *reply)
{
	http_reply_problem(reply, 507, "disk-full",
			   "body: the server's disk has no room for it; tell whoever runs it");
}

static bool has_room(int folder, uint64_t length)
{
	struct statvfs space;
	return fstatvfs(folder, &space) ||
	       (uint64_t)space.f_bavail * space.f_frsize >= length + LEFT_FREE;
}

/* Gone by itself when it is closed, however the program ends. */
struct http_upload *http_upload_new(const char *folder, uint64_t length, struct http_reply *reply)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0640);
	if (fd < 0) {
		if (errno == ENOSPC || errno == EDQUOT) {
			say_full(reply);
			return NULL;
		}
		g_warning("upload: %s: %s", folder, g_strerror(errno));
		http_reply_problem(reply, 500, "internal", "something went wrong in the server");
		return NULL;
	}
	if (!has_room(fd, length)) {
		close(fd);
		say_full(reply);
		return NULL;
	}
	struct http_upload *upload = g_new0(struct http_upload, 1);
	upload->fd = fd;
	upload->sum = g_checksum_new(G_CHECKSUM_SHA256);
	return upload;
}

void http_upload_free(struct http_upload *upload)
{
	if (!upload)
		return;
	close(upload->fd);
	g_checksum_free(upload->sum);
	g_free(upload);
}

void http_upload_append(struct http_upload *upload, const uint8_t *data, size_t length)
{
	upload->size += length;
	if (upload->problem)
		return;
	g_checksum_update(upload->sum, data, (gssize)length);
	while (length) {
		ssize_t n = write(upload->fd, data, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			upload->problem = errno;
			return;
		}
		data += n;
		length -= (size_t)n;
	}
}

bool http_upload_finish(struct http_upload *upload, struct http_reply *reply)
{
	if (!upload->problem)
		return true;
	g_warning("upload: %s", g_strerror(upload->problem));
	if (upload->problem == ENOSPC || upload->problem == EDQUOT)
		say_full(reply);
	else
		http_reply_problem(reply, 500, "internal", "something went wrong in the server");
	return false;
}

uint64_t http_upload_size(const struct http_upload *upload)
{
	return upload->size;
}

const char *http_upload_sha256(const struct http_upload *upload)
{
	return g_checksum_get_string(upload->sum);
}

int http_upload_fd(const struct http_upload *upload)
{
	return upload->fd;
}

/* Brings it to the disk: not here, 100 MB take seconds. */
static void sync_file(GTask *task, gpointer source, gpointer fd, GCancellable *cancellable)
{
	if (fsync(GPOINTER_TO_INT(fd)))
		g_warning("upload: %s", g_strerror(errno));
	close(GPOINTER_TO_INT(fd));
}

static void sync_later(const struct http_upload *upload)
{
	int fd = fcntl(upload->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return;
	g_autoptr(GTask) task = g_task_new(NULL, NULL, NULL, NULL);
	g_task_set_task_data(task, GINT_TO_POINTER(fd), NULL);
	g_task_run_in_thread(task, sync_file);
}

bool http_upload_keep(struct http_upload *upload, int folder, const char *name, GError **error)
{
	char self[32];
	g_snprintf(self, sizeof(self), "/proc/self/fd/%d", upload->fd);
	if (!linkat(AT_FDCWD, self, folder, name, AT_SYMLINK_FOLLOW)) {
		sync_later(upload);
		return true;
	}
	if (errno == EEXIST)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "upload: %s: %s", name,
		    g_strerror(errno));
	return false;
}
