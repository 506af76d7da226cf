#include "signaling/archive_files.h"
#include "signaling/archive_words.h"

#include <string.h>

static void assert_excerpt(const char *query, const char *text, const char *expected)
{
	struct archive_words *words = archive_words_new(query);
	g_autofree char *excerpt = archive_words_excerpt(words, text);
	g_assert_cmpstr(excerpt, ==, expected);
	archive_words_free(words);
}

static void assert_query(const char *query, const char *expected)
{
	struct archive_words *words = archive_words_new(query);
	g_autofree char *text = archive_words_query(words);
	g_assert_cmpstr(text, ==, expected);
	archive_words_free(words);
}

static void no_words(void)
{
	g_assert_null(archive_words_new(""));
	g_assert_null(archive_words_new("  \t\xe3\x80\x80 "));
}

static void what_is_typed_is_no_syntax(void)
{
	assert_query("compost heap", "\"compost\" \"heap\"");
	assert_query("say \"it\"", "\"say\" \"\"\"it\"\"\"");
	assert_query("a OR NOT*", "\"NOT*\"");
	assert_query("堆肥 堆肥方", "\"堆肥方\"");
	assert_query("堆肥 a", NULL);
	assert_query("1 2 3 4 5 6 7 eight nine", "\"eight\"");
}

static bool is_in(const char *query, const char *text)
{
	struct archive_words *words = archive_words_new(query);
	bool in = archive_words_in(words, text);
	archive_words_free(words);
	return in;
}

static void all_words_in_any_case(void)
{
	g_assert_true(is_in("COMPOST turn", "How to Turn the compost"));
	g_assert_false(is_in("compost heap", "How to turn the compost"));
	g_assert_true(is_in("ПОЧВА", "почва"));
	g_assert_true(is_in("肥", "堆肥"));
	g_assert_false(is_in("x", ""));
	g_assert_false(is_in("longer than", "long"));
}

static void excerpts_mark_words(void)
{
	assert_excerpt("pos", "Compost and posts", "Com<<pos>>t and <<pos>>ts");
	assert_excerpt("aa", "aaaa", "<<aa>><<aa>>");
	assert_excerpt("ab abc", "abcd", "<<abc>>d");
	assert_excerpt("x", "a\n\tb  x", "a b <<x>>");
	assert_excerpt("none", "text", "text");
	assert_excerpt("x", "", "");
}

/* Or a text could mark what it likes. */
static void marks_in_a_text_are_halved(void)
{
	assert_excerpt("x", "a <<b>> x", "a <b> <<x>>");
	assert_excerpt("<<", "a <<b", "a <<>>b");
}

static void long_texts_are_cut(void)
{
	GString *text = g_string_new(NULL);
	for (unsigned i = 0; i < 1000; i++)
		g_string_append(text, i == 500 ? "find" : "声");
	struct archive_words *words = archive_words_new("find");
	g_autofree char *excerpt = archive_words_excerpt(words, text->str);
	g_assert_cmpint(g_utf8_strlen(excerpt, -1), <, 130);
	g_assert_nonnull(strstr(excerpt, "声<<find>>声"));
	g_assert_true(g_str_has_prefix(excerpt, "…"));
	g_assert_true(g_str_has_suffix(excerpt, "…"));
	archive_words_free(words);
	g_string_free(text, TRUE);
}

static void names_stay_beneath(void)
{
	static const char *const good[] = {"archive.json", "hls/stage.m3u8", "1/own-p1-x.mka",
					   "a..b", "a-b_c.D9"};
	static const char *const bad[] = {
		"",	  "/",	     "/a",  ".",   "..",   "../a", "a/..",
		"a/../b", "a//b",    "a/",  ".a",  "a/.b", "a b",  "a\\b",
		"a\nb",	  "声.json", "a%b", "a:b", "~",	   "a*",   "1/2/3/4/5/6/7"};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(archive_name_valid(good[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(archive_name_valid(bad[i]));
	g_assert_cmpstr(archive_file_type("hls/a.ts"), ==, "video/mp2t");
	g_assert_null(archive_file_type("a.html"));
	g_assert_null(archive_file_type("a"));
	g_assert_null(archive_file_type("tongsheng.db"));
	g_assert_cmpstr(archive_track_type("1/a.mka"), ==, "audio/x-matroska");
	g_assert_null(archive_track_type("archive/archive.json"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_words/no_words", no_words);
	g_test_add_func("/archive_words/what_is_typed_is_no_syntax", what_is_typed_is_no_syntax);
	g_test_add_func("/archive_words/all_words_in_any_case", all_words_in_any_case);
	g_test_add_func("/archive_words/excerpts_mark_words", excerpts_mark_words);
	g_test_add_func("/archive_words/marks_in_a_text_are_halved", marks_in_a_text_are_halved);
	g_test_add_func("/archive_words/long_texts_are_cut", long_texts_are_cut);
	g_test_add_func("/archive_words/names_stay_beneath", names_stay_beneath);
	return g_test_run();
}
