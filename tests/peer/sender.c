#include "tests/peer/sender.h"

#include "relay/base/clock.h"
#include "relay/base/wire.h"
#include "relay/rtp/rtcp_write.h"
#include "relay/rtp/sender_clock.h"
#include <stdio.h>
#include <string.h>

#define PAYLOAD_MAX 1100
#define PACKET_MAX  1300
#define VIDEO_KEPT  1024 /* packets that may be asked for again */
#define SOUND_KEPT  64
#define DESCRIPTOR  6 /* RFC 7741, section 4.2, with 15-bit picture id, tl0picidx, tid */
#define SILENCE	    127
#define DTX_FRAMES  20 /* 400 ms */

struct sent {
	uint16_t length, header_length; /* 0: nothing here */
	uint8_t data[PACKET_MAX];
};

struct sender {
	struct sender_config config;
	struct sender_stats stats;
	uint16_t sequence, rtx_sequence, picture_id;
	uint8_t tl0picidx, level;
	uint32_t timestamp, last_ticks;
	unsigned frame;
	bool started, restart, silent;
	uint64_t next_us, last_us;
	uint64_t period_us;
	unsigned kept;
	struct sent *sent; /* by sequence number modulo kept */
};

struct sender *sender_new(const struct sender_config *config, uint64_t now_us)
{
	struct sender *sender = g_new0(struct sender, 1);
	sender->config = *config;
	sender->sequence = (uint16_t)g_random_int_range(0, 0x8000); /* RFC 3711, section 3.3.1 */
	sender->rtx_sequence = (uint16_t)g_random_int_range(0, 0x8000);
	sender->picture_id = (uint16_t)g_random_int_range(0, 0x8000);
	sender->timestamp = g_random_int();
	sender->level = 25;
	sender->period_us =
		config->clip->ticks * US_PER_SEC / (config->clip->video ? 90000 : 48000);
	sender->next_us = now_us;
	if (config->clip->make != NULL)
		sender->next_us += sender->period_us - now_us % sender->period_us;
	unsigned usual = config->clip->video ? VIDEO_KEPT : SOUND_KEPT;
	sender->kept = config->kept > 0 ? config->kept : usual;
	sender->sent = g_new0(struct sent, sender->kept);
	return sender;
}

void sender_free(struct sender *sender)
{
	if (sender == NULL)
		return;
	g_free(sender->sent);
	g_free(sender);
}

static size_t write_header(struct sender *sender, uint8_t *out, bool marker, uint8_t payload_type,
			   uint16_t sequence, uint32_t ssrc)
{
	char mid[4];
	uint8_t transport[2];
	const uint8_t level = sender->silent ? SILENCE : 0x80 | sender->level;
	const char *rid = sender->config.rid;
	struct rtp_extension_values values = {0};
	snprintf(mid, sizeof mid, "%u", sender->config.mid % 100);
	wire_put16(transport, (*sender->config.transport_sequence)++);
	values.value[EXTENSION_MID] = (const uint8_t *)mid;
	values.length[EXTENSION_MID] = (uint8_t)strlen(mid);
	values.value[EXTENSION_TRANSPORT_CC] = transport;
	values.length[EXTENSION_TRANSPORT_CC] = sizeof transport;
	if (!sender->config.clip->video) {
		values.value[EXTENSION_AUDIO_LEVEL] = &level;
		values.length[EXTENSION_AUDIO_LEVEL] = 1;
	}
	if (rid != NULL) {
		enum rtp_extension e = payload_type == sender->config.numbers->rtx
					       ? EXTENSION_REPAIRED_RID
					       : EXTENSION_RID;
		values.value[e] = (const uint8_t *)rid;
		values.length[e] = (uint8_t)strlen(rid);
	}
	return rtp_write_header(out, RTP_HEADER_MAX, marker, false, payload_type, sequence,
				sender->timestamp, ssrc, &sender->config.numbers->extensions,
				&values);
}

static void send_packet(struct sender *sender, bool marker, const uint8_t *descriptor,
			size_t descriptor_length, const uint8_t *data, size_t length)
{
	struct sent *sent = &sender->sent[sender->sequence % sender->kept];
	const struct numbers *numbers = sender->config.numbers;
	uint8_t payload_type = sender->config.clip->video ? numbers->vp8 : numbers->opus;
	size_t header = write_header(sender, sent->data, marker, payload_type, sender->sequence,
				     sender->config.ssrc);
	if (descriptor_length > 0)
		memcpy(sent->data + header, descriptor, descriptor_length);
	memcpy(sent->data + header + descriptor_length, data, length);
	if (sender->config.seal != NULL)
		sender->config.seal(sender->config.user, sender->config.ssrc,
				    (uint32_t)sender->stats.packets,
				    sent->data + header + descriptor_length, length);
	sent->header_length = (uint16_t)header;
	sent->length = (uint16_t)(header + descriptor_length + length);
	sender->sequence++;
	sender->stats.packets++;
	sender->stats.bytes += descriptor_length + length;
	sender->config.send(sender->config.user, sent->data, sent->length);
}

