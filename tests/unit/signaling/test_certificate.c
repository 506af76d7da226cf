#include "signaling/certificate.h"
#include "signaling/error.h"

#include <glib/gstdio.h>
#include <openssl/x509v3.h>

struct fixture {
	char *folder, *certificate, *key;
	struct config config;
	SSL_CTX *context;
};

static void set_up(struct fixture *f, gconstpointer data)
{
	GError *error = NULL;
	static char *announce[] = {"192.0.2.7", NULL};
	f->folder = g_dir_make_tmp("tongsheng-XXXXXX", NULL);
	f->config = (struct config){.data = g_build_filename(f->folder, "var", NULL),
				    .announce = announce};
	f->context = SSL_CTX_new(TLS_server_method());
	g_assert_true(certificate_prepare(&f->config, &f->certificate, &f->key, &error));
	g_assert_no_error(error);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
	g_remove(f->certificate);
	g_remove(f->key);
	g_rmdir(f->config.data);
	g_rmdir(f->folder);
	g_free(f->config.data);
	g_free(f->folder);
	g_free(f->certificate);
	g_free(f->key);
	SSL_CTX_free(f->context);
}

static void made_once_with_a_private_key(struct fixture *f, gconstpointer data)
{
	GStatBuf status;
	g_assert_cmpint(g_stat(f->key, &status), ==, 0);
	g_assert_cmpuint(status.st_mode & 0777, ==, 0600);

	g_autofree char *before = NULL, *after = NULL, *certificate = NULL, *key = NULL;
	g_assert_true(g_file_get_contents(f->certificate, &before, NULL, NULL));
	g_assert_true(certificate_prepare(&f->config, &certificate, &key, NULL));
	g_assert_true(g_file_get_contents(certificate, &after, NULL, NULL));
	g_assert_cmpstr(before, ==, after);
}

static void names_the_announced_address(struct fixture *f, gconstpointer data)
{
	g_assert_true(certificate_load(f->context, f->certificate, f->key, NULL));
	X509 *certificate = SSL_CTX_get0_certificate(f->context);
	g_assert_cmpint(X509_check_ip_asc(certificate, "192.0.2.7", 0), ==, 1);
	g_assert_cmpint(X509_check_host(certificate, "localhost", 0, 0, NULL), ==, 1);
	g_assert_cmpint(X509_check_host(certificate, "example.org", 0, 0, NULL), ==, 0);
	g_assert_cmpint(EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)), ==, EVP_PKEY_EC);
	g_assert_cmpint(X509_verify(certificate, X509_get0_pubkey(certificate)), ==, 1);
}

static void a_bad_reload_keeps_the_old_one(struct fixture *f, gconstpointer data)
{
	GError *error = NULL;
	g_assert_true(certificate_load(f->context, f->certificate, f->key, NULL));
	X509 *old = SSL_CTX_get0_certificate(f->context);

	/* Another key than the certificate's. */
	g_autofree char *kept = NULL, *certificate = NULL, *key = NULL;
	g_assert_true(g_file_get_contents(f->certificate, &kept, NULL, NULL));
	g_remove(f->certificate);
	g_assert_true(certificate_prepare(&f->config, &certificate, &key, NULL));
	g_assert_true(g_file_set_contents(f->certificate, kept, -1, NULL));
	g_assert_false(certificate_load(f->context, f->certificate, f->key, &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_INTERNAL);
	g_assert_true(g_str_has_prefix(error->message, f->key));
	g_clear_error(&error);

	g_assert_true(g_file_set_contents(f->certificate, "no PEM", -1, NULL));
	g_assert_false(certificate_load(f->context, f->certificate, f->key, &error));
	g_assert_true(g_str_has_prefix(error->message, f->certificate));
	g_clear_error(&error);

	g_assert_true(SSL_CTX_get0_certificate(f->context) == old);
	g_assert_cmpint(SSL_CTX_check_private_key(f->context), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/certificate/made_once_with_a_private_key", struct fixture, NULL, set_up,
		   made_once_with_a_private_key, tear_down);
	g_test_add("/certificate/names_the_announced_address", struct fixture, NULL, set_up,
		   names_the_announced_address, tear_down);
	g_test_add("/certificate/a_bad_reload_keeps_the_old_one", struct fixture, NULL, set_up,
		   a_bad_reload_keeps_the_old_one, tear_down);
	return g_test_run();
}
