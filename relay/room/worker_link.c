#include "relay/room/peer.h"
#include "relay/room/worker_internal.h"
#include <string.h>

#define LINK_SCAN_US (20 * US_PER_MS)

static struct event_message *new_event(enum event_type type, const struct worker_room *room,
				       const struct link *link)
{
	struct event_message *event = g_new0(struct event_message, 1);
	event->type = type;
	event->room = room->id;
	event->peer = link ? link->id : 0;
	event->session = link ? link->session : 0;
	return event;
}

static void post_event(struct worker *worker, struct event_message *event)
{
	if (mailbox_post(worker->events, &event->message) != OK) {
		counter_add(&worker->counters, COUNTER_DROP_MAILBOX_FULL, 1);
		g_free(event);
	}
}

void worker_tell_state(struct worker_room *room, uint32_t peer, uint32_t session,
		       enum transport_state state)
{
	struct event_message *event = new_event(EVENT_PEER_STATE, room, NULL);
	event->peer = peer;
	event->session = session;
	event->state = state;
	post_event(room->worker, event);
}

void worker_tell_trouble(struct worker_room *room, uint32_t peer, uint32_t session,
			 enum studio_trouble trouble)
{
	struct event_message *event = new_event(EVENT_TROUBLE, room, NULL);
	event->peer = peer;
	event->session = session;
	event->trouble = trouble;
	post_event(room->worker, event);
}

/* --- what a room tells --- */

static void on_stage(void *user, uint32_t holder, uint32_t previous)
{
	struct worker_room *room = user;
	struct event_message *event = new_event(EVENT_STAGE, room, NULL);
	event->holder = holder;
	event->previous = previous;
	post_event(room->worker, event);
}

static void on_speaking(void *user, const uint32_t *peers, unsigned n)
{
	struct worker_room *room = user;
	struct event_message *event = new_event(EVENT_SPEAKING, room, NULL);
	event->n_speaking = MIN(n, SPEAKING_MAX);
	memcpy(event->speaking, peers, event->n_speaking * sizeof *peers);
	post_event(room->worker, event);
}

static void on_publication(void *user, const struct publication_state *state)
{
	struct worker_room *room = user;
	const struct link *link =
		g_hash_table_lookup(room->worker->links, GUINT_TO_POINTER(state->peer));
	uint32_t session = link ? link->session : worker_program_session(room->worker, state->peer);
	if (!session) /* being taken apart: its state is of no interest any more */
		return;
	struct event_message *event = new_event(EVENT_PUBLICATION, room, link);
	event->peer = state->peer;
	event->session = session;
	event->publication = *state;
	post_event(room->worker, event);
}

static void on_held(void *user, uint32_t peer, uint64_t slots)
{
	struct worker_room *room = user;
	const struct link *link = g_hash_table_lookup(room->worker->links, GUINT_TO_POINTER(peer));
	if (!link)
		return;
	struct event_message *event = new_event(EVENT_HELD, room, link);
	event->held = slots;
	post_event(room->worker, event);
}

static void on_channel(void *user, uint32_t channel, uint32_t peer, enum channel_air air)
{
	struct worker_room *room = user;
	struct event_message *event = new_event(EVENT_CHANNEL, room, NULL);
	event->channel = channel;
	event->peer = peer;
	event->air = air;
	post_event(room->worker, event);
}

/* --- where a room's packets go: user is a transport --- */

static enum err sink_rtp(void *user, const struct rtp_out *out, struct bytes *ret_protected)
{
	return transport_send_rtp(user, out, ret_protected);
}

static enum err sink_rtcp(void *user, const uint8_t *data, size_t length)
{
	return transport_send_rtcp(user, data, length);
}

static enum err sink_again(void *user, const uint8_t *data, size_t length)
{
	return transport_send_protected(user, data, length);
}

