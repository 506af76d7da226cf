/* The certificate for HTTPS: a given one, or one of our own, made at the first start. */
#pragma once

#include "signaling/config.h"

#include <openssl/ssl.h>

/*
 * Paths of certificate and key: the configured ones, or certificate.pem and private-key.pem in the
 * data folder, which are made (ECDSA P-256, signed by itself, key with mode 0600) unless both are
 * there. Free both.
 */
bool certificate_prepare(const struct config *config, char **ret_certificate, char **ret_key,
			 GError **error);

/* Both, checked to fit each other, into context; on an error context goes on with what it had. */
bool certificate_load(SSL_CTX *context, const char *certificate, const char *key, GError **error);
