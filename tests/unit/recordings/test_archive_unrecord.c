/* People are taken out of tracks: what is theirs is gone, what isn't is all there, whenever it is
 * killed. */
#include "recordings/archive_sound.h"
#include "recordings/archive_track.h"
#include "recordings/archive_unrecord.h"
#include "recordings/matroska.h"
#include "recordings/track.h"
#include "tests/unit/recordings/tone.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define P17 17 /* who goes */
#define P4  4

struct recording {
	char *path;
	int fd;
	/* Of the track that is being made. */
	GByteArray *file;
	GString *who;
	uint32_t source;
};

static struct recording recording_new(void)
{
	struct recording r = {.path = g_dir_make_tmp("unrecord-XXXXXX", NULL),
			      .file = g_byte_array_new(),
			      .who = g_string_new(NULL)};
	g_autofree char *part = g_build_filename(r.path, "1", NULL);
	g_assert_cmpint(g_mkdir(part, 0700), ==, 0);
	r.fd = open(r.path, O_RDONLY | O_DIRECTORY);
	g_assert_cmpint(r.fd, >=, 0);
	return r;
}

static void put(const struct recording *r, const char *name, const void *data, size_t length)
{
	g_autofree char *path = g_build_filename(r->path, name, NULL);
	g_assert_true(g_file_set_contents(path, data, (gssize)length, NULL));
}

/* The whole file; NULL: it isn't there. */
static GBytes *get(const struct recording *r, const char *name)
{
	g_autofree char *path = g_build_filename(r->path, name, NULL);
	char *data;
	gsize length;
	return g_file_get_contents(path, &data, &length, NULL) ? g_bytes_new_take(data, length)
							       : NULL;
}

static bool has(GBytes *file, const char *words)
{
	gsize length;
	const void *data = g_bytes_get_data(file, &length);
	return memmem(data, length, words, strlen(words)) != NULL;
}

