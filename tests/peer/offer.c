#include "tests/peer/offer.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

const struct numbers publisher_numbers = {
	.opus = 111,
	.vp8 = 96,
	.rtx = 97,
	.extensions.id = {[EXTENSION_MID] = 4,
			  [EXTENSION_AUDIO_LEVEL] = 1,
			  [EXTENSION_TRANSPORT_CC] = 3,
			  [EXTENSION_RID] = 10,
			  [EXTENSION_REPAIRED_RID] = 11},
};
const struct numbers viewer_numbers = {
	.opus = 96,
	.vp8 = 100,
	.rtx = 101,
	.extensions.id = {[EXTENSION_MID] = 9, [EXTENSION_AUDIO_LEVEL] = 10},
};
const char *const simulcast_rids[SIMULCAST_LAYERS] = {"q", "h", "f"};

/* RFC 8853: all layers in one m-line. */
static void write_simulcast(GString *out)
{
	for (unsigned i = 0; i < SIMULCAST_LAYERS; i++)
		g_string_append_printf(out, "a=rid:%s send\r\n", simulcast_rids[i]);
	for (unsigned i = 0; i < SIMULCAST_LAYERS; i++)
		g_string_append_printf(out, "%s%s", i == 0 ? "a=simulcast:send " : ";",
				       simulcast_rids[i]);
	g_string_append(out, "\r\n");
}

static void write_streams(GString *out, const struct numbers *numbers, const struct line *line)
{
	for (unsigned e = 0; e < EXTENSION_COUNT; e++) {
		bool of_layers = e == EXTENSION_RID || e == EXTENSION_REPAIRED_RID;
		if (numbers->extensions.id[e] != 0 && (line->simulcast || !of_layers))
			g_string_append_printf(out, "a=extmap:%u %s\r\n", numbers->extensions.id[e],
					       extension_uri((enum rtp_extension)e));
	}
	if (line->simulcast) {
		write_simulcast(out);
		return;
	}
	if (line->sends && line->rtx_ssrc != 0)
		g_string_append_printf(out, "a=ssrc-group:FID %u %u\r\na=ssrc:%u cname:peer\r\n",
				       line->ssrc, line->rtx_ssrc, line->rtx_ssrc);
	if (line->sends)
		g_string_append_printf(out, "a=ssrc:%u cname:peer\r\n", line->ssrc);
}

static void write_line(GString *out, const struct client_transport *transport,
		       const struct numbers *numbers, const struct line *line, unsigned index)
{
	char fingerprint[CLIENT_FINGERPRINT_TEXT];
	uint8_t bytes[CLIENT_FINGERPRINT_SIZE];
	client_transport_fingerprint(bytes);
	client_fingerprint_text(bytes, fingerprint);
	if (line->video)
		g_string_append_printf(out,
				       "m=video 9 UDP/TLS/RTP/SAVPF %u %u\r\na=rtpmap:%u "
				       "VP8/90000\r\na=rtcp-fb:%u nack\r\n"
				       "a=rtcp-fb:%u nack pli\r\na=rtcp-fb:%u "
				       "transport-cc\r\na=rtpmap:%u rtx/90000\r\n"
				       "a=fmtp:%u apt=%u\r\n",
				       numbers->vp8, numbers->rtx, numbers->vp8, numbers->vp8,
				       numbers->vp8, numbers->vp8, numbers->rtx, numbers->rtx,
				       numbers->vp8);
	else
		/* Who sends has no RTX for sound, so there is no sense in asking it. */
		g_string_append_printf(
			out,
			"m=audio 9 UDP/TLS/RTP/SAVPF %u\r\na=rtpmap:%u opus/48000/2\r\n"
			"a=fmtp:%u minptime=10;useinbandfec=1\r\na=rtcp-fb:%u %s\r\n",
			numbers->opus, numbers->opus, numbers->opus, numbers->opus,
			line->sends ? "transport-cc" : "nack");
	g_string_append_printf(
		out,
		"c=IN IP4 0.0.0.0\r\na=mid:%u\r\na=%s\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
		"a=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtcp-rsize\r\n",
		index, line->sends ? "sendonly" : "recvonly", client_transport_ufrag(transport),
		client_transport_password(transport), fingerprint);
	write_streams(out, numbers, line);
}

char *offer_write(const struct client_transport *transport, const struct numbers *numbers,
		  const struct line *lines, unsigned n)
{
	GString *out =
		g_string_new("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(out, " %u", i);
	g_string_append(out, "\r\na=ice-options:trickle\r\n");
	for (unsigned i = 0; i < n; i++)
		write_line(out, transport, numbers, &lines[i], i);
	return g_string_free(out, FALSE);
}

static void take_candidate(struct answer *answer, const char *line, const char *host)
{
	char address[64];
	unsigned port = 0;
	if (sscanf(line, "a=candidate:%*s 1 udp %*u %63s %u typ host", address, &port) != 2)
		return;
	bool same_family = (strchr(address, ':') != NULL) == (strchr(host, ':') != NULL);
	if (strcmp(address, host) == 0 || (answer->port == 0 && same_family)) {
		g_strlcpy(answer->address, address, sizeof answer->address);
		answer->port = (uint16_t)port;
	}
}

gboolean answer_parse(const char *sdp, unsigned n, const char *host, struct answer *ret,
		      GError **error)
{
	g_auto(GStrv) lines = g_strsplit(sdp, "\r\n", -1);
	struct answer answer = {0};
	struct line *line = NULL;
	unsigned index = 0;
	bool fingerprint = false;
	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *text = lines[i];
		if (g_str_has_prefix(text, "m=")) {
			line = index < n ? &answer.lines[index] : NULL;
			index++;
			if (line != NULL)
				line->video = g_str_has_prefix(text, "m=video");
		} else if (line != NULL && strcmp(text, "a=sendonly") == 0) {
			line->sends = true;
		} else if (line != NULL && g_str_has_prefix(text, "a=ssrc-group:FID ")) {
			sscanf(text, "a=ssrc-group:FID %u %u", &line->ssrc, &line->rtx_ssrc);
		} else if (line != NULL && line->ssrc == 0 && g_str_has_prefix(text, "a=ssrc:")) {
			sscanf(text, "a=ssrc:%u", &line->ssrc);
		} else if (g_str_has_prefix(text, "a=ice-ufrag:")) {
			g_strlcpy(answer.ufrag, text + strlen("a=ice-ufrag:"), sizeof answer.ufrag);
		} else if (g_str_has_prefix(text, "a=ice-pwd:")) {
			g_strlcpy(answer.password, text + strlen("a=ice-pwd:"),
				  sizeof answer.password);
		} else if (g_str_has_prefix(text, "a=fingerprint:sha-256 ")) {
			fingerprint |= client_fingerprint_parse(
				text + strlen("a=fingerprint:sha-256 "), answer.fingerprint);
		} else if (g_str_has_prefix(text, "a=candidate:")) {
			take_candidate(&answer, text, host);
		}
	}
	if (index != n || !fingerprint || answer.ufrag[0] == '\0' || answer.port == 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "answer: %u m-lines of %u, or no transport, or no candidate for %s",
			    index, n, host);
		return FALSE;
	}
	*ret = answer;
	return TRUE;
}
