#include "recordings/archive_index.h"
#include "recordings/archive_speakers.h"
#include <string.h>

static void add(struct archive_index *index, const char *line)
{
	archive_index_add(index, line, strlen(line));
}

static void test_lines(void)
{
	struct archive_index *index = archive_index_new();
	add(index, "{\"type\":\"begin\",\"version\":1,\"meeting\":\"demo\",\"at\":1700000000000,"
		   "\"people\":[{\"id\":\"p1\",\"name\":\"Ana\",\"country\":\"PE\"},7],\"t\":0}");
	add(index, "{\"type\":\"stage\",\"holder\":{\"id\":\"p1\",\"name\":\"Ana\"},\"t\":5}");
	add(index, "{\"type\":\"stage\",\"holder\":null,\"t\":6}");
	add(index, "{\"type\":\"screen\",\"participant\":\"p1\",\"t\":7}");
	add(index, "{\"type\":\"air\",\"language\":\"fr\",\"participant\":\"p2\",\"t\":8}");
	add(index, "{\"type\":\"air\",\"language\":\"fr\",\"person\":\"p3\",\"t\":9}");
	add(index, "{\"type\":\"person\",\"id\":\"p1\",\"name\":\"Ana Torres\",\"t\":10}");
	add(index, "{\"type\":\"chat\",\"id\":17,\"from\":\"p1\",\"text\":\"why?\",\"t\":11}");
	add(index, "{\"type\":\"question\",\"chat\":17,\"on\":true,\"t\":12}");
	add(index, "{\"type\":\"question\",\"chat\":99,\"on\":true,\"t\":12}");
	add(index, "{\"type\":\"chapter\",\"number\":2,\"sharer\":\"Ana\",\"subject\":\"\",\"t\":13}");
	add(index, "{\"type\":\"chapter\",\"number\":2,\"sharer\":\"Ana\",\"t\":14}");
	add(index, "{\"type\":\"weather\",\"sun\":true,\"t\":14}");
	add(index, "{\"type\":\"ended\",\"t\":20}");
	g_assert_cmpuint(index->lines, ==, 14);
	g_assert_cmpuint(index->skipped, ==, 0);
	g_assert_cmpstr(index->meeting, ==, "demo");
	g_assert_cmpint(index->begin_ms, ==, 1700000000000);
	g_assert_cmpuint(index->marks->len, ==, 2);
	g_assert_cmpuint(index->events->len, ==, 5);
	const struct archive_event *events = (const void *)index->events->data;
	g_assert_cmpstr(events[0].who, ==, "p1");
	g_assert_null(events[1].who);
	g_assert_cmpstr(events[2].who, ==, "p1");
	g_assert_cmpstr(events[3].who, ==, "p2");
	g_assert_cmpstr(events[4].who, ==, "p3");
	g_assert_cmpstr(archive_index_person(index, "p1")->name, ==, "Ana Torres");
	g_assert_null(archive_index_person(index, "p9"));
	g_assert_null(archive_index_person(index, NULL));
	g_assert_true(g_array_index(index->chat, struct archive_chat, 0).question);
	g_assert_cmpuint(index->chapters->len, ==, 1); /* said again after a pause */
	g_assert_null(g_array_index(index->chapters, struct archive_chapter, 0).subject);
	archive_index_free(index);
}