static bool is_there(const struct recording *r, const char *name)
{
	return faccessat(r->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* files: what is to be there, and nothing else. */
static void recording_free(struct recording *r, const char *const *files)
{
	for (; *files; files++)
		g_assert_cmpint(unlinkat(r->fd, *files, 0), ==, 0);
	g_assert_cmpint(unlinkat(r->fd, "1", AT_REMOVEDIR), ==, 0);
	g_assert_cmpint(g_rmdir(r->path), ==, 0);
	close(r->fd);
	g_byte_array_unref(r->file);
	g_string_free(r->who, TRUE);
	g_free(r->path);
}

static void say(void *user)
{
}

static struct archive_pulse pulse_new(void)
{
	return (struct archive_pulse){.say = say, .every_ms = ARCHIVE_PULSE_MS, .locks_ms = 300};
}

static bool take_out(const struct recording *r)
{
	struct archive_pulse pulse = pulse_new();
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_add(ids, (gpointer) "p17");
	return archive_unrecord(r->fd, ids, &pulse, NULL);
}

/* --- tracks of words --- */

static void begin(struct recording *r, bool video)
{
	const struct matroska_track track = {
		.video = video, .width = 640, .height = 360, .name = "track", .uid = 1};
	struct matroska_places places;
	g_byte_array_set_size(r->file, 0);
	g_string_truncate(r->who, 0);
	r->source = 0;
	matroska_write_header(r->file, &track, &places);
}

static void whose(struct recording *r, uint64_t at, uint64_t t, uint32_t source)
{
	if (source == r->source)
		return;
	r->source = source;
	g_string_append_printf(r->who, "{\"t\":%u,\"id\":\"p%u\",\"at\":%u}\n", (unsigned)t, source,
			       (unsigned)at);
}

/* Says whose it is, and which; each tenth begins a cluster. */
static void add(struct recording *r, uint32_t source, unsigned n, bool keyframe)
{
	g_autofree char *words = g_strdup_printf("p%u says %u.", source, n);
	whose(r, r->file->len, 100 * n, source);
	if (n % 10 == 0)
		matroska_write_cluster(r->file, 100 * n);
	matroska_write_block(r->file, (int16_t)(n % 10 * 100), keyframe, (uint8_t *)words,
			     strlen(words));
}

static void finish(struct recording *r, const char *name, bool video)
{
	g_autofree char *track = g_strdup_printf("1/%s.%s", name, video ? "mkv" : "mka");
	g_autofree char *who = g_strdup_printf("1/%s.who", name);
	put(r, track, r->file->data, r->file->len);
	put(r, who, r->who->str, r->who->len);
}

/* "4:0 4:1 ": whose blocks there are. */
static char *blocks_of(const struct recording *r, const char *name, unsigned *ret_damages)
{
	GString *all = g_string_new(NULL);
	struct archive_block block;
	struct archive_track *track = archive_track_open(r->fd, name, NULL);
	g_assert_nonnull(track);
	while (archive_track_next(track, &block)) {
		unsigned source, n;
		if (block.data[0] == 0)
			continue; /* overwritten, and killed then */
		g_autofree char *words = g_strndup((const char *)block.data, block.length);
		g_assert_cmpint(sscanf(words, "p%u says %u.", &source, &n), ==, 2);
		g_assert_cmpint(block.time_ms, ==, 100 * n);
		g_string_append_printf(all, "%u:%u ", source, n);
	}
	if (ret_damages)
		*ret_damages = archive_track_damages(track);
	archive_track_free(track);
	return g_string_free(all, FALSE);
}

static void test_sound(void)
{
	struct recording r = recording_new();
	begin(&r, false);
	for (unsigned i = 0; i < 30; i++)
		add(&r, i % 4 < 2 ? P17 : P4, i, true);
	finish(&r, "voice-0", false);
	begin(&r, false); /* without them: stays as it is, to the byte */
	for (unsigned i = 0; i < 12; i++)
		add(&r, i < 5 ? 170 : P4, i, true);
	finish(&r, "voice-1", false);
	g_autoptr(GBytes) before = get(&r, "1/voice-1.mka");
	g_assert_true(take_out(&r));
	g_autofree char *blocks = blocks_of(&r, "1/voice-0.mka", NULL);
	g_assert_cmpstr(blocks, ==,
			"4:2 4:3 4:6 4:7 4:10 4:11 4:14 4:15 4:18 4:19 4:22 4:23 4:26 4:27 ");
	g_autoptr(GBytes) file = get(&r, "1/voice-0.mka"), after = get(&r, "1/voice-1.mka"),
			  who = get(&r, "1/voice-0.who");
	g_assert_false(has(file, "p17"));
	g_assert_true(g_bytes_equal(before, after));
	g_assert_false(has(who, "p17"));
	g_assert_true(has(who, "{\"t\":200,\"id\":\"p4\","));
	g_assert_true(take_out(&r)); /* nothing more to do */
	g_autoptr(GBytes) again = get(&r, "1/voice-0.mka");
	g_assert_true(g_bytes_equal(file, again));
	recording_free(&r, (const char *const[]){"1/voice-0.mka", "1/voice-0.who", "1/voice-1.mka",
						 "1/voice-1.who", NULL});
}

static void overwrite(const struct recording *r, const char *name, const void *data, size_t length)
{
	int fd = openat(r->fd, name, O_WRONLY | O_TRUNC);
	g_assert_cmpint(write(fd, data, length), ==, length);
	close(fd);
}

static int lock;

/* What was still on its way to the disk when the recording had ended. */
static void *write_on(void *user)
{
	struct recording *r = user;
	g_usleep(150 * 1000);
	for (unsigned i = 5; i < 15; i++)
		add(r, i < 10 ? P4 : P17, i, true);
	overwrite(r, "1/voice-0.mka", r->file->data, r->file->len);
	overwrite(r, "1/voice-0.who", r->who->str, r->who->len);
	close(lock);
	return NULL;
}

static void test_still_written(void)
{
	struct recording r = recording_new();
	struct archive_pulse pulse = pulse_new();
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_add(ids, (gpointer) "p17");
	pulse.locks_ms = 30000;
	begin(&r, false);
	for (unsigned i = 0; i < 5; i++)
		add(&r, P17, i, true);
	finish(&r, "voice-0", false);
	lock = openat(r.fd, "1/voice-0.mka", O_RDONLY);
	g_assert_cmpint(flock(lock, LOCK_EX | LOCK_NB), ==, 0);
	GThread *writer = g_thread_new("writer", write_on, &r);
	g_assert_true(archive_unrecord(r.fd, ids, &pulse, NULL));
	g_thread_join(writer);
	g_autofree char *blocks = blocks_of(&r, "1/voice-0.mka", NULL);
	g_assert_cmpstr(blocks, ==, "4:5 4:6 4:7 4:8 4:9 ");
	g_autoptr(GBytes) who = get(&r, "1/voice-0.who");
	g_assert_false(has(who, "p17"));
	g_assert_true(has(who, "p4"));
	recording_free(&r, (const char *const[]){"1/voice-0.mka", "1/voice-0.who", NULL});
}

/* What was made of theirs can't be shown without it. */
static void test_pictures(void)
{
	struct recording r = recording_new();
	begin(&r, true);
	for (unsigned i = 0; i < 16; i++)
		add(&r, i >= 3 && i < 6 ? P17 : P4, i, i == 0 || i == 9);
	finish(&r, "channel-picture-ase", true);
	g_assert_true(take_out(&r));
	g_autofree char *blocks = blocks_of(&r, "1/channel-picture-ase.mkv", NULL);
	g_assert_cmpstr(blocks, ==, "4:0 4:1 4:2 4:9 4:10 4:11 4:12 4:13 4:14 4:15 ");
	recording_free(&r, (const char *const[]){"1/channel-picture-ase.mkv",
						 "1/channel-picture-ase.who", NULL});
}

static void test_nothing_left(void)
{
	struct recording r = recording_new();
	begin(&r, true);
	add(&r, P17, 0, true);
	add(&r, P17, 1, false);
	finish(&r, "stage", true);
	put(&r, "1/voice-0.mka", "of old", 6); /* nobody knows */
	g_assert_true(take_out(&r));
	g_assert_false(is_there(&r, "1/stage.mkv"));
	recording_free(&r, (const char *const[]){"1/stage.who", "1/voice-0.mka", NULL});
}

/* Cut in the middle of theirs; garbage within it; a line of who that is cut; two of one place. */
static void test_damaged(void)
{
	struct recording r = recording_new();
	begin(&r, false);
	for (unsigned i = 0; i < 20; i++)
		add(&r, P4, i, true);
	guint garbage = r.file->len + 60;
	for (unsigned i = 20; i < 31; i++)
		add(&r, P17, i, true);
	whose(&r, r.file->len, 3100, 5); /* was never written */
	for (unsigned i = 31; i < 50; i++)
		add(&r, i < 45 ? P4 : P17, i, true);
	memset(r.file->data + garbage, 0x55, 40);
	g_byte_array_set_size(r.file, r.file->len - 3);
	g_string_append(r.who, "{\"t\":5000,\"id\":\"p4");
	finish(&r, "voice-0", false);
	g_autofree char *damaged = blocks_of(&r, "1/voice-0.mka", NULL);
	g_assert_true(strstr(damaged, "17:30 "));
	g_assert_null(strstr(damaged, "17:25 "));
	g_assert_true(take_out(&r));
	g_autoptr(GBytes) file = get(&r, "1/voice-0.mka");
	g_assert_false(has(file, "p17"));
	g_autofree char *blocks = blocks_of(&r, "1/voice-0.mka", NULL);
	for (unsigned i = 0; i < 45; i++) {
		g_autofree char *one = g_strdup_printf("4:%u ", i);
		g_assert_true((strstr(blocks, one) != NULL) == (i < 20 || i > 30));
	}
	recording_free(&r, (const char *const[]){"1/voice-0.mka", "1/voice-0.who", NULL});
}

static void test_marks(void)
{
	static const char index[] = "{\"type\":\"removed\",\"id\":\"p17\",\"t\":5}\n";
	struct recording r = recording_new();
	begin(&r, false);
	for (unsigned i = 0; i < 10; i++)
		add(&r, i < 3 ? P17 : i < 6 ? 5 : P4, i, true);
	finish(&r, "voice-0", false);
	put(&r, "index.jsonl", index, strlen(index));
	put(&r, "removing-p17", "", 0);
	put(&r, "removing-p5", "", 0); /* the index' line was never written */
	struct archive_pulse pulse = pulse_new();
	g_assert_true(archive_unrecord_marked(r.fd, &pulse, NULL));
	g_autofree char *blocks = blocks_of(&r, "1/voice-0.mka", NULL);
	g_assert_cmpstr(blocks, ==, "4:6 4:7 4:8 4:9 ");
	recording_free(&r, (const char *const[]){"1/voice-0.mka", "1/voice-0.who", "index.jsonl",
						 NULL}); /* no mark is left */
}

static bool make_killed(const struct recording *r, gulong after_us)
{
	int status;
	pid_t child = fork();
	g_assert_cmpint(child, >=, 0);
	if (child == 0)
		_exit(take_out(r) ? 0 : 1);
	g_usleep(after_us);
	kill(child, SIGKILL);
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

/* At any moment: it goes on, and the end is the same. */
static void test_killed(void)
{
	struct recording r = recording_new();
	g_autoptr(GBytes) expected = NULL;
	unsigned killed = 0;
	begin(&r, false);
	for (unsigned i = 0; i < 20000; i++)
		add(&r, i % 100 < 50 ? P17 : P4, i, true);
	finish(&r, "voice-0", false);
	g_assert_true(take_out(&r));
	expected = get(&r, "1/voice-0.mka");
	g_assert_false(has(expected, "p17"));
	for (unsigned round = 0; round < 20; round++) {
		finish(&r, "voice-0", false);
		for (unsigned i = 0; i < 4; i++)
			killed += make_killed(&r, (gulong)g_test_rand_int_range(0, 30000));
		unsigned damages;
		g_autofree char *between = blocks_of(&r, "1/voice-0.mka", &damages);
		g_assert_cmpuint(damages, ==, 0);
		g_assert_nonnull(strstr(between, "4:19999 "));
		g_assert_true(take_out(&r));
		g_autoptr(GBytes) file = get(&r, "1/voice-0.mka"), who = get(&r, "1/voice-0.who");
		g_assert_true(g_bytes_equal(file, expected));
		g_assert_false(has(who, "p17"));
	}
	g_assert_cmpuint(killed, >, 0);
	(void)unlinkat(r.fd, "1/voice-0.who.new", 0);
	recording_free(&r, (const char *const[]){"1/voice-0.mka", "1/voice-0.who", NULL});
}

/* --- a track as it is recorded --- */

static bool on_append(void *user, const uint8_t *data, size_t length)
{
	g_byte_array_append(((struct recording *)user)->file, data, (guint)length);
	return true;
}

static void on_patch(void *user, uint64_t offset, const uint8_t *data, size_t length)
{
	memcpy(((struct recording *)user)->file->data + offset, data, length);
}

static void on_who(void *user, uint64_t offset, uint64_t time_ms, uint32_t source)
{
	whose(user, offset, time_ms, source);
}

#define SECONDS 24
#define TURN_S	3

/* Two speak by turns, three seconds each; times are guessed at first. Tones have whole periods in
 * 20 ms. */
static void record_tones(struct recording *r)
{
	struct tone tones[2];
	struct track *track = track_new(&(struct track_config){.name = "voice-0"},
					&(struct track_output){r, on_append, on_patch, on_who});
	g_byte_array_set_size(r->file, 0);
	tone_init(&tones[0], 450, -18, 7);
	tone_init(&tones[1], 1000, -18, 7);
	for (unsigned i = 0; i < SECONDS * 50; i++) {
		uint8_t packet[TONE_MAX];
		unsigned who = i / (TURN_S * 50) % 2;
		tones[who].sequence = (uint16_t)i;
		tones[who].timestamp = i * TONE_FRAME;
		size_t length = tone_next(&tones[who], packet);
		bool guessed = i < 4 * 50;
		track_receive(track, packet, length,
			      (struct capture){i * 20000 + (guessed ? 60000 : 0), guessed,
					       who == 0 ? P17 : P4},
			      i * UINT64_C(20000));
	}
	track_end(track);
	track_free(track);
	tone_clear(&tones[0]);
	tone_clear(&tones[1]);
}

/* What is heard of a tone in the middle of each turn. */
static void measure(const struct recording *r, double hz, double out[static SECONDS / TURN_S])
{
	static const char *const files[] = {"1/voice-0.mka", NULL};
	static const struct archive_mark marks[] = {{ARCHIVE_MARK_BEGIN, 0, 0},
						    {ARCHIVE_MARK_ENDED, SECONDS * 1000, 0}};
	struct archive_time time;
	const size_t turn = TURN_S * TONE_RATE, edge = TONE_RATE / 5;
	g_autofree float *samples = g_new0(float, turn);
	archive_time_init(&time, marks, 2, NULL, 0, SECONDS * 1000);
	struct archive_sound *sound = archive_sound_new(
		&(struct archive_sound_config){.directory = r->fd, .time = &time, .files = files});
	for (unsigned i = 0; i < SECONDS / TURN_S; i++) {
		archive_sound_read(sound, samples, turn);
		out[i] = tone_measure(samples + edge, turn - 2 * edge, hz);
	}
	archive_sound_free(sound);
	archive_time_clear(&time);
}

static void test_tones(void)
{
	struct recording r = recording_new();
	double before[SECONDS / TURN_S], gone[SECONDS / TURN_S], stays[SECONDS / TURN_S];
	record_tones(&r);
	finish(&r, "voice-0", false);
	measure(&r, 1000, before);
	measure(&r, 450, gone);
	g_assert_cmpfloat(gone[2], >, -20);
	g_assert_true(take_out(&r));
	measure(&r, 450, gone);
	measure(&r, 1000, stays);
	for (unsigned i = 0; i < SECONDS / TURN_S; i++) {
		g_assert_cmpfloat(gone[i], <, -70);
		if (i % 2 == 1)
			g_assert_cmpfloat(ABS(stays[i] - before[i]), <, 0.5);
	}
	g_assert_cmpfloat(stays[1], >, -20);
	recording_free(&r, (const char *const[]){"1/voice-0.mka", "1/voice-0.who", NULL});
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/archive_unrecord/sound", test_sound);
	g_test_add_func("/archive_unrecord/still_written", test_still_written);
	g_test_add_func("/archive_unrecord/pictures", test_pictures);
	g_test_add_func("/archive_unrecord/nothing_left", test_nothing_left);
	g_test_add_func("/archive_unrecord/damaged", test_damaged);
	g_test_add_func("/archive_unrecord/marks", test_marks);
	g_test_add_func("/archive_unrecord/killed", test_killed);
	g_test_add_func("/archive_unrecord/tones", test_tones);
	return g_test_run();
}
