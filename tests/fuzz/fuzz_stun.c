/*
 * A STUN message for a transport whose credentials are known. First byte: how the rest is used.
 * Bit 0: raw bytes, else attributes of a request to which we append good USERNAME, integrity and
 * fingerprint (the side that a participant can reach). Bit 1: any remote ufrag is taken. Bit 2: the
 * credential is wrong. Bit 3: an IPv6 peer.
 */
#include "relay/base/clock.h"
#include "relay/net/ice_lite.h"
#include <assert.h>
#include <string.h>
#include <stun/stunagent.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PASSWORD "a password of twenty-two"

static size_t authentic(const uint8_t *attributes, size_t length, bool wrong, uint8_t *out,
			size_t capacity)
{
	static const uint16_t known[] = {0};
	const char *password = wrong ? "another" : PASSWORD;
	StunAgent agent;
	StunMessage message;
	length &= ~(size_t)3;
	stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
			STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	if (length + 200 > capacity ||
	    !stun_agent_init_request(&agent, &message, out, capacity, STUN_BINDING))
		return 0;
	memcpy(out + STUN_MESSAGE_HEADER_LENGTH, attributes, length);
	out[2] = (uint8_t)(length >> 8);
	out[3] = (uint8_t)length;
	stun_message_append_bytes(&message, STUN_ATTRIBUTE_USERNAME, "relay:brow", 10);
	return stun_agent_finish_message(&agent, &message, (const uint8_t *)password,
					 strlen(password));
}

static void check(const uint8_t *data, size_t size, uint8_t mode)
{
	static struct ice_lite *ice;
	static uint64_t now_us = 1000 * US_PER_SEC;
	struct net_address remote;
	struct ice_check result;
	char ufrag[33];
	if (!ice)
		ice = ice_lite_new(3);
	now_us += 100 * US_PER_MS;
	if (net_address_parse(mode & 8 ? "2001:db8::1" : "192.0.2.1", 4000, &remote) != OK)
		return;
	enum err found = ice_lite_local_ufrag(data, size, ufrag, sizeof ufrag);
	assert(found != OK || strlen(ufrag) < sizeof ufrag);
	enum err err = ice_lite_check(ice, data, size, "relay", PASSWORD, mode & 2 ? "" : "brow",
				      &remote, now_us, &result);
	assert(result.authenticated == (err == OK));
	assert(result.reply_length <= sizeof result.reply);
	assert(err != OK || result.reply_length > 0);
	assert(err != OK || (found == OK && strcmp(ufrag, "relay") == 0));
	assert(err != OK || !(mode & 4) || mode & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t message[1536];
	if (size == 0)
		return 0;
	uint8_t mode = data[0];
	if (mode & 1)
		check(data + 1, size - 1, mode);
	else
		check(message, authentic(data + 1, size - 1, mode & 4, message, sizeof message),
		      mode);
	return 0;
}
