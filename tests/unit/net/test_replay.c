#include "relay/net/replay.h"

#include <glib.h>

static enum err take(struct replay *replay, uint64_t index)
{
	enum err err = replay_check(replay, index);
	if (err == OK)
		replay_commit(replay, index);
	return err;
}

static void each_index_passes_once(void)
{
	static const uint64_t order[] = {5, 4, 6, 70, 69, 7, 200, 130, 199, 73, 1000, 873};
	struct replay replay = {0};
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		g_assert_cmpint(take(&replay, order[i]), ==, OK);
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		g_assert_cmpint(take(&replay, order[i]), ==, ERR_REPLAY);
}

static void older_than_the_window_is_refused(void)
{
	struct replay replay = {0};
	g_assert_cmpint(take(&replay, 1000), ==, OK);
	g_assert_cmpint(take(&replay, 1000 - REPLAY_WINDOW), ==, ERR_REPLAY);
	g_assert_cmpint(take(&replay, 1000 - REPLAY_WINDOW + 1), ==, OK);
}

/* Against a window without an end: the same answer for 100,000 random steps. */
static void agrees_with_a_plain_set(void)
{
	enum { INDICES = 50000 };
	struct replay replay = {0};
	GRand *random = g_rand_new_with_seed(1);
	bool *seen = g_new0(bool, INDICES);
	int32_t highest = 200;
	take(&replay, (uint64_t)highest);
	seen[highest] = true;
	for (int i = 0; i < 100000 && highest < INDICES - 200; i++) {
		int32_t index = highest + g_rand_int_range(random, -150, i % 1000 == 0 ? 190 : 9);
		bool good = !seen[index] && highest - index < REPLAY_WINDOW;
		g_assert_cmpint(take(&replay, (uint64_t)index), ==, good ? OK : ERR_REPLAY);
		seen[index] |= good;
		highest = good ? MAX(highest, index) : highest;
	}
	g_assert_cmpint(highest, >, 10000);
	g_free(seen);
	g_rand_free(random);
}

static void estimate_follows_the_rollover_both_ways(void)
{
	struct replay replay = {0};
	g_assert_cmpuint(replay_estimate(&replay, 65530), ==, 65530);
	replay_commit(&replay, 65530);
	g_assert_cmpuint(replay_estimate(&replay, 3), ==, 0x10003);
	replay_commit(&replay, 0x10003);
	g_assert_cmpuint(replay_estimate(&replay, 65531), ==, 65531);
	g_assert_cmpuint(replay_estimate(&replay, 0x8003), ==, 0x18003);
	g_assert_cmpuint(replay_estimate(&replay, 0x8004), ==, 0x8004);
}

static void there_is_nothing_before_the_first_or_after_the_last_index(void)
{
	struct replay replay = {0};
	replay_commit(&replay, 2);
	g_assert_cmpuint(replay_estimate(&replay, 65535), ==, REPLAY_NO_INDEX);
	replay_commit(&replay, UINT64_C(0xffffffffffff));
	g_assert_cmpuint(replay_estimate(&replay, 0), ==, REPLAY_NO_INDEX);
	g_assert_cmpuint(replay_estimate(&replay, 65534), ==, UINT64_C(0xfffffffffffe));
}

static void index_zero_is_remembered(void)
{
	struct replay replay = {0};
	g_assert_cmpint(take(&replay, 0), ==, OK);
	g_assert_cmpint(take(&replay, 0), ==, ERR_REPLAY);
	g_assert_cmpint(take(&replay, 1), ==, OK);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/replay/each_index_passes_once", each_index_passes_once);
	g_test_add_func("/replay/older_than_the_window_is_refused",
			older_than_the_window_is_refused);
	g_test_add_func("/replay/agrees_with_a_plain_set", agrees_with_a_plain_set);
	g_test_add_func("/replay/estimate_follows_the_rollover_both_ways",
			estimate_follows_the_rollover_both_ways);
	g_test_add_func("/replay/there_is_nothing_before_the_first_or_after_the_last_index",
			there_is_nothing_before_the_first_or_after_the_last_index);
	g_test_add_func("/replay/index_zero_is_remembered", index_zero_is_remembered);
	return g_test_run();
}
