/* What hosts may do, and for some of it the secretariat. */
#include "signaling/meeting_agenda.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_join.h"
#include "signaling/meeting_recording.h"
#include "signaling/protocol.h"
#include "signaling/text.h"

#define LINK_SECONDS		  ((gint64)30 * 86400)
#define INTERPRETER_LANGUAGES_MAX 2
#define UNDERSTANDS_MAX		  16
#define BOOTH_CHARACTERS	  80

bool on_floor(const struct request *request, GError **error)
{
	struct participant *p;
	if (!field_participant(request, "participant", false, &p, error))
		return false;
	if (p != NULL && !role_may(p->role, ACTION_PUBLISH)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "participant: a %s can't speak", role_name(p->role));
		return false;
	}
	request_ok(request);
	meeting_pin(request->participant->meeting, p);
	return true;
}

bool on_mute(const struct request *request, GError **error)
{
	static const enum source sources[] = {SOURCE_MICROPHONE, SOURCE_CAMERA, SOURCE_SCREEN};
	struct participant *p;
	const char *name = NULL;
	if (!field_participant(request, "participant", true, &p, error) ||
	    !field_string(request->message, "source", true, &name, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
		if (!g_str_equal(name, source_name(sources[i])))
			continue;
		request_ok(request);
		participant_mute(p, sources[i], request->participant->id);
		return true;
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "source: isn't microphone, camera or screen");
	return false;
}

bool on_remove(const struct request *request, GError **error)
{
	struct participant *p;
	if (!field_participant(request, "participant", true, &p, error))
		return false;
	if (p == request->participant) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "participant: that is you; leave instead");
		return false;
	}
	if (!meeting_remove(p, error))
		return false;
	request_ok(request);
	return true;
}

static void append_bar(void *user, const struct store_bar *bar)
{
	json_array_append_new(user, json_pack("{s:I, s:s, s:I}", "id", (json_int_t)bar->id, "name",
					      bar->name, "at", (json_int_t)bar->at));
}

bool on_barred(const struct request *request, GError **error)
{
	const struct meeting *meeting = request->participant->meeting;
	json_t *bars = json_array();
	if (!store_bars(meeting->meetings->store, meeting->row.id, append_bar, bars, error)) {
		json_decref(bars);
		return false;
	}
	request_reply(request, json_pack("{s:s, s:o}", "type", "barred", "barred", bars));
	return true;
}

bool on_readmit(const struct request *request, GError **error)
{
	const struct meeting *meeting = request->participant->meeting;
	json_int_t id;
	if (!field_integer(request->message, "barred", true, 1, G_MAXINT64, &id, error) ||
	    !store_bar_remove(meeting->meetings->store, meeting->row.id, id, error))
		return false;
	request_ok(request);
	return true;
}

/* For whom a link is to be: somebody who has no more rights than the asker. */
static bool read_invited(const struct request *request, enum role *ret, GError **error)
{
	const struct participant *p = request->participant;
	if (!field_role(request->message, "role", ret, error))
		return false;
	if (role_may_invite(p->role, *ret))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
		    "role: %s may not make links for %s", role_name(p->role), role_name(*ret));
	return false;
}

static bool reply_link(const struct request *request, struct token *token, GError **error)
{
	const struct meeting *meeting = request->participant->meeting;
	token->meeting = meeting->row.name;
	token->issued = MAX(g_get_real_time() / G_USEC_PER_SEC, meeting->row.made);
	token->expires = token->issued + LINK_SECONDS;
	char *link = token_sign(meeting->meetings->key, token, error);
	if (link == NULL)
		return false;
	request_reply(request, json_pack("{s:s, s:s, s:s}", "type", "link", "role",
					 role_name(token->role), "token", link));
	g_free(link);
	return true;
}

