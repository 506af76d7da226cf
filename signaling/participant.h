/*
 * A person in a meeting (or a WHIP or WHEP device). Belongs to the meeting; outlives WebSocket and
 * media for a while. What others may call is in meeting.h. Main thread.
 */
#pragma once

#include "signaling/connection.h"
#include "signaling/meeting.h"
#include "signaling/quality.h"
#include "signaling/store_journal.h"

/* Without WebSocket and without media for so long a person has left; the latter after a restart of
 * the server. */
#define PARTICIPANT_PATIENCE_US (30 * G_USEC_PER_SEC)
#define PARTICIPANT_RESTORED_US (60 * G_USEC_PER_SEC)
#define SECRET_BYTES		32

enum device_state { DEVICE_NONE, DEVICE_OFF, DEVICE_ON, DEVICE_AS_IT_WAS };

struct profile {
	char *name, *organisation, *country, *speaks; /* never NULL in a participant */
};
void profile_clear(struct profile *profile);

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
	bool unrecorded;		      /* interprets, and doesn't want to be in recordings */
	enum device_state microphone, camera;
	unsigned muted;	 /* bits of enum source, by a host */
	unsigned unseen; /* of them and the screen: the page hasn't said "off" since, so its "on" is
			    an old one */
	char muted_by[12];
	/* Came to listen while the relay was overloaded: it forwards nothing of theirs. */
	bool withheld;
	unsigned own_tracks; /* bits of enum source that have been on while it recorded */
	bool prefers_program; /* would listen to one, if there were */
	uint64_t held;	/* slots that show nothing, for the relay is overloaded: see relay_events */
	gint64 hand_at; /* Unix ms; 0: down */
	uint64_t tells, offers; /* rate_take: of what goes to everybody; of offers */

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
/* One who only listened is to be heard or seen: refused while the relay is overloaded. */
bool participant_may_begin(struct participant *participant, GError **error);
void participant_held(struct participant *participant, uint64_t slots);
void participant_tell_held(struct participant *participant); /* once more */
void participant_mute(struct participant *participant, enum source source, const char *by);
void participant_tell_mutes(
	struct participant *participant); /* once more, to a page that may have missed it */
void participant_drop_media(struct participant *participant);
void participant_media_state(struct participant *participant, enum transport_state state);
/* Mutes, floor and screen again, for a peer that is new to the relay. */
void participant_tell_relay(struct participant *participant);
void participant_tick(struct participant *participant, gint64 now); /* may leave */
