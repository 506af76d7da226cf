#include "recordings/archive_time.h"

static const struct archive_span no_files[1];

static void check(const struct archive_time *time, guint i, int64_t from, int64_t to, int64_t at)
{
	g_assert_cmpuint(i, <, time->pieces->len);
	const struct archive_piece *piece = &g_array_index(time->pieces, struct archive_piece, i);
	g_assert_cmpint(piece->from, ==, from);
	g_assert_cmpint(piece->to, ==, to);
	g_assert_cmpint(piece->at, ==, at);
}

static void test_pauses(void)
{
	static const struct archive_mark marks[] = {
		{ARCHIVE_MARK_BEGIN, 0, 0},	      {ARCHIVE_MARK_PAUSED, 1000, 900},
		{ARCHIVE_MARK_PAUSED, 1200, 1000},    {ARCHIVE_MARK_RECORDING, 5000, 1200},
		{ARCHIVE_MARK_RECORDING, 5500, 5000}, {ARCHIVE_MARK_ENDED, 7000, 6000},
		{ARCHIVE_MARK_RESTART, 9000, 7000}};
	struct archive_time time;
	archive_time_init(&time, marks, G_N_ELEMENTS(marks), no_files, 0, 9000);
	g_assert_cmpuint(time.pieces->len, ==, 2);
	check(&time, 0, 0, 1000, 0);
	check(&time, 1, 5000, 7000, 1000);
	g_assert_cmpint(time.duration, ==, 3000);
	archive_time_clear(&time);
}

/* The gap begins with what was recorded or noted last, whichever is later. */
static void test_restart(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_RESTART, 20000, 4000},
						    {ARCHIVE_MARK_ENDED, 30000, 20000}};
	static const struct archive_span files[] = {
		{0, 9000}, {20000, 29500}, {100, 12000}, {50, 3000}};
	struct archive_time time;
	archive_time_init(&time, marks, 3, files, 4, 30000);
	g_assert_cmpuint(time.pieces->len, ==, 2);
	check(&time, 0, 0, 12000, 0);
	check(&time, 1, 20000, 30000, 12000);
	g_assert_false(g_array_index(time.pieces, struct archive_piece, 0).restart);
	g_assert_true(g_array_index(time.pieces, struct archive_piece, 1).restart);
	archive_time_clear(&time);

	archive_time_init(&time, marks, 3, no_files, 0, 30000);
	check(&time, 0, 0, 4000, 0);
	archive_time_clear(&time);
}

static void test_short_restart_is_no_gap(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_RESTART, 11000, 100}};
	static const struct archive_span files[] = {{0, 9000}, {11000, 15000}};
	struct archive_time time;
	archive_time_init(&time, marks, 2, files, 2, 11000);
	g_assert_cmpuint(time.pieces->len, ==, 1);
	check(&time, 0, 0, 15000, 0); /* nobody came to end it */
	archive_time_clear(&time);
}

/* A damaged file says that it is from tomorrow: an end of 28 hours of silence helps nobody. */
static void test_broken_time(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0}};
	static const struct archive_span files[] = {
		{0, 9000}, {0, 15000}, {100, 100720749}, {0, 12000}};
	struct archive_time time;
	archive_time_init(&time, marks, 1, files, 4, 11000);
	check(&time, 0, 0, 15000, 0);
	archive_time_clear(&time);
	archive_time_init(&time, marks, 1, files, 4, 99000000); /* the index goes on, too */
	check(&time, 0, 0, 99000000, 0);
	archive_time_clear(&time);
	archive_time_init(&time, marks, 1, files + 2, 1, 0); /* there is no other */
	check(&time, 0, 0, 100720749, 0);
	archive_time_clear(&time);
}

/* It was paused when the server went, and stays so. */
static void test_restart_while_paused(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_PAUSED, 1000, 0},
						    {ARCHIVE_MARK_RESTART, 50000, 1000},
						    {ARCHIVE_MARK_RECORDING, 60000, 50000},
						    {ARCHIVE_MARK_ENDED, 61000, 60000}};
	struct archive_time time;
	archive_time_init(&time, marks, G_N_ELEMENTS(marks), no_files, 0, 61000);
	g_assert_cmpuint(time.pieces->len, ==, 2);
	check(&time, 1, 60000, 61000, 1000);
	g_assert_false(g_array_index(time.pieces, struct archive_piece, 1).restart);
	archive_time_clear(&time);
}

static void test_nothing(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_ENDED, 0, 0}};
	static const struct archive_span files[] = {{100, 2000}};
	struct archive_time time;
	archive_time_init(&time, NULL, 0, no_files, 0, 0);
	g_assert_cmpint(time.duration, ==, 0);
	g_assert_cmpint(archive_time_at(&time, 77), ==, 0);
	g_assert_cmpint(archive_time_back(&time, 77), ==, 0);
	g_assert_null(archive_time_piece(&time, 0));
	archive_time_clear(&time);
	archive_time_init(&time, marks, 2, no_files, 0, 0);
	g_assert_cmpint(time.duration, ==, 0);
	archive_time_clear(&time);
	/* The index is lost; what was recorded isn't. */
	archive_time_init(&time, NULL, 0, files, 1, 0);
	check(&time, 0, 0, 2000, 0);
	archive_time_clear(&time);
}

static void test_there_and_back(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 100, 100},
						    {ARCHIVE_MARK_PAUSED, 1100, 100},
						    {ARCHIVE_MARK_RECORDING, 5000, 1100},
						    {ARCHIVE_MARK_ENDED, 6000, 5000}};
	static const int64_t ways[][2] = {{0, 0},	{100, 0},     {600, 500},   {1099, 999},
					  {1100, 1000}, {4999, 1000}, {5000, 1000}, {5999, 1999},
					  {6000, 2000}, {9999, 2000}};
	struct archive_time time;
	archive_time_init(&time, marks, 4, no_files, 0, 6000);
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
		g_assert_cmpint(archive_time_at(&time, ways[i][0]), ==, ways[i][1]);
	for (int64_t at = 0; at < 2000; at++)
		g_assert_cmpint(archive_time_at(&time, archive_time_back(&time, at)), ==, at);
	g_assert_null(archive_time_piece(&time, 1100));
	g_assert_null(archive_time_piece(&time, 99));
	g_assert_cmpint(archive_time_piece(&time, 5500)->at, ==, 1000);
	archive_time_clear(&time);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_time/pauses", test_pauses);
	g_test_add_func("/archive_time/restart", test_restart);
	g_test_add_func("/archive_time/short_restart_is_no_gap", test_short_restart_is_no_gap);
	g_test_add_func("/archive_time/restart_while_paused", test_restart_while_paused);
	g_test_add_func("/archive_time/broken_time", test_broken_time);
	g_test_add_func("/archive_time/nothing", test_nothing);
	g_test_add_func("/archive_time/there_and_back", test_there_and_back);
	return g_test_run();
}
