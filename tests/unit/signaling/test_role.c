#include "signaling/role.h"
#include <glib.h>
#include <string.h>

static void names_are_read_back(void)
{
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		enum role read;
		g_assert_true(role_from_name(role_name(role), &read));
		g_assert_cmpint(read, ==, role);
	}
	enum role untouched = ROLE_VIEWER;
	g_assert_false(role_from_name("Host", &untouched));
	g_assert_false(role_from_name("", &untouched));
	g_assert_cmpint(untouched, ==, ROLE_VIEWER);
}

/* | role | join | publish | ... and a row for each role, with ✓ where it may. */
static void table_is_that_of_the_document(void)
{
	char *text = NULL;
	g_assert_true(g_file_get_contents(SOURCE_ROOT "/signaling/PROTOCOL.md", &text, NULL, NULL));
	char *head = strstr(text, "| role | join |");
	g_assert_nonnull(head);
	char **lines = g_strsplit(head, "\n", ROLE_COUNT + 3);
	char **actions = g_strsplit(lines[0], "|", -1);
	for (enum action action = 0; action < ACTION_COUNT; action++)
		g_assert_cmpstr(g_strstrip(actions[action + 2]), ==, action_name(action));
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		char **cells = g_strsplit(lines[role + 2], "|", -1);
		g_assert_cmpstr(g_strstrip(cells[1]), ==, role_name(role));
		for (enum action action = 0; action < ACTION_COUNT; action++) {
			bool documented = strcmp(g_strstrip(cells[action + 2]), "✓") == 0;
			g_test_message("%s %s", role_name(role), action_name(action));
			g_assert_cmpint(role_may(role, action), ==, documented);
		}
		g_strfreev(cells);
	}
	g_strfreev(actions);
	g_strfreev(lines);
	g_free(text);
}

static void nobody_invites_above_themselves(void)
{
	/* A service may watch the server, which is no host's business. */
	for (enum role role = 0; role < ROLE_COUNT; role++)
		g_assert_cmpint(role_may_invite(ROLE_HOST, role), ==, role != ROLE_SERVICE);
	g_assert_false(role_may_invite(ROLE_SECRETARIAT, ROLE_HOST));
	g_assert_true(role_may_invite(ROLE_SECRETARIAT, ROLE_INTERPRETER));
	g_assert_true(role_may_invite(ROLE_SECRETARIAT, ROLE_MEMBER));
	g_assert_false(role_may_invite(ROLE_MEMBER, ROLE_LISTENER));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/role/names_are_read_back", names_are_read_back);
	g_test_add_func("/role/table_is_that_of_the_document", table_is_that_of_the_document);
	g_test_add_func("/role/nobody_invites_above_themselves", nobody_invites_above_themselves);
	return g_test_run();
}
