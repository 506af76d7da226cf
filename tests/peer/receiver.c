#include "tests/peer/receiver.h"

#include "relay/base/clock.h"
#include "relay/rtp/nack.h"
#include "relay/rtp/receive_stats.h"
#include "relay/rtp/rtcp_write.h"
#include "relay/rtp/rtx.h"
#include <opus/opus.h>
#include <string.h>

#define WINDOW	     512 /* packets waiting for older ones; a power of two */
#define PATIENCE_US  (1 * US_PER_SEC)
#define RTT_US	     (20 * US_PER_MS)
#define REPORT_US    (1 * US_PER_SEC)
#define OWN_SSRC     1
#define OPUS_RATE    48000
#define OPUS_LONGEST 5760 /* 120 ms */
#define SOUND_MAX    400
#define SILENCE	     200 /* of 32,767 */

/* What is left of a packet while it waits for its turn. */
struct waiting {
	bool here;
	uint64_t sequence; /* extended */
	uint64_t arrival_us;
	uint32_t timestamp;
	struct frame_info frame;
	uint16_t length;
};

struct receiver {
	const struct numbers *numbers;
	struct line line;
	struct receiver_stats stats;
	struct nack_tracker *nack;
	struct receive_stats reception;
	struct waiting window[WINDOW];
	bool started;	  /* next is valid */
	uint64_t next;	  /* extended number whose turn it is */
	uint64_t highest; /* extended */
	bool in_row;	  /* timestamp and picture_id are of the packet before */
	uint32_t timestamp;
	uint16_t picture_id;
	bool want_keyframe;
	uint64_t report_us, pli_us;
	OpusDecoder *decoder;
	uint8_t (*sound)[SOUND_MAX]; /* the window's payloads; NULL: not decoded */
	unsigned samples, crossings;
	bool positive, loud;
	struct tones *tones; /* or NULL */
};

struct receiver *receiver_new(const struct numbers *numbers, const struct line *line, bool decode)
{
	struct receiver *receiver = g_new0(struct receiver, 1);
	receiver->numbers = numbers;
	receiver->line = *line;
	receiver->nack = nack_tracker_new();
	receive_stats_init(&receiver->reception, line->video ? 90000 : OPUS_RATE);
	if (decode && !line->video)
		receiver->decoder = opus_decoder_create(OPUS_RATE, 1, NULL);
	if (receiver->decoder != NULL)
		receiver->sound = g_malloc(WINDOW * sizeof *receiver->sound);
	return receiver;
}

void receiver_free(struct receiver *receiver)
{
	if (receiver == NULL)
		return;
	nack_tracker_free(receiver->nack);
	if (receiver->decoder != NULL)
		opus_decoder_destroy(receiver->decoder);
	tones_free(receiver->tones);
	g_free(receiver->sound);
	g_free(receiver);
}

void receiver_measure(struct receiver *receiver, struct tones *tones)
{
	tones_free(receiver->tones);
	receiver->tones = tones;
}

/* Counts rising zero crossings; once a second they are the tone. */
static void listen(struct receiver *receiver, const struct waiting *packet)
{
	float samples[OPUS_LONGEST];
	int n = opus_decode_float(receiver->decoder, receiver->sound[packet->sequence % WINDOW],
				  packet->length, samples, OPUS_LONGEST, 0);
	if (receiver->tones != NULL && n > 0)
		tones_add(receiver->tones, samples, (size_t)n);
	for (int i = 0; i < n; i++) {
		bool positive = samples[i] > 0;
		receiver->crossings += positive && !receiver->positive;
		receiver->positive = positive;
		receiver->loud |= samples[i] * 32767 > SILENCE;
		if (++receiver->samples == OPUS_RATE) {
			receiver->stats.tone = receiver->loud ? receiver->crossings : 0;
			receiver->samples = receiver->crossings = 0;
			receiver->loud = false;
		}
	}
}

/* A packet in its turn. The relay promises a row without a break. */
static void in_turn(struct receiver *receiver, const struct waiting *packet)
{
	struct receiver_stats *stats = &receiver->stats;
	bool new_frame = !receiver->in_row || packet->timestamp != receiver->timestamp;
	if (receiver->in_row && (int32_t)(packet->timestamp - receiver->timestamp) < 0)
		stats->broken++;
	if (packet->length == 0) { /* what follows may be of another picture */
		stats->filled++;
		receiver->in_row = false;
		return;
	}
	if (!receiver->line.video) {
		stats->frames++;
		if (receiver->decoder != NULL && packet->length <= SOUND_MAX)
			listen(receiver, packet);
	} else {
		const struct frame_info *frame = &packet->frame;
		if (stats->frames == 0 && !(frame->keyframe && frame->starts_frame)) {
			stats->headless = true;
			receiver->want_keyframe = true;
		}
		if (receiver->in_row && frame->picture_id_offset != 0 &&
		    ((frame->picture_id - receiver->picture_id) & 0x7fff) != new_frame)
			stats->broken++;
		if (frame->keyframe && frame->starts_frame) {
			stats->keyframes++;
			stats->width = frame->width;
			stats->height = frame->height;
			receiver->want_keyframe = false;
		}
		stats->frames += new_frame;
		receiver->picture_id = frame->picture_id;
	}
	receiver->timestamp = packet->timestamp;
	receiver->in_row = true;
}

