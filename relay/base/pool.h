/*
 * A pool of equal blocks with reference counts, from which packets are taken.
 *
 * Owned by one thread (the one that made it, until another adopts it): pool_take happens there.
 * References may be held and dropped on any thread. Who drops the last one elsewhere pushes the
 * block on the pool's stack of returned ones (one compare-and-swap; the stack is a list through the
 * blocks themselves, so it is never full), which the owner takes whole when its own free blocks run
 * out: since nobody ever pops a single one, no ABA problem arises.
 */
#pragma once

#include <stddef.h>

struct pool;

/* max_blocks bounds the memory; blocks are allocated in chunks as they are first needed. */
struct pool *pool_new(size_t block_size, size_t max_blocks);
/* The calling thread is the owner from now on. Nobody else uses the pool meanwhile. */
void pool_adopt(struct pool *pool);
/* Every block must have been returned, and no other thread uses any more. Any thread; NULL is
 * allowed. */
void pool_free(struct pool *pool);

/* A block with one reference and undefined content (16-byte aligned), or NULL when max_blocks are
 * out. */
void *pool_take(struct pool *pool);
void *pool_ref(void *block);  /* returns block; any thread that holds a reference */
void pool_unref(void *block); /* any thread; NULL is allowed */

/* The owner's. */
size_t pool_in_use(struct pool *pool);
