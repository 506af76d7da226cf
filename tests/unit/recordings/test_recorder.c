/* The studio records, and is killed; the test is its server. */
#include "relay/base/wire.h"
#include "tests/unit/recordings/matroska_reader.h"
#include "tests/unit/recordings/studio_client.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BEGIN_US    (G_GINT64_CONSTANT(5000) * 1000000)
#define CLOCK_US    BEGIN_US /* the relay's, at number 0 */
#define PATIENCE_MS 20000

struct recording {
	struct studio_process process;
	int fd;
	gint64 begin_us;
	uint64_t written;
	enum studio_trouble trouble;
	unsigned keyframes; /* asked for */
	bool ended;
};

static void start(struct recording *r)
{
	*r = (struct recording){.fd = -1, .begin_us = BEGIN_US};
	studio_process_start(&r->process, NULL);
	g_autofree char *folder = g_build_filename(r->process.folder, "part", NULL);
	g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
}

static void begin_track(struct recording *r, const char *track, const char *folder,
			const char *kind)
{
	g_autofree char *hello = g_strdup_printf(
		"{\"version\":%d,\"track\":\"%s\",\"folder\":\"%s\",\"kind\":\"%s\","
		"\"language\":\"fr\",\"begin\":%" G_GINT64_FORMAT ",\"wall\":1764187200000000}",
		STUDIO_VERSION, track, folder, kind, r->begin_us);
	if (r->fd >= 0)
		close(r->fd);
	r->written = 0;
	r->ended = false;
	r->fd = studio_connect(&r->process);
	g_assert_cmpint(r->fd, >=, 0);
	g_assert_cmpint(send(r->fd, hello, strlen(hello), MSG_NOSIGNAL), >, 0);
}

/* Waits for a message of the studio's. */
static void take(struct recording *r)
{
	uint8_t data[16];
	struct pollfd ready = {.fd = r->fd, .events = POLLIN};
	g_assert_cmpint(poll(&ready, 1, PATIENCE_MS), ==, 1);
	ssize_t n = recv(r->fd, data, sizeof data, 0);
	if (n <= 0) {
		r->ended = true;
	} else if (data[0] == STUDIO_WRITTEN) {
		g_assert_cmpint(n, ==, 9);
		r->written = wire_get64(data + 1);
	} else if (data[0] == STUDIO_TROUBLE) {
		g_assert_cmpint(n, ==, 2);
		r->trouble = data[1];
	} else {
		g_assert_cmphex(data[0], ==, STUDIO_KEYFRAME);
		r->keyframes++;
	}
}

static void say(struct recording *r, unsigned number)
{
	uint8_t message[STUDIO_MEDIA_HEAD + 12 + 203] = {STUDIO_MEDIA};
	uint8_t *rtp = message + STUDIO_MEDIA_HEAD;
	wire_put64(message + 1, (uint64_t)CLOCK_US + number * G_GUINT64_CONSTANT(20000));
	rtp[0] = 0x80;
	rtp[1] = STUDIO_PAYLOAD_TYPE;
	wire_put16(rtp + 2, (uint16_t)number);
	rtp[12] = 0xf8; /* Opus: 20 ms, one frame */
	wire_put16(rtp + 13, (uint16_t)number);
	g_assert_cmpint(send(r->fd, message, sizeof message, MSG_NOSIGNAL), ==, sizeof message);
}

static char *path_of(const struct recording *r, const char *file)
{
	return g_build_filename(r->process.folder, "part", file, NULL);
}

/* Its blocks; each must say its own number, and none be missing between. */
static unsigned count_blocks(const struct recording *r, const char *name, bool *ret_ended)
{
	g_autofree char *path = path_of(r, name), *data = NULL;
	gsize length;
	struct matroska_file file;
	g_assert_true(g_file_get_contents(path, &data, &length, NULL));
	bool is_one = matroska_file_read(&file, (const uint8_t *)data, length);
	for (unsigned i = 0; is_one && i < file.blocks->len; i++) {
		const struct matroska_block *block =
			&g_array_index(file.blocks, struct matroska_block, i);
		g_assert_cmpuint(wire_get16(block->data + 1), ==, i);
		g_assert_cmpuint(block->time_ms, ==, (CLOCK_US - r->begin_us) / 1000 + 20 * i);
	}
	unsigned n = is_one ? file.blocks->len : 0;
	*ret_ended = is_one && file.segment_ended;
	matroska_file_clear(&file);
	return n;
}

