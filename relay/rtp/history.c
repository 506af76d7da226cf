#include "relay/rtp/history.h"
#include <glib.h>

#define MIN_SIZE 16
#define MAX_SIZE 32768 /* half of the number space: beyond it old and new look alike */

struct entry {
	struct packet *packet; /* NULL: lost, or released */
	uint64_t put_us;
};

/* Entries of the numbers oldest .. newest, at most size of them, each at number % size. */
struct history {
	struct entry *entries;
	size_t size, max_size, n_packets;
	uint64_t max_age_us;
	uint16_t oldest, newest; /* valid while n_packets > 0 */
};

static struct entry *entry_of(const struct history *h, uint16_t sequence)
{
	return &h->entries[sequence & (h->size - 1)];
}

struct history *history_new(size_t max_packets, uint64_t max_age_us)
{
	struct history *h = g_new0(struct history, 1);
	h->size = h->max_size = MIN_SIZE;
	while (h->max_size < max_packets && h->max_size < MAX_SIZE)
		h->max_size *= 2;
	h->max_age_us = max_age_us;
	h->entries = g_new0(struct entry, h->size);
	return h;
}

static void release(struct history *h, struct entry *entry)
{
	if (!entry->packet)
		return;
	pool_unref(entry->packet);
	entry->packet = NULL;
	h->n_packets--;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->size; i++)
		release(h, &h->entries[i]);
	g_free(h->entries);
	g_free(h);
}

void history_expire(struct history *h, uint64_t now_us)
{
	while (h->n_packets > 0) {
		struct entry *entry = entry_of(h, h->oldest);
		if (entry->packet && now_us - entry->put_us <= h->max_age_us)
			return;
		release(h, entry);
		h->oldest++;
	}
}

static void grow(struct history *h)
{
	struct history old = *h;
	h->size *= 2;
	h->entries = g_new0(struct entry, h->size);
	for (size_t i = 0; i < old.size; i++)
		if (old.entries[i].packet)
			*entry_of(h, old.entries[i].packet->rtp.sequence) = old.entries[i];
	g_free(old.entries);
}

/* Makes the window reach up to sequence: grows while what would fall out is still young, then lets
 * it fall. */
static void make_room(struct history *h, uint16_t sequence)
{
	while (h->n_packets > 0 && (uint16_t)(sequence - h->oldest) >= h->size) {
		if ((uint16_t)(sequence - h->oldest) < h->max_size) {
			grow(h);
		} else {
			release(h, entry_of(h, h->oldest));
			h->oldest++;
		}
	}
}

void history_put(struct history *h, struct packet *packet, uint64_t now_us)
{
	uint16_t sequence = packet->rtp.sequence;
	history_expire(h, now_us);
	if (h->n_packets > 0 && seq_newer(sequence, h->newest)) {
		make_room(h, sequence);
		h->newest = sequence;
	} else if (h->n_packets > 0) {
		if ((uint16_t)(h->newest - sequence) >= h->size)
			return; /* too old to be worth the room */
		if (seq_newer(h->oldest, sequence))
			h->oldest = sequence;
	}
	if (h->n_packets == 0)
		h->oldest = h->newest = sequence;
	struct entry new = {pool_ref(packet), now_us}, *entry = entry_of(h, sequence);
	release(h, entry); /* the same number again */
	*entry = new;
	h->n_packets++;
}

struct packet *history_get(const struct history *h, uint16_t sequence)
{
	struct packet *packet = entry_of(h, sequence)->packet;
	return packet && packet->rtp.sequence == sequence ? packet : NULL;
}
