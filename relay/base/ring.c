#include "relay/base/ring.h"
#include "relay/base/cache_line.h"
#include <assert.h>
#include <glib.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct bell {
	atomic_bool asleep; /* may be: the next who publishes rings */
	int fd;
};

struct bell *bell_new(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct bell *bell = g_new0(struct bell, 1);
	bell->fd = fd;
	return bell;
}

void bell_free(struct bell *bell)
{
	if (!bell)
		return;
	close(bell->fd);
	g_free(bell);
}

int bell_fd(const struct bell *bell)
{
	return bell->fd;
}

void bell_doze(struct bell *bell)
{
	atomic_store_explicit(&bell->asleep, true, memory_order_seq_cst);
}

void bell_wake(struct bell *bell, bool rung)
{
	eventfd_t value;
	atomic_store_explicit(&bell->asleep, false, memory_order_relaxed);
	/* Who rings late, for what was taken already, wakes us once too often. */
	if (rung)
		(void)eventfd_read(bell->fd, &value);
}

static void ring_bell(struct bell *bell)
{
	if (!atomic_load_explicit(&bell->asleep, memory_order_seq_cst))
		return;
	/* Several may have seen it: one call is enough. */
	if (!atomic_exchange_explicit(&bell->asleep, false, memory_order_seq_cst))
		return;
	int wrote = eventfd_write(bell->fd, 1);
	assert(wrote == 0); /* far from an overflow: it is read after each sleep */
	(void)wrote;
}

/* Counts run on and on; the place of a count is count & mask. */
struct ring {
	/* Constant. */
	uint8_t *entries;
	size_t entry_size, mask;
	struct bell *bell;
	/* The putter's; tail is read by the taker. */
	alignas(CACHE_LINE) _Atomic size_t tail; /* published so far */
	size_t put;				 /* written so far */
	size_t head_seen; /* as last read: it is older than the truth, never newer */
	/* The taker's; head is read by the putter. */
	alignas(CACHE_LINE) _Atomic size_t head;
	size_t tail_seen;
};

struct ring *ring_new(size_t entry_size, size_t n_entries, struct bell *bell)
{
	assert(n_entries > 0 && (n_entries & (n_entries - 1)) == 0);
	struct ring *ring = g_aligned_alloc0(1, sizeof *ring, CACHE_LINE);
	ring->entries = g_malloc_n(n_entries, entry_size);
	ring->entry_size = entry_size;
	ring->mask = n_entries - 1;
	ring->bell = bell;
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	g_free(ring->entries);
	g_aligned_free(ring);
}

bool ring_put(struct ring *ring, const void *entry)
{
	if (ring->put - ring->head_seen > ring->mask) {
		/* Acquire: what the taker read from the place is read. */
		ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
		if (ring->put - ring->head_seen > ring->mask)
			return false;
	}
	memcpy(ring->entries + (ring->put & ring->mask) * ring->entry_size, entry,
	       ring->entry_size);
	ring->put++;
	return true;
}

void ring_publish(struct ring *ring)
{
	if (ring->put == atomic_load_explicit(&ring->tail, memory_order_relaxed))
		return;
	atomic_store_explicit(&ring->tail, ring->put, memory_order_seq_cst);
	ring_bell(ring->bell);
}

bool ring_take(struct ring *ring, void *ret_entry)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	if (head == ring->tail_seen) {
		/* Acquire: what the putter wrote before it published. */
		ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
		if (head == ring->tail_seen)
			return false;
	}
	memcpy(ret_entry, ring->entries + (head & ring->mask) * ring->entry_size, ring->entry_size);
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}

bool ring_is_empty(const struct ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_relaxed) ==
	       atomic_load_explicit(&ring->tail, memory_order_seq_cst);
}
