#include "relay/base/clock.h"
#include "relay/net/ice_lite.h"

#include <glib.h>
#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#define NOW	 (1000 * US_PER_SEC)
#define PASSWORD "the relay's password"

/* What goes into a check; built by libnice on the controlling side. */
struct request {
	const char *username, *password;
	bool use_candidate, controlled, no_fingerprint, no_integrity;
	uint16_t extra; /* an attribute type to add, or 0 */
	uint16_t extra_length;
};

static StunAgent peer;

static void init_peer(StunAgentUsageFlags flags)
{
	static const uint16_t known[] = {
		STUN_ATTRIBUTE_USERNAME,	   STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
		STUN_ATTRIBUTE_ERROR_CODE,	   STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
		STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, 0};
	stun_agent_init(&peer, known, STUN_COMPATIBILITY_RFC5389,
			STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | flags);
}

static size_t build(const struct request *r, uint8_t *out, size_t capacity)
{
	StunMessage m;
	init_peer(r->no_fingerprint ? 0 : STUN_AGENT_USAGE_USE_FINGERPRINT);
	g_assert_true(stun_agent_init_request(&peer, &m, out, capacity, STUN_BINDING));
	if (r->use_candidate)
		stun_message_append_flag(&m, STUN_ATTRIBUTE_USE_CANDIDATE);
	stun_message_append32(&m, STUN_ATTRIBUTE_PRIORITY, 0x6e7f1eff);
	stun_message_append64(
		&m, r->controlled ? STUN_ATTRIBUTE_ICE_CONTROLLED : STUN_ATTRIBUTE_ICE_CONTROLLING,
		99);
	if (r->extra)
		memset(stun_message_append(&m, r->extra, r->extra_length), 0x5a, r->extra_length);
	if (r->username)
		stun_message_append_bytes(&m, STUN_ATTRIBUTE_USERNAME, r->username,
					  strlen(r->username));
	return stun_agent_finish_message(&peer, &m,
					 r->no_integrity ? NULL : (const uint8_t *)r->password,
					 strlen(r->password));
}

static struct net_address address(const char *ip, uint16_t port)
{
	struct net_address a;
	g_assert_cmpint(net_address_parse(ip, port, &a), ==, OK);
	return a;
}

static enum err check_bytes(struct ice_lite *ice, const uint8_t *data, size_t length,
			    struct ice_check *ret)
{
	const struct net_address remote = address("192.0.2.7", 4007);
	return ice_lite_check(ice, data, length, "relay", PASSWORD, "brow", &remote, NOW, ret);
}

static enum err check(struct ice_lite *ice, const struct request *request, struct ice_check *ret)
{
	uint8_t data[2000];
	size_t length = build(request, data, sizeof data);
	g_assert_cmpuint(length, >, 0);
	return check_bytes(ice, data, length, ret);
}

/* The reply's error code, or 0 for a success; the reply must be valid for the peer. */
static int error_of(const struct ice_check *c)
{
	StunMessage m;
	int code = 0;
	g_assert_cmpuint(c->reply_length, >, 0);
	g_assert_cmpint(stun_agent_validate(&peer, &m, c->reply, c->reply_length, NULL, NULL), ==,
			STUN_VALIDATION_SUCCESS);
	if (stun_message_get_class(&m) == STUN_ERROR)
		g_assert_cmpint(stun_message_find_error(&m, &code), ==,
				STUN_MESSAGE_RETURN_SUCCESS);
	return code;
}

static const struct request good = {.username = "relay:brow", .password = PASSWORD};

static void a_good_check_is_answered(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	struct ice_check c;
	g_assert_cmpint(check(ice, &good, &c), ==, OK);
	g_assert_true(c.authenticated);
	g_assert_false(c.use_candidate);
	g_assert_cmpint(error_of(&c), ==, 0);
	struct request nominating = good;
	nominating.use_candidate = true;
	g_assert_cmpint(check(ice, &nominating, &c), ==, OK);
	g_assert_true(c.use_candidate);
	ice_lite_free(ice);
}

