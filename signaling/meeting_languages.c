#include "signaling/meeting_languages.h"
#include "signaling/language.h"
#include "signaling/meeting_calls.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_recording.h"
#include "signaling/meeting_studio.h"
#include <string.h>

static gint64 now_ms(void)
{
	return g_get_real_time() / 1000;
}

static const char *id_of(const struct meeting *meeting, uint32_t number)
{
	const struct participant *p = meeting_find(meeting, number);
	return p != NULL ? p->id : NULL;
}

static void say(const struct meeting *meeting, uint32_t number, json_t *message)
{
	struct participant *p = meeting_peer(meeting, number);
	if (p != NULL)
		participant_send(p, message);
	else
		json_decref(message);
}

/* Each gets a reference of its own. */
static void send_copy(struct participant *p, json_t *message)
{
	participant_send(p, json_incref(message));
}

void meeting_tell_booth(const struct meeting *meeting, const char *booth, json_t *message)
{
	uint32_t members[BOOTH_MEMBERS_MAX];
	unsigned n = interpretation_members(meeting->interpretation, booth, members);
	for (unsigned i = 0; i < n; i++) {
		struct participant *p = meeting_peer(meeting, members[i]);
		if (p != NULL)
			send_copy(p, message);
	}
	json_decref(message);
}

static unsigned audience_of(const struct participant *p)
{
	switch (p->role) {
	case ROLE_INTERPRETER:
		return TO_INTERPRETERS;
	case ROLE_HOST:
		return TO_HOSTS;
	case ROLE_SERVICE:
		return TO_SERVICES;
	default:
		return 0;
	}
}

void meeting_tell_some(const struct meeting *meeting, unsigned audience,
		       const struct participant *also, json_t *message)
{
	for (guint i = 0; i < meeting->people->len; i++) {
		struct participant *p = meeting->people->pdata[i];
		if ((audience_of(p) & audience) != 0 || p == also)
			send_copy(p, message);
	}
	json_decref(message);
}

/* --- what interpretation.h says --- */

bool meeting_unrecorded(const struct meeting *meeting, const struct channel *channel)
{
	const struct participant *p = meeting_find(meeting, channel->on_air);
	return p != NULL && p->unrecorded;
}

static void on_air(void *user, const struct channel *channel, unsigned hold_ms)
{
	struct meeting *meeting = user;
	/* Nothing of who doesn't want to be recorded: closed before they are heard, and opened
	 * after. */
	if (meeting_unrecorded(meeting, channel))
		meeting_recording_follow(meeting);
	if (meeting->has_room)
		relay_set_channel(meeting->meetings->relay, meeting->room, channel->number,
				  channel->on_air, hold_ms, channel->sign);
	meeting_recording_note(meeting, json_pack("{s:s, s:s, s:s?}", "type", "air", "language",
						  channel->tag, "participant",
						  id_of(meeting, channel->on_air)));
	meeting_recording_follow(meeting);
}

static void on_off_air(void *user, const struct channel *channel, uint32_t who, uint32_t by)
{
	struct meeting *meeting = user;
	say(meeting, who,
	    json_pack("{s:s, s:s, s:s?}", "type", "off-air", "language", channel->tag, "by",
		      id_of(meeting, by)));
}

static const char *booth_of(const struct meeting *meeting, const struct handover *handover)
{
	const struct interpreter *one = interpretation_find(meeting->interpretation, handover->by);
	return one != NULL ? one->booth : "";
}

static void on_handover(void *user, const struct channel *channel)
{
	const struct meeting *meeting = user;
	const struct handover *h = &channel->handover;
	meeting_tell_booth(meeting, booth_of(meeting, h),
			   json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:I}", "type", "handover",
				     "language", channel->tag, "from", id_of(meeting, h->from),
				     "to", id_of(meeting, h->to), "by", id_of(meeting, h->by),
				     "until", (json_int_t)h->until));
}

