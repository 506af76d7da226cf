/*
 * The parts of meetings, to each other and to the protocol. Main thread throughout.
 *
 *   meetings: all that are loaded, and all WebSockets
 *     meeting: a row of the store, a room of the relay, its people; loaded when a token for it
 * comes, freed when nobody has been in it for a minute participant: a person (or a WHIP/WHEP
 * device); outlives its WebSocket and its media for a while connection: a WebSocket; has a
 * participant after a successful join, loses it when that one goes
 *
 * What happens is first done in memory, written to the store's journal, told to the relay, then
 * told to everybody.
 */
#pragma once

#include "signaling/meeting.h"
#include "signaling/quality.h"
#include "signaling/store_journal.h"
#include <glib.h>
#include <jansson.h>

#define PEOPLE_RESUME_US                                                                           \
	(30 * G_USEC_PER_SEC) /* without WebSocket and media, then a person has left */
#define PEOPLE_RESTART_US (60 * G_USEC_PER_SEC) /* the same after a restart of the server */
#define MEETING_IDLE_US	  (60 * G_USEC_PER_SEC)
#define QUALITY_US	  (2 * G_USEC_PER_SEC)
#define SECRET_BYTES	  32

enum close_code {
	CLOSE_LEFT = 1000,
	CLOSE_ENDED = 4001,
	CLOSE_REPLACED = 4002,
	CLOSE_REMOVED = 4003,
	CLOSE_NO_PROTOCOL = 4400,
};

struct meetings {
	const struct config *config;
	struct store *store;
	const struct token_key *key;
	struct relay *relay;	 /* NULL before meetings_start */
	GHashTable *by_name;	 /* owns struct meeting */
	GHashTable *by_room;	 /* room -> struct meeting */
	GHashTable *connections; /* set of struct connection, owned */
	guint timer;
	gint64 (*clock)(void); /* monotonic us; tests have their own */
	guint64 joins, resumes, messages, refused;
};

struct meeting {
	struct meetings *meetings;
	struct store_meeting row;
	bool has_room;
	uint32_t room;
	GPtrArray *people;     /* owns struct participant, in order of joining */
	GHashTable *numbers;   /* number -> struct participant */
	GPtrArray *hands;      /* raised, in their order */
	GPtrArray *screens;    /* sharing, the last one is shown */
	uint32_t shown_screen; /* what everybody was told; 0: none */
	uint32_t pinned;
	struct {
		uint32_t holder, previous; /* 0: nobody */
		bool pinned;
	} stage, told_stage;
	GArray *speaking; /* uint32_t, loudest first */
	gint64 idle_since, quality_at;
};

enum device_state { DEVICE_NONE, DEVICE_OFF, DEVICE_ON, DEVICE_AS_IT_WAS };

struct profile {
	char *name, *organisation, *country, *speaks; /* never NULL in a participant */
};
void profile_clear(struct profile *profile);

struct connection {
	struct meetings *meetings;
	struct websocket *socket;
	struct participant *participant; /* NULL before join and after the end */
	gint64 join_until;		 /* while there is no participant */
	bool asked;			 /* a first join has come */
	bool closing;			 /* what still comes is ignored */
};
/* Says why, forgets the participant, closes. */
void connection_close(struct connection *connection, enum close_code code, const char *reason);
void connection_send(struct connection *connection, json_t *message); /* takes the reference */
void connection_attach(struct connection *connection, struct participant *participant);

struct participant {
	struct meeting *meeting;
	uint32_t number;
	char id[12];
	struct profile profile;
	enum role role;
	char *device; /* "" for devices that came over WHIP */
	unsigned generation;
	bool has_secret;
	uint8_t secret[SECRET_HASH_SIZE];
	bool listed, listen_only, name_fixed; /* name_fixed: the token names the person */
	enum device_state microphone, camera;
	unsigned muted;	 /* bits of enum source, by a host */
	unsigned unseen; /* of them and the screen: the page hasn't said "off" since, so its "on" is
			    an old one */
	char muted_by[12];
	gint64 hand_at; /* Unix ms; 0: down */

	struct connection *connection;
	struct media_session *media;
	enum transport_state media_state;
	bool was_connected;
	gint64 connection_lost, media_lost; /* since when; monotonic */
	gint64 patience;

	struct quality quality;
	enum mark told_mark;
	void (*gone)(void *user);
	void *gone_user;
};

