/*
 * One participant's connection: what it publishes, what it receives, and what both share.
 *
 * Owned by the room; its thread only. sink must stay valid until the peer is removed.
 */
#pragma once

#include "relay/room/room.h"
#include "relay/room/shared.h"
#include "relay/rtp/sender_clock.h"
#include "relay/rtp/twcc.h"

struct feed;
struct layer;
struct publication;
struct slot;

#define PEER_MAX_STREAMS (PEER_MAX_PUBLICATIONS * PUBLICATION_MAX_LAYERS * 2)
#define RTT_UNKNOWN_US	 (100 * US_PER_MS)
/* How often what somebody publishes is looked at: whether it fell silent, what is awaited. */
#define PEER_CHECK_US (100 * US_PER_MS)

/* Which layer an SSRC belongs to. */
struct stream {
	uint32_t ssrc;
	bool rtx;
	struct layer *layer;
};

struct peer {
	uint32_t id, session;
	struct shared *shared;
	/* A proxy of somebody in another part (see bridge.h): it has neither sink nor slots. */
	bool remote;
	unsigned part;	   /* where it is */
	uint64_t watchers; /* not a proxy: the parts that have one of it */
	struct peer_sink sink;
	struct extension_map extensions;
	char cname[24];
	bool connected, interprets;
	bool held_untold; /* other slots are held back than the room last told */
	unsigned n_publications, n_slots, n_streams;
	struct publication *publications[PEER_MAX_PUBLICATIONS];
	struct slot *slots[PEER_MAX_SLOTS];
	uint32_t slot_ssrc[PEER_MAX_SLOTS]; /* as in slots, close together */
	struct stream streams[PEER_MAX_STREAMS];

	/* Of forward.c: the slots that have something to forward. */
	struct slot *queue, *queue_end;
	struct peer *next_queued;

	struct sender_clock clock;
	uint64_t rtt_us; /* RTT_UNKNOWN_US until measured */
	bool rtt_measured;
	struct twcc_recorder *twcc; /* NULL: not negotiated */
	uint64_t connected_us;
	uint64_t seen_us[2]; /* when it was told that something came; [1]: of the booth camera */

	/* Timers: UINT64_MAX while nothing is to do. */
	uint64_t request_us; /* NACK, PLI */
	uint64_t twcc_us;
	uint64_t slot_report_us; /* a sender report that shouldn't wait */
	uint64_t report_us;
	uint64_t check_us;

	/* Since the last report. */
	uint64_t measured_us;
	uint64_t bytes_in, bytes_out;
	uint32_t down_expected, down_lost;
	uint64_t down_us; /* when down_lost was last heard of */
	struct peer_stats stats;
};

struct peer *peer_new(struct shared *shared, const struct peer_description *description,
		      const struct peer_sink *sink, uint64_t now_us);
struct peer *peer_new_remote(struct shared *shared, const struct remote_description *remote,
			     uint64_t now_us);
/* Its slots must have left their feeds. NULL is allowed. */
void peer_free(struct peer *peer);
/* Adds what is new. ERR_MALFORMED, and nothing changed: see room_update_peer. */
enum err peer_update(struct peer *peer, const struct peer_description *description) MUST_CHECK;

void peer_update_remote(struct peer *peer, const struct remote_description *remote);

/* Connected again (or at last): what was before says nothing any more. */
void peer_restart(struct peer *peer, uint64_t now_us);

struct publication *peer_publication(const struct peer *peer, enum source source); /* or NULL */
struct slot *peer_slot(const struct peer *peer, const char *mid);		   /* or NULL */
struct slot *peer_slot_by_ssrc(const struct peer *peer, uint32_t ssrc);		   /* or NULL */
struct layer *peer_layer_by_ssrc(const struct peer *peer, uint32_t ssrc); /* or NULL; not RTX */

/*
 * Parses a packet, finds (or learns) whose it is, and undoes RTX. NULL: dropped and counted.
 * Then packet->rtp and packet->codec are set.
 */
struct layer *peer_identify(struct peer *peer, struct packet *packet, uint64_t now_us);

/* The peer has something to do at when_us: lowers a timer, and the room's. */
static inline void peer_wake(struct peer *peer, uint64_t *timer_us, uint64_t when_us)
{
	struct shared *shared = peer->shared;
	*timer_us = MIN(*timer_us, when_us);
	shared->next_us = MIN(shared->next_us, when_us);
	shared->wake_us = MIN(shared->wake_us, when_us);
}

/* What the others wait for. */
static inline uint64_t peer_urgent_us(const struct peer *peer)
{
	return MIN(peer->request_us, peer->twcc_us);
}

/* Up to ROOM_SLACK_US late is early enough: in a meeting the next packet comes before. */
static inline uint64_t peer_periodic_us(const struct peer *peer)
{
	return MIN(MIN(peer->report_us, peer->check_us), peer->slot_report_us);
}

/*
 * A second from now, together with what else is due then: each moment at which something is due
 * costs a look at everybody.
 */
static inline uint64_t peer_next_report_us(uint64_t now_us)
{
	uint64_t us = now_us + US_PER_SEC;
	return us - us % ROOM_SLACK_US;
}

/* What our RTCP to this peer comes from. */
uint32_t peer_local_ssrc(const struct peer *peer);
