/* Shared by relay.c and relay_candidates.c. */
#pragma once

#include "relay/relay.h"
#include "relay/room/worker.h"
#include <glib.h>

#define RELAY_WORKERS_MAX 64

struct session {
	uint32_t number, room;
};

struct relay {
	struct relay_events events;
	struct dtls_certificate *certificate;
	struct mailbox *inbox; /* the workers' events */
	unsigned inbox_source;
	unsigned n_workers;
	struct worker *workers[RELAY_WORKERS_MAX];
	char *listen;
	char **announce;      /* NULL-terminated */
	GHashTable *rooms;    /* ids of those that are open */
	GHashTable *sessions; /* peer id -> struct session of its latest add; an event of another
				 one is late */
	uint32_t last_session, last_room, last_peer, last_ssrc;
};

/* A room lives on one worker. */
static inline unsigned relay_worker_of(const struct relay *relay, uint32_t room)
{
	return room % relay->n_workers;
}
