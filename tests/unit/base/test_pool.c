#include "relay/base/pool.h"
#include <glib.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

static void test_blocks_are_aligned_and_do_not_overlap(void)
{
	enum { SIZE = 37, N = 200 };
	struct pool *pool = pool_new(SIZE, N);
	uint8_t *block[N];
	for (int i = 0; i < N; i++) {
		block[i] = pool_take(pool);
		g_assert_nonnull(block[i]);
		g_assert_cmpuint((uintptr_t)block[i] % 16, ==, 0);
		memset(block[i], i, SIZE);
	}
	for (int i = 0; i < N; i++) {
		for (int j = 0; j < SIZE; j++)
			g_assert_cmpuint(block[i][j], ==, (uint8_t)i);
		pool_unref(block[i]);
	}
	pool_free(pool);
}

static void test_no_more_than_the_limit(void)
{
	struct pool *pool = pool_new(100, 70); /* not a whole number of chunks */
	void *block[70];
	for (int i = 0; i < 70; i++)
		g_assert_nonnull(block[i] = pool_take(pool));
	g_assert_null(pool_take(pool));
	g_assert_cmpuint(pool_in_use(pool), ==, 70);
	pool_unref(block[33]);
	g_assert_true(pool_take(pool) == block[33]);
	g_assert_null(pool_take(pool));
	for (int i = 0; i < 70; i++)
		pool_unref(block[i]);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	pool_free(pool);
}

static void test_last_reference_returns_the_block(void)
{
	struct pool *pool = pool_new(8, 1);
	void *block = pool_take(pool);
	g_assert_true(pool_ref(block) == block);
	pool_ref(block);
	pool_unref(block);
	pool_unref(block);
	g_assert_cmpuint(pool_in_use(pool), ==, 1);
	g_assert_null(pool_take(pool));
	pool_unref(block);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	g_assert_true(pool_take(pool) == block);
	pool_unref(block);
	pool_unref(NULL);
	pool_free(pool);
	pool_free(NULL);
}

static void *ref_and_unref(void *block)
{
	for (int i = 0; i < 100000; i++) {
		pool_ref(block);
		pool_unref(block);
	}
	return NULL;
}

/* The owner keeps a reference, so the others never hand back the last one. */
static void test_other_threads_may_hold_references(void)
{
	struct pool *pool = pool_new(8, 1);
	void *block = pool_take(pool);
	pthread_t thread[2];
	for (int i = 0; i < 2; i++)
		g_assert_cmpint(pthread_create(&thread[i], NULL, ref_and_unref, block), ==, 0);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	g_assert_cmpuint(pool_in_use(pool), ==, 1);
	pool_unref(block);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	pool_free(pool);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pool/blocks_are_aligned_and_do_not_overlap",
			test_blocks_are_aligned_and_do_not_overlap);
	g_test_add_func("/pool/no_more_than_the_limit", test_no_more_than_the_limit);
	g_test_add_func("/pool/last_reference_returns_the_block",
			test_last_reference_returns_the_block);
	g_test_add_func("/pool/other_threads_may_hold_references",
			test_other_threads_may_hold_references);
	return g_test_run();
}
