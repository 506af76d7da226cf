/* libsrtp2 is the oracle: what we protect must be its bytes, and what it protects must come out of
 * ours. */
#include "relay/net/srtp.h"
#include "tests/unit/net/link.h"

#include <glib.h>
#include <srtp2/srtp.h>
#include <string.h>

#define SSRC 0x01020304

static const struct srtp_master ours = {
	{0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41,
	 0x39},
	{0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6}};
static const struct srtp_master theirs = {
	{0x31, 0x41, 0x59, 0x26, 0x53, 0x58, 0x97, 0x93, 0x23, 0x84, 0x62, 0x64, 0x33, 0x83, 0x27,
	 0x95},
	{0x27, 0x18, 0x28, 0x18, 0x28, 0x45, 0x90, 0x45, 0x23, 0x53, 0x60, 0x28, 0x74, 0x71}};

struct fixture {
	enum srtp_profile profile;
	struct srtp_context *context; /* sends with ours, receives with theirs */
	srtp_t sender, receiver;      /* libsrtp2: sends with theirs, receives with ours */
	srtp_t twin;		      /* libsrtp2: sends with ours */
};

static srtp_t oracle(enum srtp_profile profile, srtp_ssrc_type_t type,
		     const struct srtp_master *master)
{
	uint8_t key[SRTP_KEY_SIZE + SRTP_CM_SALT_SIZE];
	srtp_policy_t policy = {.ssrc = {.type = type}, .key = key};
	srtp_t session;
	memcpy(key, master->key, SRTP_KEY_SIZE);
	memcpy(key + SRTP_KEY_SIZE, master->salt, SRTP_CM_SALT_SIZE);
	if (profile == SRTP_PROFILE_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	g_assert_cmpint(srtp_create(&session, &policy), ==, srtp_err_status_ok);
	return session;
}

static void set_up(struct fixture *f, gconstpointer profile)
{
	f->profile = GPOINTER_TO_UINT(profile);
	g_assert_cmpint(srtp_context_new(f->profile, &ours, &theirs, &f->context), ==, OK);
	srtp_init(); /* again does no harm */
	f->sender = oracle(f->profile, ssrc_any_outbound, &theirs);
	f->receiver = oracle(f->profile, ssrc_any_inbound, &ours);
	f->twin = oracle(f->profile, ssrc_any_outbound, &ours);
}

static void tear_down(struct fixture *f, gconstpointer profile)
{
	srtp_context_free(f->context);
	srtp_dealloc(f->sender);
	srtp_dealloc(f->receiver);
	srtp_dealloc(f->twin);
}

/* A packet with extension block and contributing sources; the slot's form of it: 9 payload bytes in
 * head. */
static struct rtp_out make_packet(uint64_t index, const uint8_t *body, size_t length,
				  bool extension, unsigned sources)
{
	struct rtp_out out = link_rtp_out(SSRC, index, body, length);
	out.head[0] |= (uint8_t)((extension ? 0x10 : 0) | sources);
	for (unsigned i = 0; i < 4 * sources; i++)
		out.head[out.header_length++] = (uint8_t)(0xc0 + i);
	if (extension) {
		static const uint8_t block[] = {0xbe, 0xde, 0, 2, 0x10, 0xaa, 0x22, 1, 2, 3, 0, 0};
		memcpy(out.head + out.header_length, block, sizeof block);
		out.header_length += sizeof block;
	}
	memcpy(out.head + out.header_length, "rewritten", 9);
	out.head_length = out.header_length + 9;
	return out;
}

static size_t flatten(const struct rtp_out *out, uint8_t *to)
{
	memcpy(to, out->head, out->head_length);
	memcpy(to + out->head_length, out->body, out->body_length);
	memset(to + out->head_length + out->body_length, 0, out->padding);
	size_t length = (size_t)out->head_length + out->body_length + out->padding;
	if (out->padding) {
		to[0] |= 0x20;
		to[length - 1] = out->padding;
	}
	return length;
}

/* Our bytes are the twin's; the receiver opens them. */
static void expect_same_bytes(struct fixture *f, const struct rtp_out *out)
{
	uint8_t mine[SEND_DATAGRAM_MAX], its[SEND_DATAGRAM_MAX + SRTP_MAX_TRAILER_LEN];
	uint8_t plain[SEND_DATAGRAM_MAX];
	size_t length;
	int its_length = (int)flatten(out, its), plain_length = its_length;
	memcpy(plain, its, (size_t)its_length);
	g_assert_cmpint(srtp_context_protect_rtp(f->context, out, mine, sizeof mine, &length), ==,
			OK);
	g_assert_cmpint(srtp_protect(f->twin, its, &its_length), ==, srtp_err_status_ok);
	g_assert_cmpmem(mine, length, its, (size_t)its_length);
	int opened = (int)length;
	g_assert_cmpint(srtp_unprotect(f->receiver, mine, &opened), ==, srtp_err_status_ok);
	g_assert_cmpmem(mine, (size_t)opened, plain, (size_t)plain_length);
}

static void rtp_out_is_byte_for_byte_the_oracles(struct fixture *f, gconstpointer unused)
{
	uint8_t body[1200];
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (uint8_t)(i * 7);
	static const size_t lengths[] = {0, 1, 15, 16, 17, 120, 500, 1180, 1200};
	uint64_t index = 1000;
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++)
		for (unsigned sources = 0; sources < 16; sources += 5)
			for (unsigned extension = 0; extension < 2; extension++) {
				struct rtp_out out = make_packet(index++, body, lengths[i],
								 extension != 0, sources);
				expect_same_bytes(f, &out);
				out = make_packet(index++, body, lengths[i], extension != 0,
						  sources);
				out.head[0] |= 0x20;
				out.padding = 37;
				expect_same_bytes(f, &out);
			}
}

