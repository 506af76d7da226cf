#include "recordings/archive_place.h"
#include "recordings/archive_program.h"
#include "recordings/archive_sound.h"
#include "recordings/archive_track.h"
#include "tests/unit/recordings/sample_file.h"
#include "tests/unit/recordings/tone.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#define MS (SAMPLE_RATE / 1000)

struct folder {
	char *path;
	int fd;
};

static struct folder folder_new(void)
{
	struct folder folder = {.path = g_dir_make_tmp("archive-XXXXXX", NULL)};
	folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY);
	g_assert_cmpint(folder.fd, >=, 0);
	return folder;
}

static void folder_remove(struct folder *folder, const char *const *files)
{
	for (; *files; files++)
		g_assert_cmpint(unlinkat(folder->fd, *files, 0), ==, 0);
	close(folder->fd);
	g_assert_cmpint(g_rmdir(folder->path), ==, 0);
	g_free(folder->path);
}

static void write_tone(const struct folder *folder, const char *name, uint64_t from_ms,
		       uint64_t to_ms, double drift_ppm, struct sample_tone tone)
{
	struct sample_file *file = sample_file_new(folder->path, name, false, NULL);
	sample_file_sound(file, from_ms, to_ms, drift_ppm, sample_tone, &tone);
	sample_file_free(file);
}

static struct archive_time time_of(const struct archive_mark *marks, size_t n)
{
	struct archive_time time;
	archive_time_init(&time, marks, n, NULL, 0, marks[n - 1].t);
	return time;
}

/* Where the beep begins, in samples from `from` on; a window of 2 ms, in quarters. */
static size_t find_beep(const float *samples, size_t from, size_t to)
{
	for (size_t i = from; i + 96 <= to; i += 24)
		if (tone_measure(samples + i, 96, SAMPLE_BEEP_HZ) > -18)
			return i + 48;
	return SIZE_MAX;
}

static void assert_near(size_t at, double ms)
{
	g_assert_cmpfloat(fabs((double)at / MS - ms), <, 5);
}

static const struct archive_mark two_pieces[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						 {ARCHIVE_MARK_PAUSED, 8000, 0},
						 {ARCHIVE_MARK_RECORDING, 13000, 0},
						 {ARCHIVE_MARK_ENDED, 23000, 0}};

/* Beeps at each fifth second of the recording are where they belong, over parts and a pause. */
static void test_alignment(void)
{
	struct folder folder = folder_new();
	static const char *const files[] = {"a.mka", "b.mka", NULL};
	struct archive_time time = time_of(two_pieces, 4);
	write_tone(&folder, "a", 1234, 8010, 0, (struct sample_tone){440, -18, true});
	write_tone(&folder, "b", 13003, 23000, 0, (struct sample_tone){440, -18, true});
	struct archive_sound *sound = archive_sound_new(&(struct archive_sound_config){
		.directory = folder.fd, .time = &time, .files = files});
	size_t n = 18000 * MS;
	g_autofree float *samples = g_new(float, n);
	for (size_t i = 0; i < n; i += 1000) /* in pieces that fit nothing */
		archive_sound_read(sound, samples + i, MIN(1000, n - i));
	for (size_t i = 0; i < 1220 * MS; i++)
		g_assert_cmpfloat(samples[i], ==, 0);
	assert_near(find_beep(samples, 0, n), 5000);
	assert_near(find_beep(samples, 6000 * MS, n), 10000); /* t 15000 */
	assert_near(find_beep(samples, 11000 * MS, n), 15000);
	g_assert_cmpfloat(tone_measure(samples + 2000 * MS, 1000 * MS, 440), >, -20);
	float rest[100];
	archive_sound_read(sound, rest, 100);
	g_assert_cmpfloat(rest[99], ==, 0);
	archive_sound_free(sound);
	archive_time_clear(&time);
	folder_remove(&folder, files);
}

/* A sender's clock that is 200 ppm off, for ten minutes: the last beep is where it belongs, and
 * nothing clicks on the way. */
