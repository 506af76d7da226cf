/* The names of participants and feeds in protocol, WHIP and WHEP: "p17", "camera/p17",
 * "channel/fr". */
#pragma once

#include "relay/relay.h"
#include "signaling/error.h"

bool participant_parse_id(const char *id, uint32_t *ret); /* *ret is from 1 to 2^31 - 1 */
/* By its form alone: whoever it names may be gone. *ret_kind stays as it is for "none". Messages
 * begin with field. */
bool feed_parse(const char *field, const char *name, struct feed_key *ret,
		enum media_kind *ret_kind, GError **error);
