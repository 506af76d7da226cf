#include "recordings/disk_sync.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#define PERIOD_US G_TIME_SPAN_SECOND

struct disk_sync {
	int fd;
	bool removed; /* under the lock */
	_Atomic gint64 synced_us;
	atomic_bool failed;
};

/* The thread lives as long as the process: it starts with the first file. */
static GMutex lock;
static GPtrArray *files; /* under the lock, as the next */
static bool started;

static void free_sync(gpointer data)
{
	struct disk_sync *sync = data;
	close(sync->fd);
	g_free(sync);
}

/* The next one that is still wanted; those that aren't are freed here, where nobody uses them. */
static struct disk_sync *next(guint *i)
{
	struct disk_sync *sync = NULL;
	g_mutex_lock(&lock);
	while (!sync && *i < files->len) {
		struct disk_sync *each = files->pdata[*i];
		if (each->removed)
			g_ptr_array_remove_index_fast(files, *i);
		else
			sync = files->pdata[(*i)++];
	}
	g_mutex_unlock(&lock);
	return sync;
}

static gpointer run(gpointer unused)
{
	struct disk_sync *sync;
	for (;;) {
		gint64 begin_us = g_get_monotonic_time();
		for (guint i = 0; (sync = next(&i));) {
			gint64 from_us = g_get_monotonic_time();
			atomic_store(&sync->failed, fdatasync(sync->fd) != 0);
			atomic_store(&sync->synced_us, from_us);
		}
		gint64 rest_us = begin_us + PERIOD_US - g_get_monotonic_time();
		if (rest_us > 0)
			g_usleep((gulong)rest_us);
	}
	return NULL;
}

struct disk_sync *disk_sync_add(int fd)
{
	struct disk_sync *sync = g_new0(struct disk_sync, 1);
	sync->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	atomic_init(&sync->synced_us, g_get_monotonic_time());
	atomic_init(&sync->failed, false);
	g_mutex_lock(&lock);
	if (!files)
		files = g_ptr_array_new_with_free_func(free_sync);
	g_ptr_array_add(files, sync);
	if (!started)
		g_thread_unref(g_thread_new("disk", run, NULL));
	started = true;
	g_mutex_unlock(&lock);
	return sync;
}

void disk_sync_remove(struct disk_sync *sync)
{
	g_mutex_lock(&lock);
	sync->removed = true;
	g_mutex_unlock(&lock);
}

gint64 disk_sync_behind_us(const struct disk_sync *sync)
{
	return g_get_monotonic_time() - atomic_load(&sync->synced_us);
}

bool disk_sync_failed(const struct disk_sync *sync)
{
	return atomic_load(&sync->failed);
}
