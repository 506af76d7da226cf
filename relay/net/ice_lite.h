/*
 * The STUN side of ICE-lite with libnice's STUN layer (one agent of 12.8 KB for a worker, not one a
 * transport). Used by transport.c and transport_table.c.
 */
#pragma once

#include "relay/net/address.h"

struct ice_lite;

struct ice_lite *ice_lite_new(unsigned error_replies_per_second);
void ice_lite_free(struct ice_lite *ice);

/*
 * The part of USERNAME before the colon, without authenticating anything. ERR_MALFORMED: no STUN;
 * ERR_UNSUPPORTED: not a binding request; ERR_NOT_FOUND: no USERNAME of that form, or longer than
 * capacity.
 */
enum err ice_lite_local_ufrag(const uint8_t *data, size_t length, char *ret,
			      size_t capacity) MUST_CHECK;

struct ice_check {
	/* A binding request with good USERNAME, MESSAGE-INTEGRITY and FINGERPRINT. */
	bool authenticated;
	bool use_candidate;
	bool limited;	     /* an error reply was held back by the rate limit */
	size_t reply_length; /* 0: say nothing (an indication, or an error over the rate limit) */
	uint8_t reply[512];
};

/*
 * *ret is always filled; a reply may be due on errors too. remote_ufrag "" accepts any.
 * OK: authenticated. ERR_AUTH: username or integrity don't match. ERR_MALFORMED: no STUN, or a
 * request without what ICE asks for. ERR_UNSUPPORTED: STUN, but not a check for a controlled agent
 * (indication, response, unknown attribute).
 */
enum err ice_lite_check(struct ice_lite *ice, const uint8_t *data, size_t length,
			const char *local_ufrag, const char *local_password,
			const char *remote_ufrag, const struct net_address *remote, uint64_t now_us,
			struct ice_check *ret) MUST_CHECK;
