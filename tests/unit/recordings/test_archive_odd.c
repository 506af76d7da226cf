/* The whole job where something is out of the ordinary: recordings of a moment, a file that can't
 * be made, many languages in little memory, who doesn't consent to be seen, long waits. */
#include "tests/unit/recordings/archive_run.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_S 12 /* longer than the job is ever quiet for */

static char *recording; /* of ten seconds; tests work in copies */

static void remove_from(const char *folder, const char *pattern)
{
	g_free(run("find", folder, "-name", pattern, "-delete", NULL));
}

/* --- long waits --- */

/* As the recorder does, which writes it still. */
static gpointer close_later(gpointer fd)
{
	g_usleep(LONG_S * G_USEC_PER_SEC);
	close(GPOINTER_TO_INT(fd));
	return NULL;
}

/* Each wait here is longer than the job may be silent: it says that it lives in both. */
static void test_says_that_it_lives(void)
{
	char *folder = copy_of(recording);
	g_autofree char *track = g_build_filename(folder, "1", "voice-0.mka", NULL);
	g_autofree char *words = NULL, *out = NULL;
	g_autofree char *script = g_strdup_printf(
		"if [ \"$last\" = meeting.mkv ]; then\n"
		"	end=$(($(date +%%s) + %d)); while [ $(date +%%s) -lt $end ]; do :; done\n"
		"fi",
		LONG_S);
	remove_from(folder, "*.mkv");
	set_ffmpeg(script);
	int lock = open(track, O_RDONLY | O_CLOEXEC);
	g_assert_cmpint(flock(lock, LOCK_EX | LOCK_NB), ==, 0);
	GThread *thread = g_thread_new("lock", close_later, GINT_TO_POINTER(lock));
	int status = run_job(folder, NULL, 0, &words, &out);
	g_thread_join(thread);
	reset_ffmpeg();
	g_assert_cmpstr(words, ==, "");
	g_assert_cmpint(status, ==, 0);
	g_test_message("%s", out);
	g_assert_true(g_str_has_prefix(out, "{\"done\":0.00,\"total\":0.000}\n{\"step\":"));
	const char *said = strstr(out, "{\"step\":\"files\",\"done\":0.00,");
	g_assert_nonnull(said);
	size_t length = strcspn(said, "\n") + 1;
	g_assert_true(strncmp(said, said + length, length) == 0);
	drop(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	recording = recording_new((const char *const[]){"--seconds", "10", NULL});
	g_test_add_func("/archive_odd/says_that_it_lives", test_says_that_it_lives);
	int failed = g_test_run();
	drop(recording);
	return failed;
}
