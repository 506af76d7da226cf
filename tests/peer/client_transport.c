#include "tests/peer/client_transport.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <srtp2/srtp.h>
#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#define MTU		  1200
#define DATAGRAM_MAX	  1536
#define FIRST_CHECKS_US	  50000
#define LATER_CHECKS_US	  2500000
#define CHECKS_PENDING	  16 /* older ones are forgotten: libnice has 200 places */
#define UFRAG_LENGTH	  4
#define PASSWORD_LENGTH	  24
#define KEY_SIZE	  16
#define SALT_SIZE_CM	  14
#define SALT_SIZE_GCM	  12
#define CREDENTIAL_MAX	  257
#define HANDSHAKE_WAIT_US 10000
#define TIE_BREAKER	  UINT64_MAX /* we control, whatever the other side thinks */

struct client_transport {
	struct client_config config;
	enum client_state state;
	char ufrag[UFRAG_LENGTH + 1], password[PASSWORD_LENGTH + 1];
	char next_ufrag[UFRAG_LENGTH + 1], next_password[PASSWORD_LENGTH + 1]; /* restart */
	char remote_ufrag[CREDENTIAL_MAX], remote_password[CREDENTIAL_MAX];
	uint8_t remote_fingerprint[CLIENT_FINGERPRINT_SIZE];

	StunAgent agent;
	StunTransactionId pending[CHECKS_PENDING];
	unsigned n_checks;
	uint64_t next_check_us, answered, answered_since_start;
	char mapped[64];
	struct sockaddr_storage remote; /* whose checks are answered; length 0: nobody's */
	socklen_t remote_length;

	SSL_CTX *ssl_context;
	SSL *ssl;
	const uint8_t *incoming;
	size_t incoming_length;
	srtp_t send, receive;
};

struct identity {
	EVP_PKEY *key;
	X509 *x509;
	BIO_METHOD *bio_method;
	uint8_t fingerprint[CLIENT_FINGERPRINT_SIZE];
};

static const char ice_characters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int bio_write(BIO *bio, const char *data, int length)
{
	const struct client_transport *client = BIO_get_data(bio);
	client->config.send(client->config.user, (const uint8_t *)data, (size_t)length);
	return length;
}

static int bio_read(BIO *bio, char *out, int capacity)
{
	struct client_transport *client = BIO_get_data(bio);
	BIO_clear_retry_flags(bio);
	if (!client->incoming) {
		BIO_set_retry_read(bio);
		return -1;
	}
	int length = MIN((int)client->incoming_length, capacity);
	memcpy(out, client->incoming, (size_t)length);
	client->incoming = NULL;
	return length;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
	if (command == BIO_CTRL_DGRAM_QUERY_MTU || command == BIO_CTRL_DGRAM_GET_FALLBACK_MTU)
		return MTU;
	return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT;
}

static gpointer make_identity(gpointer unused)
{
	struct identity *identity = g_new0(struct identity, 1);
	unsigned length = CLIENT_FINGERPRINT_SIZE;
	identity->key = EVP_EC_gen("P-256");
	identity->x509 = X509_new();
	X509_gmtime_adj(X509_getm_notBefore(identity->x509), -86400);
	X509_gmtime_adj(X509_getm_notAfter(identity->x509), 30L * 86400);
	X509_set_pubkey(identity->x509, identity->key);
	X509_sign(identity->x509, identity->key, EVP_sha256());
	X509_digest(identity->x509, EVP_sha256(), identity->fingerprint, &length);
	identity->bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client");
	BIO_meth_set_write(identity->bio_method, bio_write);
	BIO_meth_set_read(identity->bio_method, bio_read);
	BIO_meth_set_ctrl(identity->bio_method, bio_control);
	(void)srtp_init(); /* fails harmlessly where the relay's code did it before */
	return identity;
}

static const struct identity *the_identity(void)
{
	static GOnce once = G_ONCE_INIT;
	return g_once(&once, make_identity, NULL);
}

static int verify_fingerprint(X509_STORE_CTX *store, void *user)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct client_transport *client = SSL_get_app_data(ssl);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), digest, &length);
	if (memcmp(digest, client->remote_fingerprint, CLIENT_FINGERPRINT_SIZE) == 0)
		return 1;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* As in libwebrtc: 50 ms, doubling. */
