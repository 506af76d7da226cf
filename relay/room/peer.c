#include "relay/room/peer.h"
#include "relay/room/publication.h"
#include "relay/room/slot.h"
#include "relay/rtp/rtx.h"
#include <string.h>

/* A layer that was heard lately keeps its SSRC: another one claiming to be it is refused. */
#define RELEARN_US US_PER_SEC
/* Transport-wide feedback: often while the sender feels its way up, then half as often. */
#define TWCC_FAST_US  (50 * US_PER_MS)
#define TWCC_US	      (100 * US_PER_MS)
#define TWCC_START_US (10 * US_PER_SEC)

static void add_stream(struct peer *peer, uint32_t ssrc, struct layer *layer, bool rtx)
{
	if (!ssrc)
		return;
	for (unsigned i = 0; i < peer->n_streams; i++) {
		struct stream *s = &peer->streams[i];
		if (s->ssrc == ssrc || (s->layer == layer && s->rtx == rtx)) {
			*s = (struct stream){ssrc, rtx, layer};
			return;
		}
	}
	if (peer->n_streams < PEER_MAX_STREAMS)
		peer->streams[peer->n_streams++] = (struct stream){ssrc, rtx, layer};
}

static void add_publication(struct peer *peer, const struct publication_description *description)
{
	struct publication *p = publication_new(peer, description);
	peer->publications[peer->n_publications++] = p;
	for (unsigned i = 0; i < p->n_layers; i++) {
		add_stream(peer, p->layers[i]->ssrc, p->layers[i], false);
		add_stream(peer, p->layers[i]->rtx_ssrc, p->layers[i], true);
	}
	if (description->transport_cc && !peer->twcc)
		peer->twcc = twcc_recorder_new();
}

static void add_slot(struct peer *peer, const struct slot_description *description)
{
	struct slot *slot = slot_new(peer, description);
	peer->slot_ssrc[peer->n_slots] = slot->ssrc;
	peer->slots[peer->n_slots++] = slot;
}

static struct peer *new_peer(struct shared *shared, uint32_t id)
{
	struct peer *peer = g_new0(struct peer, 1);
	peer->id = peer->stats.peer = id;
	peer->shared = shared;
	sender_clock_init(&peer->clock);
	peer->rtt_us = RTT_UNKNOWN_US;
	peer->request_us = peer->twcc_us = peer->slot_report_us = UINT64_MAX;
	peer->report_us = UINT64_MAX;
	return peer;
}

struct peer *peer_new(struct shared *shared, const struct peer_description *description,
		      const struct peer_sink *sink, uint64_t now_us)
{
	struct peer *peer = new_peer(shared, description->id);
	peer->sink = *sink;
	peer->extensions = description->extensions;
	peer->interprets = description->interprets;
	memcpy(peer->cname, description->cname, sizeof peer->cname - 1);
	/* Apart from each other, so that a full room doesn't report all at once. */
	peer->report_us = now_us + US_PER_SEC / 2 + shared_random(shared) % (US_PER_SEC / 2);
	peer->check_us = now_us + PEER_CHECK_US;
	peer->measured_us = now_us;
	for (unsigned i = 0; i < MIN(description->n_publications, PEER_MAX_PUBLICATIONS); i++)
		add_publication(peer, &description->publications[i]);
	for (unsigned i = 0; i < MIN(description->n_slots, PEER_MAX_SLOTS); i++)
		add_slot(peer, &description->slots[i]);
	return peer;
}

/* What is missing, and how it comes, is the business of the part where the peer is. */
static void add_remote_publication(struct peer *peer,
				   const struct publication_description *description)
{
	struct publication_description d = *description;
	d.nack = d.transport_cc = false;
	add_publication(peer, &d);
}

struct peer *peer_new_remote(struct shared *shared, const struct remote_description *remote,
			     uint64_t now_us)
{
	struct peer *peer = new_peer(shared, remote->id);
	peer->remote = true;
	peer->session = remote->session;
	peer->part = remote->part;
	peer->check_us = now_us; /* it asks what the publications do */
	for (unsigned i = 0; i < MIN(remote->n_publications, PEER_MAX_PUBLICATIONS); i++)
		add_remote_publication(peer, &remote->publications[i]);
	return peer;
}

void peer_free(struct peer *peer)
{
	if (!peer)
		return;
	for (unsigned i = 0; i < peer->n_slots; i++)
		slot_free(peer->slots[i]);
	for (unsigned i = 0; i < peer->n_publications; i++)
		publication_free(peer->publications[i]);
	twcc_recorder_free(peer->twcc);
	g_free(peer);
}

