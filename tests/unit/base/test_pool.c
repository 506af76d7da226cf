#include "relay/base/pool.h"
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
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

static void *unref(void *block)
{
	pool_unref(block);
	return NULL;
}

static void unref_elsewhere(void *block)
{
	pthread_t thread;
	g_assert_cmpint(pthread_create(&thread, NULL, unref, block), ==, 0);
	pthread_join(thread, NULL);
}

static void test_block_comes_home_from_another_thread(void)
{
	struct pool *pool = pool_new(8, 2);
	void *a = pool_take(pool), *b = pool_take(pool);
	g_assert_null(pool_take(pool));
	unref_elsewhere(a);
	g_assert_true(pool_take(pool) == a);
	unref_elsewhere(a);
	unref_elsewhere(b);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	a = pool_take(pool);
	unref_elsewhere(a); /* pool_free finds it */
	pool_free(pool);
}

static void *adopt_and_take(void *data)
{
	struct pool *pool = data;
	pool_adopt(pool);
	return pool_take(pool);
}

static void test_pool_is_adopted_with_its_blocks(void)
{
	struct pool *pool = pool_new(8, 2);
	void *ours = pool_take(pool), *theirs;
	pthread_t thread;
	g_assert_cmpint(pthread_create(&thread, NULL, adopt_and_take, pool), ==, 0);
	pthread_join(thread, &theirs);
	g_assert_nonnull(theirs);
	pool_unref(ours); /* returned to the other one */
	pool_adopt(pool);
	g_assert_cmpuint(pool_in_use(pool), ==, 1);
	pool_unref(theirs);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	pool_free(pool);
}

enum { HOLDERS = 3, HOLDS = 50000, IN_FLIGHT = 16 };

/* One place for each block that is handed over: full while the holder has not taken it. */
struct holder {
	pthread_t thread;
	_Atomic(void *) place[IN_FLIGHT];
};

static void *hold(void *data)
{
	struct holder *holder = data;
	for (unsigned n = 0; n < HOLDS;) {
		void *block = atomic_exchange(&holder->place[n % IN_FLIGHT], NULL);
		if (!block) {
			sched_yield();
			continue;
		}
		g_assert_cmpuint(*(unsigned *)block, ==, n);
		pool_unref(block);
		n++;
	}
	return NULL;
}

/* Every holder gets every block, and who drops it last is left to chance. */
static void test_owner_takes_what_others_return(void)
{
	enum { BLOCKS = HOLDERS * IN_FLIGHT };
	struct pool *pool = pool_new(sizeof(unsigned), BLOCKS);
	struct holder holders[HOLDERS] = {0};
	for (unsigned i = 0; i < HOLDERS; i++)
		g_assert_cmpint(pthread_create(&holders[i].thread, NULL, hold, &holders[i]), ==, 0);
	for (unsigned n = 0; n < HOLDS; n++) {
		unsigned *block;
		while (!(block = pool_take(pool)))
			sched_yield();
		*block = n;
		for (unsigned i = 0; i < HOLDERS; i++) {
			while (atomic_load(&holders[i].place[n % IN_FLIGHT]))
				sched_yield();
			atomic_store(&holders[i].place[n % IN_FLIGHT], pool_ref(block));
		}
		pool_unref(block);
		g_assert_cmpuint(pool_in_use(pool), <=, BLOCKS);
	}
	for (unsigned i = 0; i < HOLDERS; i++)
		pthread_join(holders[i].thread, NULL);
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
	g_test_add_func("/pool/block_comes_home_from_another_thread",
			test_block_comes_home_from_another_thread);
	g_test_add_func("/pool/pool_is_adopted_with_its_blocks",
			test_pool_is_adopted_with_its_blocks);
	g_test_add_func("/pool/owner_takes_what_others_return",
			test_owner_takes_what_others_return);
	return g_test_run();
}