static void rtp_out_crosses_the_rollover(struct fixture *f, gconstpointer unused)
{
	static const uint8_t body[50] = {1, 2, 3};
	for (uint64_t index = 65000; index < 3 * 65536 + 100; index += 7) {
		struct rtp_out out = make_packet(index, body, sizeof body, true, 0);
		expect_same_bytes(f, &out);
	}
}

/* Packets of the oracle's into ours. */
static size_t oracle_rtp(struct fixture *f, uint8_t *out, uint32_t ssrc, uint16_t sequence,
			 size_t length)
{
	int protected_length = (int)link_rtp(out, ssrc, sequence, (uint8_t)sequence, length);
	g_assert_cmpint(srtp_protect(f->sender, out, &protected_length), ==, srtp_err_status_ok);
	return (size_t)protected_length;
}

static void expect_opens(struct fixture *f, const uint8_t *data, size_t length, uint32_t ssrc,
			 uint16_t sequence, size_t payload)
{
	uint8_t copy[2048], plain[2048];
	size_t plain_length = link_rtp(plain, ssrc, sequence, (uint8_t)sequence, payload);
	memcpy(copy, data, length);
	g_assert_cmpint(srtp_context_unprotect_rtp(f->context, copy, &length), ==, OK);
	g_assert_cmpmem(copy, length, plain, plain_length);
}

static void expect_refused(struct fixture *f, const uint8_t *data, size_t length, enum err err)
{
	uint8_t copy[2048];
	size_t before = length;
	memcpy(copy, data, length);
	g_assert_cmpint(srtp_context_unprotect_rtp(f->context, copy, &length), ==, err);
	g_assert_cmpuint(length, ==, before);
}

