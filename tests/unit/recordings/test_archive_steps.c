#include "recordings/archive_steps.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char *path;
	int fd;
};

static struct folder folder_new(void)
{
	struct folder folder = {.path = g_dir_make_tmp("steps-XXXXXX", NULL)};
	folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY);
	g_assert_cmpint(folder.fd, >=, 0);
	return folder;
}

static void folder_remove(struct folder *folder)
{
	archive_file_remove(AT_FDCWD, folder->path);
	g_assert_false(g_file_test(folder->path, G_FILE_TEST_EXISTS));
	close(folder->fd);
	g_free(folder->path);
}

static bool keep_a(void *user, const char *name, const char *stamp)
{
	return strcmp(name, "a") == 0 && strcmp(stamp, "1") == 0;
}

static void test_stamps(void)
{
	struct folder folder = folder_new();
	struct archive_steps *steps = archive_steps_new(folder.fd);
	g_assert_false(archive_steps_have(steps, "a", "1"));
	g_assert_true(archive_steps_done(steps, "a", "1", NULL));
	g_assert_true(archive_steps_done(steps, "b", "1", NULL));
	archive_steps_free(steps);
	steps = archive_steps_new(folder.fd);
	g_assert_true(archive_steps_have(steps, "a", "1"));
	g_assert_false(archive_steps_have(steps, "a", "2"));
	g_assert_true(archive_steps_forget(steps, keep_a, NULL));
	g_assert_false(archive_steps_forget(steps, keep_a, NULL));
	archive_steps_free(steps);
	steps = archive_steps_new(folder.fd);
	g_assert_true(archive_steps_have(steps, "a", "1"));
	g_assert_false(archive_steps_have(steps, "b", "1"));
	archive_steps_free(steps);
	folder_remove(&folder);
}

static void test_broken_stamps(void)
{
	static const char *const texts[] = {"", "{", "[1]", "{\"a\":1}"};
	struct folder folder = folder_new();
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_true(archive_file_write(folder.fd, "steps.json", texts[i],
						 strlen(texts[i]), NULL));
		struct archive_steps *steps = archive_steps_new(folder.fd);
		g_assert_false(archive_steps_have(steps, "a", "1"));
		archive_steps_forget(steps, keep_a, NULL);
		g_assert_true(archive_steps_done(steps, "a", "1", NULL));
		archive_steps_free(steps);
	}
	folder_remove(&folder);
}

/* A link to somewhere else is removed; what it points to isn't touched. */
static void test_remove_follows_no_link(void)
{
	struct folder folder = folder_new(), other = folder_new();
	int inner = archive_folder_new(folder.fd, "x", NULL);
	g_assert_true(archive_file_write(other.fd, "kept", "1", 1, NULL));
	g_assert_true(archive_file_write(inner, "gone", "1", 1, NULL));
	g_assert_cmpint(symlinkat(other.path, inner, "link"), ==, 0);
	close(inner);
	archive_file_remove(folder.fd, "x");
	archive_file_remove(folder.fd, "x");
	g_assert_cmpint(faccessat(folder.fd, "x", F_OK, 0), <, 0);
	g_assert_cmpint(faccessat(other.fd, "kept", F_OK, 0), ==, 0);
	g_assert_cmpint(symlinkat(other.path, folder.fd, "y"), ==, 0);
	g_assert_cmpint(archive_folder_open(folder.fd, "y", NULL), <, 0);
	folder_remove(&folder);
	folder_remove(&other);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_steps/stamps", test_stamps);
	g_test_add_func("/archive_steps/broken_stamps", test_broken_stamps);
	g_test_add_func("/archive_steps/remove_follows_no_link", test_remove_follows_no_link);
	return g_test_run();
}
