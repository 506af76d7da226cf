#include "relay/base/clock.h"
#include "relay/relay_internal.h"
#include <errno.h>
#include <glib-unix.h>
#include <openssl/rand.h>
#include <string.h>

#define EVENTS_MAX   262144
#define DEVICE_PEERS (UINT32_C(1) << 31)
#define FILL	     400 /* participants of a worker, when the configuration doesn't say */
#define LOAD_MS	     1000
#define WAITING_MS   50 /* until a full mailbox is tried again */

/* A room's event counts while it is open, a peer's while its latest session is the one that it
 * tells of. */
static bool is_current(const struct relay *relay, const struct event_message *event)
{
	if (!relay_find_room(relay, event->room))
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
			relay_forget(relay, event->peer);
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
	case EVENT_CHANNEL:
		if (to->channel)
			to->channel(to->user, event->room, event->channel, event->peer, event->air);
		break;
	case EVENT_TROUBLE:
		if (to->trouble)
			to->trouble(to->user, event->room, event->peer, event->trouble);
		break;
	case EVENT_HELD:
		if (to->held)
			to->held(to->user, event->room, event->peer, event->held);
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

/* How busy each worker was since it was last asked. */
static gboolean measure_load(void *user)
{
	struct relay *relay = user;
	uint64_t now_us = clock_now_us(), passed_us = MAX(now_us - relay->load_us, 1);
	for (unsigned i = 0; i < relay->n_workers; i++) {
		struct relay_worker *w = &relay->workers[i];
		uint64_t busy_us = worker_busy_us(w->worker);
		w->busy = (unsigned)MIN((busy_us - w->busy_us) * 100 / passed_us, 100);
		w->busy_us = busy_us;
	}
	relay->load_us = now_us;
	return G_SOURCE_CONTINUE;
}

static enum err make_workers(struct relay *relay, const struct relay_config *config)
{
	unsigned wanted = CLAMP(config->workers, 1, RELAY_WORKERS_MAX);

	if (config->media_port + wanted - 1 > UINT16_MAX) {
		errno = EINVAL;
		return ERR_SYSTEM;
	}
	for (unsigned i = 0; i < wanted; i++) {
		const struct worker_config worker_config = {
			.index = i,
			.listen = config->listen,
			.port = config->media_port ? (uint16_t)(config->media_port + i) : 0,
			.certificate = relay->certificate,
			.max_half_open = config->max_half_open,
			.max_packets = config->max_packets,
			.overload_percent = config->overload_percent,
			.events = relay->inbox,
		};
		enum err err = worker_new(&worker_config, &relay->workers[i].worker);
		if (err)
			return err;
		relay->workers[i].waiting = waiting_new();
		relay->n_workers = i + 1;
	}
	return OK;
}

static enum err start_workers(struct relay *relay)
{
	struct worker *workers[RELAY_WORKERS_MAX];
	for (unsigned i = 0; i < relay->n_workers; i++)
		workers[i] = relay->workers[i].worker;
	enum err err = worker_connect(workers, relay->n_workers);
	for (unsigned i = 0; !err && i < relay->n_workers; i++)
		err = worker_start(workers[i]);
	if (err || relay->n_workers == 1)
		return err;
	relay->load_us = clock_now_us();
	relay->load_source = g_timeout_add(LOAD_MS, measure_load, relay);
	return OK;
}

static void end_workers(struct relay *relay)
{
	/* One step of all before the next of any: see worker.h. */
	for (unsigned i = 0; i < relay->n_workers; i++)
		worker_stop(relay->workers[i].worker);
	for (unsigned i = 0; i < relay->n_workers; i++)
		worker_clear(relay->workers[i].worker);
	for (unsigned i = 0; i < relay->n_workers; i++) {
		worker_free(relay->workers[i].worker);
		waiting_free(relay->workers[i].waiting);
	}
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
	if (!err)
		err = make_workers(relay, config);
	return err ? err : start_workers(relay);
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
	relay->rule = (struct placement_rule){.fill = config->fill ? config->fill : FILL,
					      .spread = config->spread};
	relay_rooms_init(relay);
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
	end_workers(relay);
	if (relay->inbox_source)
		g_source_remove(relay->inbox_source);
	if (relay->load_source)
		g_source_remove(relay->load_source);
	if (relay->waiting_source)
		g_source_remove(relay->waiting_source);
	mailbox_free(relay->inbox);
	dtls_certificate_free(relay->certificate);
	relay_rooms_free(relay);
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

/* --- commands --- */

struct command *relay_new_command(enum command_type type, uint32_t room, uint32_t peer)
{
	struct command *command = g_new0(struct command, 1);
	command->type = type;
	command->room = room;
	command->peer = peer;
	return command;
}

enum err relay_post(struct relay *relay, unsigned worker, struct command *command)
{
	struct relay_worker *w = &relay->workers[worker];
	enum err err = waiting_length(w->waiting) > 0 ? ERR_FULL : worker_post(w->worker, command);
	relay->refused += err == ERR_FULL;
	if (err)
		command_free(&command->message);
	return err;
}

static void post_waiting_of(struct relay_worker *w)
{
	struct command *command;
	while ((command = waiting_take(w->waiting)))
		if (worker_post(w->worker, command) != OK) {
			waiting_return(w->waiting, command);
			return;
		}
}

static gboolean post_waiting(void *user)
{
	struct relay *relay = user;
	bool all = true;
	for (unsigned i = 0; i < relay->n_workers; i++) {
		struct relay_worker *w = &relay->workers[i];
		post_waiting_of(w);
		all &= waiting_length(w->waiting) == 0;
	}
	if (all)
		relay->waiting_source = 0;
	return all ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void relay_post_surely(struct relay *relay, unsigned worker, struct command *command)
{
	struct relay_worker *w = &relay->workers[worker];
	unsigned length = waiting_length(w->waiting);
	if (length == 0 && worker_post(w->worker, command) == OK)
		return;
	if (length == 0)
		g_warning("worker %u is far behind: its commands wait", worker);
	waiting_push(w->waiting, command);
	if (!relay->waiting_source)
		relay->waiting_source = g_timeout_add(WAITING_MS, post_waiting, relay);
}

static struct command *new_description_command(enum command_type type, uint32_t room,
					       const struct peer_description *description,
					       const struct transport_credentials *credentials)
{
	struct command *command = relay_new_command(type, room, description->id);
	command->description = g_memdup2(description, sizeof *description);
	command->credentials = g_memdup2(credentials, sizeof *credentials);
	return command;
}

/* Whoever comes now would only make a row longer that is too long: see relay_waiting.h. */
static bool is_far_behind(const struct relay *relay, const struct relay_room *room, unsigned worker)
{
	bool behind = waiting_length(relay->workers[worker].waiting) > 0;
	for (unsigned i = 0; i < room->n_parts; i++)
		behind |= waiting_length(relay->workers[room->parts[i]].waiting) >= WAITING_MAX;
	return behind;
}

/*
 * Takes the command, which adds a peer. A track is where it is decided who is on air: what it is to
 * show is told there behind that, by the same mailbox, and never before.
 */
static enum err add(struct relay *relay, struct command *command)
{
	struct relay_room *room = relay_find_room(relay, command->room);
	bool is_track = command->type == COMMAND_ADD_TRACK;
	uint32_t peer = command->peer;
	if (!room) {
		command_free(&command->message);
		return ERR_NOT_FOUND;
	}
	unsigned worker =
		is_track && room->n_parts > 0 ? room->parts[0] : relay_place(relay, room, peer);
	if (is_far_behind(relay, room, worker)) {
		relay_expect_no_more(relay, room, peer);
		command_free(&command->message);
		relay->refused++;
		return ERR_FULL;
	}
	relay_open_part(relay, room, worker);
	command->session = ++relay->last_session;
	struct peer_description *description =
		g_memdup2(command->description, sizeof *command->description);
	enum err err = relay_post(relay, worker, command);
	if (!err)
		relay_enter(relay, room, worker, description);
	else
		relay_expect_no_more(relay, room, peer);
	g_free(description);
	return err;
}

enum err relay_add_peer(struct relay *relay, uint32_t room,
			const struct peer_description *description,
			const struct transport_credentials *credentials)
{
	return add(relay,
		   new_description_command(COMMAND_ADD_PEER, room, description, credentials));
}

enum err relay_add_program(struct relay *relay, uint32_t room,
			   const struct peer_description *description, int fd)
{
	struct command *command = relay_new_command(COMMAND_ADD_PROGRAM, room, description->id);
	command->description = g_memdup2(description, sizeof *description);
	command->fd = fd;
	return add(relay, command);
}

enum err relay_add_track(struct relay *relay, uint32_t room,
			 const struct peer_description *description, int fd)
{
	struct command *command = relay_new_command(COMMAND_ADD_TRACK, room, description->id);
	command->description = g_memdup2(description, sizeof *description);
	command->fd = fd;
	return add(relay, command);
}

enum err relay_update_peer(struct relay *relay, uint32_t room,
			   const struct peer_description *description,
			   const struct transport_credentials *credentials)
{
	struct session *session = relay_find_session(relay, room, description->id);
	if (!session)
		return OK; /* has just gone */
	enum err err = relay_post(
		relay, session->worker,
		new_description_command(COMMAND_UPDATE_PEER, room, description, credentials));
	if (!err)
		relay_publish(relay, session, description);
	return err;
}

/* To the worker of a peer, unless that has just gone. */
static void post_to_peer(struct relay *relay, struct command *command)
{
	const struct session *session = relay_find_session(relay, command->room, command->peer);
	if (session)
		relay_post_surely(relay, session->worker, command);
	else
		command_free(&command->message);
}

/* To the room's home part. Before anybody came there is nothing to choose. */
static void post_to_home(struct relay *relay, struct command *command)
{
	const struct relay_room *room = relay_find_room(relay, command->room);
	if (room && room->n_parts > 0)
		relay_post_surely(relay, room->parts[0], command);
	else
		command_free(&command->message);
}

void relay_set_slot(struct relay *relay, uint32_t room, uint32_t peer, const char *mid,
		    struct feed_key feed, uint16_t width, uint16_t height)
{
	struct command *command = relay_new_command(COMMAND_SET_SLOT, room, peer);
	g_strlcpy(command->mid, mid, sizeof command->mid);
	command->feed = feed;
	command->width = width;
	command->height = height;
	post_to_peer(relay, command);
}

void relay_pin_stage(struct relay *relay, uint32_t room, uint32_t peer)
{
	post_to_home(relay, relay_new_command(COMMAND_PIN_STAGE, room, peer));
}

void relay_set_screen(struct relay *relay, uint32_t room, uint32_t peer)
{
	post_to_home(relay, relay_new_command(COMMAND_SET_SCREEN, room, peer));
}

void relay_set_channel(struct relay *relay, uint32_t room, uint32_t channel, uint32_t peer,
		       unsigned hold_ms, bool sign)
{
	struct command *command = relay_new_command(COMMAND_SET_CHANNEL, room, peer);
	command->channel = channel;
	command->hold_us = hold_ms * US_PER_MS;
	command->sign = sign;
	post_to_home(relay, command);
}

void relay_set_program(struct relay *relay, uint32_t room, uint32_t channel, uint32_t peer)
{
	struct command *command = relay_new_command(COMMAND_SET_PROGRAM, room, peer);
	command->channel = channel;
	post_to_home(relay, command);
}

void relay_set_muted(struct relay *relay, uint32_t room, uint32_t peer, enum source source,
		     bool muted)
{
	struct command *command = relay_new_command(COMMAND_SET_MUTED, room, peer);
	command->source = source;
	command->muted = muted;
	post_to_peer(relay, command);
}

/* --- workers --- */

unsigned relay_workers(const struct relay *relay)
{
	return relay->n_workers;
}

const struct counters *relay_counters(const struct relay *relay, unsigned worker)
{
	return worker_counters(relay->workers[worker].worker);
}

bool relay_worker_sheds(const struct relay *relay, unsigned worker)
{
	return gauge_get(relay_counters(relay, worker), GAUGE_SHED_LEVEL) > 0;
}

uint64_t relay_refused(const struct relay *relay)
{
	return relay->refused;
}

uint64_t relay_busy_us(const struct relay *relay, unsigned worker)
{
	return worker_busy_us(relay->workers[worker].worker);
}
