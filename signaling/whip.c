/*
 * WHIP and WHEP. A session is a participant (see meeting.h) and an id by which HTTP finds it; it
 * goes when the participant goes, for whatever reason.
 */
#include "signaling/whip.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define SDP_TYPE      "application/sdp"
#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag"
#define FRAGMENT_MAX  16384
#define OFFER_MAX     262144
#define MAX_LINES     64
#define RETRY_AFTER   "30" /* seconds, of one that the relay is too busy for */
#define METHODS	      "POST, PATCH, DELETE, OPTIONS"

struct whip {
	struct meetings *meetings;
	GHashTable *sessions; /* id -> struct session, owned */
};

struct session {
	struct whip *whip;
	char id[33];
	bool whep;
	char *meeting;
	struct participant *participant;
};

static void session_free(void *data)
{
	struct session *session = data;
	g_free(session->meeting);
	g_free(session);
}

struct whip *whip_new(struct meetings *meetings)
{
	struct whip *whip = g_new0(struct whip, 1);
	whip->meetings = meetings;
	whip->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, session_free);
	return whip;
}

void whip_free(struct whip *whip)
{
	GHashTableIter iter;
	void *value;
	if (whip == NULL)
		return;
	/* Leaving calls on_gone, which takes the session out: so the iterator starts anew each
	 * time. */
	while (g_hash_table_iter_init(&iter, whip->sessions),
	       g_hash_table_iter_next(&iter, NULL, &value))
		participant_leave(((struct session *)value)->participant);
	g_hash_table_unref(whip->sessions);
	g_free(whip);
}

static void on_gone(void *user)
{
	struct session *session = user;
	g_hash_table_remove(session->whip->sessions, session->id);
}

/* RFC 9725, section 4.7: the URL is hard to guess, since it alone gives the right to end the
 * session. */
static void random_id(char out[static 33])
{
	uint8_t bytes[16];
	ssize_t got = getrandom(bytes, sizeof bytes, 0);
	g_assert(got == (ssize_t)sizeof bytes); /* never short below 256 bytes: getrandom(2) */
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void allow_origins(struct http_reply *reply)
{
	http_reply_header(reply, "Access-Control-Allow-Origin", "*");
	http_reply_header(reply, "Access-Control-Expose-Headers",
			  "Location, ETag, Link, Accept-Post, Accept-Patch");
}

static void reply_error(struct http_reply *reply, GError *error)
{
	if (g_error_matches(error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY))
		http_reply_header(reply, "Retry-After", RETRY_AFTER);
	http_reply_error(reply, error);
	g_error_free(error);
}

/* What has no signaling_error of its own. title is plain text without quotes. */
static void reply_problem(struct http_reply *reply, unsigned status, const char *title)
{
	g_autofree char *json = g_strdup_printf(
		"{\"type\":\"about:blank\",\"status\":%u,\"title\":\"%s\"}", status, title);
	http_reply_text(reply, status, "application/problem+json", json);
}

static bool has_type(const struct http_request *request, const char *type)
{
	size_t length = strlen(type);
	const char *given = request->content_type;
	return given != NULL && g_ascii_strncasecmp(given, type, length) == 0 &&
	       (given[length] == '\0' || given[length] == ';' || given[length] == ' ');
}

/* "MEETING" or "MEETING/ID"; false: something else. *ret_id is NULL in the first form. */
static bool split_path(const struct http_request *request, char **ret_meeting, char **ret_id)
{
	g_auto(GStrv) parts = g_strsplit(request->rest, "/", 3);
	unsigned n = g_strv_length(parts);
	if (n < 1 || n > 2 || *parts[0] == '\0' || (n == 2 && *parts[1] == '\0'))
		return false;
	*ret_meeting = g_strdup(parts[0]);
	*ret_id = n == 2 ? g_strdup(parts[1]) : NULL;
	return true;
}

static char *body_text(const struct http_request *request, GError **error)
{
	size_t size = 0;
	const char *data = g_bytes_get_data(request->body, &size);
	if (size == 0 || memchr(data, '\0', size) != NULL) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "body: empty, or no text");
		return NULL;
	}
	return g_strndup(data, size);
}

static bool malformed(GError **error, const char *field, const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: %s", field, what);
	return false;
}

static struct media_line line_of(const struct offered_line *offered)
{
	struct media_line line = {0};
	memcpy(line.mid, offered->mid, sizeof line.mid);
	return line;
}

/* An interpreter's device speaks into the token's first language, unless ?as=floor says otherwise.
 */