static void test_drift(void)
{
	struct folder folder = folder_new();
	static const char *const files[] = {"a.mka", NULL};
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_ENDED, 602000, 0}};
	struct archive_time time = time_of(marks, 2);
	write_tone(&folder, "a", 0, 602000, -200, (struct sample_tone){440, -18, true});
	struct archive_sound *sound = archive_sound_new(&(struct archive_sound_config){
		.directory = folder.fd, .time = &time, .files = files});
	g_autofree float *samples = g_new(float, 5000 * MS);
	for (unsigned k = 0; k < 120; k++) {
		archive_sound_read(sound, samples, 5000 * MS);
		assert_near(find_beep(samples, 0, 5000 * MS), 0);
		double wrong = 0;
		for (size_t i = 1000 * MS; i < 4000 * MS; i++) /* of 440 Hz: a step is small */
			wrong = fmax(wrong, fabs((double)(samples[i] - samples[i - 1])));
		g_assert_cmpfloat(wrong, <, 0.02);
	}
	archive_sound_free(sound);
	archive_time_clear(&time);
	folder_remove(&folder, files);
}

/* Cut at any byte, a file gives what it has up to there. */
static void test_cut_anywhere(void)
{
	struct folder folder = folder_new();
	static const char *const files[] = {"a.mka", NULL};
	write_tone(&folder, "a", 0, 3000, 0, (struct sample_tone){440, -18, false});
	g_autofree char *path = g_build_filename(folder.path, "a.mka", NULL), *data = NULL;
	gsize length;
	g_assert_true(g_file_get_contents(path, &data, &length, NULL));
	unsigned before = 150;
	for (gsize cut = length; cut > 0; cut -= MIN(cut, 7)) {
		g_assert_cmpint(truncate(path, (off_t)cut), ==, 0);
		struct archive_track *track = archive_track_open(folder.fd, "a.mka", NULL);
		struct archive_block block;
		unsigned n = 0;
		while (archive_track_next(track, &block))
			g_assert_cmpint(block.time_ms, ==, 20 * n++);
		g_assert_cmpuint(n, <=, before);
		g_assert_cmpuint(archive_track_damages(track), ==, 0);
		before = n;
		archive_track_free(track);
	}
	g_assert_cmpuint(before, ==, 0);
	folder_remove(&folder, files);
}

/* Garbage in the middle costs what it lies in, up to the next cluster. */
static void test_garbage(void)
{
	struct folder folder = folder_new();
	static const char *const files[] = {"a.mka", NULL};
	write_tone(&folder, "a", 0, 5000, 0, (struct sample_tone){440, -18, false});
	int fd = openat(folder.fd, "a.mka", O_WRONLY);
	uint8_t garbage[40];
	for (unsigned i = 0; i < sizeof garbage; i++)
		garbage[i] = (uint8_t)(i * 37 + 1);
	off_t length = lseek(fd, 0, SEEK_END);
	g_assert_cmpint(pwrite(fd, garbage, sizeof garbage, length / 2), ==, sizeof garbage);
	close(fd);
	struct archive_track *track = archive_track_open(folder.fd, "a.mka", NULL);
	struct archive_block block;
	unsigned n = 0;
	int64_t last = 0;
	while (archive_track_next(track, &block)) {
		last = block.time_ms;
		n++;
	}
	g_assert_cmpuint(n, >=, 195);
	g_assert_cmpint(last, ==, 4980);
	g_assert_cmpuint(archive_track_damages(track), ==, 1);
	archive_track_free(track);
	folder_remove(&folder, files);
}

/* --- where blocks go --- */

static void fill(float *samples, size_t n, float value)
{
	for (size_t i = 0; i < n; i++)
		samples[i] = value;
}

/* Times that jitter by 6 ms never tear a sound apart. */
static void test_jitter(void)
{
	struct archive_place place;
	float block[960], out[2000];
	int64_t taken = 0;
	fill(block, 960, 0.5f);
	archive_place_init(&place);
	for (int i = 0; i < 1000; i++) {
		int64_t jitter = i % 7 * 2 * MS - 6 * MS;
		archive_place_add(&place, 48000 + i * 960 + jitter, false, block, 960);
		size_t n;
		while ((n = archive_place_take(&place, out, 2000)) > 0) {
			for (size_t k = 0; k < n && taken > 48960; k++)
				g_assert_cmpfloat_with_epsilon(out[k], 0.5f, 1e-4);
			taken += (int64_t)n;
		}
	}
	g_assert_cmpint(ABS(taken - (48000 + 960000)), <, 13 * MS);
	archive_place_clear(&place);
}

