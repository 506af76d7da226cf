/* A recording's index on a disk that is the test's: it blocks, is full, and has lost its power. */
#include "signaling/index_file.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_bool blocked, full;
static _Atomic unsigned n_full;

ssize_t write(int fd, const void *data, size_t length)
{
	bool ours = length > 2 && memcmp(data, "{\"n", 3) == 0;
	while (ours && atomic_load(&blocked))
		g_usleep(1000);
	if (!ours || !atomic_load(&full))
		return syscall(SYS_write, fd, data, length);
	if (atomic_fetch_add(&n_full, 1) % 2 == 0)
		return syscall(SYS_write, fd, data, length / 2);
	errno = ENOSPC;
	return -1;
}

static char *folder, *path;

static void start(void)
{
	folder = g_dir_make_tmp("tongsheng-index-XXXXXX", NULL);
	path = g_build_filename(folder, "index.jsonl", NULL);
	atomic_store(&blocked, false);
	atomic_store(&full, false);
}

static void expect(const char *text)
{
	g_autofree char *found = NULL;
	g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
	g_assert_cmpstr(found, ==, text);
}

static void stop(struct index_file *file, const char *text)
{
	index_file_free(file);
	expect(text);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_free(folder);
	g_free(path);
}

/* 1 to n. */
static char *lines(unsigned n)
{
	GString *text = g_string_new(NULL);
	for (unsigned i = 1; i <= n; i++)
		g_string_append_printf(text, "{\"n\":%u}\n", i);
	return g_string_free(text, FALSE);
}

static void add(struct index_file *file, unsigned from, unsigned to)
{
	for (unsigned i = from; i <= to; i++) {
		g_autofree char *line = g_strdup_printf("{\"n\":%u}", i);
		index_file_add(file, line);
	}
}

static void test_in_their_order(void)
{
	start();
	struct index_file *file = index_file_new(path);
	add(file, 1, 300);
	g_autofree char *text = lines(300);
	stop(file, text);
}

/* Who adds a line doesn't wait for the disk, and none is lost. */
static void test_blocked_disk(void)
{
	start();
	struct index_file *file = index_file_new(path);
	add(file, 1, 1);
	atomic_store(&blocked, true);
	gint64 begin_us = g_get_monotonic_time();
	add(file, 2, 2000);
	g_assert_cmpint(g_get_monotonic_time() - begin_us, <, G_TIME_SPAN_SECOND);
	atomic_store(&blocked, false);
	g_autofree char *text = lines(2000);
	stop(file, text);
}

/* One that blocks for ever doesn't hold up the end. */
static void test_blocked_at_the_end(void)
{
	start();
	struct index_file *file = index_file_new(path);
	add(file, 1, 1);
	atomic_store(&blocked, true);
	add(file, 2, 2);
	index_file_free(file);
	atomic_store(&blocked, false);
	g_autofree char *text = lines(2), *found = NULL;
	for (gint64 until = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;
	     g_strcmp0(found, text) != 0;) {
		g_assert_cmpint(g_get_monotonic_time(), <, until);
		g_clear_pointer(&found, g_free);
		g_usleep(1000);
		g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
	}
	stop(NULL, text);
}

static void test_full_disk(void)
{
	start();
	struct index_file *file = index_file_new(path);
	add(file, 1, 3);
	atomic_store(&full, true);
	add(file, 4, 5);
	while (atomic_load(&n_full) < 2)
		g_usleep(1000);
	atomic_store(&full, false);
	add(file, 6, 6);
	g_autofree char *text = lines(6);
	stop(file, text);
}

static void test_half_a_line(void)
{
	start();
	g_assert_true(g_file_set_contents(path, "{\"n\":1}\n{\"n", -1, NULL));
	struct index_file *file = index_file_new(path);
	add(file, 2, 2);
	stop(file, "{\"n\":1}\n{\"n\n{\"n\":2}\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL); /* a full disk is said */
	g_test_add_func("/index_file/in_their_order", test_in_their_order);
	g_test_add_func("/index_file/blocked_disk", test_blocked_disk);
	g_test_add_func("/index_file/blocked_at_the_end", test_blocked_at_the_end);
	g_test_add_func("/index_file/full_disk", test_full_disk);
	g_test_add_func("/index_file/half_a_line", test_half_a_line);
	return g_test_run();
}
