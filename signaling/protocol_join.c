#include "signaling/feed_name.h"
#include "signaling/meeting_agenda.h"
#include "signaling/meeting_calls.h"
#include "signaling/meeting_floor.h"
#include "signaling/meeting_join.h"
#include "signaling/meeting_languages.h"
#include "signaling/meeting_recording.h"
#include "signaling/protocol.h"
#include <string.h>

#define PROTOCOL_VERSION    1
#define CHAT_LAST	    200
#define CHAT_LAST_BYTES	    262144 /* so that a joined fits well into a WebSocket's queue */
#define CAMERAS		    14
#define DEVICE_DIGITS	    32
#define TURN_CREDENTIAL_SEC 86400

static bool is_hex(const char *text, size_t length)
{
	return strspn(text, "0123456789abcdef") == length && text[length] == '\0';
}

static bool read_resume(const json_t *message, struct join *ret, GError **error)
{
	const json_t *resume = json_object_get(message, "resume");
	if (resume == NULL || json_is_null(resume))
		return true;
	const char *id = NULL;
	if (!json_is_object(resume)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "resume: isn't an object");
		return false;
	}
	if (!field_string(resume, "resume.participant", true, &id, error) ||
	    !field_string(resume, "resume.secret", true, &ret->resume_secret, error))
		return false;
	if (participant_parse_id(id, &ret->resume) &&
	    is_hex(ret->resume_secret, (size_t)2 * SECRET_BYTES))
		return true;
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNAUTHORIZED,
		    "resume: unknown or stale; join without it");
	return false;
}

static bool read_join(const json_t *message, struct join *ret, GError **error)
{
	json_int_t version;
	bool consent = true;
	if (!field_integer(message, "version", true, 0, G_MAXINT32, &version, error))
		return false;
	if (version != PROTOCOL_VERSION) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNSUPPORTED,
			    "version: this server speaks %d; load the page again",
			    PROTOCOL_VERSION);
		return false;
	}
	if (!field_string(message, "token", true, &ret->token, error) ||
	    !field_string(message, "device", true, &ret->device, error) ||
	    !field_bool(message, "listenOnly", &ret->listen_only, error) ||
	    !field_bool(message, "takeover", &ret->takeover, error) ||
	    !field_bool(message, "another", &ret->another, error) ||
	    !field_bool(message, "consent", &consent, error) || !read_resume(message, ret, error))
		return false;
	if (!is_hex(ret->device, DEVICE_DIGITS)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "device: isn't %d hex digits", DEVICE_DIGITS);
		return false;
	}
	ret->unrecorded = !consent;
	return field_profile(message, &ret->profile, error);
}

static json_t *may_json(enum role role)
{
	json_t *may = json_array();
	for (enum action action = 0; action < ACTION_COUNT; action++) {
		if (role_may(role, action))
			json_array_append_new(may, json_string(action_name(action)));
	}
	return may;
}

json_t *chat_json(const struct store_chat *chat)
{
	char from[12];
	g_snprintf(from, sizeof from, "p%u", chat->from);
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:b}", "id", (json_int_t)chat->id, "from", from,
			 "name", chat->name, "text", chat->text, "at", (json_int_t)chat->at,
			 "question", chat->question);
}

struct chat_list {
	json_t *messages;
	size_t bytes;
};

static size_t chat_bytes(const json_t *chat)
{
	return json_string_length(json_object_get(chat, "text"));
}

static void append_chat(void *user, const struct store_chat *chat)
{
	struct chat_list *list = user;
	json_t *message = chat_json(chat);
	list->bytes += chat_bytes(message);
	json_array_append_new(list->messages, message);
	while (list->bytes > CHAT_LAST_BYTES) {
		list->bytes -= chat_bytes(json_array_get(list->messages, 0));
		json_array_remove(list->messages, 0);
	}
}

static json_t *last_chat(const struct meeting *meeting)
{
	GError *error = NULL;
	struct chat_list list = {.messages = json_array()};
	if (!store_chat_last(meeting->meetings->store, meeting->row.id, CHAT_LAST, append_chat,
			     &list, &error))
		g_warning("%s", error->message);
	g_clear_error(&error);
	return list.messages;
}

