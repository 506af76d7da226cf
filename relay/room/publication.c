#include "relay/room/publication.h"
#include "relay/room/forward.h"
#include "relay/room/shed.h"
#include "relay/room/slot.h"
#include <string.h>

struct publication *publication_new(struct peer *peer,
				    const struct publication_description *description)
{
	struct publication *p = g_new0(struct publication, 1);
	p->peer = peer;
	p->description = *description;
	p->video = source_kind(description->source) == MEDIA_VIDEO;
	p->n_layers = CLAMP(description->n_layers, 1, PUBLICATION_MAX_LAYERS);
	p->slots = g_ptr_array_new();
	p->state = (struct publication_state){.peer = peer->id, .source = description->source};
	for (unsigned i = 0; i < p->n_layers; i++) {
		p->layers[i] = layer_new(p, peer, i, p->video);
		p->layers[i]->ssrc = description->ssrc[i];
		p->layers[i]->rtx_ssrc = description->rtx_ssrc[i];
	}
	return p;
}

static void clear_layer(struct layer *layer)
{
	while (layer->n_slots > 0)
		slot_forget_layer(layer->slots[0], layer);
}

void publication_free(struct publication *publication)
{
	if (!publication)
		return;
	for (unsigned i = 0; i < publication->slots->len; i++) {
		struct slot *slot = publication->slots->pdata[i];
		slot->publication = NULL;
	}
	g_ptr_array_unref(publication->slots);
	for (unsigned i = 0; i < publication->n_layers; i++) {
		clear_layer(publication->layers[i]);
		layer_free(publication->layers[i]);
	}
	g_free(publication);
}

enum codec publication_codec(const struct publication *publication, uint8_t payload_type,
			     uint8_t *ret_rtx_of)
{
	const struct publication_description *d = &publication->description;
	*ret_rtx_of = 0;
	for (unsigned i = 0; i < MIN(d->n_codecs, STREAM_MAX_CODECS); i++) {
		if (d->codecs[i].payload_type == payload_type)
			return d->codecs[i].codec;
		if (d->codecs[i].rtx_payload_type &&
		    d->codecs[i].rtx_payload_type == payload_type) {
			*ret_rtx_of = d->codecs[i].payload_type;
			return d->codecs[i].codec;
		}
	}
	return CODEC_NONE;
}

static bool covers(const struct layer *l, const struct slot *slot)
{
	return slot->width && slot->height && l->width >= slot->width && l->height >= slot->height;
}

static uint32_t area(const struct layer *l)
{
	return (uint32_t)l->width * l->height;
}

/* By what is known: the size, else the rate, else the order of the description. */
static bool is_larger(const struct layer *a, const struct layer *b)
{
	if (area(a) != area(b))
		return area(a) > area(b);
	if (area(a) == 0 && a->bitrate != b->bitrate)
		return a->bitrate > b->bitrate;
	return a->index > b->index;
}

/*
 * The smallest active layer that covers the wanted size (any does, when a thumbnail is shed), or
 * the largest there is. When all are silent a slot stays with the one that it shows: a still screen
 * goes on where it paused, without a keyframe.
 */
static struct layer *choose(const struct publication *publication, const struct slot *slot,
			    bool lowest)
{
	struct layer *best = NULL;
	if (publication->muted)
		return NULL;
	for (unsigned i = 0; i < publication->n_layers; i++) {
		struct layer *l = publication->layers[i];
		if (!l->active)
			continue;
		bool enough = lowest || covers(l, slot);
		if (!best ||
		    (enough != (lowest || covers(best, slot)) ? enough
							      : enough != is_larger(l, best)))
			best = l;
	}
	if (!best && slot->layer && slot->layer->publication == publication)
		best = slot->layer;
	return best;
}

/* Whether it is held back; the receiver is told at its next tick. */
static void hold(struct slot *slot, bool held, uint64_t now_us)
{
	struct peer *receiver = slot->peer;
	if (slot->held == held)
		return;
	slot->held = held;
	receiver->held_untold = true;
	peer_wake(receiver, &receiver->check_us, now_us);
}

void publication_suit(struct publication *publication, struct slot *slot, uint64_t now_us)
{
	enum shown shown = shed_slot(slot, publication);
	hold(slot, shown == SHOWN_NOT, now_us);
	slot_show(slot, slot->held ? NULL : choose(publication, slot, shown == SHOWN_LOWEST),
		  now_us);
}

void publication_suit_all(struct publication *publication, uint64_t now_us)
{
	publication->changed = true;
	for (unsigned i = 0; i < publication->n_layers; i++)
		publication->layers[i]->changed = false;
	for (unsigned i = 0; i < publication->slots->len; i++)
		publication_suit(publication, publication->slots->pdata[i], now_us);
}

void publication_attach(struct publication *publication, struct slot *slot, uint64_t now_us)
{
	if (slot->publication)
		g_ptr_array_remove_fast(slot->publication->slots, slot);
	slot->publication = publication;
	g_ptr_array_add(publication->slots, slot);
	publication_suit(publication, slot, now_us);
}

