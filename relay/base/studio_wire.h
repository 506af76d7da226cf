/*
 * What goes over a program's socket between the server and the studio process (recordings/). The
 * socket is a Unix one of type SOCK_SEQPACKET: each message arrives whole, or not at all.
 *
 *   server -> studio   first    JSON: {"version":1,"program":"fr"}, or "floor"
 *                      then     STUDIO_RTP, slot, an RTP packet (RFC 3550) of Opus (RFC 7587)
 *                               STUDIO_STATE, one of enum studio_state
 *   studio -> server            an RTP packet of the program: Opus, mono, 20 ms
 *
 * Both directions have the one payload type. A slot is one RTP stream, as the relay's slots are:
 * its numbers go on without a break while it moves from voice to voice, and nothing comes while
 * nobody speaks. Whoever is too slow loses packets, and holds up nobody.
 */
#pragma once

#define STUDIO_VERSION	    1
#define STUDIO_PAYLOAD_TYPE 111
/* The longest message: a packet of a 1,500 byte link, and what stands before it. */
#define STUDIO_MESSAGE_MAX 1538

enum studio_message_kind {
	STUDIO_RTP = 1,
	STUDIO_STATE = 2,
};

enum studio_slot {
	STUDIO_VOICE = 0, /* and 1, 2: the seats */
	STUDIO_SCREEN_SOUND = 3,
	STUDIO_CHANNEL = 4,
	STUDIO_SLOTS
};

/* What a listener of the channel should hear, as the relay decides it. */
enum studio_state {
	STUDIO_ORIGINAL = 0,
	STUDIO_SPEECH = 1, /* the interpretation, and the original beneath */
	STUDIO_ALONE = 2,  /* the floor speaks this very language: nothing but the original */
};
