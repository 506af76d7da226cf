#include "recordings/archive_child.h"
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static void count(void *user)
{
	++*(unsigned *)user;
}

/* What a script of sh says as it fails. */
static char *words_of(const char *script, uint64_t memory, struct archive_pulse *pulse)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	g_autoptr(GError) error = NULL;
	struct archive_child_config config = {
		.argv = argv, .folder = AT_FDCWD, .memory = memory, .pulse = pulse};
	config.folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_false(archive_child_run(&config, &error));
	close(config.folder);
	return g_strdup(strrchr(error->message, ' ') + 1);
}

static void check_limit(uint64_t memory, const char *expected_kib)
{
	g_autofree char *kib = words_of("ulimit -S -d; exit 1", memory, NULL);
	g_assert_cmpstr(kib, ==, expected_kib);
}

/* More than this process may, if it is to; never less, and never more than the hard limit. */
static void test_memory(void)
{
	struct rlimit before, limit;
	g_assert_cmpint(getrlimit(RLIMIT_DATA, &before), ==, 0);
	limit = (struct rlimit){200 * MIB, 400 * MIB};
	g_assert_cmpint(setrlimit(RLIMIT_DATA, &limit), ==, 0);
	check_limit(0, "204800");
	check_limit(100 * MIB, "204800");
	check_limit(300 * MIB, "307200");
	check_limit(500 * MIB, "409600");
	limit.rlim_max = before.rlim_max; /* for who may */
	(void)setrlimit(RLIMIT_DATA, &limit);
}

/* A child that works is heard of, one that hangs isn't. */
static void test_pulse(void)
{
	unsigned beats = 0;
	struct archive_pulse pulse = {.say = count, .user = &beats, .every_ms = 40};
	g_autofree char *worked = words_of("end=$(($(date +%s) + 2))\n"
					   "while [ $(date +%s) -lt $end ]; do :; done; exit 1",
					   0, &pulse);
	g_test_message("%u beats of one that works", beats);
	g_assert_cmpuint(beats, >=, 5);
	beats = 0;
	g_autofree char *slept = words_of("sleep 1; exit 1", 0, &pulse);
	g_test_message("%u beats of one that sleeps", beats);
	g_assert_cmpuint(beats, <=, 4); /* until it has begun to */
}

/* However it ends it is waited for at once, and its last words are told. */
static void test_words(void)
{
	unsigned beats = 0;
	struct archive_pulse pulse = {.say = count, .user = &beats, .every_ms = 100000};
	gint64 begin_us = g_get_monotonic_time();
	g_autofree char *words = words_of("echo first; echo last; exit 3", 0, &pulse);
	g_assert_cmpstr(words, ==, "last");
	g_assert_cmpint(g_get_monotonic_time() - begin_us, <, 20 * G_TIME_SPAN_SECOND);
	g_assert_cmpuint(beats, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_child/pulse", test_pulse);
	g_test_add_func("/archive_child/words", test_words);
	g_test_add_func("/archive_child/memory", test_memory); /* it lowers a limit */
	return g_test_run();
}
