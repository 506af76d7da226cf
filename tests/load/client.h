/*
 * A participant of the load generator: one WHIP, WHEP or Janus session over a socket of its own, as
 * lean as may be, since some thousand of them share a thread with what they measure. It counts what
 * arrives and asks for nothing again. What publishers send carries the time of sending in its last
 * bytes; the kernel says when a datagram arrived, so that a generator that reads late measures no
 * delay of its own.
 */
#pragma once

#include "tests/peer/client_transport.h"
#include "tests/peer/sender.h"

struct client;

struct client_options {
	const char *url, *meeting, *token;
	const struct clip *sound,
		*picture; /* a publisher's, which outlive it; both NULL: a viewer */
	unsigned sound_slots, picture_slots;
	const char *query, *profiles; /* or NULL */
	/* 0: WHIP and WHEP. Else url is Janus's, and this a publisher's feed (1, 2, ...), or how
	 * many of them a viewer receives, with a slot for each of their streams. */
	unsigned janus_feed;
	/* A viewer decrypts all that comes. Else it goes by the RTP headers, which are in clear. */
	bool decrypt;
	GArray *delays; /* uint32_t microseconds, one for each decrypted packet; NULL: none */
};

struct client_stats {
	uint64_t packets, bytes; /* RTP as datagrams */
	uint64_t video_packets, video_bytes;
	uint64_t authenticated;
	uint64_t refused;  /* decryption failed */
	uint64_t stamped;  /* with a time of sending */
	uint64_t late;	   /* behind one with a higher number, or twice */
	uint64_t expected; /* by the sequence numbers */
};

/* Signals (blocking), and begins to connect. */
struct client *client_new(const struct client_options *options, uint64_t now_us, GError **error);
/* Ends the session by DELETE. NULL is allowed. */
void client_free(struct client *client);

int client_fd(const struct client *client);
void client_readable(struct client *client, uint64_t now_us);
/* Returns when to call again. */
uint64_t client_tick(struct client *client, uint64_t now_us);
enum client_state client_state(const struct client *client);
const char *client_profile(const struct client *client);
/* What is counted, and measured, begins now. */
void client_begin(struct client *client);
struct client_stats client_stats(const struct client *client);