/* When the first packet after the missing one came: since then it is known to be missing. */
static uint64_t missing_since(const struct receiver *receiver)
{
	for (uint64_t sequence = receiver->next + 1; sequence <= receiver->highest; sequence++) {
		const struct waiting *slot = &receiver->window[sequence % WINDOW];
		if (slot->here && slot->sequence == sequence)
			return slot->arrival_us;
	}
	return 0; /* a jump beyond the window */
}

static void take_turns(struct receiver *receiver, uint64_t now_us)
{
	while (receiver->next <= receiver->highest) {
		struct waiting *slot = &receiver->window[receiver->next % WINDOW];
		if (slot->here && slot->sequence == receiver->next) {
			in_turn(receiver, slot);
			slot->here = false;
		} else if (receiver->highest - receiver->next >= WINDOW / 2 ||
			   now_us - missing_since(receiver) >= PATIENCE_US) {
			receiver->stats.missing++;
			receiver->in_row = false;
			receiver->want_keyframe = receiver->line.video;
		} else {
			return;
		}
		receiver->next++;
	}
}

static void store(struct receiver *receiver, const struct packet *packet, uint64_t now_us)
{
	uint16_t sequence = packet->rtp.sequence;
	if (!receiver->started) {
		receiver->next = receiver->highest = 0x10000u + sequence;
		receiver->stats.first_us = now_us;
	}
	receiver->started = true;
	uint64_t extended = receiver->highest + (uint64_t)(int64_t)seq_difference(
							sequence, (uint16_t)receiver->highest);
	receiver->highest = MAX(receiver->highest, extended);
	struct waiting *slot = &receiver->window[extended % WINDOW];
	if (extended >= receiver->next && extended - receiver->next < WINDOW) {
		*slot = (struct waiting){.here = true,
					 .arrival_us = now_us,
					 .sequence = extended,
					 .timestamp = packet->rtp.timestamp,
					 .frame = packet->frame,
					 .length = packet->rtp.payload_length};
		if (receiver->sound != NULL && packet->rtp.payload_length <= SOUND_MAX)
			memcpy(receiver->sound[extended % WINDOW], packet_payload(packet),
			       slot->length);
	}
	take_turns(receiver, now_us);
}

bool receiver_packet(struct receiver *receiver, struct packet *packet, uint64_t now_us)
{
	const struct numbers *numbers = receiver->numbers;
	uint8_t expected = receiver->line.video ? numbers->vp8 : numbers->opus;
	bool repair = receiver->line.rtx_ssrc != 0 && packet->rtp.ssrc == receiver->line.rtx_ssrc;
	if (!repair && packet->rtp.ssrc != receiver->line.ssrc)
		return false;
	if (repair && (packet->rtp.payload_type != numbers->rtx ||
		       rtx_unwrap(packet, receiver->line.ssrc, expected) != OK))
		return true; /* a probe, or nothing that we understand */
	enum nack_result result =
		nack_tracker_receive(receiver->nack, packet->rtp.sequence, now_us);
	receiver->stats.retransmitted += repair;
	if (result == NACK_DUPLICATE) {
		receiver->stats.duplicates++;
		return true;
	}
	if (packet->rtp.payload_type != expected ||
	    (packet->rtp.payload_length > 0 &&
	     codec_peek(receiver->line.video ? CODEC_VP8 : CODEC_OPUS, packet_payload(packet),
			packet->rtp.payload_length, &packet->frame) != OK))
		receiver->stats.broken++;
	receiver->stats.packets++;
	receiver->stats.bytes += packet->length;
	if (!repair)
		receive_stats_packet(&receiver->reception, packet->rtp.sequence,
				     packet->rtp.timestamp, packet->length, now_us);
	store(receiver, packet, now_us);
	return true;
}

void receiver_sender_report(struct receiver *receiver, uint64_t ntp, uint64_t now_us)
{
	receive_stats_sender_report(&receiver->reception, ntp, now_us);
}

size_t receiver_rtcp(struct receiver *receiver, uint8_t *out, size_t capacity, uint64_t now_us)
{
	struct rtcp_writer writer;
	uint16_t numbers[64];
	if (!receiver->started)
		return 0;
	take_turns(receiver, now_us);
	rtcp_writer_init(&writer, out, capacity);
	size_t n = nack_tracker_due(receiver->nack, now_us, RTT_US, numbers, G_N_ELEMENTS(numbers));
	if (n > 0 && rtcp_add_nack(&writer, OWN_SSRC, receiver->line.ssrc, numbers, n))
		receiver->stats.asked += n;
	if (receiver->want_keyframe && now_us - receiver->pli_us >= US_PER_SEC / 2 &&
	    rtcp_add_pli(&writer, OWN_SSRC, receiver->line.ssrc)) {
		receiver->pli_us = now_us;
		receiver->stats.keyframes_asked++;
	}
	if (now_us - receiver->report_us >= REPORT_US) {
		struct rtcp_report_block block;
		receive_stats_report(&receiver->reception, receiver->line.ssrc, now_us, &block);
		rtcp_add_receiver_report(&writer, OWN_SSRC, &block, 1);
		receiver->report_us = now_us;
	}
	return writer.length;
}

uint32_t receiver_ssrc(const struct receiver *receiver)
{
	return receiver->line.ssrc;
}

const struct receiver_stats *receiver_stats(const struct receiver *receiver)
{
	return &receiver->stats;
}