static void rtp_in_of_several_sources_crosses_rollovers(struct fixture *f, gconstpointer unused)
{
	uint8_t data[2048];
	for (uint32_t i = 64000; i < 3 * 65536; i += 3)
		for (uint32_t ssrc = SSRC; ssrc < SSRC + 3; ssrc++) {
			uint16_t sequence = (uint16_t)(i + ssrc * 100);
			size_t length = oracle_rtp(f, data, ssrc, sequence, 40);
			expect_opens(f, data, length, ssrc, sequence, 40);
		}
}

static void reordered_rtp_around_a_rollover_opens_once(struct fixture *f, gconstpointer unused)
{
	enum { N = 100 };
	uint8_t data[N][200];
	size_t length[N];
	for (unsigned i = 0; i < N; i++)
		length[i] = oracle_rtp(f, data[i], SSRC, (uint16_t)(65500 + i), 30);
	expect_opens(f, data[0], length[0], SSRC, 65500, 30);
	for (unsigned i = N; i-- > 1;)
		expect_opens(f, data[i], length[i], SSRC, (uint16_t)(65500 + i), 30);
	for (unsigned i = 0; i < N; i++)
		expect_refused(f, data[i], length[i], ERR_REPLAY);
}

static void what_is_older_than_the_window_is_refused(struct fixture *f, gconstpointer unused)
{
	uint8_t data[200], old[200];
	size_t old_length = oracle_rtp(f, old, SSRC, 1000, 30);
	for (unsigned i = 1001; i < 1001 + 1200; i++) {
		size_t length = oracle_rtp(f, data, SSRC, (uint16_t)i, 30);
		expect_opens(f, data, length, SSRC, (uint16_t)i, 30);
	}
	expect_refused(f, old, old_length, ERR_REPLAY);
}

/* A forger who jumps far ahead must neither move the window nor the rollover counter, nor make a
 * source. */
static void a_forged_tag_changes_nothing(struct fixture *f, gconstpointer unused)
{
	uint8_t data[200], forged[200];
	for (unsigned i = 0; i < 20; i++) {
		uint16_t sequence = (uint16_t)(60000 + i * 10);
		size_t length = oracle_rtp(f, data, SSRC, sequence, 30);
		for (size_t at = 1; at < length; at += 3) {
			memcpy(forged, data, length);
			forged[at] ^= 0x10;
			if (at ==
			    2) /* sequence numbers of the future, of the past and of rollovers */
				forged[2] = (uint8_t)(i * 13);
			uint8_t copy[200];
			size_t n = length;
			memcpy(copy, forged, length);
			g_assert_cmpint(srtp_context_unprotect_rtp(f->context, copy, &n), !=, OK);
		}
		expect_opens(f, data, length, SSRC, sequence, 30);
	}
	/* All those SSRCs, a thousand more, and still the next real source has room. */
	for (uint32_t i = 0; i < 1000; i++) {
		link_rtp(forged, i, 1, 1, 60);
		expect_refused(f, forged, 72, ERR_AUTH);
	}
	size_t length = oracle_rtp(f, data, SSRC + 9, 1, 30);
	expect_opens(f, data, length, SSRC + 9, 1, 30);
}

static void sources_are_bounded(struct fixture *f, gconstpointer unused)
{
	uint8_t data[200];
	for (uint32_t i = 0; i < SRTP_MAX_SOURCES; i++) {
		size_t length = oracle_rtp(f, data, 1000 + i, 7, 30);
		expect_opens(f, data, length, 1000 + i, 7, 30);
	}
	size_t length = oracle_rtp(f, data, 1, 7, 30);
	expect_refused(f, data, length, ERR_FULL);
	length = oracle_rtp(f, data, 1000, 8, 30);
	expect_opens(f, data, length, 1000, 8, 30);
}

