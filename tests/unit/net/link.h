/*
 * A client (tests/peer) and a relay's transport joined in memory, on simulated time: what the tests
 * of dtls, transport and transport_table share. Defines gettimeofday, which OpenSSL times its
 * flights by, to give the simulated time.
 */
#pragma once

#include "relay/base/clock.h"
#include "relay/net/dtls.h"
#include "relay/net/ice_lite.h"
#include "relay/net/transport_table.h"
#include "tests/peer/client_transport.h"
#include <glib.h>

#define LINK_STEP_US (5 * US_PER_MS)

/* The time of the whole test program; starts at 1000 s. */
extern uint64_t link_now_us;

/* What a worker has once. */
struct link_relay {
	struct counters counters;
	struct dtls_certificate *certificate;
	uint8_t fingerprint[FINGERPRINT_SIZE];
	struct transport_environment environment;
};
void link_relay_init(struct link_relay *relay, unsigned max_half_open);
void link_relay_clear(struct link_relay *relay);
uint64_t link_count(const struct link_relay *relay, enum counter which);

struct link {
	struct link_relay *relay;
	struct transport_credentials credentials;
	struct transport *transport;
	struct transport_table *table; /* NULL: straight to the transport */
	struct client_transport *client;
	struct net_path path;	  /* how the client's datagrams arrive */
	struct net_path answered; /* where the relay's last datagram went */
	GQueue *to_relay;	  /* of GBytes */
	bool client_silent;	  /* the client's timers don't run */
	/* Called for each datagram; true: it gets lost. */
	bool (*lose)(void *user, bool to_relay, const uint8_t *data, size_t length);
	void *user;
	GPtrArray *relay_got, *client_got; /* plaintext packets, as GBytes */
};

/* srtp_profiles: the client's, or NULL for its default. remote: the client's address. */
struct link *link_new(struct link_relay *relay, const char *srtp_profiles, const char *remote_ip,
		      uint16_t remote_port);
void link_free(struct link *link);
/* Another client, with an ICE restart, so that its ufrag is the one that the transport expects. */
void link_replace_client(struct link *link, const char *srtp_profiles);
/* New ufrags and passwords on both sides; the client uses them from link_start on. */
void link_restart_ice(struct link *link);
/* The client knows the answer: it starts to check. */
void link_start(struct link *link);
/* Client, relay, and the way between them, in steps of LINK_STEP_US. */
void link_run(struct link *link, uint64_t duration_us);
/* Runs until both are open; fails after a simulated minute. */
void link_open(struct link *link);
/* Delivers what waits both ways, without time passing. */
void link_exchange(struct link *link);
/* One datagram into the relay, as if from path. Returns what transport_receive said. */
enum datagram_kind link_inject(struct link *link, const struct net_path *path, const uint8_t *data,
			       size_t length);
void link_set_remote(struct link *link, const char *ip, uint16_t port);

/* A datagram with a binding request whose USERNAME is username; no good integrity. Returns its
 * length. */
size_t link_stranger_check(uint8_t *out, size_t capacity, const char *username);
/* An RTP packet of 12 + length bytes, its payload counting up from seed. Returns its length. */
size_t link_rtp(uint8_t *out, uint32_t ssrc, uint16_t sequence, uint8_t seed, size_t length);
/* The same as a slot's output. body must outlive it. */
struct rtp_out link_rtp_out(uint32_t ssrc, uint64_t index, const uint8_t *body, size_t length);
/* A receiver report without blocks. Returns its length. */
size_t link_rtcp(uint8_t *out, uint32_t ssrc);
