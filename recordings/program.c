#include "recordings/program.h"
#include "recordings/duck.h"
#include "recordings/leveller.h"
#include "recordings/limiter.h"
#include "recordings/loudness.h"
#include "recordings/steady.h"
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <math.h>
#include <stdatomic.h>

#define RATE  48000
#define SOUND "audio/x-raw,format=F32LE,rate=48000,channels=1,layout=interleaved"
/* A mixer waits for nobody: what isn't there when its time has come is silence. And what comes
 * after a pause goes where its time says, at once. */
#define MIXER "audiomixer output-buffer-duration=10000000 latency=0 discont-wait=0 "
/* So many packets wait for a pipeline that stands still; then the oldest go. */
#define WAITING_MAX "50"
#define JITTER_MS   50
/*
 * With in-band FEC a decoder keeps each packet until the next one is there, or is given up. It says
 * 120 ms for that, the longest packet that Opus has; those that people send have 20. The rest is
 * for the threads on the way.
 */
#define DECODER_MS 40
/* What may be added to these, and when: one that came too late weighs as much as ten in time. */
#define WAIT_STEP_MS 20
#define WAIT_MAX_MS  250
#define LATE_WEIGHT  10
#define LATE_MAX     50

/* One slot, decoded; silence where nothing comes. %u: its number; %s: the mixer. */
#define SLOT                                                                                       \
	"appsrc name=packets-%u is-live=true do-timestamp=true format=time block=false "           \
	"max-buffers=" WAITING_MAX " max-bytes=0 max-time=0 leaky-type=downstream "                \
	"caps=application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=111 ! "    \
	"rtpjitterbuffer name=jitter-%u latency=" G_STRINGIFY(                                     \
		JITTER_MS) " do-lost=true ! "                                                      \
			   "rtpopusdepay name=depay-%u ! opusdec name=decoder-%u "                 \
			   "use-inband-fec=true plc=true max-errors=50 ! "                         \
			   "audioconvert name=mono-%u ! capsfilter name=sound-%u caps=" SOUND      \
			   " ! %s. "

/* The silence keeps the mixers going, and says what they mix, before anybody speaks. */
#define REST                                                                                       \
	"audiotestsrc name=silence is-live=true wave=silence samplesperbuffer=960 ! "              \
	"capsfilter name=silent caps=" SOUND " ! floor. " MIXER "name=floor ! "                    \
	"capsfilter name=floor-sound caps=" SOUND " ! program. " MIXER "name=program ! "           \
	"capsfilter name=program-sound caps=" SOUND " ! "                                          \
	"audioconvert name=samples ! opusenc name=encoder audio-type=voice bitrate=24000 "         \
	"frame-size=20 inband-fec=true "                                                           \
	"packet-loss-percentage=10 complexity=5 ! "                                                \
	"rtpopuspay name=pay pt=111 mtu=1200 ! "                                                   \
	"appsink name=out sync=false async=false max-buffers=50 drop=true "

struct program {
	struct program_events events;
	GstElement *pipeline;
	GstAppSrc *packets[STUDIO_SLOTS];
	struct steady steady[STUDIO_SLOTS]; /* of the caller's thread */
	guint watch;
	_Atomic int wait_ms; /* for a slot */
	_Atomic int late;    /* buffers that came later, weighed against the others */
	_Atomic int state;   /* written by the caller's thread, read by the next two */
	/* The floor's thread. */
	struct duck duck;
	struct loudness floor;
	_Atomic double floor_lufs; /* read by the channel's thread */
	/* The channel's. */
	struct loudness channel;
	struct leveller leveller;
	struct duck silence; /* no double voice */
	/* The program's. */
	struct limiter limiter;
};

/* --- what happens to the sound, on GStreamer's threads --- */

typedef void (*sound_function)(struct program *program, float *samples, size_t n);

/* The buffer of a probe, for sound_function to change; it may be somebody else's too, so a copy. */
static GstPadProbeReturn change(GstPadProbeInfo *info, struct program *program,
				sound_function function)
{
	GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
	GstMapInfo map;
	info->data = buffer;
	if (gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) {
		function(program, (float *)(void *)map.data, map.size / sizeof(float));
		gst_buffer_unmap(buffer, &map);
	}
	return GST_PAD_PROBE_OK;
}

