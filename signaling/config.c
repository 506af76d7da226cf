#include "signaling/config.h"
#include "signaling/error.h"

#include <gio/gio.h>
#include <stddef.h>
#include <string.h>

enum type { TEXT, ADDRESS, NUMBER, FLAG, LIST, ADDRESSES, NETWORKS };

struct row {
	const char *group, *key, *option;
	enum type type;
	size_t offset;
	unsigned minimum, maximum;
	const char *initial; /* NULL: unset */
	const char *metavar, *help;
};

/* clang-format off: a table */
#define AT(member) offsetof(struct config, member)
static const struct row rows[] = {
	{"server", "data", "data", TEXT, AT(data), 0, 0, "./var", "DIR",
	 "folder of the store, the keys and control.sock"},
	{"server", "listen", "listen", ADDRESS, AT(listen), 0, 0, NULL, "ADDR",
	 "address for HTTP: unset, 127.0.0.1 without a certificate and all with one; not a "
	 "loopback address and no --insecure-http: HTTPS"},
	{"server", "http-port", "http-port", NUMBER, AT(http_port), 0, 65535, "0", "N",
	 "TCP port; 0: 8080 for HTTP, 8443 for HTTPS"},
	{"server", "insecure-http", "insecure-http", FLAG, AT(insecure_http), 0, 0, "false", NULL,
	 "plain HTTP on whatever address; browsers give no camera then, unless a proxy in front "
	 "speaks HTTPS"},
	{"server", "certificate", "certificate", TEXT, AT(certificate), 0, 0, NULL, "FILE",
	 "certificate chain (PEM), read again on SIGHUP; unset: one of our own, which browsers "
	 "warn of"},
	{"server", "private-key", "private-key", TEXT, AT(private_key), 0, 0, NULL, "FILE",
	 "the certificate's private key (PEM)"},
	{"server", "client", "client", TEXT, AT(client), 0, 0, NULL, "DIR",
	 "the built web client; unset: found beside the program"},
	{"server", "public-url", "public-url", TEXT, AT(public_url), 0, 0, NULL, "URL",
	 "how browsers reach the server, for links; unset: made from address and port"},
	{"server", "metrics-from", "metrics-from", NETWORKS, AT(metrics_from), 0, 0, NULL, "NET",
	 "address or network (192.0.2.0/24) that may see /metrics and /status, beside whoever has "
	 "a "
	 "service's token and this machine itself (unless public-url says that a proxy is before "
	 "it: https, and plain HTTP here); may be repeated"},
	{"media", "port", "media-port", NUMBER, AT(media_port), 0, 65535, "40000", "N",
	 "UDP port of the first worker, the others follow; 0: any"},
	{"media", "listen", "media-listen", ADDRESS, AT(media_listen), 0, 0, NULL, "ADDR",
	 "address for media; unset: all"},
	{"media", "announce", "announce", ADDRESSES, AT(announce), 0, 0, NULL, "IP",
	 "address that browsers send media to, when the machine does not know it (NAT); may be "
	 "repeated"},
	{"media", "workers", "workers", NUMBER, AT(workers), 0, 64, "0", "N",
	 "threads that forward media, each on a UDP port of its own; 0: one for each core"},
	{"media", "placement", "placement", TEXT, AT(placement), 0, 0, "fill", "HOW",
	 "fill: a meeting takes another worker when its first one is full; spread: it is spread "
	 "over all from the start (for tests)"},
	{"media", "worker-participants", "worker-participants", NUMBER, AT(worker_participants), 1,
	 100000, "400", "N",
	 "participants that make a worker full; one busy for 60 % of the time is "
	 "full, too"},
	{"media", "overload-percent", "overload-percent", NUMBER, AT(overload_percent), 1, 100,
	 "85", "N",
	 "a worker that is busy for more of its time than that sheds pictures and takes no new "
	 "publishers until it has recovered; 100: never"},
	{"media", "half-open", "half-open", NUMBER, AT(half_open), 1, 1000000, "1000", "N",
	 "DTLS handshakes begun and not ended"},
	{"media", "packets", "packets", NUMBER, AT(packets), 1000, 10000000, "200000", "N",
	 "packets that a worker keeps in memory, of 2 kB each"},
	{"ice", "servers", "ice-server", LIST, AT(ice_servers), 0, 0, NULL, "URL",
	 "STUN or TURN server for browsers (turn:turn.example.org:3478); may be repeated"},
	{"ice", "turn-secret", "turn-secret", TEXT, AT(turn_secret), 0, 0, NULL, "TEXT",
	 "secret shared with the TURN server, for time-limited credentials; better in the file "
	 "than on the command line"},
	{"limits", "message-size", "message-size", NUMBER, AT(message_size), 1024, 16777216,
	 "262144", "BYTES", "one WebSocket message"},
	{"limits", "message-rate", "message-rate", NUMBER, AT(message_rate), 1, 100000, "20", "N",
	 "messages a second and connection; ten times as many at once"},
	{"limits", "request-rate", "request-rate", NUMBER, AT(request_rate), 0, 100000, "20", "N",
	 "HTTP requests a second and connection; ten times as many at once; 0 behind a proxy: no "
	 "limit"},
	{"limits", "queue-size", "queue-size", NUMBER, AT(queue_size), 65536, 1073741824, "1048576",
	 "BYTES", "waiting for a WebSocket that does not read"},
	{"limits", "connections", "connections", NUMBER, AT(connections), 0, 1000000, "4000", "N",
	 "TCP connections at once; 0: no limit"},
	{"limits", "connections-address", "connections-address", NUMBER, AT(connections_address), 0,
	 1000000, "2000", "N",
	 "TCP connections at once from one address (an IPv6 /64); 0 behind a proxy: no limit"},
	{"limits", "connect-rate", "connect-rate", NUMBER, AT(connect_rate), 0, 100000, "100", "N",
	 "new TCP connections a second and address; ten times as many at once; 0 behind a proxy: "
	 "no limit"},
	{"limits", "participants", "participants", NUMBER, AT(participants), 1, 100000, "1000", "N",
	 "people in one meeting"},
};
#undef AT
/* clang-format on */

