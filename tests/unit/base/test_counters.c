#include "relay/base/counters.h"
#include <glib.h>
#include <string.h>

static void test_names_are_distinct_metric_names(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (enum counter i = 0; i < COUNTER_COUNT; i++) {
		const char *name = counter_name(i);
		g_assert_cmpuint(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), ==, strlen(name));
		g_assert_true(g_hash_table_add(seen, (gpointer)name));
		g_assert_cmpuint(strlen(counter_help(i)), >, 0);
	}
	g_assert_cmpstr(counter_name(COUNTER_DROP_STRANGER), ==, "drop_stranger");
}

static void test_adding_touches_one_counter(void)
{
	static struct counters c;
	counter_add(&c, COUNTER_RTP_IN, 3);
	counter_add(&c, COUNTER_RTP_IN, UINT64_C(1) << 40);
	g_assert_cmpuint(counter_get(&c, COUNTER_RTP_IN), ==, (UINT64_C(1) << 40) + 3);
	for (enum counter i = 0; i < COUNTER_COUNT; i++)
		if (i != COUNTER_RTP_IN)
			g_assert_cmpuint(counter_get(&c, i), ==, 0);
}

static void test_histogram_buckets_are_powers_of_two(void)
{
	static struct histogram h;
	g_assert_cmpuint(histogram_bucket(0), ==, 0);
	g_assert_cmpuint(histogram_bucket(1), ==, 0);
	g_assert_cmpuint(histogram_bucket(2), ==, 1);
	g_assert_cmpuint(histogram_bucket(3), ==, 2);
	g_assert_cmpuint(histogram_bucket(4), ==, 2);
	g_assert_cmpuint(histogram_bucket(5), ==, 3);
	g_assert_cmpuint(histogram_bucket(UINT64_MAX), ==, HISTOGRAM_BUCKETS - 1);
	histogram_add(&h, 4, 2);
	histogram_add(&h, 3, 1);
	g_assert_cmpuint(h.count[2], ==, 3);
	g_assert_cmpuint(h.sum, ==, 11);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/counters/names_are_distinct_metric_names",
			test_names_are_distinct_metric_names);
	g_test_add_func("/counters/adding_touches_one_counter", test_adding_touches_one_counter);
	g_test_add_func("/counters/histogram_buckets_are_powers_of_two",
			test_histogram_buckets_are_powers_of_two);
	return g_test_run();
}
