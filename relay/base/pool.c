#include "relay/base/pool.h"
#include "relay/base/cache_line.h"
#include <assert.h>
#include <glib.h>
#include <stdalign.h>
#include <stdatomic.h>

#define BLOCKS_PER_CHUNK 64
#define BLOCK_ALIGNMENT	 16

/* Its address tells threads apart: cheaper to ask for than a thread's id. */
static _Thread_local char this_thread;

/*
 * A chunk is BLOCKS_PER_CHUNK times this header, each with its block after it. Chunks are never
 * given back before the pool is: what a busy minute needed, the next one needs too.
 */
struct block {
	alignas(BLOCK_ALIGNMENT) struct pool *pool;
	struct block *next_free; /* while in the free list, or on the stack of returned ones */
	atomic_uint references;
};

struct pool {
	const char *owner; /* this_thread of the owner */
	struct block *free;
	size_t stride; /* from one header to the next */
	size_t max_blocks, allocated, in_use;
	GPtrArray *chunks;
	/* Pushed to by other threads. */
	alignas(CACHE_LINE) _Atomic(struct block *) returned;
};

struct pool *pool_new(size_t block_size, size_t max_blocks)
{
	struct pool *pool = g_aligned_alloc0(1, sizeof *pool, CACHE_LINE);
	size_t padded = (block_size + BLOCK_ALIGNMENT - 1) & ~(size_t)(BLOCK_ALIGNMENT - 1);
	pool->stride = sizeof(struct block) + padded;
	pool->max_blocks = max_blocks;
	pool->chunks = g_ptr_array_new_with_free_func(g_aligned_free);
	pool_adopt(pool);
	return pool;
}

void pool_adopt(struct pool *pool)
{
	pool->owner = &this_thread;
}

static void put_back(struct pool *pool, struct block *block)
{
	block->next_free = pool->free;
	pool->free = block;
	pool->in_use--;
}

/* What other threads have returned, into the free list. */
static void collect(struct pool *pool)
{
	if (!atomic_load_explicit(&pool->returned, memory_order_relaxed))
		return;
	/* Acquire: what the last holder did with a block comes before its next use. */
	struct block *block = atomic_exchange_explicit(&pool->returned, NULL, memory_order_acquire);
	while (block) {
		struct block *next = block->next_free;
		put_back(pool, block);
		block = next;
	}
}

static void push_returned(struct pool *pool, struct block *block)
{
	struct block *first = atomic_load_explicit(&pool->returned, memory_order_relaxed);
	do
		block->next_free = first;
	while (!atomic_compare_exchange_weak_explicit(&pool->returned, &first, block,
						      memory_order_release, memory_order_relaxed));
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	collect(pool);
	assert(pool->in_use == 0); /* a block still out would be used after this */
	g_ptr_array_unref(pool->chunks);
	g_aligned_free(pool);
}

static void grow(struct pool *pool)
{
	size_t n = MIN(pool->max_blocks - pool->allocated, BLOCKS_PER_CHUNK);
	char *chunk = g_aligned_alloc(n, pool->stride, BLOCK_ALIGNMENT);
	g_ptr_array_add(pool->chunks, chunk);
	for (size_t i = n; i-- > 0;) {
		struct block *block = (struct block *)(chunk + i * pool->stride);
		block->pool = pool;
		atomic_init(&block->references, 0);
		block->next_free = pool->free;
		pool->free = block;
	}
	pool->allocated += n;
}

void *pool_take(struct pool *pool)
{
	if (!pool->free)
		collect(pool);
	if (!pool->free) {
		if (pool->allocated == pool->max_blocks)
			return NULL;
		grow(pool);
	}
	struct block *block = pool->free;
	pool->free = block->next_free;
	pool->in_use++;
	atomic_store_explicit(&block->references, 1, memory_order_relaxed);
	return block + 1;
}

void *pool_ref(void *memory)
{
	struct block *block = (struct block *)memory - 1;
	atomic_fetch_add_explicit(&block->references, 1, memory_order_relaxed);
	return memory;
}

void pool_unref(void *memory)
{
	if (!memory)
		return;
	struct block *block = (struct block *)memory - 1;
	/* Release and acquire: what other holders did with the block comes before its next use. */
	unsigned before = atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel);
	assert(before > 0);
	if (before > 1)
		return;
	if (block->pool->owner == &this_thread)
		put_back(block->pool, block);
	else
		push_returned(block->pool, block);
}

size_t pool_in_use(struct pool *pool)
{
	collect(pool);
	return pool->in_use;
}
