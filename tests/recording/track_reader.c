#include "tests/recording/track_reader.h"
#include "tests/recording/timecode.h"
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <opus/opus.h>
#include <string.h>

#define UNKNOWN	    UINT64_MAX
#define SAMPLES_MAX 5760 /* the longest packet that Opus has */
#define BLOCK_HEAD  4
#define WAIT	    (10 * GST_SECOND)

enum {
	EBML = 0x1a45dfa3,
	SEGMENT = 0x18538067,
	INFO = 0x1549a966,
	TRACKS = 0x1654ae6b,
	TRACK_ENTRY = 0xae,
	VIDEO = 0xe0,
	AUDIO = 0xe1,
	CLUSTER = 0x1f43b675,
	TIMESTAMP = 0xe7,
	SIMPLE_BLOCK = 0xa3,
	CODEC_ID = 0x86,
};

/* What stands where (RFC 9559, section 5.1). parent 0: the file. */
static const struct {
	uint32_t id, parent;
	bool master;
} elements[] = {
	{EBML, 0, true},
	{SEGMENT, 0, true},
	{INFO, SEGMENT, true},
	{TRACKS, SEGMENT, true},
	{TRACK_ENTRY, TRACKS, true},
	{VIDEO, TRACK_ENTRY, true},
	{AUDIO, TRACK_ENTRY, true},
	{CLUSTER, SEGMENT, true},
	{0x4286, EBML, false},
	{0x42f7, EBML, false},
	{0x42f2, EBML, false},
	{0x42f3, EBML, false},
	{0x4282, EBML, false},
	{0x4287, EBML, false},
	{0x4285, EBML, false},
	{0x2ad7b1, INFO, false},
	{0x4489, INFO, false},
	{0x4461, INFO, false},
	{0x4d80, INFO, false},
	{0x5741, INFO, false},
	{0xd7, TRACK_ENTRY, false},
	{0x73c5, TRACK_ENTRY, false},
	{0x83, TRACK_ENTRY, false},
	{0x9c, TRACK_ENTRY, false},
	{0x536e, TRACK_ENTRY, false},
	{0x22b59d, TRACK_ENTRY, false},
	{CODEC_ID, TRACK_ENTRY, false},
	{0x63a2, TRACK_ENTRY, false},
	{0x56bb, TRACK_ENTRY, false},
	{0xb0, VIDEO, false},
	{0xba, VIDEO, false},
	{0xb5, AUDIO, false},
	{0x9f, AUDIO, false},
	{TIMESTAMP, CLUSTER, false},
	{SIMPLE_BLOCK, CLUSTER, false},
};

struct level {
	uint32_t id;
	gsize end; /* SIZE_MAX: not known */
};

struct reader {
	struct read_track *track;
	struct level levels[6];
	unsigned depth;
	uint64_t cluster_ms, newest_ms;
	bool has_codec;
};

G_GNUC_PRINTF(3, 4)
static bool complain(struct reader *r, gsize at, const char *format, ...)
{
	va_list arguments;
	g_autofree char *text = NULL;
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	r->track->problem_at = at;
	g_snprintf(r->track->problem, sizeof r->track->problem, "byte %zu: %s", at, text);
	return false;
}

/* 0: cut off. */
static gsize read_vint(const struct read_track *t, gsize at, bool marker, uint64_t *ret)
{
	gsize n = 1;
	if (at >= t->length || t->bytes[at] == 0)
		return 0;
	while (!(t->bytes[at] & (0x80 >> (n - 1))))
		n++;
	if (t->length - at < n)
		return 0;
	uint64_t number = marker ? t->bytes[at] : t->bytes[at] & ((0x80u >> (n - 1)) - 1);
	bool ones = !marker && number == (0x80u >> (n - 1)) - 1;
	for (gsize i = 1; i < n; i++) {
		number = number << 8 | t->bytes[at + i];
		ones &= t->bytes[at + i] == 0xff;
	}
	*ret = ones ? UNKNOWN : number;
	return n;
}

static int find_element(uint64_t id)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(elements); i++)
		if (elements[i].id == id)
			return (int)i;
	return -1;
}

