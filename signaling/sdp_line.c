/*
 * Reading one m-line. gstsdp has split it into attributes; a table of handlers reads each that
 * matters. A handler returns NULL, or what is wrong with the value; the caller adds where. Work is
 * linear in the offer's size.
 */
#include "signaling/sdp_line.h"

#include <stddef.h>
#include <string.h>

#define MAX_STREAMS 16 /* a=ssrc and ssrc-group of one m-line that are looked at */

/* One payload type of an m-line, put together from its rtpmap, fmtp and rtcp-fb lines. */
struct payload {
	const char *encoding; /* "VP8/90000"; NULL: no rtpmap */
	const char *fmtp;
	bool nack, pli, fir, transport_cc;
};

struct reader {
	struct sdp_line *line;
	struct sdp_inherited *common;
	bool rtcp_mux, bundle_only;
	struct payload payloads[128];
	const char *simulcast;
	unsigned n_rids, n_ssrcs, n_pairs;
	const char *rids[MAX_STREAMS];
	uint32_t ssrcs[MAX_STREAMS];
	uint32_t pairs[MAX_STREAMS][2]; /* FID groups: media, retransmission */
};

static bool read_number(const char *text, size_t length, uint32_t max, uint32_t *ret)
{
	uint64_t value = 0;
	if (length == 0 || length > 10)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!g_ascii_isdigit(text[i]))
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	if (value > max)
		return false;
	*ret = (uint32_t)value;
	return true;
}

/* RFC 8866, section 9: token. */
static bool is_token(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isgraph(text[i]) || strchr("\"(),/:;<=>?@[\\]", text[i]) != NULL)
			return false;
	return length > 0;
}

static bool is_ice_text(const char *text, size_t min, size_t max)
{
	size_t length = strlen(text);
	if (length < min || length > max)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(text[i]) && text[i] != '+' && text[i] != '/')
			return false;
	return true;
}

bool sdp_ufrag_valid(const char *text)
{
	return is_ice_text(text, 4, ICE_UFRAG_MAX);
}

bool sdp_password_valid(const char *text)
{
	return is_ice_text(text, 22, ICE_PASSWORD_MAX);
}

/* The payload type that a value begins with, and what follows it; NULL: none. */
static struct payload *payload_of(struct reader *r, const char *value, const char **ret_rest)
{
	size_t digits = strcspn(value, " ");
	uint32_t number = 0;
	if (!read_number(value, digits, 127, &number))
		return NULL;
	*ret_rest = value + digits + strspn(value + digits, " ");
	return &r->payloads[number];
}

static const char *on_rtpmap(struct reader *r, const char *value)
{
	const char *rest = NULL;
	struct payload *payload = payload_of(r, value, &rest);
	if (payload == NULL)
		return "no payload type from 0 to 127";
	if (payload->encoding == NULL)
		payload->encoding = rest;
	return NULL;
}

static const char *on_fmtp(struct reader *r, const char *value)
{
	const char *rest = NULL;
	struct payload *payload = payload_of(r, value, &rest);
	if (payload == NULL)
		return "no payload type from 0 to 127";
	if (payload->fmtp == NULL)
		payload->fmtp = rest;
	return NULL;
}

static const char *on_feedback(struct reader *r, const char *value)
{
	const char *rest = NULL;
	struct payload *payload = r->payloads;
	size_t n = G_N_ELEMENTS(r->payloads);
	if (g_str_has_prefix(value, "* ")) {
		rest = value + 2;
	} else {
		payload = payload_of(r, value, &rest);
		n = 1;
	}
	if (payload == NULL)
		return "no payload type from 0 to 127";
	for (size_t i = 0; i < n; i++) {
		payload[i].nack |= strcmp(rest, "nack") == 0;
		payload[i].pli |= strcmp(rest, "nack pli") == 0;
		payload[i].fir |= strcmp(rest, "ccm fir") == 0;
		payload[i].transport_cc |= strcmp(rest, "transport-cc") == 0;
	}
	return NULL;
}

static enum sdp_direction direction_from_name(const char *name, size_t length)
{
	static const struct {
		const char *name;
		enum sdp_direction direction;
	} names[] = {{"sendrecv", SDP_SENDRECV},
		     {"sendonly", SDP_SENDONLY},
		     {"recvonly", SDP_RECVONLY},
		     {"inactive", SDP_INACTIVE}};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strlen(names[i].name) == length && strncmp(name, names[i].name, length) == 0)
			return names[i].direction;
	return SDP_UNSAID;
}

