#include "recordings/matroska.h"
#include <string.h>

/* RFC 8794, section 11.2; RFC 9559, sections 5.1 and 8. */
enum element {
	EBML = 0x1a45dfa3,
	EBML_VERSION = 0x4286,
	EBML_READ_VERSION = 0x42f7,
	EBML_MAX_ID_LENGTH = 0x42f2,
	EBML_MAX_SIZE_LENGTH = 0x42f3,
	DOC_TYPE = 0x4282,
	DOC_TYPE_VERSION = 0x4287,
	DOC_TYPE_READ_VERSION = 0x4285,
	SEGMENT = 0x18538067,
	INFO = 0x1549a966,
	TIMESTAMP_SCALE = 0x2ad7b1,
	DURATION = 0x4489,
	DATE_UTC = 0x4461,
	MUXING_APP = 0x4d80,
	WRITING_APP = 0x5741,
	TRACKS = 0x1654ae6b,
	TRACK_ENTRY = 0xae,
	TRACK_NUMBER = 0xd7,
	TRACK_UID = 0x73c5,
	TRACK_TYPE = 0x83,
	FLAG_LACING = 0x9c,
	NAME = 0x536e,
	LANGUAGE_BCP47 = 0x22b59d,
	CODEC_ID = 0x86,
	CODEC_PRIVATE = 0x63a2,
	SEEK_PRE_ROLL = 0x56bb,
	DEFAULT_DURATION = 0x23e383,
	VIDEO = 0xe0,
	PIXEL_WIDTH = 0xb0,
	PIXEL_HEIGHT = 0xba,
	COLOUR_SPACE = 0x2eb524,
	AUDIO = 0xe1,
	SAMPLING_FREQUENCY = 0xb5,
	CHANNELS = 0x9f,
	CLUSTER = 0x1f43b675,
	TIMESTAMP = 0xe7,
	SIMPLE_BLOCK = 0xa3,
};

enum { TRACK_VIDEO = 1, TRACK_AUDIO = 2 };

#define APP		 "Tongsheng " TONGSHENG_VERSION
#define NS_PER_MS	 1000000
#define RAW_DURATION_NS	 40000000
#define SEEK_PRE_ROLL_NS 80000000 /* RFC 7845, section 4.6: a decoder needs 80 ms to be right */
/* Dates count from 2001 on (RFC 8794, section 7.6). */
#define DATE_EPOCH_S 978307200