static void no_prefix_of_a_packet_opens(struct fixture *f, gconstpointer unused)
{
	uint8_t data[300];
	int protected_length = (int)link_rtp(data, SSRC, 5, 0, 60);
	data[0] |= 0x12; /* the first payload bytes are two contributing sources and extensions */
	memcpy(data + 20, "\xbe\xde\x00\x03", 4);
	g_assert_cmpint(srtp_protect(f->sender, data, &protected_length), ==, srtp_err_status_ok);
	for (size_t n = 0; n < (size_t)protected_length; n++) {
		uint8_t *exact = g_memdup2(data, n);
		size_t length = n;
		g_assert_cmpint(srtp_context_unprotect_rtp(f->context, exact, &length), !=, OK);
		g_free(exact);
		exact = g_memdup2(data, n);
		g_assert_cmpint(srtp_context_unprotect_rtcp(f->context, exact, &length), !=, OK);
		g_free(exact);
	}
	size_t length = (size_t)protected_length;
	g_assert_cmpint(srtp_context_unprotect_rtp(f->context, data, &length), ==, OK);
}

static size_t compound(uint8_t *out, uint32_t ssrc, size_t extra)
{
	size_t length = link_rtcp(out, ssrc);
	for (size_t i = 0; i < extra; i++)
		out[length++] = (uint8_t)i;
	return length;
}

static void rtcp_goes_both_ways(struct fixture *f, gconstpointer unused)
{
	uint8_t plain[600], data[SEND_DATAGRAM_MAX];
	for (unsigned i = 0; i < 300; i++) {
		uint32_t ssrc = SSRC + i % 3;
		size_t plain_length = compound(plain, ssrc, 4 * (i % 100)), length;
		g_assert_cmpint(srtp_context_protect_rtcp(f->context, plain, plain_length, data,
							  sizeof data, &length),
				==, OK);
		int opened = (int)length;
		g_assert_cmpint(srtp_unprotect_rtcp(f->receiver, data, &opened), ==,
				srtp_err_status_ok);
		g_assert_cmpmem(data, (size_t)opened, plain, plain_length);

		memcpy(data, plain, plain_length);
		int protected_length = (int)plain_length;
		g_assert_cmpint(srtp_protect_rtcp(f->sender, data, &protected_length), ==,
				srtp_err_status_ok);
		uint8_t again[SEND_DATAGRAM_MAX], forged[SEND_DATAGRAM_MAX];
		memcpy(again, data, (size_t)protected_length);
		memcpy(forged, data, (size_t)protected_length);
		forged[8 + i % (protected_length - 8)] ^= 1;
		length = (size_t)protected_length;
		g_assert_cmpint(srtp_context_unprotect_rtcp(f->context, forged, &length), !=, OK);
		g_assert_cmpint(srtp_context_unprotect_rtcp(f->context, data, &length), ==, OK);
		g_assert_cmpmem(data, length, plain, plain_length);
		length = (size_t)protected_length;
		g_assert_cmpint(srtp_context_unprotect_rtcp(f->context, again, &length), ==,
				ERR_REPLAY);
	}
}

/* With one SSRC our counter runs like libsrtp2's: the same bytes. */
static void rtcp_of_one_source_is_byte_for_byte_the_oracles(struct fixture *f, gconstpointer unused)
{
	uint8_t plain[600], mine[SEND_DATAGRAM_MAX], its[SEND_DATAGRAM_MAX];
	for (unsigned i = 0; i < 100; i++) {
		size_t length = compound(plain, SSRC, 4 * i);
		memcpy(its, plain, length);
		int its_length = (int)length;
		g_assert_cmpint(srtp_protect_rtcp(f->twin, its, &its_length), ==,
				srtp_err_status_ok);
		g_assert_cmpint(srtp_context_protect_rtcp(f->context, plain, length, mine,
							  sizeof mine, &length),
				==, OK);
		g_assert_cmpmem(mine, length, its, (size_t)its_length);
	}
}

