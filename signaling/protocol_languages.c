/* What interpreters do, and what hosts do about languages. */
#include "signaling/language.h"
#include "signaling/meeting_calls.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_studio.h"
#include "signaling/protocol.h"
#include "signaling/text.h"
#include <string.h>

#define FLOORS_MAX	8
#define CHAT_CHARACTERS 2000
#define HOLD_MIN_S	2
#define HOLD_MAX_S	10
#define SLOW_DOWN_US	(5 * G_USEC_PER_SEC)

static bool refuse(GError **error, enum signaling_error code, const char *text)
{
	g_set_error_literal(error, SIGNALING_ERROR, code, text);
	return false;
}

/* NULL when absent or null. */
static bool read_tag(const struct request *request, const char **ret, GError **error)
{
	*ret = NULL;
	return field_string(request->message, "language", false, ret, error) &&
	       (*ret == NULL || field_tag("language", *ret, error));
}

static bool read_own_tag(const struct request *request, const char **ret, GError **error)
{
	return field_string(request->message, "language", true, ret, error) &&
	       field_tag("language", *ret, error);
}

static gint64 now_ms(void)
{
	return g_get_real_time() / 1000;
}

/* Who came as an interpreter has a booth, unless the token named no language. */
static bool in_booth(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	return interpretation_find(p->meeting->interpretation, p->number) != NULL ||
	       refuse(error, SIGNALING_ERROR_FORBIDDEN, "role: this link is for no booth");
}

/* --- hosts --- */

static char **read_list(const struct request *request, const char *field, size_t max,
			char **otherwise, GError **error)
{
	const json_t *list = json_object_get(request->message, field);
	return list == NULL || json_is_null(list) ? g_strdupv(otherwise)
						  : field_tags(request->message, field, max, error);
}

bool on_set_languages(const struct request *request, GError **error)
{
	struct meeting *meeting = request->participant->meeting;
	g_auto(GStrv) floors = read_list(request, "floors", FLOORS_MAX, meeting->row.floors, error);
	g_auto(GStrv) channels = floors == NULL
					 ? NULL
					 : read_list(request, "channels", LANGUAGES_CHANNELS_MAX,
						     meeting->row.channels, error);
	if (channels == NULL || !request_may_tell(request, error) ||
	    !meeting_set_languages(meeting, floors, channels, error))
		return false;
	request_ok(request);
	return true;
}

bool on_floor_language(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	const char *tag;
	if (!role_may(p->role, ACTION_GIVE_FLOOR) && !role_may(p->role, ACTION_INTERPRET)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			    "role: %s may not say what the floor speaks", role_name(p->role));
		return false;
	}
	if (!read_tag(request, &tag, error) || !request_may_tell(request, error))
		return false;
	request_ok(request);
	meeting_set_floor_language(p->meeting, tag);
	return true;
}

bool on_channel_override(const struct request *request, GError **error)
{
	const char *tag = NULL;
	bool allowed = false;
	if (!read_own_tag(request, &tag, error) ||
	    !field_bool(request->message, "allowed", &allowed, error) ||
	    !request_may_tell(request, error) ||
	    !interpretation_set_override(request->participant->meeting->interpretation, tag,
					 allowed, error))
		return false;
	request_ok(request);
	return true;
}

/* --- listeners --- */

bool on_prefer_program(const struct request *request, GError **error)
{
	bool on = false;
	if (!field_bool(request->message, "on", &on, error))
		return false;
	request_ok(request);
	request->participant->prefers_program = on;
	meeting_studio_tick(request->participant->meeting);
	return true;
}

/* --- on air --- */

bool on_air(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	const char *tag;
	bool take = false;
	if (!in_booth(request, error) || !read_tag(request, &tag, error) ||
	    !field_bool(request->message, "take", &take, error) ||
	    !interpretation_air(p->meeting->interpretation, p->number, tag, take, now_ms(), error))
		return false;
	request_ok(request);
	return true;
}

bool on_handover(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	struct participant *to;
	const char *tag = NULL;
	if (!in_booth(request, error) || !read_own_tag(request, &tag, error) ||
	    !field_participant(request, "to", false, &to, error) ||
	    !interpretation_handover(p->meeting->interpretation, p->number, tag,
				     to != NULL ? to->number : 0, now_ms(), error))
		return false;
	request_ok(request);
	return true;
}

