#include "relay/base/clock.h"
#include "relay/room/overload.h"
#include <glib.h>

/* A worker whose work is a figure of the test: percent of its time, cut at 100. */
struct load {
	struct overload overload;
	uint64_t now_us, busy_us;
	unsigned ups, downs;
	enum shed_level highest;
};

static struct load load_new(unsigned limit)
{
	struct load l = {.now_us = 100 * US_PER_SEC};
	overload_init(&l.overload, limit, l.busy_us, l.now_us);
	return l;
}

static bool pass(struct load *l, unsigned ms, unsigned percent)
{
	enum shed_level before = l->overload.level;
	l->now_us += ms * US_PER_MS;
	l->busy_us += ms * US_PER_MS * MIN(percent, 100) / 100;
	if (!overload_sample(&l->overload, l->busy_us, l->now_us))
		return false;
	g_assert_cmpint(l->overload.level, !=, before);
	l->ups += l->overload.level > before;
	l->downs += l->overload.level < before;
	l->highest = MAX(l->highest, l->overload.level);
	return true;
}

static void run(struct load *l, unsigned ms, unsigned percent)
{
	for (unsigned t = 0; t < ms; t += OVERLOAD_SAMPLE_MS)
		pass(l, OVERLOAD_SAMPLE_MS, percent);
}

/* Each level leaves so much of the load of the one before. */
static void run_shedding(struct load *l, unsigned ms, unsigned demand, unsigned left_percent)
{
	for (unsigned t = 0; t < ms; t += OVERLOAD_SAMPLE_MS) {
		unsigned percent = demand;
		for (unsigned i = 0; i < l->overload.level; i++)
			percent = percent * left_percent / 100;
		pass(l, OVERLOAD_SAMPLE_MS, percent);
	}
}

static void test_below_the_limit(void)
{
	struct load l = load_new(85);
	run(&l, 60000, 85);
	g_assert_cmpint(l.overload.level, ==, SHED_NOTHING);
	g_assert_cmpuint(overload_share(&l.overload), ==, 85);
}

static void test_up_within_a_second(void)
{
	struct load l = load_new(85);
	run(&l, 10000, 50);
	run(&l, 750, 95);
	g_assert_cmpint(l.overload.level, ==, SHED_NOTHING);
	run(&l, 250, 95);
	g_assert_cmpint(l.overload.level, ==, SHED_LAYERS);
	run(&l, 750, 95);
	g_assert_cmpint(l.overload.level, ==, SHED_LAYERS);
	run(&l, 250, 95);
	g_assert_cmpint(l.overload.level, ==, SHED_UNSTAGED);
	run(&l, 60000, 95);
	g_assert_cmpint(l.overload.level, ==, SHED_SCREENS); /* and there it stays */
	g_assert_cmpuint(l.ups, ==, 4);
}

static void test_a_hiccup(void)
{
	struct load l = load_new(85);
	for (unsigned i = 0; i < 100; i++) {
		run(&l, 3000, 60);
		pass(&l, 2000, 100); /* wasn't let run; or worked on one thing */
		run(&l, 1000, 60);
		run(&l, 500, 100); /* two bad ones of four */
	}
	g_assert_cmpuint(l.ups, ==, 0);
}

/* Passes that are longer than a sample: an overload all the same. */
static void test_long_passes(void)
{
	struct load l = load_new(85);
	for (unsigned i = 0; i < OVERLOAD_SAMPLES; i++)
		pass(&l, 700, 100);
	g_assert_cmpint(l.overload.level, ==, SHED_LAYERS);
}

static void test_samples_too_early(void)
{
	struct load l = load_new(85);
	for (unsigned i = 0; i < 999; i++)
		g_assert_false(pass(&l, 1, 100));
	g_assert_true(pass(&l, 1, 100));
	g_assert_cmpuint(overload_deadline(&l.overload), ==,
			 l.now_us + OVERLOAD_SAMPLE_MS * US_PER_MS);
}

