/*
 * A simulated meeting: one room, of one part or several, peers that publish and receive, and
 * between them a network that loses, delays and reorders, all from one seed, with no clock but its
 * own.
 *
 * Each peer is a publisher (sim_publisher.c: synthetic VP8 and Opus, retransmission) and a receiver
 * (sim_receiver.c: puts the packets of each slot in order, asks for what is missing, and asserts
 * that the row is without a break).
 */
#pragma once

#include "relay/base/clock.h"
#include "relay/room/room.h"
#include "relay/rtp/rtcp.h"
#include "tests/sim/synth.h"
#include <glib.h>

#define SIM_LAYERS  3
#define SIM_HISTORY 2048 /* packets that a publisher can send again */
#define SIM_REORDER 4096 /* packets that a receiver holds back */
#define SIM_STREAMS (1 + SIM_LAYERS)

/* One direction between a peer and the relay. */
struct network {
	double loss;
	unsigned delay_ms, jitter_ms; /* jitter reorders */
};

struct kept_packet {
	uint16_t length;
	uint8_t data[600];
};

/* When a packet's content was taken, in truth, and on the sender's RTP clock. */
struct taken {
	uint64_t at_us;
	uint32_t timestamp;
};

/* One encoding that a peer sends. */
struct sim_stream {
	struct synth synth;
	bool video, on, keyframe_wanted;
	unsigned every_ms, packets_per_frame;
	uint64_t next_us;
	uint32_t timestamp_base;
	uint32_t clock_rate;
	uint8_t level;		     /* sound */
	struct kept_packet *history; /* by sequence number % SIM_HISTORY */
	GArray *taken;		     /* struct taken, by counter */
	unsigned padding_every;	     /* packets of padding between frames; 0: none */
	unsigned frames;
};

/* A packet of a slot as the receiver sees it. */
struct arrived {
	bool here;
	uint64_t index;
	uint32_t stream, counter, timestamp; /* stream 0: nothing but padding */
	uint16_t picture_id;
	uint8_t tl0picidx;
	bool keyframe, first, marker;
	uint64_t at_us;
};

struct sim_slot {
	uint32_t ssrc, rtx_ssrc;
	bool video;
	struct arrived *held; /* by index % SIM_REORDER */
	bool started, need_keyframe, anything, filled;
	uint64_t next, highest; /* indexes */
	uint64_t missing_since_us, asked_us, pli_us;
	struct arrived last;
	uint64_t *used; /* bitmap of indexes that were sent, from first_used */
	uint64_t first_used, n_used;
	/* What the relay sends since its last switch: the first index, and how timestamps were
	 * moved. */
	struct {
		uint32_t stream, offset;
		uint64_t first_index, since_us;
	} epoch;
	/* The newest sender report. */
	bool reported;
	uint64_t report_ntp_us;
	uint32_t report_timestamp, report_sr;
	uint64_t report_arrival_us;
	/* For the sim's own assertions. */
	uint64_t delivered, given_up, undecodable, switches;
	uint32_t first_counter;
	int64_t error_us; /* of the newest packet: where its report puts it - when it was taken */
	bool has_error;
};

struct world;

#define SIM_PARTS_MAX 3

/* One part of the room (sim_bridge.c has what is between them). */
struct sim_part {
	struct world *world;
	unsigned index;
	struct room *room;
	GQueue mailbox, rings[SIM_PARTS_MAX]; /* to it; the rings by who puts */
};

struct sim_peer {
	struct world *world;
	uint32_t id, session;
	struct room *room; /* its part */
	struct peer *peer;
	struct peer_description description;
	struct network up, down;
	/* Its clock: local = now * (1 + drift) + offset. */
	int64_t clock_offset_us;
	double clock_drift;
	struct sim_stream streams[SIM_STREAMS]; /* microphone, camera layers */
	unsigned n_streams;
	struct sim_slot *slots;
	uint64_t next_report_us;
	bool gone;
};

struct world {
	GRand *random;
	uint64_t now_us;
	struct pool *packets;
	struct counters counters;
	unsigned n_parts;
	struct sim_part parts[SIM_PARTS_MAX];
	struct room *room;		/* the home part */
	double mailbox_full, ring_full; /* the chance of it */
	uint64_t n_refused;
	GPtrArray *peers; /* struct sim_peer; stay when gone, since datagrams may be under way */
	struct datagram **heap;
	unsigned n_heap, max_heap;
	uint64_t n_sent;
	uint32_t last_session;
	bool lossless; /* then a receiver must never miss anything */
	/* Told by the room. */
	uint32_t stage, previous, seats[VOICE_SEATS], fourth;
	unsigned n_stage, n_voices, n_speaking_told;
};

struct world *world_new(uint32_t seed);
/* Whoever joins is in the part id % n_parts. */
struct world *world_new_parts(uint32_t seed, unsigned n_parts);
/* Everybody leaves; asserts that every packet came back. */
void world_free(struct world *world);
void world_run(struct world *world, unsigned ms);

struct sim_plan {
	unsigned layers;   /* of the camera; 0: none */
	unsigned frame_ms; /* 0: 66 */
	bool sound_nack, interprets;
	unsigned n_slots; /* feeds of the slots */
	struct feed_key slots[PEER_MAX_SLOTS];
};
struct sim_peer *world_join(struct world *world, uint32_t id, const struct sim_plan *plan,
			    struct network up, struct network down);
void world_leave(struct world *world, struct sim_peer *peer);
void world_set_slot(struct sim_peer *peer, unsigned slot, struct feed_key feed, uint16_t width,
		    uint16_t height);
void world_set_muted(struct sim_peer *peer, enum source source, bool muted);
void world_set_connected(struct sim_peer *peer, bool connected);
struct sim_stream *world_stream(const struct world *world,
				uint32_t stream);     /* by what the body says; or NULL */
double world_chance(struct world *world);	      /* [0, 1) */
unsigned world_dice(struct world *world, unsigned n); /* 0 .. n - 1 */

/* Into the network; the relay's side has index (as SRTP would know it). */
void world_send(struct sim_peer *peer, bool to_relay, bool rtcp, uint64_t index,
		const uint8_t *data, size_t length);

/* sim_bridge.c */
struct bridge_sink sim_bridge_sink(struct sim_part *part);
void sim_bridge_run(struct sim_part *part);   /* what has arrived */
void sim_bridge_clear(struct sim_part *part); /* what is under way */

/* sim_publisher.c */
void publisher_init(struct sim_peer *peer, const struct sim_plan *plan);
void publisher_free(struct sim_peer *peer);
void publisher_tick(struct sim_peer *peer);
void publisher_rtcp(struct sim_peer *peer, const struct rtcp_item *item);

/* sim_receiver.c */
void receiver_init(struct sim_peer *peer);
void receiver_free(struct sim_peer *peer);
void receiver_rtp(struct sim_peer *peer, uint64_t index, const uint8_t *data, size_t length);
void receiver_report(struct sim_peer *peer, const struct rtcp_item *item);
void receiver_tick(struct sim_peer *peer);
/* What leaves the relay: every number once, and the ciphertext of none twice with another content.
 */
void receiver_check_sent(struct sim_peer *peer, const struct rtp_out *out);
