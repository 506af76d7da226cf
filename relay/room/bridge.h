/*
 * A room that spans workers: each has a part of it, with the participants whose transports it has.
 * A slot may show what somebody publishes in another part; slots and feeds don't notice.
 *
 *   part A: the publisher's                        part B: the receiver's
 *   publication, layers --- packets, by ring ----> the same of a proxy (a peer without transport
 *        ^                                         and slots) -> feeds -> slots
 *        |    <---- watch, subscribe, keyframe ----       |
 *        +--------- state ------------------------------->+      (by mailbox)
 *
 * A layer's packets come as long as slots in B are on it. They are immutable from here on; B keeps
 * its own history of them, from which it sends again.
 *
 * One part is the room's home: there it is decided who is on the stage and in the seats, from the
 * levels of all microphones, and the others are told.
 *
 * Everything is named by values (peer, session, source, layer). Who is named may have gone: then
 * nothing happens. What didn't fit into a mailbox is told again at the next check, so each message
 * says how things are and not what changed.
 */
#pragma once

#include "relay/room/description.h"
#include "relay/rtp/packet.h"
#include "relay/rtp/sender_clock.h"

#define BRIDGE_PARTS_MAX 64 /* a set of parts is a uint64_t */

struct layer;
struct peer;
struct publication;
struct shared;

/* By ring, from the part of the peer that it is about. */
enum bridged_kind {
	BRIDGED_PACKET,
	BRIDGED_LEVEL, /* how loud a microphone or booth microphone is; to the home part */
	BRIDGED_SEEN,  /* something came from who is on air; to the home part */
};

struct bridged {
	struct packet *packet; /* PACKET: a reference */
	uint32_t peer, session;
	uint8_t kind, source, layer;
	uint8_t level; /* LEVEL */
	bool sparse;   /* LEVEL: see struct packet_sound */
	bool camera;   /* SEEN: of the booth camera */
	/* PACKET: what was before it doesn't count: the numbers broke off, or the layer has just
	 * been subscribed to. From the number first on everything comes. */
	bool anew;
	uint16_t first;
};

/* What one packet tells of its sound. */
struct packet_sound {
	uint8_t level; /* as RFC 6464 */
	bool sparse;   /* comfort noise or nothing: the next one may keep us waiting (DTX) */
};

enum bridge_type {
	BRIDGE_HELLO,	  /* to the home part: here is another one, tell it the policy */
	BRIDGE_POLICY,	  /* the answer, and whenever it changes */
	BRIDGE_WATCH,	  /* to a peer's part: tell what its publications do */
	BRIDGE_STATE,	  /* the answer, and whenever it changes: of one publication */
	BRIDGE_SUBSCRIBE, /* to a peer's part: wanted says whether to hand over a layer's packets */
	BRIDGE_KEYFRAME,  /* to a peer's part: a receiver of a layer needs one */
};

/* A language channel: whose booth is heard in it, and whose program mixes it. */
struct channel_policy {
	uint32_t id, on_air, program;
};

/* What the feeds of a room mean; ids of peers, 0: nobody. */
struct policy {
	uint32_t stage, alternate; /* alternate: what the holder sees */
	uint32_t seat[VOICE_SEATS];
	uint32_t fourth;
	uint32_t screen;
	unsigned n_channels;
	struct channel_policy channels[CHANNELS_MAX];
};

struct bridged_layer {
	bool active, reported;
	enum codec codec;
	uint16_t width, height;
	uint32_t bitrate;
	/* The sender's last report. */
	uint32_t report_timestamp;
	uint64_t report_ntp;
};

struct bridged_publication {
	bool muted;
	unsigned n_layers;
	struct bridged_layer layers[PUBLICATION_MAX_LAYERS];
	struct sender_clock clock; /* of the peer; all parts have the same clock themselves */
};

struct bridge_message {
	enum bridge_type type;
	unsigned from; /* part */
	uint32_t peer, session;
	enum source source;
	unsigned layer;
	bool wanted;
	union {
		struct policy policy;
		struct bridged_publication state;
	};
};

/* The way to the other parts: the worker's rings and mailboxes, or a simulation's. */
struct bridge_sink {
	void *user;
	/* Takes its own reference of a packet. false: full, and counted. */
	bool (*send)(void *user, unsigned part, const struct bridged *bridged);
	/* Lets the others begin with what was sent, before this one serves its own slots. */
	void (*publish)(void *user);
	bool (*tell)(void *user, unsigned part, const struct bridge_message *message);
};

/* --- where the peer is --- */

/* What was gathered, to the parts that receive it: the first of a list as in forward.c. */
void bridge_forward(struct layer *first);
/* The layer's numbers begin anew with this one. */
void bridge_restart(struct layer *layer, uint16_t sequence);
void bridge_level(struct peer *peer, enum source source,
		  struct packet_sound heard);	  /* to the home part */
void bridge_seen(struct peer *peer, bool camera); /* to the home part */
/* To all parts that watch; to those that don't know yet. */
void bridge_tell(struct publication *publication);
void bridge_tell_late(struct publication *publication);
/* The publication's layers are heard of again: what was told of them may be out of date. */
void bridge_measured(struct publication *publication);
/* A message about this peer, from a part that has a proxy of it. */
void bridge_receive_request(struct peer *peer, const struct bridge_message *message,
			    uint64_t now_us);

/* --- where its proxy is --- */

/* Slots came to the layer, or left it. */
void bridge_subscribe(struct layer *layer);
/* BRIDGE_STATE. Slots move; the caller tells what became of the publication. */
void bridge_take_state(struct publication *publication, const struct bridged_publication *state,
		       uint64_t now_us);
/* What is due: asks the peer's part for keyframes, and again for what it hasn't heard. */
void bridge_tick(struct peer *peer, uint64_t now_us);
