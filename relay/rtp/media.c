#include "relay/rtp/media.h"
#include <assert.h>
#include <glib.h>

static const struct {
	const char *name;
	enum media_kind kind;
} sources[SOURCE_COUNT] = {
	[SOURCE_MICROPHONE] = {"microphone", MEDIA_AUDIO},
	[SOURCE_CAMERA] = {"camera", MEDIA_VIDEO},
	[SOURCE_SCREEN] = {"screen", MEDIA_VIDEO},
	[SOURCE_SCREEN_SOUND] = {"screen-sound", MEDIA_AUDIO},
	[SOURCE_BOOTH_MICROPHONE] = {"booth-microphone", MEDIA_AUDIO},
	[SOURCE_BOOTH_CAMERA] = {"booth-camera", MEDIA_VIDEO},
	[SOURCE_PROGRAM] = {"program", MEDIA_AUDIO},
};

static const struct {
	const char *name;
	enum media_kind kind;
	uint32_t clock_rate;
} codecs[CODEC_COUNT] = {
	[CODEC_NONE] = {"none", MEDIA_VIDEO, 90000},
	[CODEC_OPUS] = {"opus", MEDIA_AUDIO, 48000}, /* RFC 7587 */
	[CODEC_RED] = {"red", MEDIA_AUDIO, 48000},   /* RFC 2198, of Opus */
	[CODEC_VP8] = {"VP8", MEDIA_VIDEO, 90000},
	[CODEC_H264] = {"H264", MEDIA_VIDEO, 90000},
	[CODEC_VP9] = {"VP9", MEDIA_VIDEO, 90000},
	[CODEC_AV1] = {"AV1", MEDIA_VIDEO, 90000},
};

#define TRANSPORT_CC_URI "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
/* clang-format off */
#define DEPENDENCY_DESCRIPTOR_URI \
	"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
/* clang-format on */

static const char *const extension_uris[EXTENSION_COUNT] = {
	[EXTENSION_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
	[EXTENSION_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
	[EXTENSION_REPAIRED_RID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
	[EXTENSION_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
	[EXTENSION_TRANSPORT_CC] = TRANSPORT_CC_URI,
	[EXTENSION_ABS_SEND_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
	[EXTENSION_VIDEO_ORIENTATION] = "urn:3gpp:video-orientation",
	[EXTENSION_DEPENDENCY_DESCRIPTOR] = DEPENDENCY_DESCRIPTOR_URI,
};

enum media_kind source_kind(enum source source)
{
	assert(source < SOURCE_COUNT);
	return sources[source].kind;
}

const char *source_name(enum source source)
{
	assert(source < SOURCE_COUNT);
	return sources[source].name;
}

enum media_kind codec_kind(enum codec codec)
{
	assert(codec < CODEC_COUNT);
	return codecs[codec].kind;
}

const char *codec_name(enum codec codec)
{
	assert(codec < CODEC_COUNT);
	return codecs[codec].name;
}

enum codec codec_from_name(const char *name)
{
	for (enum codec codec = CODEC_NONE + 1; codec < CODEC_COUNT; codec++)
		if (g_ascii_strcasecmp(name, codecs[codec].name) == 0)
			return codec;
	return CODEC_NONE;
}

uint32_t codec_clock_rate(enum codec codec)
{
	assert(codec < CODEC_COUNT);
	return codecs[codec].clock_rate;
}

const char *extension_uri(enum rtp_extension extension)
{
	assert(extension < EXTENSION_COUNT);
	return extension_uris[extension];
}

enum rtp_extension extension_from_uri(const char *uri)
{
	for (enum rtp_extension i = 0; i < EXTENSION_COUNT; i++)
		if (g_str_equal(uri, extension_uris[i]))
			return i;
	return EXTENSION_COUNT;
}
