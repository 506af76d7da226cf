/*
 * DTLS 1.2, the passive side, on memory BIOs (OpenSSL 3.0). Used by transport.c alone; the
 * certificate is also needed by signalling for the a=fingerprint line.
 */
#pragma once

#include "relay/net/transport.h"

/* An ECDSA P-256 certificate made at start, self-signed; or from PEM. Shared and reference-free:
 * outlives every context. */
struct dtls_certificate;
enum err dtls_certificate_new(struct dtls_certificate **ret) MUST_CHECK;
void dtls_certificate_free(struct dtls_certificate *certificate);
void dtls_certificate_fingerprint(const struct dtls_certificate *certificate,
				  uint8_t ret[static FINGERPRINT_SIZE]);

struct dtls_context_limits {
	unsigned max_half_open; /* handshakes begun and not ended; a further one waits for its
				   retransmission */
};
enum err dtls_context_new(const struct dtls_certificate *certificate,
			  const struct dtls_context_limits *limits, struct counters *counters,
			  struct dtls_context **ret) MUST_CHECK;
void dtls_context_free(struct dtls_context *context);
