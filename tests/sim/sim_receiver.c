/*
 * The receiving half of a simulated peer: puts each slot's packets in order, asks for what is
 * missing, and asserts what a decoder needs: numbers, times and picture ids without a break, and
 * every change of source at a keyframe.
 */
#include "relay/base/wire.h"
#include "relay/rtp/rtcp.h"
#include "relay/rtp/rtcp_write.h"
#include "relay/rtp/sender_clock.h"
#include "tests/sim/world.h"
#include <string.h>

#define ASK_EVERY_US  (120 * US_PER_MS)
#define ASK_GRACE_US  (15 * US_PER_MS)
#define GIVE_UP_US    (1500 * US_PER_MS)
#define PLI_EVERY_US  (300 * US_PER_MS)
#define NTP_OFFSET_US (UINT64_C(3900000000) * US_PER_SEC)

void receiver_init(struct sim_peer *peer)
{
	peer->slots = g_new0(struct sim_slot, peer->description.n_slots);
	for (unsigned i = 0; i < peer->description.n_slots; i++) {
		struct sim_slot *s = &peer->slots[i];
		s->ssrc = peer->description.slots[i].ssrc;
		s->rtx_ssrc = peer->description.slots[i].rtx_ssrc;
		s->video = peer->description.slots[i].kind == MEDIA_VIDEO;
		s->held = g_new0(struct arrived, SIM_REORDER);
		s->need_keyframe = s->video;
	}
}

void receiver_free(struct sim_peer *peer)
{
	for (unsigned i = 0; i < peer->description.n_slots; i++) {
		g_free(peer->slots[i].held);
		g_free(peer->slots[i].used);
	}
	g_free(peer->slots);
}

/* The relay switches by moving timestamps by another offset: seen from outside. */
static void note_epoch(struct sim_peer *peer, struct sim_slot *s, const struct rtp_out *out)
{
	uint32_t stream, counter;
	if (!synth_read(out->body, out->body_length, &stream, &counter))
		return;
	const struct sim_stream *from = world_stream(peer->world, stream);
	const struct taken *taken = &g_array_index(from->taken, struct taken, counter);
	uint32_t offset = wire_get32(out->head + 4) - taken->timestamp;
	if (stream == s->epoch.stream && offset == s->epoch.offset)
		return;
	s->epoch.stream = stream;
	s->epoch.offset = offset;
	s->epoch.first_index = out->index;
	s->epoch.since_us = peer->world->now_us;
}

void receiver_check_sent(struct sim_peer *peer, const struct rtp_out *out)
{
	for (unsigned i = 0; i < peer->description.n_slots; i++) {
		struct sim_slot *s = &peer->slots[i];
		if (s->ssrc != out->ssrc)
			continue;
		if (!s->n_used)
			s->first_used = out->index;
		g_assert_cmpuint(out->index, >=, s->first_used);
		uint64_t bit = out->index - s->first_used;
		if (bit >= s->n_used * 64) {
			uint64_t n = MAX(s->n_used * 2, bit / 64 + 64);
			s->used = g_renew(uint64_t, s->used, n);
			memset(s->used + s->n_used, 0, (n - s->n_used) * sizeof *s->used);
			s->n_used = n;
		}
		g_assert_false(s->used[bit / 64] >> bit % 64 & 1); /* one index, one ciphertext */
		s->used[bit / 64] |= UINT64_C(1) << bit % 64;
		note_epoch(peer, s, out);
	}
}

/* How far the report's time of this packet is from the truth: a constant for all of one sender. */
static void measure_error(struct sim_peer *peer, struct sim_slot *s, const struct arrived *a)
{
	const struct sim_stream *stream = world_stream(peer->world, a->stream);
	s->has_error = false;
	/* A report from before the switch says nothing about what came after it, and the other way.
	 */
	if (!s->reported || !stream || a->index < s->epoch.first_index ||
	    s->report_ntp_us - NTP_OFFSET_US < s->epoch.since_us)
		return;
	int64_t ticks = (int32_t)(a->timestamp - s->report_timestamp);
	int64_t shown_us = (int64_t)(s->report_ntp_us - NTP_OFFSET_US) +
			   ticks * (int64_t)US_PER_SEC / stream->clock_rate;
	s->error_us =
		shown_us - (int64_t)g_array_index(stream->taken, struct taken, a->counter).at_us;
	s->has_error = true;
}

