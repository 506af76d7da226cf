/*
 * What goes over a program's socket between the server and the studio process (recordings/). The
 * socket is a Unix one of type SOCK_SEQPACKET: each message arrives whole, or not at all.
 *
 *   server -> studio   first    JSON: {"version":1,"program":"fr"}, or "floor"
 *                      then     STUDIO_RTP, slot, an RTP packet (RFC 3550) of Opus (RFC 7587)
 *                               STUDIO_STATE, one of enum studio_state
 *   studio -> server            an RTP packet of the program: Opus, mono, 20 ms
 *
 * A recorded track is a connection of its own, of one slot:
 *
 *   server -> studio   first    JSON: {"version":1,"track":"channel-fr","folder":"recordings/7/1",
 *                               "kind":"sound","language":"fr","begin":…,"wall":…}: file and folder
 *                               (within the data folder), "sound" (Opus) or "picture" (VP8), BCP 47
 *                               or absent; time 0 of the file in microseconds, on the relay's
 *                               monotonic clock (less than 0: before the machine was started), and
 *                               since 1970
 *                      then     STUDIO_MEDIA, capture time (64 bits: microseconds of the relay's
 *                               clock), an RTP packet
 *                               STUDIO_MEDIA_GUESSED, likewise: the time is that of arrival, since
 *                               the sender's first report hasn't come, or can't be true
 *                               STUDIO_SOURCE, a peer (32 bits): whose the packets are that follow.
 *                               Before the first of a connection, and of each other peer
 *   studio -> server            STUDIO_WRITTEN, how many messages of this connection are on disk
 *                               (64 bits); STUDIO_SOURCE doesn't count
 *                               STUDIO_KEYFRAME: nothing more can be written without one
 *                               STUDIO_TROUBLE, one of enum studio_trouble
 *
 * The server keeps what isn't written, and gives it to the studio that comes next. Numbers are in
 * network byte order.
 *
 * Both directions have the one payload type. A slot is one RTP stream, as the relay's slots are:
 * its numbers go on without a break while it moves from voice to voice, and nothing comes while
 * nobody speaks. Whoever is too slow loses packets, and holds up nobody.
 */
#pragma once

#define STUDIO_VERSION		    1
#define STUDIO_PAYLOAD_TYPE	    111
#define STUDIO_PICTURE_PAYLOAD_TYPE 96 /* of a recorded picture */
/* The longest message: a packet of a 1,500 byte link, and what stands before it. */
#define STUDIO_MESSAGE_MAX 1545
#define STUDIO_MEDIA_HEAD  9 /* before a recorded packet */
#define STUDIO_SOURCE_SIZE 5

enum studio_message_kind {
	STUDIO_RTP = 1,
	STUDIO_STATE = 2,
	STUDIO_MEDIA = 3,
	STUDIO_WRITTEN = 4,
	STUDIO_KEYFRAME = 5,
	STUDIO_TROUBLE = 6,
	STUDIO_MEDIA_GUESSED = 7,
	STUDIO_SOURCE = 8,
};

/* What keeps a track from being written. */
enum studio_trouble {
	STUDIO_FINE = 0,
	STUDIO_DISK_FULL = 1,
	STUDIO_DISK_SLOW = 2, /* seconds behind */
	STUDIO_DISK_ERROR = 3,
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
