#include "recordings/archive_track.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* RFC 9559, section 5.1. */
#define EBML	     0x1a45dfa3
#define SEGMENT	     0x18538067
#define SEEK_HEAD    0x114d9b74
#define INFO	     0x1549a966
#define TRACKS	     0x1654ae6b
#define CUES	     0x1c53bb6b
#define TAGS	     0x1254c367
#define CLUSTER	     0x1f43b675
#define TIMESTAMP    0xe7
#define POSITION     0xa7
#define PREV_SIZE    0xab
#define SIMPLE_BLOCK 0xa3
#define VOID	     0xec
#define CRC_32	     0xbf

#define BUFFER	     (256u << 10)
#define HEAD_MAX     (1u << 20) /* of a known element that is skipped, but for cues and void */
#define CLUSTER_MAX  (INT64_C(1) << 42) /* ms: a time that makes sense */
#define UNKNOWN_SIZE UINT64_MAX
#define WAIT_STEP_MS 100

struct archive_track {
	FILE *file;
	int64_t length;
	int64_t cluster_ms;
	GByteArray *data;
	unsigned damages;
};

struct archive_track *archive_track_new(int fd)
{
	struct stat st;
	FILE *file = fdopen(fd, "rb");
	if (!file)
		g_error("fdopen: %m"); /* an open descriptor: there is no memory */
	struct archive_track *track = g_new0(struct archive_track, 1);
	track->file = file;
	track->length = fstat(fd, &st) == 0 ? st.st_size : 0;
	track->data = g_byte_array_new();
	setvbuf(file, NULL, _IOFBF, BUFFER);
	return track;
}

struct archive_track *archive_track_open(int directory, const char *path, GError **error)
{
	int fd = openat(directory, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return archive_track_new(fd);
	g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", path,
		    g_strerror(errno));
	return NULL;
}

bool archive_track_wait(struct archive_track *track, struct archive_pulse *pulse)
{
	struct stat st;
	while (flock(fileno(track->file), LOCK_SH | LOCK_NB) < 0) {
		if (pulse->locks_ms < WAIT_STEP_MS)
			return false;
		pulse->locks_ms -= WAIT_STEP_MS;
		g_usleep(WAIT_STEP_MS * 1000);
		archive_pulse_beat(pulse);
	}
	if (fstat(fileno(track->file), &st) == 0)
		track->length = st.st_size;
	return true;
}

void archive_track_free(struct archive_track *track)
{
	if (!track)
		return;
	fclose(track->file);
	g_byte_array_unref(track->data);
	g_free(track);
}

static int64_t place(const struct archive_track *track)
{
	return ftello(track->file);
}

/* Further than the end is the end. */
static bool skip(struct archive_track *track, uint64_t n)
{
	uint8_t unwanted[4096];
	if (n > (uint64_t)(track->length - place(track)))
		return false;
	/* stdio reads its whole buffer again after a seek. */
	if (n <= sizeof unwanted)
		return fread(unwanted, 1, (size_t)n, track->file) == n;
	return fseeko(track->file, (off_t)n, SEEK_CUR) == 0;
}

/* Number of bytes, of which the first says how many there are (RFC 8794, section 4). */
static bool read_id(struct archive_track *track, uint32_t *ret)
{
	int first = getc_unlocked(track->file);
	unsigned n = first >= 0x80   ? 1
		     : first >= 0x40 ? 2
		     : first >= 0x20 ? 3
		     : first >= 0x10 ? 4
				     : 0;
	if (first == EOF || n == 0)
		return false;
	uint32_t id = (uint32_t)first;
	for (unsigned i = 1; i < n; i++)
		id = id << 8 | (uint8_t)getc_unlocked(track->file);
	*ret = id;
	return !feof(track->file);
}

static bool read_size(struct archive_track *track, uint64_t *ret)
{
	int first = getc_unlocked(track->file);
	unsigned n = 1;
	if (first == EOF || first == 0)
		return false;
	while (!(first & (0x80 >> (n - 1))))
		n++;
	uint64_t size = (uint64_t)first & ((0x80u >> (n - 1)) - 1);
	bool ones = size == (0x80u >> (n - 1)) - 1;
	for (unsigned i = 1; i < n; i++) {
		int c = getc_unlocked(track->file);
		ones &= c == 0xff;
		size = size << 8 | (uint8_t)c;
	}
	*ret = ones ? UNKNOWN_SIZE : size;
	return !feof(track->file);
}

