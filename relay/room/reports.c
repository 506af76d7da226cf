#include "relay/room/reports.h"
#include "relay/room/publication.h"
#include "relay/room/slot.h"
#include "relay/rtp/rtcp_write.h"
#include <string.h>

#define RTCP_CAPACITY 1200
/* A receiver that stopped reporting has no loss that we know of. */
#define DOWN_STALE_US  (5 * US_PER_SEC)
#define LAYER_STALE_US (5 * US_PER_SEC)

/* One compound after another, as they fill up. */
struct outbox {
	struct peer *peer;
	struct rtcp_writer writer;
	uint8_t data[RTCP_CAPACITY];
};

static void outbox_init(struct outbox *o, struct peer *peer)
{
	o->peer = peer;
	rtcp_writer_init(&o->writer, o->data, sizeof o->data);
}

static void outbox_flush(struct outbox *o)
{
	struct peer *peer = o->peer;
	if (o->writer.length > 0 && peer->connected)
		(void)peer->sink.rtcp(peer->sink.user, o->data, o->writer.length);
	rtcp_writer_init(&o->writer, o->data, sizeof o->data);
}

static void send_requests(struct peer *peer, struct outbox *o, uint64_t now_us)
{
	uint32_t ssrc = peer_local_ssrc(peer);
	peer->request_us = UINT64_MAX;
	for (unsigned i = 0; i < peer->n_publications; i++) {
		const struct publication *p = peer->publications[i];
		for (unsigned j = 0; j < p->n_layers; j++) {
			if (layer_deadline(p->layers[j]) <= now_us &&
			    !layer_add_requests(p->layers[j], &o->writer, ssrc, now_us)) {
				outbox_flush(o);
				layer_add_requests(p->layers[j], &o->writer, ssrc, now_us);
			}
			peer->request_us = MIN(peer->request_us, layer_deadline(p->layers[j]));
		}
	}
}

/* What the feedback is said to be about: any stream of the sender's will do. */
static uint32_t any_media_ssrc(const struct peer *peer)
{
	for (unsigned i = 0; i < peer->n_streams; i++)
		if (!peer->streams[i].rtx)
			return peer->streams[i].ssrc;
	return 0;
}

static void send_transport_feedback(struct peer *peer, struct outbox *o, uint64_t now_us)
{
	uint32_t ssrc = peer_local_ssrc(peer), media_ssrc = any_media_ssrc(peer);
	/* False may mean that there is nothing, or no room: an empty box tells which. */
	while (twcc_add_feedback(peer->twcc, &o->writer, ssrc, media_ssrc))
		;
	outbox_flush(o);
	while (twcc_add_feedback(peer->twcc, &o->writer, ssrc, media_ssrc))
		outbox_flush(o);
	peer->twcc_us = UINT64_MAX;
}

/* RFC 3550, section 6.4.1: where the stream's timestamps stand at this moment of our wall clock. */
static bool add_slot_report(struct slot *slot, struct outbox *o, uint32_t timestamp,
			    uint64_t now_us)
{
	struct rtcp_writer before = o->writer;
	uint64_t ntp = ntp_from_us(now_us + slot->peer->shared->ntp_offset_us);
	if (rtcp_add_sender_report(&o->writer, slot->ssrc, ntp, timestamp, slot->packets,
				   slot->octets) &&
	    rtcp_add_sdes_cname(&o->writer, slot->ssrc, slot->peer->cname))
		return true;
	o->writer = before;
	return false;
}

static void send_slot_reports(struct peer *peer, struct outbox *o, uint64_t now_us)
{
	peer->slot_report_us = UINT64_MAX;
	for (unsigned i = 0; i < peer->n_slots; i++) {
		struct slot *slot = peer->slots[i];
		uint32_t timestamp;
		if (now_us >= slot->report_us) {
			slot->report_us =
				peer->report_us; /* from now on together with the others */
			if (slot_timestamp_now(slot, now_us, &timestamp) &&
			    !add_slot_report(slot, o, timestamp, now_us)) {
				outbox_flush(o);
				add_slot_report(slot, o, timestamp, now_us);
			}
		}
		peer->slot_report_us = MIN(peer->slot_report_us, slot->report_us);
	}
}