bool on_handover_answer(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	const char *tag = NULL;
	bool accept = false;
	if (!in_booth(request, error) || !read_own_tag(request, &tag, error) ||
	    !field_bool(request->message, "accept", &accept, error) ||
	    !interpretation_answer(p->meeting->interpretation, p->number, tag, accept, now_ms(),
				   error))
		return false;
	request_ok(request);
	return true;
}

bool on_hold(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	json_int_t seconds = 0;
	if (!in_booth(request, error) ||
	    !field_integer(request->message, "seconds", true, 0, HOLD_MAX_S, &seconds, error))
		return false;
	if (seconds != 0 && seconds < HOLD_MIN_S)
		return refuse(error, SIGNALING_ERROR_MALFORMED,
			      "seconds: isn't 0 (never) or from 2 to 10");
	request_ok(request);
	interpretation_set_hold(p->meeting->interpretation, p->number, (unsigned)seconds);
	return true;
}

/* --- signals --- */

bool on_slow_down(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	struct meeting *meeting = p->meeting;
	gint64 now = meetings_now(meeting->meetings);
	if (meeting->slow_down_at != 0 && now - meeting->slow_down_at < SLOW_DOWN_US)
		return refuse(error, SIGNALING_ERROR_LIMIT,
			      "type: the speaker was asked a moment ago");
	meeting->slow_down_at = now;
	request_ok(request);
	for (guint i = 0; i < meeting->people->len; i++) {
		struct participant *speaker = meeting->people->pdata[i];
		bool speaks = speaker->number == meeting->stage.holder;
		for (guint n = 0; n < meeting->speaking->len; n++)
			speaks |= g_array_index(meeting->speaking, uint32_t, n) == speaker->number;
		if (speaks)
			participant_send(speaker, json_pack("{s:s}", "type", "slow-down"));
	}
	return true;
}

bool on_insufficient(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	bool on = false;
	if (!in_booth(request, error) || !field_bool(request->message, "on", &on, error) ||
	    !request_may_tell(request, error))
		return false;
	request_ok(request);
	interpretation_set_insufficient(p->meeting->interpretation, p->number, on);
	return true;
}

static bool may_call(const struct participant *p, GError **error)
{
	if (participant_calls(p))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
		    "role: %s without a booth may not call", role_name(p->role));
	return false;
}

bool on_call(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	const char *to = NULL, *booth = NULL;
	bool on = false;
	if (!may_call(p, error) || !field_string(request->message, "to", true, &to, error) ||
	    !field_bool(request->message, "on", &on, error))
		return false;
	bool to_booth = g_str_equal(to, "booth");
	if (!to_booth && !g_str_equal(to, "host"))
		return refuse(error, SIGNALING_ERROR_MALFORMED, "to: isn't booth or host");
	if ((to_booth && !field_string(request->message, "booth", true, &booth, error)) ||
	    !request_may_tell(request, error) || !participant_call(p, booth, on, error))
		return false;
	request_ok(request);
	return true;
}

bool on_call_answer(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	json_int_t number = 0;
	if (!may_call(p, error) ||
	    !field_integer(request->message, "call", true, 1, G_MAXINT64, &number, error) ||
	    !participant_answer_call(p, (uint64_t)number, error))
		return false;
	request_ok(request);
	return true;
}

/* Figures of a speaker card: numbers in range. */
static bool read_figures(const json_t *message, json_t *card, GError **error)
{
	static const struct {
		const char *name;
		double minimum, maximum;
		bool optional;
	} figures[] = {{"bandwidth", 0, 24000, false}, {"level", -127, 0, false},
		       {"noise", -127, 0, false},      {"clipping", 0, 1, false},
		       {"loss", 0, 1, false},	       {"offset", -10000, 10000, true}};
	for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
		const json_t *value = json_object_get(message, figures[i].name);
		double number = json_number_value(value);
		if (figures[i].optional && (value == NULL || json_is_null(value)))
			continue;
		if (!json_is_number(value) || number < figures[i].minimum ||
		    number > figures[i].maximum) {
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "%s: isn't a number from %g to %g", figures[i].name,
				    figures[i].minimum, figures[i].maximum);
			return false;
		}
		json_object_set_new(card, figures[i].name, json_real(number));
	}
	return true;
}

