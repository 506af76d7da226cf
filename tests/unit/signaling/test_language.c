#include "signaling/language.h"
#include <glib.h>

static void case_makes_no_other_language(void)
{
	uint32_t number = language_number("zh-Hans");
	g_assert_cmpuint(number, !=, 0);
	g_assert_cmpuint(language_number("ZH-hans"), ==, number);
	g_assert_cmpuint(language_find("zh-HANS"), ==, number);
	g_assert_cmpuint(language_number("zh"), !=, number);
	g_assert_true(language_same("zh-Hans", "ZH-hans"));
	g_assert_false(language_same("zh", "zh-Hans"));
}

/* What somebody only asks for takes no memory for good. */
static void unknown_ones_have_no_number(void)
{
	g_assert_cmpuint(language_find("xx-Never"), ==, 0);
	g_assert_cmpuint(language_find("xx-Never"), ==, 0);
}

static void spelled_as_people_write(void)
{
	static const char *const tags[][2] = {
		{"ZH-HANS-cn", "zh-Hans-CN"}, {"pt-br", "pt-BR"},   {"EN", "en"},
		{"sgn-be-fr", "sgn-BE-FR"},   {"es-419", "es-419"}, {"en-x-AB", "en-x-ab"}};
	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
		g_autofree char *spelled = language_spell(tags[i][0]);
		g_assert_cmpstr(spelled, ==, tags[i][1]);
	}
}

static void primary_subtags(void)
{
	g_assert_true(language_same_primary("pt-BR", "PT"));
	g_assert_true(language_same_primary("zh-Hans", "zh-Hant-TW"));
	g_assert_false(language_same_primary("pt", "ptx"));
	g_assert_false(language_same_primary("", ""));
	g_assert_false(language_same_primary("fr", ""));
}

static void sign_languages(void)
{
	g_assert_true(language_is_sign("ase"));
	g_assert_true(language_is_sign("CSL"));
	g_assert_true(language_is_sign("sgn-BE-FR"));
	g_assert_false(language_is_sign("as"));
	g_assert_false(language_is_sign("fra"));
	g_assert_false(language_is_sign("zh"));
	g_assert_false(language_is_sign("asexual"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/language/case-makes-no-other-language", case_makes_no_other_language);
	g_test_add_func("/language/unknown-ones-have-no-number", unknown_ones_have_no_number);
	g_test_add_func("/language/spelled-as-people-write", spelled_as_people_write);
	g_test_add_func("/language/primary-subtags", primary_subtags);
	g_test_add_func("/language/sign-languages", sign_languages);
	return g_test_run();
}