static unsigned next_timeout(SSL *ssl, unsigned last_us)
{
	return last_us == 0 ? 50000 : MIN(last_us * 2, 60000000);
}

static void make_ssl(struct client_transport *client)
{
	const struct identity *identity = the_identity();
	const char *profiles = client->config.srtp_profiles;
	client->ssl_context = SSL_CTX_new(DTLS_client_method());
	SSL_CTX_set_options(client->ssl_context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
	SSL_CTX_set_verify(client->ssl_context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(client->ssl_context, verify_fingerprint, NULL);
	if (profiles[0] != '\0') /* "": offers none, which the relay refuses */
		g_assert(SSL_CTX_set_tlsext_use_srtp(client->ssl_context, profiles) == 0);
	g_assert(SSL_CTX_use_certificate(client->ssl_context, identity->x509) == 1);
	g_assert(SSL_CTX_use_PrivateKey(client->ssl_context, identity->key) == 1);
	client->ssl = SSL_new(client->ssl_context);
	BIO *bio = BIO_new(identity->bio_method);
	BIO_set_data(bio, client);
	BIO_set_init(bio, 1);
	SSL_set_bio(client->ssl, bio, bio);
	SSL_set_mtu(client->ssl, MTU);
	DTLS_set_timer_cb(client->ssl, next_timeout);
	SSL_set_app_data(client->ssl, client);
	SSL_set_connect_state(client->ssl);
}

static void random_text(char *out, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = ice_characters[g_random_int_range(0, 64)];
	out[length] = '\0';
}

struct client_transport *client_transport_new(const struct client_config *config)
{
	static const uint16_t known[] = {
		STUN_ATTRIBUTE_USERNAME,	   STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
		STUN_ATTRIBUTE_ERROR_CODE,	   STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
		STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY,
		STUN_ATTRIBUTE_USE_CANDIDATE,	   0};
	struct client_transport *client = g_new0(struct client_transport, 1);
	client->config = *config;
	if (!client->config.srtp_profiles)
		client->config.srtp_profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
	random_text(client->ufrag, UFRAG_LENGTH);
	random_text(client->password, PASSWORD_LENGTH);
	stun_agent_init(&client->agent, known, STUN_COMPATIBILITY_RFC5389,
			STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	make_ssl(client);
	return client;
}

void client_transport_free(struct client_transport *client)
{
	if (!client)
		return;
	SSL_free(client->ssl);
	SSL_CTX_free(client->ssl_context);
	if (client->send)
		srtp_dealloc(client->send);
	if (client->receive)
		srtp_dealloc(client->receive);
	g_free(client);
}

const char *client_transport_ufrag(const struct client_transport *client)
{
	return client->next_ufrag[0] ? client->next_ufrag : client->ufrag;
}

const char *client_transport_password(const struct client_transport *client)
{
	return client->next_ufrag[0] ? client->next_password : client->password;
}

void client_transport_fingerprint(uint8_t ret[static CLIENT_FINGERPRINT_SIZE])
{
	memcpy(ret, the_identity()->fingerprint, CLIENT_FINGERPRINT_SIZE);
}

void client_fingerprint_text(const uint8_t fingerprint[static CLIENT_FINGERPRINT_SIZE],
			     char out[static CLIENT_FINGERPRINT_TEXT])
{
	for (int i = 0; i < CLIENT_FINGERPRINT_SIZE; i++)
		g_snprintf(out + 3 * i, i < CLIENT_FINGERPRINT_SIZE - 1 ? 4 : 3,
			   "%02X:", fingerprint[i]);
}

bool client_fingerprint_parse(const char *text, uint8_t ret[static CLIENT_FINGERPRINT_SIZE])
{
	uint8_t parsed[CLIENT_FINGERPRINT_SIZE];
	for (int i = 0; i < CLIENT_FINGERPRINT_SIZE; i++, text += 2) {
		if (i > 0 && *text++ != ':')
			return false;
		int high = g_ascii_xdigit_value(text[0]);
		int low = high < 0 ? -1 : g_ascii_xdigit_value(text[1]);
		if (low < 0)
			return false;
		parsed[i] = (uint8_t)(high << 4 | low);
	}
	if (*text != '\0')
		return false;
	memcpy(ret, parsed, sizeof parsed);
	return true;
}

static void forget_checks(struct client_transport *client)
{
	for (unsigned i = 0; i < MIN(client->n_checks, CHECKS_PENDING); i++)
		stun_agent_forget_transaction(&client->agent, client->pending[i]);
	client->n_checks = 0;
}

void client_transport_start(struct client_transport *client, const char *remote_ufrag,
			    const char *remote_password,
			    const uint8_t fingerprint[static CLIENT_FINGERPRINT_SIZE],
			    uint64_t now_us)
{
	forget_checks(client); /* libnice keeps pointers to the password */
	if (client->next_ufrag[0]) {
		strcpy(client->ufrag, client->next_ufrag);
		strcpy(client->password, client->next_password);
		client->next_ufrag[0] = '\0';
	}
	g_strlcpy(client->remote_ufrag, remote_ufrag, sizeof client->remote_ufrag);
	g_strlcpy(client->remote_password, remote_password, sizeof client->remote_password);
	memcpy(client->remote_fingerprint, fingerprint, CLIENT_FINGERPRINT_SIZE);
	client->next_check_us = now_us;
	client->answered_since_start = 0;
	if (client->state == CLIENT_NEW)
		client->state = CLIENT_CHECKING;
}

void client_transport_restart_ice(struct client_transport *client)
{
	random_text(client->next_ufrag, UFRAG_LENGTH);
	random_text(client->next_password, PASSWORD_LENGTH);
}

void client_transport_nominate(struct client_transport *client, bool nominate)
{
	client->config.nominate = nominate;
}

void client_transport_check(struct client_transport *client, bool use_candidate, uint64_t now_us)
{
	uint8_t buffer[DATAGRAM_MAX];
	StunMessage message;
	char username[2 * CREDENTIAL_MAX];
	g_snprintf(username, sizeof username, "%s:%s", client->remote_ufrag, client->ufrag);
	unsigned place = client->n_checks % CHECKS_PENDING;
	if (client->n_checks >= CHECKS_PENDING)
		stun_agent_forget_transaction(&client->agent, client->pending[place]);
	size_t length = stun_usage_ice_conncheck_create(
		&client->agent, &message, buffer, sizeof buffer, (uint8_t *)username,
		strlen(username), (uint8_t *)client->remote_password,
		strlen(client->remote_password), use_candidate, true, 0x6e7f1eff, TIE_BREAKER, NULL,
		STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	if (length == 0)
		return;
	stun_message_id(&message, client->pending[place]);
	client->n_checks++;
	client->next_check_us =
		now_us + (client->answered_since_start > 0 ? LATER_CHECKS_US : FIRST_CHECKS_US);
	client->config.send(client->config.user, buffer, length);
}

static void remember_mapped(struct client_transport *client, const struct sockaddr_storage *address)
{
	char ip[INET6_ADDRSTRLEN];
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
		inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip);
		g_snprintf(client->mapped, sizeof client->mapped, "%s:%u", ip, ntohs(v4->sin_port));
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
		inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip);
		g_snprintf(client->mapped, sizeof client->mapped, "[%s]:%u", ip,
			   ntohs(v6->sin6_port));
	}
}

static bool make_srtp(srtp_t *session, srtp_ssrc_type_t type, bool gcm, const uint8_t *key,
		      const uint8_t *salt)
{
	uint8_t both[KEY_SIZE + SALT_SIZE_CM];
	srtp_policy_t policy = {.ssrc = {.type = type}, .key = both};
	memcpy(both, key, KEY_SIZE);
	memcpy(both + KEY_SIZE, salt, gcm ? SALT_SIZE_GCM : SALT_SIZE_CM);
	if (gcm) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	return srtp_create(session, &policy) == srtp_err_status_ok;
}

/* RFC 5764, section 4.2: client key, server key, client salt, server salt. */
static bool take_keys(struct client_transport *client)
{
	static const char label[] = "EXTRACTOR-dtls_srtp";
	const SRTP_PROTECTION_PROFILE *agreed = SSL_get_selected_srtp_profile(client->ssl);
	if (!agreed)
		return false;
	bool gcm = agreed->id == SRTP_AEAD_AES_128_GCM;
	size_t salt_size = gcm ? SALT_SIZE_GCM : SALT_SIZE_CM;
	uint8_t material[2 * (KEY_SIZE + SALT_SIZE_CM)];
	if (SSL_export_keying_material(client->ssl, material, 2 * (KEY_SIZE + salt_size), label,
				       sizeof label - 1, NULL, 0, 0) != 1)
		return false;
	const uint8_t *salts = material + 2 * KEY_SIZE;
	if (client->config.keys) {
		struct client_keys keys = {.gcm = gcm};
		memcpy(keys.send_key, material, KEY_SIZE);
		memcpy(keys.receive_key, material + KEY_SIZE, KEY_SIZE);
		memcpy(keys.send_salt, salts, salt_size);
		memcpy(keys.receive_salt, salts + salt_size, salt_size);
		client->config.keys(client->config.user, &keys);
		return true;
	}
	return make_srtp(&client->send, ssrc_any_outbound, gcm, material, salts) &&
	       make_srtp(&client->receive, ssrc_any_inbound, gcm, material + KEY_SIZE,
			 salts + salt_size);
}

/* Begins, goes on with, or listens after the handshake. */
static void run_dtls(struct client_transport *client)
{
	uint8_t ignored[256];
	ERR_clear_error();
	int result = client->state == CLIENT_OPEN ? SSL_read(client->ssl, ignored, sizeof ignored)
						  : SSL_connect(client->ssl);
	client->incoming = NULL;
	if (client->state == CLIENT_HANDSHAKE && result == 1) {
		client->state = take_keys(client) ? CLIENT_OPEN : CLIENT_FAILED;
		return;
	}
	int error = SSL_get_error(client->ssl, result);
	if (result <= 0 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
		client->state = CLIENT_FAILED;
}

void client_transport_answer_checks(struct client_transport *client, const struct sockaddr *remote,
				    size_t length)
{
	g_assert(length <= sizeof client->remote);
	memcpy(&client->remote, remote, length);
	client->remote_length = (socklen_t)length;
}

static void answer_check(struct client_transport *client, const uint8_t *data, size_t length)
{
	uint8_t buffer[DATAGRAM_MAX];
	size_t reply_length = sizeof buffer;
	StunMessage request, reply;
	bool control = true;
	char username[2 * CREDENTIAL_MAX];
	g_snprintf(username, sizeof username, "%s:%s", client->ufrag, client->remote_ufrag);
	StunDefaultValidaterData known[] = {{(uint8_t *)username, strlen(username),
					     (uint8_t *)client->password, PASSWORD_LENGTH},
					    {0}};
	if (stun_agent_validate(&client->agent, &request, data, length,
				stun_agent_default_validater, known) != STUN_VALIDATION_SUCCESS)
		return;
	stun_usage_ice_conncheck_create_reply(
		&client->agent, &request, &reply, buffer, &reply_length, &client->remote,
		client->remote_length, &control, TIE_BREAKER, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	if (reply_length > 0)
		client->config.send(client->config.user, buffer, reply_length);
}

static void receive_stun(struct client_transport *client, const uint8_t *data, size_t length,
			 uint64_t now_us)
{
	StunMessage message;
	struct sockaddr_storage mapped;
	socklen_t mapped_length = sizeof mapped;
	bool is_request = length > 0 && (data[0] << 8 | data[1]) == STUN_BINDING;
	if (is_request && client->remote_length > 0)
		answer_check(client, data, length);
	if (is_request)
		return;
	if (stun_agent_validate(&client->agent, &message, data, length, NULL, NULL) !=
		    STUN_VALIDATION_SUCCESS ||
	    stun_usage_ice_conncheck_process(&message, &mapped, &mapped_length,
					     STUN_USAGE_ICE_COMPATIBILITY_RFC5245) !=
		    STUN_USAGE_ICE_RETURN_SUCCESS)
		return;
	remember_mapped(client, &mapped);
	client->answered++;
	if (client->answered_since_start++ == 0)
		client->next_check_us = now_us + LATER_CHECKS_US;
	if (client->state == CLIENT_CHECKING) {
		client->state = CLIENT_HANDSHAKE;
		run_dtls(client);
	}
}

enum datagram_kind client_transport_receive(struct client_transport *client, uint8_t *data,
					    size_t *length, uint64_t now_us)
{
	enum datagram_kind kind = datagram_kind(data, *length);
	int new_length = (int)*length;
	srtp_err_status_t status;
	switch (kind) {
	case DATAGRAM_STUN:
		receive_stun(client, data, *length, now_us);
		return DATAGRAM_NONE;
	case DATAGRAM_DTLS:
		client->incoming = data;
		client->incoming_length = *length;
		if (client->state == CLIENT_HANDSHAKE || client->state == CLIENT_OPEN)
			run_dtls(client);
		return DATAGRAM_NONE;
	case DATAGRAM_RTP:
	case DATAGRAM_RTCP:
		if (client->state != CLIENT_OPEN)
			return DATAGRAM_NONE;
		if (client->config.keys)
			return kind;
		status = kind == DATAGRAM_RTP
				 ? srtp_unprotect(client->receive, data, &new_length)
				 : srtp_unprotect_rtcp(client->receive, data, &new_length);
		if (status != srtp_err_status_ok)
			return DATAGRAM_NONE;
		*length = (size_t)new_length;
		return kind;
	default:
		return DATAGRAM_NONE;
	}
}

static bool send_protected(struct client_transport *client, const uint8_t *data, size_t length,
			   srtp_err_status_t (*protect)(srtp_t, void *, int *))
{
	uint8_t buffer[DATAGRAM_MAX + SRTP_MAX_TRAILER_LEN];
	int protected_length = (int)length;
	if (client->state != CLIENT_OPEN || client->config.keys || length + 32 > DATAGRAM_MAX)
		return false;
	memcpy(buffer, data, length);
	if (protect(client->send, buffer, &protected_length) != srtp_err_status_ok)
		return false;
	client->config.send(client->config.user, buffer, (size_t)protected_length);
	return true;
}

bool client_transport_send_rtp(struct client_transport *client, const uint8_t *data, size_t length)
{
	return send_protected(client, data, length, srtp_protect);
}

bool client_transport_send_rtcp(struct client_transport *client, const uint8_t *data, size_t length)
{
	return send_protected(client, data, length, srtp_protect_rtcp);
}

void client_transport_close(struct client_transport *client)
{
	if (client->state == CLIENT_OPEN)
		SSL_shutdown(client->ssl);
	client->state = CLIENT_FAILED;
}

uint64_t client_transport_tick(struct client_transport *client, uint64_t now_us)
{
	if (client->state == CLIENT_NEW || client->state == CLIENT_FAILED)
		return UINT64_MAX;
	if (now_us >= client->next_check_us)
		client_transport_check(client, client->config.nominate, now_us);
	uint64_t due_us = client->next_check_us;
	struct timeval left;
	if (client->state == CLIENT_HANDSHAKE) {
		if (DTLSv1_handle_timeout(client->ssl) < 0)
			client->state = CLIENT_FAILED;
		else if (DTLSv1_get_timeout(client->ssl, &left) == 1)
			due_us = MIN(due_us, now_us + HANDSHAKE_WAIT_US +
						     (uint64_t)left.tv_sec * 1000000 +
						     (uint64_t)left.tv_usec);
	}
	return due_us;
}

enum client_state client_transport_state(const struct client_transport *client)
{
	return client->state;
}

const char *client_transport_profile(const struct client_transport *client)
{
	const SRTP_PROTECTION_PROFILE *agreed = SSL_get_selected_srtp_profile(client->ssl);
	return client->state == CLIENT_OPEN && agreed ? agreed->name : NULL;
}

uint64_t client_transport_checks_answered(const struct client_transport *client)
{
	return client->answered;
}

const char *client_transport_mapped_address(const struct client_transport *client)
{
	return client->mapped;
}
