/* The sending half of a simulated peer: takes sound and pictures on its own clock, and sends again
 * what it is asked for. */
#include "relay/rtp/rtcp.h"
#include "relay/rtp/rtcp_write.h"
#include "relay/rtp/sender_clock.h"
#include "tests/sim/world.h"
#include <string.h>

#define REPORT_US US_PER_SEC

static uint64_t local_us(const struct sim_peer *peer, uint64_t now_us)
{
	return (uint64_t)((int64_t)now_us + (int64_t)((double)now_us * peer->clock_drift) +
			  peer->clock_offset_us);
}

static uint32_t timestamp_at(const struct sim_peer *peer, const struct sim_stream *s,
			     uint64_t now_us)
{
	uint64_t us = local_us(peer, now_us);
	return s->timestamp_base + (uint32_t)(us / US_PER_SEC * s->clock_rate +
					      us % US_PER_SEC * s->clock_rate / US_PER_SEC);
}

static struct sim_stream *add_stream(struct sim_peer *peer, enum codec codec, uint32_t which)
{
	struct world *w = peer->world;
	struct sim_stream *s = &peer->streams[peer->n_streams++];
	s->synth = (struct synth){.codec = codec,
				  .payload_type = codec == CODEC_VP8 ? 96 : 111,
				  .rtx_payload_type = 97,
				  .ssrc = peer->id * 1000 + which,
				  .rtx_ssrc = peer->id * 1000 + 10 + which,
				  .stream = peer->id * 1000 + which,
				  .extensions = &peer->description.extensions};
	/* One statement each: the order of rolls in an initializer is the compiler's. */
	s->synth.sequence = (uint16_t)world_dice(w, 65536);
	s->synth.rtx_sequence = (uint16_t)world_dice(w, 65536);
	s->synth.picture_id = (uint16_t)world_dice(w, 0x8000);
	s->synth.tl0picidx = (uint8_t)world_dice(w, 256);
	s->video = codec == CODEC_VP8;
	s->clock_rate = s->video ? 90000 : 48000;
	s->timestamp_base = g_rand_int(w->random);
	s->on = s->keyframe_wanted = true;
	s->level = 127;
	s->history = g_new0(struct kept_packet, SIM_HISTORY);
	s->taken = g_array_new(FALSE, TRUE, sizeof(struct taken));
	s->next_us = w->now_us + world_dice(w, 20000);
	return s;
}

void publisher_init(struct sim_peer *peer, const struct sim_plan *plan)
{
	static const char *const rids[] = {"q", "h", "f"};
	struct sim_stream *mic = add_stream(peer, CODEC_OPUS, 0);
	mic->every_ms = 20;
	mic->packets_per_frame = 1;
	for (unsigned i = 0; i < plan->layers; i++) {
		struct sim_stream *s = add_stream(peer, CODEC_VP8, 1 + i);
		s->synth.width = (uint16_t)(320 << i);
		s->synth.height = (uint16_t)(180 << i);
		s->synth.mid = "cam";
		s->synth.rid = rids[i];
		s->every_ms = plan->frame_ms ? plan->frame_ms : 66;
		s->packets_per_frame = 1 + i;
		s->next_us = peer->streams[1].next_us; /* one picture, three encodings */
	}
}

void publisher_free(struct sim_peer *peer)
{
	for (unsigned i = 0; i < peer->n_streams; i++) {
		g_free(peer->streams[i].history);
		g_array_unref(peer->streams[i].taken);
	}
}

static void send_packet(struct sim_peer *peer, struct sim_stream *s, const struct synth_packet *p,
			uint64_t taken_us)
{
	uint8_t data[PACKET_CAPACITY];
	uint16_t sequence = s->synth.sequence;
	size_t length = synth_write(&s->synth, p, data);
	struct kept_packet *kept = &s->history[sequence % SIM_HISTORY];
	g_assert_cmpuint(length, <=, sizeof kept->data);
	kept->length = (uint16_t)length;
	memcpy(kept->data, data, length);
	if (!p->padding) {
		if (s->taken->len <= s->synth.counter)
			g_array_set_size(s->taken, s->synth.counter + 1);
		g_array_index(s->taken, struct taken, s->synth.counter) =
			(struct taken){taken_us, s->synth.timestamp};
	}
	world_send(peer, true, false, 0, data, length);
}

