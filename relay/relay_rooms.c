/*
 * Who is where. A room has a part on each worker that has somebody of it; each part knows who
 * publishes in the others (see room/bridge.h), and is told so from here, together with what its own
 * worker is told: one thread says all of it, so all parts hear it in the same order.
 */
#include "relay/base/clock.h"
#include "relay/relay_internal.h"
#include <string.h>

static void free_session(void *data)
{
	struct session *session = data;
	g_free(session->remote);
	g_free(session);
}

static void free_room(void *data)
{
	struct relay_room *room = data;
	g_hash_table_unref(room->expected);
	g_free(room);
}

void relay_rooms_init(struct relay *relay)
{
	relay->rooms = g_hash_table_new_full(NULL, NULL, NULL, free_room);
	relay->sessions = g_hash_table_new_full(NULL, NULL, NULL, free_session);
}

void relay_rooms_free(struct relay *relay)
{
	g_hash_table_unref(relay->sessions);
	g_hash_table_unref(relay->rooms);
}

struct relay_room *relay_find_room(const struct relay *relay, uint32_t room)
{
	return g_hash_table_lookup(relay->rooms, GUINT_TO_POINTER(room));
}

struct session *relay_find_session(const struct relay *relay, uint32_t room, uint32_t peer)
{
	struct session *session = g_hash_table_lookup(relay->sessions, GUINT_TO_POINTER(peer));
	return session && session->room == room ? session : NULL;
}

/* --- where to --- */

unsigned relay_choose(const struct relay *relay, const struct relay_room *room)
{
	struct placement_worker workers[RELAY_WORKERS_MAX];
	for (unsigned i = 0; i < relay->n_workers; i++)
		workers[i] = (struct placement_worker){
			.participants = relay->workers[i].participants,
			.members = room ? room->members[i] : 0,
			.busy = relay->workers[i].busy,
			.sheds = relay_worker_sheds(relay, i),
		};
	for (unsigned i = 0; room && i < room->n_parts; i++)
		workers[room->parts[i]].part = i + 1;
	return placement_choose(&relay->rule, workers, relay->n_workers);
}

static void count(struct relay *relay, struct relay_room *room, unsigned worker, int n)
{
	relay->workers[worker].participants += (unsigned)n;
	room->members[worker] += (unsigned)n;
}

void relay_expect_no_more(struct relay *relay, struct relay_room *room, uint32_t peer)
{
	unsigned worker =
		GPOINTER_TO_UINT(g_hash_table_lookup(room->expected, GUINT_TO_POINTER(peer)));
	if (worker && g_hash_table_remove(room->expected, GUINT_TO_POINTER(peer)))
		count(relay, room, worker - 1, -1);
}

/* The worker of one who is in the room, or was told where to come; false: neither. */
static bool find_worker(const struct relay *relay, const struct relay_room *room, uint32_t peer,
			unsigned *ret)
{
	const struct session *session = relay_find_session(relay, room->id, peer);
	unsigned known =
		GPOINTER_TO_UINT(g_hash_table_lookup(room->expected, GUINT_TO_POINTER(peer)));
	if (session)
		*ret = session->worker;
	else if (known)
		*ret = known - 1;
	return session || known;
}

bool relay_sheds(const struct relay *relay, uint32_t room_id, uint32_t peer)
{
	const struct relay_room *room = relay_find_room(relay, room_id);
	unsigned worker;
	if (!room || !find_worker(relay, room, peer, &worker))
		worker = relay_choose(relay, room);
	return relay_worker_sheds(relay, worker);
}

unsigned relay_place(struct relay *relay, struct relay_room *room, uint32_t peer)
{
	unsigned worker;
	if (find_worker(relay, room, peer, &worker))
		return worker;
	worker = relay_choose(relay, room);
	g_hash_table_insert(room->expected, GUINT_TO_POINTER(peer), GUINT_TO_POINTER(worker + 1));
	count(relay, room, worker, 1);
	return worker;
}

/* --- what the parts know of each other --- */

static void tell_of(struct relay *relay, unsigned worker, const struct session *session)
{
	struct command *command =
		relay_new_command(COMMAND_ADD_REMOTE, session->room, session->remote->id);
	command->remote = g_memdup2(session->remote, sizeof *session->remote);
	relay_post_surely(relay, worker, command);
}

static void tell_others_of(struct relay *relay, const struct relay_room *room,
			   const struct session *session)
{
	for (unsigned i = 0; session->remote && i < room->n_parts; i++)
		if (room->parts[i] != session->worker)
			tell_of(relay, room->parts[i], session);
}

static void tell_others_it_left(struct relay *relay, const struct relay_room *room, uint32_t peer,
				const struct session *session)
{
	for (unsigned i = 0; session->remote && i < room->n_parts; i++) {
		if (room->parts[i] == session->worker)
			continue;
		struct command *command =
			relay_new_command(COMMAND_REMOVE_REMOTE, session->room, peer);
		command->session = session->number;
		relay_post_surely(relay, room->parts[i], command);
	}
}

