#include "relay/room/feedback.h"
#include "relay/room/publication.h"
#include "relay/room/slot.h"
#include "relay/rtp/rtcp.h"

#define NACK_MAX 256
/* More is a clock that was set, or nonsense. */
#define RTT_MAX_US (10 * US_PER_SEC)

/* RFC 3550, section 6.4.1: arrival - LSR - DLSR, in 1/65536 s. */
static void note_round_trip(struct peer *peer, const struct rtcp_report_block *block,
			    uint64_t now_us)
{
	if (block->last_sr == 0)
		return;
	uint32_t arrival = (uint32_t)(ntp_from_us(now_us + peer->shared->ntp_offset_us) >> 16);
	uint32_t rtt = arrival - block->last_sr - block->delay_since_sr;
	uint64_t rtt_us = (uint64_t)rtt * US_PER_SEC / 65536;
	if (rtt_us > RTT_MAX_US)
		return;
	peer->rtt_us = peer->rtt_measured ? (peer->rtt_us * 7 + rtt_us) / 8 : rtt_us;
	peer->rtt_measured = true;
}

static void receive_block(struct peer *peer, const struct rtcp_report_block *block, uint64_t now_us)
{
	struct slot *slot = peer_slot_by_ssrc(peer, block->ssrc);
	if (!slot) /* also of our RTX streams, which need no statistics */
		return;
	note_round_trip(peer, block, now_us);
	uint32_t expected = block->highest_sequence - slot->highest_reported;
	if (slot->has_reported && expected < 0x10000) {
		peer->down_expected += expected;
		peer->down_lost += expected * block->fraction_lost / 256;
		peer->down_us = now_us;
	}
	slot->highest_reported = block->highest_sequence;
	slot->has_reported = true;
}

static void receive_sender_report(struct peer *peer, const struct rtcp_item *item, uint64_t now_us)
{
	struct layer *layer = peer_layer_by_ssrc(peer, item->sender_ssrc);
	if (!layer) {
		shared_count(peer->shared, COUNTER_DROP_RTCP_UNKNOWN);
		return;
	}
	bool first = !layer->reported;
	layer_sender_report(layer, item, now_us);
	sender_clock_report(&peer->clock, item->ntp, now_us);
	if (first)
		layer_reported(layer, now_us);
	layer->publication->untold |= layer->parts;
	bridge_tell_late(layer->publication);
}

static void receive_nack(struct peer *peer, const struct rtcp_item *item, uint64_t now_us)
{
	struct slot *slot = peer_slot_by_ssrc(peer, item->media_ssrc);
	uint16_t numbers[NACK_MAX];
	if (!slot) {
		shared_count(peer->shared, COUNTER_DROP_RTCP_UNKNOWN);
		return;
	}
	size_t n = rtcp_nack_numbers(item, numbers, NACK_MAX);
	counter_add(peer->shared->counters, COUNTER_NACK_IN, n);
	for (size_t i = 0; i < n; i++)
		slot_resend(slot, numbers[i], now_us);
}

static void receive_keyframe_request(struct peer *peer, const struct rtcp_item *item,
				     uint64_t now_us)
{
	struct slot *slot = peer_slot_by_ssrc(peer, item->media_ssrc);
	if (!slot) {
		shared_count(peer->shared, COUNTER_DROP_RTCP_UNKNOWN);
		return;
	}
	shared_count(peer->shared, COUNTER_KEYFRAME_WANTED);
	/* One that awaits another layer gets that one's keyframe, which is asked for already. */
	if (!slot->layer || slot->target)
		return;
	slot->layer->keyframe_wanted = true;
	layer_want_keyframe(slot->layer, now_us);
}

static void receive_bye(struct peer *peer, const struct rtcp_item *item)
{
	struct layer *layer = peer_layer_by_ssrc(peer, item->sender_ssrc);
	if (layer && layer->active) {
		layer->active = false;
		layer->changed = true;
	}
}

static void receive_item(struct peer *peer, const struct rtcp_item *item, uint64_t now_us)
{
	switch (item->type) {
	case RTCP_SENDER_REPORT:
		receive_sender_report(peer, item, now_us);
		break;
	case RTCP_NACK:
		receive_nack(peer, item, now_us);
		break;
	case RTCP_PLI:
	case RTCP_FIR:
		receive_keyframe_request(peer, item, now_us);
		break;
	case RTCP_BYE:
		receive_bye(peer, item);
		break;
	case RTCP_RECEIVER_REPORT:
	case RTCP_TRANSPORT_CC: /* what the way to the receiver can carry isn't estimated */
	case RTCP_REMB:
	case RTCP_OTHER:
		break;
	}
	for (unsigned i = 0; i < item->n_reports; i++)
		receive_block(peer, &item->reports[i], now_us);
}

void feedback_receive(struct peer *peer, const uint8_t *data, size_t length, uint64_t now_us)
{
	struct rtcp_reader reader;
	struct rtcp_item item;
	enum err err;
	rtcp_reader_init(&reader, data, length);
	while ((err = rtcp_next(&reader, &item)) == OK)
		receive_item(peer, &item, now_us);
	if (err != ERR_NOT_FOUND)
		shared_count(peer->shared, COUNTER_DROP_RTCP_MALFORMED);
}
