#include "signaling/sdp.h"

#include <glib.h>
#include <string.h>

static char *real_offer(const char *name)
{
	g_autofree char *path = g_build_filename(SOURCE_ROOT, "tests/fuzz/corpus/sdp", name, NULL);
	char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_file_get_contents(path, &text, NULL, &error);
	g_assert_no_error(error);
	return text;
}

static struct sdp_offer *parse(const char *text)
{
	GError *error = NULL;
	struct sdp_offer *offer = sdp_offer_parse(text, &error);
	g_assert_no_error(error);
	g_assert_nonnull(offer);
	return offer;
}

/* A small valid offer; tests change lines of it. */
#define SESSION "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
#define FINGERPRINT                                                                                \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:"  \
	"1D:1E:1F"
#define TRANSPORT                                                                                  \
	"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-"               \
	"256 " FINGERPRINT "\r\na=setup:actpass\r\na=rtcp-mux\r\n"
#define AUDIO                                                                                      \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 "                                             \
	"0.0.0.0\r\na=mid:0\r\na=sendonly\r\n" TRANSPORT                                           \
	"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"                   \
	"a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
#define VIDEO                                                                                      \
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 "                                           \
	"0.0.0.0\r\na=mid:1\r\na=recvonly\r\n" TRANSPORT                                           \
	"a=rtpmap:96 VP8/90000\r\na=rtcp-fb:* nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 "       \
	"rtx/90000\r\n"                                                                            \
	"a=fmtp:97 apt=96\r\na=rid:x send\r\na=rid:y send\r\na=simulcast:send x;~y,z\r\n"
#define SMALL SESSION AUDIO VIDEO

static void test_chromium(void)
{
	g_autofree char *text = real_offer("chromium-full.sdp");
	struct sdp_offer *offer = parse(text);
	const struct sdp_line *mic = &offer->lines[0], *camera = &offer->lines[1],
			      *screen = &offer->lines[2], *voice = &offer->lines[4],
			      *stage = &offer->lines[9];
	g_assert_cmpuint(offer->n_lines, ==, 26);
	g_assert_cmpstr(offer->ufrag, ==, "6CAn");
	g_assert_cmpstr(offer->password, ==, "4cAO9euW0wVllxUW0F5JTkjY");
	g_assert_cmpuint(offer->fingerprint[0], ==, 0xbf);
	g_assert_cmpuint(offer->fingerprint[31], ==, 0x28);
	g_assert_true(offer->allow_mixed);

	g_assert_cmpint(mic->kind, ==, MEDIA_AUDIO);
	g_assert_true(mic->sends && !mic->receives);
	g_assert_cmpuint(mic->n_codecs, ==, 1);
	g_assert_cmpint(mic->codecs[0].codec, ==, CODEC_OPUS);
	g_assert_cmpuint(mic->codecs[0].payload_type, ==, 111);
	g_assert_true(mic->codecs[0].transport_cc && !mic->codecs[0].nack);
	g_assert_cmpuint(mic->extension[EXTENSION_AUDIO_LEVEL], ==, 1);
	g_assert_cmpuint(mic->extension[EXTENSION_MID], ==, 4);
	g_assert_cmpuint(mic->ssrc[0], ==, 1398383727);

	g_assert_cmpuint(camera->n_rids, ==, 3);
	g_assert_cmpstr(camera->rid[0], ==, "q");
	g_assert_cmpstr(camera->rid[2], ==, "f");
	g_assert_cmpuint(camera->ssrc[0], ==, 0);
	g_assert_cmpuint(camera->extension[EXTENSION_REPAIRED_RID], ==, 11);
	g_assert_cmpuint(camera->codecs[0].rtx_payload_type, ==, 97);
	g_assert_true(camera->codecs[0].nack && camera->codecs[0].pli && camera->codecs[0].fir);
	g_assert_true(camera->reduced_size);

	g_assert_cmpuint(screen->ssrc[0], ==, 1888403276);
	g_assert_cmpuint(screen->rtx_ssrc[0], ==, 4166544322);
	g_assert_true(!voice->sends && voice->receives);
	g_assert_true(stage->kind == MEDIA_VIDEO && stage->receives);
	sdp_offer_free(offer);
}

