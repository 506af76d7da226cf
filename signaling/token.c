#include "signaling/token.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <jwt.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_SIZE   32
#define TOKEN_MAX  4096 /* ours have about 300 bytes */
#define TOKEN_TAGS 16	/* languages in one token */

struct token_key {
	guint8 bytes[KEY_SIZE];
};

void token_clear(struct token *token)
{
	g_free(token->meeting);
	g_free(token->name);
	g_strfreev(token->languages);
	g_free(token->booth);
	g_strfreev(token->understands);
	g_free(token->pivot);
	g_free(token->id);
	memset(token, 0, sizeof *token);
}

static bool fail_errno(const char *path, GError **error)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "token key: %s: %s", path,
		    g_strerror(errno));
	return false;
}

/* Complete under another name first, then linked: server and command line may both come first. */
static bool make_key(const char *data_folder, const char *path, GError **error)
{
	guint8 bytes[KEY_SIZE];
	if (g_mkdir_with_parents(data_folder, 0700) != 0 ||
	    getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return fail_errno(data_folder, error);
	char *temporary = g_strdup_printf("%s.%ld", path, (long)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && write(fd, bytes, sizeof bytes) == sizeof bytes && fsync(fd) == 0 &&
		  (link(temporary, path) == 0 || errno == EEXIST);
	if (!ok)
		fail_errno(path, error);
	if (fd >= 0) {
		close(fd);
		unlink(temporary);
	}
	g_free(temporary);
	return ok;
}

static bool read_key(int fd, const char *path, struct token_key *ret, GError **error)
{
	struct stat status;
	guint8 bytes[KEY_SIZE + 1];
	if (fstat(fd, &status) != 0)
		return fail_errno(path, error);
	if ((status.st_mode & 077) != 0) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "token key: %s: others may read it (mode %03o): chmod 600 it", path,
			    status.st_mode & 0777);
		return false;
	}
	if (read(fd, bytes, sizeof bytes) != KEY_SIZE) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "token key: %s: isn't %d bytes long", path, KEY_SIZE);
		return false;
	}
	memcpy(ret->bytes, bytes, KEY_SIZE);
	return true;
}

struct token_key *token_key_open(const char *data_folder, GError **error)
{
	char *path = g_build_filename(data_folder, "token.key", NULL);
	struct token_key *key = g_new0(struct token_key, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && make_key(data_folder, path, error))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && read_key(fd, path, key, error);
	if (fd < 0 && (error == NULL || *error == NULL))
		fail_errno(path, error);
	if (fd >= 0)
		close(fd);
	g_free(path);
	if (ok)
		return key;
	token_key_free(key);
	return NULL;
}

void token_key_free(struct token_key *key)
{
	if (key != NULL)
		explicit_bzero(key, sizeof *key);
	g_free(key);
}

static void set_tags(json_t *claims, const char *claim, char **tags)
{
	if (tags == NULL || tags[0] == NULL)
		return;
	json_t *array = json_array();
	for (size_t i = 0; tags[i] != NULL; i++)
		json_array_append_new(array, json_string(tags[i]));
	json_object_set_new(claims, claim, array);
}

static char *claims_text(const struct token *token)
{
	guint64 id;
	if (getrandom(&id, sizeof id, 0) != sizeof id)
		return NULL;
	char jti[17];
	g_snprintf(jti, sizeof jti, "%016" G_GINT64_MODIFIER "x", id);
	json_t *claims =
		json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s*, s:s*, s:s*}", "iss",
			  "tongsheng", "sub", token->meeting, "role", role_name(token->role), "gen",
			  (json_int_t)token->generation, "iat", (json_int_t)token->issued, "exp",
			  (json_int_t)token->expires, "jti", token->id != NULL ? token->id : jti,
			  "name", token->name, "booth", token->booth, "pivot", token->pivot);
	if (claims == NULL)
		return NULL; /* something isn't UTF-8 */
	set_tags(claims, "lang", token->languages);
	set_tags(claims, "understands", token->understands);
	char *text = json_dumps(claims, JSON_COMPACT);
	json_decref(claims);
	return text;
}

