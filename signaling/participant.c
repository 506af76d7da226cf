#include "signaling/meeting_floor.h"
#include "signaling/meeting_internal.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"
#include <openssl/crypto.h>
#include <string.h>
#include <sys/random.h>

#define SILENT_AFTER_US (15 * G_USEC_PER_SEC) /* net/transport.h: when SILENT is said */

void profile_clear(struct profile *profile)
{
	g_free(profile->name);
	g_free(profile->organisation);
	g_free(profile->country);
	g_free(profile->speaks);
	memset(profile, 0, sizeof *profile);
}

struct participant *participant_new(struct meeting *meeting, const struct store_person *person,
				    bool listed)
{
	struct participant *p = g_new0(struct participant, 1);
	p->meeting = meeting;
	p->number = person->number;
	g_snprintf(p->id, sizeof p->id, "p%u", person->number);
	p->profile = (struct profile){
		.name = g_strdup(person->name),
		.organisation = g_strdup(person->organisation),
		.country = g_strdup(person->country),
		.speaks = g_strdup(person->speaks),
	};
	p->role = person->role;
	p->device = g_strdup(person->device);
	p->generation = person->generation;
	p->has_secret = person->secret != NULL;
	if (p->has_secret)
		memcpy(p->secret, person->secret, SECRET_HASH_SIZE);
	p->listed = listed;
	p->listen_only = person->listen_only;
	p->unrecorded = person->unrecorded;
	bool may_speak = role_may(p->role, ACTION_PUBLISH) && !p->listen_only;
	p->microphone = p->camera = may_speak ? DEVICE_OFF : DEVICE_NONE;
	p->muted = person->muted;
	p->media_state = TRANSPORT_NEW;
	p->connection_lost = p->media_lost = meetings_now(meeting->meetings);
	p->patience = PARTICIPANT_PATIENCE_US;
	quality_init(&p->quality);
	p->told_mark = MARK_UNKNOWN;
	return p;
}

void participant_free(void *participant)
{
	struct participant *p = participant;
	if (p == NULL)
		return;
	if (p->connection != NULL)
		p->connection->participant = NULL;
	media_session_free(p->media);
	profile_clear(&p->profile);
	g_free(p->device);
	g_free(p);
}

const char *participant_id(const struct participant *participant)
{
	return participant->id;
}

static const char *device_state_name(enum device_state state)
{
	static const char *const names[] = {"none", "off", "on"};
	return names[state];
}

static const char *connection_name(const struct participant *p)
{
	if (p->media_state == TRANSPORT_OPEN)
		return "connected";
	return p->was_connected ? "reconnecting" : "connecting";
}

static bool shares_screen(const struct participant *p)
{
	return g_ptr_array_find(p->meeting->screens, p, NULL);
}

json_t *participant_json(const struct participant *p)
{
	json_t *person =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:b}", "id",
			  p->id, "name", p->profile.name, "organisation", p->profile.organisation,
			  "country", p->profile.country, "speaks", p->profile.speaks, "role",
			  role_name(p->role), "microphone", device_state_name(p->microphone),
			  "camera", device_state_name(p->camera), "screen", shares_screen(p),
			  "mutedByHost", (p->muted & 1u << SOURCE_MICROPHONE) != 0, "connection",
			  connection_name(p), "listenOnly", p->listen_only);
	meeting_interpreter_json(p, person);
	return person;
}

void participant_changed(struct participant *participant)
{
	if (participant->listed)
		meeting_broadcast(participant->meeting, NULL,
				  json_pack("{s:s, s:o}", "type", "person", "person",
					    participant_json(participant)));
}

void participant_send(struct participant *participant, json_t *message)
{
	if (participant->connection != NULL)
		connection_send(participant->connection, message);
	else
		json_decref(message);
}

static bool replace(char **at, const char *value)
{
	if (value == NULL || g_str_equal(*at, value))
		return false;
	g_free(*at);
	*at = g_strdup(value);
	return true;
}

void participant_set_profile(struct participant *p, const struct profile *profile, bool listen_only)
{
	bool changed = replace(&p->profile.name, profile->name);
	changed |= replace(&p->profile.organisation, profile->organisation);
	changed |= replace(&p->profile.country, profile->country);
	changed |= replace(&p->profile.speaks, profile->speaks);
	changed |= p->listen_only != listen_only;
	if (!changed)
		return;
	p->listen_only = listen_only;
	store_person_profile(p->meeting->meetings->store,
			     &(struct store_person){
				     .number = p->number,
				     .name = p->profile.name,
				     .organisation = p->profile.organisation,
				     .country = p->profile.country,
				     .speaks = p->profile.speaks,
				     .listen_only = listen_only,
				     .unrecorded = p->unrecorded,
			     });
	participant_changed(p);
	meeting_recording_person(p);
	if (p->number == p->meeting->stage.holder)
		meeting_languages_tell(p->meeting); /* another language, perhaps */
}