/* Its transport has something to do: soon, and together with what others have. */
static void wake_link(struct link *link, uint64_t when_us)
{
	struct worker *worker = link->worker;
	link->transport_deadline_us = when_us;
	worker->next_scan_us =
		MIN(worker->next_scan_us, MAX(worker->scan_us + LINK_SCAN_US, when_us));
}

static void sink_fetch(void *user, unsigned step)
{
	transport_fetch(user, step);
}

/* --- commands --- */

static void open_room(struct worker *worker, const struct command *command, uint64_t now_us)
{
	struct worker_room *room = g_new0(struct worker_room, 1);
	room->worker = worker;
	room->id = command->room;
	const struct room_config config = {
		.counters = &worker->counters,
		.events = {.user = room,
			   .stage = on_stage,
			   .speaking = on_speaking,
			   .publication = on_publication,
			   .held = on_held,
			   .channel = on_channel},
		.random_seed = ((uint64_t)g_random_int() << 32) | g_random_int(),
		.ntp_offset_us = worker->ntp_offset_us,
		.shed = worker->overload.level,
		.part = worker->index,
		.home = command->home,
		.bridge = worker_bridge_sink(room),
	};
	room->room = room_new(&config, now_us);
	room->place = worker->due->len;
	g_array_append_vals(worker->due, &(struct worker_due){now_us, room}, 1);
	g_hash_table_replace(worker->rooms, GUINT_TO_POINTER(command->room), room);
}

static gboolean link_is_in_room(void *key, void *value, void *room)
{
	return ((struct link *)value)->room == room;
}

static void close_room(struct worker *worker, struct worker_room *room, uint64_t hold_us,
		       uint64_t now_us)
{
	g_hash_table_foreach_remove(worker->links, link_is_in_room, room);
	worker_close_programs(room);
	worker_close_tracks(room, hold_us, now_us);
	g_hash_table_remove(worker->rooms, GUINT_TO_POINTER(room->id));
}

static void add_peer(struct worker *worker, struct worker_room *room, const struct command *command,
		     uint64_t now_us)
{
	struct link *link = g_new0(struct link, 1);
	link->worker = worker;
	link->room = room;
	link->id = command->peer;
	link->session = command->session;
	link->transport = transport_new(&worker->environment, command->credentials, now_us);
	/* The one that was there is taken apart before its successor enters the room under the same
	 * id. */
	g_hash_table_remove(worker->links, GUINT_TO_POINTER(link->id));
	if (transport_table_add(worker->table, link->transport, link) != OK) {
		link->state = TRANSPORT_CLOSED;
		struct event_message *event = new_event(EVENT_PEER_STATE, room, link);
		event->state = TRANSPORT_CLOSED;
		post_event(worker, event);
		transport_free(link->transport);
		g_free(link);
		return;
	}
	const struct peer_sink sink = {.user = link->transport,
				       .rtp = sink_rtp,
				       .rtcp = sink_rtcp,
				       .again = sink_again,
				       .fetch = sink_fetch};
	link->peer = room_add_peer(room->room, command->description, &sink, now_us);
	room_set_session(link->peer, link->session);
	g_hash_table_replace(worker->links, GUINT_TO_POINTER(link->id), link);
	wake_link(link, now_us);
	worker_wake_room(room, now_us);
}

static void update_peer(struct worker *worker, struct link *link, const struct command *command,
			uint64_t now_us)
{
	/* Signalling has compared the offers; what doesn't fit here is a bug there, and the peer
	 * keeps what it had. */
	if (room_update_peer(link->room->room, link->peer, command->description, now_us) != OK)
		g_warning("peer %u: an update that does not fit was ignored", link->id);
	if (strcmp(transport_local_ufrag(link->transport), command->credentials->local_ufrag) == 0)
		return;
	if (transport_restart_ice(link->transport, command->credentials) != OK ||
	    transport_table_add(worker->table, link->transport, link) != OK)
		g_warning("peer %u: ICE restart refused", link->id);
}