void publication_detach(struct slot *slot, uint64_t now_us)
{
	if (slot->publication)
		g_ptr_array_remove_fast(slot->publication->slots, slot);
	slot->publication = NULL;
	hold(slot, false, now_us);
	slot_show(slot, NULL, now_us);
}

static void count_sibling_frame(struct publication *publication, const struct layer *layer)
{
	for (unsigned i = 0; i < publication->n_layers; i++)
		if (publication->layers[i] != layer)
			publication->layers[i]->sibling_frames++;
}

bool publication_receive(struct publication *publication, struct layer *layer,
			 struct packet *packet, uint64_t now_us)
{
	enum layer_result result = layer_receive(layer, packet, now_us);
	if (result == LAYER_DROP)
		return false;
	if (packet->frame.starts_frame && publication->n_layers > 1)
		count_sibling_frame(publication, layer);
	struct shared *shared = publication->peer->shared;
	if (layer->changed || result == LAYER_RESTART)
		forward_gathered(shared, now_us); /* before slots move */
	if (layer->changed)
		publication_suit_all(publication, now_us);
	if (result == LAYER_RESTART)
		bridge_restart(layer, packet->rtp.sequence);
	if (publication->muted) {
		shared_count(shared, COUNTER_DROP_MUTED);
		return false;
	}
	if (result == LAYER_RESTART)
		for (unsigned i = layer->n_slots; i-- > 0;)
			if (layer->slots[i]->layer == layer) /* else it only awaits it */
				slot_restart(layer->slots[i], now_us);
	/* Nobody can ask again for what nobody gets. */
	if (layer_is_received(layer)) {
		history_put(layer->history, packet, now_us);
		forward_gather(shared, layer, packet, now_us);
	}
	return true;
}

void publication_receive_bridged(struct publication *publication, struct layer *layer,
				 const struct bridged *bridged, uint64_t now_us)
{
	struct shared *shared = publication->peer->shared;
	if (publication->muted) {
		shared_count(shared, COUNTER_DROP_MUTED);
		return;
	}
	if (bridged->anew)
		forward_gathered(shared, now_us); /* before the history is emptied */
	if (!layer_take_bridged(layer, bridged, now_us) || layer->n_slots == 0) {
		shared_count(shared, COUNTER_DROP_BRIDGE_LATE);
		return;
	}
	if (layer->changed) {
		forward_gathered(shared, now_us);
		publication_suit_all(publication, now_us);
	}
	for (unsigned i = bridged->anew ? layer->n_slots : 0; i-- > 0;)
		if (layer->slots[i]->layer == layer)
			slot_restart(layer->slots[i], now_us);
	if (layer->n_slots > 0) {
		history_put(layer->history, bridged->packet, now_us);
		forward_gather(shared, layer, bridged->packet, now_us);
	}
}

void publication_set_muted(struct publication *publication, bool muted, uint64_t now_us)
{
	if (publication->muted == muted)
		return;
	publication->muted = muted;
	for (unsigned i = 0; i < publication->n_layers; i++) {
		struct layer *l = publication->layers[i];
		if (muted)
			clear_layer(l); /* also of slots that only go on showing it */
		else			/* other parts know nothing of the numbers that went by */
			bridge_restart(l, (uint16_t)(l->newest + 1));
	}
	publication_suit_all(publication, now_us);
}

void publication_restart(struct publication *publication, uint64_t now_us)
{
	for (unsigned i = 0; i < publication->n_layers; i++) {
		struct layer *l = publication->layers[i];
		layer_restart(l);
		clear_layer(l);
	}
	publication_suit_all(publication, now_us);
}

void publication_check(struct publication *publication, uint64_t now_us)
{
	bool changed = false;
	for (unsigned i = 0; i < publication->n_layers; i++) {
		struct layer *l = publication->layers[i];
		layer_expire(l, now_us);
		changed |= l->changed;
	}
	if (changed)
		publication_suit_all(publication, now_us);
	for (unsigned i = 0; i < publication->slots->len; i++)
		slot_check_wait(publication->slots->pdata[i], now_us);
}

bool publication_refresh(struct publication *publication)
{
	struct publication_state state = {.peer = publication->peer->id,
					  .source = publication->description.source};
	publication->changed = false;
	const struct layer *largest = NULL;
	for (unsigned i = 0; i < publication->n_layers; i++) {
		const struct layer *l = publication->layers[i];
		if (!l->active || publication->muted)
			continue;
		state.layers++;
		if (!largest || is_larger(l, largest))
			largest = l;
	}
	if (largest) {
		state.active = true;
		state.codec = largest->codec;
		state.width = largest->width;
		state.height = largest->height;
	} else {
		state.codec = publication->state.codec; /* the last one: nothing says otherwise */
	}
	const struct publication_state *old = &publication->state;
	if (state.active == old->active && state.codec == old->codec && state.width == old->width &&
	    state.height == old->height && state.layers == old->layers)
		return false;
	publication->state = state;
	return true;
}