static void hash_secret(const char *secret, uint8_t ret[SECRET_HASH_SIZE])
{
	gsize size = SECRET_HASH_SIZE;
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(sum, (const guchar *)secret, -1);
	g_checksum_get_digest(sum, ret, &size);
	g_checksum_free(sum);
}

void participant_new_secret(struct participant *p, char ret_hex[2 * SECRET_BYTES + 1])
{
	uint8_t bytes[SECRET_BYTES];
	ssize_t n = getrandom(bytes, sizeof bytes, 0);
	g_assert(
		n ==
		sizeof bytes); /* up to 256 bytes it never fails nor is interrupted: getrandom(2) */
	for (size_t i = 0; i < sizeof bytes; i++)
		g_snprintf(ret_hex + 2 * i, 3, "%02x", bytes[i]);
	hash_secret(ret_hex, p->secret);
	p->has_secret = true;
	store_person_secret(p->meeting->meetings->store, p->number, p->secret);
}

bool participant_secret_is(const struct participant *p, const char *secret)
{
	uint8_t hash[SECRET_HASH_SIZE];
	hash_secret(secret, hash);
	return p->has_secret && CRYPTO_memcmp(hash, p->secret, sizeof hash) == 0;
}

static void set_muted(struct participant *p, enum source source, bool muted)
{
	unsigned bit = 1u << source, before = p->muted;
	p->muted = muted ? before | bit : before & ~bit;
	if (p->muted == before)
		return;
	struct meetings *meetings = p->meeting->meetings;
	store_person_muted(meetings->store, p->number, p->muted);
	if (p->meeting->has_room)
		relay_set_muted(meetings->relay, p->meeting->room, p->number, source, muted);
}

static enum device_state said(struct participant *p, enum source source, enum device_state before,
			      enum device_state now)
{
	unsigned bit = 1u << source;
	if (now == DEVICE_AS_IT_WAS)
		return before;
	if (now != DEVICE_ON) {
		p->unseen &= ~bit;
		return now;
	}
	if ((p->unseen & bit) != 0)
		return before;
	set_muted(p, source, false);
	return now;
}

void participant_say(struct participant *p, enum device_state microphone, enum device_state camera,
		     enum device_state screen)
{
	unsigned muted = p->muted;
	enum device_state microphone_before = p->microphone, camera_before = p->camera;
	enum device_state screen_before = shares_screen(p) ? DEVICE_ON : DEVICE_OFF;
	p->microphone = said(p, SOURCE_MICROPHONE, microphone_before, microphone);
	p->camera = said(p, SOURCE_CAMERA, camera_before, camera);
	bool shares = said(p, SOURCE_SCREEN, screen_before, screen) == DEVICE_ON;
	bool listens = p->listen_only && p->microphone != DEVICE_ON && p->camera != DEVICE_ON;
	if (listens != p->listen_only)
		participant_set_profile(p, &(struct profile){0}, listens);
	else if (p->microphone != microphone_before || p->camera != camera_before ||
		 p->muted != muted)
		participant_changed(p);
	if (p->meeting->row.own_tracks)
		meeting_recording_follow(p->meeting);
	meeting_share_screen(p, shares);
}

bool participant_may_begin(struct participant *p, GError **error)
{
	if (!p->listen_only && !p->withheld)
		return true;
	if (!meeting_takes_publisher(p->meeting, p->role, p->number, error))
		return false;
	if (!p->withheld)
		return true;
	p->withheld = false;
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		if ((p->muted & 1u << source) == 0 && p->meeting->has_room)
			relay_set_muted(p->meeting->meetings->relay, p->meeting->room, p->number,
					source, false);
	}
	return true;
}

void participant_tell_held(struct participant *p)
{
	json_t *mids = json_array();
	for (uint64_t left = p->held; p->media != NULL && left != 0; left &= left - 1) {
		const char *mid = media_session_slot_mid(p->media, (unsigned)__builtin_ctzll(left));
		if (mid != NULL)
			json_array_append_new(mids, json_string(mid));
	}
	participant_send(p, json_pack("{s:s, s:o}", "type", "paused", "slots", mids));
}

void participant_held(struct participant *p, uint64_t slots)
{
	if (p->held == 0 && slots == 0)
		return; /* was over before it was told */
	p->held = slots;
	participant_tell_held(p);
}

static void tell_muted(struct participant *p, enum source source)
{
	participant_send(p, json_pack("{s:s, s:s, s:s}", "type", "muted", "source",
				      source_name(source), "by", p->muted_by));
}

void participant_tell_mutes(struct participant *p)
{
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		if ((p->unseen & 1u << source) != 0)
			tell_muted(p, source);
	}
}

