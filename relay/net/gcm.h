/*
 * AES-128-GCM (NIST SP 800-38D) with one key, as RFC 7714 uses it: nonces of 12 bytes, tags of 16.
 *
 * Two implementations, of which the build takes one: gcm_ipsec_mb.c on x86-64 (libipsec-mb: 120 ns
 * for 1,100 bytes and 50 for 100, a call each), else gcm_evp.c (OpenSSL 3.0: 430 and 200 ns on the
 * same machine, half of it in setting the nonce and fetching the tag). One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GCM_KEY_SIZE 16
#define GCM_IV_SIZE  12
#define GCM_TAG_SIZE 16

struct gcm;

/* See srtp_prepare. */
bool gcm_prepare(void);
/* For one of the two directions. NULL: the library refuses. */
struct gcm *gcm_new(const uint8_t key[static GCM_KEY_SIZE], bool encrypt);
/* Wipes the key. NULL is allowed. */
void gcm_free(struct gcm *gcm);

/* A packet will be encrypted soon: see fetch.h. */
void gcm_fetch(const struct gcm *gcm);
/*
 * In place; clear is authenticated and not encrypted. The caller never gives one nonce twice.
 * false: the library refuses.
 */
bool gcm_encrypt(struct gcm *gcm, const uint8_t iv[static GCM_IV_SIZE], const uint8_t *clear,
		 size_t clear_length, uint8_t *data, size_t length,
		 uint8_t tag[static GCM_TAG_SIZE]);
/* false: the tag doesn't verify, and the data are worth nothing. */
bool gcm_decrypt(struct gcm *gcm, const uint8_t iv[static GCM_IV_SIZE], const uint8_t *clear,
		 size_t clear_length, uint8_t *data, size_t length,
		 const uint8_t tag[static GCM_TAG_SIZE]);
