/*
 * Configuration: defaults, then one commented file (GKeyFile), then options. Each row of the table in config.c is a key: group, key,
 * option, type, default, help. Read once at start, constant after that.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct config {
	char *data;              /* folder of store, certificate, control.sock; "./var" */
	char *listen;            /* NULL: loopback for plain HTTP, all addresses for HTTPS */
	unsigned http_port;      /* 0: 8080 for HTTP, 8443 for HTTPS */
	unsigned media_port;     /* 40000 */
	char *media_listen;      /* NULL: all */
	char **announce;         /* NULL-terminated, may be empty */
	unsigned workers;
	bool insecure_http;
	char *certificate, *private_key; /* PEM files; NULL: made at the first start */
	char *client;            /* folder of the built web client; NULL: found beside the program */
	char *public_url;        /* "https://meet.example.org", for links; NULL: from listen and port */
	char **ice_servers;      /* URLs for the client, e.g. turn:...; may be empty */
	char *turn_secret;       /* for time-limited TURN credentials; NULL: none */
	/* limits */
	unsigned message_size;        /* bytes of a WebSocket message: 262144 */
	unsigned message_rate;        /* messages a second and connection, burst of 10 s: 20 */
	unsigned queue_size;          /* bytes waiting for a slow WebSocket: 1 MiB */
	unsigned connections;         /* at once: 4000 */
	unsigned connections_address; /* at once from one address: 1000 */
	unsigned connect_rate;        /* new ones a second and address, burst of 10 s: 50 */
	unsigned participants;        /* of a meeting: 1000 */
	unsigned half_open;           /* DTLS handshakes: 1000 */
	unsigned packets;             /* pool of a worker: 200000 */
};

/* argv without program name and command. GError names the file, group and key, or the option. */
struct config *config_load(int argc, char **argv, GError **error);
void config_free(struct config *config);
