/*
 * The whole job on a made-up recording (make_recording.c): what ffprobe finds in the archive, whose
 * tone is in which program, and where; that a job killed at any moment goes on to the same archive;
 * and what becomes of recordings that are damaged, or hold little.
 */
#include "tests/unit/recordings/archive_run.h"
#include "tests/unit/recordings/sample_file.h"
#include "tests/unit/recordings/tone.h"
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define DURATION_S 30.0
#define KILLS	   12
#define FILE_LIMIT (48u << 10)

static char *recording; /* as it was made; tests work in copies */
static char *short_one; /* of ten seconds */
static char *whole;	/* the same with its archive, made without an interruption */

/* --- what is in it --- */

static float *read_sound(const char *folder, const char *name, const char *map, size_t *ret_n)
{
	g_autofree char *path = archive_file(folder, name);
	g_autofree char *out = g_strconcat(folder, "/sound.raw", NULL);
	gsize length;
	char *data;
	g_free(run("ffmpeg", "-v", "error", "-y", "-i", path, "-map", map, "-f", "f32le", "-ac",
		   "1", "-ar", "48000", out, NULL));
	g_assert_true(g_file_get_contents(out, &data, &length, NULL));
	*ret_n = length / sizeof(float);
	return (float *)(void *)data;
}

static double tone_at(const float *samples, double at_s, double length_s, double hz)
{
	return tone_measure(samples + (size_t)(at_s * SAMPLE_RATE),
			    (size_t)(length_s * SAMPLE_RATE), hz);
}

/* Each program carries the floor and its own channel, and no other. */
static void check_tones(const char *name, const char *map, double own)
{
	static const double channels[] = {880, 1100};
	size_t n;
	g_autofree float *samples = read_sound(whole, name, map, &n);
	g_assert_cmpfloat_with_epsilon((double)n / SAMPLE_RATE, DURATION_S, 0.05);
	g_assert_cmpfloat_with_epsilon(tone_at(samples, 1, 1, 440), -18, 1.5);
	g_assert_cmpfloat_with_epsilon(tone_at(samples, 8, 1, 440), own > 0 ? -38 : -18, 2.5);
	for (size_t i = 0; i < G_N_ELEMENTS(channels); i++) {
		double level = tone_at(samples, 8, 1, channels[i]);
		g_test_message("%s %s: %.0f Hz %.1f dBFS", name, map, channels[i], level);
		if (fabs(channels[i] - own) < 1)
			g_assert_cmpfloat(level, >, -25);
		else
			g_assert_cmpfloat(level, <, -55);
	}
}

static void test_tones(void)
{
	check_tones("audio/floor.m4a", "0:a", 0);
	check_tones("audio/fr.opus", "0:a", 880);
	check_tones("audio/zh-Hans.mp3", "0:a", 1100);
	check_tones("meeting.mkv", "0:a:0", 0);
	check_tones("meeting.mkv", "0:a:1", 880);
	check_tones("meeting.mp4", "0:a:2", 1100);
	check_tones("hls/audio-fr/index.m3u8", "0:a", 880);
	/* Without consent there is none, and the floor is heard. */
	size_t n;
	g_autofree float *samples = read_sound(whole, "audio/fr.opus", "0:a", &n);
	g_assert_cmpfloat(tone_at(samples, 18.5, 2, 880), <, -55);
	g_assert_cmpfloat_with_epsilon(tone_at(samples, 21, 1, 440), -18, 2);
}

static json_t *probe(const char *folder, const char *name)
{
	g_autofree char *path = archive_file(folder, name);
	g_autofree char *text = run("ffprobe", "-v", "error", "-show_streams", "-show_chapters",
				    "-show_format", "-of", "json", path, NULL);
	json_t *found = json_loads(text, 0, NULL);
	g_assert_nonnull(found);
	return found;
}

static double number_of(const json_t *object, const char *name)
{
	return g_ascii_strtod(json_string_value(json_object_get(object, name)), NULL);
}

