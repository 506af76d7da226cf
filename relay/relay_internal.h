/*
 * The main thread's side of the relay: relay.c has the workers, the commands and the events,
 * relay_rooms.c who is on which worker, relay_candidates.c the addresses.
 */
#pragma once

#include "relay/relay.h"
#include "relay/relay_placement.h"
#include "relay/relay_waiting.h"
#include "relay/room/worker.h"
#include <glib.h>

#define RELAY_WORKERS_MAX BRIDGE_PARTS_MAX

/* A peer's latest add. */
struct session {
	uint32_t number, room;
	unsigned worker;
	struct remote_description *remote; /* for the room's other parts; NULL: publishes nothing */
};

struct relay_room {
	uint32_t id;
	unsigned n_parts;
	uint8_t parts[RELAY_WORKERS_MAX];    /* the workers that have one, the home part first */
	unsigned members[RELAY_WORKERS_MAX]; /* on each worker */
	GHashTable *expected;		     /* peer id -> worker + 1: told where, not added yet */
};

/* What the main thread knows of a worker. */
struct relay_worker {
	struct worker *worker;
	unsigned participants;
	unsigned busy;		 /* percent of the last second */
	uint64_t busy_us;	 /* up to now */
	struct waiting *waiting; /* for which the mailbox had no room */
};

struct relay {
	struct relay_events events;
	struct dtls_certificate *certificate;
	struct mailbox *inbox; /* the workers' events */
	unsigned inbox_source, load_source, waiting_source;
	unsigned n_workers;
	struct relay_worker workers[RELAY_WORKERS_MAX];
	struct placement_rule rule;
	uint64_t load_us; /* when busy was measured */
	char *listen;
	char **announce;      /* NULL-terminated */
	GHashTable *rooms;    /* id -> struct relay_room: those that are open */
	GHashTable *sessions; /* peer id -> struct session; an event of another one is late */
	uint32_t last_session, last_room, last_peer, last_ssrc;
	uint64_t refused; /* adds and updates, since a worker was too far behind */
};

/* --- relay.c --- */

/* Takes the command. ERR_FULL: and frees it. */
enum err relay_post(struct relay *relay, unsigned worker, struct command *command) MUST_CHECK;
/* The same for one whose loss nobody could be told: it waits until there is room. */
void relay_post_surely(struct relay *relay, unsigned worker, struct command *command);
struct command *relay_new_command(enum command_type type, uint32_t room, uint32_t peer);

/* --- relay_rooms.c --- */

void relay_rooms_init(struct relay *relay);
void relay_rooms_free(struct relay *relay);
struct relay_room *relay_find_room(const struct relay *relay, uint32_t room); /* or NULL */
/* The session of a peer that is in this room; or NULL. */
struct session *relay_find_session(const struct relay *relay, uint32_t room, uint32_t peer);
/* The worker of a peer that is in the room or comes: it stays so. */
unsigned relay_place(struct relay *relay, struct relay_room *room, uint32_t peer);
/* One who was told where to come and hasn't: comes no more, or is here now. */
void relay_expect_no_more(struct relay *relay, struct relay_room *room, uint32_t peer);
/* The worker gets its part of the room, unless it has it. */
void relay_open_part(struct relay *relay, struct relay_room *room, unsigned worker);
bool relay_worker_sheds(const struct relay *relay, unsigned worker);
/* The worker that is found for one who isn't placed yet; room NULL: for the first of one. */
unsigned relay_choose(const struct relay *relay, const struct relay_room *room);
/* The peer was added, in place of what there was under its id. */
void relay_enter(struct relay *relay, struct relay_room *room, unsigned worker,
		 const struct peer_description *description);
/* Another offer of it. */
void relay_publish(struct relay *relay, struct session *session,
		   const struct peer_description *description);
/* The peer's session has ended, here and on the worker. */
void relay_forget(struct relay *relay, uint32_t peer);
