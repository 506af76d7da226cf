#include "relay/base/fetch.h"
#include "relay/net/gcm.h"

#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/params.h>

/* tag: what EVP_CIPHER_CTX_ctrl would make anew for each packet. */
struct gcm {
	EVP_CIPHER_CTX *evp;
	OSSL_PARAM tag[2];
};

bool gcm_prepare(void)
{
	static const uint8_t key[GCM_KEY_SIZE];
	struct gcm *gcm = gcm_new(key, true);
	gcm_free(gcm);
	return gcm != NULL;
}

struct gcm *gcm_new(const uint8_t key[static GCM_KEY_SIZE], bool encrypt)
{
	struct gcm *gcm = g_new0(struct gcm, 1);
	gcm->tag[0] =
		OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, GCM_TAG_SIZE);
	gcm->tag[1] = OSSL_PARAM_construct_end();
	gcm->evp = EVP_CIPHER_CTX_new();
	/* Fetched, or OpenSSL 3.0 looks it up again at each nonce. */
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, SN_aes_128_gcm, NULL);
	if (!gcm->evp || !cipher ||
	    EVP_CipherInit_ex2(gcm->evp, cipher, key, NULL, encrypt, NULL) != 1) {
		gcm_free(gcm);
		gcm = NULL;
	}
	EVP_CIPHER_free(cipher); /* the context has its own reference */
	return gcm;
}

void gcm_free(struct gcm *gcm)
{
	if (!gcm)
		return;
	EVP_CIPHER_CTX_free(gcm->evp);
	g_free(gcm);
}

static bool begin(const struct gcm *gcm, const uint8_t *iv, const uint8_t *clear,
		  size_t clear_length)
{
	int n;
	return EVP_CipherInit_ex2(gcm->evp, NULL, NULL, iv, -1, NULL) == 1 &&
	       EVP_CipherUpdate(gcm->evp, NULL, &n, clear, (int)clear_length) == 1;
}

/* Where OpenSSL keeps what it needs is its own affair. */
void gcm_fetch(const struct gcm *gcm)
{
	fetch_ahead(gcm, sizeof *gcm);
}

bool gcm_encrypt(struct gcm *gcm, const uint8_t iv[static GCM_IV_SIZE], const uint8_t *clear,
		 size_t clear_length, uint8_t *data, size_t length,
		 uint8_t tag[static GCM_TAG_SIZE])
{
	int n;
	gcm->tag[0].data = tag;
	return begin(gcm, iv, clear, clear_length) &&
	       (length == 0 || EVP_CipherUpdate(gcm->evp, data, &n, data, (int)length) == 1) &&
	       EVP_CipherFinal_ex(gcm->evp, data + length, &n) == 1 &&
	       EVP_CIPHER_CTX_get_params(gcm->evp, gcm->tag) == 1;
}

bool gcm_decrypt(struct gcm *gcm, const uint8_t iv[static GCM_IV_SIZE], const uint8_t *clear,
		 size_t clear_length, uint8_t *data, size_t length,
		 const uint8_t tag[static GCM_TAG_SIZE])
{
	int n;
	gcm->tag[0].data = (uint8_t *)tag; /* only read */
	return begin(gcm, iv, clear, clear_length) &&
	       (length == 0 || EVP_CipherUpdate(gcm->evp, data, &n, data, (int)length) == 1) &&
	       EVP_CIPHER_CTX_set_params(gcm->evp, gcm->tag) == 1 &&
	       EVP_CipherFinal_ex(gcm->evp, data + length, &n) == 1;
}
