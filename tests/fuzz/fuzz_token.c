/*
 * Tokens: the input as it came, and, since no fuzzer finds a signature, the input as claims that we
 * have signed ourselves.
 */
#include "signaling/token.h"
#include <glib.h>
#include <glib/gstdio.h>
#include <jwt.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct token_key *key;
static char *secret;

static void open_key(void)
{
	gsize length;
	char *folder = g_dir_make_tmp("tongsheng-fuzz-XXXXXX", NULL);
	char *path = g_build_filename(folder, "token.key", NULL);
	key = token_key_open(folder, NULL);
	if (key == NULL || !g_file_get_contents(path, &secret, &length, NULL))
		abort();
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
}

static void verify(const char *text)
{
	struct token token;
	GError *error = NULL;
	if (token_verify(key, text, 1700000000, &token, &error)) {
		char *again = token_sign(key, &token, NULL);
		g_free(again);
		token_clear(&token);
	}
	g_clear_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (key == NULL)
		open_key();
	char *text = g_strndup((const char *)data, size);
	verify(text);
	jwt_t *jwt = NULL;
	if (jwt_new(&jwt) == 0 &&
	    jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)secret, 32) == 0 &&
	    jwt_add_grants_json(jwt, text) == 0) {
		char *token = jwt_encode_str(jwt);
		if (token != NULL)
			verify(token);
		free(token);
	}
	jwt_free(jwt);
	g_free(text);
	return 0;
}