static bool read_block(struct reader *r, gsize at, gsize size)
{
	const uint8_t *p = r->track->bytes + at;
	if (size < BLOCK_HEAD || p[0] != 0x81)
		return complain(r, at, "a block of another track");
	struct read_block block = {
		.time_ms = r->cluster_ms + (uint64_t)(int16_t)(p[1] << 8 | p[2]),
		.keyframe = p[3] & 0x80,
		.data = p + BLOCK_HEAD,
		.length = size - BLOCK_HEAD,
	};
	if (block.time_ms < r->newest_ms)
		return complain(r, at,
				"the time goes back from %" G_GUINT64_FORMAT
				" to %" G_GUINT64_FORMAT,
				r->newest_ms, block.time_ms);
	r->newest_ms = block.time_ms;
	g_array_append_val(r->track->blocks, block);
	return true;
}

static bool read_leaf(struct reader *r, uint32_t id, gsize at, gsize size)
{
	const uint8_t *p = r->track->bytes + at;
	if (id == SIMPLE_BLOCK)
		return read_block(r, at, size);
	if (id == CODEC_ID) {
		r->track->video = size == 5 && memcmp(p, "V_VP8", 5) == 0;
		r->has_codec = r->track->video || (size == 6 && memcmp(p, "A_OPUS", 6) == 0);
		return r->has_codec || complain(r, at, "a codec that is none of ours");
	}
	if (id == TIMESTAMP) {
		r->cluster_ms = 0;
		for (gsize i = 0; i < size; i++)
			r->cluster_ms = r->cluster_ms << 8 | p[i];
	}
	return true;
}

/* Where an element begins its parent must be open; one of unknown size ends with what can't be in
 * it. */
static bool descend(struct reader *r, gsize at, uint32_t id, uint32_t parent)
{
	while (r->depth > 0 &&
	       (at == r->levels[r->depth - 1].end ||
		(r->levels[r->depth - 1].end == SIZE_MAX && r->levels[r->depth - 1].id != parent)))
		r->depth--;
	uint32_t open = r->depth > 0 ? r->levels[r->depth - 1].id : 0;
	return open == parent || complain(r, at, "%x within %x", id, open);
}

/* One element, or the head of one that has others in it. *ret_at: behind it; where it was, if it is
 * cut off by the file's end. */
static bool read_element(struct reader *r, gsize *at)
{
	const struct read_track *t = r->track;
	uint64_t id, size;
	gsize n = read_vint(t, *at, true, &id), m = n ? read_vint(t, *at + n, false, &size) : 0;
	if (n == 0 || m == 0) {
		bool zero = t->bytes[*at] == 0 ||
			    (n > 0 && *at + n < t->length && t->bytes[*at + n] == 0);
		return !zero || complain(r, *at, "zeros");
	}
	int which = find_element(id);
	if (which < 0)
		return complain(r, *at, "%" G_GINT64_MODIFIER "x is nothing", id);
	if (!descend(r, *at, (uint32_t)id, elements[which].parent))
		return false;
	gsize body = *at + n + m;
	gsize parent_end = r->depth > 0 ? r->levels[r->depth - 1].end : SIZE_MAX;
	bool is_open = size == UNKNOWN;
	if (is_open && id != SEGMENT && id != CLUSTER)
		return complain(r, *at, "%" G_GINT64_MODIFIER "x has no size", id);
	if (!is_open && parent_end != SIZE_MAX && body + size > parent_end)
		return complain(r, *at, "%" G_GINT64_MODIFIER "x is longer than what it is in", id);
	if (elements[which].master) {
		r->levels[r->depth++] =
			(struct level){(uint32_t)id, is_open ? SIZE_MAX : body + size};
		r->track->ended |= id == SEGMENT && !is_open;
		*at = body;
		return true;
	}
	if (size > t->length - body)
		return true; /* cut off */
	*at = body + size;
	return read_leaf(r, (uint32_t)id, body, size);
}

