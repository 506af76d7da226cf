#include "relay/net/dtls.h"
#include "relay/net/dtls_rest.h"
#include "relay/net/dtls_session.h"

#include <glib.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <string.h>

/* What fits every path, tunnels included; our datagrams, not the link's frames. */
#define DTLS_MTU 1200
/* Two flights are lost on a bad link: faster than the second that RFC 6347 (4.2.4.1) suggests. */
#define FIRST_TIMEOUT_US 250000
#define LAST_TIMEOUT_US	 4000000

/* Type, version, epoch, sequence number, length (RFC 6347, section 4.1). */
#define RECORD_HEADER_SIZE     13
#define RECORD_GCM_OVERHEAD    24
#define RECORD_ALERT	       21
#define RECORD_HANDSHAKE       22
#define HANDSHAKE_CLIENT_HELLO 1

#define CERTIFICATE_DAYS (10 * 365L) /* pinned by the SDP's fingerprint; no date matters */

struct dtls_certificate {
	EVP_PKEY *key;
	X509 *x509;
	uint8_t fingerprint[FINGERPRINT_SIZE];
};

struct dtls_context {
	SSL_CTX *ssl_context;
	BIO_METHOD *bio_method;
	struct dtls_context_limits limits;
	struct counters *counters;
	unsigned half_open;
};

struct dtls_session {
	struct dtls_context *context;
	SSL *ssl; /* NULL when the keys have been taken: then there is the rest */
	struct dtls_rest rest;
	struct dtls_callbacks callbacks;
	bool finished;
	uint8_t fingerprint[FINGERPRINT_SIZE];
	/* The datagram that OpenSSL is about to read. */
	const uint8_t *incoming;
	size_t incoming_length;
};

static bool fill_certificate(X509 *x509, EVP_PKEY *key)
{
	uint64_t serial;
	X509_NAME *name = X509_get_subject_name(x509);
	return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1) == 1 &&
	       X509_set_version(x509, X509_VERSION_3) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					  (const unsigned char *)"tongsheng", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x509, name) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(x509), -24 * 3600L) &&
	       X509_gmtime_adj(X509_getm_notAfter(x509), CERTIFICATE_DAYS * 24 * 3600) &&
	       X509_set_pubkey(x509, key) == 1 && X509_sign(x509, key, EVP_sha256()) > 0;
}

enum err dtls_certificate_new(struct dtls_certificate **ret)
{
	struct dtls_certificate *certificate = g_new0(struct dtls_certificate, 1);
	certificate->key = EVP_EC_gen("P-256");
	certificate->x509 = X509_new();
	unsigned length = FINGERPRINT_SIZE;
	if (!certificate->key || !certificate->x509 ||
	    !fill_certificate(certificate->x509, certificate->key) ||
	    X509_digest(certificate->x509, EVP_sha256(), certificate->fingerprint, &length) != 1) {
		dtls_certificate_free(certificate);
		return ERR_SYSTEM;
	}
	*ret = certificate;
	return OK;
}

void dtls_certificate_free(struct dtls_certificate *certificate)
{
	if (!certificate)
		return;
	EVP_PKEY_free(certificate->key);
	X509_free(certificate->x509);
	g_free(certificate);
}

void dtls_certificate_fingerprint(const struct dtls_certificate *certificate,
				  uint8_t ret[static FINGERPRINT_SIZE])
{
	memcpy(ret, certificate->fingerprint, FINGERPRINT_SIZE);
}

/*
 * OpenSSL's memory BIO runs datagrams together. Ours keeps them apart: one read is the datagram
 * that came, one write is one that goes (OpenSSL's own buffer before it fills it up to the MTU with
 * whole records).
 */
static int bio_write(BIO *bio, const char *data, int length)
{
	struct dtls_session *session = BIO_get_data(bio);
	struct dtls_rest *rest = &session->rest;
	if (rest->flight_length + (size_t)length <= sizeof rest->flight) { /* else not the last */
		memcpy(rest->flight + rest->flight_length, data, (size_t)length);
		rest->flight_length += (size_t)length;
	}
	session->callbacks.send(session->callbacks.user, (const uint8_t *)data, (size_t)length);
	return length;
}

static int bio_read(BIO *bio, char *out, int capacity)
{
	struct dtls_session *session = BIO_get_data(bio);
	BIO_clear_retry_flags(bio);
	if (!session->incoming) {
		BIO_set_retry_read(bio);
		return -1;
	}
	size_t length = MIN(session->incoming_length, (size_t)capacity);
	memcpy(out, session->incoming, length);
	session->incoming = NULL;
	return (int)length;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
	switch (command) {
	case BIO_CTRL_FLUSH:
	case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
		return 1;
	case BIO_CTRL_DGRAM_QUERY_MTU:
	case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
		return DTLS_MTU;
	default:
		return 0;
	}
}

static BIO_METHOD *bio_method_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
	if (method) {
		BIO_meth_set_write(method, bio_write);
		BIO_meth_set_read(method, bio_read);
		BIO_meth_set_ctrl(method, bio_control);
	}
	return method;
}