/* "3 URI", "3/sendonly URI", either with attributes after it (RFC 8285, section 8). */
static const char *on_extmap(struct reader *r, const char *value)
{
	size_t head = strcspn(value, " "), digits = strcspn(value, "/ ");
	uint32_t id = 0;
	enum sdp_direction direction = SDP_UNSAID;
	if (!read_number(value, digits, 4351, &id) || value[head] == '\0')
		return "neither id nor URI";
	if (digits < head) {
		direction = direction_from_name(value + digits + 1, head - digits - 1);
		if (direction == SDP_UNSAID)
			return "no such direction";
	}
	char uri[128];
	size_t length = strcspn(value + head + 1, " ");
	if (length >= sizeof uri)
		return NULL; /* none of ours is so long */
	memcpy(uri, value + head + 1, length);
	uri[length] = '\0';
	enum rtp_extension extension = extension_from_uri(uri);
	/* 15 is reserved in the one-byte form (section 4.2); 256 and up are for offers with too
	 * many. */
	if (extension == EXTENSION_COUNT || id == 0 || id == 15 || id > 255 ||
	    r->line->extension[extension] != 0)
		return NULL;
	r->line->extension[extension] = (uint8_t)id;
	r->line->extension_direction[extension] = direction;
	return NULL;
}

/* "q send", with restrictions after it (RFC 8851, section 10). */
static const char *on_rid(struct reader *r, const char *value)
{
	size_t length = strcspn(value, " ");
	if (length == 0 || length > MID_MAX)
		return "an id has 1 to 16 characters";
	for (size_t i = 0; i < length; i++) /* RFC 8852, section 3: alphanumeric */
		if (!g_ascii_isalnum(value[i]))
			return "an id is alphanumeric";
	if (!g_str_has_prefix(value + length, " send") ||
	    (value[length + 5] != '\0' && value[length + 5] != ' '))
		return NULL; /* recv: ours to choose, by SSRC */
	if (r->n_rids == MAX_STREAMS)
		return "too many";
	r->rids[r->n_rids++] = value;
	return NULL;
}

static const char *on_simulcast(struct reader *r, const char *value)
{
	r->simulcast = value;
	return NULL;
}

static const char *on_ssrc(struct reader *r, const char *value)
{
	uint32_t ssrc = 0;
	if (!read_number(value, strcspn(value, " "), UINT32_MAX, &ssrc) || ssrc == 0)
		return "no number from 1 to 4294967295";
	for (unsigned i = 0; i < r->n_ssrcs; i++)
		if (r->ssrcs[i] == ssrc)
			return NULL;
	if (r->n_ssrcs == MAX_STREAMS)
		return "too many";
	r->ssrcs[r->n_ssrcs++] = ssrc;
	return NULL;
}

/* "FID 1 2" (RFC 5576, section 4.2); other groupings say nothing that we use. */
static const char *on_ssrc_group(struct reader *r, const char *value)
{
	if (!g_str_has_prefix(value, "FID "))
		return NULL;
	const char *first = value + 4, *second = strchr(first, ' ');
	uint32_t media = 0, repair = 0;
	if (second == NULL || !read_number(first, (size_t)(second - first), UINT32_MAX, &media) ||
	    !read_number(second + 1, strcspn(second + 1, " "), UINT32_MAX, &repair) || media == 0 ||
	    repair == 0)
		return "FID needs two SSRCs";
	if (r->n_pairs == MAX_STREAMS)
		return "too many";
	r->pairs[r->n_pairs][0] = media;
	r->pairs[r->n_pairs++][1] = repair;
	return NULL;
}

static const char *on_ufrag(struct reader *r, const char *value)
{
	r->common->ufrag = value;
	return sdp_ufrag_valid(value) ? NULL : "must be 4 to 32 letters, digits, + or /";
}

static const char *on_password(struct reader *r, const char *value)
{
	r->common->password = value;
	return sdp_password_valid(value) ? NULL : "must be 22 to 256 letters, digits, + or /";
}