static void send_frame(struct sim_peer *peer, struct sim_stream *s)
{
	bool keyframe = s->keyframe_wanted;
	unsigned n = s->video ? s->packets_per_frame + (keyframe ? 2 : 0) : 1;
	s->keyframe_wanted = false;
	s->synth.timestamp = timestamp_at(peer, s, s->next_us);
	for (unsigned i = 0; i < n; i++) {
		const struct synth_packet p = {
			.keyframe = keyframe,
			.first = i == 0,
			.last = s->video && i + 1 == n,
			.level = s->level,
			.size = (uint16_t)(s->video ? 100 + world_dice(peer->world, 100) : 60)};
		send_packet(peer, s, &p, s->next_us);
	}
	s->synth.picture_id = (s->synth.picture_id + 1) & 0x7fff;
	s->synth.tl0picidx++;
	if (s->padding_every && ++s->frames % s->padding_every == 0) {
		const struct synth_packet p = {.padding = 50};
		send_packet(peer, s, &p, 0);
	}
}

static void send_reports(struct sim_peer *peer)
{
	uint64_t now_us = peer->world->now_us;
	uint8_t data[500];
	struct rtcp_writer w;
	rtcp_writer_init(&w, data, sizeof data);
	for (unsigned i = 0; i < peer->n_streams; i++)
		if (peer->streams[i].on)
			g_assert_true(rtcp_add_sender_report(
				&w, peer->streams[i].synth.ssrc,
				ntp_from_us(local_us(peer, now_us)),
				timestamp_at(peer, &peer->streams[i], now_us), 1, 1));
	if (w.length)
		world_send(peer, true, true, 0, data, w.length);
}

void publisher_tick(struct sim_peer *peer)
{
	uint64_t now_us = peer->world->now_us;
	for (unsigned i = 0; i < peer->n_streams; i++) {
		struct sim_stream *s = &peer->streams[i];
		/* Encoding takes a while; the picture was taken at next_us. */
		uint64_t delay_us = s->video ? 15 * US_PER_MS : 5 * US_PER_MS;
		for (; s->next_us + delay_us <= now_us; s->next_us += s->every_ms * US_PER_MS)
			if (s->on)
				send_frame(peer, s);
	}
	if (now_us >= peer->next_report_us) {
		send_reports(peer);
		peer->next_report_us = now_us + REPORT_US;
	}
}

static void send_again(struct sim_peer *peer, struct sim_stream *s, uint16_t sequence)
{
	const struct kept_packet *kept = &s->history[sequence % SIM_HISTORY];
	uint8_t data[PACKET_CAPACITY];
	struct rtp_header h;
	if (!kept->length || rtp_parse(kept->data, kept->length, NULL, &h) != OK ||
	    h.sequence != sequence)
		return;
	if (s->video) {
		size_t length = synth_write_rtx(&s->synth, kept->data, kept->length, data);
		world_send(peer, true, false, 0, data, length);
	} else {
		world_send(peer, true, false, 0, kept->data, kept->length);
	}
}

void publisher_rtcp(struct sim_peer *peer, const struct rtcp_item *item)
{
	uint16_t numbers[512];
	for (unsigned i = 0; i < peer->n_streams; i++) {
		struct sim_stream *s = &peer->streams[i];
		if (s->synth.ssrc != item->media_ssrc)
			continue;
		if (item->type == RTCP_PLI)
			s->keyframe_wanted = true;
		if (item->type != RTCP_NACK)
			continue;
		size_t n = rtcp_nack_numbers(item, numbers, G_N_ELEMENTS(numbers));
		for (size_t j = 0; j < n; j++)
			send_again(peer, s, numbers[j]);
	}
}
