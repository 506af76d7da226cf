/*
 * SRTP of one client, by relay/net's cipher: with thousands of sessions libsrtp2 would take most of
 * the generator's core (client_transport.h). Janus, whose libsrtp2 isn't ours, is driven by the
 * same code: a mistake that both ends share would show there.
 */
#pragma once

#include "tests/peer/client_transport.h"

/* What protection adds at most. */
#define CRYPT_OVERHEAD 20

struct crypt;

/* NULL: OpenSSL refuses. */
struct crypt *crypt_new(const struct client_keys *keys);
void crypt_free(struct crypt *crypt); /* NULL is allowed */

/* Encrypts into out; returns the length. 0: it doesn't fit, or this number was used already. */
size_t crypt_seal_rtp(struct crypt *crypt, const uint8_t *packet, size_t length, uint8_t *out,
		      size_t capacity);
size_t crypt_seal_rtcp(struct crypt *crypt, const uint8_t *packet, size_t length, uint8_t *out,
		       size_t capacity);
/* In place; false: not authentic, or seen before. kind: DATAGRAM_RTP or DATAGRAM_RTCP. */
bool crypt_open(struct crypt *crypt, enum datagram_kind kind, uint8_t *data, size_t *length);
