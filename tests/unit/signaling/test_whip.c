#include "signaling/whip.h"
#include "tests/unit/signaling/fake_relay.h"

#include <glib.h>
#include <string.h>

/* Meetings and the HTTP server as whip.c sees them: one meeting "demo", and what was answered last.
 */
struct participant {
	struct media_session *media;
	enum role role;
	bool listed, microphone, camera, screen;
	void (*gone)(void *user);
	void *user;
};

static struct {
	unsigned status;
	char *body, *type, *location, *tag;
	GString *headers;
} got;
static GPtrArray *people;

struct meeting *meetings_admit(struct meetings *meetings, const char *meeting_name,
			       const char *bearer, enum action action, struct token *ret_token,
			       GError **error)
{
	static char opaque;
	enum role role;
	if (bearer == NULL || !role_from_name(bearer, &role)) { /* tokens here are just the role */
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNAUTHORIZED,
			    "token: none, or a bad one");
		return NULL;
	}
	if (strcmp(meeting_name, "demo") != 0 || !role_may(role, action)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_FORBIDDEN, "token: may not");
		return NULL;
	}
	*ret_token = (struct token){.role = role};
	return (struct meeting *)&opaque;
}

void token_clear(struct token *token)
{
}

struct participant *meeting_add_device(struct meeting *meeting, const struct token *token,
				       bool listed, GError **error)
{
	const struct media_policy policy = {
		.may_publish = true,
		.may_screen = role_may(token->role, ACTION_SCREEN),
		.max_slots = 8,
		.video_codecs = {CODEC_VP8},
	};
	if (listed && fake_relay.sheds) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY, "media: busy");
		return NULL;
	}
	struct participant *participant = g_new0(struct participant, 1);
	participant->media = media_session_new(NULL, 7, 17, &policy);
	participant->listed = listed;
	g_ptr_array_add(people, participant);
	return participant;
}

struct media_session *participant_media(struct participant *participant)
{
	return participant->media;
}

void participant_leave(struct participant *participant)
{
	if (participant->gone != NULL)
		participant->gone(participant->user);
	media_session_free(participant->media);
	g_ptr_array_remove(people, participant);
	g_free(participant);
}

void participant_on_gone(struct participant *participant, void (*gone)(void *user), void *user)
{
	participant->gone = gone;
	participant->user = user;
}

void participant_set_sources(struct participant *participant, bool microphone, bool camera,
			     bool screen)
{
	participant->microphone = microphone;
	participant->camera = camera;
	participant->screen = screen;
}

void participant_go_on_air(struct participant *participant, const char *language)
{
}

bool meeting_parse_feed(struct meeting *meeting, enum role role, const char *name,
			struct feed_key *ret, enum media_kind *ret_kind, GError **error)
{
	static const struct {
		const char *name;
		struct feed_key key;
		enum media_kind kind;
	} feeds[] = {{"stage", {FEED_STAGE, 0}, MEDIA_VIDEO},
		     {"camera/p3", {FEED_CAMERA, 3}, MEDIA_VIDEO},
		     {"voice/1", {FEED_VOICE, 1}, MEDIA_AUDIO}};
	for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
		if (strcmp(feeds[i].name, name) == 0) {
			*ret = feeds[i].key;
			*ret_kind = feeds[i].kind;
			return true;
		}
	}
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "feed: no feed of that name");
	return false;
}

unsigned meeting_cameras(struct meeting *meeting, struct feed_key *out, unsigned max)
{
	out[0] = (struct feed_key){FEED_CAMERA, 5};
	return 1;
}

char *http_query_value(const struct http_request *request, const char *name)
{
	g_auto(GStrv) pairs = g_strsplit(request->query, "&", -1);
	g_autofree char *prefix = g_strconcat(name, "=", NULL);
	for (size_t i = 0; pairs[i] != NULL; i++)
		if (g_str_has_prefix(pairs[i], prefix))
			return g_strdup(pairs[i] + strlen(prefix));
	return NULL;
}

