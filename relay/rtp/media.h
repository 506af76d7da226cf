/* The words that every layer of the media plane shares: kinds, sources, codecs, extensions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum media_kind { MEDIA_AUDIO, MEDIA_VIDEO };

/* What a participant may publish (DESIGN: publication). */
enum source {
	SOURCE_MICROPHONE,
	SOURCE_CAMERA,
	SOURCE_SCREEN,
	SOURCE_SCREEN_SOUND,
	SOURCE_BOOTH_MICROPHONE,
	SOURCE_BOOTH_CAMERA,
	SOURCE_PROGRAM, /* mixed by the studio; no client sends it */
	SOURCE_COUNT
};

enum codec {
	CODEC_NONE,
	CODEC_OPUS,
	CODEC_RED,
	CODEC_VP8,
	CODEC_H264,
	CODEC_VP9,
	CODEC_AV1,
	CODEC_COUNT
};

/* RTP header extensions that we read or write; the ids are each connection's own (RFC 8285). */
enum rtp_extension {
	EXTENSION_MID,		/* RFC 9143 */
	EXTENSION_RID,		/* RFC 8852 */
	EXTENSION_REPAIRED_RID, /* RFC 8852 */
	EXTENSION_AUDIO_LEVEL,	/* RFC 6464 */
	EXTENSION_TRANSPORT_CC, /* draft-holmer-rmcat-transport-wide-cc-extensions-01 */
	EXTENSION_ABS_SEND_TIME,
	EXTENSION_VIDEO_ORIENTATION,	 /* 3GPP TS 26.114, urn:3gpp:video-orientation */
	EXTENSION_DEPENDENCY_DESCRIPTOR, /* AV1 RTP specification, appendix A */
	EXTENSION_COUNT
};

struct extension_map {
	uint8_t id[EXTENSION_COUNT]; /* 1..14 (one-byte form) or 1..255; 0: not negotiated */
};

enum media_kind source_kind(enum source source);
const char *source_name(enum source source); /* "microphone", "screen-sound", ... */
enum media_kind codec_kind(enum codec codec);
const char *codec_name(enum codec codec);     /* as in a=rtpmap: "opus", "VP8", ... */
enum codec codec_from_name(const char *name); /* case-insensitive; CODEC_NONE if unknown */
uint32_t codec_clock_rate(enum codec codec);  /* 48000 or 90000 */
const char *extension_uri(enum rtp_extension extension);
enum rtp_extension extension_from_uri(const char *uri); /* EXTENSION_COUNT if unknown */
