#include "relay/room/layer.h"
#include "relay/room/peer.h"
#include "relay/room/publication.h"
#include "relay/room/slot.h"

/* Silence in which the sender may have paused, and how far its report is off then at least. */
#define PAUSE_US	  (300 * US_PER_MS)
#define ASTRAY_US	  (200 * US_PER_MS)
#define HISTORY_US	  US_PER_SEC
#define HISTORY_VIDEO	  1024
#define HISTORY_AUDIO	  64
#define KEYFRAME_EVERY_US (500 * US_PER_MS)
#define INACTIVE_US	  (2 * US_PER_SEC)
/* A layer that the sender gave up shows sooner by what the others do meanwhile. */
#define STALLED_US     (500 * US_PER_MS)
#define STALLED_FRAMES 8
#define NACK_MAX       128
/* How far the tracker looks back and ahead: RTX outside of it is a probe, made of an old packet. */
#define WINDOW 512

struct layer *layer_new(struct publication *publication, struct peer *peer, unsigned index,
			bool video)
{
	struct layer *l = g_new0(struct layer, 1);
	l->publication = publication;
	l->peer = peer;
	l->id = ++peer->shared->last_layer_id;
	l->index = (uint8_t)index;
	l->video = video;
	l->nack = peer->remote ? NULL : nack_tracker_new();
	l->history = history_new(video ? HISTORY_VIDEO : HISTORY_AUDIO, HISTORY_US);
	l->ask_us = UINT64_MAX;
	receive_stats_init(&l->stats, video ? 90000 : 48000);
	g_hash_table_insert(peer->shared->layers, GUINT_TO_POINTER(l->id), l);
	return l;
}

void layer_free(struct layer *layer)
{
	if (!layer)
		return;
	g_hash_table_remove(layer->peer->shared->layers, GUINT_TO_POINTER(layer->id));
	nack_tracker_free(layer->nack);
	history_free(layer->history);
	g_free(layer->slots);
	g_free(layer);
}

/*
 * The history holds only what the tracker knows to have come: a slot that catches up from it would
 * otherwise get again, as recovered, what it has sent already.
 */
static void forget_history(struct layer *l)
{
	history_free(l->history);
	l->history = history_new(l->video ? HISTORY_VIDEO : HISTORY_AUDIO, HISTORY_US);
}

void layer_restart(struct layer *layer)
{
	nack_tracker_free(layer->nack);
	layer->nack = nack_tracker_new();
	layer->oldest = (uint16_t)(layer->newest + 1);
	layer->anew = true;
	forget_history(layer);
	uint64_t ntp = layer->stats.last_sr_ntp, arrival_us = layer->stats.last_sr_arrival_us;
	uint64_t bytes = layer->stats.bytes;
	receive_stats_init(&layer->stats, layer->stats.clock_rate);
	layer->stats.bytes = bytes; /* goes on: bitrates are differences of it */
	receive_stats_sender_report(&layer->stats, ntp, arrival_us);
}

/*
 * While a browser sends nothing its timestamps may stand still, and its reports count on: what they
 * said doesn't hold for what comes after the pause. Until the next one the receivers go by the
 * reports that they have, since a slot's own timestamps go on with the time.
 */
static void check_report(struct layer *l, const struct packet *packet)
{
	uint64_t taken_us;
	if (!l->reported || packet->retransmitted || packet->arrival_us - l->last_us < PAUSE_US ||
	    !sender_clock_to_local(&l->peer->clock, l->report_ntp, &taken_us))
		return;
	int64_t ticks = (int32_t)(packet->rtp.timestamp - l->report_timestamp);
	int64_t since_us = (int64_t)(packet->arrival_us - taken_us);
	int64_t rate = codec_clock_rate(packet->codec);
	if (ABS(since_us - ticks * (int64_t)US_PER_SEC / rate) > (int64_t)ASTRAY_US)
		l->reported = false;
}

/* What the packet says about the layer itself. */
static void note_packet(struct layer *l, const struct packet *packet, uint64_t now_us)
{
	const struct frame_info *f = &packet->frame;
	bool begins = f->keyframe && f->starts_frame;
	/* One of several that is back without a keyframe can't be placed among them: its size isn't
	 * known. */
	if (!l->active && !begins && l->publication->n_layers > 1) {
		l->keyframe_wanted = true;
		layer_want_keyframe(l, now_us);
	}
	if (!l->active || l->codec != packet->codec)
		l->active = l->changed = true;
	check_report(l, packet);
	l->codec = packet->codec;
	l->last_us = now_us;
	l->sibling_frames = 0;
	if (!begins)
		return;
	l->keyframe_wanted = false;
	if (f->width && (f->width != l->width || f->height != l->height)) {
		l->width = f->width;
		l->height = f->height;
		l->changed = true;
	}
}

