/*
 * A meeting's media: publications, feeds, slots. Knows neither sockets nor crypto nor a clock; one
 * thread. Of a meeting that spans workers each has a part, which is a room: see bridge.h.
 *
 * The way of a packet: room_receive_rtp -> publication (parse, statistics, what is missing), which
 * gathers it; room_forward -> each slot of the feeds that point to it (select layer, rewrite) ->
 * peer_sink.rtp of the receiver.
 */
#pragma once

#include "relay/base/counters.h"
#include "relay/room/bridge.h"
#include "relay/room/description.h"
#include "relay/room/overload.h"
#include "relay/rtp/packet.h"

struct room;
struct peer;

/* Where a peer's packets go: the worker's transports, or a simulated network. */
struct peer_sink {
	void *user;
	/* ret_protected: see transport_send_rtp; NULL when the slot doesn't need it. */
	enum err (*rtp)(void *user, const struct rtp_out *out, struct bytes *ret_protected);
	enum err (*rtcp)(void *user, const uint8_t *data, size_t length);
	enum err (*again)(void *user, const uint8_t *protected_datagram, size_t length);
	void (*fetch)(void *user, unsigned step); /* see transport_fetch; may be NULL */
};

/* Called from within room_receive_*, room_tick and the setters; may not call back into the room.
 * Ids of peers; 0: nobody. */
struct room_events {
	void *user;
	void (*stage)(void *user, uint32_t holder, uint32_t previous);
	void (*speaking)(void *user, const uint32_t *peers, unsigned n);
	void (*voices)(void *user, const uint32_t seats[VOICE_SEATS], uint32_t fourth);
	void (*publication)(void *user, const struct publication_state *state);
	/* Which of the peer's slots are held back now: bits by their order in its description. */
	void (*held)(void *user, uint32_t peer, uint64_t slots);
	/* At home: after each room_set_channel, and whenever it changes. */
	void (*channel)(void *user, uint32_t channel, uint32_t peer, enum channel_air air);
};

struct room_config {
	struct counters *counters;
	struct room_events events;
	uint64_t random_seed; /* first sequence numbers, timestamps, picture ids */
	/* Our wall clock: NTP microseconds = now_us + this (for sender reports). */
	uint64_t ntp_offset_us;
	/* Of a room that spans workers; zeroed: it has one part, which is its own home. */
	enum shed_level shed; /* at the start */
	unsigned part, home;
	struct bridge_sink bridge;
};

struct room *room_new(const struct room_config *config, uint64_t now_us);
void room_free(struct room *room); /* and all its peers */

/* Not connected yet: see room_set_connected. */
struct peer *room_add_peer(struct room *room, const struct peer_description *description,
			   const struct peer_sink *sink, uint64_t now_us);
/* Of a room with several parts: which of this id's lives it is, as in remote_description. */
void room_set_session(struct peer *peer, uint32_t session);
/*
 * After another offer: new m-lines are added; what was there (same mid) keeps its state, SSRCs and
 * feed. ERR_MALFORMED: a known mid changed its kind or source, or one is gone.
 */
enum err room_update_peer(struct room *room, struct peer *peer,
			  const struct peer_description *description, uint64_t now_us) MUST_CHECK;
void room_remove_peer(struct room *room, struct peer *peer, uint64_t now_us);

/*
 * Somebody who publishes in another part of the room came, or came back (another session), or
 * publishes more (the same one); a publication of theirs is shown here like any other. An old
 * session is no error.
 */
void room_add_remote(struct room *room, const struct remote_description *remote, uint64_t now_us);
void room_remove_remote(struct room *room, uint32_t id, uint32_t session, uint64_t now_us);
/* From another part, by ring and by mailbox. Of who has just gone: does nothing. */
void room_receive_bridged(struct room *room, const struct bridged *bridged, uint64_t now_us);
void room_receive_message(struct room *room, const struct bridge_message *message, uint64_t now_us);
unsigned room_peers(const struct room *room); /* those of other parts, too */

/*
 * A decrypted datagram: packet->data, length and arrival_us are set, and nothing else. The room
 * takes its own reference when it keeps the packet; the caller drops its one afterwards.
 */
void room_receive_rtp(struct room *room, struct peer *peer, struct packet *packet, uint64_t now_us);
/* After the packets that came together: hands them to the slots. Moves of slots and room_tick do so
 * first, too. */
void room_forward(struct room *room, uint64_t now_us);
void room_receive_rtcp(struct room *room, struct peer *peer, const uint8_t *data, size_t length,
		       uint64_t now_us);

/*
 * Feedback, reports, speaker detection. Returns when it wants to be called next. What comes in
 * meanwhile may make that sooner, so call it after every batch of packets too: it returns at once
 * when nothing is due.
 */
uint64_t room_tick(struct room *room, uint64_t now_us);

/* While false the peer gets nothing and its silence isn't taken for packet loss. */
void room_set_connected(struct room *room, struct peer *peer, bool connected, uint64_t now_us);
/* ERR_NOT_FOUND: no such slot; ERR_UNSUPPORTED: sound into a picture's slot or the other way. */
enum err room_set_slot(struct room *room, struct peer *peer, const char *mid, struct feed_key feed,
		       uint16_t width, uint16_t height, uint64_t now_us) MUST_CHECK;
/* The host's choice for the stage; 0: the dominant speaker. This and the next: at home only. */
void room_pin_stage(struct room *room, uint32_t peer, uint64_t now_us);
/* Whose screen (and its sound) the feeds screen and screen-sound show; 0: nobody's. */
void room_set_screen(struct room *room, uint32_t peer, uint64_t now_us);
/*
 * Language channels, at home only. Who is on air in it, in place of who was: the feed moves at
 * once, to the next packet. hold_us: silence for longer is a pause; 0: never. sign: a sign
 * language. peer 0: nobody.
 */
void room_set_channel(struct room *room, uint32_t channel, uint32_t peer, uint64_t hold_us,
		      bool sign, uint64_t now_us);
/* Whose publication (SOURCE_PROGRAM) the feed program of this channel shows; 0: nobody's. */
void room_set_program(struct room *room, uint32_t channel, uint32_t peer, uint64_t now_us);
/* A host's mute: stops forwarding at the relay, whatever the client does. */
void room_set_muted(struct room *room, struct peer *peer, enum source source, bool muted,
		    uint64_t now_us);

/* The worker sheds more, or less. */
void room_set_shed_level(struct room *room, enum shed_level level, uint64_t now_us);

void room_peer_stats(struct room *room, const struct peer *peer, uint64_t now_us,
		     struct peer_stats *ret);
