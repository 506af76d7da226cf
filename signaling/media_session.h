/*
 * One connection's negotiation: the browser (or WHIP/WHEP client) offers, we answer; then the relay
 * has the peer. Used by the WebSocket protocol and by WHIP/WHEP alike. Main thread.
 */
#pragma once

#include "relay/relay.h"
#include "signaling/error.h"

/* What each m-line of the offer is for, said by the client (WebSocket) or derived from order (WHIP,
 * WHEP). */
struct media_line {
	char mid[MID_MAX + 1];
	bool is_slot;
	enum source source;	/* of a publication */
	struct feed_key feed;	/* of a slot */
	uint16_t width, height; /* of a slot */
};

struct media_policy {
	bool may_publish,
		may_screen; /* by role; a publication that isn't allowed is answered inactive */
	bool interprets;    /* may send from a booth; keeps stage and screen, however overloaded
			       the relay is */
	unsigned max_slots;
	enum codec video_codecs[4]; /* that the meeting allows, in order of preference; CODEC_NONE
				       ends */
};

struct media_session;

/* peer: the participant's number, or relay_new_peer_id(). Nothing reaches the relay before the
 * first offer. */
struct media_session *media_session_new(struct relay *relay, uint32_t room, uint32_t peer,
					const struct media_policy *policy);
/* Removes the peer from the relay. NULL is allowed. */
void media_session_free(struct media_session *session);

/*
 * The first offer, an ICE restart or more slots. On success *ret_answer is the answer's SDP (free
 * it) and the relay knows. On an error nothing has changed, and the message names m-line and
 * reason. lines has one entry for each m-line of the offer, in order, by mid.
 */
bool media_session_offer(struct media_session *session, const char *sdp,
			 const struct media_line *lines, size_t n_lines, char **ret_answer,
			 GError **error);

/* For WHIP/WHEP: the m-lines of an offer without meaning yet (kind and direction), to build lines
 * from. */
struct offered_line {
	char mid[MID_MAX + 1];
	enum media_kind kind;
	bool client_sends, client_receives;
};
bool media_session_inspect(const char *sdp, struct offered_line *out, size_t max, size_t *ret_n,
			   GError **error);

bool media_session_set_slot(struct media_session *session, const char *mid, struct feed_key feed,
			    uint16_t width, uint16_t height, GError **error);
/* The mid of a slot by its order, as struct relay_events has it; NULL: there is none. */
const char *media_session_slot_mid(const struct media_session *session, unsigned slot);
/* The number of the channel that a slot is on, in whatever form, or, of one who interprets, that is
 * heard (relay); 0: none. */
uint32_t media_session_listens(const struct media_session *session, bool interprets);
/* The channels (and PROGRAM_FLOOR) whose programs its slots are on; returns how many (<= max). */
unsigned media_session_programs(const struct media_session *session, uint32_t *out, unsigned max);
uint32_t media_session_peer(const struct media_session *session);
const char *media_session_ice_ufrag(const struct media_session *session); /* for WHIP's ETag */
/* Trickled candidates say nothing that an ICE-lite side needs; a new ufrag in an RFC 8840 fragment
 * means a restart: answers the fragment (RFC 9725, section 4.3.2). */
bool media_session_patch(struct media_session *session, const char *fragment, char **ret_fragment,
			 GError **error);
