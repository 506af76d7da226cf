/*
 * Programs: peers without a transport, whose slots go to the studio process in clear, and whose one
 * publication comes from there. Everything else of them is as it is with other peers.
 */
#include "relay/base/studio_wire.h"
#include "relay/net/studio_socket.h"
#include "relay/room/peer.h"
#include "relay/room/slot.h"
#include "relay/room/worker_internal.h"

#define RECEIVE_MAX 16 /* packets of a program, before others have their turn */

struct program {
	struct worker *worker;
	struct worker_room *room;
	struct peer *peer;
	uint32_t id, session;
	int fd;
	uint8_t n_slots;
	uint32_t ssrc[STUDIO_SLOTS]; /* of the slots, in their order */
};

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	struct program *program = user;
	uint8_t slot = 0;
	while (slot < program->n_slots && program->ssrc[slot] != out->ssrc)
		slot++;
	if (slot == program->n_slots)
		return ERR_NOT_FOUND;
	enum err err = studio_socket_send(program->fd, slot, out);
	if (err == ERR_FULL)
		counter_add(&program->worker->counters, COUNTER_DROP_STUDIO_FULL, 1);
	return err;
}

/* There is no network between, so nothing to report. */
static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	return OK;
}

static enum err sink_again(void *user, const uint8_t *data, size_t length)
{
	return ERR_UNSUPPORTED;
}

void worker_free_program(void *data)
{
	struct program *program = data;
	room_remove_peer(program->room->room, program->peer, program->worker->now_us);
	worker_unwatch(program->worker, program->fd);
	studio_socket_close(program->fd);
	g_free(program);
}

void worker_add_program(struct worker_room *room, struct command *command, uint64_t now_us)
{
	const struct peer_description *description = command->description;
	struct worker *worker = room->worker;
	struct program *program = g_new0(struct program, 1);
	program->worker = worker;
	program->room = room;
	program->id = command->peer;
	program->session = command->session;
	program->n_slots = (uint8_t)MIN(description->n_slots, STUDIO_SLOTS);
	for (unsigned i = 0; i < program->n_slots; i++)
		program->ssrc[i] = description->slots[i].ssrc;
	/* The one that was there is taken apart before its successor enters under the same id. */
	g_hash_table_remove(worker->programs, GUINT_TO_POINTER(program->id));
	if (worker_watch(worker, command->fd) != OK) {
		g_free(program);
		worker_tell_state(room, command->peer, command->session, TRANSPORT_CLOSED);
		return;
	}
	program->fd = command->fd;
	command->fd = -1;
	const struct peer_sink sink = {
		.user = program, .rtp = sink_rtp, .rtcp = sink_rtcp, .again = sink_again};
	program->peer = room_add_peer(room->room, description, &sink, now_us);
	room_set_session(program->peer, program->session);
	room_set_connected(room->room, program->peer, true, now_us);
	g_hash_table_insert(worker->programs, GUINT_TO_POINTER(program->id), program);
	worker_wake_room(room, now_us);
	worker_tell_state(room, program->id, program->session, TRANSPORT_OPEN);
}

void worker_run_program_command(struct worker_room *room, const struct command *command,
				uint64_t now_us)
{
	struct worker *worker = room->worker;
	void *key = GUINT_TO_POINTER(command->peer);
	struct program *program = g_hash_table_lookup(worker->programs, key);
	if (!program || program->room != room)
		return; /* has just gone: normal */
	if (command->type == COMMAND_REMOVE_PEER)
		g_hash_table_remove(worker->programs, key);
	else if (command->type == COMMAND_SET_SLOT &&
		 room_set_slot(room->room, program->peer, command->mid, command->feed, 0, 0,
			       now_us) != OK)
		g_warning("program %u: slot %s cannot show feed kind %d", program->id, command->mid,
			  command->feed.kind);
}

static gboolean program_is_in_room(void *key, void *value, void *room)
{
	return ((struct program *)value)->room == room;
}

void worker_close_programs(struct worker_room *room)
{
	g_hash_table_foreach_remove(room->worker->programs, program_is_in_room, room);
}

uint32_t worker_program_session(const struct worker *worker, uint32_t id)
{
	const struct program *program = g_hash_table_lookup(worker->programs, GUINT_TO_POINTER(id));
	return program ? program->session : 0;
}

static struct program *find(const struct worker *worker, int fd)
{
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, worker->programs);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct program *)value)->fd == fd)
			return value;
	return NULL;
}

/* false: there is no more for now. */
static bool receive_packet(struct program *program, enum err *ret_err, uint64_t now_us)
{
	struct worker *worker = program->worker;
	struct packet *packet = pool_take(worker->packets);
	uint8_t none[1];
	size_t length;
	*ret_err = studio_socket_receive(program->fd, packet ? packet->data : none,
					 packet ? PACKET_CAPACITY : sizeof none, &length);
	if (*ret_err || length == 0) {
		pool_unref(packet);
		return false;
	}
	if (!packet) {
		counter_add(&worker->counters, COUNTER_DROP_POOL_EMPTY, 1);
	} else if (length > PACKET_CAPACITY) {
		counter_add(&worker->counters, COUNTER_DROP_TRUNCATED, 1);
	} else {
		packet->length = (uint16_t)length;
		packet->arrival_us = now_us;
		room_receive_rtp(program->room->room, program->peer, packet, now_us);
		worker_gather(worker, program->room);
		worker_wake_room(program->room, now_us);
	}
	pool_unref(packet);
	return true;
}

void worker_receive_program(struct worker *worker, int fd, uint64_t now_us)
{
	struct program *program = find(worker, fd);
	enum err err = OK;
	if (!program)
		return;
	for (unsigned i = 0; i < RECEIVE_MAX && receive_packet(program, &err, now_us); i++)
		;
	worker_forward(worker, now_us);
	if (!err)
		return;
	worker_tell_state(program->room, program->id, program->session, TRANSPORT_CLOSED);
	g_hash_table_remove(worker->programs, GUINT_TO_POINTER(program->id));
}