static void check_streams(const char *name, const char *const *expected)
{
	json_t *found = probe(whole, name), *stream;
	size_t i, n = 0;
	json_array_foreach(json_object_get(found, "streams"), i, stream)
	{
		const char *type = json_string_value(json_object_get(stream, "codec_type"));
		const char *language = json_string_value(
			json_object_get(json_object_get(stream, "tags"), "language"));
		if (strcmp(type, "data") == 0) /* an MP4's chapters */
			continue;
		g_autofree char *both = g_strdup_printf("%s %s", type, language ? language : "-");
		g_assert_nonnull(expected[n]);
		g_assert_cmpstr(both, ==, expected[n]);
		n++;
	}
	g_assert_null(expected[n]);
	g_assert_cmpfloat_with_epsilon(number_of(json_object_get(found, "format"), "duration"),
				       DURATION_S, 0.06);
	g_assert_cmpuint(json_array_size(json_object_get(found, "chapters")), ==, 2);
	json_decref(found);
}

static void test_tracks(void)
{
	static const char *const mkv[] = {"video -",   "video -",   "video ase", "audio eng",
					  "audio fre", "audio chi", NULL};
	static const char *const mp4[] = {"video und", "audio eng", "audio fra", "audio zho", NULL};
	check_streams("meeting.mkv", mkv);
	check_streams("meeting.mp4", mp4);
}

/* Over the chunks' edges the time stamps go on, and the picture lasts as long as the sound. */
static void check_hls(const char *folder)
{
	static const char *const lists[] = {"hls/stage/720.m3u8", "hls/stage/360.m3u8",
					    "hls/screen/720.m3u8", "hls/sign-ase/360.m3u8"};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autofree char *path = archive_file(folder, lists[i]);
		g_autofree char *text =
			run("ffprobe", "-v", "error", "-show_entries", "packet=pts_time,dts_time",
			    "-of", "csv=p=0", path, NULL);
		g_auto(GStrv) lines = g_strsplit(text, "\n", 0);
		double before = 9.9;
		for (char **line = lines; *line; line++) {
			char *rest;
			if (!g_ascii_isdigit(**line))
				continue;
			double pts = g_ascii_strtod(*line, &rest);
			double dts = g_ascii_strtod(rest + 1, NULL);
			g_assert_cmpfloat_with_epsilon(pts, dts, 0.0001);
			g_assert_cmpfloat(pts, >, before + 0.039);
			g_assert_cmpfloat(pts, <, before + 0.41);
			before = pts;
		}
		g_assert_cmpfloat_with_epsilon(before, 10 + DURATION_S - 0.04, 0.001);
	}
}

static void test_hls(void)
{
	check_hls(whole);
}

/* What is bright in the stage and what beeps in the sound begin within 40 ms of each other. */
static void test_sync(void)
{
	static const double expected[] = {0, 5, 10, 12, 17, 22, 26};
	g_autofree char *path = archive_file(whole, "meeting.mp4");
	g_autofree char *out = g_strconcat(whole, "/picture.raw", NULL), *data = NULL;
	size_t n, k = 0;
	gsize length;
	g_autofree float *samples = read_sound(whole, "meeting.mp4", "0:a:0", &n);
	g_free(run("ffmpeg", "-v", "error", "-y", "-i", path, "-map", "0:v", "-vf",
		   "fps=25,scale=2:2,format=gray", "-f", "rawvideo", out, NULL));
	g_assert_true(g_file_get_contents(out, &data, &length, NULL));
	for (gsize i = 0; i < length / 4; i++) {
		bool bright = (uint8_t)data[i * 4] > 170;
		bool before = i > 0 && (uint8_t)data[i * 4 - 4] > 170;
		double at = (double)i / 25;
		if (!bright || before)
			continue;
		g_assert_cmpuint(k, <, G_N_ELEMENTS(expected));
		g_assert_cmpfloat_with_epsilon(at, expected[k], 0.08); /* 15 frames a second */
		g_assert_cmpfloat(tone_at(samples, expected[k] + 0.003, 0.1, SAMPLE_BEEP_HZ), >,
				  -14);
		if (k > 0)
			g_assert_cmpfloat(
				tone_at(samples, expected[k] - 0.103, 0.1, SAMPLE_BEEP_HZ), <, -35);
		k++;
	}
	g_assert_cmpuint(k, ==, G_N_ELEMENTS(expected));
}

