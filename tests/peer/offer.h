/* A test peer's offer, and what it must know of the answer. As small as a WHIP or WHEP client's SDP
 * can be. */
#pragma once

#include "relay/rtp/media.h"
#include "tests/peer/client_transport.h"
#include <glib.h>

#define PEER_LINES_MAX 64

/* A connection's numbers. Publishers and viewers use different ones, so that the relay has to
 * translate. */
struct numbers {
	uint8_t opus, vp8, rtx;
	struct extension_map extensions;
};
extern const struct numbers publisher_numbers, viewer_numbers;

/* The layers of a simulcast camera, smallest first. */
#define SIMULCAST_LAYERS 3
extern const char *const simulcast_rids[SIMULCAST_LAYERS];

struct line {
	bool video, sends;
	uint32_t ssrc, rtx_ssrc; /* ours in the offer; theirs in the answer */
	/* Ours, of all layers: told apart by mid and rid, and no ssrc is named, as Chromium does.
	 */
	bool simulcast;
};
/* mids are the lines' indices. */
char *offer_write(const struct client_transport *transport, const struct numbers *numbers,
		  const struct line *lines, unsigned n);

struct answer {
	char ufrag[257], password[257];
	uint8_t fingerprint[CLIENT_FINGERPRINT_SIZE];
	char address[64];
	uint16_t port;
	struct line
		lines[PEER_LINES_MAX]; /* sends: the relay does; ssrc 0: the line isn't in use */
};
/* host: the candidate of that address is taken if there is one, else the first of its family. */
gboolean answer_parse(const char *sdp, unsigned n, const char *host, struct answer *ret,
		      GError **error);
