#include "relay/room/sent.h"
#include "relay/base/clock.h"
#include "relay/base/fetch.h"
#include <glib.h>
#include <string.h>

#define ENTRIES_MIN  32u
#define BYTES_MIN    2048u
#define LIFE_MS	     1000
#define AGAIN_MIN_US (20 * US_PER_MS)
#define AGAIN_MAX    10

struct sent_ring {
	struct sent *entries;
	uint32_t mask, max; /* entries - 1 */
	uint32_t highest;   /* index */
	bool started;
	uint8_t *bytes;
	/* Positions count all bytes, modulo 2^32; kept: how many before written are there still. */
	uint32_t capacity, max_capacity, written, kept;
	uint32_t oldest; /* index: datagrams of earlier ones have been written over */
};

static unsigned power_of_two(unsigned n)
{
	unsigned p = ENTRIES_MIN;
	while (p < n)
		p *= 2;
	return p;
}

struct sent_ring *sent_ring_new(unsigned max_entries, unsigned bytes)
{
	struct sent_ring *ring = g_new0(struct sent_ring, 1);
	ring->max = power_of_two(max_entries) - 1;
	ring->mask = ENTRIES_MIN - 1;
	ring->entries = g_new0(struct sent, ENTRIES_MIN);
	/* Divides 2^32: positions wrap cleanly. */
	ring->max_capacity = bytes ? power_of_two(bytes) : 0;
	return ring;
}

void sent_ring_free(struct sent_ring *ring)
{
	if (!ring)
		return;
	g_free(ring->entries);
	g_free(ring->bytes);
	g_free(ring);
}

static void grow(struct sent_ring *ring)
{
	uint32_t old_size = ring->mask + 1, mask = ring->mask * 2 + 1;
	struct sent *entries = g_new0(struct sent, mask + 1);
	for (uint32_t i = 0; i < old_size; i++)
		if (ring->entries[i].used)
			entries[ring->entries[i].index & mask] = ring->entries[i];
	g_free(ring->entries);
	ring->entries = entries;
	ring->mask = mask;
}

void sent_ring_fetch(const struct sent_ring *ring)
{
	fetch_ahead(&ring->entries[(ring->highest + 1) & ring->mask], sizeof *ring->entries);
}

struct sent *sent_ring_put(struct sent_ring *ring, uint64_t index, uint64_t now_us)
{
	uint32_t i = (uint32_t)index, now_ms = (uint32_t)(now_us / US_PER_MS);
	if (ring->started && (int32_t)(ring->highest - i) > (int32_t)ring->mask)
		return NULL;
	struct sent *entry = &ring->entries[i & ring->mask];
	if (entry->used && now_ms - entry->time_ms < LIFE_MS && ring->mask < ring->max) {
		grow(ring);
		entry = &ring->entries[i & ring->mask];
	}
	if (!ring->started || (int32_t)(i - ring->highest) > 0)
		ring->highest = i;
	if (!ring->started)
		ring->oldest = i;
	ring->started = true;
	*entry = (struct sent){.index = i, .time_ms = now_ms, .used = true};
	return entry;
}

struct sent *sent_ring_find(struct sent_ring *ring, uint16_t sequence)
{
	/* The newest index with this number. */
	uint32_t index = ring->highest - (uint16_t)(ring->highest - sequence);
	struct sent *entry = &ring->entries[index & ring->mask];
	return entry->used && entry->index == index ? entry : NULL;
}

bool sent_again(struct sent *entry, uint64_t now_us, uint64_t rtt_us)
{
	uint32_t now_ms = (uint32_t)(now_us / US_PER_MS);
	if (entry->again == AGAIN_MAX)
		return false;
	if (entry->again && now_ms - entry->time_ms < MAX(rtt_us / 2, AGAIN_MIN_US) / US_PER_MS)
		return false;
	entry->again++;
	entry->time_ms = now_ms;
	return true;
}

/* Positions keep their meaning: what lay in one turn of the ring lies in one piece of the larger.
 */
static void grow_bytes(struct sent_ring *ring)
{
	uint32_t old = ring->capacity, size = old ? old * 2 : MIN(ring->max_capacity, BYTES_MIN);
	uint8_t *bytes = g_malloc(size);
	uint32_t from = ring->written - ring->kept;
	while (from != ring->written) {
		uint32_t n = MIN(old - (from & (old - 1)), ring->written - from);
		memcpy(bytes + (from & (size - 1)), ring->bytes + (from & (old - 1)), n);
		from += n;
	}
	g_free(ring->bytes);
	ring->bytes = bytes;
	ring->capacity = size;
}

/* Whether the next n bytes would take the place of what isn't a second old. */
static bool would_lose(struct sent_ring *ring, uint32_t n, uint32_t now_ms)
{
	for (; (int32_t)(ring->highest - ring->oldest) > 0; ring->oldest++) {
		const struct sent *entry = &ring->entries[ring->oldest & ring->mask];
		uint32_t back = ring->written - entry->position;
		if (!entry->used || entry->index != ring->oldest || entry->length == 0 ||
		    back > ring->kept)
			continue;
		if (back + n <= ring->capacity)
			return false;
		if (now_ms - entry->time_ms < LIFE_MS)
			return true;
	}
	return false;
}

/* What is left of this turn and too small for the datagram, which isn't split. */
static uint32_t skipped(const struct sent_ring *ring, uint32_t length)
{
	uint32_t left = ring->capacity - (ring->written & (ring->capacity - 1));
	return length > left ? left : 0;
}

void sent_ring_keep(struct sent_ring *ring, struct sent *entry, const uint8_t *data, size_t length)
{
	if (length > ring->max_capacity || length > UINT16_MAX)
		return;
	uint32_t n = (uint32_t)length;
	while (n > ring->capacity || (ring->capacity < ring->max_capacity &&
				      would_lose(ring, skipped(ring, n) + n, entry->time_ms)))
		grow_bytes(ring);
	uint32_t skip = skipped(ring, n);
	ring->written += skip;
	memcpy(ring->bytes + (ring->written & (ring->capacity - 1)), data, n);
	entry->position = ring->written;
	entry->length = (uint16_t)n;
	ring->written += n;
	ring->kept = MIN(ring->kept + skip + n, ring->capacity);
}

bool sent_ring_kept(const struct sent_ring *ring, const struct sent *entry, struct bytes *ret)
{
	if (entry->length == 0 || ring->written - entry->position > ring->kept)
		return false;
	*ret = (struct bytes){ring->bytes + (entry->position & (ring->capacity - 1)),
			      entry->length};
	return true;
}
