#include "relay/net/ice_lite.h"
#include "relay/base/clock.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

/*
 * Attributes that a request may carry and that must be understood (type < 0x8000, RFC 8489, section
 * 14), and those that libnice looks for. Whatever else of that range a request has is answered with
 * 420.
 */
static const uint16_t known_attributes[] = {
	STUN_ATTRIBUTE_MAPPED_ADDRESS,	   STUN_ATTRIBUTE_USERNAME,
	STUN_ATTRIBUTE_MESSAGE_INTEGRITY,  STUN_ATTRIBUTE_ERROR_CODE,
	STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
	STUN_ATTRIBUTE_PRIORITY,	   STUN_ATTRIBUTE_USE_CANDIDATE,
	STUN_ATTRIBUTE_FINGERPRINT,	   STUN_ATTRIBUTE_ICE_CONTROLLED,
	STUN_ATTRIBUTE_ICE_CONTROLLING,	   0};

struct ice_lite {
	StunAgent agent;
	unsigned error_replies_per_second;
	unsigned replies_left;
	uint64_t second_began_us;
};

/* libnice appends padding beyond the size it is told (stun_message_append checks without it). */
#define REPLY_CAPACITY (sizeof((struct ice_check *)NULL)->reply - 8)

/*
 * The longest USERNAME that we take: it is echoed in the reply, and libnice asserts that a reply
 * with it has room for integrity and fingerprint.
 */
#define USERNAME_MAX   128
#define INTEGRITY_SIZE 20

struct expected {
	const char *local_ufrag, *local_password, *remote_ufrag;
};

struct ice_lite *ice_lite_new(unsigned error_replies_per_second)
{
	struct ice_lite *ice = g_new0(struct ice_lite, 1);
	stun_agent_init(&ice->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
			STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	ice->error_replies_per_second = error_replies_per_second;
	ice->replies_left = error_replies_per_second;
	return ice;
}

void ice_lite_free(struct ice_lite *ice)
{
	g_free(ice);
}

static bool is_whole_message(const uint8_t *data, size_t length)
{
	return length >= STUN_MESSAGE_HEADER_LENGTH && length <= UINT16_MAX &&
	       stun_message_validate_buffer_length(data, length, true) == (int)length;
}

static bool is_binding_request(const StunMessage *message)
{
	return stun_message_get_class(message) == STUN_REQUEST &&
	       stun_message_get_method(message) == STUN_BINDING;
}

enum err ice_lite_local_ufrag(const uint8_t *data, size_t length, char *ret, size_t capacity)
{
	if (!is_whole_message(data, length))
		return ERR_MALFORMED;
	const StunMessage message = {.buffer = (uint8_t *)data, .buffer_len = length};
	if (!stun_message_has_cookie(&message))
		return ERR_MALFORMED;
	if (!is_binding_request(&message))
		return ERR_UNSUPPORTED;
	uint16_t username_length = 0;
	const char *username =
		stun_message_find(&message, STUN_ATTRIBUTE_USERNAME, &username_length);
	const char *colon = username ? memchr(username, ':', username_length) : NULL;
	if (!colon || (size_t)(colon - username) >= capacity)
		return ERR_NOT_FOUND;
	memcpy(ret, username, (size_t)(colon - username));
	ret[colon - username] = '\0';
	return OK;
}

static bool part_equals(const uint8_t *part, size_t length, const char *text)
{
	return strlen(text) == length && memcmp(part, text, length) == 0;
}

/* USERNAME is local:remote, seen from us (RFC 8445, section 7.2.2). */
static bool validate(StunAgent *agent, StunMessage *message, uint8_t *username,
		     uint16_t username_length, uint8_t **password, size_t *password_length,
		     void *user)
{
	const struct expected *expected = user;
	if (!username || username_length > USERNAME_MAX)
		return false;
	const uint8_t *colon = memchr(username, ':', username_length);
	if (!colon)
		return false;
	size_t local_length = (size_t)(colon - username);
	if (!part_equals(username, local_length, expected->local_ufrag))
		return false;
	if (expected->remote_ufrag[0] != '\0' &&
	    !part_equals(colon + 1, username_length - local_length - 1, expected->remote_ufrag))
		return false;
	*password = (uint8_t *)expected->local_password;
	*password_length = strlen(expected->local_password);
	return true;
}

static bool may_send_error(struct ice_lite *ice, uint64_t now_us)
{
	if (now_us - ice->second_began_us >= US_PER_SEC) {
		ice->second_began_us = now_us;
		ice->replies_left = ice->error_replies_per_second;
	}
	if (ice->replies_left == 0)
		return false;
	ice->replies_left--;
	return true;
}

static void error_reply(struct ice_lite *ice, const StunMessage *request, StunError code,
			uint64_t now_us, struct ice_check *ret)
{
	ret->limited = !may_send_error(ice, now_us);
	if (ret->limited)
		return;
	StunMessage reply;
	if (code == STUN_ERROR_UNKNOWN_ATTRIBUTE)
		ret->reply_length = stun_agent_build_unknown_attributes_error(
			&ice->agent, &reply, ret->reply, REPLY_CAPACITY, request);
	else if (stun_agent_init_error(&ice->agent, &reply, ret->reply, REPLY_CAPACITY, request,
				       code))
		ret->reply_length = stun_agent_finish_message(&ice->agent, &reply, NULL, 0);
}

/* libnice writes an IPv4-mapped address as IPv6, which no peer would take for its own. */
static socklen_t unmapped_sockaddr(const struct net_address *address, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof *out);
	if (!net_address_is_v4(address)) {
		net_address_to_sockaddr(address, (struct sockaddr_in6 *)out);
		return sizeof(struct sockaddr_in6);
	}
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	v4->sin_family = AF_INET;
	v4->sin_port = htons(address->port);
	memcpy(&v4->sin_addr, address->ip + 12, 4);
	return sizeof *v4;
}

