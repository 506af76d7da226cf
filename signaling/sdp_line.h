/* Reading one m-line of an offer (RFC 8866, section 5.14) and its attributes. For sdp_read.c alone.
 */
#pragma once

#include "signaling/sdp.h"

#include <gst/sdp/gstsdpmessage.h>

/* What an m-line may take over from the session level (RFC 8829, section 5.8). Strings belong to
 * the GstSDPMessage. */
struct sdp_inherited {
	const char *ufrag, *password, *setup;
	bool has_fingerprint;
	uint8_t fingerprint[FINGERPRINT_SIZE];
	bool sends, receives;
	bool allow_mixed;
};

/* The attributes before the first m-line, into *common. */
bool sdp_read_session(const GstSDPMessage *message, struct sdp_inherited *common, GError **error);
/* One m-line into *line; *common comes with what the session says and gets what the line says
 * itself. */
bool sdp_read_line(const GstSDPMedia *media, unsigned index, struct sdp_line *line,
		   struct sdp_inherited *common, GError **error);
/* "sdp: m-line 3 (mid 4): setup: missing" */
bool sdp_fail(GError **error, unsigned index, const char *mid, const char *attribute,
	      const char *what);
