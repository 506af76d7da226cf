#include "relay/room/forward.h"
#include "relay/base/fetch.h"
#include "relay/room/peer.h"
#include "relay/room/slot.h"

/* So much a packet may lack of its frame's others to be made equal: more is a smaller last one. */
#define PADDING_MAX 16
#define STEPS	    5 /* of fetch */
#define QUEUE_STEPS 2 /* those that queueing a slot needs */

/* The longest of the frame's packets that are here, and one more while the rest is to come, since
 * libwebrtc puts the larger ones of a frame last. */
static uint16_t frame_length(const struct layer *l, unsigned from)
{
	uint16_t longest = 0;
	bool whole = false;
	for (unsigned i = from; i < l->n_gathered; i++) {
		const struct rtp_header *h = &l->gathered[i]->rtp;
		if (h->timestamp != l->gathered[from]->rtp.timestamp)
			continue;
		longest = MAX(longest, h->payload_length);
		whole |= h->marker;
	}
	return longest + !whole;
}

/*
 * Encoders split a frame into packets whose sizes differ by a byte; padding (RFC 3550, section 5.1)
 * makes them equal, so that they can leave as one message of equal segments.
 */
static void equalise(struct layer *l)
{
	for (unsigned i = 0; i < l->n_gathered; i++) {
		struct packet *packet = l->gathered[i];
		if (packet->rtp.timestamp != l->frame_timestamp || l->frame_length == 0) {
			l->frame_timestamp = packet->rtp.timestamp;
			l->frame_length = frame_length(l, i);
		}
		uint16_t length = packet->rtp.payload_length;
		if (length > 0 && length < l->frame_length &&
		    l->frame_length - length <= PADDING_MAX)
			packet->padding = (uint8_t)(l->frame_length - length);
	}
}

/*
 * The state of the slots that come next: step by step, since one piece says where the next one is.
 * Each is near when it is looked at, and still in the cache when its packet is.
 */
static void fetch(const struct slot *slot, unsigned step)
{
	const struct peer_sink *sink;
	switch (step) {
	case 0:
		fetch_ahead(slot, offsetof(struct slot, mid));
		break;
	case 1:
		fetch_ahead(slot->peer, offsetof(struct peer, cname));
		fetch_ahead(&slot->peer->bytes_out, sizeof slot->peer->bytes_out);
		if (slot->sent)
			fetch_ahead(slot->sent, sizeof(void *));
		break;
	default:
		if (step == STEPS - 1 && slot->sent)
			sent_ring_fetch(slot->sent);
		sink = &slot->peer->sink; /* not before: it asks the slot, which is cold at first */
		if (sink->fetch)
			sink->fetch(sink->user, step - 2);
	}
}

/* The first ones have nobody before them: all of a step side by side, so that they are waited for
 * together. Most meetings have few receivers. */
static void fetch_first(struct slot *const *slots, unsigned n)
{
	for (unsigned step = 0; step < STEPS; step++)
		for (unsigned i = 0; i < STEPS - step && i < n; i++)
			fetch(slots[i], step);
}

static void forward_to(struct slot *slot, struct layer *layer, uint64_t now_us)
{
	for (unsigned i = 0; i < layer->n_gathered; i++)
		if (slot_forward(slot, layer, layer->gathered[i], now_us))
			return; /* the rest too */
}

/* Pictures before sound: a smaller datagram may end a run of larger ones. */
static void queue(struct shared *shared, struct slot *slot)
{
	struct peer *peer = slot->peer;
	if (slot->queued)
		return;
	slot->queued = true;
	slot->next_queued = NULL;
	if (!peer->queue) {
		peer->queue = peer->queue_end = slot;
		peer->next_queued = NULL;
		*shared->queue_end = peer;
		shared->queue_end = &peer->next_queued;
	} else if (slot->video) {
		slot->next_queued = peer->queue;
		peer->queue = slot;
	} else {
		peer->queue_end->next_queued = slot;
		peer->queue_end = slot;
	}
}

static void forward_queue(struct peer *peer, uint64_t now_us)
{
	for (struct slot *slot = peer->queue; slot; slot = slot->next_queued) {
		/* It may leave the first with a packet of the second. */
		struct layer *shown = slot->layer, *awaited = slot->target;
		slot->queued = false;
		if (shown)
			forward_to(slot, shown, now_us);
		if (awaited)
			forward_to(slot, awaited, now_us);
	}
	peer->queue = NULL;
}

static void queue_slots(struct shared *shared, const struct layer *layer)
{
	for (unsigned i = 0; i < layer->n_slots; i++) {
		for (unsigned step = 0; step < QUEUE_STEPS; step++)
			if (i + 2 * (QUEUE_STEPS - step) < layer->n_slots)
				fetch(layer->slots[i + 2 * (QUEUE_STEPS - step)], step);
		queue(shared, layer->slots[i]);
	}
}

static void forward_several(struct shared *shared, uint64_t now_us)
{
	struct peer *next[STEPS]; /* in the queue, behind the one at work */
	shared->queue = NULL;
	shared->queue_end = &shared->queue;
	for (struct layer *l = shared->gathered; l; l = l->next_gathered)
		queue_slots(shared, l);
	struct peer *peer = shared->queue;
	struct slot *first[STEPS];
	unsigned n = 0;
	for (; peer && n < STEPS; peer = peer->next_queued)
		first[n++] = peer->queue;
	fetch_first(first, n);
	peer = shared->queue;
	for (unsigned i = 0; i < STEPS; i++)
		next[i] = peer = peer ? peer->next_queued : NULL;
	for (peer = shared->queue; peer; peer = peer->next_queued) {
		for (unsigned step = 0; step < STEPS; step++)
			if (next[STEPS - 1 - step])
				fetch(next[STEPS - 1 - step]->queue, step);
		forward_queue(peer, now_us);
		for (unsigned i = 0; i < STEPS; i++)
			next[i] = next[i] ? next[i]->next_queued : NULL;
	}
}

static void forward_one(struct layer *layer, uint64_t now_us)
{
	fetch_first(layer->slots, layer->n_slots);
	for (unsigned i = 0; i < layer->n_slots; i++) {
		for (unsigned step = 0; step < STEPS; step++)
			if (i + STEPS - step < layer->n_slots)
				fetch(layer->slots[i + STEPS - step], step);
		forward_to(layer->slots[i], layer, now_us);
	}
}

static void release(struct layer *l)
{
	for (unsigned i = 0; i < l->n_gathered; i++)
		pool_unref(l->gathered[i]);
	l->n_gathered = 0;
}

void forward_gathered(struct shared *shared, uint64_t now_us)
{
	struct layer *first = shared->gathered;
	if (!first)
		return;
	for (struct layer *l = first; l; l = l->next_gathered)
		if (l->video && !l->peer->remote) /* else it was done before others saw them */
			equalise(l);
	bridge_forward(first);
	if (first->next_gathered)
		forward_several(shared, now_us);
	else
		forward_one(first, now_us);
	for (struct layer *l = first; l; l = l->next_gathered)
		release(l);
	shared->gathered = NULL;
	shared->gathered_end = &shared->gathered;
}

void forward_gather(struct shared *shared, struct layer *layer, struct packet *packet,
		    uint64_t now_us)
{
	if (layer->n_gathered == LAYER_GATHERED_MAX)
		forward_gathered(shared, now_us);
	if (layer->n_gathered == 0) {
		layer->next_gathered = NULL;
		*shared->gathered_end = layer;
		shared->gathered_end = &layer->next_gathered;
	}
	layer->gathered[layer->n_gathered++] = pool_ref(packet);
}