static void check_mapped(struct ice_lite *ice, const char *ip, int family)
{
	uint8_t data[500];
	struct ice_check c;
	StunMessage m;
	struct sockaddr_storage mapped;
	socklen_t mapped_length = sizeof mapped;
	const struct net_address remote = address(ip, 4007);
	size_t length = build(&good, data, sizeof data);
	g_assert_cmpint(
		ice_lite_check(ice, data, length, "relay", PASSWORD, "brow", &remote, NOW, &c), ==,
		OK);
	g_assert_cmpint(stun_agent_validate(&peer, &m, c.reply, c.reply_length, NULL, NULL), ==,
			STUN_VALIDATION_SUCCESS);
	g_assert_cmpint(stun_usage_ice_conncheck_process(&m, &mapped, &mapped_length,
							 STUN_USAGE_ICE_COMPATIBILITY_RFC5245),
			==, STUN_USAGE_ICE_RETURN_SUCCESS);
	g_assert_cmpint(mapped.ss_family, ==, family);
	if (family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)&mapped;
		g_assert_cmpuint(ntohs(v4->sin_port), ==, 4007);
		g_assert_cmpmem(&v4->sin_addr, 4, remote.ip + 12, 4);
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&mapped;
		g_assert_cmpuint(ntohs(v6->sin6_port), ==, 4007);
		g_assert_cmpmem(&v6->sin6_addr, 16, remote.ip, 16);
	}
}

static void the_reply_names_the_address_unmapped(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	check_mapped(ice, "192.0.2.7", AF_INET);
	check_mapped(ice, "2001:db8::7", AF_INET6);
	ice_lite_free(ice);
}

static void wrong_credentials_get_401(void)
{
	static const struct request bad[] = {
		{.username = "relay:brow", .password = "another password"},
		{.username = "relax:brow", .password = PASSWORD},
		{.username = "relay:brox", .password = PASSWORD},
		{.username = "relay:", .password = PASSWORD},
		{.username = "relay", .password = PASSWORD},
		{.username = "relay:browser", .password = PASSWORD},
		{.username = ":", .password = PASSWORD},
	};
	struct ice_lite *ice = ice_lite_new(100);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct ice_check c;
		g_assert_cmpint(check(ice, &bad[i], &c), ==, ERR_AUTH);
		g_assert_false(c.authenticated);
		g_assert_cmpint(error_of(&c), ==, 401);
	}
	ice_lite_free(ice);
}

static void an_empty_remote_ufrag_accepts_any(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	const struct net_address remote = address("192.0.2.7", 4007);
	uint8_t data[1000];
	struct ice_check c;
	size_t length = build(&good, data, sizeof data);
	g_assert_cmpint(ice_lite_check(ice, data, length, "relay", PASSWORD, "", &remote, NOW, &c),
			==, OK);
	/* But not any length: libnice echoes it into the reply and would abort. */
	char username[600] = "relay:";
	memset(username + 6, 'x', 500);
	const struct request longest = {.username = username, .password = PASSWORD};
	length = build(&longest, data, sizeof data);
	g_assert_cmpint(ice_lite_check(ice, data, length, "relay", PASSWORD, "", &remote, NOW, &c),
			==, ERR_AUTH);
	ice_lite_free(ice);
}

static void integrity_and_fingerprint_are_required(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	struct ice_check c;
	struct request r = good;
	r.no_integrity = true;
	g_assert_cmpint(check(ice, &r, &c), ==, ERR_MALFORMED);
	g_assert_cmpint(error_of(&c), ==, 400);
	r = good;
	r.no_fingerprint = true;
	g_assert_cmpint(check(ice, &r, &c), ==, ERR_MALFORMED);
	g_assert_cmpuint(c.reply_length, ==, 0);
	ice_lite_free(ice);
}

