#include "relay/relay.h"
#include "relay/relay_internal.h"
#include <glib-unix.h>
#include <openssl/rand.h>
#include <string.h>

#define EVENTS_MAX   262144
#define DEVICE_PEERS (UINT32_C(1) << 31)

/* A peer's event counts only while its latest session is the one that it tells of. */
static bool is_current(const struct relay *relay, const struct event_message *event)
{
	void *session;
	return g_hash_table_lookup_extended(relay->sessions, GUINT_TO_POINTER(event->peer), NULL,
					    &session) &&
	       GPOINTER_TO_UINT(session) == event->session;
}

static void deliver(struct relay *relay, const struct event_message *event)
{
	const struct relay_events *to = &relay->events;

	if (event->session && !is_current(relay, event))
		return;
	switch (event->type) {
	case EVENT_PEER_STATE:
		to->peer_state(to->user, event->room, event->peer, event->state,
			       event->profile[0] ? event->profile : NULL);
		break;
	case EVENT_STAGE:
		to->stage(to->user, event->room, event->holder, event->previous);
		break;
	case EVENT_SPEAKING:
		to->speaking(to->user, event->room, event->speaking, event->n_speaking);
		break;
	case EVENT_PUBLICATION:
		to->publication(to->user, event->room, &event->publication);
		break;
	case EVENT_STATS:
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
	relay->sessions = g_hash_table_new(NULL, NULL);
	relay->ssrcs = g_hash_table_new(NULL, NULL);
	relay->last_peer = DEVICE_PEERS;
	relay->inbox = mailbox_new(EVENTS_MAX, free_event);
	relay->inbox_source = g_unix_fd_add(mailbox_fd(relay->inbox), G_IO_IN, on_inbox, relay);
	err = dtls_certificate_new(&relay->certificate);
	if (!err)
		err = start_workers(relay, config);
	if (err) {
		relay_free(relay);
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
	g_source_remove(relay->inbox_source);
	mailbox_free(relay->inbox);
	dtls_certificate_free(relay->certificate);
	g_hash_table_unref(relay->sessions);
	g_hash_table_unref(relay->ssrcs);
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
	uint32_t ssrc = 0;

	while (ssrc == 0 || g_hash_table_contains(relay->ssrcs, GUINT_TO_POINTER(ssrc)))
		if (RAND_bytes((uint8_t *)&ssrc, sizeof ssrc) != 1)
			g_error("no random numbers"); /* nothing is safe without */
	g_hash_table_add(relay->ssrcs, GUINT_TO_POINTER(ssrc));
	return ssrc;
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
static void post_or_warn(struct relay *relay, struct command *command)
{
	enum command_type type = command->type;
	if (post(relay, command) != OK)
		g_warning("worker's mailbox is full: command %d lost", type);
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
	post_or_warn(relay, new_command(COMMAND_OPEN_ROOM, room, 0));
	return room;
}

void relay_close_room(struct relay *relay, uint32_t room)
{
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
	struct command *command =
		new_description_command(COMMAND_ADD_PEER, room, description, credentials);
	uint32_t session = ++relay->last_session;

	command->session = session;
	enum err err = post(relay, command);
	if (!err)
		g_hash_table_insert(relay->sessions, GUINT_TO_POINTER(description->id),
				    GUINT_TO_POINTER(session));
	return err;
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
