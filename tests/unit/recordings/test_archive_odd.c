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

static bool is_there(const char *folder, const char *name)
{
	g_autofree char *file = archive_file(folder, name);
	return g_file_test(file, G_FILE_TEST_IS_REGULAR);
}

/* --- pictures of a moment --- */

/* tracks: of pictures, all but this one go. */
static char *moment_new(const char *track, const char *index)
{
	char *folder = copy_of(recording);
	g_free(run("find", folder, "-name", "*.mkv", "!", "-name", track, "-delete", NULL));
	set_index(folder, index);
	return folder;
}

static void check_moment(const char *track, const char *index, double duration)
{
	char *folder = moment_new(track, index);
	make_archive(folder);
	json_t *report = read_report(folder);
	g_assert_cmpfloat(json_number_value(json_object_get(report, "duration")), ==, duration);
	g_assert_cmpuint(json_array_size(json_object_get(report, "pictures")), ==, 1);
	json_decref(report);
	g_assert_true(is_there(folder, "thumbnail.jpg"));
	g_assert_true(is_there(folder, "thumbs/00000.jpg"));
	drop(folder);
}

/* What is shown from the last frame on, and what hardly lasts. */
static void test_moment(void)
{
	check_moment("screen.mkv",
		     "{\"type\":\"begin\",\"t\":0}\n"
		     "{\"type\":\"screen\",\"participant\":\"p1\",\"t\":2000}\n"
		     "{\"type\":\"ended\",\"t\":2020}\n",
		     2.02);
	check_moment("channel-picture-ase.mkv",
		     "{\"type\":\"begin\",\"t\":0}\n"
		     "{\"type\":\"ended\",\"t\":1000}\n",
		     1);
}

/* Too short for files that anybody knows to be some. */
static void test_nothing(void)
{
	char *folder = moment_new("stage.mkv", "{\"type\":\"begin\",\"t\":0}\n"
					       "{\"type\":\"ended\",\"t\":30}\n");
	make_archive(folder);
	json_t *report = read_report(folder);
	const json_t *note = json_array_get(json_object_get(report, "notes"), 0);
	g_assert_cmpfloat(json_number_value(json_object_get(report, "duration")), ==, 0);
	g_assert_cmpstr(json_string_value(json_object_get(note, "what")), ==, "empty");
	json_decref(report);
	drop(folder);
}

/* The last stretch of twelve seconds is a moment in the dark. */
static void test_last_moment(void)
{
	char *folder = moment_new("stage.mkv", "{\"type\":\"begin\",\"t\":0}\n"
					       "{\"type\":\"ended\",\"t\":12300}\n");
	g_free(run("sh", "-c", "rm -r \"$0\"/2 \"$0\"/3", folder, NULL));
	make_archive(folder);
	g_assert_true(is_there(folder, "hls/stage/0001/720-00002.ts"));
	g_assert_true(is_there(folder, "hls/stage/0001/360-00002.ts"));
	drop(folder);
}

static void test_no_thumbnail(void)
{
	char *folder = moment_new("stage.mkv", "{\"type\":\"begin\",\"t\":0}\n"
					       "{\"type\":\"ended\",\"t\":1000}\n");
	set_ffmpeg("if [ \"$last\" = thumbnail.jpg ]; then exit 0; fi");
	make_archive(folder);
	reset_ffmpeg();
	g_assert_false(is_there(folder, "thumbnail.jpg"));
	g_assert_true(is_there(folder, "meeting.mp4"));
	drop(folder);
}

/* --- an MP4 that can't be made --- */

/* Of what can be downloaded and what is said to be missing. */
static void check_files(const char *folder, const char *downloads, const char *missing)
{
	json_t *report = read_report(folder), *one;
	g_autoptr(GString) files = g_string_new(NULL);
	const char *said = NULL;
	size_t i;
	json_array_foreach(json_object_get(report, "downloads"), i, one)
	{
		g_string_append_printf(files, "%s ",
				       json_string_value(json_object_get(one, "file")));
		g_assert_cmpint(json_integer_value(json_object_get(one, "bytes")), >, 1000);
	}
	g_assert_cmpstr(files->str, ==, downloads);
	json_array_foreach(json_object_get(report, "notes"), i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "what")), "missing") == 0)
			said = json_string_value(json_object_get(one, "file"));
	}
	g_assert_cmpstr(said, ==, missing);
	json_decref(report);
}

static void test_without_mp4(void)
{
	static const char why[] = "meeting.mp4: ffmpeg ended with status 1: no memory";
	char *folder = copy_of(recording);
	g_autofree char *mkv = archive_file(folder, "meeting.mkv"), *words = NULL;
	g_autofree char *line =
		g_strdup_printf("tongsheng archive: the archive is without %s\n", why);
	struct stat before, after;
	remove_from(folder, "*.mkv");
	set_ffmpeg("if [ \"$last\" = meeting.mp4 ]; then\n"
		   "	echo half > meeting.mp4; echo 'no memory' >&2; exit 1\n"
		   "fi");
	g_assert_cmpint(run_job(folder, NULL, 0, &words, NULL), ==, 0);
	g_assert_cmpstr(words, ==, line);
	reset_ffmpeg();
	g_assert_false(is_there(folder, "meeting.mp4"));
	g_assert_cmpint(stat(mkv, &before), ==, 0);
	check_files(folder, "meeting.mkv ", why);
	/* The next time it is tried again, and nothing else is. */
	make_archive(folder);
	check_files(folder, "meeting.mp4 meeting.mkv ", NULL);
	g_assert_cmpint(stat(mkv, &after), ==, 0);
	g_assert_cmpuint(before.st_ino, ==, after.st_ino);
	drop(folder);
}

