/* Session keys of SRTP and SRTCP from a master key (RFC 3711, section 4.3; for AES-GCM RFC 7714,
 * section 11). */
#pragma once

#include "relay/base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define SRTP_KEY_SIZE	   16
#define SRTP_CM_SALT_SIZE  14 /* AES-CM: 112 bits */
#define SRTP_GCM_SALT_SIZE 12 /* AES-GCM: 96 bits */

/* As DTLS exports it; AES-GCM uses the first 12 bytes of the salt. */
struct srtp_master {
	uint8_t key[SRTP_KEY_SIZE];
	uint8_t salt[SRTP_CM_SALT_SIZE];
};

struct srtp_gcm_keys {
	uint8_t rtp_key[SRTP_KEY_SIZE], rtp_salt[SRTP_GCM_SALT_SIZE];
	uint8_t rtcp_key[SRTP_KEY_SIZE], rtcp_salt[SRTP_GCM_SALT_SIZE];
};

/* ERR_SYSTEM: OpenSSL refused. */
enum err srtp_derive_gcm_keys(const struct srtp_master *master,
			      struct srtp_gcm_keys *ret) MUST_CHECK;
