/*
 * Minutes over HTTP: PROTOCOL.md, section Minutes. Everything beneath
 * /api/archive/MEETING/minutes/. Main thread.
 */
#pragma once

#include "signaling/config.h"
#include "signaling/http.h"
#include "signaling/store.h"
#include "signaling/token.h"

struct minutes_api;
/* executable: makes the PDFs; NULL: this program. The others must outlive it. */
struct minutes_api *minutes_api_new(const struct config *config, struct store *store,
				    const struct token_key *key, const char *executable);
/* After the HTTP server. NULL is allowed. */
void minutes_api_free(struct minutes_api *api);

/* What a search may find from now on: called when minutes are published or taken back, with the
 * texts of all languages that are published then; NULL-terminated, the caller's. */
void minutes_api_on_published(struct minutes_api *api,
			      void (*published)(void *user, gint64 meeting, char *const *texts),
			      void *user);

#define MINUTES_REQUEST_BYTES ((1 << 20) + 4096)

/* Before those of the archive, which has everything else beneath /api/archive/. */
#define MINUTES_ROUTES 3
void minutes_api_routes(struct minutes_api *api, struct http_route *out, size_t *n);
