/*
 * A pool of equal blocks with reference counts, from which packets are taken.
 * Owned by one thread: pool_take and the return of a block happen there. Counts are atomic, so that
 * a later bridge may hold references on another thread and hand the last one back through a ring.
 */
#pragma once

#include <stddef.h>

struct pool;

/* max_blocks bounds the memory; blocks are allocated in chunks as they are first needed. */
struct pool *pool_new(size_t block_size, size_t max_blocks);
/* Every block must have been returned. NULL is allowed. */
void pool_free(struct pool *pool);

/* A block with one reference and undefined content (16-byte aligned), or NULL when max_blocks are
 * out. */
void *pool_take(struct pool *pool);
void *pool_ref(void *block);  /* returns block */
void pool_unref(void *block); /* NULL is allowed */

size_t pool_in_use(const struct pool *pool);
