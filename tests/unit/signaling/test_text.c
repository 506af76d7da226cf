#include "signaling/text.h"
#include <glib.h>
#include <string.h>

static void cleans(const char *raw, bool lines, const char *expected)
{
	GError *error = NULL;
	char *text = text_clean("name", raw, 1, 80, lines, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, expected);
	g_free(text);
}

static void refuses(const char *raw, unsigned maximum, const char *message)
{
	GError *error = NULL;
	g_assert_null(text_clean("name", raw, 1, maximum, false, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
	g_assert_cmpstr(error->message, ==, message);
	g_error_free(error);
}

static void controls_and_overrides_are_taken_out(void)
{
	cleans("Ana", false, "Ana");
	cleans("A\x01n\x7f"
	       "a",
	       false, "Ana");
	cleans("\xE2\x80\xAE"
	       "evil\xE2\x80\xAC",
	       false, "evil"); /* U+202E, U+202C */
	cleans("\xE2\x81\xA6"
	       "a\xE2\x81\xA9\xEF\xBB\xBF",
	       false, "a"); /* U+2066, U+2069, U+FEFF */
	cleans("\xC2\x9B"
	       "31mred",
	       false, "31mred");				       /* U+009B, CSI */
	cleans("\xE2\x80\x8F\xD7\x90", false, "\xE2\x80\x8F\xD7\x90"); /* U+200F stays */
}

static void spaces_are_trimmed(void)
{
	cleans("  Ana \t\n", false, "Ana");
	cleans("\xE3\x80\x80王芳\xE3\x80\x80", false, "王芳"); /* U+3000 */
	cleans("a\nb\tc", false, "a b c");
	cleans("\na\r\n\xE2\x80\xA8"
	       "b\n",
	       true, "a\n\nb"); /* U+2028 */
}

static void length_counts_characters(void)
{
	cleans("同声传译", false, "同声传译");
	char *long_name = g_malloc0(81 * 3 + 1);
	for (int i = 0; i < 80; i++)
		strcat(long_name, "声");
	cleans(long_name, false, long_name);
	strcat(long_name, "声");
	refuses(long_name, 80, "name: 81 characters, at most 80 are allowed");
	g_free(long_name);
}

static void what_nobody_sees_is_empty(void)
{
	refuses("", 80, "name: is empty");
	refuses(" \xE3\x80\x80 ", 80, "name: is empty");
	refuses("\xE2\x80\x8B\xE2\x80\x8D", 80, "name: is empty"); /* zero width space, joiner */
	refuses("a\xC3", 80, "name: not UTF-8");
	GError *error = NULL;
	char *empty = text_clean("organisation", "", 0, 80, false, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(empty, ==, "");
	g_free(empty);
}

static void folded_names_compare(void)
{
	static const char *const same[][2] = {
		{"Ana", "ANA"},
		{"Straße", "STRASSE"},
		{"Ａｎａ", "Ana"},
		{"Ana  Maria", " ana maria "},
		{"A\xE2\x80\x8Dna", "ana"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
		char *a = text_fold(same[i][0]), *b = text_fold(same[i][1]);
		g_assert_cmpstr(a, ==, b);
		g_free(a);
		g_free(b);
	}
	char *a = text_fold("Ana"), *b = text_fold("Anna");
	g_assert_cmpstr(a, !=, b);
	g_free(a);
	g_free(b);
}

static void codes_are_checked_by_their_form(void)
{
	static const char *const languages[] = {"zh",  "zh-Hans-CN", "pt-BR",		"es-419",
						"ast", "de-1996",    "de-CH-x-phonebk", "sgn-BR"};
	static const char *const wrong[] = {"",
					    "z",
					    "z1",
					    "zh-",
					    "-zh",
					    "zh--CN",
					    "zh_CN",
					    "中文",
					    "toolonglanguage",
					    "en-x",
					    "en-toolongsubtag",
					    "aa-bb-cc-dd-ee-ff-gg-hh-ii-jj-kk-ll-mm"};
	for (size_t i = 0; i < G_N_ELEMENTS(languages); i++)
		g_assert_true(text_language_valid(languages[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_test_message("%s", wrong[i]);
		g_assert_false(text_language_valid(wrong[i]));
	}
	g_assert_true(text_country_valid("MY"));
	g_assert_false(text_country_valid(""));
	g_assert_false(text_country_valid("M"));
	g_assert_false(text_country_valid("my"));
	g_assert_false(text_country_valid("MYS"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text/controls_and_overrides_are_taken_out",
			controls_and_overrides_are_taken_out);
	g_test_add_func("/text/spaces_are_trimmed", spaces_are_trimmed);
	g_test_add_func("/text/length_counts_characters", length_counts_characters);
	g_test_add_func("/text/what_nobody_sees_is_empty", what_nobody_sees_is_empty);
	g_test_add_func("/text/folded_names_compare", folded_names_compare);
	g_test_add_func("/text/codes_are_checked_by_their_form", codes_are_checked_by_their_form);
	return g_test_run();
}
