/* How people come in, come back, and are kept out. */
#pragma once

#include "signaling/meeting_internal.h"

struct join {
	const char *token;
	struct profile profile;
	const char *device;
	bool listen_only, takeover, another;
	bool unrecorded; /* interpreters: no consent to be recorded */
	uint32_t resume; /* participant number; 0: none */
	const char *resume_secret;
};
/* ret_secret: 64 hex digits. *ret_media_kept: its media session goes on. */
struct participant *meetings_join(struct meetings *meetings, struct join *join,
				  struct connection *connection,
				  char ret_secret[2 * SECRET_BYTES + 1], bool *ret_media_kept,
				  GError **error);
bool meeting_check_bars(struct meeting *meeting, enum role role, const char *device,
			const char *name, GError **error);
bool meeting_remove(struct participant *participant,
		    GError **error); /* for a host: gone and barred */