static void set_slot(struct link *link, const struct command *command, uint64_t now_us)
{
	if (room_set_slot(link->room->room, link->peer, command->mid, command->feed, command->width,
			  command->height, now_us) != OK)
		g_warning("peer %u: slot %s cannot show feed kind %d", link->id, command->mid,
			  command->feed.kind);
}

static void run_peer_command(struct worker *worker, struct link *link,
			     const struct command *command, uint64_t now_us)
{
	switch (command->type) {
	case COMMAND_UPDATE_PEER:
		update_peer(worker, link, command, now_us);
		break;
	case COMMAND_REMOVE_PEER:
		g_hash_table_remove(worker->links, GUINT_TO_POINTER(link->id));
		break;
	case COMMAND_SET_SLOT:
		set_slot(link, command, now_us);
		break;
	case COMMAND_SET_MUTED:
		room_set_muted(link->room->room, link->peer, command->source, command->muted,
			       now_us);
		break;
	default:
		g_assert_not_reached(); /* worker_run_command has dealt with the rest */
	}
}

void worker_run_command(struct worker *worker, struct command *command, uint64_t now_us)
{
	if (command->type == COMMAND_STOP) {
		worker->stop = true;
		return;
	}
	if (command->type == COMMAND_OPEN_ROOM) {
		open_room(worker, command, now_us);
		return;
	}
	struct worker_room *room =
		g_hash_table_lookup(worker->rooms, GUINT_TO_POINTER(command->room));
	if (!room)
		return; /* closed meanwhile: normal */
	switch (command->type) {
	case COMMAND_CLOSE_ROOM:
		close_room(worker, room, command->hold_us, now_us);
		return;
	case COMMAND_ADD_PEER:
		add_peer(worker, room, command, now_us);
		return;
	case COMMAND_ADD_REMOTE:
		room_add_remote(room->room, command->remote, now_us);
		break;
	case COMMAND_ADD_PROGRAM:
		worker_add_program(room, command, now_us);
		break;
	case COMMAND_ADD_TRACK:
		worker_add_track(room, command, now_us);
		break;
	case COMMAND_REMOVE_REMOTE:
		room_remove_remote(room->room, command->peer, command->session, now_us);
		break;
	case COMMAND_BRIDGE:
		room_receive_message(room->room, &command->message_of_part, now_us);
		break;
	case COMMAND_PIN_STAGE:
		room_pin_stage(room->room, command->peer, now_us);
		break;
	case COMMAND_SET_SCREEN:
		room_set_screen(room->room, command->peer, now_us);
		break;
	case COMMAND_SET_CHANNEL:
		room_set_channel(room->room, command->channel, command->peer, command->hold_us,
				 command->sign, now_us);
		break;
	case COMMAND_SET_PROGRAM:
		room_set_program(room->room, command->channel, command->peer, now_us);
		break;
	default: {
		struct link *link =
			g_hash_table_lookup(worker->links, GUINT_TO_POINTER(command->peer));
		if (!link && !worker_run_track_command(room, command, now_us))
			worker_run_program_command(room, command, now_us);
		else if (link && link->room == room) /* else it has just gone: normal */
			run_peer_command(worker, link, command, now_us);
	}
	}
	worker_wake_room(room, now_us); /* a keyframe may be wanted */
}

/* --- the peers' lives --- */

void worker_free_link(void *data)
{
	struct link *link = data;
	if (link->peer)
		room_remove_peer(link->room->room, link->peer, link->worker->now_us);
	transport_table_remove(link->worker->table, link->transport);
	transport_free(link->transport);
	g_free(link);
}

void worker_free_room(void *data)
{
	struct worker_room *room = data;
	GArray *due = room->worker->due;
	worker_forward(room->worker, room->worker->now_us); /* it may be in the list */
	room_free(room->room);
	g_array_remove_index_fast(due, room->place);
	if (room->place < due->len)
		g_array_index(due, struct worker_due, room->place).room->place = room->place;
	g_free(room);
}

