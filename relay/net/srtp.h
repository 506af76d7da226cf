/*
 * SRTP and SRTCP of one connection, both ways (RFC 3711). AES-GCM (RFC 7714) is ours, over
 * gcm.h; AES128_CM_SHA1_80 is libsrtp2's (srtp_cm.h). Used by transport.c
 * alone; one thread.
 */
#pragma once

#include "relay/net/srtp_keys.h"
#include "relay/rtp/packet.h"

enum srtp_profile { SRTP_PROFILE_GCM, SRTP_PROFILE_CM_SHA1_80 };

/* The most that protection adds: the tag of 16 bytes, and SRTCP's index of 4. */
#define SRTP_MAX_OVERHEAD 20
/* Sources (SSRC) that one peer may send; packets of further ones are refused. */
#define SRTP_MAX_SOURCES 64

struct srtp_context;

/* Loads what AES-GCM needs for this processor, or the first peer would wait for it. Any thread, any
 * number of times. ERR_SYSTEM: it can't be had. */
enum err srtp_prepare(void) MUST_CHECK;
/* ERR_SYSTEM: OpenSSL or libsrtp2 refused. */
enum err srtp_context_new(enum srtp_profile profile, const struct srtp_master *send,
			  const struct srtp_master *receive, struct srtp_context **ret) MUST_CHECK;
void srtp_context_free(struct srtp_context *context);
const char *srtp_context_profile(const struct srtp_context *context); /* "AEAD_AES_128_GCM" */

/* A packet will be protected soon: first the one, then the other (see fetch.h). */
void srtp_context_fetch(const struct srtp_context *context);
void srtp_context_fetch_key(const struct srtp_context *context);

/*
 * Header in clear, rest encrypted, tag: written to out. ERR_FULL: more than capacity. With GCM
 * nothing is remembered: the caller never gives one (ssrc, index) twice. With AES-CM libsrtp2
 * counts the index itself and answers ERR_REPLAY.
 */
enum err srtp_context_protect_rtp(struct srtp_context *context, const struct rtp_out *packet,
				  uint8_t *out, size_t capacity, size_t *ret_length) MUST_CHECK;
enum err srtp_context_protect_rtcp(struct srtp_context *context, const uint8_t *data, size_t length,
				   uint8_t *out, size_t capacity, size_t *ret_length) MUST_CHECK;

/*
 * In place; *length becomes the plaintext's, on OK only. ERR_TRUNCATED: no room for header and tag.
 * ERR_REPLAY: seen or too old. ERR_AUTH: forged. ERR_FULL: SRTP_MAX_SOURCES. Nothing is remembered
 * of a packet whose tag doesn't verify, but its bytes are destroyed.
 */
enum err srtp_context_unprotect_rtp(struct srtp_context *context, uint8_t *data,
				    size_t *length) MUST_CHECK;
enum err srtp_context_unprotect_rtcp(struct srtp_context *context, uint8_t *data,
				     size_t *length) MUST_CHECK;
