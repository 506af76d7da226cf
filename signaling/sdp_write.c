/*
 * Writing the answer: one m-line for each of the offer's, with the offer's payload types and
 * extension ids. We are ICE-lite and DTLS-passive, all lines share the transport that the first one
 * in use describes (RFC 9143).
 */
#include "signaling/sdp.h"

#include <gst/sdp/gstsdpmessage.h>
#include <string.h>

static void write_fmtp(GString *out, const struct sdp_codec *codec,
		       const struct sdp_answer_line *line)
{
	bool publication = line->use == SDP_USE_PUBLICATION;
	g_autoptr(GString) value = g_string_new(NULL);
	if (codec->codec == CODEC_OPUS) {
		/* RFC 7587, section 6.1: what is said here is what we wish to get. */
		g_string_append(value, "minptime=10;useinbandfec=1");
		if (publication && line->source == SOURCE_SCREEN_SOUND)
			g_string_append(value, ";stereo=1");
		else if (publication && line->source == SOURCE_BOOTH_MICROPHONE)
			/* All of speech up to 15 kHz (ISO 20109), and packets also in a pause: so
			 * that one soon knows when the link is lost. */
			g_string_append(value, ";maxaveragebitrate=96000;usedtx=0");
		else if (publication)
			g_string_append(value, ";usedtx=1");
		else if (strstr(codec->fmtp, "stereo=1") != NULL)
			g_string_append(value, ";stereo=1;sprop-stereo=1");
	} else if (codec->codec != CODEC_VP8) {
		g_string_append(value, codec->fmtp); /* profiles must be the same on both sides */
	}
	/* Chromium's: without it the top layer comes after 3 to 12 s instead of 4. */
	if (publication && line->source == SOURCE_CAMERA)
		g_string_append_printf(value, "%sx-google-start-bitrate=1500",
				       value->len > 0 ? ";" : "");
	if (value->len > 0)
		g_string_append_printf(out, "a=fmtp:%u %s\r\n", codec->payload_type, value->str);
}

static void write_codec(GString *out, const struct sdp_codec *codec,
			const struct sdp_answer_line *line)
{
	const struct {
		bool agreed;
		const char *name;
	} feedback[] = {
		/* Of receivers we read no FIR and no transport-wide feedback yet. */
		{codec->transport_cc && line->use == SDP_USE_PUBLICATION, "transport-cc"},
		{codec->fir && line->use == SDP_USE_PUBLICATION, "ccm fir"},
		{codec->nack, "nack"},
		{codec->pli, "nack pli"},
	};
	g_string_append_printf(out, "a=rtpmap:%u %s/%u%s\r\n", codec->payload_type,
			       codec_name(codec->codec), codec_clock_rate(codec->codec),
			       codec->codec == CODEC_OPUS ? "/2" : "");
	for (size_t i = 0; i < G_N_ELEMENTS(feedback); i++)
		if (feedback[i].agreed)
			g_string_append_printf(out, "a=rtcp-fb:%u %s\r\n", codec->payload_type,
					       feedback[i].name);
	write_fmtp(out, codec, line);
	if (codec->rtx_payload_type != 0)
		g_string_append_printf(out, "a=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n",
				       codec->rtx_payload_type, codec->rtx_payload_type,
				       codec->payload_type);
}

/* RFC 8285, section 5: a direction that was said is answered with its mirror. */
static void write_extensions(GString *out, const struct sdp_line *offered,
			     const struct sdp_answer_line *line)
{
	static const char *const mirror[] = {
		[SDP_UNSAID] = "",
		[SDP_SENDRECV] = "/sendrecv",
		[SDP_SENDONLY] = "/recvonly",
		[SDP_RECVONLY] = "/sendonly",
		[SDP_INACTIVE] = "/inactive",
	};
	for (unsigned e = 0; e < EXTENSION_COUNT; e++)
		if (line->extension[e])
			g_string_append_printf(out, "a=extmap:%u%s %s\r\n", offered->extension[e],
					       mirror[offered->extension_direction[e]],
					       extension_uri((enum rtp_extension)e));
}

static void write_publication(GString *out, const struct sdp_line *offered)
{
	g_string_append(out, "a=recvonly\r\n");
	for (unsigned i = 0; i < offered->n_rids; i++)
		g_string_append_printf(out, "a=rid:%s recv\r\n", offered->rid[i]);
	for (unsigned i = 0; i < offered->n_rids; i++)
		g_string_append_printf(out, "%s%s", i == 0 ? "a=simulcast:recv " : ";",
				       offered->rid[i]);
	if (offered->n_rids > 0)
		g_string_append(out, "\r\n");
}

