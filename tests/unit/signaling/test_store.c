#include "signaling/store_internal.h"
#include "signaling/store_recordings.h"
#include <glib/gstdio.h>

static char *folder;

static char *no_tags[] = {NULL};
static char *two_tags[] = {(char *)"zh", (char *)"en", NULL};

static struct store_meeting sharing(const char *name)
{
	return (struct store_meeting){
		.name = (char *)name,
		.title = (char *)"Sharing meeting",
		.starts = 1590717600,
		.zone = (char *)"Asia/Shanghai",
		.minutes = 120,
		.floors = no_tags,
		.channels = two_tags,
	};
}

static void fresh(void)
{
	static const char *const files[] = {"tongsheng.db", "tongsheng.db-wal", "tongsheng.db-shm"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(folder, files[i], NULL);
		g_unlink(path);
		g_free(path);
	}
}

static struct store *opened(void)
{
	GError *error = NULL;
	struct store *store = store_open(folder, &error);
	g_assert_no_error(error);
	return store;
}

static gint64 number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
	gint64 value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

static void meetings_are_kept(void)
{
	fresh();
	struct store *store = opened();
	struct store_meeting meeting = sharing("demo");
	gint64 id = 0;
	GError *error = NULL;
	g_assert_true(store_meeting_create(store, &meeting, &id, &error));
	store_close(store);

	store = opened();
	g_assert_true(store_meeting_find(store, "demo", &meeting, &error));
	g_assert_cmpint(meeting.id, ==, id);
	g_assert_cmpstr(meeting.title, ==, "Sharing meeting");
	g_assert_cmpint(meeting.starts, ==, 1590717600);
	g_assert_cmpstr(meeting.zone, ==, "Asia/Shanghai");
	g_assert_cmpuint(meeting.minutes, ==, 120);
	g_assert_cmpstrv(meeting.floors, no_tags);
	g_assert_cmpstrv(meeting.channels, two_tags);
	g_assert_cmpstr(meeting.state, ==, "planned");
	store_meeting_clear(&meeting);
	g_assert_false(store_meeting_find(store, "other", &meeting, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_clear_error(&error);
	store_close(store);
}

static void names_are_unique_and_plain(void)
{
	fresh();
	struct store *store = opened();
	struct store_meeting meeting = sharing("demo");
	gint64 id = 0, none = 0;
	GError *error = NULL;
	g_assert_true(store_meeting_create(store, &meeting, &id, &error));
	g_assert_false(store_meeting_create(store, &meeting, &none, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT);
	g_clear_error(&error);
	static const char *const wrong[] = {"", "Demo", "a b", "a/b", "é", "a_b"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		meeting = sharing(wrong[i]);
		g_assert_false(store_meeting_create(store, &meeting, &none, &error));
		g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
		g_clear_error(&error);
	}
	char *name = g_strnfill(64, 'a');
	g_assert_true(store_meeting_name_valid(name));
	g_free(name);
	name = g_strnfill(65, 'a');
	g_assert_false(store_meeting_name_valid(name));
	g_free(name);
	store_close(store);
}

static void append_name(void *user, const struct store_meeting *meeting)
{
	g_string_append_printf(user, "%s ", meeting->name);
}

static void list_is_in_order_of_start(void)
{
	fresh();
	struct store *store = opened();
	static const struct {
		const char *name;
		gint64 starts;
	} rows[] = {{"second", 20}, {"third", 30}, {"first", 10}};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct store_meeting meeting = sharing(rows[i].name);
		gint64 id;
		meeting.starts = rows[i].starts;
		g_assert_true(store_meeting_create(store, &meeting, &id, NULL));
	}
	GString *names = g_string_new(NULL);
	g_assert_true(store_meeting_list(store, append_name, names, NULL));
	g_assert_cmpstr(names->str, ==, "first second third ");
	g_string_free(names, TRUE);
	store_close(store);
}

static void generations_count_for_each_role(void)
{
	fresh();
	struct store *store = opened();
	struct store_meeting meeting = sharing("demo");
	gint64 id = 0;
	unsigned generation;
	g_assert_true(store_meeting_create(store, &meeting, &id, NULL));
	for (unsigned expected = 1; expected <= 3; expected++) {
		g_assert_true(
			store_meeting_next_generation(store, id, ROLE_MEMBER, &generation, NULL));
		g_assert_cmpuint(generation, ==, expected);
	}
	g_assert_true(store_meeting_find(store, "demo", &meeting, NULL));
	g_assert_cmpuint(meeting.generation[ROLE_MEMBER], ==, 3);
	g_assert_cmpuint(meeting.generation[ROLE_HOST], ==, 0);
	store_meeting_clear(&meeting);
	store_close(store);
}

static gint64 created(struct store *store, const char *name)
{
	char *none[] = {NULL};
	const struct store_meeting row = {.name = (char *)name,
					  .title = (char *)name,
					  .zone = (char *)"",
					  .floors = none,
					  .channels = none};
	gint64 id;
	g_assert_true(store_meeting_create(store, &row, &id, NULL));
	return id;
}

/* What was kept outside of the store by a meeting's number isn't a later one's. */
static void numbers_are_never_used_twice(void)
{
	fresh();
	struct store *store = opened();
	created(store, "one");
	gint64 two = created(store, "two");
	g_assert_true(store_meeting_delete(store, two, NULL));
	g_assert_cmpint(created(store, "two"), >, two);
	store_close(store);
}

static void a_recording_ends_with_its_meeting(void)
{
	fresh();
	struct store *store = opened();
	gint64 meeting = created(store, "one"), id, other;
	g_assert_true(store_recording_begin(store, meeting, 1000, &id, NULL));
	g_assert_true(store_recording_begin(store, created(store, "two"), 1000, &other, NULL));
	g_assert_true(store_meeting_set_state(store, meeting, "open", NULL));
	g_assert_cmpint(number(store->db, "SELECT count(*) FROM recording WHERE state = 'ended'"),
			==, 0);
	g_assert_true(store_meeting_set_state(store, meeting, "ended", NULL));
	g_assert_cmpint(number(store->db,
			       "SELECT count(*) FROM recording WHERE state = 'ended' AND "
			       "archive = 'waiting' AND ended_at > 0 AND id = 1"),
			==, 1);
	g_assert_cmpint(number(store->db, "SELECT count(*) FROM recording WHERE state = 'ended'"),
			==, 1);
	store_close(store);
}

static void unknown_states_are_refused(void)
{
	fresh();
	struct store *store = opened();
	struct store_meeting meeting = sharing("demo");
	gint64 id = 0;
	GError *error = NULL;
	g_assert_true(store_meeting_create(store, &meeting, &id, NULL));
	g_assert_true(store_meeting_set_state(store, id, "open", NULL));
	g_assert_false(store_meeting_set_state(store, id, "paused", &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL);
	g_clear_error(&error);
	g_assert_true(store_meeting_find(store, "demo", &meeting, NULL));
	g_assert_cmpstr(meeting.state, ==, "open");
	store_meeting_clear(&meeting);
	store_close(store);
}

static void database_is_set_up_for_speed_and_safety(void)
{
	fresh();
	struct store *store = opened();
	sqlite3_stmt *statement;
	g_assert_cmpint(sqlite3_prepare_v2(store->db, "PRAGMA journal_mode", -1, &statement, NULL),
			==, SQLITE_OK);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
	g_assert_cmpstr(store_text(statement, 0), ==, "wal");
	sqlite3_finalize(statement);
	g_assert_cmpint(number(store->db, "PRAGMA synchronous"), ==, 1);
	g_assert_cmpint(number(store->db, "PRAGMA foreign_keys"), ==, 1);
	g_assert_cmpint(number(store->db, "PRAGMA busy_timeout"), >=, 1000);
	store_close(store);
}

/* A database of version 1, as an older program made it, with a meeting. */
static sqlite3 *old_database(void)
{
	fresh();
	g_autofree char *path = g_build_filename(folder, "tongsheng.db", NULL);
	sqlite3 *db;
	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	g_assert_true(store_migrate_to(db, 1, NULL));
	g_assert_cmpint(number(db, "PRAGMA user_version"), ==, 1);
	g_assert_cmpint(sqlite3_exec(db,
				     "INSERT INTO meeting (id, name, title, starts, zone, minutes, "
				     "floors, channels, state) VALUES (7, 'demo', 'Demo', 0, '', "
				     "90, 'zh', 'en fr', 'planned')",
				     NULL, NULL, NULL),
			==, SQLITE_OK);
	return db;
}

static void old_databases_are_migrated(void)
{
	sqlite3_close(old_database());
	struct store *store = opened();
	struct store_meeting meeting;
	g_assert_cmpint(number(store->db, "PRAGMA user_version"), >=, 4);
	g_assert_cmpint(number(store->db, "SELECT count(*) FROM participant"), ==, 0);
	g_assert_true(store_meeting_find(store, "demo", &meeting, NULL));
	g_assert_cmpint(meeting.id, ==, 7);
	g_assert_cmpint(meeting.minutes, ==, 90);
	g_assert_cmpstr(meeting.access, ==, "alliance");
	store_meeting_clear(&meeting);
	store_close(store);
}

/* The second step stumbles over a table that is there: nothing of it may stay. */
static void failed_migrations_leave_nothing_behind(void)
{
	sqlite3 *db = old_database();
	GError *error = NULL;
	g_assert_cmpint(sqlite3_exec(db, "CREATE TABLE chat (id)", NULL, NULL, NULL), ==,
			SQLITE_OK);
	g_assert_false(store_migrate(db, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL);
	g_clear_error(&error);
	g_assert_cmpint(number(db, "PRAGMA user_version"), ==, 1);
	g_assert_cmpint(number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'participant'"),
			==, 0);
	sqlite3_close(db);
}

static void newer_databases_are_refused(void)
{
	fresh();
	struct store *store = opened();
	sqlite3_exec(store->db, "PRAGMA user_version = 1000", NULL, NULL, NULL);
	store_close(store);
	GError *error = NULL;
	g_assert_null(store_open(folder, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNSUPPORTED);
	g_clear_error(&error);
}

static void folders_that_cannot_be_are_an_error(void)
{
	GError *error = NULL;
	g_assert_null(store_open("/dev/null/x", &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL);
	g_assert_true(g_str_has_prefix(error->message, "data: /dev/null/x: "));
	g_clear_error(&error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("tongsheng-test-XXXXXX", NULL);
	g_test_add_func("/store/meetings_are_kept", meetings_are_kept);
	g_test_add_func("/store/names_are_unique_and_plain", names_are_unique_and_plain);
	g_test_add_func("/store/list_is_in_order_of_start", list_is_in_order_of_start);
	g_test_add_func("/store/generations_count_for_each_role", generations_count_for_each_role);
	g_test_add_func("/store/unknown_states_are_refused", unknown_states_are_refused);
	g_test_add_func("/store/database_is_set_up_for_speed_and_safety",
			database_is_set_up_for_speed_and_safety);
	g_test_add_func("/store/numbers_are_never_used_twice", numbers_are_never_used_twice);
	g_test_add_func("/store/a_recording_ends_with_its_meeting",
			a_recording_ends_with_its_meeting);
	g_test_add_func("/store/old_databases_are_migrated", old_databases_are_migrated);
	g_test_add_func("/store/failed_migrations_leave_nothing_behind",
			failed_migrations_leave_nothing_behind);
	g_test_add_func("/store/newer_databases_are_refused", newer_databases_are_refused);
	g_test_add_func("/store/folders_that_cannot_be_are_an_error",
			folders_that_cannot_be_are_an_error);
	int status = g_test_run();
	fresh();
	g_rmdir(folder);
	g_free(folder);
	return status;
}