static void test_down_step_by_step(void)
{
	struct load l = load_new(85);
	run(&l, 2000, 100);
	g_assert_cmpint(l.overload.level, ==, SHED_UNSTAGED);
	run(&l, 1000, 80); /* what that has brought */
	run(&l, 5000, 40);
	g_assert_cmpint(l.overload.level, ==, SHED_UNSTAGED);
	run(&l, 2000, 40);
	g_assert_cmpint(l.overload.level, ==, SHED_LAYERS);
	run(&l, 7000, 40);
	g_assert_cmpint(l.overload.level, ==, SHED_NOTHING);
	run(&l, 60000, 40);
	g_assert_cmpuint(l.downs, ==, 2);
}

/* Between the marks nothing moves. */
static void test_hysteresis(void)
{
	struct load l = load_new(85);
	run(&l, 1000, 100);
	run(&l, 600000, 75);
	g_assert_cmpint(l.overload.level, ==, SHED_LAYERS);
	g_assert_cmpuint(l.downs, ==, 0);
}

/* A load that one level brings to 65 % and none to 108: it would swing for hours. */
static void test_swings_ever_more_rarely(void)
{
	struct load l = load_new(85);
	run_shedding(&l, 3600 * 1000, 108, 60);
	g_assert_cmpint(l.highest, ==, SHED_LAYERS);
	g_assert_cmpuint(l.ups, <, 16); /* 20 s, 40 s, ... 20 min with the doubt */
	unsigned before = l.ups;
	run_shedding(&l, 3600 * 1000, 108, 60);
	g_assert_cmpuint(l.ups - before, <=, 4);
	/* The crowd goes; what was learned of it doesn't hold the level for ever. */
	run_shedding(&l, 1300 * 1000, 30, 60);
	g_assert_cmpint(l.overload.level, ==, SHED_NOTHING);
	/* And at rest patience comes back. */
	run_shedding(&l, 3600 * 1000, 30, 60);
	run_shedding(&l, 2000, 100, 60);
	g_assert_cmpint(l.overload.level, ==, SHED_LAYERS);
	run_shedding(&l, 7000, 30, 60);
	g_assert_cmpint(l.overload.level, ==, SHED_NOTHING);
}

/* A cost that was measured while the load fell by itself is only a guess. */
static void test_wrong_guess(void)
{
	struct load l = load_new(85);
	run(&l, 1000, 100);
	run(&l, 1000, 10); /* the meeting is over: not by the level */
	run(&l, 30000, 60);
	g_assert_cmpint(l.overload.level, ==, SHED_NOTHING);
}

static void test_other_limits(void)
{
	struct load never = load_new(100), low = load_new(5);
	run(&never, 60000, 100);
	g_assert_cmpint(never.overload.level, ==, SHED_NOTHING);
	run(&low, 4000, 6);
	g_assert_cmpint(low.overload.level, ==, SHED_SCREENS);
	run(&low, 60000, 1);
	g_assert_cmpint(low.overload.level, ==, SHED_NOTHING);
}

static void test_words(void)
{
	for (enum shed_level level = 0; level < SHED_LEVEL_COUNT; level++)
		g_assert_cmpstr(shed_level_words(level), !=, "");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/overload/below_the_limit_nothing_is_shed", test_below_the_limit);
	g_test_add_func("/overload/one_level_up_for_each_second_above_it", test_up_within_a_second);
	g_test_add_func("/overload/a_hiccup_is_none", test_a_hiccup);
	g_test_add_func("/overload/passes_longer_than_a_sample_are_one", test_long_passes);
	g_test_add_func("/overload/samples_that_come_too_early_wait", test_samples_too_early);
	g_test_add_func("/overload/it_recovers_step_by_step", test_down_step_by_step);
	g_test_add_func("/overload/between_the_marks_nothing_moves", test_hysteresis);
	g_test_add_func("/overload/what_swings_is_tried_ever_more_rarely",
			test_swings_ever_more_rarely);
	g_test_add_func("/overload/a_wrong_guess_only_delays", test_wrong_guess);
	g_test_add_func("/overload/other_limits", test_other_limits);
	g_test_add_func("/overload/each_level_has_words", test_words);
	return g_test_run();
}
