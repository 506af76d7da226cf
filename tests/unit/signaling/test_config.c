#include "signaling/config.h"

#include <glib/gstdio.h>
#include <string.h>

#define LOAD(...)                                                                                  \
	({                                                                                         \
		char *args[] = {__VA_ARGS__, NULL};                                                \
		config_load(G_N_ELEMENTS(args) - 1, args, &error);                                 \
	})

static void assert_refused(struct config *config, GError **error, const char *message)
{
	g_assert_null(config);
	g_assert_nonnull(*error);
	g_assert_cmpstr((*error)->message, ==, message);
	g_clear_error(error);
}

static void first_start_needs_nothing(void)
{
	GError *error = NULL;
	struct config *config = LOAD("serve");
	g_assert_no_error(error);
	g_assert_false(config->secure);
	g_assert_cmpstr(config->http_address, ==, "127.0.0.1");
	g_assert_cmpuint(config->port, ==, 8080);
	g_assert_cmpuint(config->media_port, ==, 40000);
	g_assert_cmpuint(config->workers, ==, 0);
	g_assert_cmpstr(config->placement, ==, "fill");
	g_assert_cmpuint(config->worker_participants, ==, 400);
	g_assert_cmpstr(config->data, ==, "./var");
	g_assert_cmpstr(config->base_url, ==, "http://127.0.0.1:8080");
	g_assert_null(config->announce[0]);
	g_assert_null(config->metrics_from[0]);
	config_free(config);
}

static void other_addresses_speak_https(void)
{
	GError *error = NULL;
	struct config *config = LOAD("serve", "--listen", "0.0.0.0", "--announce", "192.0.2.1");
	g_assert_no_error(error);
	g_assert_true(config->secure);
	g_assert_cmpuint(config->port, ==, 8443);
	g_assert_cmpstr(config->base_url, ==, "https://192.0.2.1:8443");
	config_free(config);

	config = LOAD("serve", "--listen", "0.0.0.0", "--insecure-http", "--http-port", "81");
	g_assert_no_error(error);
	g_assert_false(config->secure);
	g_assert_cmpuint(config->port, ==, 81);
	config_free(config);

	config = LOAD("serve", "--listen", "::1");
	g_assert_false(config->secure);
	g_assert_cmpstr(config->base_url, ==, "http://[::1]:8080");
	config_free(config);

	config = LOAD("serve", "--certificate", "a.pem", "--private-key", "b.pem", "--public-url",
		      "https://meet.example.org/");
	g_assert_true(config->secure);
	g_assert_cmpstr(config->http_address, ==, "::");
	g_assert_cmpstr(config->base_url, ==, "https://meet.example.org");
	config_free(config);
}

