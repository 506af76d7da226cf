#include "signaling/token.h"
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <jwt.h>
#include <string.h>
#include <sys/stat.h>

#define NOW 1700000000

static char *folder, *key_path;
static struct token_key *key;

static char *languages[] = {(char *)"fr", (char *)"pt-BR", NULL};

static struct token interpreter(void)
{
	return (struct token){
		.meeting = (char *)"demo",
		.role = ROLE_INTERPRETER,
		.name = (char *)"王芳",
		.languages = languages,
		.booth = (char *)"Lusophone",
		.understands = languages,
		.pivot = (char *)"en",
		.generation = 3,
		.issued = NOW,
		.expires = NOW + 60,
	};
}

static void refused(const char *text, gint64 now, const char *message)
{
	struct token token;
	memset(&token, 0x55, sizeof token);
	struct token before = token;
	GError *error = NULL;
	g_assert_false(token_verify(key, text, now, &token, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_UNAUTHORIZED);
	g_assert_cmpstr(error->message, ==, message);
	g_assert_cmpmem(&token, sizeof token, &before, sizeof before);
	g_error_free(error);
}

#define NOT_OURS "token: not a token of this server"

static void what_was_signed_is_read_back(void)
{
	GError *error = NULL;
	struct token token = interpreter(), read;
	char *text = token_sign(key, &token, &error);
	g_assert_no_error(error);
	g_assert_true(token_verify(key, text, NOW, &read, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(read.meeting, ==, "demo");
	g_assert_cmpint(read.role, ==, ROLE_INTERPRETER);
	g_assert_cmpstr(read.name, ==, "王芳");
	g_assert_cmpstrv(read.languages, languages);
	g_assert_cmpstr(read.booth, ==, "Lusophone");
	g_assert_cmpstrv(read.understands, languages);
	g_assert_cmpstr(read.pivot, ==, "en");
	g_assert_cmpuint(read.generation, ==, 3);
	g_assert_cmpint(read.issued, ==, NOW);
	g_assert_cmpint(read.expires, ==, NOW + 60);
	g_assert_cmpuint(strlen(read.id), ==, 16);
	token_clear(&read);
	g_free(text);
}

static void two_of_the_same_differ(void)
{
	struct token token = interpreter();
	char *a = token_sign(key, &token, NULL), *b = token_sign(key, &token, NULL);
	g_assert_cmpstr(a, !=, b);
	g_free(a);
	g_free(b);
}

static void expired_is_said(void)
{
	struct token token = interpreter(), read;
	char *text = token_sign(key, &token, NULL);
	refused(text, NOW + 60, "token: has expired; ask for a new link");
	g_assert_true(token_verify(key, text, NOW + 59, &read, NULL));
	token_clear(&read);
	g_free(text);
}

static char *signed_claims(jwt_alg_t algorithm, const char *secret, const char *claims)
{
	jwt_t *jwt;
	g_assert_cmpint(jwt_new(&jwt), ==, 0);
	if (algorithm != JWT_ALG_NONE) {
		int failed = jwt_set_alg(jwt, algorithm, (const unsigned char *)secret, 32);
		g_assert_cmpint(failed, ==, 0);
	}
	g_assert_cmpint(jwt_add_grants_json(jwt, claims), ==, 0);
	char *text = jwt_encode_str(jwt);
	jwt_free(jwt);
	return text;
}

static char *own_secret(void)
{
	char *secret;
	gsize length;
	g_assert_true(g_file_get_contents(key_path, &secret, &length, NULL));
	g_assert_cmpuint(length, ==, 32);
	return secret;
}

#define CLAIMS                                                                                     \
	"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0,\"iat\":1,\"exp\":"   \
	"1800000000}"

static void other_algorithms_are_refused(void)
{
	char *secret = own_secret();
	char *right = signed_claims(JWT_ALG_HS256, secret, CLAIMS);
	struct token read;
	g_assert_true(token_verify(key, right, NOW, &read, NULL));
	token_clear(&read);
	static const jwt_alg_t wrong[] = {JWT_ALG_NONE, JWT_ALG_HS384, JWT_ALG_HS512};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		char *text = signed_claims(wrong[i], secret, CLAIMS);
		refused(text, NOW, NOT_OURS);
		free(text);
	}
	/* {"alg":"none"} with our signature of something else, and with none */
	char *payload = strchr(right, '.');
	char *unsigned_text = g_strconcat("eyJhbGciOiJub25lIn0", payload, NULL);
	refused(unsigned_text, NOW, NOT_OURS);
	*strrchr(unsigned_text, '.') = '\0';
	refused(unsigned_text, NOW, NOT_OURS);
	char *dot = g_strconcat(unsigned_text, ".", NULL);
	refused(dot, NOW, NOT_OURS);
	g_free(dot);
	g_free(unsigned_text);
	free(right);
	g_free(secret);
}

static void other_keys_are_refused(void)
{
	char *text = signed_claims(JWT_ALG_HS256, "01234567890123456789012345678901", CLAIMS);
	refused(text, NOW, NOT_OURS);
	free(text);
}

static void a_changed_letter_is_noticed(void)
{
	struct token token = interpreter();
	char *text = token_sign(key, &token, NULL);
	size_t length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		char before = text[i];
		text[i] = before == 'A' ? 'B' : 'A';
		struct token read;
		GError *error = NULL;
		/* The last digit of base64url holds bits that no byte uses: there 'A' may mean the
		 * same. */
		bool same = i == length - 1;
		if (token_verify(key, text, NOW, &read, &error)) {
			g_assert_true(same);
			token_clear(&read);
		}
		g_clear_error(&error);
		text[i] = before;
	}
	for (size_t i = 0; i < length; i++) {
		char *prefix = g_strndup(text, i);
		refused(prefix, NOW, NOT_OURS);
		g_free(prefix);
	}
	g_free(text);
}

static void wrong_claims_are_refused(void)
{
	static const char *const wrong[] = {
		"{}",
		"{\"iss\":\"other\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0,\"exp\":"
		"1800000000}",
		"{\"iss\":\"tongsheng\",\"role\":\"host\",\"gen\":0,\"exp\":1800000000}",
		"{\"iss\":\"tongsheng\",\"sub\":7,\"role\":\"host\",\"gen\":0,\"exp\":1800000000}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"boss\",\"gen\":0,\"exp\":"
		"1800000000}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"exp\":1800000000}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":-1,\"exp\":"
		"1800000000}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0,\"exp\":"
		"\"never\"}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0,\"exp\":"
		"1e300}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0,\"exp\":"
		"1800000000,"
		"\"lang\":\"fr\"}",
		"{\"iss\":\"tongsheng\",\"sub\":\"demo\",\"role\":\"host\",\"gen\":0,\"exp\":"
		"1800000000,"
		"\"lang\":[\"fr\"],\"understands\":[1]}",
	};
	char *secret = own_secret();
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_test_message("%s", wrong[i]);
		char *text = signed_claims(JWT_ALG_HS256, secret, wrong[i]);
		refused(text, NOW, NOT_OURS);
		free(text);
	}
	g_free(secret);
}