/*
 * The first packets came in another order than they left: what is missing is so from this one on.
 * What came meanwhile is in the history.
 */
static void begin_earlier(struct layer *l, uint16_t sequence, uint64_t now_us)
{
	nack_tracker_free(l->nack);
	l->nack = nack_tracker_new();
	l->first = sequence;
	nack_tracker_receive(l->nack, sequence, now_us);
	for (uint16_t s = sequence; s != l->newest;)
		if (history_get(l->history, ++s))
			nack_tracker_receive(l->nack, s, now_us);
}

/* Whether the number is new, and what it means for the numbers after it. */
static enum layer_result count_packet(struct layer *l, const struct packet *packet, uint64_t now_us)
{
	struct shared *shared = l->peer->shared;
	uint16_t sequence = packet->rtp.sequence;
	bool probe = packet->retransmitted && seq_difference(sequence, l->newest) >= WINDOW;
	if (l->started && (probe || seq_newer(l->oldest, sequence))) {
		shared_count(shared, COUNTER_DROP_TOO_OLD);
		return LAYER_DROP;
	}
	enum nack_result result = nack_tracker_receive(l->nack, sequence, now_us);
	if (result == NACK_DUPLICATE) {
		shared_count(shared, COUNTER_DROP_DUPLICATE);
		return LAYER_DROP;
	}
	if (result == NACK_JUMP) {
		receive_stats_init(&l->stats, l->stats.clock_rate);
		forget_history(l);
	}
	if (!packet->retransmitted)
		receive_stats_packet(&l->stats, sequence, packet->rtp.timestamp, packet->length,
				     packet->arrival_us);
	bool jump = result == NACK_JUMP || !l->started, anew = jump || l->anew;
	if (jump || seq_newer(sequence, l->newest))
		l->newest = sequence;
	if (jump || (uint16_t)(l->newest - l->oldest) >= WINDOW)
		l->oldest = (uint16_t)(l->newest - WINDOW + 1);
	if (anew)
		l->first = sequence;
	else if (result == NACK_RECOVERED && seq_newer(l->first, sequence))
		begin_earlier(l, sequence, now_us);
	else if ((uint16_t)(l->newest - l->first) >= WINDOW)
		l->first = l->oldest;
	l->started = true;
	l->anew = false;
	return anew ? LAYER_RESTART : LAYER_FORWARD;
}

enum layer_result layer_receive(struct layer *layer, struct packet *packet, uint64_t now_us)
{
	struct shared *shared = layer->peer->shared;
	packet->frame = (struct frame_info){0};
	enum err err = OK;
	if (packet->rtp.payload_length > 0)
		err = codec_peek(packet->codec, packet_payload(packet), packet->rtp.payload_length,
				 &packet->frame);
	enum layer_result result = count_packet(layer, packet, now_us);
	if (result == LAYER_DROP)
		return result;
	if (err) {
		shared_count(shared, COUNTER_DROP_PAYLOAD_MALFORMED);
		packet->rtp.payload_length =
			0; /* for later readers of the history: nothing in it */
	} else if (packet->rtp.payload_length == 0) {
		shared_count(shared, COUNTER_DROP_PADDING);
	} else {
		note_packet(layer, packet, now_us);
	}
	if (layer_deadline(layer) != UINT64_MAX)
		peer_wake(layer->peer, &layer->peer->request_us, layer_deadline(layer));
	return packet->rtp.payload_length == 0 && result == LAYER_FORWARD ? LAYER_SKIP : result;
}

bool layer_take_bridged(struct layer *layer, const struct bridged *bridged, uint64_t now_us)
{
	const struct packet *packet = bridged->packet;
	uint16_t sequence = packet->rtp.sequence;
	if (bridged->anew) {
		forget_history(layer);
		layer->started = true;
		layer->newest = sequence;
		layer->first = bridged->first;
	}
	if (!layer->started || seq_newer(layer->first, sequence))
		return false;
	if (seq_newer(sequence, layer->newest))
		layer->newest = sequence;
	if ((uint16_t)(layer->newest - layer->first) >= WINDOW)
		layer->first = (uint16_t)(layer->newest - WINDOW + 1);
	if (packet->rtp.payload_length == 0)
		return true;
	if (layer->codec != packet->codec)
		layer->changed = true; /* the state that says so is on its way */
	layer->codec = packet->codec;
	check_report(layer, packet);
	layer->last_us = now_us;
	if (packet->frame.keyframe && packet->frame.starts_frame)
		layer->keyframe_wanted = false;
	return true;
}

void layer_reported(struct layer *layer, uint64_t now_us)
{
	for (unsigned i = 0; i < layer->n_slots; i++) {
		struct slot *slot = layer->slots[i];
		slot->report_us = MIN(slot->report_us, now_us);
		peer_wake(slot->peer, &slot->peer->slot_report_us, now_us);
	}
}

