/*
 * Configuration: defaults, then one commented file (GKeyFile), then options. Each row of the table
 * in config.c is a key: group, key, option, type, default, help. Read once at start, constant after
 * that.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct config {
	char *data;	     /* folder of store, certificate, control.sock; "./var" */
	char *listen;	     /* an IP address; NULL: loopback for plain HTTP, all for HTTPS */
	unsigned http_port;  /* 0: 8080 for HTTP, 8443 for HTTPS */
	unsigned media_port; /* 40000 */
	char *media_listen;  /* NULL: all */
	char **announce;     /* NULL-terminated, may be empty */
	unsigned workers;    /* 0: one for each core */
	char *placement;     /* "fill" or "spread": see relay.h */
	unsigned worker_participants; /* 400 */
	unsigned overload_percent;    /* 85 */
	bool insecure_http;
	char *certificate, *private_key; /* PEM files; NULL: made at the first start */
	char *client;	     /* folder of the built web client; NULL: found beside the program */
	char **metrics_from; /* addresses and networks that may watch; NULL-terminated, may be
				empty */
	char *public_url;    /* "https://meet.example.org", for links; NULL: from listen and port */
	char **ice_servers;  /* URLs for the client, e.g. turn:...; may be empty */
	char *turn_secret;   /* for time-limited TURN credentials; NULL: none */
	/* limits; those of connections: 0 is no limit */
	unsigned message_size;	      /* bytes of a WebSocket message: 262144 */
	unsigned message_rate;	      /* messages a second and connection, burst of 10 s: 20 */
	unsigned request_rate;	      /* HTTP requests a second and connection, burst of 10 s: 20 */
	unsigned queue_size;	      /* bytes waiting for a slow WebSocket: 1 MiB */
	unsigned connections;	      /* at once: 4000 */
	unsigned connections_address; /* at once from one address: 2000 */
	unsigned connect_rate;	      /* new ones a second and address, burst of 10 s: 100 */
	unsigned participants;	      /* of a meeting: 1000 */
	unsigned half_open;	      /* DTLS handshakes: 1000 */
	unsigned packets;	      /* pool of a worker: 200000 */
	/* options that are no keys of the file */
	bool print_config; /* --print-config: the caller prints config_describe() and ends */
	/* said by config_load from the above, so that it is said once */
	bool secure;	    /* HTTPS */
	char *http_address; /* where HTTP listens */
	unsigned port;	    /* http_port, or the default that fits */
	char *base_url;	    /* public_url, or one from address and port; without a "/" at its end */
};

/* The burst of all rates above. */
#define CONFIG_BURST_SECONDS 10

/* argv with the command's name first. --help prints and exits. GError names the file, group and
 * key, or the option. */
struct config *config_load(int argc, char **argv, GError **error);
void config_free(struct config *config); /* NULL is allowed */
/* The commented defaults, as a file that config_load reads. Free it. */
char *config_describe(void);
/* Settings from a file's text; file is its name for messages. For config_load and its tests. */
struct config *config_parse(const char *file, const char *text, gsize length, GError **error);
