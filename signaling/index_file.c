#include "signaling/index_file.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MODE	    0640
#define WAITING_MAX (4 << 20) /* bytes: hours of a meeting's */
/* Who adds a line waits for so long at most, and not at all when the one before was late. */
#define PATIENCE_MS 100
#define PERIOD_MS   1000 /* unsynced, and between attempts */
#define LAST_MS	    3000 /* so long its end waits for a disk that blocks */
#define FOLDERS	    3

struct index_file {
	pthread_t thread;
	char *path;
	/* The thread's. */
	int fd;	     /* -1: not open */
	bool known;  /* its name is on the disk */
	bool failed; /* and it was said */
	off_t length;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock. */
	GString *waiting;
	uint64_t added, written; /* lines */
	bool late;		 /* nobody waits for them now */
	bool stop, done;
	bool abandoned; /* the thread frees it */
};

static struct timespec in_ms(unsigned ms)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += (long)ms % 1000 * 1000000;
	at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

static void clear(struct index_file *file)
{
	pthread_cond_destroy(&file->changed);
	pthread_mutex_destroy(&file->lock);
	if (file->fd >= 0)
		close(file->fd);
	g_string_free(file->waiting, TRUE);
	g_free(file->path);
	g_free(file);
}

/* --- the thread --- */

static bool write_all(const struct index_file *file, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(file->fd, data, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		length -= (size_t)n;
	}
	return true;
}

static bool open_file(struct index_file *file)
{
	char last = '\n';
	file->fd = open(file->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (file->fd < 0)
		return false;
	file->length = lseek(file->fd, 0, SEEK_END);
	if (file->length > 0 && pread(file->fd, &last, 1, file->length - 1) == 1 && last != '\n' &&
	    write_all(file, "\n", 1))
		file->length++;
	return true;
}

static bool append(struct index_file *file, const GString *lines)
{
	bool ok = (file->fd >= 0 || open_file(file)) && write_all(file, lines->str, lines->len);
	int saved = errno;
	if (ok) {
		file->length += (off_t)lines->len;
	} else if (file->fd >= 0) {
		(void)!ftruncate(file->fd, file->length); /* no half line; they are tried again */
	}
	if (!ok && !file->failed)
		g_warning("%s: %s", file->path, g_strerror(saved));
	file->failed = !ok;
	return ok;
}

static void sync_file(struct index_file *file)
{
	g_autofree char *folder = g_path_get_dirname(file->path);
	bool ok = fdatasync(file->fd) == 0;
	for (unsigned i = 0; i < FOLDERS && !file->known; i++) {
		int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ok = fd >= 0 && fsync(fd) == 0 && ok;
		if (fd >= 0)
			close(fd);
		char *above = g_path_get_dirname(folder);
		g_free(folder);
		folder = above;
	}
	file->known |= ok;
}

/* Under the lock. false: for so long nothing came. */
static bool wait_for_lines(struct index_file *file, bool forever)
{
	const struct timespec until = in_ms(PERIOD_MS);
	int code = 0;
	while (file->waiting->len == 0 && !file->stop && code == 0)
		code = forever ? pthread_cond_wait(&file->changed, &file->lock)
			       : pthread_cond_timedwait(&file->changed, &file->lock, &until);
	return code == 0;
}

/* Under the lock, which it leaves while it writes. false: again later. */
static bool write_lines(struct index_file *file)
{
	g_autoptr(GString) lines = file->waiting;
	uint64_t upto = file->added;
	file->waiting = g_string_new(NULL);
	pthread_mutex_unlock(&file->lock);
	bool ok = append(file, lines);
	pthread_mutex_lock(&file->lock);
	if (ok)
		file->written = upto;
	else
		g_string_prepend_len(file->waiting, lines->str, (gssize)lines->len);
	file->late &= file->written < file->added;
	pthread_cond_broadcast(&file->changed);
	return ok;
}

static void *run(void *user)
{
	struct index_file *file = user;
	gint64 unsynced_us = 0; /* since then; 0: all is on the disk */
	pthread_mutex_lock(&file->lock);
	for (;;) {
		bool idle = !wait_for_lines(file, unsynced_us == 0), ok = true;
		gint64 now_us = g_get_monotonic_time();
		if (file->waiting->len > 0) {
			ok = write_lines(file);
			unsynced_us = unsynced_us || !ok ? unsynced_us : now_us;
		}
		bool stop = file->stop && (file->waiting->len == 0 || !ok);
		if (unsynced_us && (idle || stop || now_us - unsynced_us >= PERIOD_MS * 1000)) {
			pthread_mutex_unlock(&file->lock);
			sync_file(file);
			pthread_mutex_lock(&file->lock);
			unsynced_us = 0;
		}
		if (stop)
			break;
		const struct timespec again = in_ms(PERIOD_MS);
		while (!ok && !file->stop &&
		       pthread_cond_timedwait(&file->changed, &file->lock, &again) == 0)
			;
	}
	file->done = true;
	bool abandoned = file->abandoned;
	pthread_cond_broadcast(&file->changed);
	pthread_mutex_unlock(&file->lock);
	if (abandoned)
		clear(file);
	return NULL;
}

/* --- the main thread's --- */

struct index_file *index_file_new(const char *path)
{
	struct index_file *file = g_new0(struct index_file, 1);
	pthread_condattr_t clock;
	file->path = g_strdup(path);
	file->fd = -1;
	file->waiting = g_string_new(NULL);
	pthread_mutex_init(&file->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&file->changed, &clock);
	pthread_condattr_destroy(&clock);
	if (pthread_create(&file->thread, NULL, run, file) != 0)
		g_error("no thread for %s", path);
	return file;
}

void index_file_free(struct index_file *file)
{
	const struct timespec until = in_ms(LAST_MS);
	if (file == NULL)
		return;
	pthread_mutex_lock(&file->lock);
	file->stop = true;
	pthread_cond_broadcast(&file->changed);
	while (!file->done && pthread_cond_timedwait(&file->changed, &file->lock, &until) == 0)
		;
	file->abandoned = !file->done;
	bool done = file->done;
	pthread_t thread = file->thread;
	if (!done)
		pthread_detach(thread);
	pthread_mutex_unlock(&file->lock);
	if (!done)
		return;
	pthread_join(thread, NULL);
	clear(file);
}

void index_file_add(struct index_file *file, const char *line)
{
	const struct timespec until = in_ms(PATIENCE_MS);
	pthread_mutex_lock(&file->lock);
	uint64_t number = file->added + 1;
	if (file->waiting->len + strlen(line) < WAITING_MAX) {
		g_string_append_printf(file->waiting, "%s\n", line);
		file->added = number;
	} else {
		g_warning("%s: more waits than may: a line is lost", file->path);
		file->late = true;
	}
	pthread_cond_broadcast(&file->changed);
	while (file->written < number && !file->late)
		file->late =
			pthread_cond_timedwait(&file->changed, &file->lock, &until) == ETIMEDOUT;
	pthread_mutex_unlock(&file->lock);
}