static void write_slot(GString *out, const struct sdp_line *offered,
		       const struct sdp_answer_line *line, const struct sdp_answer *answer)
{
	const uint32_t ssrcs[] = {line->ssrc, line->rtx_ssrc};
	g_string_append_printf(out, "a=sendonly\r\na=msid:%s track-%s\r\n", line->stream,
			       offered->mid);
	if (line->rtx_ssrc != 0)
		g_string_append_printf(out, "a=ssrc-group:FID %u %u\r\n", line->ssrc,
				       line->rtx_ssrc);
	for (size_t i = 0; i < G_N_ELEMENTS(ssrcs) && ssrcs[i] != 0; i++)
		g_string_append_printf(out, "a=ssrc:%u cname:%s\r\na=ssrc:%u msid:%s track-%s\r\n",
				       ssrcs[i], answer->cname, ssrcs[i], line->stream,
				       offered->mid);
}

static void write_transport(GString *out, const struct sdp_answer *answer)
{
	g_string_append_printf(out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 ",
			       answer->ufrag, answer->password);
	for (unsigned i = 0; i < FINGERPRINT_SIZE; i++)
		g_string_append_printf(out, "%s%02X", i > 0 ? ":" : "", answer->fingerprint[i]);
	g_string_append(out, "\r\na=setup:passive\r\n");
}

static void write_rejected(GString *out, const GstSDPMedia *media, const struct sdp_line *offered)
{
	g_string_append_printf(out, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n",
			       gst_sdp_media_get_media(media), gst_sdp_media_get_proto(media),
			       gst_sdp_media_get_format(media, 0));
	if (offered->mid[0] != '\0')
		g_string_append_printf(out, "a=mid:%s\r\n", offered->mid);
}

static void write_line(GString *out, const GstSDPMedia *media, const struct sdp_line *offered,
		       const struct sdp_answer_line *line, const struct sdp_answer *answer)
{
	/* Port 9 and no address: candidates say where (RFC 8839, section 4.3.1). */
	g_string_append_printf(out, "m=%s 9 %s", gst_sdp_media_get_media(media),
			       gst_sdp_media_get_proto(media));
	for (unsigned i = 0; i < line->n_codecs; i++) {
		g_string_append_printf(out, " %u", line->codecs[i].payload_type);
		if (line->codecs[i].rtx_payload_type != 0)
			g_string_append_printf(out, " %u", line->codecs[i].rtx_payload_type);
	}
	g_string_append_printf(out, "\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\n", offered->mid);
	write_transport(out, answer);
	g_string_append(out, offered->reduced_size ? "a=rtcp-mux\r\na=rtcp-rsize\r\n"
						   : "a=rtcp-mux\r\n");
	write_extensions(out, offered, line);
	for (unsigned i = 0; i < line->n_codecs; i++)
		write_codec(out, &line->codecs[i], line);
	if (line->use == SDP_USE_PUBLICATION)
		write_publication(out, offered);
	else if (line->use == SDP_USE_SLOT)
		write_slot(out, offered, line, answer);
	else
		g_string_append(out, "a=inactive\r\n");
}

void sdp_write_candidates(GString *out, const struct relay_candidate *candidates, unsigned n)
{
	/* RFC 8445, section 5.1.2.1: type preference 126 for host, then our order, then
	 * component 1. */
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(out, "a=candidate:%u 1 udp %u %s %u typ host\r\n", i + 1,
				       126u << 24 | (65535u - i) << 8 | 255u, candidates[i].address,
				       candidates[i].port);
	g_string_append(out, "a=end-of-candidates\r\n");
}

void sdp_write_bundle(GString *out, const struct sdp_offer *offer,
		      const struct sdp_answer_line *lines)
{
	g_string_append(out, "a=group:BUNDLE");
	for (unsigned i = 0; i < offer->n_lines; i++)
		if (lines[i].use != SDP_USE_NONE)
			g_string_append_printf(out, " %s", offer->lines[i].mid);
	g_string_append(out, "\r\n");
}

char *sdp_answer_write(const struct sdp_offer *offer, const struct sdp_answer *answer)
{
	GString *out = g_string_new(NULL);
	bool candidates_written = false;
	g_string_append_printf(
		out, "v=0\r\no=- %" G_GUINT64_FORMAT " %u IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
		answer->session_id, answer->version);
	g_string_append(out,
			"a=ice-lite\r\na=ice-options:trickle ice2\r\na=msid-semantic:WMS *\r\n");
	if (offer->allow_mixed)
		g_string_append(out, "a=extmap-allow-mixed\r\n");
	sdp_write_bundle(out, offer, answer->lines);
	for (unsigned i = 0; i < offer->n_lines; i++) {
		const GstSDPMedia *media = gst_sdp_message_get_media(offer->message, i);
		if (answer->lines[i].use == SDP_USE_NONE) {
			write_rejected(out, media, &offer->lines[i]);
			continue;
		}
		write_line(out, media, &offer->lines[i], &answer->lines[i], answer);
		if (!candidates_written)
			sdp_write_candidates(out, answer->candidates, answer->n_candidates);
		candidates_written = true;
	}
	return g_string_free(out, FALSE);
}
