#include "signaling/media_session.h"
#include "tests/unit/signaling/fake_relay.h"

#include <glib.h>
#include <string.h>

static const struct media_policy member = {
	.may_publish = true,
	.may_screen = true,
	.max_slots = 32,
	.video_codecs = {CODEC_VP8, CODEC_NONE},
};

static struct media_session *new_session(const struct media_policy *policy)
{
	memset(&fake_relay, 0, sizeof fake_relay);
	return media_session_new(NULL, 7, 17, policy);
}

static char *real_offer(const char *name)
{
	g_autofree char *path = g_build_filename(SOURCE_ROOT, "tests/fuzz/corpus/sdp", name, NULL);
	char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

/* As the web client orders them: four publications, then sound, then pictures. */
#define MAX_LINES 26
static size_t client_lines(struct media_line *lines, size_t n)
{
	static const struct media_line first[] = {
		{.source = SOURCE_MICROPHONE},
		{.source = SOURCE_CAMERA},
		{.source = SOURCE_SCREEN},
		{.source = SOURCE_SCREEN_SOUND},
		{.is_slot = true, .feed = {FEED_VOICE, 0}},
		{.is_slot = true, .feed = {FEED_VOICE, 1}},
		{.is_slot = true, .feed = {FEED_VOICE, 2}},
		{.is_slot = true, .feed = {FEED_SCREEN_SOUND, 0}},
		{.is_slot = true},
		{.is_slot = true, .feed = {FEED_STAGE, 0}, .width = 1280, .height = 720},
		{.is_slot = true, .feed = {FEED_SCREEN, 0}},
	};
	for (size_t i = 0; i < n; i++) {
		lines[i] = i < G_N_ELEMENTS(first)
				   ? first[i]
				   : (struct media_line){.is_slot = true,
							 .feed = {FEED_CAMERA, (uint32_t)i}};
		g_snprintf(lines[i].mid, sizeof lines[i].mid, "%zu", i);
	}
	return n;
}

/* The offer in the file with the client's lines. */
static char *offer(struct media_session *session, const char *sdp, size_t n)
{
	struct media_line lines[MAX_LINES];
	char *answer = NULL;
	GError *error = NULL;
	media_session_offer(session, sdp, lines, client_lines(lines, n), &answer, &error);
	g_assert_no_error(error);
	g_assert_nonnull(answer);
	return answer;
}

static void accepted(struct media_session *session, const char *sdp, size_t n)
{
	g_free(offer(session, sdp, n));
}

static char *replace(const char *text, const char *what, const char *by)
{
	g_auto(GStrv) parts = g_strsplit(text, what, -1);
	g_assert_cmpuint(g_strv_length(parts), >, 1);
	return g_strjoinv(by, parts);
}

static void has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		g_error("\"%s\" isn't in:\n%s", what, text);
}

