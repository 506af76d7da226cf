/*
 * The real relay, with its threads and sockets, and clients (tests/peer/client_transport.h) that
 * talk to it over loopback. All of a test happens on the main thread; nothing sleeps: world_turn
 * delivers what there is, and waits in poll.
 *
 * Relay and clients are joined by hand here, as signalling does with SDP: see client_join.
 */
#pragma once

#include "relay/base/clock.h"
#include "relay/relay.h"
#include "relay/rtp/rtcp.h"
#include "tests/peer/client_transport.h"
#include "tests/sim/synth.h"
#include <glib.h>

/* gcc's words for it, and clang's. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* What the relay told, in order. */
struct told_state {
	uint32_t room, peer;
	enum transport_state state;
	char profile[32]; /* "" for NULL */
};

struct world {
	struct relay *relay;
	GPtrArray *clients;   /* pumped by world_turn */
	GArray *states;	      /* struct told_state */
	GArray *publications; /* struct publication_state */
	GArray *stats;	      /* struct peer_stats */
	unsigned n_stage, n_speaking_told;
	uint32_t stage, previous;
	uint32_t speaking[8];
	unsigned n_speaking;
	uint32_t last_room;	     /* that an event spoke of */
	enum studio_trouble trouble; /* the last that was told */
	uint64_t held[100];	     /* by peer: see relay_events */
};

/* NULL: 127.0.0.1, any port, one worker. Where the environment has WORLD_WORKERS, so many instead
 * of one, and each room spread over them. */
struct world *world_new(const struct relay_config *config);
/* Frees the relay, if the test hasn't, and the clients. */
void world_free(struct world *world);

/* Clients' timers and datagrams, and nothing of the relay's events. */
void world_pump_clients(struct world *world);
/* Both; waits up to a millisecond when there is nothing. until_us passed: fails the test with what
 * it waited for. */
void world_turn(struct world *world, uint64_t until_us, const char *what);

/* Long enough for a busy machine and a sanitizer; a good run needs a hundredth of it. */
#define WORLD_PATIENCE_US (20 * US_PER_SEC)
#define WORLD_UNTIL(world, condition)                                                              \
	for (uint64_t until_us = clock_now_us() + WORLD_PATIENCE_US; !(condition);)                \
	world_turn(world, until_us, #condition)

uint64_t world_count(const struct world *world, enum counter which); /* of all workers */
/* The last state told of a peer; TRANSPORT_NEW: none. from: the first index in states to look at.
 */
enum transport_state world_state(const struct world *world, uint32_t peer, unsigned from);
const char *world_profile(const struct world *world,
			  uint32_t peer); /* told with the last OPEN; "" */
/* The last state told of a publication; NULL: none. */
const struct publication_state *world_publication(const struct world *world, uint32_t peer,
						  enum source source);

/* A packet of media that a client got. */
struct heard {
	struct rtp_header rtp;
	struct frame_info frame;  /* of video */
	uint32_t stream, counter; /* of the synth; 0: nothing but padding */
	char mid[MID_MAX + 1];	  /* as the header says, or "" */
};

struct client {
	struct world *world;
	int fd;
	const char *ip; /* how it reaches the relay */
	struct client_transport *transport;
	uint32_t room;
	struct peer_description description;
	struct transport_credentials credentials; /* the relay's */
	bool paused;				  /* neither sends nor reads: a link that is cut */

	uint16_t transport_sequence;
	struct synth microphone, camera;
	/* Sends by itself, a packet of sound each 5 ms, a frame of 3 packets each 10. */
	bool speaks, films;
	uint8_t level;
	uint64_t sound_us, frame_us;
	bool keyframe_wanted;

	GArray *heard[PEER_MAX_SLOTS]; /* struct heard, as description.slots */
	unsigned n_resent, n_unknown;  /* RTX packets, and those that no slot claims */
	unsigned n_pli, n_nack, n_transport_cc, n_sender_report, n_receiver_report;
};

/*
 * Publishes a microphone "0" and a camera "1", receives "stage", "voice", "voice1", "camera" and
 * "microphone" (the last two idle). Clients of odd ids number payloads and extensions as Chromium
 * does, those of even ids as Firefox. profiles: see client_config. ip: "127.0.0.1" or "::1".
 */
struct client *client_new(struct world *world, const char *ip, uint32_t id, const char *profiles);
/* Leaves the world; the relay isn't told. NULL is allowed. */
void client_free(struct client *client);
/* Offer and answer: the relay gets the description, the client the relay's credentials, and begins
 * to check. */
void client_join(struct client *client, uint32_t room);
/* The same of a client that is already there, with an ICE restart. new_socket: from another port.
 */
void client_restart_ice(struct client *client, bool new_socket);
/* client_new and client_join, and waits until relay and client say that it is open. */
struct client *client_connect(struct world *world, uint32_t room, uint32_t id);
bool client_is_open(const struct client *client);

/* Everything that the relay sent this client up to now has been read, and the relay has read all
 * that the client sent. */
void client_sync(struct client *client);
/* One packet of sound; a frame of n packets. */
void client_say(struct client *client, uint8_t level);
void client_film(struct client *client, unsigned n);

unsigned client_slot(const struct client *client, const char *mid); /* index */
unsigned client_count(const struct client *client, const char *mid);
const struct heard *client_last(const struct client *client,
				const char *mid); /* NULL: nothing yet */
/* From whom the slot's last packet was: a peer's id; 0: nothing yet. */
uint32_t client_hears(const struct client *client, const char *mid);
/*
 * Whatever a slot got went on without a break: sequence numbers by one, timestamps and picture ids
 * never back, own payload type, and it began with the MID and (video) a keyframe. Each publisher's
 * packets come in their order.
 */
void client_check_slots(const struct client *client);

/* A bare socket on loopback that is connected to the worker of the peer. */
int world_stranger(const struct world *world, const char *ip, uint32_t room, uint32_t peer);