static void check_order(const struct sim_slot *s, const struct arrived *a)
{
	const struct arrived *last = &s->last;
	bool same_frame = s->video && a->stream == last->stream && !a->first;
	int32_t ticks = (int32_t)(a->timestamp - last->timestamp);
	if (a->stream == last->stream && a->counter != last->counter + 1) {
		/* Only a new beginning leaves out what the sender sent (it was muted, or the slot
		 * elsewhere), and only with a late keyframe it goes back. */
		if (s->video)
			g_assert_true(a->keyframe && a->first);
		else
			g_assert_true(a->marker && a->counter > last->counter);
	}
	if (a->stream != last->stream && s->video)
		g_assert_true(a->keyframe && a->first);
	if (same_frame) {
		g_assert_cmpint(ticks, ==, 0);
		g_assert_cmpuint(a->picture_id, ==, last->picture_id);
		return;
	}
	g_assert_cmpint(ticks, >, 0);
	if (s->video) {
		g_assert_cmpuint(a->picture_id, ==, (last->picture_id + 1) & 0x7fff);
		g_assert_cmpuint(a->tl0picidx, ==, (uint8_t)(last->tl0picidx + 1));
	}
}

static void consume(struct sim_peer *peer, struct sim_slot *s, const struct arrived *a)
{
	if (a->stream == 0) {
		/* Nothing but padding; where the network loses, it may stand for a packet that was
		 * missing when the slot switched, and the picture goes on with the switch's
		 * keyframe. */
		s->filled = !peer->world->lossless;
		return;
	}
	bool after_gap = s->filled;
	s->filled &= s->video && !(a->keyframe && a->first);
	if (s->anything && !s->need_keyframe && !after_gap)
		check_order(s, a);
	s->switches += s->anything && a->stream != s->last.stream;
	if (s->need_keyframe && a->keyframe && a->first)
		s->need_keyframe = false;
	if (!s->anything) {
		g_assert_true(!s->video || (a->keyframe && a->first)); /* begins at a keyframe */
		s->first_counter = a->counter;
	}
	s->undecodable += s->need_keyframe;
	s->anything = true;
	s->delivered++;
	s->last = *a;
	measure_error(peer, s, a);
}

static void drain(struct sim_peer *peer, struct sim_slot *s)
{
	while (s->next <= s->highest) {
		struct arrived *a = &s->held[s->next % SIM_REORDER];
		if (!a->here || a->index != s->next)
			break;
		a->here = false;
		consume(peer, s, a);
		s->next++;
	}
	/* Missing since the first packet behind the gap came. */
	s->missing_since_us = 0;
	for (uint64_t i = s->next; i <= s->highest && !s->missing_since_us; i++)
		if (s->held[i % SIM_REORDER].here)
			s->missing_since_us = s->held[i % SIM_REORDER].at_us;
}

static void arrive(struct sim_peer *peer, struct sim_slot *s, const struct arrived *a)
{
	if (!s->started) {
		/* Reordering may bring the second packet first; nothing before the first is ever
		 * asked for. */
		s->started = true;
		s->next = s->first_used;
		s->highest = a->index;
	}
	if (a->index < s->next)
		return;
	struct arrived *place = &s->held[a->index % SIM_REORDER];
	if (place->here) {
		g_assert_cmpuint(place->index, ==, a->index); /* else the window is too small */
		g_assert_cmpuint(place->stream, ==, a->stream);
		g_assert_cmpuint(place->counter, ==, a->counter);
		return;
	}
	*place = *a;
	place->here = true;
	s->highest = MAX(s->highest, a->index);
	drain(peer, s);
}

static struct sim_slot *find(struct sim_peer *peer, uint32_t ssrc, bool *ret_rtx)
{
	for (unsigned i = 0; i < peer->description.n_slots; i++) {
		struct sim_slot *s = &peer->slots[i];
		*ret_rtx = ssrc == s->rtx_ssrc;
		if (ssrc == s->ssrc || (*ret_rtx && s->rtx_ssrc))
			return s;
	}
	return NULL;
}

void receiver_rtp(struct sim_peer *peer, uint64_t index, const uint8_t *data, size_t length)
{
	struct rtp_header h;
	struct frame_info f = {0};
	bool rtx;
	g_assert_cmpint(rtp_parse(data, length, &peer->description.extensions, &h), ==, OK);
	struct sim_slot *s = find(peer, h.ssrc, &rtx);
	g_assert_nonnull(s);
	g_assert_cmpuint(h.payload_type, ==, s->video ? (rtx ? 99 : 98) : 109);
	const uint8_t *payload = data + h.payload_offset;
	size_t payload_length = h.payload_length;
	if (rtx) {
		/* The media index that the original number stands for. */
		uint16_t osn = wire_get16(payload);
		index = s->highest +
			(uint64_t)(int64_t)(int16_t)(uint16_t)(osn - (uint16_t)s->highest);
		payload += 2;
		payload_length -= 2;
	}
	struct arrived a = {.index = index,
			    .timestamp = h.timestamp,
			    .marker = h.marker,
			    .at_us = peer->world->now_us};
	if (synth_read(payload, payload_length, &a.stream, &a.counter) && s->video) {
		g_assert_cmpint(codec_peek(CODEC_VP8, payload, payload_length, &f), ==, OK);
		a.picture_id = f.picture_id;
		a.tl0picidx = f.tl0picidx;
		a.keyframe = f.keyframe;
		a.first = f.starts_frame;
	}
	arrive(peer, s, &a);
}

