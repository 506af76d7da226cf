/*
 * The browser's side of a connection, for tests: controlling ICE checks (libnice's STUN layer),
 * DTLS client (OpenSSL), SRTP (libsrtp2). Shares no code with relay/net, so that it is an oracle
 * for it. No sockets and no clock of ours: takes datagrams and the time, gives datagrams to a
 * callback. (OpenSSL times its handshake retransmissions by gettimeofday; a test on simulated time
 * defines its own gettimeofday.)
 */
#pragma once

#include "relay/rtp/rtp.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_FINGERPRINT_SIZE 32 /* SHA-256 */

struct client_transport;
struct sockaddr;

/* As DTLS exports them (RFC 5764, section 4.2): ours to send with, theirs to receive with. AES-GCM
 * uses the first 12 bytes of a salt. */
struct client_keys {
	bool gcm;
	uint8_t send_key[16], send_salt[14];
	uint8_t receive_key[16], receive_salt[14];
};

struct client_config {
	/* OpenSSL's names in the order of preference; NULL:
	 * "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80". */
	const char *srtp_profiles;
	/* Datagram out. The bytes are lent for the call; don't call back into the client from here.
	 */
	void (*send)(void *user, const uint8_t *data, size_t length);
	void *user;
	/* NULL: libsrtp2 encrypts and decrypts. Else this does, with the keys that it gets when the
	 * handshake ends: RTP and RTCP then come as they are, and client_transport_send_... send
	 * nothing. (libsrtp2 on NSS, as Debian has it, walks lists that grow with the number of
	 * sessions in the process.) */
	void (*keys)(void *user, const struct client_keys *keys);
	/* Checks carry USE-CANDIDATE (as with an ICE-lite peer). client_transport_nominate changes
	 * it. */
	bool nominate;
};

/* CHECKING -> (a check answered) HANDSHAKE -> OPEN; FAILED: DTLS alert, wrong fingerprint, or
 * closed by the other side. */
enum client_state { CLIENT_NEW, CLIENT_CHECKING, CLIENT_HANDSHAKE, CLIENT_OPEN, CLIENT_FAILED };

/* Makes its own ufrag, password and certificate (one key pair for the process: cheap for many
 * peers). */
struct client_transport *client_transport_new(const struct client_config *config);
void client_transport_free(struct client_transport *client);

/* For the SDP offer. */
const char *client_transport_ufrag(const struct client_transport *client);
const char *client_transport_password(const struct client_transport *client);
void client_transport_fingerprint(uint8_t ret[static CLIENT_FINGERPRINT_SIZE]);
/* "AB:CD:..." as in a=fingerprint:sha-256 (and back; false: not 32 bytes of hex). */
#define CLIENT_FINGERPRINT_TEXT 96
void client_fingerprint_text(const uint8_t fingerprint[static CLIENT_FINGERPRINT_SIZE],
			     char out[static CLIENT_FINGERPRINT_TEXT]);
bool client_fingerprint_parse(const char *text, uint8_t ret[static CLIENT_FINGERPRINT_SIZE]);

/* From the SDP answer; begins to check. A second call is an ICE restart's answer (see
 * client_transport_restart_ice). */
void client_transport_start(struct client_transport *client, const char *remote_ufrag,
			    const char *remote_password,
			    const uint8_t fingerprint[static CLIENT_FINGERPRINT_SIZE],
			    uint64_t now_us);
/* New ufrag and password for a new offer; the old ones go on being used until
 * client_transport_start. */
void client_transport_restart_ice(struct client_transport *client);
/* Answers the other side's checks too, which come from this address, as a browser towards an agent
 * that isn't lite. Without this the other side must be lite. */
void client_transport_answer_checks(struct client_transport *client, const struct sockaddr *remote,
				    size_t length);
/* One check now, with or without USE-CANDIDATE, whatever the timer says (address changes in tests).
 */
void client_transport_check(struct client_transport *client, bool use_candidate, uint64_t now_us);
void client_transport_nominate(struct client_transport *client, bool nominate);

/*
 * One datagram. RTP and RTCP are decrypted in place: *length becomes the plaintext's and the kind
 * is returned; everything else returns DATAGRAM_NONE.
 */
enum datagram_kind client_transport_receive(struct client_transport *client, uint8_t *data,
					    size_t *length, uint64_t now_us);
/* Plaintext packets; false: not open, or libsrtp2 refused it. length + 32 bytes must fit 1,536. */
bool client_transport_send_rtp(struct client_transport *client, const uint8_t *data, size_t length);
bool client_transport_send_rtcp(struct client_transport *client, const uint8_t *data,
				size_t length);
/* close_notify. */
void client_transport_close(struct client_transport *client);

/* Checks (every 50 ms until one is answered, then every 2.5 s) and handshake retransmissions.
 * Returns when to call again. */
uint64_t client_transport_tick(struct client_transport *client, uint64_t now_us);

enum client_state client_transport_state(const struct client_transport *client);
const char *
client_transport_profile(const struct client_transport *client); /* OpenSSL's name, or NULL */
uint64_t client_transport_checks_answered(const struct client_transport *client);
/* The address in the last answer's XOR-MAPPED-ADDRESS as "192.0.2.1:4000" or "[2001:db8::1]:4000";
 * "" before one. */
const char *client_transport_mapped_address(const struct client_transport *client);
