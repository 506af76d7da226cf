#include "signaling/certificate.h"
#include "signaling/error.h"

#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define VALID_SECONDS (10L * 365 * 24 * 3600)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SSL_CTX, SSL_CTX_free)

static bool fail(GError **error, const char *what)
{
	char reason[256];
	ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
	ERR_clear_error();
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s", what, reason);
	return false;
}

static void add_name(GString *names, const char *name)
{
	if (names->len)
		g_string_append_c(names, ',');
	g_string_append_printf(names, "%s:%s", g_hostname_is_ip_address(name) ? "IP" : "DNS", name);
}

/* Browsers look at the alternative names only; what a self-made certificate says is what one sees
 * when asked to trust it. */
static char *alternative_names(const struct config *config)
{
	GString *names = g_string_new(NULL);
	add_name(names, "localhost");
	add_name(names, "127.0.0.1");
	add_name(names, "::1");
	if (g_regex_match_simple("^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$", g_get_host_name(), 0, 0))
		add_name(names, g_get_host_name());
	if (config->listen)
		add_name(names, config->listen);
	for (char **announce = config->announce; *announce; announce++)
		add_name(names, *announce);
	return g_string_free(names, FALSE);
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	bool ok = extension && X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *names)
{
	uint64_t serial = (uint64_t)g_random_int() << 31 | g_random_int();
	X509_NAME *subject = X509_get_subject_name(certificate);
	return X509_set_version(certificate, X509_VERSION_3) &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -24 * 3600) &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_SECONDS) &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
					  (const unsigned char *)"Tongsheng", -1, -1, 0) &&
	       X509_set_issuer_name(certificate, subject) && X509_set_pubkey(certificate, key) &&
	       add_extension(certificate, NID_subject_alt_name, names) &&
	       add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
	       X509_sign(certificate, key, EVP_sha256());
}

static bool write_pem(BIO *pem, const char *path, int mode, GError **error)
{
	char *data;
	long length = BIO_get_mem_data(pem, &data);
	return g_file_set_contents_full(path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, mode,
					error);
}

static bool make_certificate(const struct config *config, const char *certificate_path,
			     const char *key_path, GError **error)
{
	g_autofree char *names = alternative_names(config);
	g_autoptr(EVP_PKEY) key = EVP_EC_gen("P-256");
	g_autoptr(X509) certificate = X509_new();
	g_autoptr(BIO) certificate_pem = BIO_new(BIO_s_mem());
	g_autoptr(BIO) key_pem = BIO_new(BIO_s_mem());
	if (!key || !certificate || !certificate_pem || !key_pem ||
	    !fill(certificate, key, names) || !PEM_write_bio_X509(certificate_pem, certificate) ||
	    !PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL))
		return fail(error, "could not make a certificate");
	return write_pem(key_pem, key_path, 0600, error) &&
	       write_pem(certificate_pem, certificate_path, 0644, error);
}

bool certificate_prepare(const struct config *config, char **ret_certificate, char **ret_key,
			 GError **error)
{
	if (config->certificate) {
		*ret_certificate = g_strdup(config->certificate);
		*ret_key = g_strdup(config->private_key);
		return true;
	}
	if (g_mkdir_with_parents(config->data, 0700)) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL, "%s: %s",
			    config->data, g_strerror(errno));
		return false;
	}
	g_autofree char *certificate = g_build_filename(config->data, "certificate.pem", NULL);
	g_autofree char *key = g_build_filename(config->data, "private-key.pem", NULL);
	if ((!g_file_test(certificate, G_FILE_TEST_EXISTS) ||
	     !g_file_test(key, G_FILE_TEST_EXISTS)) &&
	    !make_certificate(config, certificate, key, error))
		return false;
	*ret_certificate = g_steal_pointer(&certificate);
	*ret_key = g_steal_pointer(&key);
	return true;
}

static bool load(SSL_CTX *context, const char *certificate, const char *key, GError **error)
{
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		return fail(error, certificate);
	/* Also checks that the key is the certificate's. */
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return fail(error, key);
	return true;
}

bool certificate_load(SSL_CTX *context, const char *certificate, const char *key, GError **error)
{
	g_autoptr(SSL_CTX) trial = SSL_CTX_new(TLS_server_method());
	return load(trial, certificate, key, error) && load(context, certificate, key, error);
}
