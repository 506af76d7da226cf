#include "recordings/disk_sync.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_US G_TIME_SPAN_SECOND

struct disk_sync {
	int fd;
	char *folder; /* the thread's; NULL: the name is on the disk */
	bool removed; /* under the lock */
	_Atomic gint64 synced_us;
	atomic_bool failed;
};

/* The thread lives as long as the process: it starts with the first file. No GMutex: TSan sees
 * nothing of those. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
/* Under the lock. */
static GPtrArray *files;
static unsigned n_removed;
static bool hurried;
static char *known; /* the thread's: a folder whose own name is on the disk */

static void free_sync(struct disk_sync *sync)
{
	close(sync->fd);
	g_free(sync->folder);
	g_free(sync);
}

static bool sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

/* A file's name is in its folder, and so on up to where we are. */
static bool sync_name(struct disk_sync *sync)
{
	bool ok = sync_folder(sync->folder);
	if (g_strcmp0(known, sync->folder) != 0) {
		g_autofree char *path = g_strdup(sync->folder);
		for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
			*slash = '\0';
			ok = sync_folder(path) && ok;
		}
		ok = sync_folder(".") && ok;
		if (ok) {
			g_free(known);
			known = g_strdup(sync->folder);
		}
	}
	return ok;
}

static void sync_file(struct disk_sync *sync)
{
	gint64 from_us = g_get_monotonic_time();
	bool ok = fdatasync(sync->fd) == 0;
	if (sync->folder && sync_name(sync))
		g_clear_pointer(&sync->folder, g_free);
	atomic_store(&sync->failed, !ok || sync->folder);
	atomic_store(&sync->synced_us, from_us);
}

/* The next one. Removed: it isn't in the row any more, and the caller's. */
static struct disk_sync *next(guint *i, bool *ret_removed)
{
	struct disk_sync *sync = NULL;
	pthread_mutex_lock(&lock);
	if (*i < files->len) {
		sync = files->pdata[*i];
		*ret_removed = sync->removed;
		if (sync->removed)
			g_ptr_array_remove_index_fast(files, *i);
		else
			++*i;
	}
	pthread_mutex_unlock(&lock);
	return sync;
}

static void sync_all(void)
{
	struct disk_sync *sync;
	bool removed;
	for (guint i = 0; (sync = next(&i, &removed));) {
		sync_file(sync);
		if (!removed)
			continue;
		free_sync(sync);
		pthread_mutex_lock(&lock);
		n_removed--;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
}

static void *run(void *unused)
{
	for (;;) {
		gint64 due_us = g_get_monotonic_time() + PERIOD_US;
		const struct timespec due = {.tv_sec = due_us / G_USEC_PER_SEC,
					     .tv_nsec = due_us % G_USEC_PER_SEC * 1000};
		sync_all();
		pthread_mutex_lock(&lock);
		while (!(hurried && n_removed > 0) &&
		       pthread_cond_timedwait(&changed, &lock, &due) == 0)
			;
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

/* Under the lock. */
static void start(void)
{
	pthread_condattr_t clock;
	pthread_t thread;
	files = g_ptr_array_new();
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &clock);
	pthread_condattr_destroy(&clock);
	if (pthread_create(&thread, NULL, run, NULL) != 0)
		g_error("no thread for the disk");
	pthread_detach(thread);
}

struct disk_sync *disk_sync_add(int fd, const char *folder)
{
	struct disk_sync *sync = g_new0(struct disk_sync, 1);
	sync->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	sync->folder = g_strdup(folder);
	atomic_init(&sync->synced_us, g_get_monotonic_time());
	atomic_init(&sync->failed, false);
	pthread_mutex_lock(&lock);
	if (!files)
		start();
	g_ptr_array_add(files, sync);
	pthread_mutex_unlock(&lock);
	return sync;
}

void disk_sync_remove(struct disk_sync *sync)
{
	pthread_mutex_lock(&lock);
	sync->removed = true;
	n_removed++;
	pthread_mutex_unlock(&lock);
}

void disk_sync_drain(void)
{
	pthread_mutex_lock(&lock);
	if (files) {
		hurried = true;
		pthread_cond_broadcast(&changed);
		while (n_removed > 0)
			pthread_cond_wait(&changed, &lock);
		hurried = false;
	}
	pthread_mutex_unlock(&lock);
}

gint64 disk_sync_behind_us(const struct disk_sync *sync)
{
	return g_get_monotonic_time() - atomic_load(&sync->synced_us);
}

bool disk_sync_failed(const struct disk_sync *sync)
{
	return atomic_load(&sync->failed);
}
