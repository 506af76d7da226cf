/*
 * Datagrams that wait to be sent together. Transports write here; the worker flushes after each
 * receive pass. Each datagram joins the chain of its path, so that whoever sends finds those to one
 * receiver together, in their order, although a pass writes them receiver by receiver for each
 * packet it brought. Memory only: tests read a batch instead of a socket.
 */
#pragma once

#include "relay/net/address.h"

/* A picture's packets to 1,500 receivers and their sound. Pages that no batch has reached cost
 * nothing. */
#define SEND_BATCH_MAX	  8192
#define SEND_DATAGRAM_MAX 1536
#define SEND_BATCH_END	  SIZE_MAX

struct send_batch;

/* flush is called with user when the batch is full, and must empty it (send_batch_clear). */
struct send_batch *send_batch_new(void (*flush)(struct send_batch *batch, void *user), void *user);
void send_batch_free(struct send_batch *batch);

/* A place for one datagram of up to SEND_DATAGRAM_MAX bytes; never NULL. Nothing happens until the
 * commit. */
uint8_t *send_batch_reserve(struct send_batch *batch);
void send_batch_commit(struct send_batch *batch, size_t length, const struct net_path *path);

size_t send_batch_count(const struct send_batch *batch);
/* By the order of their commits. */
const uint8_t *send_batch_at(const struct send_batch *batch, size_t i, size_t *ret_length,
			     const struct net_path **ret_path);
/* The paths that datagrams are for, by first use. *ret_first: the first datagram of that path. */
size_t send_batch_paths(const struct send_batch *batch);
const struct net_path *send_batch_path(const struct send_batch *batch, size_t i, size_t *ret_first);
/* The next datagram of the same path, or SEND_BATCH_END. */
size_t send_batch_next(const struct send_batch *batch, size_t i);
void send_batch_clear(struct send_batch *batch);