static void test_gap_and_overlap(void)
{
	struct archive_place place;
	float block[960], out[48000];
	fill(block, 960, 0.5f);
	archive_place_init(&place);
	archive_place_add(&place, 0, false, block, 960);
	g_assert_cmpuint(archive_place_take(&place, out, 48000), ==, 960);
	archive_place_add(&place, 9600, false, block, 960); /* an hour would be no more memory */
	g_assert_cmpint(archive_place_left(&place), ==, 9600);
	g_assert_cmpuint(archive_place_take(&place, out, 48000), ==, 9600);
	g_assert_cmpfloat(out[4000], ==, 0);
	g_assert_cmpfloat_with_epsilon(out[9599], 0.5f, 1e-6);
	archive_place_add(&place, 4800, false, block, 960); /* was there already */
	g_assert_cmpint(archive_place_left(&place), ==, 0);
	archive_place_add(&place, 10560 - 480, true, block, 960);
	g_assert_cmpint(archive_place_left(&place), ==, 480);
	g_assert_cmpint(place.end, ==, 10560 + 480);
	archive_place_clear(&place);
}

/* --- programs --- */

static void read_program(const struct archive_program_config *config, float *samples, size_t n)
{
	struct archive_program *program = archive_program_new(config);
	for (size_t i = 0; i < n; i += ARCHIVE_PROGRAM_BLOCK)
		archive_program_read(program, samples + i);
	archive_program_free(program);
}

static void test_program(void)
{
	struct folder folder = folder_new();
	static const char *const voice[] = {"v.mka", NULL}, *const channel[] = {"c.mka", NULL},
				 *const all[] = {"v.mka", "c.mka", NULL};
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_ENDED, 30000, 0}};
	static const struct archive_span silent = {14000, 18000}, alone = {20000, 26000};
	struct archive_time time = time_of(marks, 2);
	write_tone(&folder, "v", 0, 30000, 0, (struct sample_tone){440, -18, true});
	write_tone(&folder, "c", 4000, 26000, 0, (struct sample_tone){880, -18, false});
	struct archive_sound_config floor = {folder.fd, &time, voice, NULL, 0};
	struct archive_sound_config language = {folder.fd, &time, channel, &silent, 1};
	size_t n = 30000 * MS;
	g_autofree float *samples = g_new(float, n);

	read_program(&(struct archive_program_config){&floor, 1, NULL, NULL, 0, -20}, samples, n);
	g_assert_cmpfloat_with_epsilon(tone_measure(samples + 6000 * MS, 1000 * MS, 440), -18, 1);
	g_assert_cmpfloat(tone_measure(samples + 6000 * MS, 1000 * MS, 880), <, -60);
	assert_near(find_beep(samples, 8000 * MS, n), 10000); /* the limiter's delay is taken off */

	read_program(&(struct archive_program_config){&floor, 1, &language, &alone, 1, -20},
		     samples, n);
	g_assert_cmpfloat_with_epsilon(tone_measure(samples + 2000 * MS, 1000 * MS, 440), -18, 1);
	/* Down before the interpreter begins; beneath, 20 dB. */
	g_assert_cmpfloat(tone_measure(samples + 3950 * MS, 50 * MS, 440), <, -24);
	g_assert_cmpfloat_with_epsilon(tone_measure(samples + 8000 * MS, 1000 * MS, 440), -38, 1.5);
	g_assert_cmpfloat(tone_measure(samples + 8000 * MS, 1000 * MS, 880), >, -23);
	/* Nothing of the channel while its interpreter hasn't consented, and the floor is back. */
	g_assert_cmpfloat(tone_measure(samples + 14100 * MS, 3800 * MS, 880), <, -60);
	g_assert_cmpfloat_with_epsilon(tone_measure(samples + 17000 * MS, 900 * MS, 440), -18, 1);
	/* No double voice. */
	g_assert_cmpfloat(tone_measure(samples + 21000 * MS, 4000 * MS, 880), <, -60);
	g_assert_cmpfloat_with_epsilon(tone_measure(samples + 21000 * MS, 3000 * MS, 440), -18, 1);
	archive_time_clear(&time);
	folder_remove(&folder, all);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_sound/alignment", test_alignment);
	g_test_add_func("/archive_sound/drift", test_drift);
	g_test_add_func("/archive_track/cut_anywhere", test_cut_anywhere);
	g_test_add_func("/archive_track/garbage", test_garbage);
	g_test_add_func("/archive_place/jitter", test_jitter);
	g_test_add_func("/archive_place/gap_and_overlap", test_gap_and_overlap);
	g_test_add_func("/archive_program/mix", test_program);
	return g_test_run();
}
