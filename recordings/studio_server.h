/*
 * The studio: a socket on which the server asks for programs, one a connection (see
 * relay/base/studio_wire.h). Lives on the default GMainContext.
 */
#pragma once

#include <glib.h>

struct studio_server;

struct studio_server_config {
	const char *socket;
	unsigned away_seconds; /* without any connection, after which it ends */
	double duck_db;
};

/* away is called when nobody was connected for so long. */
struct studio_server *studio_server_new(const struct studio_server_config *config,
					void (*away)(void *user), void *user, GError **error);
void studio_server_free(struct studio_server *studio); /* NULL is allowed */
