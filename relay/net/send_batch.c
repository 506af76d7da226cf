#include "relay/net/send_batch.h"

#include <glib.h>
#include <string.h>

#define NONE UINT16_MAX

struct datagram {
	uint32_t at; /* where in data */
	uint16_t length, chain;
	uint16_t next; /* of the same chain */
};

struct chain {
	struct net_path path; /* a copy: the receiver may be gone before the flush */
	uint16_t first, last;
};

struct send_batch {
	void (*flush)(struct send_batch *batch, void *user);
	void *user;
	size_t count, n_chains, used;
	struct datagram datagrams[SEND_BATCH_MAX];
	struct chain chains[SEND_BATCH_MAX];
	uint32_t round; /* never 0: what a cleared struct send_chain says */
	uint8_t data[SEND_BATCH_MAX * SEND_DATAGRAM_MAX]; /* packed */
};

G_STATIC_ASSERT(SEND_BATCH_MAX < NONE);

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

static struct chain *chain_of(struct send_batch *batch, const struct net_path *path,
			      struct send_chain *chain)
{
	if (chain && chain->round == batch->round)
		return &batch->chains[chain->index];
	uint16_t index = (uint16_t)batch->n_chains++;
	if (chain)
		*chain = (struct send_chain){.round = batch->round, .index = index};
	batch->chains[index] = (struct chain){.path = *path, .first = NONE};
	return &batch->chains[index];
}

void send_batch_commit(struct send_batch *batch, size_t length, const struct net_path *path,
		       struct send_chain *send_chain)
{
	g_assert(batch->count < SEND_BATCH_MAX && length <= SEND_DATAGRAM_MAX);
	uint16_t index = (uint16_t)batch->count++;
	struct chain *chain = chain_of(batch, path, send_chain);
	if (chain->first == NONE)
		chain->first = index;
	else
		batch->datagrams[chain->last].next = index;
	chain->last = index;
	batch->datagrams[index] = (struct datagram){.at = (uint32_t)batch->used,
						    .length = (uint16_t)length,
						    .chain = (uint16_t)(chain - batch->chains),
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
	*ret_path = &batch->chains[batch->datagrams[i].chain].path;
	return batch->data + batch->datagrams[i].at;
}

size_t send_batch_chains(const struct send_batch *batch)
{
	return batch->n_chains;
}

const struct net_path *send_batch_chain(const struct send_batch *batch, size_t i, size_t *ret_first)
{
	g_assert(i < batch->n_chains);
	*ret_first = batch->chains[i].first;
	return &batch->chains[i].path;
}

size_t send_batch_next(const struct send_batch *batch, size_t i)
{
	g_assert(i < batch->count);
	return batch->datagrams[i].next == NONE ? SEND_BATCH_END : batch->datagrams[i].next;
}

void send_batch_clear(struct send_batch *batch)
{
	batch->count = batch->n_chains = batch->used = 0;
	/* After 2^32 flushes a chain may seem to be of this round that isn't: its receiver would
	 * have to have got nothing in all that time, and a live one gets something each second. */
	if (++batch->round == 0)
		batch->round = 1;
}
