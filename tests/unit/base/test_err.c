#include "relay/base/err.h"
#include <glib.h>

static void test_every_error_has_its_own_name(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (enum err err = OK; err <= ERR_SYSTEM; err++) {
		g_assert_cmpstr(err_name(err), !=, "unknown error");
		g_assert_true(g_hash_table_add(seen, (gpointer)err_name(err)));
	}
	g_assert_cmpstr(err_name(ERR_TRUNCATED), ==, "truncated");
	g_assert_cmpstr(err_name((enum err)1000), ==, "unknown error");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/err/every_error_has_its_own_name", test_every_error_has_its_own_name);
	return g_test_run();
}
