#include "tests/load/publish.h"

#include "relay/rtp/codec.h"
#include "tests/load/stamp.h"
#include "tests/load/wall.h"
#include <string.h>

#define STREAMS_MAX   (1 + SIMULCAST_LAYERS)
#define DATAGRAM_MAX  1536
#define KEPT	      128 /* packets: little, since thousands of publishers fault it in */
#define SILENT_PERIOD (400 * US_PER_MS)
#define SPEECH_PERIOD (4 * US_PER_SEC) /* of which one speaks a part, and then pauses */

struct stream {
	const struct clip *clip;
	uint32_t ssrc, rtx_ssrc;
	const char *rid;
	unsigned mid;
	struct sender *sender; /* NULL before the first tick */
};

struct publisher {
	struct publish_options options;
	struct publish_output output;
	uint16_t transport_sequence;
	unsigned n;
	struct stream streams[STREAMS_MAX];
};

static void seal(void *user, uint32_t ssrc, uint32_t number, uint8_t *payload, size_t length)
{
	stamp_seal(payload, length, ssrc, number);
}

/* The time is taken last, so that what the generator does late is no delay of the server. */
static void send_rtp(void *user, const uint8_t *packet, size_t length)
{
	const struct publisher *publisher = user;
	uint8_t stamped[DATAGRAM_MAX];
	struct rtp_header header;
	if (length > sizeof stamped || rtp_parse(packet, length, NULL, &header) != OK)
		return;
	memcpy(stamped, packet, length);
	stamp_time(stamped + header.payload_offset, header.payload_length, wall_now_us());
	publisher->output.rtp(publisher->output.user, stamped, length);
}

static void add_stream(struct publisher *publisher, const struct clip *clip, const char *rid)
{
	unsigned mid = clip->video && publisher->options.sound != NULL;
	publisher->streams[publisher->n++] = (struct stream){
		.clip = clip,
		.mid = mid,
		.rid = rid,
		.ssrc = g_random_int() | 1,
		.rtx_ssrc = clip->video ? g_random_int() | 1 : 0,
	};
}

struct publisher *publisher_new(const struct publish_options *options,
				const struct publish_output *output)
{
	struct publisher *publisher = g_new0(struct publisher, 1);
	publisher->options = *options;
	publisher->output = *output;
	if (options->sound != NULL)
		add_stream(publisher, options->sound, NULL);
	for (unsigned i = 0; i < options->n_pictures; i++)
		add_stream(publisher, options->pictures[i],
			   options->n_pictures > 1 ? simulcast_rids[i] : NULL);
	return publisher;
}

void publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	for (unsigned i = 0; i < publisher->n; i++)
		sender_free(publisher->streams[i].sender);
	g_free(publisher);
}

unsigned publisher_lines(const struct publisher *publisher, struct line *lines)
{
	unsigned n = 0;
	for (unsigned i = 0; i < publisher->n; i++) {
		const struct stream *stream = &publisher->streams[i];
		if (stream->mid < n)
			continue;
		lines[n++] = (struct line){.video = stream->clip->video,
					   .sends = true,
					   .simulcast = stream->rid != NULL,
					   .ssrc = stream->ssrc,
					   .rtx_ssrc = stream->rtx_ssrc};
	}
	return n;
}

static uint64_t first_frame_us(const struct publisher *publisher, const struct clip *clip,
			       uint64_t now_us)
{
	uint64_t period_us = clip->ticks * US_PER_SEC / (clip->video ? 90000 : 48000);
	if (!clip->video && publisher->options.silent)
		period_us = SILENT_PERIOD;
	return now_us - now_us % period_us + period_us +
	       (uint64_t)(publisher->options.phase * (double)period_us);
}

static void begin(struct publisher *publisher, uint64_t now_us)
{
	for (unsigned i = 0; i < publisher->n; i++) {
		struct stream *stream = &publisher->streams[i];
		const struct sender_config config = {
			.clip = stream->clip,
			.numbers = &publisher_numbers,
			.mid = stream->mid,
			.ssrc = stream->ssrc,
			.rtx_ssrc = stream->rtx_ssrc,
			.rid = stream->rid,
			.even = publisher->options.even,
			.kept = KEPT,
			.again_from = stream->clip->video ? 1 : 0,
			.transport_sequence = &publisher->transport_sequence,
			.seal = seal,
			.send = send_rtp,
			.user = publisher,
		};
		stream->sender =
			sender_new(&config, first_frame_us(publisher, stream->clip, now_us));
		sender_set_level(stream->sender, publisher->options.level);
	}
}

