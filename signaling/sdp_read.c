/*
 * Reading an offer: gstsdp splits it, sdp_line.c reads its m-lines, here stands what concerns all
 * of them together: BUNDLE, the one transport, extension ids, limits.
 */
#include "signaling/sdp.h"
#include "signaling/sdp_line.h"

#include <string.h>

/* One extension has one id in all the lines of a transport (RFC 9143, section 9.2); a line that
 * differs goes without it. */
static void unify_extensions(struct sdp_offer *offer)
{
	uint8_t id[EXTENSION_COUNT] = {0};
	bool taken[256] = {false};
	for (unsigned l = 0; l < offer->n_lines; l++) {
		uint8_t *here = offer->lines[l].extension;
		for (unsigned e = 0; e < EXTENSION_COUNT; e++) {
			if (id[e] == 0 && here[e] != 0 && !taken[here[e]]) {
				id[e] = here[e];
				taken[id[e]] = true;
			}
			if (here[e] != id[e])
				here[e] = 0;
		}
	}
}

static bool take_transport(struct sdp_offer *offer, const struct sdp_inherited *from,
			   unsigned index, GError **error)
{
	const char *mid = offer->lines[index].mid;
	if (from->ufrag == NULL)
		return sdp_fail(error, index, mid, "ice-ufrag", "missing");
	if (from->password == NULL)
		return sdp_fail(error, index, mid, "ice-pwd", "missing");
	if (!from->has_fingerprint)
		return sdp_fail(error, index, mid, "fingerprint", "no sha-256");
	if (from->setup == NULL)
		return sdp_fail(error, index, mid, "setup", "missing");
	g_strlcpy(offer->ufrag, from->ufrag, sizeof offer->ufrag);
	g_strlcpy(offer->password, from->password, sizeof offer->password);
	memcpy(offer->fingerprint, from->fingerprint, sizeof offer->fingerprint);
	return true;
}

/* Splits "BUNDLE 0 1 2" of the first such group; NULL: none. */
static char **bundle_mids(const GstSDPMessage *message)
{
	for (unsigned i = 0; i < gst_sdp_message_attributes_len(message); i++) {
		const GstSDPAttribute *attribute = gst_sdp_message_get_attribute(message, i);
		if (g_strcmp0(attribute->key, "group") == 0 && attribute->value != NULL &&
		    g_str_has_prefix(attribute->value, "BUNDLE "))
			return g_strsplit(attribute->value + strlen("BUNDLE "), " ",
					  SDP_MAX_LINES + 1);
	}
	return NULL;
}

/*
 * All lines in use share one transport (RFC 9143): it is described by the line that the group names
 * first; what the others say of it doesn't count. Mids are unique.
 */
static bool check_bundle(const struct sdp_offer *offer, unsigned *ret_first, GError **error)
{
	g_auto(GStrv) mids = bundle_mids(offer->message);
	int first = -1;
	unsigned used = 0;
	for (unsigned i = 0; i < offer->n_lines; i++) {
		const struct sdp_line *line = &offer->lines[i];
		if (line->rejected)
			continue;
		used++;
		for (unsigned j = 0; j < i; j++)
			if (strcmp(offer->lines[j].mid, line->mid) == 0)
				return sdp_fail(error, i, line->mid, "mid", "used twice");
	}
	for (unsigned m = 0; first < 0 && mids != NULL && mids[m] != NULL; m++)
		for (unsigned i = 0; i < offer->n_lines; i++)
			if (!offer->lines[i].rejected && strcmp(offer->lines[i].mid, mids[m]) == 0)
				first = (int)i;
	for (unsigned i = 0; i < offer->n_lines; i++) {
		const struct sdp_line *line = &offer->lines[i];
		if (line->rejected)
			continue;
		if (mids == NULL && used == 1)
			first = (int)i;
		else if (mids == NULL || !g_strv_contains((const char *const *)mids, line->mid))
			return sdp_fail(error, i, line->mid, "group",
					"not in BUNDLE: all share one transport");
	}
	if (first < 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "sdp: m=: neither audio nor video");
		return false;
	}
	*ret_first = (unsigned)first;
	return true;
}

static bool read_message(struct sdp_offer *offer, GError **error)
{
	const GstSDPMessage *message = offer->message;
	struct sdp_inherited session, transports[SDP_MAX_LINES];
	unsigned first = 0;
	if (!sdp_read_session(message, &session, error))
		return false;
	offer->allow_mixed = session.allow_mixed;
	offer->n_lines = gst_sdp_message_medias_len(message);
	if (offer->n_lines > SDP_MAX_LINES) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "sdp: m=: %u lines, at most %u", offer->n_lines, SDP_MAX_LINES);
		return false;
	}
	for (unsigned i = 0; i < offer->n_lines; i++) {
		transports[i] = session;
		if (!sdp_read_line(gst_sdp_message_get_media(message, i), i, &offer->lines[i],
				   &transports[i], error))
			return false;
		offer->allow_mixed |= transports[i].allow_mixed;
	}
	unify_extensions(offer);
	return check_bundle(offer, &first, error) &&
	       take_transport(offer, &transports[first], first, error);
}

struct sdp_offer *sdp_offer_parse(const char *text, GError **error)
{
	size_t length = strlen(text);
	if (length > SDP_MAX_SIZE) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "sdp: %zu bytes, at most %u", length, SDP_MAX_SIZE);
		return NULL;
	}
	struct sdp_offer *offer = g_new0(struct sdp_offer, 1);
	GstSDPMessage *message = NULL;
	gst_sdp_message_new(&message);
	offer->message = message;
	if (!g_str_has_prefix(text, "v=0") ||
	    gst_sdp_message_parse_buffer((const guint8 *)text, (guint)length, message) !=
		    GST_SDP_OK) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "sdp: v=: no session description");
		sdp_offer_free(offer);
		return NULL;
	}
	if (!read_message(offer, error)) {
		sdp_offer_free(offer);
		return NULL;
	}
	return offer;
}

void sdp_offer_free(struct sdp_offer *offer)
{
	if (offer == NULL)
		return;
	gst_sdp_message_free(offer->message);
	g_free(offer);
}

void sdp_fragment_value(const char *fragment, const char *prefix, char *out, size_t size)
{
	out[0] = '\0';
	for (const char *line = fragment; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		if (!g_str_has_prefix(line, prefix))
			continue;
		const char *value = line + strlen(prefix);
		size_t length = strcspn(value, "\r\n");
		/* Too long stays too long, and isn't cut to something valid. */
		g_strlcpy(out, value, MIN(size, length + 1));
		return;
	}
}