/* An interpreter's link carries the booth. */
static bool read_booth(const struct request *request, struct token *token, GError **error)
{
	const char *booth = NULL, *pivot = NULL;
	token->languages =
		field_tags(request->message, "languages", INTERPRETER_LANGUAGES_MAX, error);
	if (token->languages == NULL)
		return false;
	if (token->languages[0] == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "languages: an interpreter needs one or two");
		return false;
	}
	token->understands = field_tags(request->message, "understands", UNDERSTANDS_MAX, error);
	if (token->understands == NULL ||
	    !field_string(request->message, "booth", false, &booth, error) ||
	    !field_string(request->message, "pivot", false, &pivot, error))
		return false;
	if (booth != NULL && booth[0] != '\0')
		token->booth = text_clean("booth", booth, 1, BOOTH_CHARACTERS, false, error);
	if (pivot != NULL && pivot[0] != '\0' && field_tag("pivot", pivot, error))
		token->pivot = g_strdup(pivot);
	return (booth == NULL || booth[0] == '\0' || token->booth != NULL) &&
	       (pivot == NULL || pivot[0] == '\0' || token->pivot != NULL);
}

static void clear_link(struct token *token)
{
	token->meeting = NULL; /* borrowed */
	token_clear(token);
}

/* The links so far stop working. One that names no booth is for the floor alone. */
bool on_reissue(const struct request *request, GError **error)
{
	const struct meeting *meeting = request->participant->meeting;
	const json_t *languages = json_object_get(request->message, "languages");
	struct token token = {0};
	bool ok = read_invited(request, &token.role, error) &&
		  (token.role != ROLE_INTERPRETER || languages == NULL ||
		   read_booth(request, &token, error)) &&
		  store_meeting_next_generation(meeting->meetings->store, meeting->row.id,
						token.role, &token.generation, error) &&
		  reply_link(request, &token, error);
	clear_link(&token);
	return ok;
}

/* One more link, beside those that there are. */
bool on_invite(const struct request *request, GError **error)
{
	struct meeting *meeting = request->participant->meeting;
	struct store_meeting row = {0};
	struct token token = {0};
	bool ok = read_invited(request, &token.role, error) &&
		  (token.role != ROLE_INTERPRETER || read_booth(request, &token, error)) &&
		  store_meeting_find(meeting->meetings->store, meeting->row.name, &row, error);
	if (ok) { /* of today: the row in memory may be older than the last reissue */
		token.generation = row.generation[token.role];
		ok = reply_link(request, &token, error);
	}
	store_meeting_clear(&row);
	clear_link(&token);
	return ok;
}

/* The reply goes first: meetings_end closes this connection, too, and frees the meeting. */
bool on_end(const struct request *request, GError **error)
{
	const struct meeting *meeting = request->participant->meeting;
	struct meetings *meetings = meeting->meetings;
	if (!store_meeting_set_state(meetings->store, meeting->row.id, "ended", error))
		return false;
	request_ok(request);
	char *name = g_strdup(meeting->row.name);
	GError *failure = NULL;
	if (!meetings_end(meetings, name, &failure))
		g_warning("%s: %s", name, failure->message);
	g_clear_error(&failure);
	g_free(name);
	return true;
}

bool on_start_part(const struct request *request, GError **error)
{
	json_int_t number;
	if (!field_integer(request->message, "number", true, 0, AGENDA_PARTS_MAX, &number, error) ||
	    !request_may_tell(request, error) ||
	    !meeting_start_part(request->participant->meeting, (unsigned)number, error))
		return false;
	request_ok(request);
	return true;
}

bool on_record(const struct request *request, GError **error)
{
	static const enum recording_state states[] = {RECORDING_ON, RECORDING_PAUSED,
						      RECORDING_ENDED};
	const char *name = NULL;
	if (!field_string(request->message, "state", true, &name, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		if (!g_str_equal(name, recording_state_name(states[i])))
			continue;
		if (!request_may_tell(request, error) ||
		    !meeting_record(request->participant->meeting, states[i], error))
			return false;
		request_ok(request);
		return true;
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "state: isn't recording, paused or ended");
	return false;
}
