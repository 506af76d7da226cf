#include "recordings/recorders.h"
#include "recordings/disk_sync.h"
#include "recordings/recorder.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_US (100 * G_TIME_SPAN_MILLISECOND)
/* After each turn it rests, so that a turn has more to do: woken by every packet it would cost four
 * times as much. What comes meanwhile waits in the sockets, which hold a second of sound and of 8
 * Mbit/s twice that. */
#define REST_US	   40000
#define EVENTS_MAX 64
/* The disk has held a write for so long, and everybody should know. */
#define SLOW_US G_TIME_SPAN_SECOND

/* One that is recorded, or is going to be. */
struct entry {
	int fd;
	struct track_hello hello;
	/* The thread's. */
	struct recorder *recorder; /* NULL: not yet */
	bool watched;		   /* its socket is in epoll */
};

struct recorders {
	pthread_t thread;
	int epoll, bell;
	_Atomic unsigned n;
	atomic_bool stop;
	gint64 tick_us; /* the thread's: the last one */

	pthread_mutex_t lock;
	/* Under the lock. */
	GPtrArray *entries; /* struct entry; only the thread takes one away */
	gint64 busy_us;	    /* since when the thread is at work; 0: it waits */
	bool told_slow;	    /* while it was */
};

/* --- the thread --- */

static void ring(const struct recorders *r)
{
	(void)!write(r->bell, &(uint64_t){1}, sizeof(uint64_t));
}

static void forget(struct recorders *r, struct entry *entry)
{
	pthread_mutex_lock(&r->lock);
	g_ptr_array_remove_fast(r->entries, entry);
	pthread_mutex_unlock(&r->lock);
	if (entry->recorder)
		recorder_free(entry->recorder); /* closes fd: nobody else knows it any more */
	else
		close(entry->fd);
	g_free(entry);
	atomic_fetch_sub(&r->n, 1);
}

/* Without the lock, so that the disk holds up nobody else: only this thread changes what was
 * there. */
static struct entry *entry_at(struct recorders *r, guint i)
{
	pthread_mutex_lock(&r->lock);
	struct entry *entry = i < r->entries->len ? r->entries->pdata[i] : NULL;
	pthread_mutex_unlock(&r->lock);
	return entry;
}

/* One whose file waits for the disk isn't read. */
static bool watch(const struct recorders *r, struct entry *entry)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = entry};
	bool watched = !recorder_waits(entry->recorder);
	if (watched == entry->watched)
		return true;
	entry->watched = watched;
	return epoll_ctl(r->epoll, watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, entry->fd, &event) == 0;
}

/* false: it can't be recorded, and is forgotten. */
static bool begin(struct recorders *r, struct entry *entry)
{
	g_autoptr(GError) error = NULL;
	entry->recorder = recorder_new(entry->fd, &entry->hello, &error);
	if (!entry->recorder)
		g_warning("track %s: %s", entry->hello.name, error->message);
	else
		g_message("track %s begins", entry->hello.name);
	if (entry->recorder && watch(r, entry))
		return true;
	forget(r, entry);
	return false;
}

static void begin_new(struct recorders *r)
{
	struct entry *entry;
	uint64_t rung;
	(void)!read(r->bell, &rung, sizeof rung);
	for (guint i = 0; (entry = entry_at(r, i));)
		i += entry->recorder || begin(r, entry);
}

static void tick(struct recorders *r)
{
	struct entry *entry;
	gint64 now_us = g_get_monotonic_time();
	if (now_us - r->tick_us < TICK_US)
		return;
	r->tick_us = now_us;
	for (guint i = 0; (entry = entry_at(r, i)); i++) {
		if (!entry->recorder)
			continue;
		recorder_tick(entry->recorder);
		(void)watch(r, entry); /* memory is short: again at the next one */
	}
}

static void begin_work(struct recorders *r)
{
	pthread_mutex_lock(&r->lock);
	r->busy_us = g_get_monotonic_time();
	pthread_mutex_unlock(&r->lock);
}

/* What was said for the tracks meanwhile they now know, and take back when it is over. */
static void end_work(struct recorders *r)
{
	pthread_mutex_lock(&r->lock);
	r->busy_us = 0;
	for (guint i = 0; r->told_slow && i < r->entries->len; i++) {
		struct entry *entry = r->entries->pdata[i];
		if (entry->recorder)
			recorder_told(entry->recorder, STUDIO_DISK_SLOW);
	}
	r->told_slow = false;
	pthread_mutex_unlock(&r->lock);
}

static void *run(void *user)
{
	struct recorders *r = user;
	struct epoll_event events[EVENTS_MAX];
	struct entry *entry;
	while (!atomic_load(&r->stop)) {
		int n = epoll_wait(r->epoll, events, EVENTS_MAX, TICK_US / 1000);
		begin_work(r);
		for (int i = 0; i < n; i++) {
			entry = events[i].data.ptr; /* each is there once */
			if (!entry)
				begin_new(r);
			else if (!recorder_read(entry->recorder) || !watch(r, entry))
				forget(r, entry);
		}
		tick(r);
		end_work(r);
		if (!atomic_load(&r->stop))
			g_usleep(REST_US);
	}
	begin_work(r);
	for (; (entry = entry_at(r, 0)); forget(r, entry))
		if (entry->recorder)
			recorder_read_all(entry->recorder);
	end_work(r);
	return NULL;
}

/* --- the main thread's --- */

struct recorders *recorders_new(void)
{
	struct recorders *r = g_new0(struct recorders, 1);
	struct epoll_event event = {.events = EPOLLIN};
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->entries = g_ptr_array_new();
	pthread_mutex_init(&r->lock, NULL);
	if (r->epoll < 0 || r->bell < 0 ||
	    epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->bell, &event) != 0 ||
	    pthread_create(&r->thread, NULL, run, r) != 0)
		g_error("no thread to record on: %m");
	return r;
}

void recorders_free(struct recorders *recorders)
{
	if (!recorders)
		return;
	atomic_store(&recorders->stop, true);
	ring(recorders);
	pthread_join(recorders->thread, NULL);
	disk_sync_drain();
	g_ptr_array_unref(recorders->entries);
	pthread_mutex_destroy(&recorders->lock);
	close(recorders->epoll);
	close(recorders->bell);
	g_free(recorders);
}

void recorders_add(struct recorders *recorders, int fd, const struct track_hello *hello)
{
	struct entry *entry = g_new0(struct entry, 1);
	entry->fd = fd;
	entry->hello = *hello;
	atomic_fetch_add(&recorders->n, 1);
	pthread_mutex_lock(&recorders->lock);
	g_ptr_array_add(recorders->entries, entry);
	pthread_mutex_unlock(&recorders->lock);
	ring(recorders);
}

unsigned recorders_count(const struct recorders *recorders)
{
	return atomic_load(&recorders->n);
}

void recorders_watch(struct recorders *recorders)
{
	const uint8_t message[] = {STUDIO_TROUBLE, STUDIO_DISK_SLOW};
	pthread_mutex_lock(&recorders->lock);
	gint64 busy_us = recorders->busy_us;
	if (busy_us && g_get_monotonic_time() - busy_us > SLOW_US) {
		for (guint i = 0; i < recorders->entries->len; i++) {
			const struct entry *entry = recorders->entries->pdata[i];
			(void)!send(entry->fd, message, sizeof message,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		recorders->told_slow = true;
	}
	pthread_mutex_unlock(&recorders->lock);
}
