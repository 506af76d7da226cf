#include "relay/relay_placement.h"
#include <glib.h>

#define N 4

static const struct placement_rule fill_100 = {.fill = 100}, spread = {.fill = 100, .spread = true};

static void first_worker_is_the_one_with_the_fewest(void)
{
	const struct placement_worker workers[N] = {{.participants = 30},
						    {.participants = 10},
						    {.participants = 0, .busy = 70},
						    {.participants = 10}};
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 1);
	g_assert_cmpuint(placement_choose(&fill_100, workers, 1), ==, 0);
	const struct placement_worker empty[N] = {0};
	g_assert_cmpuint(placement_choose(&fill_100, empty, N), ==, 0);
}

static void room_stays_until_its_worker_is_full(void)
{
	struct placement_worker workers[N] = {{.participants = 0},
					      {.participants = 99, .members = 20, .part = 1},
					      {.participants = 5},
					      {.participants = 0}};
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 1);
	workers[1].participants = 100; /* those of other rooms count, too */
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 0);
	workers[1].participants = 50;
	workers[1].busy = PLACEMENT_BUSY;
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 0);
}

static void earlier_parts_are_filled_first(void)
{
	struct placement_worker workers[N] = {{.participants = 10, .part = 3},
					      {.participants = 100, .part = 1},
					      {.participants = 60, .part = 2},
					      {.participants = 0}};
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 2);
	workers[1].participants = 99; /* somebody left */
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 1);
}

static void all_full_is_no_reason_to_refuse(void)
{
	struct placement_worker workers[N] = {{.participants = 120, .part = 1},
					      {.participants = 110, .busy = 99},
					      {.participants = 105, .part = 2},
					      {.participants = 130}};
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 2);
	workers[3] = (struct placement_worker){.participants = 99, .busy = 59};
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 3);
}

static void one_that_sheds_comes_last(void)
{
	struct placement_worker workers[N] = {{.participants = 10, .part = 1, .sheds = true},
					      {.participants = 0, .sheds = true},
					      {.participants = 300, .part = 2},
					      {.participants = 200}};
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 3);
	workers[2].participants = 20;
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 2);
	workers[2].sheds = workers[3].sheds = true;
	g_assert_cmpuint(placement_choose(&fill_100, workers, N), ==, 1);
}

static void spread_goes_round(void)
{
	struct placement_worker workers[N] = {0};
	for (unsigned i = 0; i < 3 * N; i++) {
		unsigned chosen = placement_choose(&spread, workers, N);
		g_assert_cmpuint(chosen, ==, i % N);
		workers[chosen].members++;
		workers[chosen].participants += 200;
	}
	workers[2].members--;
	g_assert_cmpuint(placement_choose(&spread, workers, N), ==, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/placement/first_worker_is_the_one_with_the_fewest",
			first_worker_is_the_one_with_the_fewest);
	g_test_add_func("/placement/room_stays_until_its_worker_is_full",
			room_stays_until_its_worker_is_full);
	g_test_add_func("/placement/earlier_parts_are_filled_first",
			earlier_parts_are_filled_first);
	g_test_add_func("/placement/all_full_is_no_reason_to_refuse",
			all_full_is_no_reason_to_refuse);
	g_test_add_func("/placement/one_that_sheds_comes_last", one_that_sheds_comes_last);
	g_test_add_func("/placement/spread_goes_round", spread_goes_round);
	return g_test_run();
}