static bool read_cluster_time(struct archive_track *track, uint64_t size)
{
	uint64_t number = 0;
	if (size == 0 || size > 8)
		return false;
	for (uint64_t i = 0; i < size; i++)
		number = number << 8 | (uint8_t)getc_unlocked(track->file);
	if (number > (uint64_t)CLUSTER_MAX)
		return false;
	track->cluster_ms = (int64_t)number;
	return true;
}

/* RFC 9559, section 10.2. */
static bool read_block(struct archive_track *track, uint64_t size, bool peek,
		       struct archive_block *ret)
{
	uint8_t head[4];
	if (size < sizeof head || size > ARCHIVE_BLOCK_MAX ||
	    fread(head, 1, sizeof head, track->file) != sizeof head || head[0] != 0x81)
		return false;
	size_t length = (size_t)size - sizeof head;
	if ((int64_t)length > track->length - place(track))
		return false;
	if (peek && !skip(track, length))
		return false;
	if (!peek) {
		g_byte_array_set_size(track->data, (guint)length);
		if (length > 0 && fread(track->data->data, 1, length, track->file) != length)
			return false;
	}
	ret->time_ms = track->cluster_ms + (int16_t)(head[1] << 8 | head[2]);
	ret->keyframe = head[3] & 0x80;
	ret->data = peek ? NULL : track->data->data;
	ret->length = length;
	ret->cluster_ms = track->cluster_ms;
	return true;
}

/* What stands between clusters and blocks is passed over. */
static bool skip_element(struct archive_track *track, uint32_t id, uint64_t size)
{
	switch (id) {
	case SEGMENT:
	case CLUSTER: /* what it holds follows; where it ends, another id tells */
		return true;
	case TIMESTAMP:
		return read_cluster_time(track, size);
	case EBML:
	case SEEK_HEAD:
	case INFO:
	case TRACKS:
	case TAGS:
	case POSITION:
	case PREV_SIZE:
	case CRC_32:
		return size <= HEAD_MAX && skip(track, size);
	case CUES:
	case VOID:
		return size != UNKNOWN_SIZE && skip(track, size);
	default:
		return false;
	}
}

/* From where it made no sense to the next cluster; false: there is none. */
static bool find_cluster(struct archive_track *track, int64_t from)
{
	uint32_t last = 0;
	int c;
	clearerr(track->file);
	if (fseeko(track->file, (off_t)from, SEEK_SET) != 0)
		return false;
	while ((c = getc_unlocked(track->file)) != EOF) {
		last = last << 8 | (uint8_t)c;
		if (last != CLUSTER)
			continue;
		track->damages++;
		return fseeko(track->file, -4, SEEK_CUR) == 0;
	}
	return false;
}

static bool next(struct archive_track *track, bool peek, struct archive_block *ret)
{
	for (;;) {
		int64_t begin = place(track);
		uint32_t id;
		uint64_t size;
		bool there = read_id(track, &id) && read_size(track, &size);
		if (there && id == SIMPLE_BLOCK && read_block(track, size, peek, ret)) {
			ret->place = begin;
			return true;
		}
		if (there && id != SIMPLE_BLOCK && skip_element(track, id, size))
			continue;
		/* Never back to where it began: each try is further on. */
		if (begin >= track->length || !find_cluster(track, begin + 1))
			return false;
	}
}

bool archive_track_next(struct archive_track *track, struct archive_block *ret)
{
	return next(track, false, ret);
}

bool archive_track_peek(struct archive_track *track, struct archive_block *ret)
{
	return next(track, true, ret);
}

void archive_track_seek(struct archive_track *track, int64_t where, int64_t cluster_ms)
{
	clearerr(track->file);
	(void)fseeko(track->file, (off_t)where, SEEK_SET);
	track->cluster_ms = cluster_ms;
}

unsigned archive_track_damages(const struct archive_track *track)
{
	return track->damages;
}