void relay_open_part(struct relay *relay, struct relay_room *room, unsigned worker)
{
	GHashTableIter iter;
	struct session *session;
	for (unsigned i = 0; i < room->n_parts; i++)
		if (room->parts[i] == worker)
			return;
	room->parts[room->n_parts++] = (uint8_t)worker;
	struct command *command = relay_new_command(COMMAND_OPEN_ROOM, room->id, 0);
	command->home = room->parts[0];
	relay_post_surely(relay, worker, command);
	g_hash_table_iter_init(&iter, relay->sessions);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&session))
		if (session->room == room->id && session->remote && session->worker != worker)
			tell_of(relay, worker, session);
}

static struct remote_description *describe(const struct session *session,
					   const struct peer_description *description)
{
	if (description->n_publications == 0)
		return NULL;
	struct remote_description *remote = g_new0(struct remote_description, 1);
	remote->id = description->id;
	remote->session = session->number;
	remote->part = session->worker;
	remote->n_publications = description->n_publications;
	memcpy(remote->publications, description->publications, sizeof remote->publications);
	return remote;
}

static void post_removal(struct relay *relay, unsigned worker, uint32_t room, uint32_t peer)
{
	struct command *command = relay_new_command(COMMAND_REMOVE_PEER, room, peer);
	command->hold_us = RELAY_TRACK_HOLD_MS * US_PER_MS;
	relay_post_surely(relay, worker, command);
}

void relay_enter(struct relay *relay, struct relay_room *room, unsigned worker,
		 const struct peer_description *description)
{
	void *key = GUINT_TO_POINTER(description->id);
	const struct session *old = g_hash_table_lookup(relay->sessions, key);
	if (old && old->room != room->id)
		post_removal(relay, old->worker, old->room, description->id);
	if (old)
		relay_forget(relay, description->id);
	relay_expect_no_more(relay, room, description->id);
	struct session *session = g_new0(struct session, 1);
	session->number = relay->last_session;
	session->room = room->id;
	session->worker = worker;
	session->remote = describe(session, description);
	count(relay, room, worker, 1);
	g_hash_table_replace(relay->sessions, key, session);
	tell_others_of(relay, room, session);
}

void relay_publish(struct relay *relay, struct session *session,
		   const struct peer_description *description)
{
	struct remote_description *remote = describe(session, description);
	bool same =
		remote && session->remote && memcmp(remote, session->remote, sizeof *remote) == 0;
	if (same || !remote) { /* an m-line never goes */
		g_free(remote);
		return;
	}
	g_free(session->remote);
	session->remote = remote;
	tell_others_of(relay, relay_find_room(relay, session->room), session);
}

void relay_forget(struct relay *relay, uint32_t peer)
{
	void *key = GUINT_TO_POINTER(peer);
	const struct session *session = g_hash_table_lookup(relay->sessions, key);
	if (!session)
		return;
	struct relay_room *room = relay_find_room(relay, session->room);
	tell_others_it_left(relay, room, peer, session);
	count(relay, room, session->worker, -1);
	g_hash_table_remove(relay->sessions, key);
}

/* --- rooms --- */

uint32_t relay_open_room(struct relay *relay)
{
	struct relay_room *room = g_new0(struct relay_room, 1);
	room->id = ++relay->last_room;
	room->expected = g_hash_table_new(NULL, NULL);
	g_hash_table_insert(relay->rooms, GUINT_TO_POINTER(room->id), room);
	return room->id; /* its parts are opened for those who come */
}

static gboolean session_is_in_room(void *peer, void *session, void *room)
{
	return ((struct session *)session)->room == GPOINTER_TO_UINT(room);
}

void relay_close_room(struct relay *relay, uint32_t id)
{
	struct relay_room *room = relay_find_room(relay, id);
	if (!room)
		return;
	for (unsigned i = 0; i < room->n_parts; i++) {
		struct command *command = relay_new_command(COMMAND_CLOSE_ROOM, id, 0);
		command->hold_us = RELAY_TRACK_HOLD_MS * US_PER_MS;
		relay_post_surely(relay, room->parts[i], command);
	}
	for (unsigned i = 0; i < relay->n_workers; i++)
		relay->workers[i].participants -= room->members[i];
	g_hash_table_foreach_remove(relay->sessions, session_is_in_room, GUINT_TO_POINTER(id));
	g_hash_table_remove(relay->rooms, GUINT_TO_POINTER(id));
}

void relay_remove_peer(struct relay *relay, uint32_t room_id, uint32_t peer)
{
	struct relay_room *room = relay_find_room(relay, room_id);
	const struct session *session = relay_find_session(relay, room_id, peer);
	if (room)
		relay_expect_no_more(relay, room, peer);
	if (!session)
		return; /* has just gone */
	post_removal(relay, session->worker, room_id, peer);
	relay_forget(relay, peer);
}
