#include "tests/peer/clip.h"

#include <math.h>
#include <opus/opus.h>
#include <string.h>

#define OPUS_RATE   48000
#define OPUS_TICKS  960 /* 20 ms */
#define OPUS_SECOND 50	/* frames */
#define IVF_HEADER  32
#define IVF_FRAME   12

/* Frames are gathered with offsets, since the array moves while it grows. */
static struct clip *clip_finish(struct clip *clip, GByteArray *bytes, GArray *frames)
{
	clip->bytes = g_byte_array_free_to_bytes(bytes);
	const uint8_t *start = g_bytes_get_data(clip->bytes, NULL);
	clip->n_frames = frames->len;
	clip->frames = (struct frame *)(void *)g_array_free(frames, FALSE);
	for (unsigned i = 0; i < clip->n_frames; i++) {
		clip->frames[i].data = start;
		start += clip->frames[i].length;
	}
	return clip;
}

static void add_frame(GByteArray *bytes, GArray *frames, const uint8_t *data, size_t length,
		      bool keyframe)
{
	const struct frame frame = {.length = length, .keyframe = keyframe};
	g_byte_array_append(bytes, data, (guint)length);
	g_array_append_val(frames, frame);
}

static uint32_t get_le(const uint8_t *p, unsigned n)
{
	uint32_t value = 0;
	while (n-- > 0)
		value = value << 8 | p[n];
	return value;
}

struct clip *clip_new_tone(unsigned hz)
{
	struct clip *clip = g_new0(struct clip, 1);
	GByteArray *bytes = g_byte_array_new();
	GArray *frames = g_array_new(FALSE, TRUE, sizeof(struct frame));
	OpusEncoder *encoder = opus_encoder_create(OPUS_RATE, 1, OPUS_APPLICATION_VOIP, NULL);
	g_assert_nonnull(encoder);
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000));
	clip->ticks = OPUS_TICKS;
	/* The second second is kept: by then the encoder has settled. */
	for (unsigned i = 0; i < 2 * OPUS_SECOND; i++) {
		int16_t samples[OPUS_TICKS];
		uint8_t packet[400];
		for (unsigned s = 0; s < OPUS_TICKS; s++)
			samples[s] = (int16_t)(8000 * sin(2 * G_PI * hz * (i * OPUS_TICKS + s) /
							  OPUS_RATE));
		opus_int32 length =
			opus_encode(encoder, samples, OPUS_TICKS, packet, sizeof packet);
		g_assert_cmpint(length, >, 0);
		if (i >= OPUS_SECOND)
			add_frame(bytes, frames, packet, (size_t)length, true);
	}
	opus_encoder_destroy(encoder);
	return clip_finish(clip, bytes, frames);
}

/* RIFF: chunks of a name, a length and as many bytes, made even. Returns where the samples are. */
static const uint8_t *find_samples(const uint8_t *data, size_t size, size_t *ret_length)
{
	const uint8_t *samples = NULL;
	bool suits = false;
	*ret_length = 0;
	if (size < 12 || memcmp(data, "RIFF", 4) != 0 || memcmp(data + 8, "WAVE", 4) != 0)
		return NULL;
	for (size_t at = 12; at + 8 <= size;) {
		size_t length = MIN(get_le(data + at + 4, 4), size - at - 8);
		const uint8_t *body = data + at + 8;
		if (memcmp(data + at, "fmt ", 4) == 0 && length >= 16)
			suits = get_le(body, 2) == 1 && get_le(body + 2, 2) == 1 &&
				get_le(body + 4, 4) == OPUS_RATE && get_le(body + 14, 2) == 16;
		if (memcmp(data + at, "data", 4) == 0) {
			samples = body;
			*ret_length = length;
		}
		at += 8 + length + length % 2;
	}
	return suits ? samples : NULL;
}