void peer_restart(struct peer *peer, uint64_t now_us)
{
	peer->connected_us = now_us;
	for (unsigned i = 0; i < peer->n_publications; i++)
		publication_restart(peer->publications[i], now_us);
	for (unsigned i = 0; i < peer->n_slots; i++)
		slot_reconnected(peer->slots[i]);
}

static const struct publication_description *find_publication(const struct peer_description *d,
							      const char *mid)
{
	for (unsigned i = 0; i < MIN(d->n_publications, PEER_MAX_PUBLICATIONS); i++)
		if (strcmp(d->publications[i].mid, mid) == 0)
			return &d->publications[i];
	return NULL;
}

static const struct slot_description *find_slot(const struct peer_description *d, const char *mid)
{
	for (unsigned i = 0; i < MIN(d->n_slots, PEER_MAX_SLOTS); i++)
		if (strcmp(d->slots[i].mid, mid) == 0)
			return &d->slots[i];
	return NULL;
}

static struct publication *publication_by_mid(const struct peer *peer, const char *mid)
{
	for (unsigned i = 0; i < peer->n_publications; i++)
		if (strcmp(peer->publications[i]->description.mid, mid) == 0)
			return peer->publications[i];
	return NULL;
}

enum err peer_update(struct peer *peer, const struct peer_description *description)
{
	for (unsigned i = 0; i < peer->n_publications; i++) {
		const struct publication_description *old = &peer->publications[i]->description;
		const struct publication_description *d = find_publication(description, old->mid);
		if (!d || d->source != old->source)
			return ERR_MALFORMED;
	}
	for (unsigned i = 0; i < peer->n_slots; i++) {
		const struct slot_description *d = find_slot(description, peer->slots[i]->mid);
		if (!d || (d->kind == MEDIA_VIDEO) != peer->slots[i]->video)
			return ERR_MALFORMED;
	}
	if (description->n_publications > PEER_MAX_PUBLICATIONS ||
	    description->n_slots > PEER_MAX_SLOTS)
		return ERR_MALFORMED;
	/* An offer can add extensions with its m-lines; it can't renumber those in use (RFC 8285,
	 * section 5). */
	for (unsigned i = 0; i < EXTENSION_COUNT; i++)
		if (!peer->extensions.id[i])
			peer->extensions.id[i] = description->extensions.id[i];
	for (unsigned i = 0; i < description->n_publications; i++)
		if (!publication_by_mid(peer, description->publications[i].mid))
			add_publication(peer, &description->publications[i]);
	for (unsigned i = 0; i < description->n_slots; i++)
		if (!peer_slot(peer, description->slots[i].mid))
			add_slot(peer, &description->slots[i]);
	return OK;
}

void peer_update_remote(struct peer *peer, const struct remote_description *remote)
{
	for (unsigned i = 0; i < MIN(remote->n_publications, PEER_MAX_PUBLICATIONS); i++)
		if (peer->n_publications < PEER_MAX_PUBLICATIONS &&
		    !publication_by_mid(peer, remote->publications[i].mid))
			add_remote_publication(peer, &remote->publications[i]);
}

struct publication *peer_publication(const struct peer *peer, enum source source)
{
	for (unsigned i = 0; i < peer->n_publications; i++)
		if (peer->publications[i]->description.source == source)
			return peer->publications[i];
	return NULL;
}

struct slot *peer_slot(const struct peer *peer, const char *mid)
{
	for (unsigned i = 0; i < peer->n_slots; i++)
		if (strcmp(peer->slots[i]->mid, mid) == 0)
			return peer->slots[i];
	return NULL;
}

struct slot *peer_slot_by_ssrc(const struct peer *peer, uint32_t ssrc)
{
	for (unsigned i = 0; i < peer->n_slots; i++)
		if (peer->slot_ssrc[i] == ssrc)
			return peer->slots[i];
	return NULL;
}

static const struct stream *find_stream(const struct peer *peer, uint32_t ssrc)
{
	for (unsigned i = 0; i < peer->n_streams; i++)
		if (peer->streams[i].ssrc == ssrc)
			return &peer->streams[i];
	return NULL;
}

struct layer *peer_layer_by_ssrc(const struct peer *peer, uint32_t ssrc)
{
	const struct stream *s = find_stream(peer, ssrc);
	return s && !s->rtx ? s->layer : NULL;
}

static bool extension_is(const struct packet *packet, enum rtp_extension extension,
			 const char *text)
{
	const struct rtp_span *span = &packet->rtp.extension[extension];
	return span->offset && strlen(text) == span->length &&
	       memcmp(packet->data + span->offset, text, span->length) == 0;
}

/* The publication that a packet of an unknown SSRC belongs to (RFC 8843, section 9.2): by its MID,
 * else by its payload type if only one publication has that. */
