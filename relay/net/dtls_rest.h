/*
 * What outlives a finished handshake: OpenSSL's state costs 77 KB, this 200 bytes. It says the last
 * flight again, byte for byte, to a client that lost it (the client has seen none of these records,
 * so its replay window takes them), and understands the goodbye of a client known by its keys.
 * Used by dtls.c alone; a value.
 */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Change of cipher, and Finished with the tag and nonce of AES-GCM: 75 bytes. */
#define DTLS_LAST_FLIGHT_MAX 128

struct dtls_rest {
	const EVP_CIPHER *cipher;
	uint8_t key[EVP_MAX_KEY_LENGTH];
	uint8_t salt[4];
	uint64_t newest; /* of the client's encrypted records; 0 was its Finished */
	uint8_t flight[DTLS_LAST_FLIGHT_MAX];
	size_t flight_length;
};

/* flight is filled in by the caller. false: OpenSSL refuses. */
bool dtls_rest_init(struct dtls_rest *rest, SSL *ssl);
void dtls_rest_clear(struct dtls_rest *rest); /* wipes the key */

enum dtls_rest_result {
	DTLS_REST_NOTHING, /* not authentic, or nothing that matters */
	DTLS_REST_AGAIN,   /* the client lost the last flight */
	DTLS_REST_DATA,	   /* no channel of ours uses it */
	DTLS_REST_CLOSED   /* close_notify or a fatal alert */
};
/* One whole record. */
enum dtls_rest_result dtls_rest_receive(struct dtls_rest *rest, const uint8_t *record,
					size_t length);