bool track_read(const char *path, struct read_track *ret, GError **error)
{
	struct reader r = {.track = ret};
	*ret = (struct read_track){0};
	if (!g_file_get_contents(path, (char **)&ret->bytes, &ret->length, error))
		return false;
	ret->blocks = g_array_new(FALSE, TRUE, sizeof(struct read_block));
	gsize at = 0, before = SIZE_MAX;
	while (at < ret->length && at != before && !ret->problem[0]) {
		before = at;
		(void)read_element(&r, &at);
	}
	ret->cut = ret->length - at;
	if (ret->problem[0])
		return true;
	if (!r.has_codec)
		complain(&r, at, "its header isn't whole");
	for (unsigned i = 0; i < r.depth; i++) /* a size that was written is kept */
		if (r.levels[i].end != SIZE_MAX && r.levels[i].end != ret->length)
			complain(&r, at, "%x says that it ends at %zu", r.levels[i].id,
				 r.levels[i].end);
	return true;
}

void track_read_clear(struct read_track *track)
{
	g_clear_pointer(&track->blocks, g_array_unref);
	g_clear_pointer(&track->bytes, g_free);
}

/* --- GStreamer --- */

int track_demux(const char *path)
{
	int n = 0;
	GstElement *pipeline = gst_parse_launch(
		"filesrc name=file ! matroskademux ! appsink name=out sync=false", NULL);
	GstElement *file = gst_bin_get_by_name(GST_BIN(pipeline), "file");
	GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
	GstBus *bus = gst_element_get_bus(pipeline);
	g_object_set(file, "location", path, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	GstSample *sample;
	while ((sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), WAIT))) {
		gst_sample_unref(sample);
		n++;
	}
	GstMessage *failed = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
	bool ok = gst_app_sink_is_eos(GST_APP_SINK(out)) && !failed;
	g_clear_pointer(&failed, gst_message_unref);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(bus);
	gst_object_unref(file);
	gst_object_unref(out);
	gst_object_unref(pipeline);
	return ok ? n : -1;
}

static void decode_sound(struct read_track *track)
{
	OpusDecoder *decoder = opus_decoder_create(TIMECODE_RATE, 1, NULL);
	float samples[SAMPLES_MAX];
	for (guint i = 0; i < track->blocks->len; i++) {
		struct read_block *block = &g_array_index(track->blocks, struct read_block, i);
		int n = opus_decode_float(decoder, block->data, (opus_int32)block->length, samples,
					  SAMPLES_MAX, 0);
		block->decoded = n == TIMECODE_SAMPLES && timecode_of_sound(samples, &block->code);
	}
	opus_decoder_destroy(decoder);
}

/* A picture's time stamp is the block's number. */
static void take_picture(struct read_track *track, GstSample *sample)
{
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	const GstStructure *caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
	guint64 number = GST_BUFFER_PTS(buffer) / GST_SECOND;
	GstMapInfo map;
	int width = 0, height = 0;
	gst_structure_get_int(caps, "width", &width);
	gst_structure_get_int(caps, "height", &height);
	if (number < track->blocks->len && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
		struct read_block *block = &g_array_index(track->blocks, struct read_block, number);
		gsize stride = ((gsize)width + 3) & ~(gsize)3;
		block->decoded = timecode_of_picture(map.data, stride, (unsigned)width,
						     (unsigned)height, &block->code);
		gst_buffer_unmap(buffer, &map);
	}
	gst_sample_unref(sample);
}

static void decode_pictures(struct read_track *track)
{
	GstElement *pipeline = gst_parse_launch(
		"appsrc name=in format=time caps=video/x-vp8 max-bytes=0 ! vp8dec ! "
		"video/x-raw,format=I420 ! appsink name=out sync=false",
		NULL);
	GstElement *in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
	GstElement *out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	for (guint i = 0; i < track->blocks->len; i++) {
		const struct read_block *block =
			&g_array_index(track->blocks, struct read_block, i);
		GstBuffer *buffer = gst_buffer_new_memdup(block->data, block->length);
		GST_BUFFER_PTS(buffer) = i * GST_SECOND;
		if (!block->keyframe)
			GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
		gst_app_src_push_buffer(GST_APP_SRC(in), buffer);
	}
	gst_app_src_end_of_stream(GST_APP_SRC(in));
	GstSample *sample;
	while ((sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), WAIT)))
		take_picture(track, sample);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(in);
	gst_object_unref(out);
	gst_object_unref(pipeline);
}

void track_decode(struct read_track *track)
{
	if (track->blocks->len == 0)
		return;
	if (track->video)
		decode_pictures(track);
	else
		decode_sound(track);
}
