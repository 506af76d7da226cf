#include "relay/room/slot.h"
#include "relay/room/publication.h"

#define MID_PACKETS 50
/* At a switch time goes on at least this far: a frame of 30/s, a packet of 20 ms. */
#define FRAME_TICKS 3000
#define SOUND_TICKS 960
/* Somebody else's picture under a new name is worse than none. */
#define WAIT_MAX_US	 (2 * US_PER_SEC)
#define REPORT_RECENT_US (2 * US_PER_SEC)

struct slot *slot_new(struct peer *peer, const struct slot_description *description)
{
	struct slot *s = g_new0(struct slot, 1);
	s->peer = peer;
	s->ssrc = description->ssrc;
	s->rtx_ssrc = description->rtx_ssrc;
	s->video = description->kind == MEDIA_VIDEO;
	s->nack = description->nack;
	s->width = description->width;
	s->height = description->height;
	s->key = description->feed;
	s->mids_left = MID_PACKETS;
	s->report_us = UINT64_MAX;
	g_strlcpy(s->mid, description->mid, sizeof s->mid);
	for (unsigned i = 0; i < MIN(description->n_codecs, STREAM_MAX_CODECS); i++) {
		const struct codec_choice *c = &description->codecs[i];
		if (s->payload_type[c->codec] == 0) { /* the first is the preferred one */
			s->payload_type[c->codec] = c->payload_type;
			s->rtx_payload_type[c->codec] = c->rtx_payload_type;
		}
	}
	seqmap_init(&s->seqmap, shared_first_sequence(peer->shared));
	s->rtx_index = shared_first_sequence(peer->shared);
	s->timestamp = (uint32_t)shared_random(peer->shared);
	s->picture_id = shared_random(peer->shared) & 0x7fff;
	s->tl0picidx = (uint8_t)shared_random(peer->shared);
	return s;
}

static void leave(struct slot *slot, struct layer **which)
{
	if (*which)
		layer_leave(*which, slot);
	*which = NULL;
}

void slot_free(struct slot *slot)
{
	if (!slot)
		return;
	leave(slot, &slot->layer);
	leave(slot, &slot->target);
	sent_ring_free(slot->sent);
	g_free(slot);
}

static void await(struct slot *slot, struct layer *layer, uint64_t now_us)
{
	slot->target = layer;
	slot->awaits_since_us = now_us;
	layer_join(layer, slot);
	if (slot_awaits_keyframe(slot, layer))
		layer_want_keyframe(layer, now_us);
}

void slot_show(struct slot *slot, struct layer *layer, uint64_t now_us)
{
	if (layer && layer == slot->target) {
		if (slot_awaits_keyframe(slot, layer)) /* its codec may be another now */
			layer_want_keyframe(layer, now_us);
		return;
	}
	leave(slot, &slot->target);
	if (layer && layer == slot->layer)
		return;
	/* Sound has no keyframes to wait for, and nobody should be heard under another's name. */
	if (!layer || !slot->video)
		leave(slot, &slot->layer);
	if (layer)
		await(slot, layer, now_us);
}

void slot_forget_layer(struct slot *slot, const struct layer *layer)
{
	if (slot->target == layer)
		leave(slot, &slot->target);
	if (slot->layer == layer)
		leave(slot, &slot->layer);
}

void slot_restart(struct slot *slot, uint64_t now_us)
{
	if (slot->target) {
		leave(slot, &slot->layer);
		return;
	}
	/* It stays where it is in the layer's array. */
	slot->target = slot->layer;
	slot->layer = NULL;
	slot->awaits_since_us = now_us;
	if (slot->target && slot_awaits_keyframe(slot, slot->target))
		layer_want_keyframe(slot->target, now_us);
}

void slot_reconnected(struct slot *slot)
{
	slot->mids_left = MID_PACKETS;
	slot->has_reported = false;
}

bool slot_awaits_keyframe(const struct slot *slot, const struct layer *layer)
{
	return slot->video && slot->target == layer && slot->payload_type[layer->codec];
}

void slot_check_wait(struct slot *slot, uint64_t now_us)
{
	if (slot->layer && slot->target && slot->layer->publication != slot->target->publication &&
	    now_us - slot->awaits_since_us >= WAIT_MAX_US)
		leave(slot, &slot->layer);
}

static uint32_t ticks_since_newest(const struct slot *slot, const struct packet *packet)
{
	if (!slot->packets || packet->arrival_us <= slot->timestamp_us)
		return 0;
	return (uint32_t)((packet->arrival_us - slot->timestamp_us) *
			  codec_clock_rate(packet->codec) / US_PER_SEC);
}

