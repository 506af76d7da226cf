/*
 * A recorded track: the first message, if it begins with '{'; else what a track is made of, each
 * with its length in one byte before it. The first byte says whether it is a picture's.
 */
#include "recordings/track.h"
#include "recordings/track_message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_append(void *user, const uint8_t *data, size_t length)
{
	if (length == 0)
		abort();
	if (data[length - 1] == 'F') /* the disk is full, now and then */
		return false;
	*(uint64_t *)user += length;
	return true;
}

static void on_patch(void *user, uint64_t offset, const uint8_t *data, size_t length)
{
	if (offset + length > *(uint64_t *)user)
		abort(); /* it would grow the file */
}

static void on_who(void *user, uint64_t offset, uint64_t time_ms, uint32_t source)
{
	if (offset != *(uint64_t *)user)
		abort(); /* it is about what comes next */
}

static void check_hello(const uint8_t *data, size_t size)
{
	struct track_hello hello;
	if (track_hello_parse((const char *)data, size, &hello) != OK)
		return;
	if (hello.folder[0] == '/' || strstr(hello.folder, "..") || strchr(hello.name, '/') ||
	    !hello.name[0] || ABS(hello.begin_us) > TRACK_TIME_MAX ||
	    ABS(hello.wall_us) > TRACK_WALL_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t written = 0;
	uint64_t now_us = 1;
	uint32_t from = 0, source;
	if (size == 0)
		return 0;
	if (data[0] == '{') {
		check_hello(data, size);
		return 0;
	}
	bool video = data[0] & 1;
	struct track *track =
		track_new(&(struct track_config){.video = video, .name = "fuzz"},
			  &(struct track_output){&written, on_append, on_patch, on_who});
	for (size_t at = 1; at < size && at + 1 + data[at] <= size; at += 1 + data[at]) {
		struct track_media media;
		now_us += 50000;
		if (track_source_parse(data + at + 1, data[at], &source) == OK)
			from = source;
		else if (track_media_parse(data + at + 1, data[at], video, &media) != OK)
			track_tick(track, now_us);
		else {
			media.capture.source = from;
			track_receive(track, media.rtp, media.length, media.capture, now_us);
		}
	}
	bool needs_keyframe = track_needs_keyframe(track);
	track_end(track);
	struct track_counts counts = track_counts(track);
	if (track_waiting(track) != 0 || (needs_keyframe && !video) ||
	    (counts.blocks > 0) != (written > 0) ||
	    (written == 0 && track_time_ms(track) > 0 && counts.lost == 0))
		abort();
	track_free(track);
	return 0;
}
