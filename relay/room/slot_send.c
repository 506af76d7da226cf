/* The second half of a slot: a packet gets the receiver's numbers, and goes out, once or again. */
#include "relay/base/wire.h"
#include "relay/room/slot.h"
#include <string.h>

#define SENT_VIDEO 1024
#define SENT_AUDIO 128
/* Without RTX: the datagrams of half a second at 2 Mbit/s, or of 2.5 s of sound. */
#define KEPT_BYTES_VIDEO (128 * 1024)
#define KEPT_BYTES_AUDIO (16 * 1024)
/* How far behind the newest number a receiver still asks at a switch. */
#define FILLED_BEHIND 128
/* No layer: what a sent entry of an empty packet says. */
#define NO_LAYER 0

/* How a packet is renumbered; what of it the head doesn't take from the packet itself. */
struct renumbering {
	uint64_t index;
	uint32_t timestamp;
	uint16_t picture_id;
	uint8_t tl0picidx;
};

static size_t write_header(const struct slot *slot, const struct packet *packet,
			   uint8_t payload_type, const struct renumbering *r, uint32_t ssrc,
			   struct rtp_out *out)
{
	static const enum rtp_extension forwarded[] = {EXTENSION_AUDIO_LEVEL,
						       EXTENSION_VIDEO_ORIENTATION,
						       EXTENSION_DEPENDENCY_DESCRIPTOR};
	struct rtp_extension_values values = {0};
	/* VP8's and H.264's descriptor would speak of numbers that we rewrite. */
	unsigned n = packet->codec == CODEC_VP9 || packet->codec == CODEC_AV1 ? 3 : 2;
	for (unsigned i = 0; i < n; i++) {
		const struct rtp_span *span = &packet->rtp.extension[forwarded[i]];
		if (span->offset) {
			values.value[forwarded[i]] = packet->data + span->offset;
			values.length[forwarded[i]] = span->length;
		}
	}
	if (slot->mids_left && ssrc == slot->ssrc) {
		values.value[EXTENSION_MID] = (const uint8_t *)slot->mid;
		values.length[EXTENSION_MID] = (uint8_t)strlen(slot->mid);
	}
	bool marker = packet->rtp.marker ||
		      (slot->fresh && !slot->video); /* a talkspurt begins: RFC 3551, 4.1 */
	uint16_t sequence = (uint16_t)r->index;
	size_t length =
		rtp_write_header(out->head, RTP_HEADER_MAX, marker, out->padding > 0, payload_type,
				 sequence, r->timestamp, ssrc, &slot->peer->extensions, &values);
	if (length == 0) /* extensions that we can do without */
		length = rtp_write_header(out->head, RTP_HEADER_MAX, marker, out->padding > 0,
					  payload_type, sequence, r->timestamp, ssrc, NULL, NULL);
	return length;
}

/* osn: NULL, or the number that a retransmission stands for (RFC 4588, section 4). */
static void compose(const struct slot *slot, const struct packet *packet,
		    const struct renumbering *r, const uint16_t *osn, struct rtp_out *out)
{
	const struct frame_info *f = &packet->frame;
	out->ssrc = osn ? slot->rtx_ssrc : slot->ssrc;
	out->index = r->index;
	/* Nothing but padding must still be a packet. */
	out->padding = osn ? 0 : packet->rtp.payload_length == 0 ? 1 : packet->padding;
	uint8_t payload_type = (osn ? slot->rtx_payload_type : slot->payload_type)[packet->codec];
	size_t at = write_header(slot, packet, payload_type, r, out->ssrc, out);
	out->header_length = (uint16_t)at;
	if (osn) {
		wire_put16(out->head + at, *osn);
		at += 2;
	}
	uint16_t rewritten = 0;
	if (f->picture_id_offset || f->tl0picidx_offset) {
		rewritten = f->descriptor_length;
		memcpy(out->head + at, packet_payload(packet), rewritten);
		codec_vp8_rewrite(out->head + at, f, r->picture_id, r->tl0picidx);
		at += rewritten;
	}
	out->head_length = (uint16_t)at;
	out->body = packet_payload(packet) + rewritten;
	out->body_length = packet->rtp.payload_length - rewritten;
	out->keyframe = !slot->video || (f->keyframe && f->starts_frame);
}