static bool is_booth(const struct http_request *request, const struct token *token)
{
	g_autofree char *as = http_query_value(request, "as");
	return token->role == ROLE_INTERPRETER && token->languages[0] != NULL &&
	       (as == NULL || strcmp(as, "floor") != 0);
}

/* WHIP: the order of the m-lines says what they are. */
static bool whip_lines(const struct offered_line *offered, size_t n, bool booth,
		       struct media_line *lines, GError **error)
{
	const enum source sources[][2] = {
		[MEDIA_AUDIO] = {booth ? SOURCE_BOOTH_MICROPHONE : SOURCE_MICROPHONE,
				 SOURCE_SCREEN_SOUND},
		[MEDIA_VIDEO] = {booth ? SOURCE_BOOTH_CAMERA : SOURCE_CAMERA, SOURCE_SCREEN},
	};
	unsigned count[2] = {0};
	for (size_t i = 0; i < n; i++) {
		unsigned nth = count[offered[i].kind]++;
		if (nth >= G_N_ELEMENTS(sources[0]))
			return malformed(error, "sdp: m=", "more than two of a kind");
		lines[i] = line_of(&offered[i]);
		lines[i].source = sources[offered[i].kind][nth];
	}
	return true;
}

/* ?size=640x360; absent: 0, the best there is. */
static bool query_size(const struct http_request *request, uint16_t *ret_width,
		       uint16_t *ret_height, GError **error)
{
	g_autofree char *text = http_query_value(request, "size");
	unsigned width = 0, height = 0;
	char end = '\0';
	if (text == NULL)
		return true;
	if (!g_ascii_isdigit(*text) || sscanf(text, "%5ux%5u%c", &width, &height, &end) != 2 ||
	    width == 0 || width > 16384 || height == 0 || height > 16384)
		return malformed(error, "size", "must be WIDTHxHEIGHT, 1 to 16384 each");
	*ret_width = (uint16_t)width;
	*ret_height = (uint16_t)height;
	return true;
}

/* The feeds for the m-lines of one kind: from the query, else the default row. Returns false on a
 * bad name. */
static bool query_feeds(const struct http_request *request, struct meeting *meeting, enum role role,
			enum media_kind kind, struct feed_key feeds[static MAX_LINES],
			GError **error)
{
	const char *name = kind == MEDIA_VIDEO ? "video" : "audio";
	g_autofree char *text = http_query_value(request, name);
	memset(feeds, 0, MAX_LINES * sizeof *feeds); /* FEED_NONE */
	if (text == NULL && kind == MEDIA_VIDEO) {
		feeds[0].kind = FEED_STAGE;
		meeting_cameras(meeting, feeds + 1, MAX_LINES - 1);
		return true;
	}
	if (text == NULL) {
		for (unsigned seat = 0; seat < VOICE_SEATS; seat++)
			feeds[seat] = (struct feed_key){FEED_VOICE, seat};
		return true;
	}
	g_auto(GStrv) names = g_strsplit(text, ",", MAX_LINES + 1);
	for (unsigned i = 0; names[i] != NULL; i++) {
		enum media_kind is = kind;
		if (i == MAX_LINES)
			return malformed(error, name, "too many feeds");
		if (!meeting_parse_feed(meeting, role, names[i], &feeds[i], &is, error)) {
			g_prefix_error(error, "%s: ", name);
			return false;
		}
		if (is != kind)
			return malformed(error, name, "a feed of the other kind");
	}
	return true;
}

/* WHEP: the n-th m-line of a kind gets the n-th feed of that kind. */
static bool whep_lines(const struct http_request *request, struct meeting *meeting, enum role role,
		       const struct offered_line *offered, size_t n, struct media_line *lines,
		       GError **error)
{
	struct feed_key feeds[2][MAX_LINES];
	unsigned count[2] = {0};
	uint16_t width = 0, height = 0;
	if (!query_feeds(request, meeting, role, MEDIA_AUDIO, feeds[MEDIA_AUDIO], error) ||
	    !query_feeds(request, meeting, role, MEDIA_VIDEO, feeds[MEDIA_VIDEO], error) ||
	    !query_size(request, &width, &height, error))
		return false;
	for (size_t i = 0; i < n; i++) {
		enum media_kind kind = offered[i].kind;
		lines[i] = line_of(&offered[i]);
		lines[i].is_slot = true;
		lines[i].feed = feeds[kind][count[kind]++];
		lines[i].width = kind == MEDIA_VIDEO ? width : 0;
		lines[i].height = kind == MEDIA_VIDEO ? height : 0;
	}
	return true;
}

