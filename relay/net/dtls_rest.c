#include "relay/net/dtls_rest.h"

#include <glib.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

/* A record: type, version, epoch, number, length; in AES-GCM then 8 bytes of nonce, content, tag
 * (RFC 6347, section 4.1; RFC 5288, section 3). */
#define HEADER_SIZE 13
#define NONCE_SIZE  8
#define TAG_SIZE    16
#define SALT_SIZE   4

#define RECORD_ALERT	   21
#define RECORD_HANDSHAKE   22
#define RECORD_DATA	   23
#define HANDSHAKE_FINISHED 20
#define ALERT_FATAL	   2
#define ALERT_CLOSE_NOTIFY 0

/* What is longer is neither an alert nor a Finished. */
#define CONTENT_MAX 64

/* The beginning of the key block (RFC 5246, section 6.3): both sides' keys, then their salts. */
static bool derive(SSL *ssl, const EVP_MD *digest, uint8_t *out, size_t length)
{
	uint8_t secret[SSL_MAX_MASTER_KEY_LENGTH];
	uint8_t seed[2 * SSL3_RANDOM_SIZE];
	char label[] = "key expansion", *name = (char *)EVP_MD_get0_name(digest);
	size_t secret_length =
		SSL_SESSION_get_master_key(SSL_get_session(ssl), secret, sizeof secret);
	SSL_get_server_random(ssl, seed, SSL3_RANDOM_SIZE);
	SSL_get_client_random(ssl, seed + SSL3_RANDOM_SIZE, SSL3_RANDOM_SIZE);
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, secret_length),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label, sizeof label - 1),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool ok = context && EVP_KDF_derive(context, out, length, params) == 1;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	OPENSSL_cleanse(secret, sizeof secret);
	return ok;
}

bool dtls_rest_init(struct dtls_rest *rest, SSL *ssl)
{
	uint8_t block[2 * (EVP_MAX_KEY_LENGTH + SALT_SIZE)];
	const SSL_CIPHER *suite = SSL_get_current_cipher(ssl);
	rest->cipher = EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(suite));
	if (!rest->cipher)
		return false;
	size_t key = (size_t)EVP_CIPHER_get_key_length(rest->cipher);
	if (!derive(ssl, SSL_CIPHER_get_handshake_digest(suite), block, 2 * (key + SALT_SIZE)))
		return false;
	memcpy(rest->key, block, key);
	memcpy(rest->salt, block + 2 * key, SALT_SIZE);
	OPENSSL_cleanse(block, sizeof block);
	return true;
}

void dtls_rest_clear(struct dtls_rest *rest)
{
	OPENSSL_cleanse(rest, sizeof *rest);
}

/* The content of a record of the client's; false: it isn't authentic. */
static bool decrypt(const struct dtls_rest *rest, const uint8_t *record, size_t content,
		    uint8_t *out)
{
	const uint8_t *nonce = record + HEADER_SIZE, *data = nonce + NONCE_SIZE;
	uint8_t iv[SALT_SIZE + NONCE_SIZE], clear[HEADER_SIZE], tag[TAG_SIZE];
	int n = 0, rest_length = 0;
	memcpy(iv, rest->salt, SALT_SIZE);
	memcpy(iv + SALT_SIZE, nonce, NONCE_SIZE);
	/* Epoch and number come first, and the length is the content's (RFC 5246, 6.2.3.3). */
	memcpy(clear, record + 3, 8);
	memcpy(clear + 8, record, 3);
	clear[11] = (uint8_t)(content >> 8);
	clear[12] = (uint8_t)content;
	memcpy(tag, data + content, TAG_SIZE);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool ok = context && EVP_DecryptInit_ex(context, rest->cipher, NULL, rest->key, iv) == 1 &&
		  EVP_DecryptUpdate(context, NULL, &n, clear, sizeof clear) == 1 &&
		  EVP_DecryptUpdate(context, out, &n, data, (int)content) == 1 &&
		  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
		  EVP_DecryptFinal_ex(context, out + n, &rest_length) == 1;
	EVP_CIPHER_CTX_free(context);
	return ok;
}

static enum dtls_rest_result meaning(uint8_t type, const uint8_t *content, size_t length)
{
	if (type == RECORD_DATA)
		return DTLS_REST_DATA;
	if (type == RECORD_HANDSHAKE && length > 0 && content[0] == HANDSHAKE_FINISHED)
		return DTLS_REST_AGAIN;
	if (type == RECORD_ALERT && length == 2 &&
	    (content[0] == ALERT_FATAL || content[1] == ALERT_CLOSE_NOTIFY))
		return DTLS_REST_CLOSED;
	return DTLS_REST_NOTHING;
}

enum dtls_rest_result dtls_rest_receive(struct dtls_rest *rest, const uint8_t *record,
					size_t length)
{
	uint8_t plain[CONTENT_MAX];
	uint64_t number = 0;
	if (length < HEADER_SIZE + NONCE_SIZE + TAG_SIZE || record[3] != 0 || record[4] != 1)
		return DTLS_REST_NOTHING;
	size_t content = length - HEADER_SIZE - NONCE_SIZE - TAG_SIZE;
	for (unsigned i = 5; i < 11; i++)
		number = number << 8 | record[i];
	if (number <= rest->newest)
		return DTLS_REST_NOTHING; /* here before, or overtaken by what says more */
	if (content > CONTENT_MAX)
		return record[0] == RECORD_DATA ? DTLS_REST_DATA : DTLS_REST_NOTHING;
	if (!decrypt(rest, record, content, plain))
		return DTLS_REST_NOTHING;
	rest->newest = number;
	return meaning(record[0], plain, content);
}