void layer_sender_report(struct layer *layer, const struct rtcp_item *report, uint64_t now_us)
{
	receive_stats_sender_report(&layer->stats, report->ntp, now_us);
	layer->reported = report->ntp != 0;
	layer->report_ntp = report->ntp;
	layer->report_timestamp = report->rtp_timestamp;
}

void layer_expire(struct layer *layer, uint64_t now_us)
{
	history_expire(layer->history, now_us);
	if (layer->peer->remote)
		return; /* the publisher's part says what is active */
	uint64_t silent_us = now_us - layer->last_us;
	bool stalled = layer->sibling_frames >= STALLED_FRAMES && silent_us >= STALLED_US;
	if (layer->active && (stalled || silent_us >= INACTIVE_US)) {
		layer->active = false;
		layer->changed = true;
	}
}

void layer_measure(struct layer *layer, uint64_t interval_us)
{
	uint64_t bytes = layer->stats.bytes;
	/* A restart by a jump counts from 0. */
	uint64_t n = bytes >= layer->measured_bytes ? bytes - layer->measured_bytes : bytes;
	layer->bitrate = interval_us ? (uint32_t)(n * 8 * US_PER_SEC / interval_us) : 0;
	layer->measured_bytes = bytes;
}

void layer_want_keyframe(struct layer *layer, uint64_t now_us)
{
	if (!layer->video || !layer->publication->description.pli)
		return;
	uint64_t when_us =
		layer->keyframe_us ? MAX(now_us, layer->keyframe_us + KEYFRAME_EVERY_US) : now_us;
	layer->ask_us = MIN(layer->ask_us, when_us);
	peer_wake(layer->peer, &layer->peer->request_us, layer->ask_us);
}

uint64_t layer_deadline(const struct layer *layer)
{
	/* What nobody receives isn't asked for again. */
	bool repaired = layer_is_received(layer) && layer->publication->description.nack;
	return MIN(layer->ask_us, repaired ? nack_tracker_deadline(layer->nack) : UINT64_MAX);
}

static bool is_awaited(const struct layer *layer)
{
	for (unsigned i = 0; i < layer->n_slots; i++)
		if (slot_awaits_keyframe(layer->slots[i], layer))
			return true;
	return false;
}

bool layer_needs_keyframe(struct layer *layer, uint64_t now_us)
{
	if (now_us < layer->ask_us)
		return false;
	if (layer->active && (layer->keyframe_wanted || is_awaited(layer)))
		return true;
	layer->ask_us = UINT64_MAX;
	return false;
}

void layer_asked_keyframe(struct layer *layer, uint64_t now_us)
{
	layer->keyframe_us = now_us;
	layer->ask_us = now_us + KEYFRAME_EVERY_US;
}

static bool add_keyframe_request(struct layer *l, struct rtcp_writer *w, uint32_t sender_ssrc,
				 uint64_t now_us)
{
	if (!layer_needs_keyframe(l, now_us))
		return true;
	if (!l->ssrc) {
		l->ask_us = UINT64_MAX;
		return true;
	}
	if (!rtcp_add_pli(w, sender_ssrc, l->ssrc))
		return false;
	layer_asked_keyframe(l, now_us);
	shared_count(l->peer->shared, COUNTER_KEYFRAME_ASKED);
	return true;
}

bool layer_add_requests(struct layer *layer, struct rtcp_writer *w, uint32_t sender_ssrc,
			uint64_t now_us)
{
	uint16_t numbers[NACK_MAX];
	if (!add_keyframe_request(layer, w, sender_ssrc, now_us))
		return false;
	if (layer_deadline(layer) > now_us)
		return true;
	/* Room first: numbers once taken count as asked for. A pair of 4 bytes holds at least one.
	 */
	if (w->capacity - w->length < 12 + sizeof(uint32_t) * NACK_MAX)
		return false;
	size_t n = nack_tracker_due(layer->nack, now_us, layer->peer->rtt_us, numbers, NACK_MAX);
	if (n > 0 && rtcp_add_nack(w, sender_ssrc, layer->ssrc, numbers, n))
		counter_add(layer->peer->shared->counters, COUNTER_NACK_OUT, n);
	return true;
}

void layer_join(struct layer *layer, struct slot *slot)
{
	if (layer->n_slots == layer->max_slots) {
		layer->max_slots = MAX(8, layer->max_slots * 2);
		layer->slots = g_renew(struct slot *, layer->slots, layer->max_slots);
	}
	layer->slots[layer->n_slots++] = slot;
	if (layer->peer->remote)
		bridge_subscribe(layer);
}

void layer_leave(struct layer *layer, struct slot *slot)
{
	for (unsigned i = 0; i < layer->n_slots; i++)
		if (layer->slots[i] == slot) {
			layer->slots[i] = layer->slots[--layer->n_slots];
			return;
		}
}