static void test_first_offer_describes_the_peer(void)
{
	static const char *const names[] = {"chromium-full.sdp", "firefox-full.sdp"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct media_session *session = new_session(&member);
		g_autofree char *sdp = real_offer(names[i]), *answer = offer(session, sdp, 26);
		const struct peer_description *d = &fake_relay.description;
		g_assert_cmpuint(fake_relay.added, ==, 1);
		g_assert_cmpuint(d->id, ==, 17);
		g_assert_cmpuint(d->n_publications, ==, 4);
		g_assert_cmpuint(d->n_slots, ==, 22);
		g_assert_cmpstr(d->publications[1].mid, ==, "1");
		g_assert_cmpint(d->publications[1].source, ==, SOURCE_CAMERA);
		g_assert_cmpuint(d->publications[1].n_layers, ==, 3);
		g_assert_cmpstr(d->publications[1].rid[0], ==, "q");
		g_assert_true(d->publications[1].transport_cc && d->publications[1].nack &&
			      d->publications[1].pli);
		g_assert_cmpuint(d->publications[1].n_codecs, ==, 1);
		g_assert_cmpuint(d->publications[1].codecs[0].rtx_payload_type, !=, 0);
		g_assert_cmpuint(d->publications[1].ssrc[0] != 0, ==,
				 i == 1); /* Firefox names them */
		g_assert_cmpint(d->slots[5].feed.kind, ==, FEED_STAGE);
		g_assert_cmpint(d->slots[5].kind, ==, MEDIA_VIDEO);
		g_assert_cmpuint(d->slots[5].width, ==, 1280);
		g_assert_cmpuint(d->slots[5].rtx_ssrc, !=, 0);
		g_assert_cmpuint(d->slots[0].rtx_ssrc, ==, 0);
		g_assert_cmpuint(d->extensions.id[EXTENSION_MID], !=, 0);
		g_assert_cmpuint(d->extensions.id[EXTENSION_AUDIO_LEVEL], ==, 1);
		g_assert_cmpuint(d->extensions.id[EXTENSION_VIDEO_ORIENTATION], ==, 0);
		g_assert_cmpuint(strlen(fake_relay.credentials.local_ufrag), ==, 8);
		g_assert_cmpuint(strlen(fake_relay.credentials.local_password), ==, 24);
		for (unsigned a = 0; a < d->n_slots; a++)
			for (unsigned b = 0; b < a; b++)
				g_assert_cmpuint(d->slots[a].ssrc, !=, d->slots[b].ssrc);
		has(answer, fake_relay.credentials.local_ufrag);
		has(answer, "a=msid:stage track-9\r\n");
		has(answer, "a=msid:stage track-4\r\n");
		has(answer, "a=msid:screen track-7\r\n");
		has(answer, "a=msid:screen track-10\r\n");
		has(answer, "a=msid:slot-11 track-11\r\n");
		media_session_free(session);
		g_assert_cmpuint(fake_relay.removed, ==, 1);
	}
}

static void test_publications_without_track(void)
{
	static const char *const names[] = {"chromium-notracks.sdp", "firefox-notracks.sdp"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct media_session *session = new_session(&member);
		g_autofree char *sdp = real_offer(names[i]);
		accepted(session, sdp, 12);
		g_assert_cmpuint(fake_relay.description.n_publications, ==, 4);
		media_session_free(session);
	}
}

static void test_listener_publishes_nothing(void)
{
	struct media_policy listener = member;
	listener.may_publish = listener.may_screen = false;
	struct media_session *session = new_session(&listener);
	g_autofree char *sdp = real_offer("chromium-full.sdp"), *answer = offer(session, sdp, 26);
	g_auto(GStrv) parts = g_strsplit(answer, "m=", -1);
	g_assert_cmpuint(fake_relay.description.n_publications, ==, 0);
	g_assert_cmpuint(fake_relay.description.n_slots, ==, 22);
	for (unsigned i = 1; i <= 4; i++)
		has(parts[i], "a=inactive\r\n");
	has(parts[5], "a=sendonly\r\n");
	media_session_free(session);
}

/* With the booth microphone in place of the screen's sound, and a channel in the first slot. */
static char *booth_offer(struct media_session *session)
{
	struct media_line lines[MAX_LINES];
	g_autofree char *sdp = real_offer("chromium-full.sdp");
	char *answer = NULL;
	GError *error = NULL;
	client_lines(lines, 26);
	lines[3].source = SOURCE_BOOTH_MICROPHONE;
	lines[4].feed = (struct feed_key){FEED_CHANNEL, 70};
	lines[5].feed = (struct feed_key){FEED_PROGRAM, 80};
	media_session_offer(session, sdp, lines, 26, &answer, &error);
	g_assert_no_error(error);
	return answer;
}