static struct publication *claim(const struct peer *peer, const struct packet *packet)
{
	struct publication *by_type = NULL;
	unsigned n_by_type = 0;
	uint8_t rtx_of;
	for (unsigned i = 0; i < peer->n_publications; i++) {
		struct publication *p = peer->publications[i];
		if (extension_is(packet, EXTENSION_MID, p->description.mid))
			return p;
		if (publication_codec(p, packet->rtp.payload_type, &rtx_of) != CODEC_NONE) {
			by_type = p;
			n_by_type++;
		}
	}
	return n_by_type == 1 && !packet->rtp.extension[EXTENSION_MID].offset ? by_type : NULL;
}

static struct layer *claim_layer(const struct publication *p, const struct packet *packet, bool rtx)
{
	enum rtp_extension extension = rtx ? EXTENSION_REPAIRED_RID : EXTENSION_RID;
	for (unsigned i = 0; i < p->n_layers; i++)
		if (p->description.rid[i][0] &&
		    extension_is(packet, extension, p->description.rid[i]))
			return p->layers[i];
	return p->n_layers == 1 ? p->layers[0] : NULL;
}

/* Learns whose SSRC this is. NULL: nobody's. */
static const struct stream *learn(struct peer *peer, const struct packet *packet, uint64_t now_us)
{
	struct publication *p = claim(peer, packet);
	uint8_t rtx_of = 0;
	if (!p || publication_codec(p, packet->rtp.payload_type, &rtx_of) == CODEC_NONE)
		return NULL;
	bool rtx = rtx_of != 0;
	struct layer *layer = claim_layer(p, packet, rtx);
	if (!layer)
		return NULL;
	uint32_t *ssrc = rtx ? &layer->rtx_ssrc : &layer->ssrc;
	if (*ssrc && now_us - layer->last_us < RELEARN_US)
		return NULL;
	if (*ssrc && !rtx) {
		layer_restart(layer);
		layer->started = layer->reported =
			false; /* nothing of the old numbers and times holds */
	}
	*ssrc = packet->rtp.ssrc;
	add_stream(peer, *ssrc, layer, rtx);
	return find_stream(peer, packet->rtp.ssrc);
}

/* The payload type's meaning; RTX becomes what it stands for. false: dropped and counted. */
static bool identify_payload(const struct stream *stream, struct packet *packet,
			     struct shared *shared)
{
	struct layer *layer = stream->layer;
	uint8_t rtx_of;
	packet->retransmitted = false;
	packet->padding = 0;
	packet->codec = publication_codec(layer->publication, packet->rtp.payload_type, &rtx_of);
	if (packet->codec == CODEC_NONE ||
	    codec_kind(packet->codec) != (layer->video ? MEDIA_VIDEO : MEDIA_AUDIO)) {
		shared_count(shared, COUNTER_DROP_UNKNOWN_PAYLOAD);
		return false;
	}
	if (!rtx_of)
		return true;
	shared_count(shared, COUNTER_RTX_IN);
	enum err err = rtx_unwrap(packet, layer->ssrc, rtx_of);
	if (err)
		shared_count(shared, err == ERR_NOT_FOUND ? COUNTER_DROP_PADDING
							  : COUNTER_DROP_RTX_MALFORMED);
	return err == OK;
}

struct layer *peer_identify(struct peer *peer, struct packet *packet, uint64_t now_us)
{
	struct shared *shared = peer->shared;
	uint16_t transport_sequence;
	peer->bytes_in += packet->length;
	if (rtp_parse(packet->data, packet->length, &peer->extensions, &packet->rtp) != OK) {
		shared_count(shared, COUNTER_DROP_RTP_MALFORMED);
		return NULL;
	}
	if (peer->twcc && rtp_transport_sequence(packet->data, &packet->rtp, &transport_sequence)) {
		bool starting = now_us - peer->connected_us < TWCC_START_US;
		twcc_record(peer->twcc, transport_sequence, packet->arrival_us);
		peer_wake(peer, &peer->twcc_us, now_us + (starting ? TWCC_FAST_US : TWCC_US));
	}
	const struct stream *stream = find_stream(peer, packet->rtp.ssrc);
	if (!stream)
		stream = learn(peer, packet, now_us);
	if (!stream) {
		shared_count(shared, COUNTER_DROP_UNKNOWN_STREAM);
		return NULL;
	}
	return identify_payload(stream, packet, shared) ? stream->layer : NULL;
}

uint32_t peer_local_ssrc(const struct peer *peer)
{
	return peer->n_slots > 0 ? peer->slots[0]->ssrc : 1;
}
