/*
 * SDP of WebRTC (RFC 8829, RFC 9143): the offer, read with gstsdp and checked against what we
 * support, and our answer. Values in, text out; knows neither relay nor policy. Main thread (no
 * state).
 */
#pragma once

#include "relay/relay.h"
#include "signaling/error.h"

#define SDP_MAX_SIZE  262144 /* bytes; 27 lines with all codecs of Chromium are 157 kB */
#define SDP_MAX_LINES 64
#define SDP_MAX_MID   MID_MAX

/* A codec that we could use, by the offer's numbers. At most one entry for each enum codec, the
 * first that fits. */
struct sdp_codec {
	enum codec codec;
	uint8_t payload_type, rtx_payload_type; /* 0: no RTX */
	bool nack, pli, fir, transport_cc;
	const char *fmtp; /* as offered, "" if absent; lives as long as the offer */
};

/* The direction of an extmap line (RFC 8285, section 5), seen from the offerer. */
enum sdp_direction { SDP_UNSAID, SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

struct sdp_line {
	bool rejected; /* stopped (port 0), or no kind or transport of ours: answered with port 0;
			  only mid is set */
	enum media_kind kind;
	char mid[SDP_MAX_MID + 1];
	bool sends, receives; /* the offerer */
	bool reduced_size;    /* RTCP, RFC 5506 */
	unsigned n_codecs;    /* in the order of the offer */
	struct sdp_codec codecs[STREAM_MAX_CODECS];
	uint8_t extension[EXTENSION_COUNT]; /* id; 0: not offered here, or under another id than on
					       an earlier line */
	enum sdp_direction extension_direction[EXTENSION_COUNT];
	unsigned n_rids; /* of a=simulcast:send; 0: none */
	char rid[PUBLICATION_MAX_LAYERS][MID_MAX + 1];
	uint32_t ssrc[PUBLICATION_MAX_LAYERS], rtx_ssrc[PUBLICATION_MAX_LAYERS]; /* 0: not said */
};

struct sdp_offer {
	char ufrag[ICE_UFRAG_MAX + 1];
	char password[ICE_PASSWORD_MAX + 1];
	uint8_t fingerprint[FINGERPRINT_SIZE];
	bool allow_mixed; /* a=extmap-allow-mixed */
	unsigned n_lines;
	struct sdp_line lines[SDP_MAX_LINES];
	void *message; /* GstSDPMessage: what the strings point into */
};

/* The message names m-line, mid and attribute. */
struct sdp_offer *sdp_offer_parse(const char *text, GError **error);
void sdp_offer_free(struct sdp_offer *offer); /* NULL is allowed */

/* RFC 8839, section 5.4: 4 to 256 (here 32), 22 to 256 of ALPHA, DIGIT, "+", "/". */
bool sdp_ufrag_valid(const char *text);
bool sdp_password_valid(const char *text);
/* Of an RFC 8840 fragment: the value of the first line that begins with prefix, up to the line's
 * end; "" if there is none. */
void sdp_fragment_value(const char *fragment, const char *prefix, char *out, size_t size);

enum sdp_use { SDP_USE_NONE, SDP_USE_IDLE, SDP_USE_PUBLICATION, SDP_USE_SLOT };

struct sdp_answer_line {
	enum sdp_use use;   /* NONE: port 0; IDLE: a=inactive */
	enum source source; /* of a publication */
	unsigned n_codecs;
	struct sdp_codec codecs[STREAM_MAX_CODECS]; /* a choice of the offer's */
	bool extension[EXTENSION_COUNT];
	uint32_t ssrc, rtx_ssrc;  /* of a slot */
	char stream[MID_MAX + 8]; /* of a slot: its msid's stream, within which browsers keep
				     lip-sync */
};

struct sdp_answer {
	uint64_t session_id;
	unsigned version; /* rises with each answer of a session */
	const char *ufrag, *password, *cname;
	uint8_t fingerprint[FINGERPRINT_SIZE];
	const struct relay_candidate *candidates;
	unsigned n_candidates;
	const struct sdp_answer_line *lines; /* as many as the offer's */
};
char *sdp_answer_write(const struct sdp_offer *offer, const struct sdp_answer *answer);

/* a=candidate lines and a=end-of-candidates. */
void sdp_write_candidates(GString *out, const struct relay_candidate *candidates, unsigned n);
/* "a=group:BUNDLE ..." of the lines in use. */
void sdp_write_bundle(GString *out, const struct sdp_offer *offer,
		      const struct sdp_answer_line *lines);