void receiver_report(struct sim_peer *peer, const struct rtcp_item *item)
{
	bool rtx;
	struct sim_slot *s =
		item->type == RTCP_SENDER_REPORT ? find(peer, item->sender_ssrc, &rtx) : NULL;
	if (!s || (s->reported && ntp_to_us(item->ntp) < s->report_ntp_us))
		return;
	s->reported = true;
	s->report_ntp_us = ntp_to_us(item->ntp);
	s->report_timestamp = item->rtp_timestamp;
	s->report_sr = (uint32_t)(item->ntp >> 16);
	s->report_arrival_us = peer->world->now_us;
}

static void send(struct sim_peer *peer, const struct rtcp_writer *w)
{
	if (w->length > 0)
		world_send(peer, true, true, 0, w->data, w->length);
}

static void ask(struct sim_peer *peer, struct sim_slot *s)
{
	uint64_t now_us = peer->world->now_us;
	uint16_t numbers[256];
	uint8_t data[1200];
	size_t n = 0;
	struct rtcp_writer w;
	for (uint64_t i = s->next; i <= s->highest && n < G_N_ELEMENTS(numbers); i++)
		if (!s->held[i % SIM_REORDER].here)
			numbers[n++] = (uint16_t)i;
	rtcp_writer_init(&w, data, sizeof data);
	g_assert_true(rtcp_add_nack(&w, 1, s->ssrc, numbers, n));
	send(peer, &w);
	s->asked_us = now_us;
}

static void give_up(struct sim_peer *peer, struct sim_slot *s)
{
	g_assert_false(peer->world->lossless);
	while (s->next <= s->highest && !s->held[s->next % SIM_REORDER].here) {
		s->next++;
		s->given_up++;
	}
	/* Of sound only what is missing is missing; a picture has to begin anew. */
	s->need_keyframe = s->video;
	s->anything = s->anything && s->video;
	drain(peer, s);
}

static void report(struct sim_peer *peer)
{
	struct rtcp_report_block blocks[RTCP_MAX_REPORTS];
	unsigned n = 0;
	uint8_t data[1200];
	struct rtcp_writer w;
	for (unsigned i = 0; i < peer->description.n_slots && n < RTCP_MAX_REPORTS; i++) {
		const struct sim_slot *s = &peer->slots[i];
		if (s->started)
			blocks[n++] = (struct rtcp_report_block){
				.ssrc = s->ssrc,
				.highest_sequence = (uint32_t)s->highest,
				.last_sr = s->reported ? s->report_sr : 0,
				.delay_since_sr =
					(uint32_t)((peer->world->now_us - s->report_arrival_us) *
						   65536 / US_PER_SEC)};
	}
	rtcp_writer_init(&w, data, sizeof data);
	g_assert_true(rtcp_add_receiver_report(&w, 1, blocks, n));
	send(peer, &w);
}

void receiver_tick(struct sim_peer *peer)
{
	uint64_t now_us = peer->world->now_us;
	uint8_t data[100];
	struct rtcp_writer w;
	if (now_us / US_PER_MS % 1000 == peer->id % 1000)
		report(peer);
	if (now_us / US_PER_MS % 5 != 0)
		return;
	for (unsigned i = 0; i < peer->description.n_slots; i++) {
		struct sim_slot *s = &peer->slots[i];
		if (s->missing_since_us && now_us - s->missing_since_us >= GIVE_UP_US)
			give_up(peer, s);
		else if (s->missing_since_us && now_us - s->missing_since_us >= ASK_GRACE_US &&
			 now_us - s->asked_us >= ASK_EVERY_US)
			ask(peer, s);
		if (s->anything && s->need_keyframe && now_us - s->pli_us >= PLI_EVERY_US) {
			rtcp_writer_init(&w, data, sizeof data);
			g_assert_true(rtcp_add_pli(&w, 1, s->ssrc));
			send(peer, &w);
			s->pli_us = now_us;
		}
	}
}