/* Keeps the newest of each number, for the next switch to follow. */
static void note_newest(struct slot *slot, const struct packet *packet, const struct renumbering *r)
{
	if (slot->fresh || (int32_t)(r->timestamp - slot->timestamp) > 0) {
		slot->timestamp = r->timestamp;
		slot->timestamp_us = packet->arrival_us;
	}
	slot->codec = packet->codec;
	unsigned ids = packet->frame.picture_id_long ? 0x8000 : 0x80;
	if (packet->frame.picture_id_offset &&
	    ((r->picture_id - slot->picture_id) & (ids - 1)) < ids / 2)
		slot->picture_id = r->picture_id;
	if (packet->frame.tl0picidx_offset && (uint8_t)(r->tl0picidx - slot->tl0picidx) < 0x80)
		slot->tl0picidx = r->tl0picidx;
}

static void remember(struct slot *slot, uint32_t layer, const struct packet *packet,
		     const struct renumbering *r, const struct bytes *protected, uint64_t now_us)
{
	if (!slot->sent) {
		unsigned bytes = slot->video ? KEPT_BYTES_VIDEO : KEPT_BYTES_AUDIO;
		slot->sent = sent_ring_new(slot->video ? SENT_VIDEO : SENT_AUDIO,
					   slot->rtx_ssrc ? 0 : bytes);
	}
	struct sent *sent = sent_ring_put(slot->sent, r->index, now_us);
	if (!sent)
		return;
	sent->timestamp = r->timestamp;
	sent->picture_id = r->picture_id;
	sent->tl0picidx = r->tl0picidx;
	if (slot->rtx_ssrc) {
		sent->layer = layer;
		sent->sequence = packet->rtp.sequence;
	} else if (protected->data) {
		sent_ring_keep(slot->sent, sent, protected->data, protected->length);
	}
}

/* The packet's place in the row. false: it has none, counted. */
static bool renumber(struct slot *slot, const struct packet *packet, struct renumbering *r)
{
	uint16_t in = packet->rtp.sequence;
	/* A gap that can't be closed any more is filled with an empty packet, or the receiver asks
	 * for it for ever. */
	if (packet->rtp.payload_length == 0 && seqmap_drop(&slot->seqmap, in))
		return false; /* counted as it came in */
	if (!seqmap_map(&slot->seqmap, in, &r->index)) {
		bool before = seq_newer(slot->first_sequence, in);
		shared_count(slot->peer->shared,
			     before ? COUNTER_DROP_BEFORE_SWITCH : COUNTER_DROP_TOO_OLD);
		return false;
	}
	if (!once_use(&slot->once, r->index)) {
		shared_count(slot->peer->shared, COUNTER_DROP_DUPLICATE);
		return false;
	}
	r->timestamp = packet->rtp.timestamp + slot->timestamp_offset;
	r->picture_id = (uint16_t)(packet->frame.picture_id + slot->picture_offset) & 0x7fff;
	r->tl0picidx = (uint8_t)(packet->frame.tl0picidx + slot->tl0_offset);
	return true;
}

static void deliver(struct slot *slot, uint32_t layer, const struct packet *packet,
		    const struct renumbering *r, uint64_t now_us)
{
	struct peer *peer = slot->peer;
	struct rtp_out out;
	struct bytes protected = {0};
	compose(slot, packet, r, NULL, &out);
	if (slot->mids_left)
		slot->mids_left--;
	/* Its number is used from here on, whatever becomes of it. */
	enum err err = peer->sink.rtp(peer->sink.user, &out,
				      slot->nack && !slot->rtx_ssrc ? &protected : NULL);
	if (!err)
		shared_count(peer->shared, COUNTER_RTP_OUT);
	else if (err != ERR_FULL) /* which the sink has counted */
		shared_count(peer->shared, COUNTER_DROP_RECEIVER_SILENT);
	uint32_t octets = (uint32_t)(out.head_length - out.header_length) + out.body_length;
	slot->packets++;
	slot->octets += octets;
	slot->sent_us = now_us;
	peer->bytes_out += out.header_length + octets;
	if (slot->nack)
		remember(slot, layer, packet, r, &protected, now_us);
}

