#include "relay/room/once.h"
#include <glib.h>

static void every_index_is_used_once(void)
{
	struct once o = {0};
	for (uint64_t i = 100; i < 2000; i++) {
		g_assert_true(once_use(&o, i));
		g_assert_false(once_use(&o, i));
		g_assert_false(once_use(&o, MAX(i - 50, 100)));
	}
}

static void gaps_may_be_filled_late(void)
{
	struct once o = {0};
	g_assert_true(once_use(&o, 1000));
	g_assert_true(once_use(&o, 1300));
	for (uint64_t i = 1001; i < 1300; i++)
		g_assert_true(once_use(&o, i));
	for (uint64_t i = 1000; i <= 1300; i++)
		g_assert_false(once_use(&o, i));
}

static void what_is_too_old_counts_as_used(void)
{
	struct once o = {0};
	g_assert_true(once_use(&o, 1000));
	g_assert_true(once_use(&o, 1000 + ONCE_WINDOW));
	g_assert_false(once_use(&o, 1000));
	g_assert_true(once_use(&o, 1001));
	g_assert_true(once_use(&o, 1000000));
	g_assert_false(once_use(&o, 1002));
}

static void agrees_with_a_set_in_any_order(void)
{
	struct once o = {0};
	GRand *random = g_rand_new_with_seed(1);
	GHashTable *used = g_hash_table_new(NULL, NULL);
	uint64_t newest = 70000;
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t index = newest + (uint64_t)g_rand_int_range(random, 0, 40) - 30;
		bool is_new = g_hash_table_add(used, GSIZE_TO_POINTER(index));
		g_assert_cmpint(once_use(&o, index), ==, is_new);
		newest = MAX(newest, index);
	}
	g_hash_table_unref(used);
	g_rand_free(random);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/once/every_index_is_used_once", every_index_is_used_once);
	g_test_add_func("/once/gaps_may_be_filled_late", gaps_may_be_filled_late);
	g_test_add_func("/once/what_is_too_old_counts_as_used", what_is_too_old_counts_as_used);
	g_test_add_func("/once/agrees_with_a_set_in_any_order", agrees_with_a_set_in_any_order);
	return g_test_run();
}