/* Everybody breathes at a time of their own. */
static bool pauses(const struct publisher *publisher, uint64_t now_us)
{
	uint64_t shift_us = (uint64_t)(publisher->options.phase * SPEECH_PERIOD);
	return (now_us + shift_us) % SPEECH_PERIOD * 100 >=
	       publisher->options.speech * SPEECH_PERIOD;
}

uint64_t publisher_tick(struct publisher *publisher, uint64_t now_us)
{
	uint64_t next_us = UINT64_MAX;
	if (publisher->n > 0 && publisher->streams[0].sender == NULL)
		begin(publisher, now_us);
	if (publisher->options.sound != NULL)
		sender_set_silent(publisher->streams[0].sender,
				  publisher->options.silent || pauses(publisher, now_us));
	for (unsigned i = 0; i < publisher->n; i++)
		next_us = MIN(next_us, sender_tick(publisher->streams[i].sender, now_us));
	return next_us;
}

void publisher_rtcp(struct publisher *publisher, const struct rtcp_item *item)
{
	uint16_t numbers[256];
	for (unsigned i = 0; i < publisher->n; i++) {
		struct stream *stream = &publisher->streams[i];
		if (stream->ssrc != item->media_ssrc || stream->sender == NULL)
			continue;
		if (item->type == RTCP_NACK)
			sender_resend(stream->sender, numbers,
				      rtcp_nack_numbers(item, numbers, G_N_ELEMENTS(numbers)));
		else if (item->type == RTCP_PLI || item->type == RTCP_FIR)
			sender_keyframe(stream->sender);
	}
}

void publisher_report(struct publisher *publisher, uint64_t now_us)
{
	uint8_t buffer[256];
	for (unsigned i = 0; i < publisher->n; i++) {
		size_t length = publisher->streams[i].sender == NULL
					? 0
					: sender_report(publisher->streams[i].sender, buffer,
							sizeof buffer, now_us);
		if (length > 0)
			publisher->output.rtcp(publisher->output.user, buffer, length);
	}
}

/* Of one stream that sends to nobody. */
struct tally {
	uint64_t packets, bytes;
	unsigned in_picture, picture_packets, picture_bytes;
	bool keyframe;
};

static void count_packet(void *user, const uint8_t *packet, size_t length)
{
	struct tally *tally = user;
	struct rtp_header header;
	struct frame_info frame;
	if (rtp_parse(packet, length, NULL, &header) != OK)
		return;
	tally->packets++;
	tally->bytes += header.payload_length;
	if (codec_peek(CODEC_VP8, packet + header.payload_offset, header.payload_length, &frame) !=
	    OK)
		return;
	tally->in_picture = frame.starts_frame ? 1 : tally->in_picture + 1;
	tally->keyframe = frame.starts_frame ? frame.keyframe : tally->keyframe;
	if (tally->keyframe)
		return;
	tally->picture_packets = MAX(tally->picture_packets, tally->in_picture);
	tally->picture_bytes = MAX(tally->picture_bytes, header.payload_length);
}

static struct tally measure(const struct clip *clip, bool even)
{
	struct tally tally = {0};
	uint16_t sequence = 0;
	const struct sender_config config = {.clip = clip,
					     .numbers = &publisher_numbers,
					     .even = even,
					     .ssrc = 1,
					     .rtx_ssrc = 1,
					     .transport_sequence = &sequence,
					     .send = count_packet,
					     .user = &tally};
	struct sender *sender = sender_new(&config, 0);
	sender_tick(sender, US_PER_SEC - 1);
	sender_free(sender);
	return tally;
}

struct publish_mix publish_measure(const struct publish_options *options)
{
	struct publish_mix mix = {0};
	if (options->sound != NULL) {
		struct tally tally = measure(options->sound, options->even);
		double silent = (double)US_PER_SEC / SILENT_PERIOD;
		mix.voices = silent + ((double)tally.packets - silent) * options->speech / 100;
		mix.voice_bytes = (unsigned)((tally.bytes + tally.packets - 1) / tally.packets);
	}
	if (options->n_pictures > 0) {
		const struct clip *clip = options->pictures[options->n_pictures - 1];
		struct tally tally = measure(clip, options->even);
		mix.pictures = 90000.0 / clip->ticks;
		mix.picture_packets = tally.picture_packets;
		mix.picture_bytes = tally.picture_bytes;
	}
	return mix;
}
