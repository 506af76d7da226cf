/* A copy of the data folder is one that a server can run on. */
#include "signaling/backup.h"
#include "tests/unit/signaling/world.h"
#include <glib/gstdio.h>
#include <sys/stat.h>

static char *copy, *parent;

static void begin(void)
{
	world_open();
	parent = g_dir_make_tmp("tongsheng-backup-XXXXXX", NULL);
	copy = g_build_filename(parent, "copy", NULL);
}

static void end(void)
{
	const char *const remove[] = {"rm", "-r", parent, NULL};
	g_assert_true(g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				   NULL, NULL, NULL, NULL));
	g_free(copy);
	g_free(parent);
	world_close();
}

static void put(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *above = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(above, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void expect(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(copy, name, NULL), *found = NULL;
	g_file_get_contents(path, &found, NULL, NULL);
	g_assert_cmpstr(found, ==, text);
}

static struct backup_count make(void)
{
	struct backup_count count;
	g_autoptr(GError) error = NULL;
	g_assert_true(backup_make(world.folder, copy, &count, &error));
	g_assert_no_error(error);
	return count;
}

static void a_copy_can_be_served(void)
{
	begin();
	put(world.folder, "recordings/1/index.jsonl", "{}\n");
	put(world.folder, "attachments/abc", "slides");
	make(); /* while the store is open */
	expect("recordings/1/index.jsonl", "{}\n");
	expect("attachments/abc", "slides");
	expect("control.sock", NULL);
	g_autoptr(GError) error = NULL;
	struct store *store = store_open(copy, &error);
	g_assert_no_error(error);
	struct store_meeting row;
	g_assert_true(store_meeting_find(store, "demo", &row, NULL));
	g_assert_cmpstr(row.title, ==, "Sharing meeting");
	store_meeting_clear(&row);
	store_close(store);
	struct token_key *key = token_key_open(copy, &error);
	g_assert_no_error(error);
	g_autofree char *text = world_token("demo", ROLE_MEMBER, NULL);
	struct token token;
	g_assert_true(token_verify(key, text, g_get_real_time() / G_USEC_PER_SEC, &token, NULL));
	token_clear(&token);
	token_key_free(key);
	end();
}

static void the_next_copies_what_has_changed(void)
{
	begin();
	put(world.folder, "recordings/1/1/voice-0.mka", "one");
	put(world.folder, "recordings/2/1/voice-0.mka", "two");
	struct backup_count first = make();
	g_assert_cmpuint(first.copied, ==, first.files);
	struct backup_count second = make();
	g_assert_cmpuint(second.files, ==, first.files);
	g_assert_cmpuint(second.copied, ==, 0);
	put(world.folder, "recordings/1/1/voice-0.mka", "one and more");
	const char *const gone[] = {"rm", "-r", "recordings/2", NULL};
	g_assert_true(g_spawn_sync(world.folder, (char **)gone, NULL, G_SPAWN_SEARCH_PATH, NULL,
				   NULL, NULL, NULL, NULL, NULL));
	struct backup_count third = make();
	g_assert_cmpuint(third.copied, ==, 1);
	g_assert_cmpuint(third.removed, ==, 1);
	expect("recordings/1/1/voice-0.mka", "one and more");
	g_autofree char *folder = g_build_filename(copy, "recordings/2", NULL);
	g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	end();
}

/* A server ran on the copy and was killed: its log isn't of the database that comes now. */
static void what_a_server_left_on_the_copy_goes(void)
{
	begin();
	make();
	put(copy, "tongsheng.db-wal", "of another database");
	put(copy, "tongsheng.db-shm", "of another database");
	make();
	expect("tongsheng.db-wal", NULL);
	expect("tongsheng.db-shm", NULL);
	end();
}

static void refuse(const char *from, const char *to)
{
	struct backup_count count;
	g_autoptr(GError) error = NULL;
	g_assert_false(backup_make(from, to, &count, &error));
	g_assert_nonnull(error);
}

static void nothing_of_others_is_touched(void)
{
	begin();
	put(copy, "thesis.txt", "years of work");
	refuse(world.folder, copy);
	expect("thesis.txt", "years of work");
	g_autofree char *inside = g_build_filename(world.folder, "backup", NULL);
	refuse(world.folder, inside);
	refuse(world.folder, world.folder);
	g_autofree char *above = g_path_get_dirname(world.folder);
	refuse(world.folder, above);
	refuse("/nowhere", copy);
	g_autofree char *link = g_build_filename(parent, "link", NULL);
	g_assert_cmpint(symlink(world.folder, link), ==, 0);
	refuse(world.folder, link);
	/* No link leads out of the copy. */
	put(parent, "secret", "of somebody else");
	g_autofree char *secret = g_build_filename(parent, "secret", NULL);
	g_autofree char *trap = g_build_filename(world.folder, "attachments", NULL);
	g_assert_cmpint(symlink(secret, trap), ==, 0);
	g_autofree char *fresh = g_build_filename(parent, "fresh", NULL);
	g_free(copy);
	copy = g_strdup(fresh);
	make();
	expect("attachments", NULL);
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/backup/" #test, test)
	ADD(a_copy_can_be_served);
	ADD(the_next_copies_what_has_changed);
	ADD(what_a_server_left_on_the_copy_goes);
	ADD(nothing_of_others_is_touched);
	return g_test_run();
}