static void test_report(void)
{
	json_t *report = read_report(whole), *one;
	size_t i;
	g_assert_cmpfloat(json_real_value(json_object_get(report, "duration")), ==, DURATION_S);
	g_assert_cmpint(json_integer_value(json_object_get(report, "recording")), ==, 12);
	g_assert_cmpuint(json_array_size(json_object_get(report, "cuts")), ==, 3);
	g_assert_cmpuint(json_array_size(json_object_get(report, "pictures")), ==, 3);
	g_assert_cmpuint(json_array_size(json_object_get(report, "chapters")), ==, 2);
	json_array_foreach(json_object_get(report, "programs"), i, one)
	{
		json_t *bytes = json_object_get(one, "bytes"), *size;
		const char *kind;
		json_object_foreach(bytes, kind, size)
			g_assert_cmpint(json_integer_value(size), >, 100000);
	}
	g_assert_cmpuint(i, ==, 3);
	const json_t *fr = json_array_get(json_object_get(report, "languages"), 0);
	const json_t *silent = json_array_get(json_object_get(fr, "silent"), 0);
	g_assert_cmpfloat(json_real_value(json_object_get(silent, "from")), ==, 18);
	g_assert_cmpfloat(json_real_value(json_object_get(silent, "to")), ==, 21);
	const json_t *chat = json_array_get(json_object_get(report, "chat"), 0);
	g_assert_cmpfloat(json_real_value(json_object_get(chat, "at")), ==, 3.5);
	g_assert_true(json_is_true(json_object_get(chat, "question")));
	json_decref(report);
	static const char *const files[] = {"thumbnail.jpg", "thumbs/00000.jpg", "chapters.vtt",
					    "chat.vtt",	     "questions.vtt",	 "speakers.vtt"};
	for (i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = archive_file(whole, files[i]);
		g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
	}
	g_autofree char *work = archive_file(whole, "work");
	g_assert_false(g_file_test(work, G_FILE_TEST_EXISTS));
}

/* --- interrupted --- */

/*
 * The files, and what texts say. But for lengths: with several threads x264 doesn't make the same
 * bytes of the same pictures each time.
 */
static char *list_of(const char *folder)
{
	g_autofree char *archive = archive_file(folder, "");
	g_autofree char *script = g_strdup_printf(
		"cd '%s' && find . -type f | sort && "
		"cat $(find . -name '*.m3u8' -o -name '*.vtt' -o -name archive.json | sort) | "
		"sed -E 's/BANDWIDTH=[0-9]+//g; s/\"(bytes|m4a|opus|mp3)\":[0-9]+//g'",
		archive);
	return run("sh", "-c", script, NULL);
}

static void test_killed(void)
{
	char *folder = copy_of(recording);
	unsigned killed = 0;
	for (unsigned i = 0; i < 60 && killed < KILLS; i++) {
		int err, status;
		GPid pid = start_job(folder, NULL, 0, &err, NULL);
		/* A random moment is what is tested: nothing is waited for. */
		g_usleep((gulong)g_test_rand_int_range(50, 2500) * 1000);
		kill(pid, SIGKILL);
		g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
		close(err);
		if (WIFEXITED(status)) {
			g_assert_cmpint(WEXITSTATUS(status), ==, 0);
			break;
		}
		killed++;
		/* Its child goes with it. */
		for (unsigned k = 0; k < 1000 && kill(-pid, 0) == 0; k++)
			g_usleep(5000);
		g_assert_cmpint(kill(-pid, 0), <, 0);
	}
	g_test_message("killed %u times", killed);
	g_assert_cmpuint(killed, >=, 10);
	make_archive(folder);
	g_autofree char *expected = list_of(whole), *found = list_of(folder);
	g_assert_cmpuint(strlen(found), >, 5000);
	g_assert_true(strcmp(found, expected) == 0); /* too long to be shown */
	check_hls(folder);
	drop(folder);
}

