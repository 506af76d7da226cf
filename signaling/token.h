/*
 * Invitation tokens: JWT (RFC 7519), HS256 and nothing else, with the key in DATA/token.key (0600,
 * made when absent). Claims: iss "tongsheng", sub MEETING, role, name?, lang [..]?, booth?,
 * understands?, pivot?, gen (the generation of that meeting's links for the role), iat, exp, jti.
 */
#pragma once

#include "signaling/error.h"
#include "signaling/role.h"

struct token {
	char *meeting;
	enum role role;
	char *name;	    /* NULL: the person says */
	char **languages;   /* BCP 47, never NULL */
	char *booth;	    /* interpreters: NULL = the languages' names */
	char **understands; /* never NULL */
	char *pivot;	    /* or NULL */
	unsigned generation;
	gint64 issued, expires; /* Unix seconds */
	char *id;		/* jti */
};
void token_clear(struct token *token);

struct token_key;
struct token_key *token_key_open(const char *data_folder, GError **error);
void token_key_free(struct token_key *key);
char *token_sign(const struct token_key *key, const struct token *token, GError **error);
/* Checks algorithm, signature, issuer, expiry (now: Unix seconds). *ret is filled on success only.
 */
bool token_verify(const struct token_key *key, const char *text, gint64 now, struct token *ret,
		  GError **error);