struct clip *clip_open_wave(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	size_t size = 0, length = 0;
	if (!g_file_get_contents(path, &text, &size, error))
		return NULL;
	const uint8_t *data = find_samples((const uint8_t *)text, size, &length);
	if (data == NULL || length < 2 * OPUS_TICKS) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%s: no wave file of 48 kHz, one channel, 16 bits", path);
		return NULL;
	}
	struct clip *clip = g_new0(struct clip, 1);
	GByteArray *bytes = g_byte_array_new();
	GArray *frames = g_array_new(FALSE, TRUE, sizeof(struct frame));
	OpusEncoder *encoder = opus_encoder_create(OPUS_RATE, 1, OPUS_APPLICATION_AUDIO, NULL);
	g_assert_nonnull(encoder);
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(64000));
	clip->ticks = OPUS_TICKS;
	for (size_t at = 0; at + 2 * OPUS_TICKS <= length; at += 2 * OPUS_TICKS) {
		int16_t samples[OPUS_TICKS];
		uint8_t packet[400];
		for (unsigned s = 0; s < OPUS_TICKS; s++)
			samples[s] = (int16_t)get_le(data + at + 2 * s, 2);
		opus_int32 n = opus_encode(encoder, samples, OPUS_TICKS, packet, sizeof packet);
		g_assert_cmpint(n, >, 0);
		add_frame(bytes, frames, packet, (size_t)n, true);
	}
	opus_encoder_destroy(encoder);
	return clip_finish(clip, bytes, frames);
}

struct clip *clip_new_noise(unsigned width, unsigned height, unsigned frames_per_second,
			    unsigned kilobits)
{
	struct clip *clip = g_new0(struct clip, 1);
	GByteArray *bytes = g_byte_array_new();
	GArray *frames = g_array_new(FALSE, TRUE, sizeof(struct frame));
	size_t usual = MAX(kilobits * 125 / frames_per_second, 20);
	g_autofree uint8_t *data = g_malloc(4 * usual);
	g_autoptr(GRand) rand = g_rand_new_with_seed(width * 65536 + height);
	*clip = (struct clip){.video = true,
			      .width = width,
			      .height = height,
			      .ticks = 90000 / frames_per_second};
	for (unsigned i = 0; i < 10 * frames_per_second; i++) {
		size_t length = i == 0 ? 4 * usual : usual;
		for (size_t b = 0; b < length; b++)
			data[b] = (uint8_t)g_rand_int(rand);
		/* RFC 7741, section 4.3: bit 0 is clear in a keyframe; then start code and size. */
		data[0] = i == 0 ? 0x10 : 0x11;
		if (i == 0) {
			const uint8_t start[] = {0x9d,
						 0x01,
						 0x2a,
						 (uint8_t)width,
						 (uint8_t)(width >> 8),
						 (uint8_t)height,
						 (uint8_t)(height >> 8)};
			memcpy(data + 3, start, sizeof start);
		}
		add_frame(bytes, frames, data, length, i == 0);
	}
	return clip_finish(clip, bytes, frames);
}

struct clip *clip_open_ivf(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	size_t size = 0;
	if (!g_file_get_contents(path, &text, &size, error))
		return NULL;
	const uint8_t *data = (const uint8_t *)text;
	if (size < IVF_HEADER + IVF_FRAME || memcmp(data, "DKIF", 4) != 0 ||
	    memcmp(data + 8, "VP80", 4) != 0 || get_le(data + 16, 4) == 0 ||
	    get_le(data + 20, 4) == 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no IVF file with VP8",
			    path);
		return NULL;
	}
	struct clip *clip = g_new0(struct clip, 1);
	GByteArray *bytes = g_byte_array_new();
	GArray *frames = g_array_new(FALSE, TRUE, sizeof(struct frame));
	clip->video = true;
	clip->width = get_le(data + 12, 2);
	clip->height = get_le(data + 14, 2);
	/* The header's time base is rate / scale; writers put a frame rate or finer ticks there. */
	uint64_t rate = get_le(data + 16, 4), scale = get_le(data + 20, 4), first = 0, second = 0;
	for (size_t at = IVF_HEADER; at + IVF_FRAME < size;) {
		size_t length = get_le(data + at, 4);
		uint64_t pts = get_le(data + at + 4, 4);
		at += IVF_FRAME;
		if (length == 0 || length > size - at)
			break;
		if (frames->len == 0)
			first = pts;
		else if (frames->len == 1)
			second = pts;
		add_frame(bytes, frames, data + at, length, (data[at] & 1) == 0);
		at += length;
	}
	clip->ticks = second > first ? (uint32_t)((second - first) * 90000 * scale / rate) : 9000;
	return clip_finish(clip, bytes, frames);
}

void clip_free(struct clip *clip)
{
	if (clip == NULL)
		return;
	g_bytes_unref(clip->bytes);
	g_free(clip->frames);
	g_free(clip);
}