static void change_floor(struct program *program, float *samples, size_t n)
{
	loudness_add(&program->floor, samples, n); /* as it is in full */
	atomic_store(&program->floor_lufs, loudness_of_voice(&program->floor));
	duck_set_speech(&program->duck, atomic_load(&program->state) == STUDIO_SPEECH);
	duck_apply(&program->duck, samples, n);
}

static void change_channel(struct program *program, float *samples, size_t n)
{
	loudness_add(&program->channel, samples, n);
	leveller_apply(&program->leveller, atomic_load(&program->floor_lufs),
		       loudness_of_voice(&program->channel), samples, n);
	duck_set_speech(&program->silence, atomic_load(&program->state) == STUDIO_ALONE);
	duck_apply(&program->silence, samples, n);
}

static void change_program(struct program *program, float *samples, size_t n)
{
	limiter_apply(&program->limiter, samples, n);
}

static GstPadProbeReturn on_floor(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	return change(info, user, change_floor);
}

static GstPadProbeReturn on_channel(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	return change(info, user, change_channel);
}

static GstPadProbeReturn on_program(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	return change(info, user, change_program);
}

/* How long a slot may take: the mixers wait so long for all of them, also for those that are
 * silent. */
static GstPadProbeReturn on_query(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct program *program = user;
	GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
	if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
		return GST_PAD_PROBE_OK;
	gst_query_set_latency(query, TRUE,
			      (GstClockTime)atomic_load(&program->wait_ms) * GST_MSECOND,
			      GST_CLOCK_TIME_NONE);
	return GST_PAD_PROBE_HANDLED;
}

/*
 * On a machine that is too busy our own threads may be later than that, with every packet, and the
 * program silent. Then later is better than never.
 */
static GstPadProbeReturn on_decoded(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct program *program = user;
	GstClockTime pts = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
	GstClockTime now = gst_element_get_current_running_time(program->pipeline);
	int wait_ms = atomic_load(&program->wait_ms);
	if (!GST_CLOCK_TIME_IS_VALID(now) || !GST_CLOCK_TIME_IS_VALID(pts))
		return GST_PAD_PROBE_OK;
	bool in_time = now < pts + (GstClockTime)wait_ms * GST_MSECOND;
	int late = atomic_load(&program->late);
	late = in_time ? MAX(late - 1, 0) : late + LATE_WEIGHT;
	if (late > LATE_MAX && wait_ms < WAIT_MAX_MS) {
		late = 0;
		atomic_store(&program->wait_ms, wait_ms + WAIT_STEP_MS);
		gst_element_post_message(program->pipeline,
					 gst_message_new_latency(GST_OBJECT(program->pipeline)));
	}
	atomic_store(&program->late, late); /* of several threads, whose counts may get lost */
	return GST_PAD_PROBE_OK;
}

static GstFlowReturn on_packet(GstAppSink *sink, gpointer user)
{
	struct program *program = user;
	GstSample *sample = gst_app_sink_pull_sample(sink);
	GstBuffer *buffer = sample ? gst_sample_get_buffer(sample) : NULL;
	GstMapInfo map;
	if (buffer && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
		program->events.packet(program->events.user, map.data, map.size);
		gst_buffer_unmap(buffer, &map);
	}
	if (sample)
		gst_sample_unref(sample);
	return GST_FLOW_OK;
}

/* --- its life --- */

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	struct program *program = user;
	g_autoptr(GError) error = NULL;
	switch (GST_MESSAGE_TYPE(message)) {
	case GST_MESSAGE_LATENCY: /* a slot has begun, or needs longer */
		gst_bin_recalculate_latency(GST_BIN(program->pipeline));
		break;
	case GST_MESSAGE_ERROR:
		gst_message_parse_error(message, &error, NULL);
		program->watch = 0;
		program->events.failed(program->events.user, error->message); /* frees program */
		return G_SOURCE_REMOVE;
	default:
		break;
	}
	return G_SOURCE_CONTINUE;
}

