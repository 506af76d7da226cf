/*
 * Datagrams that wait for one sendmmsg. Transports write here; the worker flushes after each
 * receive pass. Memory only: tests read a batch instead of a socket.
 */
#pragma once

#include "relay/net/address.h"

#define SEND_BATCH_MAX	  256
#define SEND_DATAGRAM_MAX 1536

struct send_batch;

/* flush is called with user when the batch is full, and must empty it (send_batch_clear). */
struct send_batch *send_batch_new(void (*flush)(struct send_batch *batch, void *user), void *user);
void send_batch_free(struct send_batch *batch);

/* A place for one datagram of up to SEND_DATAGRAM_MAX bytes; never NULL. Nothing happens until the
 * commit. */
uint8_t *send_batch_reserve(struct send_batch *batch);
void send_batch_commit(struct send_batch *batch, size_t length, const struct net_path *path);

size_t send_batch_count(const struct send_batch *batch);
const uint8_t *send_batch_at(const struct send_batch *batch, size_t i, size_t *ret_length,
			     const struct net_path **ret_path);
void send_batch_clear(struct send_batch *batch);