void http_reply_status(struct http_reply *reply, unsigned status)
{
	got.status = status;
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
	char **keep = strcmp(name, "Location") == 0 ? &got.location
		      : strcmp(name, "ETag") == 0   ? &got.tag
						    : NULL;
	if (keep != NULL) {
		g_free(*keep);
		*keep = g_strdup(value);
	}
	g_string_append_printf(got.headers, "%s: %s\n", name, value);
}

void http_reply_text(struct http_reply *reply, unsigned status, const char *content_type,
		     const char *text)
{
	got.status = status;
	got.type = g_strdup(content_type);
	got.body = g_strdup(text);
}

void http_reply_error(struct http_reply *reply, const GError *error)
{
	unsigned status = signaling_error_status(error);
	if (status == 401)
		http_reply_header(reply, "WWW-Authenticate", "Bearer");
	http_reply_text(reply, status, "application/problem+json", error->message);
}

static struct whip *whip;

static void forget_reply(void)
{
	g_free(got.body);
	g_free(got.type);
	if (got.headers != NULL)
		g_string_free(got.headers, TRUE);
	got.body = got.type = NULL;
	got.headers = NULL;
}

/* Sends a request through the table of routes; location and tag stay those of the last reply that
 * had any. */
static unsigned request(const char *method, const char *path, const char *query, const char *bearer,
			const char *type, const char *if_match, const char *body)
{
	struct http_route routes[WHIP_ROUTES];
	size_t n = 0;
	forget_reply();
	got.headers = g_string_new(NULL);
	got.status = 0;
	whip_routes(whip, routes, &n);
	g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(routes[i].method, method) != 0 ||
		    !g_str_has_prefix(path, routes[i].prefix))
			continue;
		struct http_request r = {
			.method = method,
			.path = path,
			.query = query,
			.rest = path + strlen(routes[i].prefix),
			.bearer = bearer,
			.content_type = type,
			.if_match = if_match,
			.body = bytes,
		};
		g_assert_cmpuint(strlen(body), <=, routes[i].max_body);
		routes[i].handle(routes[i].user, &r, NULL);
	}
	return got.status;
}

static const char *fragment = "application/trickle-ice-sdpfrag", *sdp_type = "application/sdp";
static char *offer;

static void set_up(void)
{
	g_autofree char *path = g_build_filename(
		SOURCE_ROOT, "tests/fuzz/corpus/sdp/firefox-datachannel.sdp", NULL);
	GError *error = NULL;
	g_file_get_contents(path, &offer, NULL, &error);
	g_assert_no_error(error);
	memset(&fake_relay, 0, sizeof fake_relay);
	people = g_ptr_array_new();
	whip = whip_new(NULL);
}

static void tear_down(void)
{
	whip_free(whip);
	g_assert_cmpuint(people->len, ==, 0);
	g_ptr_array_unref(people);
	g_clear_pointer(&offer, g_free);
	g_clear_pointer(&got.location, g_free);
	g_clear_pointer(&got.tag, g_free);
	forget_reply();
}

static void has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		g_error("\"%s\" isn't in:\n%s", what, text);
}

static void test_publish(void)
{
	set_up();
	g_assert_cmpuint(request("POST", "/whip/demo", "", "member", sdp_type, NULL, offer), ==,
			 201);
	g_assert_cmpstr(got.type, ==, sdp_type);
	has(got.body, "a=recvonly");
	g_assert_true(g_str_has_prefix(got.location, "/whip/demo/"));
	g_assert_cmpuint(strlen(got.location), ==, strlen("/whip/demo/") + 32);
	has(got.tag, fake_relay.credentials.local_ufrag);
	has(got.headers->str, "Access-Control-Allow-Origin: *\n");
	has(got.headers->str, "Access-Control-Expose-Headers: Location, ETag, Link");
	const struct participant *participant = people->pdata[0];
	g_assert_true(participant->listed && participant->microphone && participant->camera &&
		      !participant->screen);
	g_assert_cmpint(fake_relay.description.publications[0].source, ==, SOURCE_MICROPHONE);
	g_assert_cmpint(fake_relay.description.publications[1].source, ==, SOURCE_CAMERA);
	g_assert_cmpuint(request("DELETE", got.location, "", NULL, NULL, NULL, ""), ==, 200);
	g_assert_cmpuint(people->len, ==, 0);
	g_assert_cmpuint(fake_relay.removed, ==, 1);
	g_assert_cmpuint(request("DELETE", got.location, "", NULL, NULL, NULL, ""), ==, 404);
	tear_down();
}

