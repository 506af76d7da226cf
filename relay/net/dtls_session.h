/*
 * One handshake on the passive side, and what is left of it afterwards. Used by transport.c alone.
 */
#pragma once

#include "relay/net/dtls.h"
#include "relay/net/srtp.h"

struct dtls_session;

struct dtls_callbacks {
	/* One datagram out, lent for the call. */
	void (*send)(void *user, const uint8_t *data, size_t length);
	void *user;
};

/* Could this datagram begin a handshake? (Nothing is allocated for one that could not.) */
bool dtls_is_client_hello(const uint8_t *data, size_t length);

/* ERR_FULL: max_half_open. fingerprint: of the only certificate that is accepted. */
enum err dtls_session_new(struct dtls_context *context,
			  const uint8_t fingerprint[static FINGERPRINT_SIZE],
			  const struct dtls_callbacks *callbacks,
			  struct dtls_session **ret) MUST_CHECK;
void dtls_session_free(struct dtls_session *session);

enum dtls_result {
	DTLS_WAITING,  /* the handshake goes on, or there is nothing more to say */
	DTLS_FINISHED, /* by this datagram: the peer has the right certificate; keys are there */
	DTLS_REFUSED,  /* nothing that the session takes; it goes on */
	DTLS_FAILED,   /* the handshake can't succeed any more: free the session */
	DTLS_CLOSED,   /* the peer, known by its keys, says goodbye: free the session */
};
enum dtls_result dtls_session_receive(struct dtls_session *session, const uint8_t *data,
				      size_t length);

/* Before DTLS_FINISHED, as the next. Sends the last flight again when it is time. DTLS_WAITING or
 * DTLS_FAILED. */
enum dtls_result dtls_session_tick(struct dtls_session *session);
/* Until the next flight is due; UINT64_MAX: nothing to wait for. */
uint64_t dtls_session_timeout_us(struct dtls_session *session);

/*
 * After DTLS_FINISHED, once (RFC 5764, section 4.2). ERR_SYSTEM: OpenSSL refused. Frees OpenSSL's
 * state: a wave of joins would leave holes in the heap that outlast it, 77 KB for each.
 */
enum err dtls_session_keys(struct dtls_session *session, enum srtp_profile *ret_profile,
			   struct srtp_master *ret_send,
			   struct srtp_master *ret_receive) MUST_CHECK;
