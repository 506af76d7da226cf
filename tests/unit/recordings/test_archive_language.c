#include "recordings/archive_language.h"
#include <glib.h>

static void test_names(void)
{
	static const struct {
		const char *tag, *name, *bibliographic, *other;
	} rows[] = {
		{"fr", "français", "fre", "fra"},
		{"zh-Hans", "中文（简体）", "chi", "zho"},
		{"pt-BR", "português (Brasil)", "por", "por"},
		{"my", "မြန်မာ", "bur", "mya"},
		{"ar", "العربية", "ara", "ara"},
		{"xx", "xx", "und", "und"},
		{"no tag", "no tag", "und", "und"},
		{"", "", "und", "und"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *name = archive_language_name(rows[i].tag);
		g_autofree char *bibliographic = archive_language_code(rows[i].tag, true);
		g_autofree char *other = archive_language_code(rows[i].tag, false);
		g_assert_cmpstr(name, ==, rows[i].name);
		g_assert_cmpstr(bibliographic, ==, rows[i].bibliographic);
		g_assert_cmpstr(other, ==, rows[i].other);
	}
	g_autofree char *sign = archive_language_code("ase", true);
	g_assert_cmpstr(sign, ==, "ase");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_language/names", test_names);
	return g_test_run();
}