static void *member(struct config *config, const struct row *row)
{
	return (char *)config + row->offset;
}

static bool is_address(const char *text)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
	return address != NULL;
}

static bool is_network(const char *text)
{
	g_autoptr(GInetAddressMask) network = g_inet_address_mask_new_from_string(text, NULL);
	return network != NULL;
}

/* name is "--http-port" or "FILE: [server] http-port". */
static bool wrong(GError **error, const char *name, const char *value, const char *expected)
{
	g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "%s: \"%s\" is not %s", name,
		    value, expected);
	return false;
}

static bool set_number(struct config *config, const struct row *row, const char *name,
		       const char *value, GError **error)
{
	guint64 number;
	if (!g_ascii_string_to_unsigned(value, 10, row->minimum, row->maximum, &number, NULL)) {
		g_autofree char *expected =
			g_strdup_printf("a number from %u to %u", row->minimum, row->maximum);
		return wrong(error, name, value, expected);
	}
	*(unsigned *)member(config, row) = (unsigned)number;
	return true;
}

static bool set_flag(struct config *config, const struct row *row, const char *name,
		     const char *value, GError **error)
{
	if (strcmp(value, "true") && strcmp(value, "false"))
		return wrong(error, name, value, "true or false");
	*(bool *)member(config, row) = !strcmp(value, "true");
	return true;
}

static bool add_to_list(struct config *config, const struct row *row, const char *name,
			const char *value, GError **error)
{
	if (row->type == ADDRESSES && !is_address(value))
		return wrong(error, name, value, "an IP address");
	if (row->type == NETWORKS && !is_network(value))
		return wrong(error, name, value, "an IP address or a network like 192.0.2.0/24");
	if (row->type == LIST && !g_regex_match_simple("^(stun|turns?):[^\\s]+$", value, 0, 0))
		return wrong(error, name, value, "a stun:, turn: or turns: URL");
	char ***list = member(config, row);
	GStrvBuilder *builder = g_strv_builder_new();
	g_strv_builder_addv(builder, (const char **)*list);
	g_strv_builder_add(builder, value);
	g_strfreev(*list);
	*list = g_strv_builder_end(builder);
	g_strv_builder_unref(builder);
	return true;
}

static bool set_value(struct config *config, const struct row *row, const char *name,
		      const char *value, GError **error)
{
	switch (row->type) {
	case NUMBER:
		return set_number(config, row, name, value, error);
	case FLAG:
		return set_flag(config, row, name, value, error);
	case LIST:
	case ADDRESSES:
	case NETWORKS:
		return add_to_list(config, row, name, value, error);
	case ADDRESS:
		if (!strcmp(value, "localhost"))
			value = "127.0.0.1";
		if (!is_address(value))
			return wrong(error, name, value, "an IP address");
		break;
	case TEXT:
		if (!*value)
			return wrong(error, name, value, "anything; leave it out instead");
		break;
	}
	char **text = member(config, row);
	g_free(*text);
	*text = g_strdup(value);
	return true;
}

