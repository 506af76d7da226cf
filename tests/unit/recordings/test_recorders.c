/* The thread that records: its disk is the test's, which blocks, is slow, or is full. */
#include "recordings/recorders.h"
#include "relay/base/wire.h"
#include "tests/unit/recordings/matroska_reader.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BEGIN_US    (G_GINT64_CONSTANT(5000) * 1000000)
#define PATIENCE_US (20 * G_TIME_SPAN_SECOND)
#define TRACKS	    4

static atomic_bool blocked, full;
static _Atomic unsigned delay_us;

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset);

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
	g_usleep(atomic_load(&delay_us));
	while (atomic_load(&blocked))
		g_usleep(1000);
	if (!atomic_load(&full))
		return syscall(SYS_pwrite64, fd, data, length, offset);
	/* Half of it fits, as it does on a disk. */
	if (length > 1 && offset % 2 == 0)
		return syscall(SYS_pwrite64, fd, data, length / 2, offset);
	errno = ENOSPC;
	return -1;
}

struct line {
	int fd; /* the server's end */
	unsigned sent;
	uint64_t written;
	enum studio_trouble trouble;
	bool ended;
};

struct world {
	char *folder, *before;
	struct recorders *recorders;
	struct line lines[TRACKS];
};

static void start(struct world *w)
{
	*w = (struct world){.folder = g_dir_make_tmp("tongsheng-recorders-XXXXXX", NULL),
			    .before = g_get_current_dir()};
	atomic_store(&blocked, false);
	atomic_store(&full, false);
	atomic_store(&delay_us, 0);
	g_assert_cmpint(g_chdir(w->folder), ==, 0);
	g_assert_cmpint(g_mkdir_with_parents("recordings/7/1", 0700), ==, 0);
	w->recorders = recorders_new();
	for (unsigned i = 0; i < TRACKS; i++) {
		struct track_hello hello = {.folder = "recordings/7/1", .begin_us = BEGIN_US};
		int ends[2];
		g_snprintf(hello.name, sizeof hello.name, "voice-%u", i);
		g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
		w->lines[i].fd = ends[0];
		recorders_add(w->recorders, ends[1], &hello);
	}
}

/* false: the socket is full. */
static bool say(struct line *line)
{
	uint8_t message[STUDIO_MEDIA_HEAD + 12 + 203] = {STUDIO_MEDIA};
	uint8_t *rtp = message + STUDIO_MEDIA_HEAD;
	wire_put64(message + 1, (uint64_t)BEGIN_US + line->sent * G_GUINT64_CONSTANT(20000));
	rtp[0] = 0x80;
	rtp[1] = STUDIO_PAYLOAD_TYPE;
	wire_put16(rtp + 2, (uint16_t)line->sent);
	rtp[12] = 0xf8; /* Opus: 20 ms, one frame */
	wire_put16(rtp + 13, (uint16_t)line->sent);
	if (send(line->fd, message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		g_assert_cmpint(errno, ==, EAGAIN);
		return false;
	}
	line->sent++;
	return true;
}

static void take(struct line *line)
{
	uint8_t data[16];
	ssize_t n;
	while ((n = recv(line->fd, data, sizeof data, MSG_DONTWAIT)) > 0) {
		if (data[0] == STUDIO_WRITTEN)
			line->written = wire_get64(data + 1);
		else if (data[0] == STUDIO_TROUBLE)
			line->trouble = data[1];
	}
	line->ended |= n == 0;
}

/* The main thread's turn, as in the studio. */
static void turn(struct world *w)
{
	recorders_watch(w->recorders);
	for (unsigned i = 0; i < TRACKS; i++)
		take(&w->lines[i]);
	g_usleep(2000);
}

#define UNTIL(w, line, condition)                                                                  \
	for (gint64 until = g_get_monotonic_time() + PATIENCE_US;;) {                              \
		unsigned n_true = 0;                                                               \
		for (struct line *line = (w)->lines; line < (w)->lines + TRACKS; line++)           \
			n_true += (condition);                                                     \
		if (n_true == TRACKS)                                                              \
			break;                                                                     \
		g_assert_cmpint(g_get_monotonic_time(), <, until);                                 \
		turn(w);                                                                           \
	}

static void say_all(struct world *w, unsigned n)
{
	for (unsigned i = 0; i < TRACKS; i++)
		for (unsigned k = 0; k < n; k++)
			g_assert_true(say(&w->lines[i]));
}

/* Ends it; returns the blocks of a track, of which none is missing between. */
static unsigned stop(struct world *w, unsigned track)
{
	struct matroska_file file;
	g_autofree char *data = NULL;
	gsize length;
	recorders_free(w->recorders);
	g_autofree char *name = g_strdup_printf("recordings/7/1/voice-%u.mka", track);
	g_assert_true(g_file_get_contents(name, &data, &length, NULL));
	g_assert_true(matroska_file_read(&file, (const uint8_t *)data, length));
	g_assert_true(file.segment_ended || atomic_load(&full));
	g_assert_cmpuint(file.open_clusters, ==, atomic_load(&full));
	unsigned n = file.blocks->len, before = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct matroska_block *block =
			&g_array_index(file.blocks, struct matroska_block, i);
		unsigned number = wire_get16(block->data + 1);
		g_assert_cmpuint(block->time_ms, ==, 20 * number);
		g_assert_true(i == 0 || number == before + 1);
		before = number;
	}
	matroska_file_clear(&file);
	for (unsigned i = 0; i < TRACKS; i++) {
		g_autofree char *each = g_strdup_printf("recordings/7/1/voice-%u.mka", i);
		g_assert_cmpint(g_unlink(each), ==, 0);
		if (w->lines[i].fd >= 0)
			close(w->lines[i].fd);
	}
	g_assert_cmpint(g_rmdir("recordings/7/1"), ==, 0);
	g_assert_cmpint(g_rmdir("recordings/7"), ==, 0);
	g_assert_cmpint(g_rmdir("recordings"), ==, 0);
	g_assert_cmpint(g_chdir(w->before), ==, 0);
	g_assert_cmpint(g_rmdir(w->folder), ==, 0);
	g_free(w->folder);
	g_free(w->before);
	return n;
}

