/* The time in sound and pictures outlives its codecs. */
#include "tests/recording/coded.h"
#include "tests/recording/timecode.h"
#include <opus/opus.h>

static void test_sources(void)
{
	for (unsigned source = 0; source < TIMECODE_SOURCES; source++)
		for (uint64_t us = 5000000; us < 200000000; us += 1234567) {
			uint64_t taken_us = us / TIMECODE_SLOT_US * TIMECODE_SLOT_US, found_us;
			unsigned code = timecode_at(source, taken_us);
			for (int64_t off_us = -3000000; off_us <= 3000000; off_us += 1500000) {
				g_assert_cmpuint(timecode_source(code, taken_us + (uint64_t)off_us,
								 &found_us),
						 ==, source);
				g_assert_cmpuint(found_us, ==, taken_us);
			}
		}
}

/* Every code, with a packet missing here and there. */
static void test_sound(void)
{
	struct clip *clip = coded_sound_new(3);
	OpusDecoder *decoder = opus_decoder_create(TIMECODE_RATE, 1, NULL);
	for (unsigned i = 0; i < TIMECODE_SLOTS; i++) {
		uint64_t taken_us = i * (uint64_t)TIMECODE_SLOT_US;
		struct frame frame = clip->make(clip->user, taken_us, false);
		float samples[TIMECODE_SAMPLES];
		unsigned code;
		if (i % 97 == 0)
			continue;
		g_assert_cmpint(opus_decode_float(decoder, frame.data, (opus_int32)frame.length,
						  samples, TIMECODE_SAMPLES, 0),
				==, TIMECODE_SAMPLES);
		g_assert_true(timecode_of_sound(samples, &code));
		g_assert_cmpuint(code, ==, timecode_at(3, taken_us));
	}
	float silence[TIMECODE_SAMPLES] = {0};
	unsigned code;
	g_assert_false(timecode_of_sound(silence, &code));
	opus_decoder_destroy(decoder);
	coded_free(clip);
}

/* Every code as the first of a file, and behind a gap. */
static void test_first_sound(void)
{
	struct clip *clip = coded_sound_new(0);
	for (unsigned i = 0; i < TIMECODE_SLOTS; i++) {
		OpusDecoder *decoder = opus_decoder_create(TIMECODE_RATE, 1, NULL);
		for (unsigned behind = 0; behind <= 30; behind += 30) {
			uint64_t taken_us = (i + behind) * (uint64_t)TIMECODE_SLOT_US;
			struct frame frame = clip->make(clip->user, taken_us, false);
			float samples[TIMECODE_SAMPLES];
			unsigned code = 0;
			g_assert_cmpint(opus_decode_float(decoder, frame.data,
							  (opus_int32)frame.length, samples,
							  TIMECODE_SAMPLES, 0),
					==, TIMECODE_SAMPLES);
			g_assert_true(timecode_of_sound(samples, &code));
			g_assert_cmpuint(code, ==, timecode_at(0, taken_us));
		}
		opus_decoder_destroy(decoder);
	}
	coded_free(clip);
}

static void test_picture(void)
{
	static uint8_t luma[TIMECODE_WIDTH * TIMECODE_HEIGHT];
	unsigned code;
	for (unsigned i = 0; i < TIMECODE_SLOTS; i++) {
		timecode_picture(i, luma);
		g_assert_true(timecode_of_picture(luma, TIMECODE_WIDTH, TIMECODE_WIDTH,
						  TIMECODE_HEIGHT, &code));
		g_assert_cmpuint(code, ==, i);
	}
}

static void test_keyframes(void)
{
	struct clip *clip = coded_picture_new(1, 0, 40);
	for (unsigned i = 0; i < 60; i++) {
		struct frame frame =
			clip->make(clip->user, i * G_GUINT64_CONSTANT(40000), i % 20 == 7);
		g_assert_cmpint(frame.keyframe, ==, i == 0 || i % 20 == 7);
	}
	coded_free(clip);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/timecode/sources", test_sources);
	g_test_add_func("/timecode/sound", test_sound);
	g_test_add_func("/timecode/first_sound", test_first_sound);
	g_test_add_func("/timecode/picture", test_picture);
	g_test_add_func("/timecode/keyframes", test_keyframes);
	return g_test_run();
}