static char *describe(void)
{
	GString *text = g_string_new(REST);
	for (unsigned i = 0; i < STUDIO_SLOTS; i++)
		g_string_append_printf(text, SLOT, i, i, i, i, i, i,
				       i == STUDIO_CHANNEL ? "program" : "floor");
	return g_string_free(text, FALSE);
}

static void add_probe(struct program *program, const char *name, GstPadProbeType type,
		      GstPadProbeCallback callback)
{
	g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(program->pipeline), name);
	g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "src");
	gst_pad_add_probe(pad, type, callback, program, NULL);
}

static void connect_elements(struct program *program)
{
	static const GstAppSinkCallbacks callbacks = {.new_sample = on_packet};
	for (unsigned i = 0; i < STUDIO_SLOTS; i++) {
		g_autofree char *name = g_strdup_printf("packets-%u", i);
		program->packets[i] =
			GST_APP_SRC(gst_bin_get_by_name(GST_BIN(program->pipeline), name));
		g_autofree char *sound = g_strdup_printf("sound-%u", i);
		add_probe(program, sound, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, on_query);
		add_probe(program, sound, GST_PAD_PROBE_TYPE_BUFFER, on_decoded);
		if (i == STUDIO_CHANNEL)
			add_probe(program, sound, GST_PAD_PROBE_TYPE_BUFFER, on_channel);
	}
	add_probe(program, "floor-sound", GST_PAD_PROBE_TYPE_BUFFER, on_floor);
	add_probe(program, "program-sound", GST_PAD_PROBE_TYPE_BUFFER, on_program);
	g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(program->pipeline), "out");
	gst_app_sink_set_callbacks(GST_APP_SINK(out), (GstAppSinkCallbacks *)&callbacks, program,
				   NULL);
	g_autoptr(GstBus) bus = gst_pipeline_get_bus(GST_PIPELINE(program->pipeline));
	program->watch = gst_bus_add_watch(bus, on_message, program);
}

struct program *program_new(const struct program_events *events, double duck_db, GError **error)
{
	g_autofree char *description = describe();
	GstElement *pipeline =
		gst_parse_launch_full(description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
	if (!pipeline)
		return NULL;
	struct program *program = g_new0(struct program, 1);
	program->events = *events;
	program->pipeline = pipeline;
	duck_init(&program->duck, duck_db, RATE);
	duck_init(&program->silence, -INFINITY, RATE);
	loudness_init(&program->floor);
	loudness_init(&program->channel);
	leveller_init(&program->leveller, RATE);
	limiter_init(&program->limiter);
	atomic_init(&program->floor_lufs, LOUDNESS_SILENCE);
	atomic_init(&program->wait_ms, JITTER_MS + DECODER_MS);
	connect_elements(program);
	if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
		g_set_error(error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
			    "the pipeline does not start");
		g_clear_pointer(&program, program_free);
	}
	return program;
}

void program_free(struct program *program)
{
	if (!program)
		return;
	gst_element_set_state(program->pipeline, GST_STATE_NULL); /* ends the threads */
	g_autoptr(GstBus) bus = gst_pipeline_get_bus(GST_PIPELINE(program->pipeline));
	if (program->watch)
		gst_bus_remove_watch(bus);
	for (unsigned i = 0; i < STUDIO_SLOTS; i++)
		gst_object_unref(program->packets[i]);
	gst_object_unref(program->pipeline);
	g_free(program);
}

void program_receive(struct program *program, enum studio_slot slot, const uint8_t *rtp,
		     size_t length)
{
	uint8_t *copy = g_memdup2(rtp, length);
	steady_packet(&program->steady[slot], copy, (uint64_t)g_get_monotonic_time());
	GstBuffer *buffer = gst_buffer_new_wrapped(copy, length);
	/* Takes the buffer, also when it drops it: the pipeline ends. */
	gst_app_src_push_buffer(program->packets[slot], buffer);
}

void program_set_state(struct program *program, enum studio_state state)
{
	atomic_store(&program->state, (int)state);
}
