/*
 * A participant in C: one WHIP or WHEP session over a real UDP socket, many of them on one thread.
 * Signalling blocks for the moment of a request; media are driven by the caller: when the socket is
 * readable, and when a tick is due.
 */
#pragma once

#include "tests/peer/client_transport.h"
#include "tests/peer/receiver.h"
#include "tests/peer/sender.h"

struct peer;

struct peer_config {
	const char *url; /* "http://127.0.0.1:8080" */
	const char *meeting, *token;
	/* A publisher's; without sound and picture: a viewer. Who has a screen has a picture. They
	 * outlive the peer. */
	const struct clip *sound, *picture, *screen;
	uint64_t first_report_us; /* no sender report before that, from its connection on */
	/* A viewer's. */
	unsigned sound_slots, picture_slots;
	const char *query; /* "video=stage&size=320x180", or NULL */
	bool decode;
	double loss;		   /* share of RTP lost on purpose, both ways */
	const char *srtp_profiles; /* NULL: GCM first */
};

/* Signals, and begins to connect. */
struct peer *peer_new(const struct peer_config *config, uint64_t now_us, GError **error);
/* Ends the session by DELETE, says nothing about errors. NULL is allowed. */
void peer_free(struct peer *peer);

int peer_fd(const struct peer *peer);
void peer_readable(struct peer *peer, uint64_t now_us);
/* Returns when to call again. */
uint64_t peer_tick(struct peer *peer, uint64_t now_us);
/* ICE restart by PATCH (RFC 9725, section 4.3.2). */
bool peer_restart_ice(struct peer *peer, uint64_t now_us, GError **error);

enum client_state peer_state(const struct peer *peer);
const char *
peer_profile(const struct peer *peer); /* OpenSSL's name; NULL before the handshake's end */
uint64_t peer_join_us(const struct peer *peer);	 /* from peer_new to open; 0: not yet */
uint64_t peer_checks(const struct peer *peer);	 /* connectivity checks that were answered */
uint64_t peer_feedback(const struct peer *peer); /* transport-wide feedback messages that came */
unsigned peer_receivers(const struct peer *peer);
struct receiver *peer_receiver(const struct peer *peer, unsigned i);
struct sender *peer_sender(const struct peer *peer, bool video); /* NULL: doesn't send that */