/* RFC 8122: several may be offered, by hash; SHA-256 is the one that everybody has. */
static const char *on_fingerprint(struct reader *r, const char *value)
{
	uint8_t bytes[FINGERPRINT_SIZE];
	if (g_ascii_strncasecmp(value, "sha-256 ", 8) != 0)
		return NULL;
	value += 8;
	for (size_t i = 0; i < sizeof bytes; i++, value += 3) {
		int high = g_ascii_xdigit_value(value[0]);
		int low = high < 0 ? -1 : g_ascii_xdigit_value(value[1]);
		if (low < 0 || value[2] != (i + 1 < sizeof bytes ? ':' : '\0'))
			return "not 32 bytes of hex";
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (r->common->has_fingerprint && memcmp(r->common->fingerprint, bytes, sizeof bytes) != 0)
		return "more than one certificate";
	memcpy(r->common->fingerprint, bytes, sizeof bytes);
	r->common->has_fingerprint = true;
	return NULL;
}

static const char *on_setup(struct reader *r, const char *value)
{
	r->common->setup = value;
	if (strcmp(value, "actpass") == 0 || strcmp(value, "active") == 0)
		return NULL;
	return "must be actpass or active, since this side is passive";
}

static const struct handler {
	const char *key;
	bool session; /* may stand before the first m-line */
	const char *(*read)(struct reader *r, const char *value);
} handlers[] = {
	{"rtpmap", false, on_rtpmap},
	{"fmtp", false, on_fmtp},
	{"rtcp-fb", false, on_feedback},
	{"extmap", false, on_extmap},
	{"rid", false, on_rid},
	{"simulcast", false, on_simulcast},
	{"ssrc", false, on_ssrc},
	{"ssrc-group", false, on_ssrc_group},
	{"ice-ufrag", true, on_ufrag},
	{"ice-pwd", true, on_password},
	{"fingerprint", true, on_fingerprint},
	{"setup", true, on_setup},
};

static const char *read_attribute(struct reader *r, const GstSDPAttribute *attribute, bool session)
{
	const char *key = attribute->key != NULL ? attribute->key : "";
	const struct {
		const char *key;
		bool *flag;
	} flags[] = {{"rtcp-mux", &r->rtcp_mux},
		     {"rtcp-rsize", &r->line->reduced_size},
		     {"bundle-only", &r->bundle_only},
		     {"extmap-allow-mixed", &r->common->allow_mixed}};
	enum sdp_direction direction = direction_from_name(key, strlen(key));
	if (direction != SDP_UNSAID) {
		r->common->sends = direction == SDP_SENDRECV || direction == SDP_SENDONLY;
		r->common->receives = direction == SDP_SENDRECV || direction == SDP_RECVONLY;
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		if (strcmp(flags[i].key, key) == 0)
			*flags[i].flag = true;
	for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
		if (strcmp(handlers[i].key, key) == 0 && (handlers[i].session || !session))
			return handlers[i].read(r,
						attribute->value != NULL ? attribute->value : "");
	return NULL;
}

/* The value of NAME=value in a fmtp line's list, or -1 if it isn't there as a number. base 16 for
 * profiles. */
static int64_t parameter(const char *fmtp, const char *name, unsigned base)
{
	size_t length = strlen(name);
	while (fmtp != NULL && *fmtp != '\0') {
		fmtp += strspn(fmtp, " ;");
		if (g_ascii_strncasecmp(fmtp, name, length) == 0 && fmtp[length] == '=') {
			char *end = NULL;
			guint64 value = g_ascii_strtoull(fmtp + length + 1, &end, base);
			return end == fmtp + length + 1 || value > INT32_MAX ? -1 : (int64_t)value;
		}
		fmtp += strcspn(fmtp, ";");
	}
	return -1;
}

/* Whether it is the form of its codec that every browser decodes. */
static bool fits(enum codec codec, const struct payload *payload)
{
	int64_t profile;
	switch (codec) {
	case CODEC_OPUS: /* RFC 7587, section 7: always 48000/2 */
		return g_ascii_strcasecmp(payload->encoding, "opus/48000/2") == 0;
	case CODEC_H264: /* RFC 6184, section 8.1: constrained baseline, of any level, with
			    fragments */
		profile = parameter(payload->fmtp, "profile-level-id", 16);
		return parameter(payload->fmtp, "packetization-mode", 10) == 1 &&
		       profile >> 16 == 0x42 && (profile & 0x4000) != 0;
	case CODEC_VP9: /* RFC 9628, section 6: 0 if absent */
		return parameter(payload->fmtp, "profile-id", 10) <= 0;
	case CODEC_AV1: /* AV1 RTP specification, section 7.2: 0 if absent */
		return parameter(payload->fmtp, "profile", 10) <= 0;
	case CODEC_VP8:
		return true;
	default:
		return false;
	}
}

static enum codec codec_of(const struct payload *payload)
{
	char name[16];
	size_t length = strcspn(payload->encoding, "/");
	if (length >= sizeof name)
		return CODEC_NONE;
	memcpy(name, payload->encoding, length);
	name[length] = '\0';
	return codec_from_name(name);
}

static bool line_has(const struct sdp_line *line, enum codec codec)
{
	for (unsigned i = 0; i < line->n_codecs; i++)
		if (line->codecs[i].codec == codec)
			return true;
	return false;
}

static void collect_codecs(struct reader *r, const GstSDPMedia *media)
{
	struct sdp_line *line = r->line;
	uint32_t number = 0;
	for (unsigned i = 0; i < gst_sdp_media_formats_len(media); i++) {
		const char *format = gst_sdp_media_get_format(media, i);
		/* RFC 5761, section 4: 64 to 95 can't be told from RTCP. */
		if (!read_number(format, strlen(format), 127, &number) ||
		    (number >= 64 && number <= 95))
			continue;
		const struct payload *payload = &r->payloads[number];
		enum codec codec = payload->encoding != NULL ? codec_of(payload) : CODEC_NONE;
		if (codec == CODEC_NONE || codec_kind(codec) != line->kind ||
		    !fits(codec, payload) || line_has(line, codec) ||
		    line->n_codecs == G_N_ELEMENTS(line->codecs))
			continue;
		line->codecs[line->n_codecs++] = (struct sdp_codec){
			.codec = codec,
			.payload_type = (uint8_t)number,
			.nack = payload->nack,
			.pli = payload->pli,
			.fir = payload->fir,
			.transport_cc = payload->transport_cc,
			.fmtp = payload->fmtp != NULL ? payload->fmtp : "",
		};
	}
	/* RFC 4588, section 8: apt says which payload type a retransmission format is for. */
	for (unsigned i = 0; i < gst_sdp_media_formats_len(media); i++) {
		const char *format = gst_sdp_media_get_format(media, i);
		if (!read_number(format, strlen(format), 127, &number) ||
		    (number >= 64 && number <= 95) || r->payloads[number].encoding == NULL ||
		    g_ascii_strncasecmp(r->payloads[number].encoding, "rtx/", 4) != 0)
			continue;
		int64_t apt = parameter(r->payloads[number].fmtp, "apt", 10);
		for (unsigned c = 0; c < line->n_codecs; c++)
			if (line->codecs[c].payload_type == apt &&
			    line->codecs[c].rtx_payload_type == 0)
				line->codecs[c].rtx_payload_type = (uint8_t)number;
	}
}

static bool rid_offered(const struct reader *r, const char *rid, size_t length)
{
	for (unsigned i = 0; i < r->n_rids; i++)
		if (strncmp(r->rids[i], rid, length) == 0 && r->rids[i][length] == ' ')
			return true;
	return false;
}

/* "send q;h;f recv x": streams by ";", of alternatives by "," the first, "~" paused (RFC 8853,
 * section 5.1). */
static const char *collect_layers(struct reader *r)
{
	struct sdp_line *line = r->line;
	const char *at = r->simulcast != NULL ? strstr(r->simulcast, "send ") : NULL;
	if (at == NULL)
		return NULL;
	at += strlen("send ");
	for (bool more = true; more && line->n_rids < PUBLICATION_MAX_LAYERS;) {
		at += *at == '~';
		size_t length = strcspn(at, ",; ");
		if (length == 0 || length > MID_MAX)
			return "a stream without rid";
		if (rid_offered(r, at,
				length)) { /* one without its a=rid is left out (section 5.2) */
			memcpy(line->rid[line->n_rids], at, length);
			for (unsigned i = 0; i < line->n_rids; i++)
				if (strcmp(line->rid[i], line->rid[line->n_rids]) == 0)
					return "the same rid twice";
			line->n_rids++;
		}
		at += strcspn(at, "; ");
		more = *at == ';';
		at += more;
	}
	return NULL;
}

/* Firefox names all SSRCs of a simulcast camera, in the rids' order; Chromium names none then. */
static void collect_ssrcs(struct reader *r)
{
	unsigned layers = MAX(r->line->n_rids, 1), known = r->n_pairs > 0 ? r->n_pairs : r->n_ssrcs;
	if (known < layers)
		return;
	for (unsigned i = 0; i < layers; i++) {
		r->line->ssrc[i] = r->n_pairs > 0 ? r->pairs[i][0] : r->ssrcs[i];
		r->line->rtx_ssrc[i] = r->n_pairs > 0 ? r->pairs[i][1] : 0;
	}
}

static bool is_mid(const char *text)
{
	return text != NULL && strlen(text) <= SDP_MAX_MID && is_token(text, strlen(text));
}

bool sdp_fail(GError **error, unsigned index, const char *mid, const char *attribute,
	      const char *what)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
		    "sdp: m-line %u (mid %s): %s: %s", index, is_mid(mid) ? mid : "?", attribute,
		    what);
	return false;
}

