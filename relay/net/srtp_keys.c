#include "relay/net/srtp_keys.h"

#include <openssl/evp.h>
#include <string.h>

/* RFC 3711, section 4.3.2. */
enum label { LABEL_RTP_KEY = 0, LABEL_RTP_SALT = 2, LABEL_RTCP_KEY = 3, LABEL_RTCP_SALT = 5 };

/*
 * The key stream of AES in counter mode at (label << 48 ^ salt) << 16 (sections 4.3.1 and 4.3.3;
 * the key derivation rate is 0). RFC 7714 takes the 96-bit salt as the upper bits of the 112.
 */
static bool derive(EVP_CIPHER_CTX *evp, const struct srtp_master *master, enum label label,
		   uint8_t *out, int length)
{
	static const uint8_t zeros[SRTP_KEY_SIZE];
	uint8_t counter[16] = {0};
	memcpy(counter, master->salt, SRTP_GCM_SALT_SIZE);
	counter[7] ^= (uint8_t)label;
	int written;
	return EVP_EncryptInit_ex(evp, EVP_aes_128_ctr(), NULL, master->key, counter) == 1 &&
	       EVP_EncryptUpdate(evp, out, &written, zeros, length) == 1;
}

enum err srtp_derive_gcm_keys(const struct srtp_master *master, struct srtp_gcm_keys *ret)
{
	EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
	struct srtp_gcm_keys keys;
	bool ok = evp && derive(evp, master, LABEL_RTP_KEY, keys.rtp_key, SRTP_KEY_SIZE) &&
		  derive(evp, master, LABEL_RTP_SALT, keys.rtp_salt, SRTP_GCM_SALT_SIZE) &&
		  derive(evp, master, LABEL_RTCP_KEY, keys.rtcp_key, SRTP_KEY_SIZE) &&
		  derive(evp, master, LABEL_RTCP_SALT, keys.rtcp_salt, SRTP_GCM_SALT_SIZE);
	EVP_CIPHER_CTX_free(evp);
	if (ok)
		*ret = keys;
	OPENSSL_cleanse(&keys, sizeof keys);
	return ok ? OK : ERR_SYSTEM;
}
