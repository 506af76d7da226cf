/* Retransmission payload format (RFC 4588, section 4): the original sequence number, then the
 * original payload. */
#pragma once

#include "relay/rtp/packet.h"

/*
 * Turns a received RTX packet into the original in place: ssrc, payload type, sequence number; the
 * payload moves on by two. ERR_TRUNCATED: no original sequence number. A payload of padding only
 * gives ERR_NOT_FOUND (a probe). packet->rtp and packet->data both become those of the original.
 */
enum err rtx_unwrap(struct packet *packet, uint32_t media_ssrc,
		    uint8_t media_payload_type) MUST_CHECK;