char *token_sign(const struct token_key *key, const struct token *token, GError **error)
{
	char *claims = claims_text(token), *signed_text = NULL, *ret = NULL;
	jwt_t *jwt = NULL;
	if (claims != NULL && jwt_new(&jwt) == 0 &&
	    jwt_set_alg(jwt, JWT_ALG_HS256, key->bytes, KEY_SIZE) == 0 &&
	    jwt_add_grants_json(jwt, claims) == 0)
		signed_text = jwt_encode_str(jwt);
	if (signed_text == NULL)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL,
			    "token: could not be signed");
	else if (strlen(signed_text) > TOKEN_MAX)
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_LIMIT,
			    "token: longer than %d bytes", TOKEN_MAX);
	else
		ret = g_strdup(signed_text);
	jwt_free(jwt);
	free(signed_text);
	free(claims);
	return ret;
}

static const char *claim_string(const json_t *claims, const char *claim)
{
	return json_string_value(json_object_get(claims, claim));
}

/* Absent is an empty list; false: it isn't a list of strings. */
static bool claim_tags(const json_t *claims, const char *claim, char ***ret)
{
	const json_t *array = json_object_get(claims, claim);
	size_t n = json_array_size(array);
	if ((array != NULL && !json_is_array(array)) || n > TOKEN_TAGS)
		return false;
	char **tags = g_new0(char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *tag = json_string_value(json_array_get(array, i));
		if (tag == NULL) {
			g_strfreev(tags);
			return false;
		}
		tags[i] = g_strdup(tag);
	}
	*ret = tags;
	return true;
}

static bool read_claims(const json_t *claims, struct token *ret)
{
	const char *meeting = claim_string(claims, "sub"), *role = claim_string(claims, "role");
	const char *issuer = claim_string(claims, "iss");
	const json_t *generation = json_object_get(claims, "gen");
	const json_t *expires = json_object_get(claims, "exp");
	struct token token = {0};
	if (issuer == NULL || !g_str_equal(issuer, "tongsheng") || meeting == NULL ||
	    role == NULL || !role_from_name(role, &token.role) || !json_is_integer(expires) ||
	    !json_is_integer(generation) || json_integer_value(generation) < 0 ||
	    json_integer_value(generation) > G_MAXUINT32)
		return false;
	if (!claim_tags(claims, "lang", &token.languages) ||
	    !claim_tags(claims, "understands", &token.understands)) {
		token_clear(&token);
		return false;
	}
	token.meeting = g_strdup(meeting);
	token.name = g_strdup(claim_string(claims, "name"));
	token.booth = g_strdup(claim_string(claims, "booth"));
	token.pivot = g_strdup(claim_string(claims, "pivot"));
	token.id = g_strdup(claim_string(claims, "jti"));
	token.generation = (unsigned)json_integer_value(generation);
	token.issued = json_integer_value(json_object_get(claims, "iat"));
	token.expires = json_integer_value(expires);
	*ret = token;
	return true;
}

/*
 * libjwt takes "alg" from the token: only HS256 may pass, and never none. (It checks no signature
 * at all when the token says none and holds none.)
 */
static json_t *verified_claims(const struct token_key *key, const char *text)
{
	jwt_t *jwt = NULL;
	if (strlen(text) > TOKEN_MAX || jwt_decode(&jwt, text, key->bytes, KEY_SIZE) != 0)
		return NULL;
	char *claims = jwt_get_alg(jwt) == JWT_ALG_HS256 ? jwt_get_grants_json(jwt, NULL) : NULL;
	jwt_free(jwt);
	json_t *json = claims != NULL ? json_loads(claims, 0, NULL) : NULL;
	free(claims);
	return json;
}

bool token_verify(const struct token_key *key, const char *text, gint64 now, struct token *ret,
		  GError **error)
{
	json_t *claims = verified_claims(key, text);
	struct token token = {0};
	bool ok = claims != NULL && read_claims(claims, &token);
	json_decref(claims);
	if (!ok) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNAUTHORIZED,
			    "token: not a token of this server");
		return false;
	}
	if (now >= token.expires) {
		token_clear(&token);
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNAUTHORIZED,
			    "token: has expired; ask for a new link");
		return false;
	}
	*ret = token;
	return true;
}
