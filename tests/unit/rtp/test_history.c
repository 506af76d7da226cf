#include "relay/base/clock.h"
#include "relay/rtp/history.h"
#include <glib.h>

static struct pool *pool;
static struct history *history;

static void setup(size_t max_packets, uint64_t max_age_us)
{
	pool = packet_pool_new(5000);
	history = history_new(max_packets, max_age_us);
}

static void teardown(void)
{
	history_free(history);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	pool_free(pool);
}

static void put(unsigned sequence, uint64_t now_us)
{
	struct packet *p = pool_take(pool);
	g_assert_nonnull(p);
	p->rtp.sequence = (uint16_t)sequence;
	history_put(history, p, now_us);
	pool_unref(p);
}

static bool has(unsigned sequence)
{
	struct packet *p = history_get(history, (uint16_t)sequence);
	if (p)
		g_assert_cmpuint(p->rtp.sequence, ==, (uint16_t)sequence);
	return p != NULL;
}

static void test_packets_are_found_by_number(void)
{
	setup(512, US_PER_SEC);
	g_assert_false(has(0));
	put(65534, 1);
	put(65535, 2);
	put(1, 3); /* 0 is lost */
	g_assert_true(has(65534));
	g_assert_true(has(65535));
	g_assert_false(has(0));
	g_assert_true(has(1));
	g_assert_false(has(1 + 16));
	put(0, 4); /* and comes late */
	g_assert_true(has(0));
	put(65533, 5); /* from before the first */
	g_assert_true(has(65533));
	g_assert_cmpuint(pool_in_use(pool), ==, 5);
	teardown();
}

static void test_old_packets_are_released(void)
{
	setup(512, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		put(i * 3, i * 100); /* with gaps */
		g_assert_cmpuint(pool_in_use(pool), ==, MIN(i + 1, 11));
	}
	g_assert_true(has(999 * 3));
	g_assert_true(has(989 * 3));
	g_assert_false(has(988 * 3));
	history_expire(history, 999 * 100 + 1000);
	g_assert_cmpuint(pool_in_use(pool), ==, 1);
	history_expire(history, 999 * 100 + 1001);
	g_assert_cmpuint(pool_in_use(pool), ==, 0);
	g_assert_false(has(999 * 3));
	put(7, 200000); /* and goes on anywhere */
	g_assert_true(has(7));
	teardown();
}

static void test_grows_with_the_rate_up_to_its_limit(void)
{
	setup(256, US_PER_SEC);
	for (unsigned i = 0; i < 200; i++)
		put(60000 + i, i);
	for (unsigned i = 0; i < 200; i++)
		g_assert_true(has(60000 + i));
	for (unsigned i = 200; i < 10000; i++) {
		put(60000 + i, i);
		g_assert_cmpuint(pool_in_use(pool), ==, MIN(i + 1, 256));
	}
	g_assert_true(has(60000 + 9999));
	g_assert_true(has(60000 + 9999 - 255));
	g_assert_false(has(60000 + 9999 - 256));
	teardown();
}

static void test_a_jump_leaves_the_old_behind(void)
{
	setup(64, US_PER_SEC);
	for (unsigned i = 0; i < 60; i++)
		put(i, i);
	put(20000, 100);
	g_assert_true(has(20000));
	g_assert_cmpuint(pool_in_use(pool), ==, 1);
	put(20000 - 63, 101); /* too old by now, or just within reach, but never another's place */
	put(20000 - 64, 102);
	g_assert_true(has(20000));
	g_assert_false(has(20000 - 64));
	put(20000 + 32768, 103); /* neither newer nor older */
	g_assert_true(has(20000));
	teardown();
}

static void test_the_same_number_again_replaces(void)
{
	setup(16, US_PER_SEC);
	put(5, 1);
	struct packet *first = history_get(history, 5);
	history_put(history, first, 2); /* the very same */
	g_assert_true(history_get(history, 5) == first);
	put(5, 3);
	g_assert_true(history_get(history, 5) != first);
	g_assert_cmpuint(pool_in_use(pool), ==, 1);
	teardown();
}

/* Random rows against a table of all that was put: what is found is right, what is young and near
 * is found. */
static void test_random_rows(void)
{
	setup(1024, 400);
	static uint64_t put_at[0x10000];
	uint16_t newest = 0;
	put(newest, 1000);
	for (unsigned i = 1; i < 100000; i++) {
		uint64_t now = 1000 + i;
		int step = g_test_rand_int_range(-30, 34);
		uint16_t sequence = (uint16_t)(newest + step);
		if (step > 0)
			newest = sequence;
		put(sequence, now);
		if (step > -16)
			put_at[sequence] = now;
		g_assert_true(has(newest));
		uint16_t asked = (uint16_t)(newest - g_test_rand_int_range(0, 900));
		if (has(asked))
			g_assert_cmpuint(pool_in_use(pool), <=, 1024);
		else
			g_assert_true(put_at[asked] == 0 || now - put_at[asked] >= 60);
	}
	teardown();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/history/packets_are_found_by_number", test_packets_are_found_by_number);
	g_test_add_func("/history/old_packets_are_released", test_old_packets_are_released);
	g_test_add_func("/history/grows_with_the_rate_up_to_its_limit",
			test_grows_with_the_rate_up_to_its_limit);
	g_test_add_func("/history/a_jump_leaves_the_old_behind", test_a_jump_leaves_the_old_behind);
	g_test_add_func("/history/the_same_number_again_replaces",
			test_the_same_number_again_replaces);
	g_test_add_func("/history/random_rows", test_random_rows);
	history_free(NULL);
	return g_test_run();
}