/* Nobody else waits for it; it is said, and taken back; and nothing is lost. */
static void test_blocked_disk(void)
{
	struct world w;
	start(&w);
	say_all(&w, 20);
	UNTIL(&w, line, line->written == 20);
	atomic_store(&blocked, true);
	say_all(&w, 50);
	UNTIL(&w, line, line->trouble == STUDIO_DISK_SLOW);
	for (unsigned i = 0; i < TRACKS; i++) {
		g_assert_cmpuint(w.lines[i].written, <, 70);
		while (say(&w.lines[i]))
			; /* the rest waits in the server */
	}
	atomic_store(&blocked, false);
	UNTIL(&w, line, line->written == line->sent && line->trouble == STUDIO_FINE);
	unsigned sent = w.lines[1].sent;
	g_assert_cmpuint(stop(&w, 1), ==, sent);
}

/* Not blocked, but slower than what comes. */
static void test_slow_disk(void)
{
	struct world w;
	start(&w);
	atomic_store(&delay_us, 150000);
	say_all(&w, 150);
	UNTIL(&w, line, line->trouble == STUDIO_DISK_SLOW);
	atomic_store(&delay_us, 0);
	UNTIL(&w, line, line->written == 150 && line->trouble == STUDIO_FINE);
	g_assert_cmpuint(stop(&w, 2), ==, 150);
}

/* A track of which nothing comes isn't behind. */
static void test_silence(void)
{
	struct world w;
	start(&w);
	say_all(&w, 1);
	UNTIL(&w, line, line->written == 1);
	for (gint64 until = g_get_monotonic_time() + 3 * G_TIME_SPAN_SECOND / 2;
	     g_get_monotonic_time() < until; turn(&w))
		for (unsigned i = 0; i < TRACKS; i++)
			g_assert_cmpint(w.lines[i].trouble, ==, STUDIO_FINE);
	g_assert_cmpuint(stop(&w, 0), ==, 1);
}

static void test_full_disk(void)
{
	struct world w;
	start(&w);
	say_all(&w, 20);
	UNTIL(&w, line, line->written == 20);
	atomic_store(&full, true);
	say_all(&w, 20);
	UNTIL(&w, line, line->trouble == STUDIO_DISK_FULL);
	for (unsigned i = 0; i < TRACKS; i++)
		g_assert_cmpuint(w.lines[i].written, ==, 20); /* the server keeps the rest */
	atomic_store(&full, false);
	say_all(&w, 20);
	UNTIL(&w, line, line->trouble == STUDIO_FINE && line->written == 60);
	g_assert_cmpuint(stop(&w, 3), ==, 60);
}

/* It ends while the disk is full: what is written is whole, without the end that didn't fit. */
static void test_full_at_the_end(void)
{
	struct world w;
	start(&w);
	say_all(&w, 90);
	UNTIL(&w, line, line->written == 90);
	atomic_store(&full, true);
	say_all(&w, 40);
	UNTIL(&w, line, line->trouble == STUDIO_DISK_FULL);
	g_assert_cmpuint(stop(&w, 3), ==, 90);
}

/* What had come when it was told to end is in the files; what comes behind, isn't waited for. */
static void test_end(void)
{
	struct world w;
	start(&w);
	say_all(&w, 1);
	UNTIL(&w, line, line->written == 1);
	atomic_store(&delay_us, 100);
	say_all(&w, 150);
	g_assert_cmpuint(recorders_count(w.recorders), ==, TRACKS);
	g_assert_cmpuint(stop(&w, 0), ==, 151);
}

static void test_refused(void)
{
	struct world w;
	struct track_hello hello = {.folder = "recordings/8", .name = "voice-0"};
	int ends[2];
	start(&w);
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
	recorders_add(w.recorders, ends[1], &hello);
	struct line other = {.fd = ends[0]};
	say_all(&w, 1);
	UNTIL(&w, line, (take(&other), other.ended && line->written == 1));
	close(ends[0]);
	g_assert_cmpuint(recorders_count(w.recorders), ==, TRACKS);
	close(w.lines[2].fd); /* the server ends one */
	for (gint64 until = g_get_monotonic_time() + PATIENCE_US;
	     recorders_count(w.recorders) == TRACKS;) {
		g_assert_cmpint(g_get_monotonic_time(), <, until);
		g_usleep(1000);
	}
	w.lines[2].fd = -1;
	g_assert_cmpuint(stop(&w, 2), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_log_set_always_fatal(G_LOG_LEVEL_ERROR |
			       G_LOG_LEVEL_CRITICAL); /* what is refused is said */
	g_test_add_func("/recorders/blocked_disk", test_blocked_disk);
	g_test_add_func("/recorders/slow_disk", test_slow_disk);
	g_test_add_func("/recorders/silence", test_silence);
	g_test_add_func("/recorders/full_disk", test_full_disk);
	g_test_add_func("/recorders/full_at_the_end", test_full_at_the_end);
	g_test_add_func("/recorders/end", test_end);
	g_test_add_func("/recorders/refused", test_refused);
	return g_test_run();
}
