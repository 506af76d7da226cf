#include "relay/room/sent.h"
#include "relay/base/clock.h"
#include "relay/base/fetch.h"
#include <glib.h>
#include <string.h>

#define ENTRIES_MIN  32u
#define LIFE_MS	     1000
#define AGAIN_MIN_US (20 * US_PER_MS)

struct sent_ring {
	struct sent *entries;
	uint32_t mask, max; /* entries - 1 */
	uint32_t highest;   /* index */
	bool started;
	uint8_t *bytes;
	uint32_t capacity, written; /* written: position of the next byte, modulo 2^32 */
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
	ring->capacity = bytes ? power_of_two(bytes) : 0; /* divides 2^32: positions wrap cleanly */
	ring->bytes = bytes ? g_malloc(ring->capacity) : NULL;
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
	if (entry->again && now_ms - entry->time_ms < MAX(rtt_us / 2, AGAIN_MIN_US) / US_PER_MS)
		return false;
	entry->again = true;
	entry->time_ms = now_ms;
	return true;
}

void sent_ring_keep(struct sent_ring *ring, struct sent *entry, const uint8_t *data, size_t length)
{
	if (length > ring->capacity || length > UINT16_MAX)
		return;
	uint32_t at = ring->written & (ring->capacity - 1);
	if (at + length > ring->capacity) { /* a datagram is not split */
		ring->written += ring->capacity - at;
		at = 0;
	}
	memcpy(ring->bytes + at, data, length);
	entry->position = ring->written;
	entry->length = (uint16_t)length;
	ring->written += (uint32_t)length;
}

bool sent_ring_kept(const struct sent_ring *ring, const struct sent *entry, struct bytes *ret)
{
	if (entry->length == 0 || ring->written - entry->position > ring->capacity)
		return false;
	*ret = (struct bytes){ring->bytes + (entry->position & (ring->capacity - 1)),
			      entry->length};
	return true;
}
