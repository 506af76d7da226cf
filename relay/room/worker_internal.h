/*
 * The worker's parts: worker.c has the thread and the packet path, worker_link.c the commands, the
 * peers' lives and the events, worker_bridge.c the way to other workers. Everything belongs to the
 * worker's thread, but what says otherwise.
 */
#pragma once

#include "relay/base/clock.h"
#include "relay/base/ring.h"
#include "relay/net/ice_lite.h"
#include "relay/net/transport_table.h"
#include "relay/net/udp.h"
#include "relay/room/command.h"
#include "relay/room/overload.h"
#include "relay/room/room.h"
#include "relay/room/worker.h"
#include <glib.h>

struct worker_room {
	struct worker *worker;
	uint32_t id;
	struct room *room;
	unsigned place; /* in the worker's due */
	bool gathered;	/* packets wait for room_forward; it is in the worker's list */
	struct worker_room *next_gathered;
};

/* When room_tick wants to be called. All rooms' lie side by side, since all are looked at whenever
 * the worker has woken. */
struct worker_due {
	uint64_t us;
	struct worker_room *room;
};

/* One participant's connection, and its place in a room. */
struct link {
	struct worker *worker;
	struct worker_room *room;
	struct transport *transport;
	struct peer *peer;
	uint32_t id, session;
	enum transport_state state; /* as last told to the main thread and the room */
	uint64_t transport_deadline_us;
};

struct worker {
	pthread_t thread;
	bool started; /* the main thread's */
	unsigned index;
	struct mailbox *commands;
	struct mailbox *events;	       /* the main thread's; only posted to */
	struct mailbox_message *taken; /* commands from the mailbox, not run yet */
	struct counters counters;
	_Atomic uint64_t busy_us; /* written by this thread, read by any */
	uint16_t port;
	bool stop;	  /* set by COMMAND_STOP */
	uint64_t now_us;  /* of this pass: the one time of all that happens in it */
	uint64_t woke_us; /* busy since then */
	uint64_t pass_us; /* when what waits in the batch began to come in */
	unsigned overload_percent;
	struct overload overload;

	/* Where there are several: by index, NULL for itself. Rings belong to who takes. */
	unsigned n_workers;
	struct worker *others[BRIDGE_PARTS_MAX]; /* only posted to */
	struct ring *inbound[BRIDGE_PARTS_MAX], *outbound[BRIDGE_PARTS_MAX];
	struct bell *bell;    /* NULL: there is one worker */
	uint64_t unpublished; /* the outbound ones that something was put into */

	int epoll;
	struct udp_socket *socket;
	struct send_batch *batch;
	struct dtls_context *dtls;
	struct ice_lite *ice;
	struct transport_environment environment;
	struct transport_table *table;
	struct pool *packets;
	struct packet *receiving[UDP_RECEIVE_MAX]; /* the next recvmmsg's buffers */
	GHashTable *rooms;			   /* id -> struct worker_room */
	GArray *due;				   /* struct worker_due, of all rooms */
	struct worker_room *gathered;		   /* rooms with packets to forward */
	GHashTable *links;			   /* id -> struct link */
	GHashTable *programs;			   /* id -> struct program, of worker_studio.c */
	GHashTable *tracks;			   /* id -> struct track, of worker_track.c */
	GPtrArray *leaving;			   /* those that were removed, and aren't written */
	uint64_t scan_us, next_scan_us;		   /* of the transports' deadlines: last and next */
	uint64_t next_stats_us;
	uint64_t ntp_offset_us;
};

/* Something is due in the room. */
static inline void worker_wake_room(const struct worker_room *room, uint64_t when_us)
{
	g_array_index(room->worker->due, struct worker_due, room->place).us = when_us;
}

enum err worker_watch(struct worker *worker, int fd); /* wakes up when it is readable */
void worker_unwatch(struct worker *worker, int fd);
/* Packets of it wait for worker_forward. */
void worker_gather(struct worker *worker, struct worker_room *room);
/* What the rooms have gathered goes to their slots, and so into the batch. */
void worker_forward(struct worker *worker, uint64_t now_us);
void worker_run_command(struct worker *worker, struct command *command, uint64_t now_us);
/* After a datagram or a tick: tells room and main thread what became of the transport. The link may
 * be gone afterwards. */
void link_follow_state(struct link *link, uint64_t now_us);
/* Does nothing before next_scan_us, which it sets. */
void worker_tick_links(struct worker *worker, uint64_t now_us);
void worker_send_stats(struct worker *worker, uint64_t now_us);
/* worker->overload has another level. */
void worker_shed(struct worker *worker, uint64_t now_us);
void worker_free_link(void *link); /* GDestroyNotify */
void worker_free_room(void *room); /* GDestroyNotify */
/* Tells the main thread what became of a peer that has no transport. */
void worker_tell_state(struct worker_room *room, uint32_t peer, uint32_t session,
		       enum transport_state state);

/* --- worker_studio.c --- */

void worker_add_program(struct worker_room *room, struct command *command, uint64_t now_us);
/* One for a peer that is no link: a program, or has just gone. */
void worker_run_program_command(struct worker_room *room, const struct command *command,
				uint64_t now_us);
void worker_close_programs(struct worker_room *room);
uint32_t worker_program_session(const struct worker *worker, uint32_t id); /* 0: there is none */
/* A socket is readable: a program's, unless that has just gone. */
void worker_receive_program(struct worker *worker, int fd, uint64_t now_us);
void worker_free_program(void *program); /* GDestroyNotify */

/* --- worker_track.c --- */

void worker_add_track(struct worker_room *room, struct command *command, uint64_t now_us);
/* false: it isn't about a track. */
bool worker_run_track_command(struct worker_room *room, const struct command *command,
			      uint64_t now_us);
/* The room goes, after this; its tracks have as long as others that leave. */
void worker_close_tracks(struct worker_room *room, uint64_t hold_us, uint64_t now_us);
/* Those whose time is over go; when the next one's is. */
uint64_t worker_tick_tracks(struct worker *worker, uint64_t now_us);
/* A socket is readable. false: it is no track's. */
bool worker_receive_track(struct worker *worker, int fd, uint64_t now_us);
void worker_free_track(void *track); /* GDestroyNotify */
void worker_tell_trouble(struct worker_room *room, uint32_t peer, uint32_t session,
			 enum studio_trouble trouble);

/* --- worker_bridge.c --- */

struct bridge_sink worker_bridge_sink(struct worker_room *room);
/* Lets the others see what was put into their rings. */
void worker_bridge_publish(struct worker *worker);
void worker_bridge_receive(struct worker *worker, uint64_t now_us);
/* Before it sleeps. false: it shall not, something has come. */
bool worker_bridge_doze(struct worker *worker);
void worker_bridge_clear(struct worker *worker);
void worker_bridge_free(struct worker *worker);
