/* The generator's SRTP against libsrtp2, which shares no code with it. */
#include "tests/load/crypt.h"
#include <glib.h>
#include <srtp2/srtp.h>
#include <string.h>

static struct client_keys keys = {.gcm = true,
				  .send_key = {1, 2, 3},
				  .send_salt = {4, 5, 6},
				  .receive_key = {7, 8, 9},
				  .receive_salt = {10, 11, 12}};

static srtp_t other_side(bool receives)
{
	uint8_t both[28];
	srtp_t session;
	srtp_policy_t policy = {.ssrc = {.type = receives ? ssrc_any_inbound : ssrc_any_outbound},
				.key = both};
	memcpy(both, receives ? keys.send_key : keys.receive_key, 16);
	memcpy(both + 16, receives ? keys.send_salt : keys.receive_salt, 12);
	srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
	srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	g_assert_cmpint(srtp_create(&session, &policy), ==, srtp_err_status_ok);
	return session;
}

static size_t make_rtp(uint8_t *packet, uint16_t sequence)
{
	memset(packet, 0x55, 100);
	memcpy(packet, (const uint8_t[]){0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}, 12);
	packet[2] = (uint8_t)(sequence >> 8);
	packet[3] = (uint8_t)sequence;
	return 100;
}

static void test_libsrtp2_opens_what_is_sealed(void)
{
	struct crypt *crypt = crypt_new(&keys);
	srtp_t other = other_side(true);
	uint8_t packet[256], sealed[256];
	for (unsigned i = 0; i < 200; i++) { /* over the wrap of the number */
		size_t length = make_rtp(packet, (uint16_t)(65500 + i));
		int n = (int)crypt_seal_rtp(crypt, packet, length, sealed, sizeof sealed);
		g_assert_cmpint(n, ==, 116);
		g_assert_cmpint(srtp_unprotect(other, sealed, &n), ==, srtp_err_status_ok);
		g_assert_cmpmem(sealed, n, packet, length);
	}
	srtp_dealloc(other);
	crypt_free(crypt);
}

static void test_a_number_is_sealed_once(void)
{
	struct crypt *crypt = crypt_new(&keys);
	uint8_t packet[256], sealed[256];
	size_t length = make_rtp(packet, 7);
	g_assert_cmpuint(crypt_seal_rtp(crypt, packet, length, sealed, sizeof sealed), >, 0);
	g_assert_cmpuint(crypt_seal_rtp(crypt, packet, length, sealed, sizeof sealed), ==, 0);
	crypt_free(crypt);
}

static void test_what_libsrtp2_seals_is_opened_and_a_wrong_bit_is_not(void)
{
	struct crypt *crypt = crypt_new(&keys);
	srtp_t other = other_side(false);
	uint8_t packet[256], wrong[256];
	for (unsigned i = 0; i < 100; i++) {
		int n = (int)make_rtp(packet, (uint16_t)i);
		g_assert_cmpint(srtp_protect(other, packet, &n), ==, srtp_err_status_ok);
		size_t length = (size_t)n;
		memcpy(wrong, packet, length);
		wrong[i] ^= i == 0 ? 0x20 : 1; /* i == 0: the padding bit, the version stays */
		g_assert_false(crypt_open(crypt, DATAGRAM_RTP, wrong, &length));
		g_assert_true(crypt_open(crypt, DATAGRAM_RTP, packet, &length));
		g_assert_cmpuint(length, ==, 100);
		g_assert_cmpuint(packet[99], ==, 0x55);
	}
	srtp_dealloc(other);
	crypt_free(crypt);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(srtp_init(), ==, srtp_err_status_ok);
	g_test_add_func("/crypt/libsrtp2_opens_what_is_sealed", test_libsrtp2_opens_what_is_sealed);
	g_test_add_func("/crypt/a_number_is_sealed_once", test_a_number_is_sealed_once);
	g_test_add_func("/crypt/what_libsrtp2_seals_is_opened_and_a_wrong_bit_is_not",
			test_what_libsrtp2_seals_is_opened_and_a_wrong_bit_is_not);
	return g_test_run();
}