static void stop(struct recording *r, const char *const *files)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->process.pid) {
		kill(r->process.pid, SIGTERM);
		studio_process_wait(&r->process);
	}
	for (; *files; files++) {
		g_autofree char *path = path_of(r, *files);
		g_assert_cmpint(g_unlink(path), ==, 0);
	}
	g_autofree char *folder = g_build_filename(r->process.folder, "part", NULL);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_unlink(r->process.path);
	g_assert_cmpint(g_rmdir(r->process.folder), ==, 0);
	g_free(r->process.path);
	g_free(r->process.folder);
}

/* Whatever it said to be written is there when it is killed a moment later. */
static void test_killed(void)
{
	struct recording r;
	bool ended;
	start(&r);
	begin_track(&r, "voice-0", "part", "sound");
	for (unsigned i = 0; i < 300; i++)
		say(&r, i);
	while (r.written < 300)
		take(&r);
	kill(r.process.pid, SIGKILL);
	studio_process_wait(&r.process);
	g_assert_cmpuint(count_blocks(&r, "voice-0.mka", &ended), ==, 300);
	g_assert_false(ended);
	stop(&r, (const char *const[]){"voice-0.mka", NULL});
}

static void say_source(const struct recording *r, uint32_t peer)
{
	uint8_t message[STUDIO_SOURCE_SIZE] = {STUDIO_SOURCE};
	wire_put32(message + 1, peer);
	g_assert_cmpint(send(r->fd, message, sizeof message, MSG_NOSIGNAL), ==, sizeof message);
}

/* Beside the track, also when it is killed: from which byte on it is whose. Messages of it aren't
 * counted. */
static void test_whose(void)
{
	struct recording r;
	bool ended;
	gsize length, at;
	unsigned before = 0, p4_at;
	start(&r);
	begin_track(&r, "voice-0", "part", "sound");
	say_source(&r, 17);
	for (unsigned i = 0; i < 150; i++)
		say(&r, i);
	say_source(&r, 4);
	for (unsigned i = 150; i < 200; i++)
		say(&r, i);
	while (r.written < 200)
		take(&r);
	kill(r.process.pid, SIGKILL);
	studio_process_wait(&r.process);
	g_assert_cmpuint(r.written, ==, 200);
	g_assert_cmpuint(count_blocks(&r, "voice-0.mka", &ended), ==, 200);
	g_autofree char *track_path = path_of(&r, "voice-0.mka"), *track = NULL;
	g_autofree char *path = path_of(&r, "voice-0.who"), *who = NULL;
	g_assert_true(g_file_get_contents(path, &who, NULL, NULL));
	g_assert_true(g_file_get_contents(track_path, &track, &length, NULL));
	g_assert_true(g_str_has_prefix(who, "{\"t\":0,\"id\":\"p17\",\"at\":0}\n{\"t\":3000,\"id\":"
					    "\"p4\",\"at\":"));
	g_assert_cmpint(sscanf(strrchr(who, ':'), ":%u}\n", &p4_at), ==, 1);
	/* The blocks before it, by what each begins with. */
	for (at = 0; at + 14 < length && at < p4_at; at++)
		before += memcmp(track + at, "\xa3\x01\0\0\0\0\0\0\xcf\x81", 10) == 0;
	g_assert_cmpuint(before, ==, 150);
	stop(&r, (const char *const[]){"voice-0.mka", "voice-0.who", NULL});
}

/* Its server goes, or stops the recording: the file is brought to its end. */
static void test_ended(void)
{
	struct recording r;
	bool ended = false;
	start(&r);
	begin_track(&r, "channel-fr", "part", "sound");
	for (unsigned i = 0; i < 120; i++)
		if (i != 100)
			say(&r, i);
	say(&r, 100); /* late, but in time */
	close(r.fd);
	r.fd = -1;
	for (gint64 until = g_get_monotonic_time() + PATIENCE_MS * 1000; !ended;) {
		g_assert_cmpint(g_get_monotonic_time(), <, until);
		g_autofree char *path = path_of(&r, "channel-fr.mka");
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			g_assert_cmpuint(count_blocks(&r, "channel-fr.mka", &ended), <=, 120);
		g_usleep(5000);
	}
	g_assert_cmpuint(count_blocks(&r, "channel-fr.mka", &ended), ==, 120);
	stop(&r, (const char *const[]){"channel-fr.mka", NULL});
}

