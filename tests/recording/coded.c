#include "tests/recording/coded.h"
#include "tests/recording/timecode.h"
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <opus/opus.h>
#include <string.h>

#define SOUND_BITRATE 64000
#define PACKET_MAX    400
#define AGAIN	      50 /* packets, after which an encoder has forgotten */
#define PICTURE_BYTES (TIMECODE_WIDTH * TIMECODE_HEIGHT * 3 / 2)

struct coder {
	unsigned source;
	/* Pictures. */
	GstElement *pipeline, *in, *out;
	GstSample *sample; /* the last one */
	GstMapInfo map;
	uint64_t n;
	unsigned every_ms;
};

/* Of every code, in their order; made once, for all sounds. */
static struct frame packets[TIMECODE_SLOTS];

static void encode_packets(void)
{
	/* Each says by itself what it is, to a decoder that knows none of those before: the first
	 * of a file, and the first behind a gap. */
	OpusEncoder *encoder =
		opus_encoder_create(TIMECODE_RATE, 1, OPUS_APPLICATION_RESTRICTED_LOWDELAY, NULL);
	g_assert_nonnull(encoder);
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(SOUND_BITRATE));
	opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(1));
	opus_encoder_ctl(encoder, OPUS_SET_PREDICTION_DISABLED(1));
	/* The last ones twice: the first time only for those that follow on them. */
	for (unsigned i = 0; i < TIMECODE_SLOTS + AGAIN; i++) {
		int16_t samples[TIMECODE_SAMPLES];
		unsigned code = (i + TIMECODE_SLOTS - AGAIN) % TIMECODE_SLOTS;
		uint8_t *data = g_malloc(PACKET_MAX);
		timecode_sound(code, samples);
		opus_int32 length =
			opus_encode(encoder, samples, TIMECODE_SAMPLES, data, PACKET_MAX);
		g_assert_cmpint(length, >, 0);
		g_free((void *)packets[code].data);
		packets[code] = (struct frame){data, (size_t)length, true};
	}
	opus_encoder_destroy(encoder);
}

static struct frame make_sound(void *user, uint64_t taken_us, bool keyframe)
{
	return packets[timecode_at(((struct coder *)user)->source, taken_us)];
}

struct clip *coded_sound_new(unsigned source)
{
	struct clip *clip = g_new0(struct clip, 1);
	struct coder *coder = g_new0(struct coder, 1);
	if (packets[0].data == NULL)
		encode_packets();
	coder->source = source;
	clip->ticks = TIMECODE_SAMPLES;
	clip->make = make_sound;
	clip->user = coder;
	return clip;
}

static void forget_picture(struct coder *coder)
{
	if (coder->sample == NULL)
		return;
	gst_buffer_unmap(gst_sample_get_buffer(coder->sample), &coder->map);
	g_clear_pointer(&coder->sample, gst_sample_unref);
}

static GstBuffer *draw(const struct coder *coder, uint64_t taken_us)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, PICTURE_BYTES, NULL);
	GstMapInfo map;
	g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
	timecode_picture(timecode_at(coder->source, taken_us), map.data);
	memset(map.data + TIMECODE_WIDTH * TIMECODE_HEIGHT, 128,
	       PICTURE_BYTES - TIMECODE_WIDTH * TIMECODE_HEIGHT);
	gst_buffer_unmap(buffer, &map);
	GST_BUFFER_PTS(buffer) = coder->n * coder->every_ms * GST_MSECOND;
	GST_BUFFER_DURATION(buffer) = coder->every_ms * GST_MSECOND;
	return buffer;
}

static struct frame make_picture(void *user, uint64_t taken_us, bool keyframe)
{
	struct coder *coder = user;
	forget_picture(coder);
	if (keyframe && coder->n > 0) {
		GstEvent *event =
			gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM,
					     gst_structure_new("GstForceKeyUnit", "all-headers",
							       G_TYPE_BOOLEAN, TRUE, NULL));
		g_assert_true(gst_element_send_event(coder->in, event));
	}
	g_assert_cmpint(gst_app_src_push_buffer(GST_APP_SRC(coder->in), draw(coder, taken_us)), ==,
			GST_FLOW_OK);
	coder->n++;
	coder->sample = gst_app_sink_pull_sample(GST_APP_SINK(coder->out));
	g_assert_nonnull(coder->sample);
	g_assert_true(
		gst_buffer_map(gst_sample_get_buffer(coder->sample), &coder->map, GST_MAP_READ));
	return (struct frame){coder->map.data, coder->map.size, (coder->map.data[0] & 1) == 0};
}

struct clip *coded_picture_new(unsigned source, uint64_t late_us, unsigned every_ms)
{
	struct clip *clip = g_new0(struct clip, 1);
	struct coder *coder = g_new0(struct coder, 1);
	g_autofree char *description = g_strdup_printf(
		"appsrc name=in format=time caps=video/x-raw,format=I420,width=%d,height=%d,"
		"framerate=%u/1 ! vp8enc deadline=1 cpu-used=8 lag-in-frames=0 threads=1 "
		"keyframe-max-dist=100000 target-bitrate=400000 error-resilient=default ! "
		"appsink name=out sync=false",
		TIMECODE_WIDTH, TIMECODE_HEIGHT, 1000 / every_ms);
	gst_init(NULL, NULL);
	coder->source = source;
	coder->every_ms = every_ms;
	coder->pipeline = gst_parse_launch(description, NULL);
	g_assert_nonnull(coder->pipeline);
	coder->in = gst_bin_get_by_name(GST_BIN(coder->pipeline), "in");
	coder->out = gst_bin_get_by_name(GST_BIN(coder->pipeline), "out");
	gst_element_set_state(coder->pipeline, GST_STATE_PLAYING);
	*clip = (struct clip){.video = true,
			      .width = TIMECODE_WIDTH,
			      .height = TIMECODE_HEIGHT,
			      .ticks = 90 * every_ms,
			      .make = make_picture,
			      .user = coder,
			      .late_us = late_us};
	return clip;
}

void coded_free(struct clip *clip)
{
	if (clip == NULL)
		return;
	struct coder *coder = clip->user;
	forget_picture(coder);
	if (coder->pipeline != NULL) {
		gst_element_set_state(coder->pipeline, GST_STATE_NULL);
		gst_object_unref(coder->in);
		gst_object_unref(coder->out);
		gst_object_unref(coder->pipeline);
	}
	g_free(coder);
	g_free(clip);
}