static void on_handover_ended(void *user, const struct channel *channel, const struct handover *h,
			      enum handover_result result)
{
	const struct meeting *meeting = user;
	meeting_tell_booth(meeting, booth_of(meeting, h),
			   json_pack("{s:s, s:s, s:s?, s:s?, s:s}", "type", "handover-ended",
				     "language", channel->tag, "from", id_of(meeting, h->from),
				     "to", id_of(meeting, h->to), "result",
				     handover_result_name(result)));
}

json_t *meeting_booth_json(const struct meeting *meeting, const char *booth)
{
	uint32_t members[BOOTH_MEMBERS_MAX];
	unsigned n = interpretation_members(meeting->interpretation, booth, members);
	json_t *ids = json_array();
	for (unsigned i = 0; i < n; i++) {
		const char *id = id_of(meeting, members[i]);
		if (id != NULL)
			json_array_append_new(ids, json_string(id));
	}
	return json_pack("{s:s, s:I, s:o}", "booth", booth, "hold",
			 (json_int_t)interpretation_hold(meeting->interpretation, booth), "members",
			 ids);
}

static json_t *typed(json_t *message, const char *type)
{
	json_object_set_new(message, "type", json_string(type));
	return message;
}

static void on_booth(void *user, const char *booth)
{
	const struct meeting *meeting = user;
	meeting_tell_booth(meeting, booth, typed(meeting_booth_json(meeting, booth), "booth"));
}

static void on_changed(void *user)
{
	meeting_languages_tell(user);
}

static uint32_t on_incoming(void *user, uint32_t who)
{
	const struct participant *p = meeting_peer(user, who);
	return p != NULL && p->media != NULL ? media_session_listens(p->media, true) : 0;
}

void meeting_languages_init(struct meeting *meeting)
{
	meeting->interpretation = interpretation_new(&(struct interpretation_events){
		.user = meeting,
		.air = on_air,
		.off_air = on_off_air,
		.handover = on_handover,
		.handover_ended = on_handover_ended,
		.booth = on_booth,
		.changed = on_changed,
		.incoming = on_incoming,
	});
	meeting->programs = g_hash_table_new(g_direct_hash, g_direct_equal);
	meeting_calls_init(meeting);
}

void meeting_languages_free(struct meeting *meeting)
{
	interpretation_free(meeting->interpretation);
	calls_free(meeting->calls);
	g_hash_table_destroy(meeting->programs);
	g_free(meeting->floor_set);
	g_free(meeting->told_languages);
	g_free(meeting->told_audience);
}

void meeting_languages_follow_row(struct meeting *meeting)
{
	interpretation_set_channels(meeting->interpretation, meeting->row.channels, now_ms());
}

/* --- what everybody sees --- */

/* The language of the moment: what was set, else the speaker's, else the meeting's first. */
const char *meeting_floor_language(const struct meeting *meeting)
{
	const struct participant *holder = meeting_find(meeting, meeting->stage.holder);
	if (meeting->floor_set != NULL)
		return meeting->floor_set;
	if (holder != NULL && holder->profile.speaks[0] != '\0')
		return holder->profile.speaks;
	return meeting->row.floors[0] != NULL ? meeting->row.floors[0] : "";
}

static const char *state_name(const struct meeting *meeting, const struct channel *channel)
{
	static const char *const names[] = {
		[CHANNEL_LOST] = "lost", [CHANNEL_PAUSE] = "pause", [CHANNEL_SPEECH] = "speech"};
	if (channel->air != CHANNEL_OFF)
		return names[channel->air];
	return interpretation_staffed(meeting->interpretation, channel) ? "off" : "empty";
}

static bool has_program(const struct meeting *meeting, uint32_t channel)
{
	return g_hash_table_contains(meeting->programs, GUINT_TO_POINTER(channel));
}