/* Nonsense is counted, and what follows is read. */
static void test_nonsense(void)
{
	static const char *const lines[] = {"",
					    "{",
					    "[]",
					    "null",
					    "{\"t\":1}",
					    "{\"type\":\"chat\"}",
					    "{\"type\":\"chat\",\"t\":-1}",
					    "{\"type\":\"chat\",\"t\":1.5}",
					    "{\"type\":\"chat\",\"t\":9000000000000}",
					    "{\"type\":7,\"t\":1}",
					    "{\"type\":\"chat\",\"type\":\"chat\",\"t\":1}",
					    "{\"type\":\"chat\",\"text\":\"\xff\",\"t\":1}"};
	struct archive_index *index = archive_index_new();
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		add(index, lines[i]);
	g_autofree char *text = g_strnfill(ARCHIVE_INDEX_LINE_MAX, 'x');
	g_autofree char *large =
		g_strdup_printf("{\"type\":\"chat\",\"text\":\"%s\",\"t\":1}", text);
	add(index, large);
	g_assert_cmpuint(index->skipped, ==, G_N_ELEMENTS(lines) + 1);
	g_assert_cmpuint(index->lines, ==, 0);
	/* Fields of another kind are missing. */
	add(index, "{\"type\":\"chat\",\"id\":\"x\",\"from\":[],\"text\":{},\"t\":3}");
	add(index, "{\"type\":\"speaking\",\"people\":{\"a\":1},\"t\":4}");
	add(index, "{\"type\":\"begin\",\"people\":\"all\",\"at\":\"now\",\"t\":5}");
	g_assert_cmpuint(index->lines, ==, 3);
	g_assert_cmpstr(g_array_index(index->chat, struct archive_chat, 0).text, ==, "");
	/* The clock was set back. */
	add(index, "{\"type\":\"chat\",\"t\":1}");
	g_assert_cmpint(g_array_index(index->chat, struct archive_chat, 1).t, ==, 5);
	archive_index_free(index);
}

/* Whatever of the last line is there, those before it are. */
static void test_cut_anywhere(void)
{
	static const char line[] = "{\"type\":\"chat\",\"id\":1,\"text\":\"\xe7\x8e\x8b\",\"t\":5}";
	for (size_t length = 0; length < sizeof line; length++) {
		struct archive_index *index = archive_index_new();
		add(index, "{\"type\":\"ended\",\"t\":4}");
		archive_index_add(index, line, length);
		g_assert_cmpuint(index->lines, ==, length == sizeof line - 1 ? 2 : 1);
		archive_index_free(index);
	}
}

static void test_speakers(void)
{
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_PAUSED, 3000, 0},
						    {ARCHIVE_MARK_RECORDING, 9000, 0},
						    {ARCHIVE_MARK_ENDED, 12000, 0}};
	struct archive_index *index = archive_index_new();
	struct archive_time time;
	add(index, "{\"type\":\"speaking\",\"people\":[\"p1\"],\"t\":1000}");
	add(index, "{\"type\":\"speaking\",\"people\":[\"p2\",\"p1\"],\"t\":2000}");
	add(index, "{\"type\":\"speaking\",\"people\":[\"p3\"],\"t\":5000}"); /* in the pause */
	add(index, "{\"type\":\"speaking\",\"people\":[],\"t\":6000}");
	add(index, "{\"type\":\"speaking\",\"people\":[\"p2\"],\"t\":10000}");
	archive_time_init(&time, marks, 4, NULL, 0, 12000);
	g_autoptr(GArray) turns = archive_speakers(index, &time);
	static const struct archive_turn expected[] = {
		{1000, 3000, "p1"}, {2000, 3000, "p2"}, {4000, 6000, "p2"}};
	g_assert_cmpuint(turns->len, ==, G_N_ELEMENTS(expected));
	for (guint i = 0; i < turns->len; i++) {
		const struct archive_turn *turn = &g_array_index(turns, struct archive_turn, i);
		g_assert_cmpint(turn->at, ==, expected[i].at);
		g_assert_cmpint(turn->until, ==, expected[i].until);
		g_assert_cmpstr(turn->id, ==, expected[i].id);
	}
	archive_time_clear(&time);
	archive_index_free(index);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_index/lines", test_lines);
	g_test_add_func("/archive_index/nonsense", test_nonsense);
	g_test_add_func("/archive_index/cut_anywhere", test_cut_anywhere);
	g_test_add_func("/archive_index/speakers", test_speakers);
	return g_test_run();
}
