#include "relay/net/send_batch.h"

#include <glib.h>

struct send_batch {
	void (*flush)(struct send_batch *batch, void *user);
	void *user;
	size_t count;
	struct net_path paths[SEND_BATCH_MAX];
	uint16_t lengths[SEND_BATCH_MAX];
	uint8_t data[SEND_BATCH_MAX][SEND_DATAGRAM_MAX];
};

struct send_batch *send_batch_new(void (*flush)(struct send_batch *batch, void *user), void *user)
{
	struct send_batch *batch = g_new0(struct send_batch, 1);
	batch->flush = flush;
	batch->user = user;
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
	return batch->data[batch->count];
}

void send_batch_commit(struct send_batch *batch, size_t length, const struct net_path *path)
{
	g_assert(batch->count < SEND_BATCH_MAX && length <= SEND_DATAGRAM_MAX);
	batch->lengths[batch->count] = (uint16_t)length;
	batch->paths[batch->count] = *path;
	batch->count++;
}

size_t send_batch_count(const struct send_batch *batch)
{
	return batch->count;
}

const uint8_t *send_batch_at(const struct send_batch *batch, size_t i, size_t *ret_length,
			     const struct net_path **ret_path)
{
	g_assert(i < batch->count);
	*ret_length = batch->lengths[i];
	*ret_path = &batch->paths[i];
	return batch->data[i];
}

void send_batch_clear(struct send_batch *batch)
{
	batch->count = 0;
}