static void clear_list(struct config *config, const struct row *row)
{
	char ***list = member(config, row);
	g_strfreev(*list);
	*list = g_new0(char *, 1);
}

static bool is_list(const struct row *row)
{
	return row->type == LIST || row->type == ADDRESSES || row->type == NETWORKS;
}

static struct config *with_defaults(void)
{
	struct config *config = g_new0(struct config, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (is_list(&rows[i]))
			clear_list(config, &rows[i]);
		else if (rows[i].initial)
			(void)set_value(config, &rows[i], rows[i].key, rows[i].initial, NULL);
	}
	return config;
}

static const struct row *find_row(const char *group, const char *key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (!strcmp(rows[i].group, group) && !strcmp(rows[i].key, key))
			return &rows[i];
	return NULL;
}

static bool read_key(struct config *config, GKeyFile *keys, const char *file, const char *group,
		     const char *key, GError **error)
{
	const struct row *row = find_row(group, key);
	if (!row) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED,
			    "%s: [%s] %s: there is no such setting (tongsheng serve --print-config "
			    "lists them)",
			    file, group, key);
		return false;
	}
	g_autofree char *name = g_strdup_printf("%s: [%s] %s", file, group, key);
	if (!is_list(row)) {
		g_autofree char *value = g_key_file_get_string(keys, group, key, NULL);
		return value ? set_value(config, row, name, value, error)
			     : wrong(error, name, "", "text in UTF-8 with known escapes");
	}
	g_auto(GStrv) values = g_key_file_get_string_list(keys, group, key, NULL, NULL);
	if (!values)
		return wrong(error, name, "", "a list in UTF-8 with known escapes");
	clear_list(config, row);
	for (char **value = values; *value; value++)
		if (!set_value(config, row, name, *value, error))
			return false;
	return true;
}

static bool read_keys(struct config *config, GKeyFile *keys, const char *file, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);
	for (char **group = groups; *group; group++) {
		g_auto(GStrv) names = g_key_file_get_keys(keys, *group, NULL, NULL);
		for (char **name = names; name && *name; name++)
			if (!read_key(config, keys, file, *group, *name, error))
				return false;
	}
	return true;
}

static bool read_text(struct config *config, const char *file, const char *text, gsize length,
		      GError **error)
{
	g_autoptr(GKeyFile) keys = g_key_file_new();
	if (!g_key_file_load_from_data(keys, text, length, G_KEY_FILE_NONE, error)) {
		g_prefix_error(error, "%s: ", file);
		return false;
	}
	return read_keys(config, keys, file, error);
}

struct config *config_parse(const char *file, const char *text, gsize length, GError **error)
{
	struct config *config = with_defaults();
	if (!read_text(config, file, text, length, error))
		g_clear_pointer(&config, config_free);
	return config;
}

/* An option of the command line, kept until the file has been read. */
struct given {
	const struct row *row;
	char *value;
};

static void given_free(gpointer data)
{
	struct given *given = data;
	g_free(given->value);
	g_free(given);
}

static gboolean on_option(const gchar *option, const gchar *value, gpointer data, GError **error)
{
	GPtrArray *all = data;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (!strcmp(option + 2, rows[i].option)) { /* behind "--" */
			struct given *given = g_new0(struct given, 1);
			given->row = &rows[i];
			given->value = g_strdup(value ? value : "true"); /* only a flag has none */
			g_ptr_array_add(all, given);
			return TRUE;
		}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "%s", option);
	return FALSE;
}

static bool parse_options(int argc, char **argv, GPtrArray *all, char **ret_file, bool *ret_print,
			  GError **error)
{
	GOptionEntry entries[G_N_ELEMENTS(rows) + 3] = {0};
	gboolean print = FALSE;
	size_t n = 0;
	entries[n++] = (GOptionEntry){"config", 'c',
				      0,	G_OPTION_ARG_FILENAME,
				      ret_file, "settings, in the form that --print-config prints",
				      "FILE"};
	entries[n++] = (GOptionEntry){"print-config",
				      0,
				      0,
				      G_OPTION_ARG_NONE,
				      &print,
				      "print all settings with their defaults and end",
				      NULL};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		entries[n++] = (GOptionEntry){rows[i].option,
					      0,
					      rows[i].type == FLAG ? G_OPTION_FLAG_OPTIONAL_ARG : 0,
					      G_OPTION_ARG_CALLBACK,
					      (gpointer)on_option,
					      rows[i].help,
					      rows[i].metavar};

	g_autoptr(GOptionContext) context = g_option_context_new("- serve meetings");
	GOptionGroup *group = g_option_group_new("serve", "", "", all, NULL);
	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
	/* GOption takes words out of the array. */
	g_autofree char **rest = g_memdup2(argv, ((gsize)argc + 1) * sizeof(*argv));
	g_set_prgname("tongsheng serve"); /* for --help */
	if (!g_option_context_parse(context, &argc, &rest, error))
		return false;
	if (argc > 1) {
		g_set_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, "unexpected: %s",
			    rest[1]);
		return false;
	}
	*ret_print = print;
	return true;
}

