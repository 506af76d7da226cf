#include "tests/load/schedule.h"

#define TIMERS 500

static void test_nobody_is_due_in_an_empty_one(void)
{
	struct schedule *schedule = schedule_new();
	g_assert_null(schedule_first(schedule));
	schedule_free(schedule);
}

static const struct timer *smallest(const struct timer *timers)
{
	const struct timer *first = &timers[0];
	for (unsigned i = 1; i < TIMERS; i++)
		if (timers[i].due_us < first->due_us)
			first = &timers[i];
	return first;
}

static void test_first_is_the_first_to_be_due_however_they_move(void)
{
	static struct timer timers[TIMERS];
	struct schedule *schedule = schedule_new();
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	for (unsigned i = 0; i < TIMERS; i++)
		schedule_set(schedule, &timers[i], g_rand_int(rand));
	for (unsigned i = 0; i < 20000; i++) {
		struct timer *first = schedule_first(schedule);
		g_assert_cmpuint(first->due_us, ==, smallest(timers)->due_us);
		/* The first goes on, as after a tick; or anybody moves, to anywhere. */
		if (i % 3 > 0)
			schedule_set(schedule, first, first->due_us + g_rand_int(rand) % 100000);
		else
			schedule_set(schedule, &timers[g_rand_int(rand) % TIMERS],
				     g_rand_int(rand));
	}
	schedule_free(schedule);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schedule/nobody_is_due_in_an_empty_one",
			test_nobody_is_due_in_an_empty_one);
	g_test_add_func("/schedule/first_is_the_first_to_be_due_however_they_move",
			test_first_is_the_first_to_be_due_however_they_move);
	return g_test_run();
}
