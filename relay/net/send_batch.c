#include "relay/net/send_batch.h"

#include <glib.h>
#include <string.h>

#define BUCKETS (2 * SEND_BATCH_MAX) /* half of them are free at least: short searches */
#define NONE	UINT16_MAX

struct datagram {
	uint32_t at; /* where in data */
	uint16_t length, path;
	uint16_t next; /* of the same path */
};

struct path {
	struct net_path path;
	uint16_t first, last;
};

struct send_batch {
	void (*flush)(struct send_batch *batch, void *user);
	void *user;
	size_t count, n_paths, used;
	struct datagram datagrams[SEND_BATCH_MAX];
	struct path paths[SEND_BATCH_MAX];
	/* Which path has this hash, by linear probing. A bucket of another round is free, so that a
	 * flush needn't wipe them. */
	struct {
		uint32_t round;
		uint16_t path;
	} buckets[BUCKETS];
	uint32_t round;
	uint8_t data[SEND_BATCH_MAX * SEND_DATAGRAM_MAX]; /* packed */
};

G_STATIC_ASSERT(SEND_BATCH_MAX < NONE && (BUCKETS & (BUCKETS - 1)) == 0);

struct send_batch *send_batch_new(void (*flush)(struct send_batch *batch, void *user), void *user)
{
	struct send_batch *batch = g_new0(struct send_batch, 1);
	batch->flush = flush;
	batch->user = user;
	batch->round = 1;
	return batch;
}

void send_batch_free(struct send_batch *batch)
{
	g_free(batch);
}

uint8_t *send_batch_reserve(struct send_batch *batch)
{
	if (batch->count == SEND_BATCH_MAX)
		batch->flush(batch, batch->user);
	g_assert(batch->count < SEND_BATCH_MAX);
	return batch->data + batch->used;
}

static bool same_path(const struct net_path *a, const struct net_path *b)
{
	return net_address_equal(&a->remote, &b->remote) && a->interface == b->interface &&
	       memcmp(a->local_ip, b->local_ip, sizeof a->local_ip) == 0;
}

/* Its index among the batch's paths; it joins them if it is new. */
static uint16_t find_path(struct send_batch *batch, const struct net_path *path)
{
	size_t b = net_address_hash(&path->remote) % BUCKETS;
	for (; batch->buckets[b].round == batch->round; b = (b + 1) % BUCKETS)
		if (same_path(&batch->paths[batch->buckets[b].path].path, path))
			return batch->buckets[b].path;
	uint16_t index = (uint16_t)batch->n_paths++;
	batch->buckets[b].round = batch->round;
	batch->buckets[b].path = index;
	batch->paths[index] = (struct path){.path = *path, .first = NONE};
	return index;
}

void send_batch_commit(struct send_batch *batch, size_t length, const struct net_path *path)
{
	g_assert(batch->count < SEND_BATCH_MAX && length <= SEND_DATAGRAM_MAX);
	uint16_t index = (uint16_t)batch->count++;
	uint16_t path_index = find_path(batch, path);
	struct path *chain = &batch->paths[path_index];
	if (chain->first == NONE)
		chain->first = index;
	else
		batch->datagrams[chain->last].next = index;
	chain->last = index;
	batch->datagrams[index] = (struct datagram){.at = (uint32_t)batch->used,
						    .length = (uint16_t)length,
						    .path = path_index,
						    .next = NONE};
	batch->used += length;
}

size_t send_batch_count(const struct send_batch *batch)
{
	return batch->count;
}

const uint8_t *send_batch_at(const struct send_batch *batch, size_t i, size_t *ret_length,
			     const struct net_path **ret_path)
{
	g_assert(i < batch->count);
	*ret_length = batch->datagrams[i].length;
	*ret_path = &batch->paths[batch->datagrams[i].path].path;
	return batch->data + batch->datagrams[i].at;
}

size_t send_batch_paths(const struct send_batch *batch)
{
	return batch->n_paths;
}

const struct net_path *send_batch_path(const struct send_batch *batch, size_t i, size_t *ret_first)
{
	g_assert(i < batch->n_paths);
	*ret_first = batch->paths[i].first;
	return &batch->paths[i].path;
}

size_t send_batch_next(const struct send_batch *batch, size_t i)
{
	g_assert(i < batch->count);
	return batch->datagrams[i].next == NONE ? SEND_BATCH_END : batch->datagrams[i].next;
}

void send_batch_clear(struct send_batch *batch)
{
	batch->count = batch->n_paths = batch->used = 0;
	if (++batch->round == 0) { /* after 2^32 flushes: what seems to be of this round isn't */
		memset(batch->buckets, 0, sizeof batch->buckets);
		batch->round = 1;
	}
}