static void send_frame(struct sender *sender, const struct frame *frame)
{
	if (!sender->config.clip->video) {
		/* RFC 6716, section 3.1: the first byte alone says how long the silence is. */
		size_t length = sender->silent ? 1 : frame->length;
		send_packet(sender, sender->stats.frames == 0, NULL, 0, frame->data, length);
		return;
	}
	size_t packets = (frame->length + PAYLOAD_MAX - 1) / PAYLOAD_MAX;
	uint8_t descriptor[DESCRIPTOR] = {0x90, 0xe0};
	wire_put16(descriptor + 2, 0x8000 | sender->picture_id);
	descriptor[4] = sender->tl0picidx;
	for (size_t at = 0; at < frame->length;) {
		size_t left = frame->length - at;
		size_t length =
			sender->config.even ? left / packets-- : MIN(left, (size_t)PAYLOAD_MAX);
		send_packet(sender, at + length == frame->length, descriptor, DESCRIPTOR,
			    frame->data + at, length);
		descriptor[0] = 0x80; /* S only in the first packet */
		at += length;
	}
	sender->picture_id = (sender->picture_id + 1) & 0x7fff;
	sender->tl0picidx++;
}

static struct frame next_frame(struct sender *sender)
{
	const struct clip *clip = sender->config.clip;
	if (clip->make != NULL)
		return clip->make(clip->user, sender->next_us, sender->restart || !sender->started);
	if (sender->restart)
		sender->frame = 0;
	else if (sender->frame == clip->n_frames)
		sender->frame = sender->config.again_from;
	return clip->frames[sender->frame++];
}

uint64_t sender_tick(struct sender *sender, uint64_t now_us)
{
	const struct clip *clip = sender->config.clip;
	/* A device begins when it is connected. */
	if (clip->make != NULL && !sender->started && sender->next_us + clip->late_us < now_us)
		sender->next_us += (now_us - clip->late_us - sender->next_us) / sender->period_us *
				   sender->period_us;
	while (sender->next_us + clip->late_us <= now_us) {
		struct frame frame = next_frame(sender);
		sender->restart = false;
		send_frame(sender, &frame);
		sender->started = true;
		unsigned periods = sender->silent ? DTX_FRAMES : 1;
		sender->last_us = sender->next_us;
		sender->next_us += periods * sender->period_us;
		sender->last_ticks = periods * clip->ticks;
		sender->timestamp += sender->last_ticks;
		sender->stats.frames++;
	}
	return sender->next_us + clip->late_us;
}

void sender_keyframe(struct sender *sender)
{
	sender->stats.keyframes_asked++;
	sender->restart = sender->config.clip->video;
}

void sender_resend(struct sender *sender, const uint16_t *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct sent *sent = &sender->sent[numbers[i] % sender->kept];
		struct rtp_header header;
		uint8_t packet[PACKET_MAX + 2];
		sender->stats.nacked++;
		if (sent->length == 0 || rtp_parse(sent->data, sent->length, NULL, &header) != OK ||
		    header.sequence != numbers[i])
			continue;
		if (sender->config.rtx_ssrc ==
		    0) { /* the same number again, which SRTP sends as it is */
			sender->config.send(sender->config.user, sent->data, sent->length);
			continue;
		}
		/* RFC 4588, section 4: the original number goes before the payload. */
		uint32_t timestamp = sender->timestamp;
		sender->timestamp = header.timestamp;
		size_t start =
			write_header(sender, packet, header.marker, sender->config.numbers->rtx,
				     sender->rtx_sequence++, sender->config.rtx_ssrc);
		sender->timestamp = timestamp;
		wire_put16(packet + start, numbers[i]);
		size_t payload = (size_t)(sent->length - sent->header_length);
		memcpy(packet + start + 2, sent->data + sent->header_length, payload);
		sender->config.send(sender->config.user, packet, start + 2 + payload);
		sender->stats.resent++;
	}
}

void sender_set_level(struct sender *sender, uint8_t level_dbov)
{
	sender->level = level_dbov & 0x7f;
}

void sender_set_silent(struct sender *sender, bool silent)
{
	sender->silent = silent && !sender->config.clip->video;
}

size_t sender_report(struct sender *sender, uint8_t *out, size_t capacity, uint64_t now_us)
{
	struct rtcp_writer writer;
	if (!sender->started)
		return 0;
	uint64_t rate = sender->config.clip->video ? 90000 : 48000;
	uint32_t timestamp = sender->timestamp - sender->last_ticks +
			     (uint32_t)((now_us - sender->last_us) * rate / US_PER_SEC);
	rtcp_writer_init(&writer, out, capacity);
	if (!rtcp_add_sender_report(&writer, sender->config.ssrc, ntp_from_us(now_us), timestamp,
				    (uint32_t)sender->stats.packets,
				    (uint32_t)sender->stats.bytes) ||
	    !rtcp_add_sdes_cname(&writer, sender->config.ssrc, "peer"))
		return 0;
	return writer.length;
}

uint32_t sender_ssrc(const struct sender *sender)
{
	return sender->config.ssrc;
}

const struct sender_stats *sender_stats(const struct sender *sender)
{
	return &sender->stats;
}