void participant_mute(struct participant *p, enum source source, const char *by)
{
	bool was_on;
	if (source == SOURCE_SCREEN) {
		was_on = shares_screen(p);
		meeting_share_screen(p, false);
	} else {
		enum device_state *state =
			source == SOURCE_MICROPHONE ? &p->microphone : &p->camera;
		was_on = *state == DEVICE_ON;
		if (was_on)
			*state = DEVICE_OFF;
		set_muted(p, source, true);
		participant_changed(p);
	}
	if (was_on)
		p->unseen |= 1u << source;
	g_strlcpy(p->muted_by, by, sizeof p->muted_by);
	tell_muted(p, source);
}

void participant_set_sources(struct participant *p, bool microphone, bool camera, bool screen)
{
	meeting_recording_person(p);
	/* Not participant_say: only a person ends a host's mute. */
	p->microphone = !microphone			     ? DEVICE_NONE
			: p->muted & 1u << SOURCE_MICROPHONE ? DEVICE_OFF
							     : DEVICE_ON;
	p->camera = !camera ? DEVICE_NONE : p->muted & 1u << SOURCE_CAMERA ? DEVICE_OFF : DEVICE_ON;
	participant_changed(p);
	meeting_share_screen(p, screen && role_may(p->role, ACTION_SCREEN));
}

struct media_session *participant_media(struct participant *p)
{
	if (p->media == NULL) {
		struct media_policy policy;
		p->media =
			media_session_new(p->meeting->meetings->relay, meeting_room(p->meeting),
					  p->number, meeting_policy(p->meeting, p->role, &policy));
		p->media_state = TRANSPORT_NEW;
	}
	return p->media;
}

void participant_drop_media(struct participant *p)
{
	media_session_free(p->media);
	p->media = NULL;
	p->held = 0;
	if (p->media_state == TRANSPORT_OPEN) {
		p->media_lost = meetings_now(p->meeting->meetings);
		p->media_state = TRANSPORT_CLOSED;
		participant_changed(p);
	}
	p->media_state = TRANSPORT_NEW;
}

void participant_tell_relay(struct participant *p)
{
	struct relay *relay = p->meeting->meetings->relay;
	for (enum source source = 0; source < SOURCE_COUNT; source++) {
		if (p->withheld || (p->muted & 1u << source) != 0)
			relay_set_muted(relay, p->meeting->room, p->number, source, true);
	}
	if (p->meeting->pinned == p->number)
		relay_pin_stage(relay, p->meeting->room, p->number);
	if (p->meeting->shown_screen == p->number)
		relay_set_screen(relay, p->meeting->room, p->number);
	if (p->role == ROLE_INTERPRETER)
		meeting_tell_relay_air(p->meeting);
}

void participant_media_state(struct participant *p, enum transport_state state)
{
	enum transport_state before = p->media_state;
	if (p->media == NULL || state == before)
		return;
	gint64 now = meetings_now(p->meeting->meetings);
	p->media_state = state;
	if (state == TRANSPORT_OPEN) {
		p->was_connected = true;
		participant_tell_relay(p);
	} else if (before == TRANSPORT_OPEN) {
		p->media_lost = state == TRANSPORT_SILENT ? now - SILENT_AFTER_US : now;
		quality_lost(&p->quality);
	}
	if (state == TRANSPORT_CLOSED) {
		participant_drop_media(p);
		participant_send(p, json_pack("{s:s}", "type", "media-lost"));
	}
	if (before == TRANSPORT_OPEN || state == TRANSPORT_OPEN)
		participant_changed(p);
}

void participant_tick(struct participant *p, gint64 now)
{
	bool there = p->connection != NULL || p->media_state == TRANSPORT_OPEN;
	gint64 since = MAX(p->connection_lost, p->media_lost);
	if (!there && now - since >= p->patience)
		participant_leave(p);
}

void participant_on_gone(struct participant *participant, void (*gone)(void *user), void *user)
{
	participant->gone = gone;
	participant->gone_user = user;
}

void participant_leave(struct participant *p)
{
	struct meeting *meeting = p->meeting;
	if (p->gone != NULL)
		p->gone(p->gone_user);
	p->gone = NULL;
	if (p->connection != NULL)
		p->connection->participant = NULL;
	p->connection = NULL;
	guint index = 0;
	g_ptr_array_find(meeting->people, p, &index);
	g_ptr_array_steal_index(meeting->people, index);
	g_hash_table_remove(meeting->numbers, GUINT_TO_POINTER(p->number));
	meeting_forget(p);
	if (p->listed) {
		meeting_recording_note(meeting,
				       json_pack("{s:s, s:s}", "type", "left", "id", p->id));
		store_person_left(meeting->meetings->store, p->number, g_get_real_time() / 1000);
		meeting_broadcast(meeting, NULL,
				  json_pack("{s:s, s:s}", "type", "left", "participant", p->id));
	}
	if (meeting->people->len == 0)
		meeting->idle_since = meetings_now(meeting->meetings);
	participant_free(p);
}