static void garbage_is_refused(void)
{
	static const char *const wrong[] = {"",	  ".", "..", "a.b.c", "....", "\xff\xfe.\x01.",
					    "eyJ"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		refused(wrong[i], NOW, NOT_OURS);
	char *huge = g_strnfill(100000, 'a');
	refused(huge, NOW, NOT_OURS);
	g_free(huge);
}

static void key_is_private_and_kept(void)
{
	struct stat status;
	g_assert_cmpint(stat(key_path, &status), ==, 0);
	g_assert_cmpint(status.st_mode & 0777, ==, 0600);
	struct token token = interpreter(), read;
	char *text = token_sign(key, &token, NULL);
	struct token_key *again = token_key_open(folder, NULL);
	g_assert_true(token_verify(again, text, NOW, &read, NULL));
	token_clear(&read);
	token_key_free(again);
	g_free(text);
}

static void unsafe_keys_are_refused(void)
{
	GError *error = NULL;
	char *other = g_dir_make_tmp("tongsheng-test-XXXXXX", NULL);
	char *path = g_build_filename(other, "token.key", NULL);
	g_assert_true(g_file_set_contents(path, "short", 5, NULL));
	g_chmod(path, 0600);
	g_assert_null(token_key_open(other, &error));
	g_assert_nonnull(strstr(error->message, "isn't 32 bytes long"));
	g_clear_error(&error);
	g_chmod(path, 0644);
	g_assert_null(token_key_open(other, &error));
	g_assert_nonnull(strstr(error->message, "others may read it"));
	g_clear_error(&error);
	g_unlink(path);
	g_rmdir(other);
	g_free(path);
	g_free(other);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("tongsheng-test-XXXXXX", NULL);
	key_path = g_build_filename(folder, "token.key", NULL);
	key = token_key_open(folder, NULL);
	g_assert_nonnull(key);
	g_test_add_func("/token/what_was_signed_is_read_back", what_was_signed_is_read_back);
	g_test_add_func("/token/two_of_the_same_differ", two_of_the_same_differ);
	g_test_add_func("/token/expired_is_said", expired_is_said);
	g_test_add_func("/token/other_algorithms_are_refused", other_algorithms_are_refused);
	g_test_add_func("/token/other_keys_are_refused", other_keys_are_refused);
	g_test_add_func("/token/a_changed_letter_is_noticed", a_changed_letter_is_noticed);
	g_test_add_func("/token/wrong_claims_are_refused", wrong_claims_are_refused);
	g_test_add_func("/token/garbage_is_refused", garbage_is_refused);
	g_test_add_func("/token/key_is_private_and_kept", key_is_private_and_kept);
	g_test_add_func("/token/unsafe_keys_are_refused", unsafe_keys_are_refused);
	int status = g_test_run();
	token_key_free(key);
	g_unlink(key_path);
	g_rmdir(folder);
	g_free(key_path);
	g_free(folder);
	return status;
}