static void rtcp_in_clear_is_refused(struct fixture *f, gconstpointer unused)
{
	uint8_t data[200];
	int length = (int)compound(data, SSRC, 40);
	g_assert_cmpint(srtp_protect_rtcp(f->sender, data, &length), ==, srtp_err_status_ok);
	data[f->profile == SRTP_PROFILE_GCM ? length - 4 : length - 14] &= 0x7f; /* the E bit */
	size_t n = (size_t)length;
	g_assert_cmpint(srtp_context_unprotect_rtcp(f->context, data, &n), ==, ERR_AUTH);
}

static void what_does_not_fit_is_refused(struct fixture *f, gconstpointer unused)
{
	static const uint8_t body[PACKET_CAPACITY];
	uint8_t data[SEND_DATAGRAM_MAX];
	size_t length = 77;
	struct rtp_out out =
		link_rtp_out(SSRC, 1, body, SEND_DATAGRAM_MAX - 12 - SRTP_MAX_OVERHEAD + 1);
	g_assert_cmpint(srtp_context_protect_rtp(f->context, &out, data, sizeof data, &length), ==,
			ERR_FULL);
	g_assert_cmpint(srtp_context_protect_rtcp(f->context, body, sizeof body, data, sizeof data,
						  &length),
			==, ERR_FULL);
	g_assert_cmpint(srtp_context_protect_rtcp(f->context, body, 7, data, sizeof data, &length),
			==, ERR_TRUNCATED);
	g_assert_cmpuint(length, ==, 77);
	out.body_length--;
	g_assert_cmpint(srtp_context_protect_rtp(f->context, &out, data, sizeof data, &length), ==,
			OK);
}

/* libsrtp2 counts for itself: an index twice would give the key stream away, and it refuses. */
static void cm_sends_no_index_twice(struct fixture *f, gconstpointer unused)
{
	static const uint8_t body[50];
	uint8_t data[SEND_DATAGRAM_MAX];
	size_t length;
	struct rtp_out out = link_rtp_out(SSRC, 1, body, sizeof body);
	g_assert_cmpint(srtp_context_protect_rtp(f->context, &out, data, sizeof data, &length), ==,
			OK);
	g_assert_cmpint(srtp_context_protect_rtp(f->context, &out, data, sizeof data, &length), ==,
			ERR_REPLAY);
	out = link_rtp_out(SSRC + 1, 1, body, sizeof body); /* RTX has its own SSRC */
	g_assert_cmpint(srtp_context_protect_rtp(f->context, &out, data, sizeof data, &length), ==,
			OK);
}

static void add(const char *name, void (*test)(struct fixture *, gconstpointer))
{
	static const char *const profiles[] = {
		[SRTP_PROFILE_GCM] = "gcm", [SRTP_PROFILE_CM_SHA1_80] = "cm"};
	for (unsigned i = 0; i < G_N_ELEMENTS(profiles); i++) {
		char path[128];
		g_snprintf(path, sizeof path, "/srtp/%s/%s", profiles[i], name);
		g_test_add(path, struct fixture, GUINT_TO_POINTER(i), set_up, test, tear_down);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) add(#test, test)
	ADD(rtp_out_is_byte_for_byte_the_oracles);
	ADD(rtp_out_crosses_the_rollover);
	ADD(rtp_in_of_several_sources_crosses_rollovers);
	ADD(reordered_rtp_around_a_rollover_opens_once);
	ADD(what_is_older_than_the_window_is_refused);
	ADD(a_forged_tag_changes_nothing);
	ADD(sources_are_bounded);
	ADD(no_prefix_of_a_packet_opens);
	ADD(rtcp_goes_both_ways);
	ADD(rtcp_of_one_source_is_byte_for_byte_the_oracles);
	ADD(rtcp_in_clear_is_refused);
	ADD(what_does_not_fit_is_refused);
	g_test_add("/srtp/cm/cm_sends_no_index_twice", struct fixture,
		   GUINT_TO_POINTER(SRTP_PROFILE_CM_SHA1_80), set_up, cm_sends_no_index_twice,
		   tear_down);
	return g_test_run();
}