/* libnice compares 20 bytes, whatever the attribute's length says: beyond the datagram's end. */
static void a_short_integrity_is_malformed(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	struct ice_check c;
	struct request r = good;
	r.extra = STUN_ATTRIBUTE_MESSAGE_INTEGRITY;
	r.no_integrity = true;
	for (r.extra_length = 0; r.extra_length < 20; r.extra_length += 4)
		g_assert_cmpint(check(ice, &r, &c), ==, ERR_MALFORMED);
	ice_lite_free(ice);
}

static void unknown_attributes_get_420_if_they_must_be_understood(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	struct ice_check c;
	struct request r = good;
	r.extra = 0x7f01;
	r.extra_length = 5;
	g_assert_cmpint(check(ice, &r, &c), ==, ERR_UNSUPPORTED);
	g_assert_false(c.authenticated);
	g_assert_cmpint(error_of(&c), ==, 420);
	r.extra = 0xc057; /* GOOG-NETWORK-INFO */
	g_assert_cmpint(check(ice, &r, &c), ==, OK);
	ice_lite_free(ice);
}

/* Each unknown one is named in the reply: as many as a datagram holds must not overrun it. */
static void many_unknown_attributes_do_not_overrun_the_reply(void)
{
	struct ice_lite *ice = ice_lite_new(1000);
	for (unsigned n = 1; n < 300; n++) {
		uint8_t data[2000];
		struct {
			struct ice_check check;
			uint8_t beyond[64];
		} c;
		StunMessage m;
		memset(c.beyond, 0xee, sizeof c.beyond);
		init_peer(STUN_AGENT_USAGE_USE_FINGERPRINT);
		stun_agent_init_request(&peer, &m, data, sizeof data, STUN_BINDING);
		for (unsigned i = 0; i < n; i++)
			stun_message_append(&m, 0x7000 + i, 0);
		stun_message_append_bytes(&m, STUN_ATTRIBUTE_USERNAME, "relay:brow", 10);
		size_t length = stun_agent_finish_message(&peer, &m, (const uint8_t *)PASSWORD,
							  strlen(PASSWORD));
		g_assert_cmpint(check_bytes(ice, data, length, &c.check), ==, ERR_UNSUPPORTED);
		g_assert_cmpuint(c.check.reply_length, <=, sizeof c.check.reply);
		for (size_t i = 0; i < sizeof c.beyond; i++)
			g_assert_cmpuint(c.beyond[i], ==, 0xee);
	}
	ice_lite_free(ice);
}

static void a_controlled_peer_is_told_to_change_its_role(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	struct ice_check c;
	struct request r = good;
	r.controlled = true;
	g_assert_cmpint(check(ice, &r, &c), ==, ERR_UNSUPPORTED);
	g_assert_false(c.authenticated);
	g_assert_cmpint(error_of(&c), ==, 487);
	ice_lite_free(ice);
}

static void error_replies_are_limited_and_answers_are_not(void)
{
	struct ice_lite *ice = ice_lite_new(3);
	const struct net_address remote = address("192.0.2.7", 4007);
	const struct request bad = {.username = "relay:brow", .password = "wrong"};
	uint8_t wrong[500], right[500];
	struct ice_check c;
	unsigned replies = 0;
	size_t right_length = build(&good, right, sizeof right);
	size_t wrong_length = build(&bad, wrong, sizeof wrong);
	for (unsigned i = 0; i < 100; i++) {
		g_assert_cmpint(ice_lite_check(ice, wrong, wrong_length, "relay", PASSWORD, "brow",
					       &remote, NOW + i, &c),
				==, ERR_AUTH);
		g_assert_true(c.limited == (c.reply_length == 0));
		replies += c.reply_length > 0;
		g_assert_cmpint(ice_lite_check(ice, right, right_length, "relay", PASSWORD, "brow",
					       &remote, NOW + i, &c),
				==, OK);
		g_assert_cmpuint(c.reply_length, >, 0);
	}
	g_assert_cmpuint(replies, ==, 3);
	g_assert_cmpint(ice_lite_check(ice, wrong, wrong_length, "relay", PASSWORD, "brow", &remote,
				       NOW + US_PER_SEC, &c),
			==, ERR_AUTH);
	g_assert_false(c.limited);
	ice_lite_free(ice);
}