static bool was_heard(const struct layer *layer, uint64_t now_us)
{
	return layer->ssrc && layer->stats.started && now_us - layer->last_us < LAYER_STALE_US;
}

static void send_receiver_report(struct peer *peer, struct outbox *o, uint64_t now_us)
{
	struct rtcp_report_block blocks[RTCP_MAX_REPORTS];
	unsigned n = 0;
	for (unsigned i = 0; i < peer->n_publications; i++) {
		const struct publication *p = peer->publications[i];
		for (unsigned j = 0; j < p->n_layers; j++)
			if (was_heard(p->layers[j], now_us))
				receive_stats_report(&p->layers[j]->stats, p->layers[j]->ssrc,
						     now_us, &blocks[n++]);
	}
	outbox_flush(o); /* a report begins a compound (RFC 3550, section 6.1) */
	if (rtcp_add_receiver_report(&o->writer, peer_local_ssrc(peer), blocks, n))
		rtcp_add_sdes_cname(&o->writer, peer_local_ssrc(peer), peer->cname);
}

/* Before the receiver report, which begins the next interval. */
static void measure_up(struct peer *peer, uint64_t interval_us, uint64_t now_us)
{
	int64_t expected = 0, received = 0;
	double jitter = 0;
	for (unsigned i = 0; i < peer->n_publications; i++) {
		struct publication *p = peer->publications[i];
		for (unsigned j = 0; j < p->n_layers; j++) {
			struct layer *l = p->layers[j];
			const struct receive_stats *s = &l->stats;
			layer_measure(l, interval_us);
			if (!was_heard(l, now_us))
				continue;
			expected += (int64_t)(s->cycles + s->max_sequence - s->base_sequence + 1) -
				    s->expected_prior;
			received += (int64_t)s->received - s->received_prior;
			jitter = MAX(jitter, s->jitter * (double)US_PER_SEC / s->clock_rate);
		}
		bridge_measured(p);
	}
	peer->stats.loss_up = expected > received && expected > 0
				      ? (uint16_t)MIN((expected - received) * 1000 / expected, 1000)
				      : 0;
	peer->stats.jitter_up_us = (uint32_t)MIN(jitter, UINT32_MAX);
}

static void measure(struct peer *peer, uint64_t now_us)
{
	uint64_t interval_us = MAX(now_us - peer->measured_us, 1);
	peer->measured_us = now_us;
	measure_up(peer, interval_us, now_us);
	if (peer->down_expected > 0)
		peer->stats.loss_down =
			(uint16_t)MIN((uint64_t)peer->down_lost * 1000 / peer->down_expected, 1000);
	else if (now_us - peer->down_us > DOWN_STALE_US)
		peer->stats.loss_down = 0;
	peer->down_expected = peer->down_lost = 0;
	peer->stats.rtt_us = peer->rtt_measured ? (uint32_t)peer->rtt_us : 0;
	peer->stats.bitrate_in = (uint32_t)(peer->bytes_in * 8 * US_PER_SEC / interval_us);
	peer->stats.bitrate_out = (uint32_t)(peer->bytes_out * 8 * US_PER_SEC / interval_us);
	peer->bytes_in = peer->bytes_out = 0;
}

void reports_tick(struct peer *peer, uint64_t now_us)
{
	struct outbox o;
	if (peer->remote) {
		bridge_tick(peer, now_us);
		return;
	}
	outbox_init(&o, peer);
	if (now_us >= peer->check_us) {
		for (unsigned i = 0; i < peer->n_publications; i++) {
			publication_check(peer->publications[i], now_us);
			bridge_tell_late(peer->publications[i]);
		}
		peer->check_us = peer->n_publications > 0 ? now_us + PEER_CHECK_US : UINT64_MAX;
	}
	if (now_us >= peer->report_us) {
		measure(peer, now_us);
		send_receiver_report(peer, &o, now_us);
		peer->report_us = peer_next_report_us(now_us);
	}
	if (now_us >= peer->slot_report_us)
		send_slot_reports(peer, &o, now_us);
	if (now_us >= peer->request_us && peer->connected)
		send_requests(peer, &o, now_us);
	else if (now_us >= peer->request_us)
		peer->request_us = UINT64_MAX; /* coming back, it begins anew */
	if (now_us >= peer->twcc_us)
		send_transport_feedback(peer, &o, now_us);
	outbox_flush(&o);
}
