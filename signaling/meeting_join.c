/* How people come in, come back, and are kept out. */
#include "signaling/meeting_join.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"
#include "signaling/text.h"
#include <string.h>

bool meeting_check_bars(struct meeting *meeting, enum role role, const char *device,
			const char *name, GError **error)
{
	enum barred_by by;
	char *folded = text_fold(name);
	bool ok = store_bar_check(meeting->meetings->store, meeting->row.id, device, folded, &by,
				  error);
	g_free(folded);
	/* Whoever was removed under a host's name must not shut that host out. */
	if (ok && by == BARRED_NAME && role == ROLE_HOST)
		by = BARRED_NOT;
	if (!ok || by == BARRED_NOT)
		return ok;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_GONE,
		    "%s: was removed from the meeting; a host can readmit",
		    by == BARRED_DEVICE ? "device" : "name");
	return false;
}

bool meeting_remove(struct participant *p, GError **error)
{
	struct meeting *meeting = p->meeting;
	char *folded = text_fold(p->profile.name);
	bool ok = store_bar_add(meeting->meetings->store, meeting->row.id,
				&(struct store_bar){
					.device = p->device,
					.name = p->profile.name,
					.folded = folded,
					.at = g_get_real_time() / 1000,
				},
				error);
	g_free(folded);
	if (!ok)
		return false;
	participant_send(p, json_pack("{s:s}", "type", "removed"));
	if (p->connection != NULL)
		connection_close(p->connection, CLOSE_REMOVED, "removed");
	participant_leave(p);
	return true;
}

/* The first who comes opens a meeting that was only planned. */
static bool open_meeting(struct meeting *meeting, GError **error)
{
	if (g_str_equal(meeting->row.state, "open"))
		return true;
	if (!store_meeting_set_state(meeting->meetings->store, meeting->row.id, "open", error))
		return false;
	g_free(meeting->row.state);
	meeting->row.state = g_strdup("open");
	return true;
}

static struct participant *add_listed(struct meeting *meeting, struct store_person *person,
				      GError **error)
{
	person->joined = g_get_real_time() / 1000;
	if (!meeting_has_space(meeting, error) || !open_meeting(meeting, error) ||
	    !store_person_add(meeting->meetings->store, meeting->row.id, person, &person->number,
			      error))
		return NULL;
	struct participant *p = participant_new(meeting, person, true);
	meeting_add(meeting, p);
	return p;
}

struct participant *meeting_add_device(struct meeting *meeting, const struct token *token,
				       bool listed, GError **error)
{
	struct store_person person = {
		.name = token->name != NULL ? token->name : role_name(token->role),
		.organisation = "",
		.country = "",
		.speaks = "",
		.role = token->role,
		.device = "",
		.generation = token->generation,
	};
	if (!meeting_check_bars(meeting, token->role, "", person.name, error) ||
	    (listed && (!meeting_takes_publisher(meeting, token->role, 0, error) ||
			!meeting_booth_has_space(meeting, token, error))))
		return NULL;
	if (listed) { /* everybody is told with participant_set_sources, when its offer was good */
		struct participant *p = add_listed(meeting, &person, error);
		return p != NULL && meeting_enter_booth(p, token, error) ? p : NULL;
	}
	if (!meeting_has_space(meeting, error) || !open_meeting(meeting, error))
		return NULL;
	person.number = relay_new_peer_id(meeting->meetings->relay);
	struct participant *p = participant_new(meeting, &person, false);
	meeting_add(meeting, p);
	return p;
}

/* Both by resume and by takeover: whoever held the person lets go. */
static void hand_over(struct participant *p, struct connection *connection)
{
	struct connection *old = p->connection;
	if (old != NULL) {
		connection_send(old, json_pack("{s:s}", "type", "replaced"));
		connection_close(old, CLOSE_REPLACED, "replaced");
	}
	connection_attach(connection, p);
	p->prefers_program = false; /* the page says it anew */
	p->patience = PARTICIPANT_PATIENCE_US;
}

/*
 * The secret says who it is, and in which role; the token only names the meeting. So its age and
 * generation don't count: it was checked at the first join, and nobody is to drop out of a meeting
 * because a link expired meanwhile.
 */
static struct participant *resume(struct meetings *meetings, const struct join *join,
				  GError **error)
{
	struct token token;
	if (!token_verify(meetings->key, join->token, 0, &token, error))
		return NULL;
	struct meeting *meeting = meetings_load(meetings, token.meeting, error);
	struct participant *p = meeting != NULL ? meeting_find(meeting, join->resume) : NULL;
	if (meeting != NULL && (p == NULL || !participant_secret_is(p, join->resume_secret))) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNAUTHORIZED,
			    "resume: unknown or stale; join without it");
		p = NULL;
	}
	if (p != NULL)
		p->name_fixed = p->name_fixed || token.name != NULL;
	/* After a restart of the server nobody knows the booths. */
	if (p != NULL && interpretation_find(meeting->interpretation, p->number) == NULL &&
	    !meeting_enter_booth(p, &token, error))
		p = NULL;
	token_clear(&token);
	return p;
}

static bool is_there(const struct participant *p)
{
	return p->connection != NULL || p->media_state == TRANSPORT_OPEN;
}

