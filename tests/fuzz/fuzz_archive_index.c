/*
 * What the archive reads from a disk, and others have written: the first byte says what the rest
 * is. 0: lines of index.jsonl, or of a NAME.who; else a track's file, of sound (1) or a picture.
 */
#include "recordings/archive_files.h"
#include "recordings/archive_index.h"
#include "recordings/archive_speakers.h"
#include "recordings/archive_track.h"
#include "recordings/archive_vtt.h"
#include "recordings/archive_who.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct archive_index *index)
{
	struct archive_time time;
	archive_time_init(&time, (const void *)index->marks->data, index->marks->len, NULL, 0,
			  index->last);
	for (int64_t at = 0; at < time.duration; at += time.duration / 16 + 1)
		if (archive_time_at(&time, archive_time_back(&time, at)) != at)
			abort();
	g_autoptr(GArray) turns = archive_speakers(index, &time);
	for (guint i = 0; i < turns->len; i++) {
		const struct archive_turn *turn = &g_array_index(turns, struct archive_turn, i);
		if (turn->at < 0 || turn->until <= turn->at || turn->until > time.duration)
			abort();
	}
	g_autoptr(GPtrArray) channels = archive_channels(index);
	for (guint i = 0; i < channels->len; i++)
		g_array_unref(archive_interpreters(index, &time, channels->pdata[i]));
	g_autoptr(GString) out = g_string_new(NULL);
	for (guint i = 0; i < index->chat->len; i++) {
		const struct archive_chat *chat =
			&g_array_index(index->chat, struct archive_chat, i);
		archive_vtt_cue(out, 0, 1000, chat->name, chat->text);
	}
	if (!g_utf8_validate(out->str, (gssize)out->len, NULL))
		abort();
	archive_time_clear(&time);
}

static void read_index(const uint8_t *data, size_t size)
{
	struct archive_index *index = archive_index_new();
	struct archive_who who;
	archive_who_init(&who);
	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t length = end ? (size_t)(end - data) : size;
		archive_index_add(index, (const char *)data, length);
		archive_who_add(&who, (const char *)data, length);
		data += length + (end != NULL);
		size -= length + (end != NULL);
	}
	for (guint i = 0; i < who.turns->len; i++) {
		const struct archive_who_turn *turn =
			&g_array_index(who.turns, struct archive_who_turn, i);
		if (archive_who_of(&who, turn->at) != turn->id ||
		    (turn->at > 0 && archive_who_of(&who, turn->at - 1) == turn->id && turn->id))
			abort();
	}
	archive_who_clear(&who);
	use(index);
	archive_index_free(index);
}

static void read_track(const uint8_t *data, size_t size, bool peek)
{
	int fd = memfd_create("track", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	struct archive_track *track = archive_track_new(fd);
	struct archive_block block, again;
	size_t n = 0, sum = 0;
	while (peek ? archive_track_peek(track, &block) : archive_track_next(track, &block)) {
		for (size_t i = 0; !peek && i < block.length; i++)
			sum += block.data[i];
		if (block.place < 0 || (size_t)block.place + block.length > size || ++n > size)
			abort();
	}
	if (n > 0) { /* it is found again where it was */
		archive_track_seek(track, block.place, block.cluster_ms);
		if (!archive_track_next(track, &again) || again.place != block.place ||
		    again.time_ms != block.time_ms || again.length != block.length)
			abort();
	}
	archive_track_free(track);
	if (sum == SIZE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 0)
		read_index(data + 1, size - 1);
	else
		read_track(data + 1, size - 1, data[0] > 1);
	return 0;
}
