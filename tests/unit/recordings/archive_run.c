#include "tests/unit/recordings/archive_run.h"
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char *instead; /* the folder of another ffmpeg */
static char *path;    /* PATH without it */

char *run(const char *command, ...)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *err = NULL;
	char *out = NULL;
	int status;
	va_list words;
	va_start(words, command);
	for (const char *word = command; word; word = va_arg(words, const char *))
		g_ptr_array_add(argv, (gpointer)word);
	va_end(words);
	g_ptr_array_add(argv, NULL);
	g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
		     &status, &error);
	g_assert_no_error(error);
	if (!g_spawn_check_wait_status(status, NULL))
		g_error("%s: %s", command, err);
	return out;
}

char *copy_of(const char *folder)
{
	g_autofree char *top = g_dir_make_tmp("archive-XXXXXX", NULL);
	char *copy = g_build_filename(top, "12", NULL);
	g_free(run("cp", "-a", folder, copy, NULL));
	return copy;
}

void drop(char *folder)
{
	g_autofree char *top = g_path_get_dirname(folder);
	g_free(run("rm", "-rf", top, NULL));
	g_free(folder);
}

char *recording_new(const char *const *options)
{
	g_autofree char *top = g_dir_make_tmp("archive-XXXXXX", NULL);
	char *folder = g_build_filename(top, "12", NULL);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	int status;
	g_ptr_array_add(argv, (gpointer)g_getenv("MAKE_RECORDING"));
	g_ptr_array_add(argv, folder);
	for (; options && *options; options++)
		g_ptr_array_add(argv, (gpointer)*options);
	g_ptr_array_add(argv, NULL);
	g_spawn_sync(NULL, (char **)argv->pdata, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
	g_assert_no_error(error);
	g_assert_true(g_spawn_check_wait_status(status, NULL));
	return folder;
}

void set_index(const char *folder, const char *lines)
{
	g_autofree char *file = g_build_filename(folder, "index.jsonl", NULL);
	g_assert_true(g_file_set_contents(file, lines, -1, NULL));
}

char *archive_file(const char *folder, const char *name)
{
	return g_build_filename(folder, "archive", name, NULL);
}

json_t *read_report(const char *folder)
{
	g_autofree char *file = archive_file(folder, "archive.json");
	json_t *report = json_load_file(file, 0, NULL);
	g_assert_nonnull(report);
	return report;
}

/* --- the job --- */

/* In a group of its own, with a limit for files if that isn't 0. */
static void set_up(gpointer limit)
{
	const struct rlimit size = {GPOINTER_TO_UINT(limit), GPOINTER_TO_UINT(limit)};
	setpgid(0, 0);
	if (limit)
		setrlimit(RLIMIT_FSIZE, &size);
}

GPid start_job(const char *folder, const char *const *options, unsigned limit, int *ret_err,
	       int *ret_out)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD;
	GPid pid;
	g_ptr_array_add(argv, (gpointer)g_getenv("TONGSHENG"));
	g_ptr_array_add(argv, (gpointer) "archive");
	g_ptr_array_add(argv, (gpointer) "--chunk");
	g_ptr_array_add(argv, (gpointer) "12");
	for (; options && *options; options++)
		g_ptr_array_add(argv, (gpointer)*options);
	g_ptr_array_add(argv, (gpointer)folder);
	g_ptr_array_add(argv, NULL);
	if (!ret_out)
		flags |= G_SPAWN_STDOUT_TO_DEV_NULL;
	g_spawn_async_with_pipes(NULL, (char **)argv->pdata, NULL, flags, set_up,
				 GUINT_TO_POINTER(limit), &pid, NULL, ret_out, ret_err, &error);
	g_assert_no_error(error);
	return pid;
}

static char *read_all(int fd)
{
	char *words = NULL;
	GIOChannel *channel = g_io_channel_unix_new(fd);
	g_io_channel_set_encoding(channel, NULL, NULL);
	g_io_channel_read_to_end(channel, &words, NULL, NULL);
	g_io_channel_unref(channel);
	close(fd);
	return words;
}

int run_job(const char *folder, const char *const *options, unsigned limit, char **ret_words,
	    char **ret_out)
{
	int err, out, status;
	GPid pid = start_job(folder, options, limit, &err, ret_out ? &out : NULL);
	/* Neither holds more than a pipe does. */
	if (ret_out)
		*ret_out = read_all(out);
	*ret_words = read_all(err);
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void make_archive(const char *folder)
{
	g_autofree char *words = NULL;
	int status = run_job(folder, NULL, 0, &words, NULL);
	g_assert_cmpstr(words, ==, "");
	g_assert_cmpint(status, ==, 0);
}

/* --- another ffmpeg --- */

void set_ffmpeg(const char *script)
{
	g_autofree char *real = g_find_program_in_path("ffmpeg");
	g_assert_nonnull(real);
	g_assert_null(instead);
	path = g_strdup(g_getenv("PATH"));
	instead = g_dir_make_tmp("ffmpeg-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(instead, "ffmpeg", NULL);
	g_autofree char *whole = g_strdup_printf("#!/bin/sh\nffmpeg='%s'\nfor last; do :; done\n"
						 "%s\nexec \"$ffmpeg\" \"$@\"\n",
						 real, script);
	g_autofree char *first = g_strdup_printf("%s:%s", instead, path);
	g_assert_true(
		g_file_set_contents_full(file, whole, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
	g_setenv("PATH", first, TRUE);
}

void reset_ffmpeg(void)
{
	g_setenv("PATH", path, TRUE);
	g_free(run("rm", "-rf", instead, NULL));
	g_clear_pointer(&path, g_free);
	g_clear_pointer(&instead, g_free);
}
