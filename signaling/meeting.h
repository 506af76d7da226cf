/*
 * Meetings that are open in this server, and the people in them. Main thread. What other modules
 * (protocol, WHIP, metrics, control socket) may call; the parts' own headers are
 * meeting_internal.h.
 */
#pragma once

#include "relay/relay.h"
#include "signaling/config.h"
#include "signaling/http.h"
#include "signaling/media_session.h"
#include "signaling/store.h"
#include "signaling/token.h"

struct meetings;
struct meeting;
struct participant;

struct meetings *meetings_new(const struct config *config, struct store *store,
			      const struct token_key *key);
void meetings_free(struct meetings *meetings);
/* Before people are taken out one by one: the server ends. What they leave behind them, the stage
 * and seats for others, isn't recorded any more. */
void meetings_end_studios(struct meetings *meetings);
/* Callbacks to hand to relay_new; then meetings_start with the relay, which must outlive meetings.
 */
void meetings_relay_events(struct meetings *meetings, struct relay_events *ret);
void meetings_start(struct meetings *meetings, struct relay *relay);
/* Callbacks to hand to http_server_new: the WebSocket protocol. */
void meetings_websocket_events(struct meetings *meetings, struct websocket_events *ret);

/*
 * Opens the meeting that the token names (creating the row's room in the relay when nobody is in it
 * yet) after checking token, generation, the meeting's state and that the role may do `action`.
 */
struct meeting *meetings_admit(struct meetings *meetings, const char *meeting_name,
			       const char *bearer, enum action action, struct token *ret_token,
			       GError **error);

/* Whether the token is good for an action that is about no meeting: its own is not opened, but must
 * not have ended. */
bool meetings_allow(const struct meetings *meetings, const char *bearer, enum action action,
		    GError **error);

/* A WHIP publisher: listed as a person, by the token's name. A WHEP viewer: not listed. Ends by
 * participant_leave. */
struct participant *meeting_add_device(struct meeting *meeting, const struct token *token,
				       bool listed, GError **error);
struct media_session *
participant_media(struct participant *participant);		   /* made when first asked for */
const char *participant_id(const struct participant *participant); /* "p17" */
void participant_leave(struct participant *participant);
/* Called when the participant goes for whatever reason (left, removed, media closed, meeting
 * ended). */
void participant_on_gone(struct participant *participant, void (*gone)(void *user), void *user);
/* WHIP: into the channel of this language, if nobody is on air there. */
void participant_go_on_air(struct participant *participant, const char *language);
/* WHIP: what it sends, so that people see it. */
void participant_set_sources(struct participant *participant, bool microphone, bool camera,
			     bool screen);

/* "stage", "screen", "screen-sound", "voice/1", "camera/p17", "channel/fr" -> key. The message
 * names what is wrong. */
bool meeting_parse_feed(struct meeting *meeting, enum role role, const char *name,
			struct feed_key *ret, enum media_kind *ret_kind, GError **error);
/* Participants with a camera, in order of joining: WHEP's default feeds. Returns how many (<= max).
 */
unsigned meeting_cameras(struct meeting *meeting, struct feed_key *out, unsigned max);
const struct media_policy *meeting_policy(struct meeting *meeting, enum role role,
					  struct media_policy *ret);

/* Called when a recording has ended, with its meeting or before. */
void meetings_on_recording_ended(struct meetings *meetings, void (*ended)(void *user), void *user);

/* Its row in the store was changed by somebody else: who is in it is told. */
bool meetings_refresh(struct meetings *meetings, const char *name, GError **error);
/* Ends it: everybody is told and disconnected. */
bool meetings_end(struct meetings *meetings, const char *name, GError **error);
/* What there is now. */
struct meetings_count {
	unsigned meetings; /* loaded */
	unsigned people, viewers, connected;
};
struct meetings_count meetings_count(const struct meetings *meetings);
void meetings_metrics(const struct meetings *meetings, GString *out);
