#include "relay/rtp/codec.h"
#include <glib.h>
#include <string.h>

/* 640 x 360 behind a descriptor of every field: X, N=0, S=1, PID 0; I L T K; id 0x1234; tl0 0x56;
 * TID 2. */
static const uint8_t vp8_key[] = {0x90, 0xf0, 0x92, 0x34, 0x56, 0x80, 0x10, 0x02, 0x00,
				  0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41, 0xff};

static struct frame_info peek(enum codec codec, const uint8_t *payload, size_t length)
{
	struct frame_info f;
	g_assert_cmpint(codec_peek(codec, payload, length, &f), ==, OK);
	return f;
}

#define PEEK(codec, ...)                                                                           \
	peek(codec, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static enum err refuse(enum codec codec, const uint8_t *payload, size_t length)
{
	struct frame_info f, before;
	memset(&f, 0x5a, sizeof f);
	before = f;
	enum err err = codec_peek(codec, payload, length, &f);
	g_assert_cmpint(err, !=, OK);
	g_assert_cmpmem(&f, sizeof f, &before, sizeof before);
	return err;
}

#define REFUSE(codec, ...)                                                                         \
	refuse(codec, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void test_vp8_keyframe_with_every_field(void)
{
	struct frame_info f = peek(CODEC_VP8, vp8_key, sizeof vp8_key);
	g_assert_true(f.keyframe);
	g_assert_true(f.starts_frame);
	g_assert_false(f.discardable);
	g_assert_cmpuint(f.width, ==, 640);
	g_assert_cmpuint(f.height, ==, 360);
	g_assert_cmpuint(f.descriptor_length, ==, 6);
	g_assert_cmpuint(f.picture_id_offset, ==, 2);
	g_assert_true(f.picture_id_long);
	g_assert_cmphex(f.picture_id, ==, 0x1234);
	g_assert_cmpuint(f.tl0picidx_offset, ==, 4);
	g_assert_cmphex(f.tl0picidx, ==, 0x56);
	g_assert_cmpuint(f.temporal_layer, ==, 2);
}

static void test_vp8_without_extensions(void)
{
	struct frame_info f = PEEK(CODEC_VP8, 0x30, 0x01);
	g_assert_true(f.starts_frame);
	g_assert_false(f.keyframe); /* P is set */
	g_assert_true(f.discardable);
	g_assert_cmpuint(f.descriptor_length, ==, 1);
	g_assert_cmpuint(f.picture_id_offset, ==, 0);
	g_assert_cmpuint(f.tl0picidx_offset, ==, 0);
}

static void test_vp8_only_the_first_packet_tells_a_keyframe(void)
{
	struct frame_info f = PEEK(CODEC_VP8, 0x00, 0x00); /* S = 0 */
	g_assert_false(f.starts_frame);
	g_assert_false(f.keyframe);
	f = PEEK(CODEC_VP8, 0x11, 0x00); /* S = 1, but the second partition */
	g_assert_false(f.starts_frame);
	g_assert_false(f.keyframe);
}

static void test_vp8_short_picture_id_and_key_index_alone(void)
{
	struct frame_info f = PEEK(CODEC_VP8, 0x80, 0x90, 0x7f, 0x1f, 0xff);
	g_assert_false(f.picture_id_long);
	g_assert_cmpuint(f.picture_id, ==, 0x7f);
	g_assert_cmpuint(f.descriptor_length, ==, 4);
	g_assert_cmpuint(f.temporal_layer, ==, 0); /* T is not set: the bits mean nothing */
}

static void test_vp8_size_needs_ten_bytes_and_the_start_code(void)
{
	struct frame_info f = peek(CODEC_VP8, vp8_key, 6 + 9);
	g_assert_true(f.keyframe);
	g_assert_cmpuint(f.width, ==, 0);
	f = PEEK(CODEC_VP8, 0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2b, 1, 0, 1, 0);
	g_assert_true(f.keyframe);
	g_assert_cmpuint(f.width, ==, 0);
}

static void test_vp8_prefixes(void)
{
	for (size_t n = 0; n <= 6; n++) {
		g_autofree uint8_t *prefix = g_memdup2(vp8_key, n);
		g_assert_cmpint(refuse(CODEC_VP8, prefix, n), ==, ERR_TRUNCATED);
	}
	for (size_t n = 7; n < sizeof vp8_key; n++) {
		g_autofree uint8_t *prefix = g_memdup2(vp8_key, n);
		g_assert_true(peek(CODEC_VP8, prefix, n).keyframe);
	}
}

static void test_vp8_rewrite_changes_only_its_fields(void)
{
	uint8_t copy[sizeof vp8_key];
	memcpy(copy, vp8_key, sizeof copy);
	struct frame_info f = peek(CODEC_VP8, vp8_key, sizeof vp8_key);
	codec_vp8_rewrite(copy, &f, 0x7abc, 0xde);
	struct frame_info after = peek(CODEC_VP8, copy, sizeof copy);
	g_assert_cmphex(after.picture_id, ==, 0x7abc);
	g_assert_cmphex(after.tl0picidx, ==, 0xde);
	after.picture_id = f.picture_id;
	after.tl0picidx = f.tl0picidx;
	g_assert_cmpmem(&after, sizeof after, &f, sizeof f);
	codec_vp8_rewrite(copy, &f, f.picture_id, f.tl0picidx);
	g_assert_cmpmem(copy, sizeof copy, vp8_key, sizeof vp8_key);
}

static void test_vp8_rewrite_of_a_short_id_and_of_none(void)
{
	uint8_t short_id[] = {0x80, 0x80, 0x01, 0xff}, none[] = {0x10, 0xff};
	struct frame_info f = peek(CODEC_VP8, short_id, sizeof short_id);
	codec_vp8_rewrite(short_id, &f, 0x1ff, 9);
	g_assert_cmphex(short_id[2], ==, 0x7f);
	g_assert_cmphex(short_id[3], ==, 0xff);
	f = peek(CODEC_VP8, none, sizeof none);
	codec_vp8_rewrite(none, &f, 0x1ff, 9);
	g_assert_cmphex(none[0], ==, 0x10);
	g_assert_cmphex(none[1], ==, 0xff);
}

static void check_flags(struct frame_info f, bool keyframe, bool starts_frame, bool discardable)
{
	g_assert_cmpint(f.keyframe, ==, keyframe);
	g_assert_cmpint(f.starts_frame, ==, starts_frame);
	g_assert_cmpint(f.discardable, ==, discardable);
}

static void test_h264_single_units(void)
{
	check_flags(PEEK(CODEC_H264, 0x65, 0x88), true, true, false);	/* IDR, first slice */
	check_flags(PEEK(CODEC_H264, 0x65, 0x40), true, false, false);	/* IDR, a later slice */
	check_flags(PEEK(CODEC_H264, 0x67, 0x42), true, true, false);	/* SPS */
	check_flags(PEEK(CODEC_H264, 0x68, 0xce), false, false, false); /* PPS */
	check_flags(PEEK(CODEC_H264, 0x41, 0x9a), false, true, false);	/* P slice */
	check_flags(PEEK(CODEC_H264, 0x01, 0x9a), false, true, true);	/* nal_ref_idc 0 */
	check_flags(PEEK(CODEC_H264, 0x09), false, true, true);		/* access unit delimiter */
}

static void test_h264_aggregates(void)
{
	check_flags(PEEK(CODEC_H264, 0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68), true, true, false);
	check_flags(PEEK(CODEC_H264, 0x58, 0, 2, 0x41, 0x9a), false, true, false);
	g_assert_cmpint(REFUSE(CODEC_H264, 0x78), ==, ERR_TRUNCATED);
	g_assert_cmpint(REFUSE(CODEC_H264, 0x78, 0, 3, 0x67, 0x42), ==, ERR_TRUNCATED);
	g_assert_cmpint(REFUSE(CODEC_H264, 0x78, 0, 1, 0x67, 0), ==, ERR_TRUNCATED);
	g_assert_cmpint(REFUSE(CODEC_H264, 0x78, 0, 0, 0x67), ==, ERR_MALFORMED);
}

static void test_h264_fragments(void)
{
	check_flags(PEEK(CODEC_H264, 0x7c, 0x85, 0x88), true, true, false);  /* start of an IDR */
	check_flags(PEEK(CODEC_H264, 0x7c, 0x05, 0x88), true, false, false); /* middle of it */
	check_flags(PEEK(CODEC_H264, 0x5c, 0x81, 0x9a), false, true, false);
	check_flags(PEEK(CODEC_H264, 0x5c, 0x41, 0x9a), false, false, false);
	g_assert_cmpint(REFUSE(CODEC_H264, 0x7c), ==, ERR_TRUNCATED);
}

static void test_h264_interleaved_mode_is_not_supported(void)
{
	for (uint8_t type = 25; type <= 31; type++)
		if (type != 28)
			g_assert_cmpint(REFUSE(CODEC_H264, type, 0, 0, 0), ==, ERR_UNSUPPORTED);
	g_assert_cmpint(refuse(CODEC_H264, NULL, 0), ==, ERR_TRUNCATED);
}

/* I L F=0 B V, id of 15 bits, layer 0 of two, tl0picidx; sizes 320 x 180 and 640 x 360; a picture
 * group of two. */
static const uint8_t vp9_key[] = {0xaa, 0x81, 0x02, 0x00, 0x07, 0x38, 0x01, 0x40, 0x00, 0xb4, 0x02,
				  0x80, 0x01, 0x68, 0x02, 0x04, 0x01, 0x08, 0x01, 0x02, 0xff};

static void test_vp9_keyframe_tells_its_largest_layer(void)
{
	struct frame_info f = peek(CODEC_VP9, vp9_key, sizeof vp9_key);
	check_flags(f, true, true, false);
	g_assert_cmpuint(f.width, ==, 640);
	g_assert_cmpuint(f.height, ==, 360);
	g_assert_cmpuint(f.descriptor_length, ==, 0);
}

static void test_vp9_prefixes(void)
{
	for (size_t n = 0; n < sizeof vp9_key; n++) {
		g_autofree uint8_t *prefix = g_memdup2(vp9_key, n);
		g_assert_cmpint(refuse(CODEC_VP9, prefix, n), ==, ERR_TRUNCATED);
	}
}

static void test_vp9_frames(void)
{
	check_flags(PEEK(CODEC_VP9, 0x08, 0xff), true, true, false);	    /* no fields at all */
	check_flags(PEEK(CODEC_VP9, 0x00, 0xff), true, false, false);	    /* later packet of it */
	check_flags(PEEK(CODEC_VP9, 0xc8, 0x05, 0xff), false, true, false); /* P */
	check_flags(PEEK(CODEC_VP9, 0x28, 0x02, 0x00, 0xff), false, false,
		    false); /* spatial layer 1 */
	check_flags(PEEK(CODEC_VP9, 0xb8, 0x05, 0x00, 0xff), true, true,
		    false); /* flexible, no tl0picidx */
}

static void test_vp9_references(void)
{
	check_flags(PEEK(CODEC_VP9, 0xd8, 0x05, 0x03, 0x05, 0x06, 0xff), false, true, false);
	g_assert_cmpint(REFUSE(CODEC_VP9, 0xd8, 0x05, 0x03, 0x05, 0x07, 0xff), ==, ERR_MALFORMED);
	g_assert_cmpint(REFUSE(CODEC_VP9, 0xd8, 0x05, 0x03), ==, ERR_TRUNCATED);
	g_assert_cmpint(REFUSE(CODEC_VP9, 0x18, 0xff), ==,
			ERR_MALFORMED); /* flexible without picture id */
}

static void test_av1_new_sequence(void)
{
	check_flags(PEEK(CODEC_AV1, 0x18, 0x0a), true, true, false);
	check_flags(PEEK(CODEC_AV1, 0x10, 0x32), false, false, false);
	check_flags(PEEK(CODEC_AV1, 0x90, 0x32), false, false, false);
	g_assert_cmpint(REFUSE(CODEC_AV1, 0x98, 0x0a), ==,
			ERR_MALFORMED); /* both new and continued */
	g_assert_cmpint(REFUSE(CODEC_AV1, 0x18), ==, ERR_TRUNCATED);
	g_assert_cmpint(refuse(CODEC_AV1, NULL, 0), ==, ERR_TRUNCATED);
}

static void test_audio_may_begin_anywhere(void)
{
	check_flags(PEEK(CODEC_OPUS, 0x78), true, true, false);
	check_flags(PEEK(CODEC_RED, 0x6f), true, true, false);
	g_assert_cmpint(REFUSE(CODEC_NONE, 1, 2, 3), ==, ERR_UNSUPPORTED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/codec/vp8_keyframe_with_every_field", test_vp8_keyframe_with_every_field);
	g_test_add_func("/codec/vp8_without_extensions", test_vp8_without_extensions);
	g_test_add_func("/codec/vp8_only_the_first_packet_tells_a_keyframe",
			test_vp8_only_the_first_packet_tells_a_keyframe);
	g_test_add_func("/codec/vp8_short_picture_id_and_key_index_alone",
			test_vp8_short_picture_id_and_key_index_alone);
	g_test_add_func("/codec/vp8_size_needs_ten_bytes_and_the_start_code",
			test_vp8_size_needs_ten_bytes_and_the_start_code);
	g_test_add_func("/codec/vp8_prefixes", test_vp8_prefixes);
	g_test_add_func("/codec/vp8_rewrite_changes_only_its_fields",
			test_vp8_rewrite_changes_only_its_fields);
	g_test_add_func("/codec/vp8_rewrite_of_a_short_id_and_of_none",
			test_vp8_rewrite_of_a_short_id_and_of_none);
	g_test_add_func("/codec/h264_single_units", test_h264_single_units);
	g_test_add_func("/codec/h264_aggregates", test_h264_aggregates);
	g_test_add_func("/codec/h264_fragments", test_h264_fragments);
	g_test_add_func("/codec/h264_interleaved_mode_is_not_supported",
			test_h264_interleaved_mode_is_not_supported);
	g_test_add_func("/codec/vp9_keyframe_tells_its_largest_layer",
			test_vp9_keyframe_tells_its_largest_layer);
	g_test_add_func("/codec/vp9_prefixes", test_vp9_prefixes);
	g_test_add_func("/codec/vp9_frames", test_vp9_frames);
	g_test_add_func("/codec/vp9_references", test_vp9_references);
	g_test_add_func("/codec/av1_new_sequence", test_av1_new_sequence);
	g_test_add_func("/codec/audio_may_begin_anywhere", test_audio_may_begin_anywhere);
	return g_test_run();
}