static const uint8_t unknown_size[MATROSKA_SIZE] = {0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* Version 1, two channels, nothing to skip, 48 kHz, no gain, mapping 0 (RFC 7845, section 5.1). */
static const uint8_t opus_head[] = {'O', 'p', 'u',  's',  'H', 'e', 'a', 'd', 1, 2,
				    0,	 0,   0x80, 0xbb, 0,   0,   0,	 0,   0};

/* The last n bytes of a number, the highest first. */
static void put(GByteArray *out, uint64_t number, unsigned n)
{
	uint8_t bytes[8];
	for (unsigned i = 0; i < n; i++)
		bytes[i] = (uint8_t)(number >> 8 * (n - 1 - i));
	g_byte_array_append(out, bytes, n);
}

/* An element's id carries its own length. */
static void put_id(GByteArray *out, enum element id)
{
	put(out, id, id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
}

void matroska_size(uint8_t out[static MATROSKA_SIZE], uint64_t size)
{
	for (unsigned i = 0; i < MATROSKA_SIZE; i++)
		out[i] = (uint8_t)(size >> 8 * (MATROSKA_SIZE - 1 - i));
	out[0] = 0x01; /* a size of eight bytes: 56 bits */
}

void matroska_time(uint8_t out[static MATROSKA_TIME], uint64_t time_ms)
{
	for (unsigned i = 0; i < MATROSKA_TIME; i++)
		out[i] = (uint8_t)(time_ms >> 8 * (MATROSKA_TIME - 1 - i));
}

void matroska_duration(uint8_t out[static MATROSKA_DURATION], uint64_t duration_ms)
{
	double duration = (double)duration_ms;
	uint64_t bits;
	memcpy(&bits, &duration, sizeof bits);
	for (unsigned i = 0; i < MATROSKA_DURATION; i++)
		out[i] = (uint8_t)(bits >> 8 * (MATROSKA_DURATION - 1 - i));
}

static void put_size(GByteArray *out, uint64_t size)
{
	uint8_t bytes[MATROSKA_SIZE];
	matroska_size(bytes, size);
	g_byte_array_append(out, bytes, sizeof bytes);
}

static void put_data(GByteArray *out, enum element id, const void *data, size_t length)
{
	put_id(out, id);
	put_size(out, length);
	g_byte_array_append(out, data, (guint)length);
}

static void put_text(GByteArray *out, enum element id, const char *text)
{
	put_data(out, id, text, strlen(text));
}

static void put_number(GByteArray *out, enum element id, uint64_t number)
{
	put_id(out, id);
	put_size(out, sizeof number);
	put(out, number, sizeof number);
}

static void put_float(GByteArray *out, enum element id, uint64_t number)
{
	uint8_t bytes[MATROSKA_DURATION];
	matroska_duration(bytes, number);
	put_data(out, id, bytes, sizeof bytes);
}

/* An element that holds others: end_master says how long it became. */
static guint begin_master(GByteArray *out, enum element id)
{
	put_id(out, id);
	g_byte_array_append(out, unknown_size, sizeof unknown_size);
	return out->len;
}

static void end_master(GByteArray *out, guint begin)
{
	matroska_size(out->data + begin - MATROSKA_SIZE, out->len - begin);
}

static void put_ebml(GByteArray *out)
{
	guint ebml = begin_master(out, EBML);
	put_number(out, EBML_VERSION, 1);
	put_number(out, EBML_READ_VERSION, 1);
	put_number(out, EBML_MAX_ID_LENGTH, 4);
	put_number(out, EBML_MAX_SIZE_LENGTH, 8);
	put_text(out, DOC_TYPE, "matroska");
	put_number(out, DOC_TYPE_VERSION, 4);
	put_number(out, DOC_TYPE_READ_VERSION, 2);
	end_master(out, ebml);
}

static void put_info(GByteArray *out, const struct matroska_track *track,
		     struct matroska_places *places)
{
	guint info = begin_master(out, INFO);
	put_number(out, TIMESTAMP_SCALE, NS_PER_MS);
	put_float(out, DURATION, 0);
	places->duration = out->len - MATROSKA_DURATION;
	put_number(out, DATE_UTC,
		   (uint64_t)((track->begin_us - DATE_EPOCH_S * (int64_t)1000000) * 1000));
	put_text(out, MUXING_APP, APP);
	put_text(out, WRITING_APP, APP);
	end_master(out, info);
}

static void put_track(GByteArray *out, const struct matroska_track *track)
{
	guint tracks = begin_master(out, TRACKS), entry = begin_master(out, TRACK_ENTRY);
	put_number(out, TRACK_NUMBER, 1);
	put_number(out, TRACK_UID, track->uid);
	put_number(out, TRACK_TYPE, track->video ? TRACK_VIDEO : TRACK_AUDIO);
	put_number(out, FLAG_LACING, 0);
	put_text(out, NAME, track->name);
	if (track->language)
		put_text(out, LANGUAGE_BCP47, track->language);
	put_text(out, CODEC_ID, track->raw ? "V_UNCOMPRESSED" : track->video ? "V_VP8" : "A_OPUS");
	if (track->raw)
		put_number(out, DEFAULT_DURATION, RAW_DURATION_NS);
	if (track->video) {
		guint video = begin_master(out, VIDEO);
		put_number(out, PIXEL_WIDTH, track->width);
		put_number(out, PIXEL_HEIGHT, track->height);
		if (track->raw)
			put_text(out, COLOUR_SPACE, "I420");
		end_master(out, video);
	} else {
		put_data(out, CODEC_PRIVATE, opus_head, sizeof opus_head);
		put_number(out, SEEK_PRE_ROLL, SEEK_PRE_ROLL_NS);
		guint audio = begin_master(out, AUDIO);
		put_float(out, SAMPLING_FREQUENCY, 48000);
		put_number(out, CHANNELS, 2);
		end_master(out, audio);
	}
	end_master(out, entry);
	end_master(out, tracks);
}

void matroska_write_header(GByteArray *out, const struct matroska_track *track,
			   struct matroska_places *ret_places)
{
	put_ebml(out);
	guint segment = begin_master(out, SEGMENT);
	ret_places->segment = segment;
	ret_places->segment_size = segment - MATROSKA_SIZE;
	put_info(out, track, ret_places);
	put_track(out, track);
}

size_t matroska_write_cluster(GByteArray *out, uint64_t time_ms)
{
	guint cluster = begin_master(out, CLUSTER);
	put_number(out, TIMESTAMP, time_ms);
	return cluster - MATROSKA_SIZE;
}

void matroska_write_block_head(GByteArray *out, int16_t offset_ms, bool keyframe, size_t length)
{
	/* RFC 9559, section 10.2: track 1 as a size is, the time, whether it depends on no other.
	 */
	const uint8_t head[] = {0x81, (uint8_t)((uint16_t)offset_ms >> 8),
				(uint8_t)(uint16_t)offset_ms, keyframe ? 0x80 : 0};
	put_id(out, SIMPLE_BLOCK);
	put_size(out, sizeof head + length);
	g_byte_array_append(out, head, sizeof head);
}

void matroska_write_block(GByteArray *out, int16_t offset_ms, bool keyframe, const uint8_t *frame,
			  size_t length)
{
	matroska_write_block_head(out, offset_ms, keyframe, length);
	g_byte_array_append(out, frame, (guint)length);
}