/*
 * Instead of a chain's validation: the certificate must be the one that the SDP named (RFC 8122,
 * section 6.2). Called before the peer proves that it has its key, and that before any key is
 * derived.
 */
static int verify_fingerprint(X509_STORE_CTX *store, void *unused)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct dtls_session *session = SSL_get_app_data(ssl);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), digest, &length) == 1 &&
	    length == FINGERPRINT_SIZE &&
	    CRYPTO_memcmp(digest, session->fingerprint, FINGERPRINT_SIZE) == 0)
		return 1;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static bool configure(SSL_CTX *ssl_context, const struct dtls_certificate *certificate)
{
	SSL_CTX_set_options(ssl_context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET |
						 SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
						 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ssl_context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ssl_context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(ssl_context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl_context, verify_fingerprint, NULL);
	/* Our order decides: browsers would take SHA1_80 if they might choose. 0 means success
	 * here. */
	return SSL_CTX_set_tlsext_use_srtp(ssl_context,
					   "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0 &&
	       SSL_CTX_set_min_proto_version(ssl_context, DTLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(ssl_context, DTLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ssl_context, "ECDHE+AESGCM") == 1 &&
	       SSL_CTX_set1_groups_list(ssl_context, "X25519:P-256") == 1 &&
	       SSL_CTX_use_certificate(ssl_context, certificate->x509) == 1 &&
	       SSL_CTX_use_PrivateKey(ssl_context, certificate->key) == 1;
}

enum err dtls_context_new(const struct dtls_certificate *certificate,
			  const struct dtls_context_limits *limits, struct counters *counters,
			  struct dtls_context **ret)
{
	struct dtls_context *context = g_new0(struct dtls_context, 1);
	context->limits = *limits;
	context->counters = counters;
	context->bio_method = bio_method_new();
	context->ssl_context = SSL_CTX_new(DTLS_server_method());
	if (!context->bio_method || !context->ssl_context ||
	    !configure(context->ssl_context, certificate)) {
		dtls_context_free(context);
		return ERR_SYSTEM;
	}
	*ret = context;
	return OK;
}

void dtls_context_free(struct dtls_context *context)
{
	if (!context)
		return;
	SSL_CTX_free(context->ssl_context);
	BIO_meth_free(context->bio_method);
	g_free(context);
}

bool dtls_is_client_hello(const uint8_t *data, size_t length)
{
	return length > RECORD_HEADER_SIZE && data[0] == RECORD_HANDSHAKE && data[3] == 0 &&
	       data[4] == 0 && data[RECORD_HEADER_SIZE] == HANDSHAKE_CLIENT_HELLO;
}

static unsigned next_timeout(SSL *ssl, unsigned last_us)
{
	return last_us == 0 ? FIRST_TIMEOUT_US : MIN(last_us * 2, LAST_TIMEOUT_US);
}

enum err dtls_session_new(struct dtls_context *context,
			  const uint8_t fingerprint[static FINGERPRINT_SIZE],
			  const struct dtls_callbacks *callbacks, struct dtls_session **ret)
{
	if (context->half_open >= context->limits.max_half_open)
		return ERR_FULL;
	SSL *ssl = SSL_new(context->ssl_context);
	BIO *bio = BIO_new(context->bio_method);
	if (!ssl || !bio) {
		SSL_free(ssl);
		BIO_free(bio);
		return ERR_SYSTEM;
	}
	struct dtls_session *session = g_new0(struct dtls_session, 1);
	session->context = context;
	session->callbacks = *callbacks;
	session->ssl = ssl;
	memcpy(session->fingerprint, fingerprint, FINGERPRINT_SIZE);
	BIO_set_data(bio, session);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_mtu(ssl, DTLS_MTU);
	DTLS_set_timer_cb(ssl, next_timeout);
	SSL_set_app_data(ssl, session);
	SSL_set_accept_state(ssl);
	context->half_open++;
	*ret = session;
	return OK;
}

void dtls_session_free(struct dtls_session *session)
{
	if (!session)
		return;
	if (!session->finished)
		session->context->half_open--;
	SSL_free(session->ssl);
	dtls_rest_clear(&session->rest);
	ERR_clear_error();
	g_free(session);
}

/* Without an agreed profile the keys would be of no use (RFC 5764, section 4.1.1). */
static enum dtls_result finish(struct dtls_session *session)
{
	if (!SSL_get_selected_srtp_profile(session->ssl))
		return DTLS_FAILED;
	session->finished = true;
	session->context->half_open--;
	counter_add(session->context->counters, COUNTER_HANDSHAKES, 1);
	return DTLS_FINISHED;
}

/*
 * Not by SSL_get_error, which looks at the error queue first: OpenSSL drops a record that isn't
 * authentic as if it had not come (RFC 6347, section 4.1.2.7), but may leave the reason there.
 */
static bool waits_for_more(const SSL *ssl)
{
	return SSL_want(ssl) != SSL_NOTHING;
}

static enum dtls_result accept_handshake(struct dtls_session *session)
{
	if (SSL_accept(session->ssl) == 1)
		return finish(session);
	return waits_for_more(session->ssl) ? DTLS_WAITING : DTLS_FAILED;
}

/* After the handshake: a lost last flight asked for again, or an alert. The records are whole. */
static enum dtls_result read_after(struct dtls_session *session, const uint8_t *data, size_t length)
{
	struct dtls_rest *rest = &session->rest;
	enum dtls_result result = DTLS_WAITING;
	bool again = false;
	while (length > 0) {
		size_t size = RECORD_HEADER_SIZE + ((size_t)data[11] << 8 | data[12]);
		enum dtls_rest_result said = dtls_rest_receive(rest, data, size);
		if (said == DTLS_REST_CLOSED)
			return DTLS_CLOSED;
		if (said == DTLS_REST_DATA)
			result = DTLS_REFUSED;
		again |= said == DTLS_REST_AGAIN;
		data += size;
		length -= size;
	}
	if (again)
		session->callbacks.send(session->callbacks.user, rest->flight, rest->flight_length);
	return result;
}

/*
 * Whether every record of the datagram may be one. Encrypted (epoch > 0), AES-GCM puts 8 bytes of
 * nonce before the content and a tag of 16 behind it (RFC 5288, section 3); a shorter one, which
 * anybody can forge, OpenSSL 3.0 takes for an error of its own and gives the connection up.
 */
static bool records_are_whole(const uint8_t *data, size_t length)
{
	while (length >= RECORD_HEADER_SIZE) {
		size_t content = (size_t)data[11] << 8 | data[12];
		bool encrypted = data[3] != 0 || data[4] != 0;
		if (content > length - RECORD_HEADER_SIZE ||
		    (encrypted && content < RECORD_GCM_OVERHEAD))
			return false;
		data += RECORD_HEADER_SIZE + content;
		length -= RECORD_HEADER_SIZE + content;
	}
	return length == 0;
}

enum dtls_result dtls_session_receive(struct dtls_session *session, const uint8_t *data,
				      size_t length)
{
	if (length < RECORD_HEADER_SIZE || !records_are_whole(data, length))
		return DTLS_REFUSED;
	/* An alert in clear proves nothing about its sender: it must not end a handshake. */
	if (!session->finished && data[0] == RECORD_ALERT && data[3] == 0 && data[4] == 0)
		return DTLS_REFUSED;
	if (!session->ssl)
		return read_after(session, data, length);
	ERR_clear_error();
	session->incoming = data;
	session->incoming_length = length;
	session->rest.flight_length = 0;
	enum dtls_result result = accept_handshake(session);
	session->incoming = NULL;
	return result;
}

enum dtls_result dtls_session_tick(struct dtls_session *session)
{
	ERR_clear_error();
	return DTLSv1_handle_timeout(session->ssl) < 0 ? DTLS_FAILED : DTLS_WAITING;
}

uint64_t dtls_session_timeout_us(struct dtls_session *session)
{
	struct timeval left;
	if (DTLSv1_get_timeout(session->ssl, &left) != 1)
		return UINT64_MAX;
	return (uint64_t)left.tv_sec * 1000000 + (uint64_t)left.tv_usec;
}

static enum err export_keys(const struct dtls_session *session, enum srtp_profile *ret_profile,
			    struct srtp_master *ret_send, struct srtp_master *ret_receive)
{
	static const char label[] = "EXTRACTOR-dtls_srtp";
	const SRTP_PROTECTION_PROFILE *agreed = SSL_get_selected_srtp_profile(session->ssl);
	bool gcm = agreed->id == SRTP_AEAD_AES_128_GCM;
	size_t salt_size = gcm ? SRTP_GCM_SALT_SIZE : SRTP_CM_SALT_SIZE;
	/* Client key, server key, client salt, server salt. */
	uint8_t material[2 * (SRTP_KEY_SIZE + SRTP_CM_SALT_SIZE)];
	if (SSL_export_keying_material(session->ssl, material, 2 * (SRTP_KEY_SIZE + salt_size),
				       label, sizeof label - 1, NULL, 0, 0) != 1)
		return ERR_SYSTEM;
	const uint8_t *salts = material + 2 * SRTP_KEY_SIZE;
	*ret_receive = *ret_send = (struct srtp_master){0};
	memcpy(ret_receive->key, material, SRTP_KEY_SIZE);
	memcpy(ret_send->key, material + SRTP_KEY_SIZE, SRTP_KEY_SIZE);
	memcpy(ret_receive->salt, salts, salt_size);
	memcpy(ret_send->salt, salts + salt_size, salt_size);
	*ret_profile = gcm ? SRTP_PROFILE_GCM : SRTP_PROFILE_CM_SHA1_80;
	OPENSSL_cleanse(material, sizeof material);
	return OK;
}

enum err dtls_session_keys(struct dtls_session *session, enum srtp_profile *ret_profile,
			   struct srtp_master *ret_send, struct srtp_master *ret_receive)
{
	enum err err = export_keys(session, ret_profile, ret_send, ret_receive);
	if (err == OK && !dtls_rest_init(&session->rest, session->ssl))
		err = ERR_SYSTEM;
	SSL_free(session->ssl);
	session->ssl = NULL;
	ERR_clear_error();
	return err;
}