/* meetings.c */
gint64 meetings_now(const struct meetings *meetings);
/* As the store has it now; refuses one that has ended. */
struct meeting *meetings_load(struct meetings *meetings, const char *name, GError **error);
void meetings_tick(struct meetings *meetings); /* every second */
void connections_tick(struct meetings *meetings);

/* meeting.c */
struct meeting *meeting_new(struct meetings *meetings, const char *name);
void meeting_free(struct meeting *meeting);
void meeting_set_row(struct meeting *meeting, struct store_meeting *row); /* takes what is in row */
bool meeting_restore(struct meeting *meeting, GError **error);
uint32_t meeting_room(struct meeting *meeting); /* opened when first needed */
void meeting_add(struct meeting *meeting, struct participant *participant);
struct participant *meeting_find(const struct meeting *meeting, uint32_t number); /* listed ones */
struct participant *meeting_peer(const struct meeting *meeting, uint32_t number); /* all */
bool meeting_has_space(const struct meeting *meeting, GError **error);
void meeting_broadcast(struct meeting *meeting, const struct participant *except, json_t *message);
json_t *meeting_json(const struct meeting *meeting);
json_t *meeting_people_json(const struct meeting *meeting);
json_t *meeting_marks_json(struct meeting *meeting, bool all); /* NULL: none */
void meeting_end(struct meeting *meeting); /* tells and removes all; the store knows already */
bool meeting_tick(struct meeting *meeting, gint64 now); /* false: idle long enough to be freed */

/* meeting_floor.c: stage, hands, screens */
void meeting_stage(struct meeting *meeting, uint32_t holder, uint32_t previous);
void meeting_pin(struct meeting *meeting, struct participant *participant); /* NULL: nobody */
void meeting_speaking(struct meeting *meeting, const uint32_t *peers, unsigned n);
void meeting_raise_hand(struct participant *participant, bool raised);
void meeting_share_screen(struct participant *participant, bool shared);
void meeting_forget(struct participant *participant); /* no floor, no hand, no screen: on leaving */
json_t *meeting_stage_json(const struct meeting *meeting);
json_t *meeting_hands_json(const struct meeting *meeting);
json_t *meeting_speaking_json(const struct meeting *meeting);
json_t *meeting_person_or_null(const struct meeting *meeting, uint32_t number);

/* participant.c */
struct participant *participant_new(struct meeting *meeting, const struct store_person *person,
				    bool listed);
void participant_free(void *participant);
json_t *participant_json(const struct participant *participant);
void participant_changed(struct participant *participant);
void participant_send(struct participant *participant, json_t *message);
void participant_set_profile(struct participant *participant, const struct profile *profile,
			     bool listen_only);
void participant_new_secret(struct participant *participant, char ret_hex[2 * SECRET_BYTES + 1]);
bool participant_secret_is(const struct participant *participant, const char *secret);
/*
 * What the person does now, as their page says. On ends a host's mute, unless the page can't have
 * known of it yet: it repeats what it did before a cut, or the two messages crossed.
 */
void participant_say(struct participant *participant, enum device_state microphone,
		     enum device_state camera, enum device_state screen);
void participant_mute(struct participant *participant, enum source source, const char *by);
void participant_tell_mutes(
	struct participant *participant); /* once more, to a page that may have missed it */
void participant_drop_media(struct participant *participant);
void participant_media_state(struct participant *participant, enum transport_state state);
/* Mutes, floor and screen again, for a peer that is new to the relay. */
void participant_tell_relay(struct participant *participant);
void participant_tick(struct participant *participant, gint64 now); /* may leave */

/* meeting_join.c */
struct join {
	const char *token;
	struct profile profile;
	const char *device;
	bool listen_only, takeover, another;
	uint32_t resume; /* participant number; 0: none */
	const char *resume_secret;
};
/* ret_secret: 64 hex digits. *ret_media_kept: its media session goes on. */
struct participant *meetings_join(struct meetings *meetings, struct join *join,
				  struct connection *connection,
				  char ret_secret[2 * SECRET_BYTES + 1], bool *ret_media_kept,
				  GError **error);
bool meeting_check_bars(struct meeting *meeting, enum role role, const char *device,
			const char *name, GError **error);
bool meeting_remove(struct participant *participant,
		    GError **error); /* for a host: gone and barred */