/*
 * The last packet of the voice before lasts for 20 ms, whenever the first of the new one comes: so
 * each switch would bring the timestamps further ahead of the time, and the receiver's jitter
 * buffer would grow by as much. When that were more than a packet the new voice begins with its
 * next one.
 */
static bool is_too_early(const struct slot *slot, const struct packet *packet)
{
	return slot->packets && slot->ahead > ticks_since_newest(slot, packet);
}

/* The layer's numbers from this packet on follow what was sent last. */
static void switch_over(struct slot *slot, const struct packet *packet, uint64_t now_us)
{
	slot_fill_gaps(slot, now_us);
	leave(slot, &slot->layer);
	slot->layer = slot->target;
	slot->target = NULL;
	slot->first_sequence = packet->rtp.sequence;
	slot->first_index = slot->seqmap.next_out;
	slot->fresh = true;
	seqmap_switch(&slot->seqmap, packet->rtp.sequence);

	uint32_t ticks = ticks_since_newest(slot, packet);
	uint32_t step = MAX(ticks, FRAME_TICKS);
	if (!slot->video) {
		step = MAX(ticks - MIN(ticks, slot->ahead), SOUND_TICKS);
		slot->ahead = slot->packets ? slot->ahead + step - ticks : 0;
	}
	slot->timestamp_offset = slot->timestamp + step - packet->rtp.timestamp;
	slot->picture_offset = (uint16_t)(slot->picture_id + 1 - packet->frame.picture_id);
	slot->tl0_offset = (uint8_t)(slot->tl0picidx + 1 - packet->frame.tl0picidx);

	/* The old report doesn't hold for the new sender's clock. */
	slot->report_us = now_us;
	peer_wake(slot->peer, &slot->peer->slot_report_us, now_us);
}

/*
 * What came after the keyframe's first packet before that did (it was late, or sent again) was in
 * vain then, and is here still; so is what came together with it.
 */
static void catch_up(struct slot *slot, const struct packet *first, uint64_t now_us)
{
	const struct layer *l = slot->layer;
	for (uint16_t s = first->rtp.sequence; s != l->newest;) {
		const struct packet *packet = history_get(l->history, ++s);
		if (packet)
			slot_send(slot, packet, now_us);
	}
}

bool slot_forward(struct slot *slot, struct layer *layer, const struct packet *packet,
		  uint64_t now_us)
{
	if (layer == slot->layer) {
		slot_send(slot, packet, now_us);
		return false;
	}
	if (packet->rtp.payload_length == 0)
		return false; /* counted as it came in */
	if (!slot->payload_type[packet->codec]) {
		shared_count(slot->peer->shared, COUNTER_DROP_CODEC_NOT_NEGOTIATED);
		return false;
	}
	if (slot->video && !(packet->frame.keyframe && packet->frame.starts_frame)) {
		shared_count(slot->peer->shared, COUNTER_DROP_NO_KEYFRAME_YET);
		return false;
	}
	/* Late: nobody begins with what is over. */
	if (!slot->video && (packet->rtp.sequence != layer->newest || is_too_early(slot, packet))) {
		shared_count(slot->peer->shared, COUNTER_DROP_BEFORE_SWITCH);
		return false;
	}
	switch_over(slot, packet, now_us);
	slot_send(slot, packet, now_us);
	if (slot->video)
		catch_up(slot, packet, now_us);
	return slot->video;
}

bool slot_timestamp_now(const struct slot *slot, uint64_t now_us, uint32_t *ret)
{
	const struct layer *l = slot->layer;
	uint64_t taken_us;
	if (!l || !slot->packets || slot->fresh || now_us - slot->sent_us > REPORT_RECENT_US ||
	    !l->reported || !sender_clock_to_local(&l->peer->clock, l->report_ntp, &taken_us))
		return false;
	int64_t since_us = (int64_t)(now_us - taken_us);
	int64_t ticks = since_us * (int64_t)codec_clock_rate(l->codec) / (int64_t)US_PER_SEC;
	*ret = l->report_timestamp + (uint32_t)ticks + slot->timestamp_offset;
	return true;
}

bool slot_capture_us(const struct slot *slot, uint32_t timestamp, uint64_t *ret_us)
{
	const struct layer *l = slot->layer;
	uint64_t reported_us;
	if (!l || !l->reported ||
	    !sender_clock_to_local(&l->peer->clock, l->report_ntp, &reported_us))
		return false;
	int32_t ticks = (int32_t)(timestamp - slot->timestamp_offset - l->report_timestamp);
	int64_t since_us = (int64_t)ticks * (int64_t)US_PER_SEC / codec_clock_rate(l->codec);
	*ret_us = (uint64_t)((int64_t)reported_us + since_us);
	return true;
}
