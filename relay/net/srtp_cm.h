/* AES128_CM_SHA1_80 by libsrtp2: for peers that don't know AES-GCM. Used by srtp.c alone. */
#pragma once

#include "relay/net/srtp_keys.h"
#include <stddef.h>

struct srtp_cm;

enum err srtp_cm_new(const struct srtp_master *send, const struct srtp_master *receive,
		     struct srtp_cm **ret) MUST_CHECK;
void srtp_cm_free(struct srtp_cm *cm);

/* In place: the buffer has SRTP_CM_OVERHEAD bytes to spare. */
#define SRTP_CM_OVERHEAD 14 /* tag of 10; SRTCP's index of 4 */
enum err srtp_cm_protect_rtp(struct srtp_cm *cm, uint8_t *data, size_t *length) MUST_CHECK;
enum err srtp_cm_protect_rtcp(struct srtp_cm *cm, uint8_t *data, size_t *length) MUST_CHECK;
enum err srtp_cm_unprotect_rtp(struct srtp_cm *cm, uint8_t *data, size_t *length) MUST_CHECK;
enum err srtp_cm_unprotect_rtcp(struct srtp_cm *cm, uint8_t *data, size_t *length) MUST_CHECK;
