#include "relay/room/bridge.h"
#include "relay/room/forward.h"
#include "relay/room/publication.h"

static uint64_t bit_of(unsigned part)
{
	return UINT64_C(1) << part;
}

/* The parts of a set, one after the other. */
static unsigned next_part(uint64_t *set)
{
	unsigned part = (unsigned)__builtin_ctzll(*set);
	*set &= *set - 1;
	return part;
}

static bool send(struct shared *shared, unsigned part, const struct bridged *bridged)
{
	if (!shared->bridge.send(shared->bridge.user, part, bridged))
		return false;
	shared_count(shared, COUNTER_BRIDGED_OUT);
	return true;
}

static bool tell(const struct peer *peer, unsigned part, struct bridge_message *message)
{
	struct shared *shared = peer->shared;
	message->from = shared->part;
	message->peer = peer->id;
	message->session = peer->session;
	return shared->bridge.tell(shared->bridge.user, part, message);
}

/* --- where the peer is --- */

static void forward_to_part(struct layer *l, unsigned part)
{
	struct bridged b = {.kind = BRIDGED_PACKET,
			    .peer = l->peer->id,
			    .session = l->peer->session,
			    .source = (uint8_t)l->publication->description.source,
			    .layer = l->index,
			    .first = l->parts_first};
	for (unsigned i = 0; i < l->n_gathered; i++) {
		b.packet = l->gathered[i];
		b.anew = l->parts_anew & bit_of(part);
		/* What it would need to begin with this one came before it subscribed. */
		if (b.anew && seq_newer(l->parts_first, b.packet->rtp.sequence))
			continue;
		if (send(l->peer->shared, part, &b))
			l->parts_anew &= ~bit_of(part);
	}
}

void bridge_forward(struct layer *first)
{
	struct shared *shared = first->peer->shared;
	bool any = false;
	for (struct layer *l = first; l; l = l->next_gathered)
		for (uint64_t parts = l->parts; parts; any = true)
			forward_to_part(l, next_part(&parts));
	if (any)
		shared->bridge.publish(shared->bridge.user);
}

void bridge_restart(struct layer *layer, uint16_t sequence)
{
	layer->parts_anew = layer->parts;
	layer->parts_first = sequence;
}

void bridge_level(struct peer *peer, enum source source, struct packet_sound heard)
{
	struct shared *shared = peer->shared;
	const struct bridged b = {.kind = BRIDGED_LEVEL,
				  .peer = peer->id,
				  .session = peer->session,
				  .source = source,
				  .level = heard.level,
				  .sparse = heard.sparse};
	send(shared, shared->home, &b);
}

void bridge_seen(struct peer *peer, bool camera)
{
	struct shared *shared = peer->shared;
	const struct bridged b = {
		.kind = BRIDGED_SEEN, .peer = peer->id, .session = peer->session, .camera = camera};
	send(shared, shared->home, &b);
}

static struct bridged_layer describe(const struct layer *l)
{
	return (struct bridged_layer){.active = l->active,
				      .codec = l->codec,
				      .width = l->width,
				      .height = l->height,
				      .bitrate = l->bitrate,
				      .reported = l->reported,
				      .report_ntp = l->report_ntp,
				      .report_timestamp = l->report_timestamp};
}

void bridge_tell_late(struct publication *publication)
{
	struct bridge_message m = {.type = BRIDGE_STATE,
				   .source = publication->description.source,
				   .state = {.muted = publication->muted,
					     .n_layers = publication->n_layers,
					     .clock = publication->peer->clock}};
	if (!publication->untold)
		return;
	for (unsigned i = 0; i < publication->n_layers; i++) {
		struct layer *l = publication->layers[i];
		m.state.layers[i] = describe(l);
		l->told_bitrate = l->bitrate;
	}
	for (uint64_t parts = publication->untold; parts;) {
		unsigned part = next_part(&parts);
		if (tell(publication->peer, part, &m))
			publication->untold &= ~bit_of(part);
	}
}

void bridge_tell(struct publication *publication)
{
	publication->untold = publication->peer->watchers;
	bridge_tell_late(publication);
}

void bridge_measured(struct publication *publication)
{
	for (unsigned i = 0; i < publication->n_layers; i++) {
		const struct layer *l = publication->layers[i];
		/* Layers without a size are told apart by their rates: see is_larger. */
		uint32_t change =
			MAX(l->bitrate, l->told_bitrate) - MIN(l->bitrate, l->told_bitrate);
		if (publication->n_layers > 1 && l->width == 0 && change > l->told_bitrate / 4) {
			bridge_tell(publication);
			return;
		}
	}
}

static void watch(struct peer *peer, unsigned part)
{
	peer->watchers |= bit_of(part);
	for (unsigned i = 0; i < peer->n_publications; i++) {
		peer->publications[i]->untold |= bit_of(part);
		bridge_tell_late(peer->publications[i]);
	}
}