/* A contribution is deleted: what it was in is made anew, what it wasn't in stays. */
static void test_changed(void)
{
	char *folder = copy_of(whole);
	g_autofree char *picture = archive_file(folder, "hls/stage/0000/720-00000.ts");
	g_autofree char *sound = archive_file(folder, "audio/floor.m4a");
	g_autofree char *voice = g_build_filename(folder, "1", "voice-1.mka", NULL);
	struct stat picture_before, picture_after, sound_before, sound_after;
	g_assert_cmpint(stat(picture, &picture_before), ==, 0);
	g_assert_cmpint(stat(sound, &sound_before), ==, 0);
	g_assert_cmpint(unlink(voice), ==, 0);
	make_archive(folder);
	g_assert_cmpint(stat(picture, &picture_after), ==, 0);
	g_assert_cmpint(stat(sound, &sound_after), ==, 0);
	g_assert_cmpuint(picture_before.st_ino, ==, picture_after.st_ino);
	g_assert_cmpint(sound_before.st_mtim.tv_sec, <, sound_after.st_mtim.tv_sec);
	size_t n;
	g_autofree float *samples = read_sound(folder, "audio/floor.m4a", "0:a", &n);
	g_assert_cmpfloat(tone_at(samples, 9.5, 2, 550), <, -60);
	g_assert_cmpfloat(tone_at(samples, 12.5, 2, 550), >, -25); /* its second part */
	drop(folder);
}

