/* What hosts may do, and for some of it the secretariat. */
#include "signaling/meeting_floor.h"
#include "signaling/meeting_join.h"
#include "signaling/protocol.h"

#define LINK_SECONDS ((gint64)30 * 86400)

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

bool on_reissue(const struct request *request, GError **error)
{
	const struct participant *p = request->participant;
	struct meeting *meeting = p->meeting;
	struct meetings *meetings = meeting->meetings;
	enum role role;
	unsigned generation;
	if (!field_role(request->message, "role", &role, error))
		return false;
	if (!role_may_invite(p->role, role)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN,
			    "role: %s may not make links for %s", role_name(p->role),
			    role_name(role));
		return false;
	}
	if (!store_meeting_next_generation(meetings->store, meeting->row.id, role, &generation,
					   error))
		return false;
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	char *link = token_sign(meetings->key,
				&(struct token){
					.meeting = meeting->row.name,
					.role = role,
					.generation = generation,
					.issued = now,
					.expires = now + LINK_SECONDS,
				},
				error);
	if (link == NULL)
		return false;
	request_reply(request, json_pack("{s:s, s:s, s:s}", "type", "link", "role", role_name(role),
					 "token", link));
	g_free(link);
	return true;
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