/* Somebody of this device and role, rather one whose tab is gone. */
static struct participant *same_device(const struct meeting *meeting, const char *device,
				       enum role role)
{
	struct participant *found = NULL;
	for (guint i = 0; i < meeting->people->len; i++) {
		struct participant *p = meeting->people->pdata[i];
		if (p->listed && p->role == role && g_str_equal(p->device, device) &&
		    (found == NULL || !is_there(p)))
			found = p;
	}
	return found;
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* While the relay sheds, people come in to listen; who has been here comes back as they were. */
static struct participant *join_new(struct meeting *meeting, const struct join *join,
				    const struct token *token, GError **error)
{
	struct store_person person = {
		.name = join->profile.name,
		.organisation = or_empty(join->profile.organisation),
		.country = or_empty(join->profile.country),
		.speaks = or_empty(join->profile.speaks),
		.role = token->role,
		.device = join->device,
		.listen_only = join->listen_only,
		.unrecorded = join->unrecorded && token->role == ROLE_INTERPRETER,
		.generation = token->generation,
	};
	bool may_publish = role_may(token->role, ACTION_PUBLISH);
	if (may_publish && !join->listen_only &&
	    !meeting_takes_publisher(meeting, token->role, 0, error))
		return NULL;
	bool withheld = may_publish && meeting_withholds(meeting, token->role, 0);
	struct participant *p = add_listed(meeting, &person, error);
	if (p != NULL)
		p->withheld = withheld;
	return p;
}

/* The one who is here already by this device, or somebody new; *ret_new: nobody has seen this
 * person yet. */
static struct participant *find_or_add(struct meeting *meeting, const struct join *join,
				       const struct token *token, bool *ret_new, GError **error)
{
	if (join->profile.name == NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "name: is missing");
		return NULL;
	}
	if (!meeting_check_bars(meeting, token->role, join->device, join->profile.name, error))
		return NULL;
	struct participant *p =
		join->another ? NULL : same_device(meeting, join->device, token->role);
	*ret_new = p == NULL;
	if (p == NULL)
		return meeting_booth_has_space(meeting, token, error)
			       ? join_new(meeting, join, token, error)
			       : NULL;
	if (is_there(p) && !join->takeover) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT,
			    "device: is in this meeting already, in another tab");
		return NULL;
	}
	return p;
}

static struct participant *join_by_token(struct meetings *meetings, struct join *join,
					 bool *ret_new, GError **error)
{
	struct token token;
	struct meeting *meeting =
		meetings_admit(meetings, NULL, join->token, ACTION_JOIN, &token, error);
	if (meeting == NULL)
		return NULL;
	bool name_fixed = token.name != NULL;
	if (name_fixed) {
		g_free(join->profile.name);
		join->profile.name = g_steal_pointer(&token.name);
	}
	struct participant *p = find_or_add(meeting, join, &token, ret_new, error);
	if (p != NULL && !meeting_enter_booth(p, &token, error))
		p = NULL; /* one who was here already, and now has a link for a booth that is full
			   */
	token_clear(&token);
	if (p != NULL)
		p->name_fixed = name_fixed;
	return p;
}

/* Who was here to listen and comes back to speak, while the relay sheds, goes on listening. */
static void withhold(struct participant *p, const struct join *join)
{
	p->withheld |= p->listen_only && !join->listen_only &&
		       meeting_withholds(p->meeting, p->role, p->number);
}

/* A page that comes back may have been changed meanwhile; what it may not say is passed over. */
static void update_profile(struct participant *p, struct join *join)
{
	if (join->profile.name != NULL &&
	    (p->name_fixed ||
	     !meeting_check_bars(p->meeting, p->role, "", join->profile.name, NULL)))
		g_clear_pointer(&join->profile.name, g_free);
	participant_set_profile(p, &join->profile, join->listen_only);
}

/* Another tab becomes this person: nothing of what the old one sent goes on. */
static void start_anew(struct participant *p, const struct join *join)
{
	bool silent = join->listen_only || !role_may(p->role, ACTION_PUBLISH);
	enum device_state state = silent ? DEVICE_NONE : DEVICE_OFF;
	participant_drop_media(p);
	participant_say(p, state, state, DEVICE_OFF);
	participant_set_profile(p, &join->profile, join->listen_only);
}

/* Who comes back may have thought again. */
static void set_consent(struct participant *p, const struct join *join)
{
	bool unrecorded = join->unrecorded && p->role == ROLE_INTERPRETER;
	if (unrecorded == p->unrecorded)
		return;
	p->unrecorded = unrecorded;
	store_person_profile(p->meeting->meetings->store,
			     &(struct store_person){
				     .number = p->number,
				     .name = p->profile.name,
				     .organisation = p->profile.organisation,
				     .country = p->profile.country,
				     .speaks = p->profile.speaks,
				     .listen_only = p->listen_only,
				     .unrecorded = unrecorded,
			     });
	meeting_recording_follow(p->meeting);
	meeting_languages_tell(p->meeting);
}

struct participant *meetings_join(struct meetings *meetings, struct join *join,
				  struct connection *connection,
				  char ret_secret[2 * SECRET_BYTES + 1], bool *ret_media_kept,
				  GError **error)
{
	bool is_new = false;
	struct participant *p;
	if (join->resume != 0) {
		p = resume(meetings, join, error);
		if (p == NULL)
			return NULL;
		meetings->resumes++;
		withhold(p, join);
		update_profile(p, join);
		g_strlcpy(ret_secret, join->resume_secret, 2 * SECRET_BYTES + 1);
	} else {
		p = join_by_token(meetings, join, &is_new, error);
		if (p == NULL)
			return NULL;
		meetings->joins++;
		participant_new_secret(p, ret_secret);
		if (!is_new) {
			withhold(p, join);
			start_anew(p, join);
		}
	}
	set_consent(p, join);
	hand_over(p, connection);
	*ret_media_kept = p->media != NULL;
	if (is_new) {
		meeting_recording_person(p);
		meeting_broadcast(
			p->meeting, p,
			json_pack("{s:s, s:o}", "type", "person", "person", participant_json(p)));
	}
	return p;
}