void link_follow_state(struct link *link, uint64_t now_us)
{
	struct worker *worker = link->worker;
	enum transport_state state = transport_state(link->transport);

	/* The path to an event is rare: most datagrams that end here are consent checks. */
	if (state == link->state) {
		/* A flight may have gone out, which must be sent again when it gets lost. */
		if (state == TRANSPORT_HANDSHAKE)
			wake_link(link, now_us);
		return;
	}
	bool was_open = link->state == TRANSPORT_OPEN;
	link->state = state;
	if (was_open != (state == TRANSPORT_OPEN))
		room_set_connected(link->room->room, link->peer, state == TRANSPORT_OPEN, now_us);
	worker_wake_room(link->room, now_us);
	wake_link(link, now_us);

	struct event_message *event = new_event(EVENT_PEER_STATE, link->room, link);
	const char *profile = transport_profile(link->transport);
	event->state = state;
	g_strlcpy(event->profile, profile ? profile : "", sizeof event->profile);
	post_event(worker, event);
	if (state == TRANSPORT_CLOSED)
		g_hash_table_remove(worker->links, GUINT_TO_POINTER(link->id));
}

void worker_tick_links(struct worker *worker, uint64_t now_us)
{
	GHashTableIter iter;
	void *value;
	GPtrArray *changed =
		NULL; /* following a state may remove the link, which the iterator forbids */

	if (now_us < worker->next_scan_us)
		return;
	worker->scan_us = now_us;
	worker->next_scan_us = UINT64_MAX;
	g_hash_table_iter_init(&iter, worker->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct link *link = value;
		uint64_t deadline_us = link->transport_deadline_us;
		if (now_us >= deadline_us)
			deadline_us = transport_tick(link->transport, now_us);
		wake_link(link, deadline_us);
		if (transport_state(link->transport) == link->state)
			continue;
		if (!changed)
			changed = g_ptr_array_new();
		g_ptr_array_add(changed, link);
	}
	if (!changed)
		return;
	for (unsigned i = 0; i < changed->len; i++)
		link_follow_state(g_ptr_array_index(changed, i), now_us);
	g_ptr_array_unref(changed);
}

/* What there is now, for /metrics. */
static void set_gauges(struct worker *worker)
{
	unsigned peers = 0, publications = 0, slots = 0;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, worker->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct link *link = value;
		peers += link->state == TRANSPORT_OPEN;
		publications += link->peer->n_publications;
		slots += link->peer->n_slots;
	}
	gauge_set(&worker->counters, GAUGE_ROOMS, g_hash_table_size(worker->rooms));
	gauge_set(&worker->counters, GAUGE_PEERS, peers);
	gauge_set(&worker->counters, GAUGE_PUBLICATIONS, publications);
	gauge_set(&worker->counters, GAUGE_SLOTS, slots);
	gauge_set(&worker->counters, GAUGE_PACKETS_HELD, pool_in_use(worker->packets));
}

void worker_shed(struct worker *worker, uint64_t now_us)
{
	const struct overload *o = &worker->overload;
	GHashTableIter iter;
	void *value;

	gauge_set(&worker->counters, GAUGE_SHED_LEVEL, o->level);
	if (o->level)
		g_message("worker %u: sheds %s (level %d); nobody new can publish on it",
			  worker->index, shed_level_words(o->level), o->level);
	else
		g_message("worker %u: has recovered, sheds nothing", worker->index);
	g_hash_table_iter_init(&iter, worker->rooms);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct worker_room *room = value;
		room_set_shed_level(room->room, o->level, now_us);
		worker_wake_room(room, now_us); /* keyframes may be wanted */
	}
}

void worker_send_stats(struct worker *worker, uint64_t now_us)
{
	GHashTableIter iter;
	void *value;

	set_gauges(worker);
	g_hash_table_iter_init(&iter, worker->links);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct link *link = value;
		if (link->state != TRANSPORT_OPEN)
			continue;
		struct event_message *event = new_event(EVENT_STATS, link->room, link);
		room_peer_stats(link->room->room, link->peer, now_us, &event->stats);
		post_event(worker, event);
	}
}
