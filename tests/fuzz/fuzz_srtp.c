/*
 * Packets of a peer whose keys are known, one after the other through one context. First byte: the
 * profile (bit 0). Then, for each packet: how (a byte), length (two bytes), bytes. Bit 0: RTCP. Bit
 * 1: the bytes are protected first, as an authentic peer would. Bit 2: after that one bit is wrong.
 * Bit 3: the index comes from a later rollover.
 */
#include "relay/net/srtp.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CAPACITY 1536

static const struct srtp_master peers = {"peer's key 16 b", "peer's salt 14"};
static const struct srtp_master ours = {"our own key 16b", "our own salt14"};

struct pair {
	struct srtp_context *peer, *relay;
	uint64_t rollover;
};

/* The bytes as a slot's packet, where they are one. */
static bool as_packet(const struct pair *pair, const uint8_t *data, size_t size,
		      struct rtp_out *out)
{
	struct rtp_header h;
	if (size > 1000 || rtp_parse(data, size, NULL, &h) != OK ||
	    h.payload_offset > RTP_HEADER_MAX)
		return false;
	*out = (struct rtp_out){.index = pair->rollover << 16 | h.sequence,
				.ssrc = h.ssrc,
				.head_length = h.payload_offset,
				.header_length = h.payload_offset,
				.body = data + h.payload_offset,
				.body_length = (uint16_t)(size - h.payload_offset)};
	memcpy(out->head, data, out->head_length);
	return true;
}

static size_t protect(struct pair *pair, const uint8_t *data, size_t size, bool rtcp, uint8_t *out)
{
	struct rtp_out packet;
	size_t length;
	if (rtcp)
		return srtp_context_protect_rtcp(pair->peer, data, size, out, CAPACITY, &length) ==
				       OK
			       ? length
			       : 0;
	if (!as_packet(pair, data, size, &packet) ||
	    srtp_context_protect_rtp(pair->peer, &packet, out, CAPACITY, &length) != OK)
		return 0;
	return length;
}

static void receive(struct pair *pair, const uint8_t *data, size_t size, uint8_t how)
{
	static uint8_t buffer[CAPACITY], again[CAPACITY];
	bool rtcp = how & 1, authentic = how & 2, wrong = how & 4;
	size_t length = size;
	if (how & 8)
		pair->rollover++;
	if (authentic)
		length = protect(pair, data, size, rtcp, buffer);
	else
		memcpy(buffer, data, size);
	if (authentic && length == 0)
		return;
	if (wrong)
		buffer[how % length] ^= 0x20;
	memcpy(again, buffer, length);
	size_t opened = length;
	enum err err = rtcp ? srtp_context_unprotect_rtcp(pair->relay, buffer, &opened)
			    : srtp_context_unprotect_rtp(pair->relay, buffer, &opened);
	if (err != OK) {
		assert(opened == length);
		return;
	}
	assert(authentic && !wrong); /* forging would take 2^128 attempts */
	assert(opened == size && memcmp(buffer, data, size) == 0);
	err = rtcp ? srtp_context_unprotect_rtcp(pair->relay, again, &length)
		   : srtp_context_unprotect_rtp(pair->relay, again, &length);
	assert(err == ERR_REPLAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pair pair = {0};
	if (size == 0)
		return 0;
	enum srtp_profile profile = data[0] & 1 ? SRTP_PROFILE_CM_SHA1_80 : SRTP_PROFILE_GCM;
	if (srtp_context_new(profile, &peers, &ours, &pair.peer) != OK ||
	    srtp_context_new(profile, &ours, &peers, &pair.relay) != OK)
		__builtin_trap();
	assert(srtp_context_profile(pair.relay));
	data++;
	size--;
	while (size > 3) {
		uint8_t how = data[0];
		size_t length = ((size_t)data[1] << 8 | data[2]) % 1200;
		data += 3;
		size -= 3;
		length = length < size ? length : size;
		if (length > 0)
			receive(&pair, data, length, how);
		data += length;
		size -= length;
	}
	srtp_context_free(pair.peer);
	srtp_context_free(pair.relay);
	return 0;
}
