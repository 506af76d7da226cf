/*
 * The worker's side of a room that spans workers (see bridge.h): packets and levels go by rings,
 * one for each ordered pair of workers, all the rest by the other's mailbox.
 */
#include "relay/room/worker_internal.h"

/* More than half a second of what all of a full room's cameras send. */
#define RING_ENTRIES 4096
/* As many are taken of one ring before the next one's turn. */
#define TAKEN_MAX 256

struct entry {
	uint32_t room;
	struct bridged bridged;
};

static bool sink_send(void *user, unsigned part, const struct bridged *bridged)
{
	struct worker_room *room = user;
	struct worker *worker = room->worker;
	const struct entry entry = {.room = room->id, .bridged = *bridged};
	if (worker->stop) /* nobody will take it */
		return false;
	if (!ring_put(worker->outbound[part], &entry)) {
		counter_add(&worker->counters, COUNTER_DROP_BRIDGE_FULL, 1);
		return false;
	}
	if (bridged->packet)
		pool_ref(bridged->packet);
	worker->unpublished |= UINT64_C(1) << part;
	return true;
}

static bool sink_tell(void *user, unsigned part, const struct bridge_message *message)
{
	struct worker_room *room = user;
	struct worker *worker = room->worker;
	struct command *command = g_new0(struct command, 1);
	command->type = COMMAND_BRIDGE;
	command->room = room->id;
	command->message_of_part = *message;
	if (worker_post(worker->others[part], command) == OK)
		return true;
	counter_add(&worker->counters, COUNTER_DROP_MAILBOX_FULL, 1);
	command_free(&command->message);
	return false;
}

void worker_bridge_publish(struct worker *worker)
{
	for (; worker->unpublished; worker->unpublished &= worker->unpublished - 1)
		ring_publish(worker->outbound[__builtin_ctzll(worker->unpublished)]);
}

static void sink_publish(void *user)
{
	worker_bridge_publish(((struct worker_room *)user)->worker);
}

struct bridge_sink worker_bridge_sink(struct worker_room *room)
{
	return (struct bridge_sink){room, sink_send, sink_publish, sink_tell};
}

static void receive(struct worker *worker, const struct entry *entry, uint64_t now_us)
{
	struct worker_room *room =
		g_hash_table_lookup(worker->rooms, GUINT_TO_POINTER(entry->room));
	if (room) {
		room_receive_bridged(room->room, &entry->bridged, now_us);
		worker_gather(worker, room);
		worker_wake_room(room, now_us);
	} else { /* closed meanwhile: normal */
		counter_add(&worker->counters, COUNTER_DROP_BRIDGE_LATE, 1);
	}
	pool_unref(entry->bridged.packet);
}

void worker_bridge_receive(struct worker *worker, uint64_t now_us)
{
	struct entry entry;
	for (unsigned i = 0; i < worker->n_workers; i++)
		for (unsigned n = 0; worker->inbound[i] && n < TAKEN_MAX; n++) {
			if (!ring_take(worker->inbound[i], &entry))
				break;
			receive(worker, &entry, now_us);
		}
}

bool worker_bridge_doze(struct worker *worker)
{
	if (!worker->bell)
		return true;
	bell_doze(worker->bell);
	for (unsigned i = 0; i < worker->n_workers; i++)
		if (worker->inbound[i] && !ring_is_empty(worker->inbound[i]))
			return false;
	return true;
}

void worker_bridge_clear(struct worker *worker)
{
	struct entry entry;
	for (unsigned i = 0; i < worker->n_workers; i++)
		while (worker->inbound[i] && ring_take(worker->inbound[i], &entry))
			pool_unref(entry.bridged.packet);
}

void worker_bridge_free(struct worker *worker)
{
	for (unsigned i = 0; i < worker->n_workers; i++)
		ring_free(worker->inbound[i]);
	bell_free(worker->bell);
}

enum err worker_connect(struct worker *const *workers, unsigned n)
{
	if (n == 1)
		return OK;
	for (unsigned i = 0; i < n; i++) {
		struct worker *worker = workers[i];
		worker->n_workers = n;
		worker->bell = bell_new();
		if (!worker->bell || worker_watch(worker, bell_fd(worker->bell)) != OK)
			return ERR_SYSTEM;
	}
	for (unsigned from = 0; from < n; from++)
		for (unsigned to = 0; to < n; to++) {
			workers[from]->others[to] = workers[to];
			if (from != to)
				workers[from]->outbound[to] = workers[to]->inbound[from] = ring_new(
					sizeof(struct entry), RING_ENTRIES, workers[to]->bell);
		}
	return OK;
}
