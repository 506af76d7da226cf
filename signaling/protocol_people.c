/* What everybody may do in a meeting. */
#include "signaling/meeting_floor.h"
#include "signaling/meeting_join.h"
#include "signaling/meeting_recording.h"
#include "signaling/protocol.h"
#include "signaling/text.h"

#define CHAT_MAX_CHARACTERS 2000

bool on_chat(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	struct meeting *meeting = p->meeting;
	const char *raw = NULL;
	if (!field_string(request->message, "text", true, &raw, error))
		return false;
	char *text = text_clean("text", raw, 1, CHAT_MAX_CHARACTERS, true, error);
	if (text == NULL)
		return false;
	struct store_chat chat = {
		.from = p->number,
		.name = p->profile.name,
		.text = text,
		.at = g_get_real_time() / 1000,
	};
	bool ok = request_may_tell(request, error) &&
		  store_chat_add(meeting->meetings->store, meeting->row.id, &chat, &chat.id, error);
	if (ok) {
		request_ok(request);
		meeting_recording_quote(meeting, "chat", chat_json(&chat));
		meeting_broadcast(
			meeting, NULL,
			json_pack("{s:s, s:o}", "type", "chat", "chat", chat_json(&chat)));
	}
	g_free(text);
	return ok;
}

/* The author's, or whoever's task the minutes are. */
bool on_question(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	struct meeting *meeting = p->meeting;
	json_int_t id;
	bool on = true;
	guint32 by = role_may(p->role, ACTION_EDIT) ? 0 : p->number;
	if (!field_integer(request->message, "chat", true, 1, G_MAXINT64, &id, error) ||
	    !field_bool(request->message, "on", &on, error) || !request_may_tell(request, error) ||
	    !store_chat_question(meeting->meetings->store, meeting->row.id, id, by, on, error))
		return false;
	request_ok(request);
	meeting_recording_quote(meeting, "question", json_pack("{s:I, s:b}", "chat", id, "on", on));
	meeting_broadcast(meeting, NULL,
			  json_pack("{s:s, s:I, s:b}", "type", "question", "chat", id, "on", on));
	return true;
}

bool on_hand(const struct request *request, GError **error)
{
	struct participant *whose;
	bool raised = false;
	const json_t *said = json_object_get(request->message, "raised");
	if (said == NULL || json_is_null(said)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "raised: is missing");
		return false;
	}
	if (!field_bool(request->message, "raised", &raised, error) ||
	    !field_participant(request, "participant", false, &whose, error))
		return false;
	if (whose == NULL)
		whose = request->participant;
	if (whose != request->participant &&
	    (raised || !role_may(request->participant->role, ACTION_GIVE_FLOOR))) {
		g_set_error(
			error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			"participant: only a host may lower another's hand, and nobody raise it");
		return false;
	}
	/* A host may lower 200 hands in a row. */
	if (whose == request->participant && raised != (whose->hand_at != 0) &&
	    !request_may_tell(request, error))
		return false;
	request_ok(request);
	meeting_raise_hand(whose, raised);
	return true;
}

bool on_profile(const struct request *request, GError **error)
{
	struct participant *p = request->participant;
	struct profile profile;
	bool ok = field_profile(request->message, &profile, error);
	if (ok && profile.name != NULL && !g_str_equal(profile.name, p->profile.name)) {
		if (p->name_fixed)
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
				    "name: the link names you");
		ok = !p->name_fixed &&
		     meeting_check_bars(p->meeting, p->role, "", profile.name, error);
	}
	ok = ok && request_may_tell(request, error);
	if (ok) {
		request_ok(request);
		participant_set_profile(p, &profile, p->listen_only);
	}
	profile_clear(&profile);
	return ok;
}

bool on_ping(const struct request *request, GError **error)
{
	(void)error;
	request_reply(request, json_pack("{s:s}", "type", "pong"));
	return true;
}

bool on_leave(const struct request *request, GError **error)
{
	(void)error;
	request_ok(request);
	connection_close(request->connection, CLOSE_LEFT, "left");
	participant_leave(request->participant);
	return true;
}