static bool known_transport(const char *protocol)
{
	return strcmp(protocol, "UDP/TLS/RTP/SAVPF") == 0 ||
	       strcmp(protocol, "TCP/TLS/RTP/SAVPF") == 0;
}

static bool is_protocol(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at != '/' && !is_token(at, 1))
			return false;
	return *text != '\0';
}

bool sdp_read_session(const GstSDPMessage *message, struct sdp_inherited *common, GError **error)
{
	struct sdp_line none = {0};
	struct reader r = {.line = &none, .common = common};
	*common = (struct sdp_inherited){.sends = true, .receives = true};
	for (unsigned i = 0; i < gst_sdp_message_attributes_len(message); i++) {
		const GstSDPAttribute *attribute = gst_sdp_message_get_attribute(message, i);
		const char *wrong = read_attribute(&r, attribute, true);
		if (wrong != NULL) {
			g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
				    "sdp: %s: %s", attribute->key, wrong);
			return false;
		}
	}
	return true;
}

bool sdp_read_line(const GstSDPMedia *media, unsigned index, struct sdp_line *line,
		   struct sdp_inherited *common, GError **error)
{
	struct reader r = {.line = line, .common = common};
	const char *name = gst_sdp_media_get_media(media),
		   *protocol = gst_sdp_media_get_proto(media);
	const char *mid = gst_sdp_media_get_attribute_val(media, "mid");
	const char *format =
		gst_sdp_media_formats_len(media) > 0 ? gst_sdp_media_get_format(media, 0) : "";
	/* They are given back in the answer. */
	if (name == NULL || !is_token(name, strlen(name)) || protocol == NULL ||
	    !is_protocol(protocol) || !is_token(format, strlen(format)))
		return sdp_fail(error, index, mid, "m=", "kind, transport or format missing");
	bool video = strcmp(name, "video") == 0;
	line->kind = video ? MEDIA_VIDEO : MEDIA_AUDIO;
	/* A line's own fingerprints replace the session's. */
	if (gst_sdp_media_get_attribute_val(media, "fingerprint") != NULL)
		common->has_fingerprint = false;
	bool ours = (video || strcmp(name, "audio") == 0) && known_transport(protocol);
	for (unsigned i = 0; ours && i < gst_sdp_media_attributes_len(media); i++) {
		const GstSDPAttribute *attribute = gst_sdp_media_get_attribute(media, i);
		const char *wrong = read_attribute(&r, attribute, false);
		if (wrong != NULL)
			return sdp_fail(error, index, mid, attribute->key, wrong);
	}
	/* RFC 9143, section 6: port 0 with bundle-only is in use, without it stopped. */
	if (!ours || (gst_sdp_media_get_port(media) == 0 && !r.bundle_only)) {
		*line = (struct sdp_line){.rejected = true};
		if (is_mid(mid))
			g_strlcpy(line->mid, mid, sizeof line->mid);
		return true;
	}
	if (!is_mid(mid))
		return sdp_fail(error, index, NULL, "mid", "must be there, of 1 to 16 characters");
	g_strlcpy(line->mid, mid, sizeof line->mid);
	if (!r.rtcp_mux)
		return sdp_fail(error, index, mid, "rtcp-mux", "missing");
	const char *wrong = collect_layers(&r);
	if (wrong != NULL)
		return sdp_fail(error, index, mid, "simulcast", wrong);
	collect_ssrcs(&r);
	collect_codecs(&r, media);
	line->sends = common->sends;
	line->receives = common->receives;
	return true;
}
