#include "relay/relay.h"
#include "relay/relay_internal.h"
#include <errno.h>
#include <glib-unix.h>
#include <openssl/rand.h>
#include <string.h>

#define EVENTS_MAX   262144
#define DEVICE_PEERS (UINT32_C(1) << 31)

/* A room's event counts while it is open, a peer's while its latest session is the one that it
 * tells of. */
static bool is_current(const struct relay *relay, const struct event_message *event)
{
	if (!g_hash_table_contains(relay->rooms, GUINT_TO_POINTER(event->room)))
		return false;
	if (!event->session)
		return true;
	const struct session *session =
		g_hash_table_lookup(relay->sessions, GUINT_TO_POINTER(event->peer));
	return session && session->number == event->session;
}

static void deliver(struct relay *relay, const struct event_message *event)
{
	const struct relay_events *to = &relay->events;

	if (!is_current(relay, event))
		return;
	switch (event->type) {
	case EVENT_PEER_STATE:
		if (event->state == TRANSPORT_CLOSED) /* the worker has forgotten it, too */
			g_hash_table_remove(relay->sessions, GUINT_TO_POINTER(event->peer));
		if (to->peer_state)
			to->peer_state(to->user, event->room, event->peer, event->state,
				       event->profile[0] ? event->profile : NULL);
		break;
	case EVENT_STAGE:
		if (to->stage)
			to->stage(to->user, event->room, event->holder, event->previous);
		break;
	case EVENT_SPEAKING:
		if (to->speaking)
			to->speaking(to->user, event->room, event->speaking, event->n_speaking);
		break;
	case EVENT_PUBLICATION:
		if (to->publication)
			to->publication(to->user, event->room, &event->publication);
		break;
	case EVENT_STATS:
		if (to->stats)
			to->stats(to->user, event->room, &event->stats);
		break;
	}
}

static gboolean on_inbox(int fd, GIOCondition condition, void *user)
{
	struct relay *relay = user;
	struct mailbox_message *message = mailbox_take_all(relay->inbox);

	while (message) {
		struct mailbox_message *next = message->next;
		deliver(relay, (struct event_message *)message);
		g_free(message);
		message = next;
	}
	return G_SOURCE_CONTINUE;
}

static void free_event(struct mailbox_message *message)
{
	g_free(message);
}

static enum err start_workers(struct relay *relay, const struct relay_config *config)
{
	unsigned wanted = CLAMP(config->workers, 1, RELAY_WORKERS_MAX);

	if (config->media_port + wanted - 1 > UINT16_MAX) {
		errno = EINVAL;
		return ERR_SYSTEM;
	}
	for (unsigned i = 0; i < wanted; i++) {
		const struct worker_config worker_config = {
			.listen = config->listen,
			.port = config->media_port ? (uint16_t)(config->media_port + i) : 0,
			.certificate = relay->certificate,
			.max_half_open = config->max_half_open,
			.max_packets = config->max_packets,
			.events = relay->inbox,
		};
		enum err err = worker_new(&worker_config, &relay->workers[i]);
		if (err)
			return err;
		relay->n_workers = i + 1;
	}
	return OK;
}

static enum err start(struct relay *relay, const struct relay_config *config)
{
	if (RAND_bytes((uint8_t *)&relay->last_ssrc, sizeof relay->last_ssrc) != 1)
		return ERR_SYSTEM;
	relay->inbox = mailbox_new(EVENTS_MAX, free_event);
	if (!relay->inbox)
		return ERR_SYSTEM;
	relay->inbox_source = g_unix_fd_add(mailbox_fd(relay->inbox), G_IO_IN, on_inbox, relay);
	enum err err = dtls_certificate_new(&relay->certificate);
	return err ? err : start_workers(relay, config);
}

enum err relay_new(const struct relay_config *config, const struct relay_events *events,
		   struct relay **ret)
{
	struct relay *relay = g_new0(struct relay, 1);
	enum err err;

	relay->events = *events;
	relay->listen = g_strdup(config->listen);
	relay->announce = g_new0(char *, config->n_announce + 1);
	for (unsigned i = 0; i < config->n_announce; i++)
		relay->announce[i] = g_strdup(config->announce[i]);
	relay->rooms = g_hash_table_new(NULL, NULL);
	relay->sessions = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	relay->last_peer = DEVICE_PEERS;
	err = start(relay, config);
	if (err) {
		int saved = errno;
		relay_free(relay);
		errno = saved;
		return err;
	}
	*ret = relay;
	return OK;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	for (unsigned i = 0; i < relay->n_workers; i++)
		worker_free(relay->workers[i]);
	if (relay->inbox_source)
		g_source_remove(relay->inbox_source);
	mailbox_free(relay->inbox);
	dtls_certificate_free(relay->certificate);
	g_hash_table_unref(relay->sessions);
	g_hash_table_unref(relay->rooms);
	g_strfreev(relay->announce);
	g_free(relay->listen);
	g_free(relay);
}

void relay_fingerprint(const struct relay *relay, uint8_t ret[static FINGERPRINT_SIZE])
{
	dtls_certificate_fingerprint(relay->certificate, ret);
}

uint32_t relay_new_peer_id(struct relay *relay)
{
	if (++relay->last_peer < DEVICE_PEERS)
		relay->last_peer = DEVICE_PEERS; /* after two thousand million viewers the numbers
						    begin again */
	return relay->last_peer;
}

