/* Reads what comes over a program's socket: see relay/base/studio_wire.h. */
#pragma once

#include "relay/relay.h"

#define PROGRAM_NAME_MAX 36 /* a language tag, or "floor" */

struct studio_message {
	enum studio_message_kind kind;
	/* STUDIO_RTP; the packet is within the message. */
	enum studio_slot slot;
	const uint8_t *rtp;
	size_t length;
	/* STUDIO_STATE */
	enum studio_state state;
};

/* The first message. ERR_UNSUPPORTED: another version. */
enum err studio_hello_parse(const char *data, size_t length,
			    char ret_program[static PROGRAM_NAME_MAX]) MUST_CHECK;
/* Of this payload type, and whole; of Opus, one that a decoder takes. ERR_NOT_FOUND: it holds
 * nothing but padding. */
enum err studio_rtp_check(const uint8_t *rtp, size_t length, uint8_t payload_type) MUST_CHECK;
/* Any other; an RTP packet that passes is whole, and its payload is a packet of Opus. */
enum err studio_message_parse(const uint8_t *data, size_t length,
			      struct studio_message *ret) MUST_CHECK;