static void test_only_interpreters_have_a_booth(void)
{
	struct media_policy interpreter = member;
	interpreter.interprets = true;
	struct media_session *session = new_session(&interpreter);
	g_autofree char *answer = booth_offer(session);
	g_auto(GStrv) parts = g_strsplit(answer, "m=", -1);
	g_assert_cmpuint(fake_relay.description.n_publications, ==, 4);
	g_assert_cmpint(fake_relay.description.publications[3].source, ==, SOURCE_BOOTH_MICROPHONE);
	has(parts[4], "a=recvonly\r\n");
	/* All of speech, and a packet also in a pause. */
	has(parts[4], ";maxaveragebitrate=96000;usedtx=0\r\n");
	has(parts[1], ";usedtx=1\r\n");
	media_session_free(session);

	session = new_session(&member);
	g_autofree char *refused = booth_offer(session);
	g_auto(GStrv) refused_parts = g_strsplit(refused, "m=", -1);
	g_assert_cmpuint(fake_relay.description.n_publications, ==, 3);
	has(refused_parts[4], "a=inactive\r\n");
	media_session_free(session);
}

static void test_says_which_channel_is_heard(void)
{
	GError *error = NULL;
	struct media_session *session = new_session(&member);
	g_assert_cmpuint(media_session_listens(session, false), ==, 0);
	g_free(booth_offer(session));
	g_assert_cmpuint(media_session_listens(session, false), ==, 70);
	media_session_set_slot(session, "4", (struct feed_key){FEED_NONE, 0}, 0, 0, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(media_session_listens(session, false), ==, 80);
	g_assert_cmpuint(media_session_listens(session, true), ==, 0); /* a program isn't relay */
	uint32_t program = 0;
	g_assert_cmpuint(media_session_programs(session, &program, 1), ==, 1);
	g_assert_cmpuint(program, ==, 80);
	media_session_set_slot(session, "5", (struct feed_key){FEED_PROGRAM, PROGRAM_FLOOR}, 0, 0,
			       &error);
	g_assert_no_error(error);
	g_assert_cmpuint(media_session_listens(session, false), ==, 0);
	media_session_free(session);
}

static void test_ice_restart_keeps_slots(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("chromium-full.sdp");
	accepted(session, sdp, 26);
	struct fake_relay before = fake_relay;
	accepted(session, sdp, 26);
	g_assert_cmpuint(fake_relay.updated, ==, 1);
	g_assert_cmpstr(fake_relay.credentials.local_ufrag, ==, before.credentials.local_ufrag);
	g_autofree char *changed = replace(sdp, "a=ice-ufrag:6CAn", "a=ice-ufrag:abcd");
	accepted(session, changed, 26);
	g_assert_cmpuint(fake_relay.added, ==, 1);
	g_assert_cmpuint(fake_relay.updated, ==, 2);
	g_assert_cmpstr(fake_relay.credentials.remote_ufrag, ==, "abcd");
	g_assert_cmpstr(fake_relay.credentials.local_ufrag, !=, before.credentials.local_ufrag);
	g_assert_cmpstr(fake_relay.credentials.local_password, !=,
			before.credentials.local_password);
	g_assert_cmpmem(&fake_relay.description, sizeof before.description, &before.description,
			sizeof before.description);
	g_assert_cmpuint(fake_relay.slots_set, ==, 0);
	media_session_free(session);
}

static void test_another_certificate_replaces(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("chromium-full.sdp");
	accepted(session, sdp, 26);
	struct fake_relay before = fake_relay;
	g_autofree char *changed = replace(sdp, "sha-256 BF:F0", "sha-256 BF:F1");
	accepted(session, changed, 26);
	g_assert_cmpuint(fake_relay.added, ==, 2);
	g_assert_cmpuint(fake_relay.updated, ==, 0);
	g_assert_cmpuint(fake_relay.description.id, ==, 17);
	g_assert_cmpuint(fake_relay.description.slots[0].ssrc, !=,
			 before.description.slots[0].ssrc);
	g_assert_cmpstr(fake_relay.credentials.local_ufrag, !=, before.credentials.local_ufrag);
	media_session_free(session);
}

/* The offer cut down to its first m-lines, as if the others came later. */
static char *first_lines(const char *sdp, unsigned n)
{
	g_auto(GStrv) parts = g_strsplit(sdp, "m=", -1);
	GString *out = g_string_new(NULL);
	for (unsigned i = 0; i <= n; i++)
		g_string_append_printf(out, "%s%s", i > 0 ? "m=" : "", parts[i]);
	return g_string_free(out, FALSE);
}

static void test_more_slots(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("firefox-full.sdp"), *few = first_lines(sdp, 10);
	accepted(session, few, 10);
	struct fake_relay before = fake_relay;
	g_assert_cmpuint(before.description.n_slots, ==, 6);
	g_autofree char *second = offer(session, sdp, 26);
	g_assert_cmpuint(fake_relay.updated, ==, 1);
	g_assert_cmpuint(fake_relay.description.n_slots, ==, 22);
	g_assert_cmpmem(fake_relay.description.slots, 6 * sizeof before.description.slots[0],
			before.description.slots, 6 * sizeof before.description.slots[0]);
	has(second, "a=msid:stage track-9\r\n");

	struct media_line lines[MAX_LINES];
	g_autofree char *answer = NULL;
	g_autoptr(GError) error = NULL;
	g_assert_false(
		media_session_offer(session, few, lines, client_lines(lines, 10), &answer, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT);
	has(error->message, "mid 10: m=: gone");
	media_session_free(session);
}

static void test_slots(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("chromium-full.sdp");
	accepted(session, sdp, 26);
	g_autoptr(GError) missing = NULL, kind = NULL;
	g_assert_true(media_session_set_slot(session, "11", (struct feed_key){FEED_CAMERA, 3}, 320,
					     180, NULL));
	g_assert_cmpuint(fake_relay.slots_set, ==, 1);
	g_assert_cmpuint(fake_relay.feed.id, ==, 3);
	g_assert_cmpuint(fake_relay.width, ==, 320);
	g_assert_false(media_session_set_slot(session, "1", (struct feed_key){FEED_CAMERA, 3}, 0, 0,
					      &missing));
	g_assert_error(missing, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_assert_false(media_session_set_slot(session, "11", (struct feed_key){FEED_VOICE, 0}, 0, 0,
					      &kind));
	g_assert_error(kind, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
	/* A new offer that names another feed moves the slot. */
	accepted(session, sdp, 26);
	g_assert_cmpuint(fake_relay.slots_set, ==, 2);
	g_assert_cmpuint(fake_relay.feed.id, ==, 11);
	media_session_free(session);
}

static void refused(const struct media_policy *policy, const struct media_line *lines, size_t n,
		    const char *sdp, enum signaling_error code, const char *message)
{
	struct media_session *session = new_session(policy);
	g_autofree char *answer = NULL;
	g_autoptr(GError) error = NULL;
	g_assert_false(media_session_offer(session, sdp, lines, n, &answer, &error));
	g_assert_error(error, SIGNALING_ERROR, (int)code);
	has(error->message, message);
	g_assert_null(answer);
	g_assert_cmpuint(fake_relay.added, ==, 0);
	media_session_free(session);
	g_assert_cmpuint(fake_relay.removed, ==, 0);
}

static void test_refusals(void)
{
	g_autofree char *sdp = real_offer("chromium-full.sdp");
	struct media_line lines[MAX_LINES];
	size_t n = client_lines(lines, 26);
	refused(&member, lines, n - 1, sdp, SIGNALING_ERROR_MALFORMED,
		"mid 25: lines: doesn't say");
	lines[2].source = SOURCE_CAMERA;
	refused(&member, lines, n, sdp, SIGNALING_ERROR_CONFLICT, "mid 2: source: in two m-lines");
	lines[2].source = SOURCE_MICROPHONE;
	refused(&member, lines, n, sdp, SIGNALING_ERROR_MALFORMED,
		"mid 2: m=: not the kind of its source");
	client_lines(lines, 26);
	lines[4].feed.kind = FEED_STAGE;
	refused(&member, lines, n, sdp, SIGNALING_ERROR_MALFORMED,
		"mid 4: m=: not the kind of its feed");
	client_lines(lines, 26);
	struct media_policy few = member, other = member;
	few.max_slots = 21;
	refused(&few, lines, n, sdp, SIGNALING_ERROR_LIMIT, "mid 25: feed: too many slots");
	other.video_codecs[0] = CODEC_AV1;
	refused(&other, lines, n, sdp, SIGNALING_ERROR_UNSUPPORTED,
		"mid 1: rtpmap: no codec that this meeting allows");
	refused(&member, lines, n, "v=0\r\n", SIGNALING_ERROR_MALFORMED, "sdp: m=: neither");
}

static void test_busy_relay_changes_nothing(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("chromium-full.sdp"), *answer = NULL;
	struct media_line lines[MAX_LINES];
	size_t n = client_lines(lines, 26);
	g_autoptr(GError) error = NULL;
	fake_relay.result = ERR_FULL;
	g_assert_false(media_session_offer(session, sdp, lines, n, &answer, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY);
	fake_relay.result = OK;
	accepted(session, sdp, 26);
	g_assert_cmpuint(fake_relay.added, ==, 1); /* and not an update */
	media_session_free(session);
}

/* Who is there keeps what they have, may restart ICE and have more slots, and publishes no more. */
static void test_overloaded_relay(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("firefox-full.sdp"), *one = first_lines(sdp, 1),
			*few = first_lines(sdp, 10), *answer = NULL;
	struct media_line lines[MAX_LINES];
	g_autoptr(GError) error = NULL;
	accepted(session, one, 1);
	fake_relay.sheds = true;
	g_assert_false(
		media_session_offer(session, few, lines, client_lines(lines, 10), &answer, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_BUSY);
	g_assert_cmpuint(fake_relay.updated, ==, 0);
	fake_relay.sheds = false;
	accepted(session, few, 10);
	fake_relay.sheds = true;
	accepted(session, sdp, 26);
	g_assert_cmpuint(fake_relay.updated, ==, 2);
	g_assert_cmpstr(media_session_slot_mid(session, 0), ==,
			fake_relay.description.slots[0].mid);
	g_assert_null(media_session_slot_mid(session, 22));
	media_session_free(session);
}

static void test_interpreters_are_told_apart(void)
{
	struct media_policy interpreter = member;
	interpreter.interprets = true;
	g_autofree char *sdp = real_offer("chromium-full.sdp");
	struct media_session *session = new_session(&interpreter);
	accepted(session, sdp, 26);
	g_assert_true(fake_relay.description.interprets);
	media_session_free(session);
	session = new_session(&member);
	accepted(session, sdp, 26);
	g_assert_false(fake_relay.description.interprets);
	media_session_free(session);
}

static void test_codecs_follow_the_meeting(void)
{
	struct media_policy several = member;
	several.video_codecs[0] = CODEC_AV1;
	several.video_codecs[1] = CODEC_VP8;
	several.video_codecs[2] = CODEC_NONE;
	struct media_session *session = new_session(&several);
	g_autofree char *sdp = real_offer("chromium-allcodecs.sdp"), *answer = NULL;
	const struct media_line lines[] = {
		{.mid = "0", .source = SOURCE_MICROPHONE},
		{.mid = "1", .source = SOURCE_CAMERA},
		{.mid = "2", .source = SOURCE_SCREEN},
		{.mid = "3", .source = SOURCE_SCREEN_SOUND},
		{.mid = "4", .is_slot = true},
		{.mid = "5", .is_slot = true},
	};
	GError *error = NULL;
	media_session_offer(session, sdp, lines, G_N_ELEMENTS(lines), &answer, &error);
	g_assert_no_error(error);
	has(answer, "m=video 9 UDP/TLS/RTP/SAVPF 45 46 96 97\r\n");
	has(answer, "a=fmtp:45 level-idx=5;profile=0;tier=0;x-google-start-bitrate=1500\r\n");
	g_assert_cmpint(fake_relay.description.publications[1].codecs[0].codec, ==, CODEC_AV1);
	g_assert_cmpuint(fake_relay.description.extensions.id[EXTENSION_DEPENDENCY_DESCRIPTOR], ==,
			 12);
	media_session_free(session);
}

static void test_patch(void)
{
	struct media_session *session = new_session(&member);
	g_autofree char *sdp = real_offer("chromium-full.sdp"), *answer = NULL, *trickled = NULL,
			*restarted = NULL;
	g_autoptr(GError) early = NULL, bad = NULL;
	GError *error = NULL;
	g_assert_false(media_session_patch(session, "a=ice-ufrag:abcd\r\n", &answer, &early));
	g_assert_error(early, SIGNALING_ERROR, SIGNALING_ERROR_CONFLICT);
	accepted(session, sdp, 26);
	g_autofree char *ufrag = g_strdup(media_session_ice_ufrag(session));

	g_assert_true(media_session_patch(
		session,
		"a=ice-ufrag:6CAn\r\na=ice-pwd:4cAO9euW0wVllxUW0F5JTkjY\r\nm=audio 9 RTP/AVP 0\r\n"
		"a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.9 5000 typ host\r\n",
		&trickled, &error));
	g_assert_no_error(error);
	g_assert_null(trickled);
	g_assert_cmpuint(fake_relay.updated, ==, 0);

	g_assert_false(media_session_patch(session, "a=ice-ufrag:abcd\r\na=ice-pwd:short\r\n",
					   &answer, &bad));
	g_assert_error(bad, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);

	g_assert_true(media_session_patch(
		session, "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n", &restarted,
		&error));
	g_assert_no_error(error);
	g_assert_cmpuint(fake_relay.updated, ==, 1);
	g_assert_cmpstr(fake_relay.credentials.remote_ufrag, ==, "abcd");
	g_assert_cmpstr(media_session_ice_ufrag(session), !=, ufrag);
	has(restarted, "a=group:BUNDLE 0 1 2");
	has(restarted, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:");
	has(restarted, media_session_ice_ufrag(session));
	has(restarted, "a=candidate:1 1 udp ");
	media_session_free(session);
}

static void test_inspect(void)
{
	g_autofree char *sdp = real_offer("firefox-datachannel.sdp");
	struct offered_line lines[8];
	size_t n = 0;
	GError *error = NULL;
	media_session_inspect(sdp, lines, G_N_ELEMENTS(lines), &n, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(n, ==, 2); /* without the data channel */
	g_assert_true(lines[0].kind == MEDIA_AUDIO && lines[0].client_sends &&
		      lines[0].client_receives);
	g_assert_true(lines[1].kind == MEDIA_VIDEO);
	g_assert_cmpstr(lines[1].mid, ==, "1");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/media_session/first_offer_describes_the_peer",
			test_first_offer_describes_the_peer);
	g_test_add_func("/media_session/publications_may_lack_a_track",
			test_publications_without_track);
	g_test_add_func("/media_session/listener_publishes_nothing",
			test_listener_publishes_nothing);
	g_test_add_func("/media_session/only_interpreters_have_a_booth",
			test_only_interpreters_have_a_booth);
	g_test_add_func("/media_session/says_which_channel_is_heard",
			test_says_which_channel_is_heard);
	g_test_add_func("/media_session/ice_restart_keeps_slots", test_ice_restart_keeps_slots);
	g_test_add_func("/media_session/another_certificate_replaces_the_peer",
			test_another_certificate_replaces);
	g_test_add_func("/media_session/new_offer_adds_slots_and_loses_none", test_more_slots);
	g_test_add_func("/media_session/slots_move", test_slots);
	g_test_add_func("/media_session/refusals_name_mid_and_reason", test_refusals);
	g_test_add_func("/media_session/busy_relay_changes_nothing",
			test_busy_relay_changes_nothing);
	g_test_add_func("/media_session/overloaded_relay_takes_no_more_publications",
			test_overloaded_relay);
	g_test_add_func("/media_session/interpreters_are_told_apart",
			test_interpreters_are_told_apart);
	g_test_add_func("/media_session/codecs_follow_the_meeting", test_codecs_follow_the_meeting);
	g_test_add_func("/media_session/fragment_trickles_or_restarts", test_patch);
	g_test_add_func("/media_session/inspect_lists_sound_and_pictures", test_inspect);
	return g_test_run();
}