void slot_send(struct slot *slot, const struct packet *packet, uint64_t now_us)
{
	struct renumbering r;
	if (!slot->payload_type[packet->codec]) {
		shared_count(slot->peer->shared, COUNTER_DROP_CODEC_NOT_NEGOTIATED);
		return;
	}
	if (!renumber(slot, packet, &r))
		return;
	note_newest(slot, packet, &r);
	deliver(slot, slot->layer->id, packet, &r, now_us);
	slot->fresh = false;
}

/* Its data are never read. */
static void make_empty(struct packet *packet, enum codec codec)
{
	packet->codec = codec;
	packet->rtp = (struct rtp_header){0};
	packet->frame = (struct frame_info){0};
}

void slot_fill_gaps(struct slot *slot, uint64_t now_us)
{
	if (!slot->nack || !slot->sent || !slot->once.started)
		return;
	struct packet empty;
	const struct sent *sent, *before = NULL; /* the last one that wasn't missing */
	uint64_t newest = slot->once.newest;
	uint64_t index = MAX(slot->first_index, newest - MIN(newest, FILLED_BEHIND));
	make_empty(&empty, slot->codec);
	for (; index < newest; index++) {
		if ((sent = sent_ring_find(slot->sent, (uint16_t)index)))
			before = sent;
		else if (before && once_use(&slot->once, index)) {
			const struct renumbering r = {index, before->timestamp, 0, 0};
			deliver(slot, NO_LAYER, &empty, &r, now_us);
			before = sent_ring_find(slot->sent, (uint16_t)index);
		}
	}
}

static enum err resend_rtx(struct slot *slot, const struct sent *sent, uint16_t sequence)
{
	struct peer *peer = slot->peer;
	const struct layer *layer =
		g_hash_table_lookup(peer->shared->layers, GUINT_TO_POINTER(sent->layer));
	const struct packet *packet = layer ? history_get(layer->history, sent->sequence) : NULL;
	struct renumbering r = {slot->rtx_index, sent->timestamp, sent->picture_id,
				sent->tl0picidx};
	struct rtp_out out;
	struct packet empty;
	if (sent->layer == NO_LAYER) {
		make_empty(&empty, slot->codec);
		packet = &empty;
	}
	if (!packet || !slot->rtx_payload_type[packet->codec])
		return ERR_NOT_FOUND;
	compose(slot, packet, &r, &sequence, &out);
	slot->rtx_index++;
	peer->bytes_out += out.head_length + out.body_length;
	return peer->sink.rtp(peer->sink.user, &out, NULL);
}

static enum err resend_kept(struct slot *slot, const struct sent *sent)
{
	struct bytes kept;
	if (!sent_ring_kept(slot->sent, sent, &kept))
		return ERR_NOT_FOUND;
	slot->peer->bytes_out += kept.length;
	return slot->peer->sink.again(slot->peer->sink.user, kept.data, kept.length);
}

void slot_resend(struct slot *slot, uint16_t sequence, uint64_t now_us)
{
	struct shared *shared = slot->peer->shared;
	struct sent *sent = slot->sent ? sent_ring_find(slot->sent, sequence) : NULL;
	if (!sent) {
		shared_count(shared, COUNTER_DROP_NO_RTX);
		return;
	}
	if (!sent_again(sent, now_us, slot->peer->rtt_us)) {
		shared_count(shared, COUNTER_DROP_RTX_TOO_SOON);
		return;
	}
	enum err err = slot->rtx_ssrc ? resend_rtx(slot, sent, sequence) : resend_kept(slot, sent);
	if (!err)
		shared_count(shared, COUNTER_RTX_OUT);
	else
		shared_count(shared, err == ERR_NOT_FOUND ? COUNTER_DROP_NO_RTX
							  : COUNTER_DROP_RECEIVER_SILENT);
}