static void responses_and_indications_are_not_checks(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	uint8_t data[500];
	char ufrag[33];
	struct ice_check c;
	StunMessage m;
	init_peer(STUN_AGENT_USAGE_USE_FINGERPRINT);
	stun_agent_init_indication(&peer, &m, data, sizeof data, STUN_BINDING);
	size_t length = stun_agent_finish_message(&peer, &m, NULL, 0);
	g_assert_cmpint(check_bytes(ice, data, length, &c), ==, ERR_UNSUPPORTED);
	g_assert_cmpuint(c.reply_length, ==, 0);
	g_assert_cmpint(ice_lite_local_ufrag(data, length, ufrag, sizeof ufrag), ==,
			ERR_UNSUPPORTED);
	g_assert_cmpint(check(ice, &good, &c), ==, OK); /* and its reply, sent back to us: */
	struct ice_check again;
	g_assert_cmpint(check_bytes(ice, c.reply, c.reply_length, &again), ==, ERR_UNSUPPORTED);
	ice_lite_free(ice);
}

static void the_local_ufrag_is_read_without_authentication(void)
{
	uint8_t data[500];
	char ufrag[6] = "?";
	struct request r = good;
	r.password = "whatever";
	size_t length = build(&r, data, sizeof data);
	g_assert_cmpint(ice_lite_local_ufrag(data, length, ufrag, 5), ==, ERR_NOT_FOUND);
	g_assert_cmpstr(ufrag, ==, "?");
	g_assert_cmpint(ice_lite_local_ufrag(data, length, ufrag, 6), ==, OK);
	g_assert_cmpstr(ufrag, ==, "relay");
	r.username = "no colon";
	length = build(&r, data, sizeof data);
	g_assert_cmpint(ice_lite_local_ufrag(data, length, ufrag, 6), ==, ERR_NOT_FOUND);
	r.username = NULL;
	length = build(&r, data, sizeof data);
	g_assert_cmpint(ice_lite_local_ufrag(data, length, ufrag, 6), ==, ERR_NOT_FOUND);
}

static void no_prefix_of_a_check_is_a_message(void)
{
	struct ice_lite *ice = ice_lite_new(10);
	uint8_t data[500];
	size_t length = build(&good, data, sizeof data);
	for (size_t n = 0; n < length; n++) {
		uint8_t *exact = g_memdup2(data, n); /* for the address sanitizer */
		char ufrag[33];
		struct ice_check c;
		g_assert_cmpint(check_bytes(ice, exact, n, &c), ==, ERR_MALFORMED);
		g_assert_cmpint(ice_lite_local_ufrag(exact, n, ufrag, sizeof ufrag), ==,
				ERR_MALFORMED);
		g_free(exact);
	}
	ice_lite_free(ice);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/ice_lite/" #name, name)
	ADD(a_good_check_is_answered);
	ADD(the_reply_names_the_address_unmapped);
	ADD(wrong_credentials_get_401);
	ADD(an_empty_remote_ufrag_accepts_any);
	ADD(integrity_and_fingerprint_are_required);
	ADD(a_short_integrity_is_malformed);
	ADD(unknown_attributes_get_420_if_they_must_be_understood);
	ADD(many_unknown_attributes_do_not_overrun_the_reply);
	ADD(a_controlled_peer_is_told_to_change_its_role);
	ADD(error_replies_are_limited_and_answers_are_not);
	ADD(responses_and_indications_are_not_checks);
	ADD(the_local_ufrag_is_read_without_authentication);
	ADD(no_prefix_of_a_check_is_a_message);
	return g_test_run();
}