bool on_speaker_card(const struct request *request, GError **error)
{
	static const char *const words[] = {"clear", "muffled",	 "quiet", "loud",
					    "noisy", "breaking", "apart", NULL};
	struct participant *speaker;
	const char *word = NULL;
	if (!field_participant(request, "participant", true, &speaker, error) ||
	    !field_string(request->message, "word", true, &word, error))
		return false;
	if (!g_strv_contains(words, word))
		return refuse(error, SIGNALING_ERROR_MALFORMED,
			      "word: isn't clear, muffled, quiet, loud, noisy, breaking or apart");
	json_t *card = json_pack("{s:s, s:s, s:s}", "type", "card", "participant", speaker->id,
				 "word", word);
	if (!read_figures(request->message, card, error) || !request_may_tell(request, error)) {
		json_decref(card);
		return false;
	}
	request_ok(request);
	meeting_tell_some(speaker->meeting, TO_INTERPRETERS | TO_HOSTS, speaker, card);
	return true;
}

/* --- chats of the booths --- */

/* Where a message goes: *ret_booth is the booth that it is of or to, NULL of all. */
static bool read_addressee(const struct request *request, const char **ret_to,
			   const char **ret_booth, GError **error)
{
	static const char *const addressees[] = {"booth", "booths", "host", NULL};
	const struct participant *p = request->participant;
	const struct interpreter *one = interpretation_find(p->meeting->interpretation, p->number);
	uint32_t members[BOOTH_MEMBERS_MAX];
	if (!field_string(request->message, "to", true, ret_to, error))
		return false;
	if (!g_strv_contains(addressees, *ret_to))
		return refuse(error, SIGNALING_ERROR_MALFORMED, "to: isn't booth, booths or host");
	*ret_booth = one != NULL ? one->booth : NULL;
	if (one != NULL || !g_str_equal(*ret_to, "booth"))
		return true;
	if (!field_string(request->message, "booth", true, ret_booth, error))
		return false;
	return interpretation_members(p->meeting->interpretation, *ret_booth, members) > 0 ||
	       refuse(error, SIGNALING_ERROR_NOT_FOUND, "booth: nobody is in a booth of this name");
}

static void tell_booth_and(struct participant *sender, const char *booth, json_t *message)
{
	const struct interpreter *one =
		interpretation_find(sender->meeting->interpretation, sender->number);
	if (one == NULL || !g_str_equal(one->booth, booth)) /* a host hears it, too */
		participant_send(sender, json_incref(message));
	meeting_tell_booth(sender->meeting, booth, message);
}

bool on_booth_chat(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	const char *to = NULL, *booth = NULL, *raw = NULL;
	if (!role_may(p->role, ACTION_INTERPRET) && !role_may(p->role, ACTION_GIVE_FLOOR)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			    "role: %s may not write to booths", role_name(p->role));
		return false;
	}
	if (!read_addressee(request, &to, &booth, error) ||
	    !field_string(request->message, "text", true, &raw, error))
		return false;
	g_autofree char *text = text_clean("text", raw, 1, CHAT_CHARACTERS, true, error);
	if (text == NULL || !request_may_tell(request, error))
		return false;
	request_ok(request);
	json_t *message =
		json_pack("{s:s, s:{s:I, s:s, s:s, s:s?, s:s, s:s, s:I}}", "type", "booth-chat",
			  "chat", "id", (json_int_t)++p->meeting->booth_chats, "from", p->id,
			  "name", p->profile.name, "booth", booth != NULL ? booth : "", "to", to,
			  "text", text, "at", (json_int_t)now_ms());
	if (g_str_equal(to, "booth"))
		tell_booth_and(p, booth, message);
	else
		meeting_tell_some(p->meeting,
				  g_str_equal(to, "host") ? TO_INTERPRETERS | TO_HOSTS
							  : TO_INTERPRETERS,
				  p, message);
	return true;
}
