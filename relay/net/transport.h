/*
 * A participant's connection: ICE-lite (RFC 8445), DTLS 1.2 as the passive side (RFC 5764), SRTP
 * (RFC 3711, RFC 7714). Takes datagrams and the time, gives datagrams into a send_batch; reads no
 * clock and no socket. Owned by one worker's thread, from new to free.
 *
 *  STUN check ok -> DTLS handshake -> OPEN; 15 s without an authenticated check -> SILENT (media
 * pause); 30 s -> CLOSED (for good). A check brings SILENT back to OPEN.
 */
#pragma once

#include "relay/base/counters.h"
#include "relay/net/send_batch.h"
#include "relay/rtp/packet.h"

#define ICE_UFRAG_MAX	 32
#define ICE_PASSWORD_MAX 256
#define FINGERPRINT_SIZE 32 /* SHA-256 */

struct dtls_context; /* certificate, limits of half-open handshakes: shared by a worker's
			transports; net/dtls.h */
struct ice_lite;     /* libnice's STUN agent and the rate limit of error replies; net/ice_lite.h */
struct transport;

/* What all transports of a worker share; must outlive them. */
struct transport_environment {
	struct dtls_context *dtls;
	struct ice_lite *ice;
	struct send_batch *batch;
	struct counters *counters;
};

struct transport_credentials {
	char local_ufrag[ICE_UFRAG_MAX + 1], local_password[ICE_PASSWORD_MAX + 1];
	char remote_ufrag[ICE_UFRAG_MAX + 1];  /* "" accepts any */
	uint8_t fingerprint[FINGERPRINT_SIZE]; /* of the peer's certificate */
};

enum transport_state {
	TRANSPORT_NEW,
	TRANSPORT_CHECKED,
	TRANSPORT_HANDSHAKE,
	TRANSPORT_OPEN,
	TRANSPORT_SILENT,
	TRANSPORT_CLOSED
};

struct transport *transport_new(const struct transport_environment *environment,
				const struct transport_credentials *credentials, uint64_t now_us);
void transport_free(struct transport *transport);
/* ICE restart (RFC 8445, section 2.4): new ufrag and password; DTLS and SRTP go on. The fingerprint
 * must be the same. */
enum err transport_restart_ice(struct transport *transport,
			       const struct transport_credentials *credentials) MUST_CHECK;

/*
 * One datagram. STUN is answered, DTLS fed on, RTP and RTCP decrypted in place: then *length is the
 * plaintext's and the kind is returned; everything else returns DATAGRAM_NONE (a drop was counted,
 * unless it was useful). Replies go into the batch. Counts STUN_OK, HANDSHAKES, RTP_IN, RTCP_IN and
 * every drop; sending counts RTCP_OUT (RTP_OUT is the slot's).
 */
enum datagram_kind transport_receive(struct transport *transport, uint8_t *data, size_t *length,
				     const struct net_path *path, uint64_t now_us);

/* Before transport_send_rtp, in three steps (0 to 2), each when the one before is in the cache. */
void transport_fetch(const struct transport *transport, unsigned step);
/*
 * Encrypts straight into the batch. ret_protected (may be NULL) is lent until the batch is flushed:
 * what a slot without RTX keeps a copy of, to send it again byte for byte. ERR_NOT_READY: no keys,
 * silent or closed.
 */
enum err transport_send_rtp(struct transport *transport, const struct rtp_out *out,
			    struct bytes *ret_protected);
enum err transport_send_rtcp(struct transport *transport, const uint8_t *data, size_t length);
enum err transport_send_protected(struct transport *transport, const uint8_t *data, size_t length);

/*
 * Handshake retransmissions, silence, freeing of the TLS state. Returns when to call again
 * (UINT64_MAX when closed); a change of transport_state by a datagram makes it due at once.
 */
uint64_t transport_tick(struct transport *transport, uint64_t now_us);

enum transport_state transport_state(const struct transport *transport);
const struct net_path *transport_path(const struct transport *transport); /* NULL before a check */
const char *transport_profile(const struct transport *transport); /* "AEAD_AES_128_GCM" or NULL */
const char *transport_local_ufrag(const struct transport *transport);
/* Addresses that have passed an authenticated check (at most 8, the selected one is never evicted).
 */
bool transport_accepts(const struct transport *transport, const struct net_address *remote);
/* When something authentic last came from there; 0: not an accepted address. */
uint64_t transport_heard_us(const struct transport *transport, const struct net_address *remote);