static void test_firefox(void)
{
	g_autofree char *text = real_offer("firefox-full.sdp");
	struct sdp_offer *offer = parse(text);
	const struct sdp_line *camera = &offer->lines[1];
	g_assert_cmpuint(offer->n_lines, ==, 26);
	for (unsigned i = 0; i < offer->n_lines; i++) /* port 0 with bundle-only is no rejection */
		g_assert_false(offer->lines[i].rejected);
	g_assert_cmpuint(offer->fingerprint[0], ==, 0x92); /* of the session level */
	g_assert_cmpuint(camera->n_rids, ==, 3);
	g_assert_cmpuint(camera->ssrc[0], ==, 3363203423);
	g_assert_cmpuint(camera->rtx_ssrc[0], ==, 3557775636);
	g_assert_cmpuint(camera->ssrc[2], ==, 3612677980);
	g_assert_cmpuint(camera->rtx_ssrc[2], ==, 3921204394);
	g_assert_cmpint(camera->extension_direction[EXTENSION_RID], ==, SDP_SENDONLY);
	g_assert_true(camera->sends && !camera->receives);
	sdp_offer_free(offer);
}

static void test_codecs(void)
{
	g_autofree char *text = real_offer("chromium-allcodecs.sdp");
	struct sdp_offer *offer = parse(text);
	const struct sdp_line *camera = &offer->lines[1];
	const struct {
		enum codec codec;
		unsigned payload_type, rtx;
	} expected[] = {{CODEC_VP8, 96, 97},
			{CODEC_H264, 108, 109},
			{CODEC_AV1, 45, 46},
			{CODEC_VP9, 98, 99}};
	g_assert_cmpuint(camera->n_codecs, ==, G_N_ELEMENTS(expected));
	for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
		g_assert_cmpint(camera->codecs[i].codec, ==, expected[i].codec);
		g_assert_cmpuint(camera->codecs[i].payload_type, ==, expected[i].payload_type);
		g_assert_cmpuint(camera->codecs[i].rtx_payload_type, ==, expected[i].rtx);
	}
	sdp_offer_free(offer);
}

static void test_rejected_lines(void)
{
	static const char *const names[] = {"chromium-datachannel.sdp", "firefox-datachannel.sdp"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = real_offer(names[i]);
		struct sdp_offer *offer = parse(text);
		g_assert_cmpuint(offer->n_lines, ==, 3);
		g_assert_true(!offer->lines[0].rejected && !offer->lines[1].rejected &&
			      offer->lines[2].rejected);
		sdp_offer_free(offer);
	}
	struct sdp_offer *offer =
		parse(SESSION AUDIO "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n");
	g_assert_true(offer->lines[1].rejected);
	sdp_offer_free(offer);
}

static void test_small(void)
{
	struct sdp_offer *offer = parse(SMALL);
	const struct sdp_line *video = &offer->lines[1];
	g_assert_cmpuint(video->n_rids, ==, 2);
	g_assert_cmpstr(video->rid[1], ==, "y");
	g_assert_true(video->codecs[0].nack); /* by "*" */
	sdp_offer_free(offer);
}