/* One process that reads 21 sounds has threads for all: more than the limit that fits the rest. */
static void test_many_languages(void)
{
	static const char *const options[] = {"--memory", "128", NULL};
	static const char *const tags[] = {"ar", "bg", "cs", "da", "de", "el", "es",
					   "fi", "fr", "hi", "it", "ja", "ko", "nl",
					   "pl", "pt", "ru", "sv", "tr", "zh"};
	g_autoptr(GPtrArray) made = g_ptr_array_new();
	g_autofree char *words = NULL;
	g_ptr_array_add(made, (gpointer) "--seconds");
	g_ptr_array_add(made, (gpointer) "10");
	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
		g_ptr_array_add(made, (gpointer) "--language");
		g_ptr_array_add(made, (gpointer)tags[i]);
	}
	g_ptr_array_add(made, NULL);
	char *folder = recording_new((const char *const *)made->pdata);
	remove_from(folder, "*.mkv");
	int status = run_job(folder, options, 0, &words, NULL);
	g_assert_cmpstr(words, ==, "");
	g_assert_cmpint(status, ==, 0);
	check_files(folder, "meeting.mp4 meeting.mkv ", NULL);
	drop(folder);
}

/* --- who doesn't consent --- */

static uint8_t *read_picture(const char *folder, const char *name, gsize *ret_n)
{
	g_autofree char *path = archive_file(folder, name);
	g_autofree char *out = g_strconcat(folder, "/picture.raw", NULL);
	char *data;
	g_free(run("ffmpeg", "-v", "error", "-y", "-i", path, "-vf",
		   "fps=10,scale=1:1:flags=area,format=gray", "-f", "rawvideo", out, NULL));
	g_assert_true(g_file_get_contents(out, &data, ret_n, NULL));
	return (uint8_t *)data;
}

/* A second of silence in the middle of a file: dark until the next keyframe, in the next file. */
static void test_sign_silent(void)
{
	static const struct {
		unsigned tenths;
		bool dark;
	} expected[] = {{2, true},  {8, false}, {18, false}, {22, true}, {28, true},
			{32, true}, {38, true}, {42, false}, {55, false}};
	char *folder =
		moment_new("channel-picture-ase.mkv",
			   "{\"type\":\"begin\",\"t\":0}\n"
			   "{\"type\":\"silent\",\"channel\":\"ase\",\"on\":true,\"t\":2000}\n"
			   "{\"type\":\"silent\",\"channel\":\"ase\",\"on\":true,\"t\":2500}\n"
			   "{\"type\":\"silent\",\"channel\":\"ase\",\"on\":false,\"t\":3000}\n"
			   "{\"type\":\"silent\",\"channel\":\"ase\",\"on\":false,\"t\":3500}\n"
			   "{\"type\":\"paused\",\"t\":4000}\n"
			   "{\"type\":\"recording\",\"t\":12000}\n"
			   "{\"type\":\"ended\",\"t\":14000}\n");
	gsize n;
	make_archive(folder);
	g_autofree uint8_t *luma = read_picture(folder, "hls/sign-ase/360.m3u8", &n);
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		g_assert_cmpuint(expected[i].tenths, <, n);
		uint8_t found = luma[expected[i].tenths];
		g_test_message("%u: %u", expected[i].tenths, found);
		g_assert_true(expected[i].dark ? found < 20 : found > 32);
	}
	json_t *report = read_report(folder);
	const json_t *picture = json_array_get(json_object_get(report, "pictures"), 0);
	g_autofree char *spans = json_dumps(json_object_get(picture, "spans"), JSON_COMPACT);
	g_assert_cmpstr(spans, ==, "[{\"from\":0.5,\"to\":2.0},{\"from\":4.0,\"to\":6.0}]");
	json_decref(report);
	drop(folder);
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
	g_test_add_func("/archive_odd/moment", test_moment);
	g_test_add_func("/archive_odd/nothing", test_nothing);
	g_test_add_func("/archive_odd/last_moment", test_last_moment);
	g_test_add_func("/archive_odd/no_thumbnail", test_no_thumbnail);
	g_test_add_func("/archive_odd/without_mp4", test_without_mp4);
	g_test_add_func("/archive_odd/many_languages", test_many_languages);
	g_test_add_func("/archive_odd/sign_silent", test_sign_silent);
	g_test_add_func("/archive_odd/says_that_it_lives", test_says_that_it_lives);
	int failed = g_test_run();
	drop(recording);
	return failed;
}