static void add_text(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *file = fopen(path, "a");
	g_assert_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/* p2 goes, who spoke in voice-1: neither in the tracks nor in what is made of them, wherever it was
 * killed before; and nothing is said of them. */
static void test_removed(void)
{
	char *folder = copy_of(whole);
	g_autofree char *mark = g_build_filename(folder, "removing-p2", NULL);
	g_autofree char *track = g_build_filename(folder, "1", "voice-1.mka", NULL);
	add_text(folder, "1/voice-0.who", "{\"t\":0,\"id\":\"p1\",\"at\":0}\n");
	add_text(folder, "1/voice-1.who", "{\"t\":0,\"id\":\"p2\",\"at\":0}\n");
	add_text(folder, "removing-p2", "");
	add_text(folder, "index.jsonl", "{\"type\":\"removed\",\"id\":\"p2\",\"t\":0}\n");
	for (unsigned i = 0; i < 6; i++) {
		int err;
		GPid pid = start_job(folder, NULL, 0, &err, NULL);
		g_usleep((gulong)g_test_rand_int_range(1, 60) * 1000);
		kill(pid, SIGKILL);
		g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
		close(err);
	}
	make_archive(folder);
	g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
	g_assert_false(g_file_test(track, G_FILE_TEST_EXISTS)); /* it was theirs alone */
	size_t n, i;
	g_autofree float *samples = read_sound(folder, "audio/floor.m4a", "0:a", &n);
	g_assert_cmpfloat(tone_at(samples, 9.5, 2, 550), <, -60);
	g_assert_cmpfloat(tone_at(samples, 9.5, 2, 440), >, -30);
	json_t *report = read_report(folder), *speaker;
	json_t *speakers = json_object_get(report, "speakers");
	g_assert_cmpuint(json_array_size(speakers), >, 0);
	json_array_foreach(speakers, i, speaker)
		g_assert_cmpstr(json_string_value(json_object_get(speaker, "id")), !=, "p2");
	json_decref(report);
	drop(folder);
}

static void test_full_disk(void)
{
	char *folder = copy_of(short_one);
	g_autofree char *words = NULL, *report = archive_file(folder, "archive.json");
	g_assert_cmpint(run_job(folder, NULL, FILE_LIMIT, &words, NULL), ==, 1);
	g_assert_true(g_str_has_prefix(words, "tongsheng archive: "));
	g_assert_true(g_str_has_suffix(words, "\n"));
	g_assert_true(strchr(words, '\n') == words + strlen(words) - 1);
	g_test_message("%s", words);
	g_assert_false(g_file_test(report, G_FILE_TEST_EXISTS));
	make_archive(folder);
	drop(folder);
}

/* One job at a time: the second says so by how it ends, for whoever is to try again. */
static void test_locked(void)
{
	char *folder = copy_of(short_one);
	g_autofree char *words = NULL, *archive = g_build_filename(folder, "archive", NULL);
	g_assert_cmpint(g_mkdir(archive, 0700), ==, 0);
	int fd = open(archive, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(flock(fd, LOCK_EX | LOCK_NB), ==, 0);
	g_assert_cmpint(run_job(folder, NULL, 0, &words, NULL), ==, EX_TEMPFAIL);
	g_assert_nonnull(strstr(words, "another job makes its archive"));
	close(fd);
	drop(folder);
}

/* --- poor recordings --- */

static void remove_from(const char *folder, const char *pattern)
{
	g_free(run("find", folder, "-name", pattern, "-delete", NULL));
}

static void test_empty(void)
{
	char *folder = copy_of(short_one);
	remove_from(folder, "*.mk?");
	remove_from(folder, "index.jsonl");
	make_archive(folder);
	json_t *report = read_report(folder);
	g_assert_cmpfloat(json_number_value(json_object_get(report, "duration")), ==, 0);
	g_assert_cmpuint(json_array_size(json_object_get(report, "programs")), ==, 0);
	g_assert_cmpstr(json_string_value(json_object_get(
				json_array_get(json_object_get(report, "notes"), 0), "what")),
			==, "empty");
	json_decref(report);
	drop(folder);
	g_autofree char *words = NULL;
	g_assert_cmpint(run_job("/nonexistent/12", NULL, 0, &words, NULL), ==, 1);
	g_assert_nonnull(strstr(words, "/nonexistent/12"));
}

static void test_sound_alone(void)
{
	char *folder = copy_of(short_one);
	remove_from(folder, "*.mkv");
	make_archive(folder);
	json_t *report = read_report(folder);
	g_assert_cmpuint(json_array_size(json_object_get(report, "pictures")), ==, 0);
	json_decref(report);
	json_t *found = probe(folder, "hls/master.m3u8");
	g_assert_cmpuint(json_array_size(json_object_get(found, "streams")), >=, 3);
	json_decref(found);
	found = probe(folder, "meeting.mp4");
	g_assert_cmpfloat_with_epsilon(number_of(json_object_get(found, "format"), "duration"),
				       10.0, 0.06);
	json_decref(found);
	drop(folder);
}

/* Files cut anywhere, garbage in a picture, half an index: an archive all the same. */
static void test_damaged(void)
{
	static const char *const names[] = {"1/stage.mkv",
					    "1/voice-0.mka",
					    "2/screen.mkv",
					    "2/channel-fr.mka",
					    "3/stage.mkv",
					    "3/voice-0.mka",
					    "1/channel-picture-ase.mkv",
					    "index.jsonl"};
	char *folder = copy_of(short_one);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);
		struct stat st;
		g_assert_cmpint(stat(path, &st), ==, 0);
		g_assert_cmpint(truncate(path, g_test_rand_int_range(1, (gint32)st.st_size)), ==,
				0);
	}
	g_autofree char *path = g_build_filename(folder, "2", "stage.mkv", NULL);
	FILE *file = fopen(path, "r+b");
	for (unsigned i = 0; i < 300; i++) {
		fseek(file, g_test_rand_int_range(1000, 20000), SEEK_SET);
		fputc(g_test_rand_int_range(0, 256), file);
	}
	fclose(file);
	make_archive(folder);
	json_t *report = read_report(folder);
	g_assert_cmpfloat(json_number_value(json_object_get(report, "duration")), >, 3);
	json_decref(report);
	drop(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	recording = recording_new(NULL);
	short_one = recording_new((const char *const[]){"--seconds", "10", NULL});
	whole = copy_of(recording);
	make_archive(whole);
	g_test_add_func("/archive/tones", test_tones);
	g_test_add_func("/archive/tracks", test_tracks);
	g_test_add_func("/archive/hls", test_hls);
	g_test_add_func("/archive/sync", test_sync);
	g_test_add_func("/archive/report", test_report);
	g_test_add_func("/archive/killed", test_killed);
	g_test_add_func("/archive/changed", test_changed);
	g_test_add_func("/archive/removed", test_removed);
	g_test_add_func("/archive/full_disk", test_full_disk);
	g_test_add_func("/archive/locked", test_locked);
	g_test_add_func("/archive/empty", test_empty);
	g_test_add_func("/archive/sound_alone", test_sound_alone);
	g_test_add_func("/archive/damaged", test_damaged);
	int failed = g_test_run();
	drop(whole);
	drop(recording);
	drop(short_one);
	return failed;
}