static void test_view(void)
{
	set_up();
	g_assert_cmpuint(request("POST", "/whep/demo", "", "listener",
				 "application/sdp; charset=utf-8", NULL, offer),
			 ==, 201);
	const struct slot_description *slots = fake_relay.description.slots;
	g_assert_cmpuint(fake_relay.description.n_publications, ==, 0);
	g_assert_cmpuint(fake_relay.description.n_slots, ==, 2);
	g_assert_true(slots[0].feed.kind == FEED_VOICE && slots[0].feed.id == 0);
	g_assert_true(slots[1].feed.kind == FEED_STAGE && slots[1].width == 0);
	g_assert_false(((struct participant *)people->pdata[0])->listed);
	g_assert_cmpuint(request("POST", "/whep/demo",
				 "video=camera/p3,stage&audio=voice/1&size=640x360", "listener",
				 sdp_type, NULL, offer),
			 ==, 201);
	g_assert_true(slots[0].feed.kind == FEED_VOICE && slots[0].feed.id == 1 &&
		      slots[0].width == 0);
	g_assert_true(slots[1].feed.kind == FEED_CAMERA && slots[1].feed.id == 3);
	g_assert_true(slots[1].width == 640 && slots[1].height == 360);
	tear_down();
}

static void test_refusals(void)
{
	static const struct {
		const char *path, *query, *bearer, *type, *body; /* body NULL: the offer */
		unsigned status;
	} rows[] = {
		{"/whip/demo", "", NULL, "application/sdp", NULL, 401},
		{"/whip/demo", "", "nonsense", "application/sdp", NULL, 401},
		{"/whip/demo", "", "listener", "application/sdp", NULL, 403},
		{"/whip/other", "", "member", "application/sdp", NULL, 403},
		{"/whip/demo", "", "member", "application/json", NULL, 415},
		{"/whip/demo", "", "member", NULL, NULL, 415},
		{"/whip/demo", "", "member", "application/sdp", "", 400},
		{"/whip/demo", "", "member", "application/sdp", "v=0\r\n", 400},
		{"/whip/demo/0123", "", "member", "application/sdp", NULL, 405},
		{"/whip/demo/0123/4", "", "member", "application/sdp", NULL, 404},
		{"/whip/", "", "member", "application/sdp", NULL, 404},
		{"/whep/demo", "", "viewer", "application/sdp", NULL, 403},
		{"/whep/demo", "video=mars", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "video=voice/1", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "audio=stage", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "size=640", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "size=640x360x", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "size=0x360", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "size=-1x360", "member", "application/sdp", NULL, 400},
		{"/whep/demo", "size=99999x360", "member", "application/sdp", NULL, 400},
	};
	set_up();
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s?%s", rows[i].path, rows[i].query);
		g_assert_cmpuint(request("POST", rows[i].path, rows[i].query, rows[i].bearer,
					 rows[i].type, NULL,
					 rows[i].body != NULL ? rows[i].body : offer),
				 ==, rows[i].status);
		has(got.headers->str, "Access-Control-Allow-Origin: *\n");
		if (rows[i].status == 401)
			has(got.headers->str, "WWW-Authenticate: Bearer\n");
		g_assert_cmpuint(people->len, ==, 0);
	}
	g_assert_cmpuint(fake_relay.added, ==, 0);
	tear_down();
}