/* A check whose credentials were good. */
static enum err answer(struct ice_lite *ice, StunMessage *request, const struct net_address *remote,
		       uint64_t now_us, struct ice_check *ret)
{
	struct sockaddr_storage from;
	socklen_t from_length = unmapped_sockaddr(remote, &from);
	StunMessage reply;
	size_t reply_length = REPLY_CAPACITY;
	/* Always the controlled side, whatever the tie-breaker (RFC 8445, section 6.1.1). */
	bool controlling = false;
	StunUsageIceReturn result = stun_usage_ice_conncheck_create_reply(
		&ice->agent, request, &reply, ret->reply, &reply_length, &from, from_length,
		&controlling, 0, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	/* libnice calls it a success too when it has made an error reply. */
	bool answered = reply_length > 0 && stun_message_get_class(&reply) == STUN_RESPONSE;
	if (result == STUN_USAGE_ICE_RETURN_SUCCESS && answered) {
		ret->reply_length = reply_length;
		ret->use_candidate = stun_usage_ice_conncheck_use_candidate(request);
		ret->authenticated = true;
		return OK;
	}
	/* A peer that also wants to be controlled: 487, so that it changes its role. */
	ret->limited = !may_send_error(ice, now_us);
	if (!ret->limited && !answered)
		ret->reply_length = reply_length;
	return ERR_UNSUPPORTED;
}

/* libnice reads 20 bytes of MESSAGE-INTEGRITY whatever its length field says. */
static bool has_short_integrity(const StunMessage *message)
{
	uint16_t length = 0;
	return stun_message_find(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &length) &&
	       length != INTEGRITY_SIZE;
}

enum err ice_lite_check(struct ice_lite *ice, const uint8_t *data, size_t length,
			const char *local_ufrag, const char *local_password,
			const char *remote_ufrag, const struct net_address *remote, uint64_t now_us,
			struct ice_check *ret)
{
	ret->authenticated = ret->use_candidate = ret->limited = false;
	ret->reply_length = 0;
	if (!is_whole_message(data, length))
		return ERR_MALFORMED;
	StunMessage request = {.buffer = (uint8_t *)data, .buffer_len = length};
	if (!stun_message_has_cookie(&request) || has_short_integrity(&request))
		return ERR_MALFORMED;
	if (!is_binding_request(&request))
		return ERR_UNSUPPORTED;
	struct expected expected = {local_ufrag, local_password, remote_ufrag};
	switch (stun_agent_validate(&ice->agent, &request, data, length, validate, &expected)) {
	case STUN_VALIDATION_SUCCESS:
		return answer(ice, &request, remote, now_us, ret);
	case STUN_VALIDATION_UNAUTHORIZED:
		error_reply(ice, &request, STUN_ERROR_UNAUTHORIZED, now_us, ret);
		return ERR_AUTH;
	case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
		error_reply(ice, &request, STUN_ERROR_BAD_REQUEST, now_us, ret);
		return ERR_MALFORMED;
	case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
		error_reply(ice, &request, STUN_ERROR_UNKNOWN_ATTRIBUTE, now_us, ret);
		return ERR_UNSUPPORTED;
	default: /* no fingerprint: not one of our peers, don't answer (RFC 8445, section 7.1) */
		return ERR_MALFORMED;
	}
}
