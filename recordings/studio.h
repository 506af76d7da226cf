/*
 * The studio: a socket on which the server asks for programs, one a connection (see
 * relay/base/studio_wire.h). Lives on the default GMainContext.
 */
#pragma once

#include <glib.h>

struct studio;

struct studio_config {
	const char *socket;
	unsigned away_seconds; /* without any connection, after which it ends */
	double duck_db;
};

/* away is called when nobody was connected for so long. */
struct studio *studio_new(const struct studio_config *config, void (*away)(void *user), void *user,
			  GError **error);
void studio_free(struct studio *studio); /* NULL is allowed */