static void described_defaults_are_the_defaults(void)
{
	GError *error = NULL;
	g_autofree char *text = config_describe();
	struct config *described = config_parse("defaults", text, strlen(text), &error);
	g_assert_no_error(error);
	struct config *config = config_parse("empty", "", 0, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(described->message_size, ==, config->message_size);
	g_assert_cmpuint(described->connect_rate, ==, config->connect_rate);
	g_assert_cmpstr(described->data, ==, config->data);
	g_assert_nonnull(strstr(text, "#certificate="));
	config_free(described);
	config_free(config);
}

static void options_win_over_the_file(void)
{
	GError *error = NULL;
	g_autofree char *file = NULL;
	int fd = g_file_open_tmp("tongsheng-XXXXXX.conf", &file, &error);
	g_assert_no_error(error);
	g_close(fd, NULL);
	const char *text = "[server]\ninsecure-http=true\nhttp-port=90\n[media]\nannounce=192.0.2."
			   "1;192.0.2.2\n";
	g_assert_true(g_file_set_contents(file, text, -1, NULL));

	struct config *config =
		LOAD("serve", "--config", file, "--http-port", "91", "--insecure-http=false",
		     "--announce", "192.0.2.3", "--announce", "2001:db8::1");
	g_assert_no_error(error);
	g_assert_cmpuint(config->port, ==, 91);
	g_assert_false(config->insecure_http);
	const char *const announced[] = {"192.0.2.3", "2001:db8::1", NULL};
	g_assert_cmpstrv(config->announce, announced);
	config_free(config);

	config = LOAD("serve", "--config", file);
	g_assert_cmpuint(config->port, ==, 90);
	g_assert_true(config->insecure_http);
	g_assert_cmpstr(config->announce[1], ==, "192.0.2.2");
	config_free(config);
	g_remove(file);
}

static void errors_name_file_group_and_key(void)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"[server]\nport=1\n", "f: [server] port: there is no such setting (tongsheng "
				       "serve --print-config lists them)"},
		{"[http]\nhttp-port=1\n", "f: [http] http-port: there is no such setting "
					  "(tongsheng serve --print-config lists them)"},
		{"[server]\nhttp-port=99999\n",
		 "f: [server] http-port: \"99999\" is not a number from 0 to 65535"},
		{"[server]\nhttp-port=-1\n",
		 "f: [server] http-port: \"-1\" is not a number from 0 to 65535"},
		{"[server]\ninsecure-http=yes\n",
		 "f: [server] insecure-http: \"yes\" is not true or false"},
		{"[server]\nlisten=example.org\n",
		 "f: [server] listen: \"example.org\" is not an IP address"},
		{"[media]\nannounce=192.0.2.1;192.0.2\n",
		 "f: [media] announce: \"192.0.2\" is not an IP address"},
		{"[server]\nmetrics-from=192.0.2.1;192.0.2.1/24\n",
		 "f: [server] metrics-from: \"192.0.2.1/24\" is not an IP address or a network "
		 "like 192.0.2.0/24"},
		{"[ice]\nservers=http://a\n",
		 "f: [ice] servers: \"http://a\" is not a stun:, turn: or turns: URL"},
		{"[server]\ndata=\n",
		 "f: [server] data: \"\" is not anything; leave it out instead"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GError *error = NULL;
		struct config *config =
			config_parse("f", cases[i].text, strlen(cases[i].text), &error);
		assert_refused(config, &error, cases[i].message);
	}
	GError *error = NULL;
	g_assert_null(config_parse("f", "port=1\n", 7, &error));
	g_assert_true(g_str_has_prefix(error->message, "f: "));
	g_error_free(error);
}

static void errors_name_the_option(void)
{
	GError *error = NULL;
	assert_refused(LOAD("serve", "--http-port", "x"), &error,
		       "--http-port: \"x\" is not a number from 0 to 65535");
	assert_refused(LOAD("serve", "--certificate", "x"), &error,
		       "certificate and private-key belong together: give both or neither");
	assert_refused(LOAD("serve", "--workers", "65"), &error,
		       "--workers: \"65\" is not a number from 0 to 64");
	assert_refused(LOAD("serve", "--placement", "random"), &error,
		       "placement is neither fill nor spread");
	assert_refused(LOAD("serve", "stray"), &error, "unexpected: stray");
	g_assert_null(LOAD("serve", "--no-such-option"));
	g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
	g_clear_error(&error);
	g_assert_null(LOAD("serve", "--config", "/nonexistent/tongsheng.conf"));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	g_error_free(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/first_start_needs_nothing", first_start_needs_nothing);
	g_test_add_func("/config/other_addresses_speak_https", other_addresses_speak_https);
	g_test_add_func("/config/described_defaults_are_the_defaults",
			described_defaults_are_the_defaults);
	g_test_add_func("/config/options_win_over_the_file", options_win_over_the_file);
	g_test_add_func("/config/errors_name_file_group_and_key", errors_name_file_group_and_key);
	g_test_add_func("/config/errors_name_the_option", errors_name_the_option);
	return g_test_run();
}
