#include "recordings/archive_shown.h"

static void check(GArray *shown, const struct archive_span *expected, guint n)
{
	g_assert_cmpuint(shown->len, ==, n);
	for (guint i = 0; i < n; i++) {
		g_assert_cmpint(g_array_index(shown, struct archive_span, i).from, ==,
				expected[i].from);
		g_assert_cmpint(g_array_index(shown, struct archive_span, i).to, ==,
				expected[i].to);
	}
	g_array_unref(shown);
}

static void test_camera(void)
{
	static const int64_t frames[] = {1000, 1040, 3000, 9000, 9040, 19999};
	static const struct archive_span expected[] = {{1000, 6000}, {9000, 12040}, {19999, 20000}};
	check(archive_shown(frames, 6, NULL, 0, false, 20000), expected, 3);
	check(archive_shown(frames, 0, NULL, 0, false, 20000), NULL, 0);
}

/* Who holds the stage now has no camera: the one before isn't shown for long. */
static void test_stage_changes(void)
{
	static const int64_t frames[] = {1000, 2000};
	static const struct archive_change changes[] = {{500, true}, {2100, true}};
	static const struct archive_span expected[] = {{1000, 3100}};
	check(archive_shown(frames, 2, changes, 2, false, 20000), expected, 1);
}

/* A page that nobody turns stays, until the index says that it is gone. */
static void test_screen(void)
{
	static const int64_t frames[] = {900, 1500, 700000};
	static const struct archive_change changes[] = {
		{1000, true}, {600000, false}, {700100, true}, {700200, true}};
	static const struct archive_span expected[] = {{900, 600000}, {700000, 900000}};
	check(archive_shown(frames, 3, changes, 4, true, 900000), expected, 2);
}

/* An index that says nothing of screens. */
static void test_screen_untold(void)
{
	static const int64_t frames[] = {1000, 11000, 40000};
	static const struct archive_span expected[] = {{1000, 26000}, {40000, 55000}};
	check(archive_shown(frames, 3, NULL, 0, true, 900000), expected, 2);
}

static void test_at(void)
{
	static const struct archive_span spans[] = {{10, 20}, {30, 40}};
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof *spans);
	guint hint = 0;
	g_array_append_vals(array, spans, 2);
	for (int64_t at = 0; at < 50; at++)
		g_assert_true(archive_shown_at(array, at, &hint) ==
			      ((at >= 10 && at < 20) || (at >= 30 && at < 40)));
	g_assert_true(archive_shown_at(array, 15, &hint) == (hint == 0));
}

static void check_hidden(int64_t from, int64_t to, const struct archive_span *expected, guint n)
{
	static const struct archive_span spans[] = {{10, 20}, {30, 40}};
	GArray *array = g_array_new(FALSE, FALSE, sizeof *spans);
	g_array_append_vals(array, spans, 2);
	archive_shown_hide(array, from, to);
	check(array, expected, n);
}

static void test_hide(void)
{
	check_hidden(0, 10, (const struct archive_span[]){{10, 20}, {30, 40}}, 2);
	check_hidden(20, 30, (const struct archive_span[]){{10, 20}, {30, 40}}, 2);
	check_hidden(15, 15, (const struct archive_span[]){{10, 20}, {30, 40}}, 2);
	check_hidden(18, 12, (const struct archive_span[]){{10, 20}, {30, 40}}, 2);
	check_hidden(12, 18, (const struct archive_span[]){{10, 12}, {18, 20}, {30, 40}}, 3);
	check_hidden(10, 15, (const struct archive_span[]){{15, 20}, {30, 40}}, 2);
	check_hidden(15, 35, (const struct archive_span[]){{10, 15}, {35, 40}}, 2);
	check_hidden(5, INT64_MAX, NULL, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_shown/camera", test_camera);
	g_test_add_func("/archive_shown/stage_changes", test_stage_changes);
	g_test_add_func("/archive_shown/screen", test_screen);
	g_test_add_func("/archive_shown/screen_untold", test_screen_untold);
	g_test_add_func("/archive_shown/hide", test_hide);
	g_test_add_func("/archive_shown/at", test_at);
	return g_test_run();
}