static void show_sources(struct participant *participant, const struct offered_line *offered,
			 const struct media_line *lines, size_t n)
{
	bool sends[SOURCE_COUNT] = {false};
	for (size_t i = 0; i < n; i++)
		sends[lines[i].source] |= offered[i].client_sends;
	participant_set_sources(participant, sends[SOURCE_MICROPHONE], sends[SOURCE_CAMERA],
				sends[SOURCE_SCREEN]);
}

static void add_entity_tag(struct http_reply *reply, const struct session *session)
{
	g_autofree char *tag = g_strdup_printf(
		"\"%s\"", media_session_ice_ufrag(participant_media(session->participant)));
	http_reply_header(reply, "ETag", tag);
}

/* Makes the participant and answers. Nothing remains of it on an error. */
static bool create(struct whip *whip, const struct http_request *request, bool whep,
		   const char *meeting_name, struct http_reply *reply, GError **error)
{
	struct offered_line offered[MAX_LINES];
	struct media_line lines[MAX_LINES];
	size_t n = 0;
	g_autofree char *sdp = NULL, *answer = NULL, *location = NULL;
	struct token token = {0};
	struct meeting *meeting =
		meetings_admit(whip->meetings, meeting_name, request->bearer,
			       whep ? ACTION_JOIN : ACTION_PUBLISH, &token, error);
	if (meeting == NULL)
		return false;
	struct participant *participant = NULL;
	bool booth = is_booth(request, &token);
	bool ok =
		(sdp = body_text(request, error)) != NULL &&
		media_session_inspect(sdp, offered, MAX_LINES, &n, error) &&
		(whep ? whep_lines(request, meeting, token.role, offered, n, lines, error)
		      : whip_lines(offered, n, booth, lines, error)) &&
		(participant = meeting_add_device(meeting, &token, !whep, error)) != NULL &&
		media_session_offer(participant_media(participant), sdp, lines, n, &answer, error);
	if (ok) {
		struct session *session = g_new0(struct session, 1);
		*session = (struct session){.whip = whip,
					    .whep = whep,
					    .meeting = g_strdup(meeting_name),
					    .participant = participant};
		random_id(session->id);
		g_hash_table_insert(whip->sessions, session->id, session);
		participant_on_gone(participant, on_gone, session);
		if (!whep)
			show_sources(participant, offered, lines, n);
		if (!whep && booth)
			participant_go_on_air(participant, token.languages[0]);
		location = g_strdup_printf("/%s/%s/%s", whep ? "whep" : "whip", meeting_name,
					   session->id);
		http_reply_text(reply, 201, SDP_TYPE, answer);
		http_reply_header(reply, "Location", location);
		http_reply_header(reply, "Accept-Patch", FRAGMENT_TYPE);
		add_entity_tag(reply, session);
	} else if (participant != NULL) {
		participant_leave(participant);
	}
	token_clear(&token);
	return ok;
}

static void on_post(struct whip *whip, const struct http_request *request, bool whep,
		    struct http_reply *reply)
{
	g_autofree char *meeting = NULL, *id = NULL;
	GError *error = NULL;
	allow_origins(reply);
	if (!split_path(request, &meeting, &id)) {
		reply_problem(reply, 404, "no such meeting");
	} else if (id != NULL) {
		reply_problem(reply, 405, "POST goes to the meeting, not to a session");
		http_reply_header(reply, "Allow", "PATCH, DELETE, OPTIONS");
	} else if (!has_type(request, SDP_TYPE)) {
		reply_problem(reply, 415, "Content-Type must be " SDP_TYPE);
		http_reply_header(reply, "Accept-Post", SDP_TYPE);
	} else if (!create(whip, request, whep, meeting, reply, &error)) {
		reply_error(reply, error);
	}
}

/*
 * The session that the path names; NULL: answered already. The id is the capability; who sends a
 * token all the same is told when it is no longer good.
 */
static struct session *find_session(struct whip *whip, const struct http_request *request,
				    bool whep, struct http_reply *reply)
{
	g_autofree char *meeting = NULL, *id = NULL;
	GError *error = NULL;
	struct token token = {0};
	struct session *session = NULL;
	if (split_path(request, &meeting, &id) && id != NULL)
		session = g_hash_table_lookup(whip->sessions, id);
	if (session == NULL || session->whep != whep || strcmp(session->meeting, meeting) != 0) {
		reply_problem(reply, 404, "no such session");
		return NULL;
	}
	if (request->bearer != NULL &&
	    meetings_admit(whip->meetings, meeting, request->bearer,
			   whep ? ACTION_JOIN : ACTION_PUBLISH, &token, &error) == NULL) {
		reply_error(reply, error);
		session = NULL;
	}
	token_clear(&token);
	return session;
}