static bool apply_options(struct config *config, const GPtrArray *all, GError **error)
{
	for (guint i = 0; i < all->len; i++) {
		const struct given *given = all->pdata[i];
		bool first = true; /* the first of a repeated option replaces what the file says */
		for (guint before = 0; before < i; before++)
			first &= ((const struct given *)all->pdata[before])->row != given->row;
		if (is_list(given->row) && first)
			clear_list(config, given->row);
		g_autofree char *name = g_strconcat("--", given->row->option, NULL);
		if (!set_value(config, given->row, name, given->value, error))
			return false;
	}
	return true;
}

static bool is_loopback(const char *text)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
	return g_inet_address_get_is_loopback(address);
}

static char *make_url(const struct config *config)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(config->http_address);
	const char *host = config->http_address;
	if (g_inet_address_get_is_any(address))
		host = config->announce[0] ? config->announce[0] : g_get_host_name();
	return g_strdup_printf(strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
			       config->secure ? "https" : "http", host, config->port);
}

static bool resolve(struct config *config, GError **error)
{
	const char *problem = NULL;
	if (!config->certificate != !config->private_key)
		problem = "certificate and private-key belong together: give both or neither";
	else if (config->certificate && config->insecure_http)
		problem = "insecure-http and certificate exclude each other";
	else if (config->public_url &&
		 !g_regex_match_simple("^https?://[^/\\s]+/?$", config->public_url, 0, 0))
		problem = "public-url is not of the form https://meet.example.org";
	else if (strcmp(config->placement, "fill") && strcmp(config->placement, "spread"))
		problem = "placement is neither fill nor spread";
	if (problem) {
		g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED, problem);
		return false;
	}
	config->secure = config->certificate ||
			 (config->listen && !is_loopback(config->listen) && !config->insecure_http);
	config->http_address = g_strdup(config->listen	 ? config->listen
					: config->secure ? "::"
							 : "127.0.0.1");
	config->port = config->http_port ? config->http_port : config->secure ? 8443 : 8080;
	config->base_url = config->public_url ? g_strdup(config->public_url) : make_url(config);
	if (g_str_has_suffix(config->base_url, "/"))
		config->base_url[strlen(config->base_url) - 1] = '\0';
	return true;
}

struct config *config_load(int argc, char **argv, GError **error)
{
	g_autoptr(GPtrArray) given = g_ptr_array_new_with_free_func(given_free);
	g_autofree char *file = NULL, *text = NULL;
	bool print;
	gsize length;
	if (!parse_options(argc, argv, given, &file, &print, error))
		return NULL;
	struct config *config = with_defaults();
	config->print_config = print;
	if ((file && (!g_file_get_contents(file, &text, &length, error) ||
		      !read_text(config, file, text, length, error))) ||
	    !apply_options(config, given, error) || !resolve(config, error))
		g_clear_pointer(&config, config_free);
	return config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (is_list(&rows[i]))
			g_strfreev(*(char ***)member(config, &rows[i]));
		else if (rows[i].type == TEXT || rows[i].type == ADDRESS)
			g_free(*(char **)member(config, &rows[i]));
	}
	g_free(config->http_address);
	g_free(config->base_url);
	g_free(config);
}

char *config_describe(void)
{
	GString *out =
		g_string_new("# Settings of tongsheng serve. What is commented out is unset.\n");
	const char *group = "";
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (strcmp(group, rows[i].group))
			g_string_append_printf(out, "\n[%s]\n", rows[i].group);
		group = rows[i].group;
		g_string_append_printf(out, "# %s (--%s)%s\n", rows[i].help, rows[i].option,
				       is_list(&rows[i]) ? "; separated by \";\"" : "");
		g_string_append_printf(out, "%s%s=%s\n", rows[i].initial ? "" : "#", rows[i].key,
				       rows[i].initial ? rows[i].initial : "");
	}
	return g_string_free(out, FALSE);
}