static void test_overloaded(void)
{
	set_up();
	fake_relay.sheds = true;
	g_assert_cmpuint(request("POST", "/whip/demo", "", "member", sdp_type, NULL, offer), ==,
			 503);
	has(got.headers->str, "Retry-After: 30\n");
	g_assert_cmpuint(people->len, ==, 0);
	g_assert_cmpuint(request("POST", "/whep/demo", "", "member", sdp_type, NULL, offer), ==,
			 201);
	tear_down();
}

static void test_patch(void)
{
	static const char *candidate =
		"a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.9 5000 typ host\r\n";
	static const char *restart = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n";
	set_up();
	request("POST", "/whip/demo", "", "member", sdp_type, NULL, offer);
	g_autofree char *tag = g_strdup(got.tag);
	g_assert_cmpuint(request("PATCH", got.location, "", "member", fragment, tag, candidate), ==,
			 204);
	g_assert_cmpuint(request("PATCH", got.location, "", "member", fragment, NULL, candidate),
			 ==, 428);
	g_assert_cmpuint(
		request("PATCH", got.location, "", "member", fragment, "\"other\"", candidate), ==,
		412);
	g_assert_cmpuint(request("PATCH", got.location, "", "member", sdp_type, tag, candidate), ==,
			 415);
	g_assert_cmpuint(request("PATCH", got.location, "", "nonsense", fragment, tag, candidate),
			 ==, 401);
	g_assert_cmpuint(
		request("PATCH", "/whep/demo/0123", "", "member", fragment, tag, candidate), ==,
		404);
	g_assert_cmpuint(
		request("PATCH", got.location, "", NULL, fragment, "*", "a=ice-ufrag:abcd\r\n"), ==,
		400);
	g_assert_cmpuint(fake_relay.updated, ==, 0);
	g_assert_cmpuint(request("PATCH", got.location, "", NULL, fragment, "*", restart), ==, 200);
	g_assert_cmpstr(got.type, ==, fragment);
	g_assert_cmpuint(fake_relay.updated, ==, 1);
	g_assert_cmpstr(got.tag, !=, tag);
	has(got.tag, fake_relay.credentials.local_ufrag);
	has(got.body, fake_relay.credentials.local_password);
	tear_down();
}

static void test_session_goes_with_its_participant(void)
{
	set_up();
	request("POST", "/whip/demo", "", "member", sdp_type, NULL, offer);
	participant_leave(people->pdata[0]); /* e.g. a host removed them */
	g_assert_cmpuint(request("DELETE", got.location, "", "member", NULL, NULL, ""), ==, 404);
	request("POST", "/whip/demo", "", "member", sdp_type, NULL, offer);
	tear_down(); /* checks that freeing ends the other one */
}

static void test_other_methods(void)
{
	set_up();
	g_assert_cmpuint(request("OPTIONS", "/whip/demo", "", NULL, NULL, NULL, ""), ==, 204);
	has(got.headers->str, "Accept-Post: application/sdp\n");
	has(got.headers->str,
	    "Access-Control-Allow-Headers: Authorization, Content-Type, If-Match\n");
	g_assert_cmpuint(request("GET", "/whip/demo", "", "member", NULL, NULL, ""), ==, 405);
	g_assert_cmpuint(request("PUT", "/whep/demo/0123", "", "member", NULL, NULL, ""), ==, 405);
	has(got.headers->str, "Allow: POST, PATCH, DELETE, OPTIONS\n");
	tear_down();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/whip/publisher_gets_a_session_until_delete", test_publish);
	g_test_add_func("/whip/viewer_gets_the_feeds_that_the_query_names", test_view);
	g_test_add_func("/whip/refusals_leave_nobody_behind", test_refusals);
	g_test_add_func("/whip/overloaded_relay_takes_viewers_only", test_overloaded);
	g_test_add_func("/whip/patch_trickles_or_restarts", test_patch);
	g_test_add_func("/whip/session_goes_with_its_participant",
			test_session_goes_with_its_participant);
	g_test_add_func("/whip/other_methods", test_other_methods);
	return g_test_run();
}