/* A recording that goes on after the machine was started again: the relay's clock has begun anew,
 * and the recording long before. */
static void test_begun_before_the_machine_was_started(void)
{
	struct recording r;
	bool ended;
	start(&r);
	r.begin_us = -G_GINT64_CONSTANT(86400) * 1000000;
	begin_track(&r, "voice-0", "part", "sound");
	for (unsigned i = 0; i < 100; i++)
		say(&r, i);
	while (r.written < 100)
		take(&r);
	g_assert_cmpuint(count_blocks(&r, "voice-0.mka", &ended), ==, 100);
	stop(&r, (const char *const[]){"voice-0.mka", NULL});
}

static void test_refused(void)
{
	static const char *const folders[] = {"nowhere", "..", "part/..", "/tmp", "part//", ""};
	struct recording r;
	bool ended;
	start(&r);
	for (unsigned i = 0; i < G_N_ELEMENTS(folders); i++) {
		begin_track(&r, "voice-0", folders[i], "sound");
		take(&r);
		g_assert_true(r.ended);
	}
	begin_track(&r, "voice-0", "part", "smell");
	take(&r);
	g_assert_true(r.ended);
	/* What is there is never written over. */
	begin_track(&r, "voice-0", "part", "sound");
	say(&r, 0);
	while (r.written < 1)
		take(&r);
	begin_track(&r, "voice-0", "part", "sound");
	take(&r);
	g_assert_true(r.ended);
	g_assert_cmpuint(count_blocks(&r, "voice-0.mka", &ended), ==, 1);
	stop(&r, (const char *const[]){"voice-0.mka", NULL});
}

/* Full: said at once, what is written stays whole; and it goes on when there is room, with all that
 * came meanwhile. */
static void test_full_disk(void)
{
	struct recording r;
	struct rlimit least = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY}, whole;
	bool ended;
	start(&r);
	begin_track(&r, "voice-0", "part", "sound");
	g_assert_cmpint(prlimit(r.process.pid, RLIMIT_FSIZE, &least, &whole), ==, 0);
	for (unsigned i = 0; i < 150; i++)
		say(&r, i);
	while (r.trouble != STUDIO_DISK_FULL)
		take(&r);
	g_assert_cmpuint(r.written, <=, 20000 / 203);
	unsigned n = count_blocks(&r, "voice-0.mka", &ended);
	g_assert_cmpuint(n, >=, r.written);
	g_assert_cmpint(prlimit(r.process.pid, RLIMIT_FSIZE, &whole, NULL), ==, 0);
	while (r.trouble != STUDIO_FINE || r.written < 150)
		take(&r);
	kill(r.process.pid, SIGKILL);
	studio_process_wait(&r.process);
	g_assert_cmpuint(count_blocks(&r, "voice-0.mka", &ended), ==, 150);
	stop(&r, (const char *const[]){"voice-0.mka", NULL});
}

static void test_a_picture_asks_for_a_keyframe(void)
{
	struct recording r;
	uint8_t message[STUDIO_MEDIA_HEAD + 24] = {STUDIO_MEDIA};
	start(&r);
	begin_track(&r, "stage", "part", "picture");
	wire_put64(message + 1, BEGIN_US);
	message[STUDIO_MEDIA_HEAD] = 0x80;
	message[STUDIO_MEDIA_HEAD + 1] = 0x80 | STUDIO_PICTURE_PAYLOAD_TYPE;
	message[STUDIO_MEDIA_HEAD + 12] = 0x10;
	message[STUDIO_MEDIA_HEAD + 13] = 1; /* not a keyframe */
	g_assert_cmpint(send(r.fd, message, sizeof message, MSG_NOSIGNAL), ==, sizeof message);
	while (r.keyframes < 2)
		take(&r);
	stop(&r, (const char *const[]){NULL}); /* nothing was written */
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recorder/whose", test_whose);
	g_test_add_func("/recorder/killed", test_killed);
	g_test_add_func("/recorder/ended", test_ended);
	g_test_add_func("/recorder/begun_before_the_machine_was_started",
			test_begun_before_the_machine_was_started);
	g_test_add_func("/recorder/refused", test_refused);
	g_test_add_func("/recorder/full_disk", test_full_disk);
	g_test_add_func("/recorder/a_picture_asks_for_a_keyframe",
			test_a_picture_asks_for_a_keyframe);
	return g_test_run();
}