static void subscribe(struct layer *l, unsigned part, bool wanted)
{
	l->parts &= ~bit_of(part);
	l->parts_anew &= ~bit_of(part);
	if (!wanted)
		return;
	l->parts |= bit_of(part);
	l->parts_anew |= bit_of(part);
	l->parts_first = (uint16_t)(l->newest + 1);
	/* Its reports weren't told while nobody there needed them. */
	l->publication->untold |= bit_of(part);
	bridge_tell_late(l->publication);
}

void bridge_receive_request(struct peer *peer, const struct bridge_message *message,
			    uint64_t now_us)
{
	if (message->type == BRIDGE_WATCH) {
		watch(peer, message->from);
		return;
	}
	struct publication *publication = peer_publication(peer, message->source);
	if (!publication || message->layer >= publication->n_layers)
		return;
	struct layer *layer = publication->layers[message->layer];
	if (message->type == BRIDGE_SUBSCRIBE) {
		/* What is gathered came before. */
		forward_gathered(peer->shared, now_us);
		subscribe(layer, message->from, message->wanted);
	} else if (message->type == BRIDGE_KEYFRAME) {
		layer->keyframe_wanted = true;
		layer_want_keyframe(layer, now_us);
	}
}

/* --- where its proxy is --- */

static bool ask(const struct layer *l, enum bridge_type type, bool wanted)
{
	struct bridge_message m = {.type = type,
				   .source = l->publication->description.source,
				   .layer = l->index,
				   .wanted = wanted};
	return tell(l->peer, l->peer->part, &m);
}

void bridge_subscribe(struct layer *layer)
{
	bool wanted = layer->n_slots > 0;
	if (wanted == layer->subscribed || !ask(layer, BRIDGE_SUBSCRIBE, wanted))
		return;
	layer->subscribed = wanted;
	/* Who asked has gone, and the keyframe that would end it isn't sent here any more. */
	layer->keyframe_wanted = layer->keyframe_wanted && wanted;
	layer->started = false; /* until the first one that says that it is */
}

/* true: something of it changed that slots go by. */
static bool take_layer(struct layer *l, const struct bridged_layer *state, uint64_t now_us)
{
	bool changed =
		l->active != state->active || l->codec != state->codec ||
		l->width != state->width || l->height != state->height ||
		(l->publication->n_layers > 1 && state->width == 0 && l->bitrate != state->bitrate);
	bool first = state->reported && !l->reported;
	l->active = state->active;
	l->codec = state->codec;
	l->width = state->width;
	l->height = state->height;
	l->bitrate = state->bitrate;
	l->reported = state->reported;
	l->report_ntp = state->report_ntp;
	l->report_timestamp = state->report_timestamp;
	if (first)
		layer_reported(l, now_us);
	return changed;
}

void bridge_take_state(struct publication *publication, const struct bridged_publication *state,
		       uint64_t now_us)
{
	bool changed = false;
	forward_gathered(publication->peer->shared, now_us); /* before slots move */
	publication->known = true;
	publication->peer->clock = state->clock;
	for (unsigned i = 0; i < MIN(publication->n_layers, state->n_layers); i++)
		changed |= take_layer(publication->layers[i], &state->layers[i], now_us);
	if (changed)
		publication_suit_all(publication, now_us);
	publication_set_muted(publication, state->muted, now_us);
}

static void ask_keyframes(struct peer *peer, uint64_t now_us)
{
	peer->request_us = UINT64_MAX;
	for (unsigned i = 0; i < peer->n_publications; i++)
		for (unsigned j = 0; j < peer->publications[i]->n_layers; j++) {
			struct layer *l = peer->publications[i]->layers[j];
			if (layer_needs_keyframe(l, now_us)) {
				ask(l, BRIDGE_KEYFRAME, true);
				layer_asked_keyframe(l, now_us);
			}
			peer->request_us = MIN(peer->request_us, l->ask_us);
		}
}

static void check(struct peer *peer, uint64_t now_us)
{
	struct bridge_message watch_it = {.type = BRIDGE_WATCH};
	bool known = true;
	for (unsigned i = 0; i < peer->n_publications; i++) {
		struct publication *p = peer->publications[i];
		known &= p->known;
		publication_check(p, now_us);
		for (unsigned j = 0; j < p->n_layers; j++)
			bridge_subscribe(p->layers[j]);
	}
	if (!known)
		tell(peer, peer->part, &watch_it);
}

void bridge_tick(struct peer *peer, uint64_t now_us)
{
	if (now_us >= peer->check_us) {
		check(peer, now_us);
		peer->check_us = now_us + PEER_CHECK_US;
	}
	if (now_us >= peer->request_us)
		ask_keyframes(peer, now_us);
}