static json_t *channel_json(const struct meeting *meeting, const struct channel *channel)
{
	const struct interpreter *one =
		interpretation_find(meeting->interpretation, channel->on_air);
	return json_pack("{s:s, s:b, s:s, s:s?, s:s?, s:I, s:b, s:b, s:b, s:b}", "language",
			 channel->tag, "sign", channel->sign, "state", state_name(meeting, channel),
			 "onAir", id_of(meeting, channel->on_air), "booth",
			 one != NULL ? one->booth : NULL, "since", (json_int_t)channel->since,
			 "insufficient",
			 interpretation_insufficient(meeting->interpretation, channel), "override",
			 channel->override, "program", has_program(meeting, channel->number),
			 "unrecorded", meeting_unrecorded(meeting, channel));
}

json_t *meeting_languages_json(const struct meeting *meeting)
{
	json_t *channels = json_array(), *floors = json_array();
	const struct channel *channel;
	for (unsigned n = 0; (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		json_array_append_new(channels, channel_json(meeting, channel));
	for (char **tag = meeting->row.floors; *tag != NULL; tag++)
		json_array_append_new(floors, json_string(*tag));
	return json_pack("{s:o, s:{s:s, s:b, s:b}, s:o}", "floors", floors, "floor", "language",
			 meeting_floor_language(meeting), "set", meeting->floor_set != NULL,
			 "program", has_program(meeting, PROGRAM_FLOOR), "channels", channels);
}

/* false: it is what was told before. */
static bool is_news(char **told, const json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	bool news = *told == NULL || strcmp(*told, text) != 0;
	if (news) {
		g_free(*told);
		*told = g_strdup(text);
	}
	free(text);
	return news;
}

void meeting_languages_tell(struct meeting *meeting)
{
	meeting_studio_follow(meeting);
	json_t *message = typed(meeting_languages_json(meeting), "languages");
	if (is_news(&meeting->told_languages, message))
		meeting_broadcast(meeting, NULL, message);
	else
		json_decref(message);
}

json_t *meeting_audience_json(const struct meeting *meeting)
{
	json_t *listeners = json_object();
	json_int_t floor = 0;
	const struct channel *channel;
	for (unsigned n = 0; (channel = interpretation_channel(meeting->interpretation, n)) != NULL;
	     n++)
		json_object_set_new(listeners, channel->tag, json_integer(0));
	for (guint i = 0; i < meeting->people->len; i++) {
		const struct participant *p = meeting->people->pdata[i];
		if (p->media == NULL || p->media_state != TRANSPORT_OPEN ||
		    p->role == ROLE_INTERPRETER)
			continue;
		channel = interpretation_find_channel(meeting->interpretation,
						      media_session_listens(p->media, false));
		if (channel == NULL) {
			floor++;
			continue;
		}
		json_t *count = json_object_get(listeners, channel->tag);
		json_integer_set(count, json_integer_value(count) + 1);
	}
	return json_pack("{s:o, s:I}", "listeners", listeners, "floor", floor);
}

void meeting_languages_tick(struct meeting *meeting)
{
	interpretation_tick(meeting->interpretation, now_ms());
	meeting_studio_tick(meeting);
	if (interpretation_channel(meeting->interpretation, 0) == NULL)
		return;
	json_t *message = typed(meeting_audience_json(meeting), "audience");
	if (is_news(&meeting->told_audience, message))
		meeting_tell_some(meeting, TO_INTERPRETERS | TO_HOSTS | TO_SERVICES, NULL, message);
	else
		json_decref(message);
}

static json_t *tags_json(char **tags)
{
	json_t *array = json_array();
	for (; *tags != NULL; tags++)
		json_array_append_new(array, json_string(*tags));
	return array;
}

void meeting_interpreter_json(const struct participant *p, json_t *person)
{
	const struct interpreter *one = interpretation_find(p->meeting->interpretation, p->number);
	if (one == NULL)
		return;
	json_object_set_new(person, "booth", json_string(one->booth));
	json_object_set_new(person, "interprets", tags_json(one->languages));
	json_object_set_new(person, "understands", tags_json(one->understands));
	json_object_set_new(person, "pivot", json_string(one->pivot));
}

/* --- requests --- */

bool meeting_set_languages(struct meeting *meeting, char **floors, char **channels, GError **error)
{
	if (!store_meeting_set_languages(meeting->meetings->store, meeting->row.id, floors,
					 channels, error))
		return false;
	char **old_floors = meeting->row.floors, **old_channels = meeting->row.channels;
	meeting->row.floors = g_strdupv(floors);
	meeting->row.channels = g_strdupv(channels);
	g_strfreev(old_floors);
	g_strfreev(old_channels);
	meeting_languages_follow_row(meeting);
	return true;
}

void meeting_set_floor_language(struct meeting *meeting, const char *tag)
{
	char *spelled = tag != NULL ? language_spell(tag) : NULL;
	g_free(meeting->floor_set);
	meeting->floor_set = spelled;
	meeting_recording_note(meeting,
			       json_pack("{s:s, s:s?}", "type", "floor", "language", spelled));
	meeting_languages_tell(meeting);
}

void meeting_set_program(struct meeting *meeting, uint32_t channel, bool there)
{
	if (there)
		g_hash_table_add(meeting->programs, GUINT_TO_POINTER(channel));
	else
		g_hash_table_remove(meeting->programs, GUINT_TO_POINTER(channel));
	meeting_languages_tell(meeting);
}

static bool is_for_booth(const struct token *token)
{
	return token->role == ROLE_INTERPRETER && token->languages[0] != NULL;
}

static struct interpreter_terms terms_of(const struct token *token)
{
	return (struct interpreter_terms){.booth = token->booth,
					  .languages = token->languages,
					  .understands = token->understands,
					  .pivot = token->pivot};
}

bool meeting_booth_has_space(const struct meeting *meeting, const struct token *token,
			     GError **error)
{
	const struct interpreter_terms terms = terms_of(token);
	return !is_for_booth(token) ||
	       interpretation_has_space(meeting->interpretation, &terms, error);
}

bool meeting_enter_booth(struct participant *p, const struct token *token, GError **error)
{
	const struct interpreter_terms terms = terms_of(token);
	return p->role != ROLE_INTERPRETER || !is_for_booth(token) ||
	       interpretation_enter(p->meeting->interpretation, p->number, &terms, error);
}

void participant_go_on_air(struct participant *p, const char *language)
{
	GError *error = NULL;
	if (!interpretation_air(p->meeting->interpretation, p->number, language, false, now_ms(),
				&error))
		g_message("%s: %s isn't on air: %s", p->meeting->row.name, p->id, error->message);
	g_clear_error(&error);
}

void meeting_tell_relay_air(const struct meeting *meeting)
{
	interpretation_tell_relay(meeting->interpretation);
}

/* --- who may hear what --- */

static bool is_of_channel(struct feed_key feed)
{
	return feed.kind == FEED_CHANNEL || feed.kind == FEED_CHANNEL_PICTURE ||
	       (feed.kind == FEED_PROGRAM && feed.id != PROGRAM_FLOOR);
}

bool meeting_may_have(const struct meeting *meeting, enum role role, const char *field,
		      struct feed_key feed, GError **error)
{
	if (is_of_channel(feed) &&
	    interpretation_find_channel(meeting->interpretation, feed.id) == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    "%s: this meeting has no such channel", field);
		return false;
	}
	if (feed.kind != FEED_BOOTH || role == ROLE_SERVICE)
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
		    "%s: a booth is heard by its partners only", field);
	return false;
}

bool participant_may_have(const struct participant *p, const char *field, struct feed_key feed,
			  GError **error)
{
	const struct interpretation *i = p->meeting->interpretation;
	if (feed.kind == FEED_BOOTH && interpretation_partners(i, p->number, feed.id))
		return true;
	if (!meeting_may_have(p->meeting, p->role, field, feed, error))
		return false;
	return feed.kind != FEED_CHANNEL ||
	       interpretation_may_listen(i, p->number, feed.id, field, error);
}