/* RFC 9725, section 4.3: If-Match says which ICE session is meant; "*" goes with a restart. */
static bool precondition(const struct session *session, const struct http_request *request,
			 struct http_reply *reply)
{
	if (request->if_match == NULL) {
		reply_problem(reply, 428, "If-Match must name the ETag, or * for an ICE restart");
		return false;
	}
	if (strcmp(request->if_match, "*") == 0)
		return true;
	g_autofree char *tag = g_strdup_printf(
		"\"%s\"", media_session_ice_ufrag(participant_media(session->participant)));
	if (strcmp(request->if_match, tag) == 0)
		return true;
	reply_problem(reply, 412, "of another ICE session");
	return false;
}

static void on_patch(struct whip *whip, const struct http_request *request, bool whep,
		     struct http_reply *reply)
{
	g_autofree char *fragment = NULL, *answer = NULL;
	GError *error = NULL;
	allow_origins(reply);
	struct session *session = find_session(whip, request, whep, reply);
	if (session == NULL)
		return;
	if (!has_type(request, FRAGMENT_TYPE)) {
		reply_problem(reply, 415, "Content-Type must be " FRAGMENT_TYPE);
		http_reply_header(reply, "Accept-Patch", FRAGMENT_TYPE);
		return;
	}
	if (!precondition(session, request, reply))
		return;
	fragment = body_text(request, &error);
	if (fragment == NULL || !media_session_patch(participant_media(session->participant),
						     fragment, &answer, &error)) {
		reply_error(reply, error);
		return;
	}
	if (answer != NULL)
		http_reply_text(reply, 200, FRAGMENT_TYPE, answer);
	else
		http_reply_status(reply, 204);
	add_entity_tag(reply, session);
}

static void on_delete(struct whip *whip, const struct http_request *request, bool whep,
		      struct http_reply *reply)
{
	allow_origins(reply);
	struct session *session = find_session(whip, request, whep, reply);
	if (session == NULL)
		return;
	participant_leave(session->participant);
	http_reply_status(reply, 200);
}

static void on_options(struct whip *whip, const struct http_request *request, bool whep,
		       struct http_reply *reply)
{
	allow_origins(reply);
	http_reply_status(reply, 204);
	http_reply_header(reply, "Access-Control-Allow-Methods", METHODS);
	http_reply_header(reply, "Access-Control-Allow-Headers",
			  "Authorization, Content-Type, If-Match");
	http_reply_header(reply, "Access-Control-Max-Age", "86400");
	http_reply_header(reply, "Accept-Post", SDP_TYPE);
}

/* RFC 9725, section 4.2: kept for later use by the standard. */
static void on_other(struct whip *whip, const struct http_request *request, bool whep,
		     struct http_reply *reply)
{
	allow_origins(reply);
	reply_problem(reply, 405, "the methods are " METHODS);
	http_reply_header(reply, "Allow", METHODS);
}

static const struct row {
	const char *method;
	size_t max_body;
	void (*handle)(struct whip *whip, const struct http_request *request, bool whep,
		       struct http_reply *reply);
} rows[] = {
	{"POST", OFFER_MAX, on_post}, {"PATCH", FRAGMENT_MAX, on_patch},
	{"DELETE", 0, on_delete},     {"OPTIONS", 0, on_options},
	{"GET", 0, on_other},	      {"HEAD", 0, on_other},
	{"PUT", 0, on_other},
};

static void dispatch(struct whip *whip, const struct http_request *request, bool whep,
		     struct http_reply *reply)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (strcmp(rows[i].method, request->method) == 0)
			rows[i].handle(whip, request, whep, reply);
}

static void handle_whip(void *user, const struct http_request *request, struct http_reply *reply)
{
	dispatch(user, request, false, reply);
}

static void handle_whep(void *user, const struct http_request *request, struct http_reply *reply)
{
	dispatch(user, request, true, reply);
}

void whip_routes(struct whip *whip, struct http_route *out, size_t *n)
{
	G_STATIC_ASSERT(WHIP_ROUTES == 2 * G_N_ELEMENTS(rows));
	for (size_t i = 0; i < WHIP_ROUTES; i++) {
		const struct row *row = &rows[i / 2];
		out[i] = (struct http_route){
			.method = row->method,
			.prefix = i % 2 == 0 ? "/whip/" : "/whep/",
			.max_body = row->max_body,
			.handle = i % 2 == 0 ? handle_whip : handle_whep,
			.user = whip,
		};
	}
	*n = WHIP_ROUTES;
}