uint32_t relay_new_ssrc(struct relay *relay)
{
	/*
	 * A count from a random start, scattered by steps that are each one-to-one: none comes
	 * twice in 2^32, and nothing needs to remember them.
	 */
	uint32_t x = ++relay->last_ssrc;
	x ^= x >> 16;
	x *= UINT32_C(0x7feb352d);
	x ^= x >> 15;
	x *= UINT32_C(0x846ca68b);
	x ^= x >> 16;
	return x ? x : relay_new_ssrc(relay);
}

static enum err post(struct relay *relay, struct command *command)
{
	enum err err = worker_post(relay->workers[relay_worker_of(relay, command->room)], command);
	if (err)
		command_free(&command->message);
	return err;
}

/* For commands whose loss nobody can be told: the worker is drowning, and says so in its counters.
 */
static bool post_or_warn(struct relay *relay, struct command *command)
{
	enum command_type type = command->type;
	bool posted = post(relay, command) == OK;
	if (!posted)
		g_warning("worker's mailbox is full: command %d lost", type);
	return posted;
}

static struct command *new_command(enum command_type type, uint32_t room, uint32_t peer)
{
	struct command *command = g_new0(struct command, 1);
	command->type = type;
	command->room = room;
	command->peer = peer;
	return command;
}

uint32_t relay_open_room(struct relay *relay)
{
	uint32_t room = ++relay->last_room;
	if (post_or_warn(relay, new_command(COMMAND_OPEN_ROOM, room, 0)))
		g_hash_table_add(relay->rooms, GUINT_TO_POINTER(room));
	return room;
}

static gboolean session_is_in_room(void *peer, void *session, void *room)
{
	return ((struct session *)session)->room == GPOINTER_TO_UINT(room);
}

void relay_close_room(struct relay *relay, uint32_t room)
{
	g_hash_table_remove(relay->rooms, GUINT_TO_POINTER(room));
	g_hash_table_foreach_remove(relay->sessions, session_is_in_room, GUINT_TO_POINTER(room));
	post_or_warn(relay, new_command(COMMAND_CLOSE_ROOM, room, 0));
}

static struct command *new_description_command(enum command_type type, uint32_t room,
					       const struct peer_description *description,
					       const struct transport_credentials *credentials)
{
	struct command *command = new_command(type, room, description->id);
	command->description = g_memdup2(description, sizeof *description);
	command->credentials = g_memdup2(credentials, sizeof *credentials);
	return command;
}

enum err relay_add_peer(struct relay *relay, uint32_t room,
			const struct peer_description *description,
			const struct transport_credentials *credentials)
{
	void *key = GUINT_TO_POINTER(description->id);
	struct command *command;

	if (!g_hash_table_contains(relay->rooms, GUINT_TO_POINTER(room)))
		return ERR_NOT_FOUND;
	command = new_description_command(COMMAND_ADD_PEER, room, description, credentials);
	command->session = ++relay->last_session;
	enum err err = post(relay, command);
	if (err)
		return err;
	const struct session *old = g_hash_table_lookup(relay->sessions, key);
	if (old && old->room != room) /* perhaps another worker's */
		post_or_warn(relay, new_command(COMMAND_REMOVE_PEER, old->room, description->id));
	const struct session session = {.number = relay->last_session, .room = room};
	g_hash_table_replace(relay->sessions, key, g_memdup2(&session, sizeof session));
	return OK;
}

enum err relay_update_peer(struct relay *relay, uint32_t room,
			   const struct peer_description *description,
			   const struct transport_credentials *credentials)
{
	return post(relay,
		    new_description_command(COMMAND_UPDATE_PEER, room, description, credentials));
}

void relay_remove_peer(struct relay *relay, uint32_t room, uint32_t peer)
{
	const struct session *session =
		g_hash_table_lookup(relay->sessions, GUINT_TO_POINTER(peer));

	if (session && session->room == room)
		g_hash_table_remove(relay->sessions, GUINT_TO_POINTER(peer));
	post_or_warn(relay, new_command(COMMAND_REMOVE_PEER, room, peer));
}

void relay_set_slot(struct relay *relay, uint32_t room, uint32_t peer, const char *mid,
		    struct feed_key feed, uint16_t width, uint16_t height)
{
	struct command *command = new_command(COMMAND_SET_SLOT, room, peer);
	g_strlcpy(command->mid, mid, sizeof command->mid);
	command->feed = feed;
	command->width = width;
	command->height = height;
	post_or_warn(relay, command);
}

void relay_pin_stage(struct relay *relay, uint32_t room, uint32_t peer)
{
	post_or_warn(relay, new_command(COMMAND_PIN_STAGE, room, peer));
}

void relay_set_screen(struct relay *relay, uint32_t room, uint32_t peer)
{
	post_or_warn(relay, new_command(COMMAND_SET_SCREEN, room, peer));
}

void relay_set_muted(struct relay *relay, uint32_t room, uint32_t peer, enum source source,
		     bool muted)
{
	struct command *command = new_command(COMMAND_SET_MUTED, room, peer);
	command->source = source;
	command->muted = muted;
	post_or_warn(relay, command);
}

unsigned relay_workers(const struct relay *relay)
{
	return relay->n_workers;
}

const struct counters *relay_counters(const struct relay *relay, unsigned worker)
{
	return worker_counters(relay->workers[worker]);
}

uint64_t relay_busy_us(const struct relay *relay, unsigned worker)
{
	return worker_busy_us(relay->workers[worker]);
}
