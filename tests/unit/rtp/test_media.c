#include "relay/rtp/media.h"
#include <glib.h>

static void test_names_lead_back_to_codecs(void)
{
	for (enum codec c = CODEC_OPUS; c < CODEC_COUNT; c++)
		g_assert_cmpint(codec_from_name(codec_name(c)), ==, c);
	g_assert_cmpint(codec_from_name("vp8"), ==, CODEC_VP8);
	g_assert_cmpint(codec_from_name("OPUS"), ==, CODEC_OPUS);
	g_assert_cmpint(codec_from_name("none"), ==, CODEC_NONE);
	g_assert_cmpint(codec_from_name("telephone-event"), ==, CODEC_NONE);
	g_assert_cmpint(codec_from_name(""), ==, CODEC_NONE);
}

static void test_audio_ticks_at_48_and_video_at_90_khz(void)
{
	for (enum codec c = CODEC_OPUS; c < CODEC_COUNT; c++)
		g_assert_cmpuint(codec_clock_rate(c), ==,
				 codec_kind(c) == MEDIA_AUDIO ? 48000 : 90000);
	g_assert_cmpint(codec_kind(CODEC_RED), ==, MEDIA_AUDIO);
	g_assert_cmpint(codec_kind(CODEC_H264), ==, MEDIA_VIDEO);
}

static void test_sources_have_kinds_and_names(void)
{
	g_assert_cmpstr(source_name(SOURCE_SCREEN_SOUND), ==, "screen-sound");
	g_assert_cmpint(source_kind(SOURCE_SCREEN_SOUND), ==, MEDIA_AUDIO);
	g_assert_cmpint(source_kind(SOURCE_BOOTH_CAMERA), ==, MEDIA_VIDEO);
	for (enum source s = 0; s < SOURCE_COUNT; s++)
		for (enum source other = 0; other < s; other++)
			g_assert_cmpstr(source_name(s), !=, source_name(other));
}

static void test_uris_lead_back_to_extensions(void)
{
	for (enum rtp_extension e = 0; e < EXTENSION_COUNT; e++)
		g_assert_cmpint(extension_from_uri(extension_uri(e)), ==, e);
	g_assert_cmpint(extension_from_uri("urn:ietf:params:rtp-hdrext:toffset"), ==,
			EXTENSION_COUNT);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/media/names_lead_back_to_codecs", test_names_lead_back_to_codecs);
	g_test_add_func("/media/audio_ticks_at_48_and_video_at_90_khz",
			test_audio_ticks_at_48_and_video_at_90_khz);
	g_test_add_func("/media/sources_have_kinds_and_names", test_sources_have_kinds_and_names);
	g_test_add_func("/media/uris_lead_back_to_extensions", test_uris_lead_back_to_extensions);
	return g_test_run();
}