/* Replaces the first occurrence. */
static char *replace(const char *text, const char *what, const char *by)
{
	const char *at = strstr(text, what);
	g_assert_nonnull(at);
	return g_strdup_printf("%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
}

static void test_errors_name_line_and_attribute(void)
{
	static const struct {
		const char *what, *by, *message;
	} rows[] = {
		{"a=ice-ufrag:abcd", "a=ice-ufrag:abc",
		 "sdp: m-line 0 (mid 0): ice-ufrag: must be 4 to 32"},
		{"a=ice-ufrag:abcd", "a=ice-ufrag:ab\"d",
		 "sdp: m-line 0 (mid 0): ice-ufrag: must be 4 to 32"},
		{"a=ice-ufrag:abcd\r\n", "", "sdp: m-line 0 (mid 0): ice-ufrag: missing"},
		{"a=ice-pwd:0123456789012345678901", "a=ice-pwd:012345678901234567890",
		 "ice-pwd: must be 22"},
		{"a=ice-pwd:0123456789012345678901\r\n", "", "ice-pwd: missing"},
		{"a=fingerprint:sha-256 00:01", "a=fingerprint:sha-256 0:01",
		 "fingerprint: not 32 bytes"},
		{"1E:1F\r\n", "1E:1F:20\r\n", "fingerprint: not 32 bytes"},
		{"1E:1F\r\n", "1E:1\r\n", "fingerprint: not 32 bytes"},
		{"a=fingerprint:sha-256", "a=fingerprint:sha-1", "fingerprint: no sha-256"},
		{"1E:1F\r\n",
		 "1E:1F\r\na=fingerprint:sha-256 FF"
		 "\r\n",
		 "fingerprint: not 32 bytes"},
		{"a=setup:actpass", "a=setup:passive",
		 "sdp: m-line 0 (mid 0): setup: must be actpass or active"},
		{"a=setup:actpass\r\n", "", "setup: missing"},
		{"a=rtcp-mux\r\n", "", "rtcp-mux: missing"},
		{"a=mid:0\r\n", "", "sdp: m-line 0 (mid ?): mid: must be there"},
		{"a=mid:0", "a=mid:01234567890123456", "mid: must be there, of 1 to 16"},
		{"a=mid:1", "a=mid:0", "sdp: m-line 1 (mid 0): mid: used twice"},
		{"BUNDLE 0 1", "BUNDLE 0", "sdp: m-line 1 (mid 1): group: not in BUNDLE"},
		{"a=group:BUNDLE 0 1\r\n", "", "group: not in BUNDLE"},
		{"a=rtpmap:111", "a=rtpmap:128", "sdp: m-line 0 (mid 0): rtpmap: no payload type"},
		{"a=fmtp:111", "a=fmtp:x", "fmtp: no payload type"},
		{"a=rtcp-fb:96", "a=rtcp-fb:1000",
		 "sdp: m-line 1 (mid 1): rtcp-fb: no payload type"},
		{"a=extmap:4 ", "a=extmap:4", "extmap: neither id nor URI"},
		{"a=extmap:4 ", "a=extmap:4/up ", "extmap: no such direction"},
		{"a=rid:x send", "a=rid:x- send", "rid: an id is alphanumeric"},
		{"a=rid:x send", "a=rid:01234567890123456 send", "rid: an id has 1 to 16"},
		{"send x;~y,z", "send x;x", "simulcast: the same rid twice"},
		{"send x;~y,z", "send x;;y", "simulcast: a stream without rid"},
		{"a=rid:x send", "a=ssrc:0 cname:x", "ssrc: no number from 1"},
		{"a=rid:x send", "a=ssrc:4294967296 cname:x", "ssrc: no number from 1"},
		{"a=rid:x send", "a=ssrc-group:FID 1", "ssrc-group: FID needs two"},
		{"v=0", "v=1", "sdp: v=: no session description"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = replace(SMALL, rows[i].what, rows[i].by);
		g_autoptr(GError) error = NULL;
		g_test_message("%s -> %s", rows[i].what, rows[i].by);
		g_assert_null(sdp_offer_parse(text, &error));
		g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
		g_assert_nonnull(strstr(error->message, rows[i].message));
	}
}

static void test_odd_but_valid(void)
{
	static const struct {
		const char *what, *by;
	} rows[] = {
		{"a=fingerprint:sha-256", "a=fingerprint:sha-1 00\r\na=fingerprint:SHA-256"},
		{"a=setup:actpass", "a=setup:active"},
		{"a=rtpmap:111", "a=rtpmap:0 PCMU/8000\r\na=rtpmap:111"},
		{"a=extmap:4 ", "a=extmap:4 urn:example:unknown\r\na=extmap:4 "},
		{"a=mid:1", "a=mid:{x}+1"},
		{"a=rid:x send", "a=rid:x recv"},
		{"a=simulcast:send", "a=simulcast:recv q send"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *changed = replace(SMALL, rows[i].what, rows[i].by);
		g_autofree char *text = replace(changed, "BUNDLE 0 1", "BUNDLE 0 1 {x}+1");
		sdp_offer_free(parse(text));
	}
}

static void test_limits(void)
{
	g_autoptr(GString) text = g_string_new(SESSION);
	for (unsigned i = 0; i <= SDP_MAX_LINES; i++)
		g_string_append(text, "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\n");
	g_autoptr(GError) lines = NULL, size = NULL;
	g_assert_null(sdp_offer_parse(text->str, &lines));
	g_assert_error(lines, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT);
	while (text->len <= SDP_MAX_SIZE)
		g_string_append(text, "a=x\r\n");
	g_assert_null(sdp_offer_parse(text->str, &size));
	g_assert_error(size, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT);
}

static void test_extension_ids_are_one_for_all_lines(void)
{
	g_autofree char *text =
		replace(SMALL, "a=rid:x send",
			"a=rid:x send\r\na=extmap:5 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
			"a=extmap:4 urn:3gpp:video-orientation");
	struct sdp_offer *offer = parse(text);
	g_assert_cmpuint(offer->lines[0].extension[EXTENSION_MID], ==, 4);
	g_assert_cmpuint(offer->lines[1].extension[EXTENSION_MID], ==, 0);
	g_assert_cmpuint(offer->lines[1].extension[EXTENSION_VIDEO_ORIENTATION], ==, 0);
	sdp_offer_free(offer);
}

/* Whatever is cut off: an error or an offer, and nothing read beyond the end (ASan sees that). */
static void test_prefixes(void)
{
	static const char *const names[] = {"chromium-datachannel.sdp", "firefox-datachannel.sdp"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = real_offer(names[i]);
		for (size_t length = 0; length < strlen(text); length++) {
			g_autofree char *prefix = g_strndup(text, length);
			g_autoptr(GError) error = NULL;
			struct sdp_offer *offer = sdp_offer_parse(prefix, &error);
			g_assert_true((offer == NULL) == (error != NULL));
			sdp_offer_free(offer);
		}
	}
}

static char *answer_to(const struct sdp_offer *offer, struct sdp_answer_line *lines)
{
	static const struct relay_candidate candidates[] = {{"192.0.2.1", 40000, false},
							    {"2001:db8::1", 40000, true}};
	struct sdp_answer answer = {
		.session_id = 77,
		.version = 3,
		.ufrag = "usfr",
		.password = "usPassword",
		.cname = "someone",
		.fingerprint = {0xab, 0xcd},
		.candidates = candidates,
		.n_candidates = 2,
		.lines = lines,
	};
	return sdp_answer_write(offer, &answer);
}

static void has(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		g_error("\"%s\" isn't in:\n%s", what, text);
}

static void lacks(const char *text, const char *what)
{
	if (strstr(text, what) != NULL)
		g_error("\"%s\" is in:\n%s", what, text);
}

static void test_answer(void)
{
	g_autofree char *text = real_offer("firefox-full.sdp");
	struct sdp_offer *offer = parse(text);
	struct sdp_answer_line lines[SDP_MAX_LINES] = {0};
	for (unsigned i = 0; i < offer->n_lines; i++) {
		lines[i].n_codecs = 1;
		lines[i].codecs[0] = offer->lines[i].codecs[0];
		lines[i].extension[EXTENSION_MID] = true;
		lines[i].use = SDP_USE_IDLE;
	}
	lines[1].use = SDP_USE_PUBLICATION;
	lines[1].source = SOURCE_CAMERA;
	lines[1].extension[EXTENSION_RID] = true;
	lines[9].use = SDP_USE_SLOT;
	lines[9].ssrc = 1000;
	lines[9].rtx_ssrc = 2000;
	g_strlcpy(lines[9].stream, "stage", sizeof lines[9].stream);
	lines[10].use = SDP_USE_NONE;
	g_autofree char *answer = answer_to(offer, lines);
	g_auto(GStrv) parts = g_strsplit(answer, "m=", -1);
	g_assert_cmpuint(g_strv_length(parts), ==, 1 + offer->n_lines);

	has(parts[0], "o=- 77 3 IN");
	has(parts[0], "a=ice-lite\r\n");
	has(parts[0], "a=group:BUNDLE 0 1 2 3 4 5 6 7 8 9 11 12 ");
	has(parts[1], "a=inactive\r\n");
	has(parts[1],
	    "a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host\r\n"
	    "a=candidate:2 1 udp 2130706175 2001:db8::1 40000 typ host\r\na=end-of-candidates\r\n");
	has(parts[1], "a=setup:passive\r\n");
	has(parts[1], "a=fingerprint:sha-256 AB:CD:00:");
	has(parts[1], "a=fmtp:109 minptime=10;useinbandfec=1");

	has(parts[2], "video 9 UDP/TLS/RTP/SAVPF 120 124\r\n");
	has(parts[2], "a=recvonly\r\n");
	has(parts[2], "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n");
	has(parts[2], "a=fmtp:120 x-google-start-bitrate=1500\r\n");
	has(parts[2], "a=rtpmap:124 rtx/90000\r\na=fmtp:124 apt=120\r\n");
	has(parts[2], "a=rtcp-fb:120 transport-cc\r\n");
	has(parts[2], "a=rtcp-fb:120 nack pli\r\n");
	has(parts[2], "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n");
	has(parts[2], "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n");
	lacks(parts[2], "a=candidate");
	lacks(parts[2], "goog-remb");

	has(parts[10], "a=sendonly\r\na=msid:stage track-9\r\na=ssrc-group:FID 1000 2000\r\n"
		       "a=ssrc:1000 cname:someone\r\na=ssrc:1000 msid:stage track-9\r\n");
	has(parts[10], "a=rtcp-fb:120 nack\r\n");
	lacks(parts[10], "transport-cc");
	lacks(parts[10], "x-google");
	has(parts[11], "video 0 UDP/TLS/RTP/SAVPF 120\r\n");
	sdp_offer_free(offer);
}

static void test_answer_to_datachannel(void)
{
	g_autofree char *text = real_offer("chromium-datachannel.sdp");
	struct sdp_offer *offer = parse(text);
	struct sdp_answer_line lines[3] = {{.use = SDP_USE_IDLE, .n_codecs = 1},
					   {.use = SDP_USE_IDLE, .n_codecs = 1}};
	lines[0].codecs[0] = offer->lines[0].codecs[0];
	lines[1].codecs[0] = offer->lines[1].codecs[0];
	g_autofree char *answer = answer_to(offer, lines);
	has(answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n");
	has(answer, "a=group:BUNDLE 0 1\r\n");
	sdp_offer_free(offer);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sdp/chromium_offer_is_read", test_chromium);
	g_test_add_func("/sdp/firefox_offer_is_read", test_firefox);
	g_test_add_func("/sdp/one_form_of_each_codec_is_taken", test_codecs);
	g_test_add_func("/sdp/data_channels_and_stopped_lines_are_rejected", test_rejected_lines);
	g_test_add_func("/sdp/small_offer_is_read", test_small);
	g_test_add_func("/sdp/errors_name_line_and_attribute", test_errors_name_line_and_attribute);
	g_test_add_func("/sdp/odd_but_valid_is_accepted", test_odd_but_valid);
	g_test_add_func("/sdp/too_many_lines_or_bytes_are_refused", test_limits);
	g_test_add_func("/sdp/extension_ids_are_one_for_all_lines",
			test_extension_ids_are_one_for_all_lines);
	g_test_add_func("/sdp/every_prefix_is_offer_or_error", test_prefixes);
	g_test_add_func("/sdp/answer_mirrors_the_offer", test_answer);
	g_test_add_func("/sdp/answer_rejects_data_channel", test_answer_to_datachannel);
	return g_test_run();
}
