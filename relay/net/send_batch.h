/*
 * Datagrams that wait to be sent together. Transports write here; the worker flushes after it has
 * read and forwarded what there was. Each datagram joins the chain of its receiver, so that whoever
 * sends finds those to one path together, in their order. Memory only: tests read a batch instead
 * of a socket.
 */
#pragma once

#include "relay/net/address.h"

/* A picture's packets to 1,500 receivers and their sound. Pages that no batch has reached cost
 * nothing. */
#define SEND_BATCH_MAX	  8192
#define SEND_DATAGRAM_MAX 1536
#define SEND_BATCH_END	  SIZE_MAX

struct send_batch;

/*
 * Which chain of this round a receiver has: kept by whoever sends to it, beside the path, and
 * cleared when the path changes. So nobody has to look for it.
 */
struct send_chain {
	uint32_t round;
	uint16_t index;
};

/* flush is called with user when the batch is full, and must empty it (send_batch_clear). */
struct send_batch *send_batch_new(void (*flush)(struct send_batch *batch, void *user), void *user);
void send_batch_free(struct send_batch *batch);

/* A place for one datagram of up to SEND_DATAGRAM_MAX bytes; never NULL. Nothing happens until the
 * commit. */
uint8_t *send_batch_reserve(struct send_batch *batch);
/* chain: NULL for a datagram that goes by itself. */
void send_batch_commit(struct send_batch *batch, size_t length, const struct net_path *path,
		       struct send_chain *chain);

size_t send_batch_count(const struct send_batch *batch);
/* By the order of their commits. */
const uint8_t *send_batch_at(const struct send_batch *batch, size_t i, size_t *ret_length,
			     const struct net_path **ret_path);
/* The chains, by first use. *ret_first: the first datagram. */
size_t send_batch_chains(const struct send_batch *batch);
const struct net_path *send_batch_chain(const struct send_batch *batch, size_t i,
					size_t *ret_first);
/* The next datagram of the same chain, or SEND_BATCH_END. */
size_t send_batch_next(const struct send_batch *batch, size_t i);
void send_batch_clear(struct send_batch *batch);