/*
 * Time-limited TURN credentials as coturn's use-auth-secret takes them
 * (draft-uberti-behave-turn-rest-00): the name is the time of expiry, the password its HMAC-SHA1.
 */
static json_t *ice_server(const char *url, const char *secret, const char *participant)
{
	if (secret == NULL || !g_str_has_prefix(url, "turn"))
		return json_pack("{s:[s]}", "urls", url);
	char *name = g_strdup_printf("%" G_GINT64_FORMAT ":%s",
				     g_get_real_time() / G_USEC_PER_SEC + TURN_CREDENTIAL_SEC,
				     participant);
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA1, (const guchar *)secret, strlen(secret));
	g_hmac_update(hmac, (const guchar *)name, -1);
	guint8 digest[20];
	gsize size = sizeof digest;
	g_hmac_get_digest(hmac, digest, &size);
	g_hmac_unref(hmac);
	char *password = g_base64_encode(digest, size);
	json_t *server = json_pack("{s:[s], s:s, s:s}", "urls", url, "username", name, "credential",
				   password);
	g_free(password);
	g_free(name);
	return server;
}

static json_t *ice_servers(const struct config *config, const char *participant)
{
	json_t *servers = json_array();
	for (char **url = config->ice_servers; url != NULL && *url != NULL; url++)
		json_array_append_new(servers, ice_server(*url, config->turn_secret, participant));
	return servers;
}

static json_t *video_codecs(struct meeting *meeting, enum role role)
{
	struct media_policy policy;
	meeting_policy(meeting, role, &policy);
	json_t *names = json_array();
	for (size_t i = 0;
	     i < G_N_ELEMENTS(policy.video_codecs) && policy.video_codecs[i] != CODEC_NONE; i++)
		json_array_append_new(names, json_string(codec_name(policy.video_codecs[i])));
	return names;
}

static json_t *joined_json(const struct participant *p, const char *secret, bool media_kept)
{
	struct meeting *meeting = p->meeting;
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:{s:i}}",
			 "type", "joined", "version", PROTOCOL_VERSION, "participant", p->id,
			 "secret", secret, "media", media_kept ? "kept" : "new", "role",
			 role_name(p->role), "may", may_json(p->role), "meeting",
			 meeting_json(meeting), "people", meeting_people_json(meeting), "chat",
			 last_chat(meeting), "hands", meeting_hands_json(meeting), "stage",
			 meeting_stage_json(meeting), "screen",
			 meeting_person_or_null(meeting, meeting->shown_screen), "speaking",
			 meeting_speaking_json(meeting), "iceServers",
			 ice_servers(meeting->meetings->config, p->id), "video",
			 video_codecs(meeting, p->role), "limits", "cameras", CAMERAS);
}

/* What interpreters and hosts see of languages beside what everybody does. */
static void add_languages(const struct participant *p, json_t *joined)
{
	const struct meeting *meeting = p->meeting;
	const struct interpreter *one = interpretation_find(meeting->interpretation, p->number);
	json_object_set_new(joined, "languages", meeting_languages_json(meeting));
	if (p->role == ROLE_INTERPRETER || p->role == ROLE_HOST || p->role == ROLE_SERVICE)
		json_object_set_new(joined, "audience", meeting_audience_json(meeting));
	if (one != NULL)
		json_object_set_new(joined, "booth", meeting_booth_json(meeting, one->booth));
	if (participant_calls(p))
		json_object_set_new(joined, "calls", meeting_calls_json(p));
}

bool on_join(const struct request *request, GError **error)
{
	struct join join = {0};
	char secret[2 * SECRET_BYTES + 1];
	bool kept;
	struct participant *p = NULL;
	if (read_join(request->message, &join, error))
		p = meetings_join(request->connection->meetings, &join, request->connection, secret,
				  &kept, error);
	profile_clear(&join.profile);
	if (p == NULL)
		return false;
	json_t *joined = joined_json(p, secret, kept);
	add_languages(p, joined);
	json_object_set_new(joined, "recording", meeting_recording_json(p->meeting));
	meeting_agenda_add(p->meeting, joined);
	request_reply(request, joined);
	json_t *marks = meeting_marks_json(p->meeting, true);
	if (marks != NULL)
		participant_send(p, marks);
	participant_tell_mutes(p);
	if (p->held != 0)
		participant_tell_held(p);
	return true;
}
