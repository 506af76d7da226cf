#include "relay/room/worker.h"
#include "relay/net/srtp.h"
#include "relay/room/worker_internal.h"
#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#define COMMANDS_MAX 65536
#define EVENTS_MAX   16 /* socket, mailbox, bell, and some programs */
/* So long a busy worker reads on, and sends what that brings together: never at rest. */
#define COALESCE_US	   (1 * US_PER_MS)
#define COALESCE_MIN	   8 /* datagrams to send, for which another look at the socket pays */
#define STATS_US	   (2 * US_PER_SEC)
#define STUN_ERRORS_PER_S  200
#define NTP_EPOCH_OFFSET_S UINT64_C(2208988800) /* 1900 to 1970, RFC 5905, section 6 */

static void flush_batch(struct send_batch *batch, void *user)
{
	struct worker *worker = user;
	size_t n = send_batch_count(batch);
	if (n == 0)
		return;
	udp_flush(worker->socket, batch, &worker->counters);
	histogram_add(&worker->counters.histogram[HISTOGRAM_SEND_BATCH], n, 1);
	histogram_add(&worker->counters.histogram[HISTOGRAM_FORWARD_DELAY],
		      clock_now_us() - worker->pass_us, n);
}

void worker_gather(struct worker *worker, struct worker_room *room)
{
	if (room->gathered)
		return;
	room->gathered = true;
	room->next_gathered = worker->gathered;
	worker->gathered = room;
}

void worker_forward(struct worker *worker, uint64_t now_us)
{
	for (struct worker_room *room = worker->gathered; room; room = room->next_gathered) {
		room_forward(room->room, now_us);
		room->gathered = false;
	}
	worker->gathered = NULL;
	worker_bridge_publish(worker);
}

/*
 * The way of a packet begins: the datagram's transport authenticates and decrypts it in place, the
 * room takes it; worker_forward hands it to the slots, which encrypt into the batch. *slot is the
 * buffer that it lies in; when the room may keep it, another takes its place. It may also have made
 * something due earlier than the room said last (a NACK, feedback): the room is asked anew before
 * the worker sleeps.
 */
static void receive_datagram(struct worker *worker, const struct udp_datagram *datagram,
			     struct packet **slot, uint64_t now_us)
{
	struct packet *packet = *slot;
	size_t length = datagram->length;
	enum datagram_kind kind;

	counter_add(&worker->counters, COUNTER_BYTES_IN, length);
	if (datagram->truncated) {
		counter_add(&worker->counters, COUNTER_DROP_TRUNCATED, 1);
		return;
	}
	struct link *link = transport_table_receive(worker->table, packet->data, &length,
						    &datagram->path, now_us, &kind);
	if (!link)
		return;
	if (kind == DATAGRAM_RTP) {
		struct packet *next = pool_take(worker->packets);
		if (!next) {
			counter_add(&worker->counters, COUNTER_DROP_POOL_EMPTY, 1);
			return;
		}
		packet->length = (uint16_t)length;
		packet->arrival_us = now_us;
		room_receive_rtp(link->room->room, link->peer, packet, now_us);
		worker_gather(worker, link->room);
		worker_wake_room(link->room, now_us);
		pool_unref(packet);
		*slot = next;
	} else if (kind == DATAGRAM_RTCP) {
		room_receive_rtcp(link->room->room, link->peer, packet->data, length, now_us);
		worker_wake_room(link->room, now_us);
	} else {
		link_follow_state(link, now_us);
	}
}

static void take_commands(struct worker *worker)
{
	struct mailbox_message **end = &worker->taken;
	if (!mailbox_waiting(worker->commands))
		return;
	while (*end)
		end = &(*end)->next;
	*end = mailbox_take_all(worker->commands);
}

static bool is_departure(const struct command *command)
{
	return command->type == COMMAND_REMOVE_PEER || command->type == COMMAND_REMOVE_REMOTE ||
	       command->type == COMMAND_CLOSE_ROOM || command->type == COMMAND_STOP;
}

/* In their order; arrivals: up to the first by which somebody goes. */
static void run_commands(struct worker *worker, bool arrivals, uint64_t now_us)
{
	while (worker->taken) {
		struct mailbox_message *message = worker->taken;
		struct command *command = (struct command *)message;
		if (arrivals && is_departure(command))
			return;
		worker->taken = message->next;
		worker_run_command(worker, command, now_us);
		command_free(message);
	}
}

/*
 * Returns how many datagrams it brought. A peer's first check follows the answer to its offer, and
 * that the command to add it: so a command that is here when the datagrams have been read comes
 * before them, even where a busy machine let us run only now. Else the check would be a stranger's,
 * and joining take until the next one. Who goes is let go afterwards: what is here may be theirs.
 */
static size_t receive_pass(struct worker *worker, uint64_t now_us)
{
	struct udp_datagram datagrams[UDP_RECEIVE_MAX];

	for (size_t i = 0; i < UDP_RECEIVE_MAX; i++) {
		datagrams[i].data = worker->receiving[i]->data;
		datagrams[i].capacity = PACKET_CAPACITY;
	}
	size_t n = udp_receive(worker->socket, datagrams, UDP_RECEIVE_MAX);
	counter_add(&worker->counters, COUNTER_DATAGRAMS_IN, n);
	if (n > 0) {
		take_commands(worker);
		run_commands(worker, true, now_us);
	}
	for (size_t i = 0; i < n; i++)
		receive_datagram(worker, &datagrams[i], &worker->receiving[i], now_us);
	return n;
}

/*
 * Reads and forwards until there is no more, or what was read first has waited for long enough;
 * nothing is waited for. While a picture's first packet is encrypted for all, its others come in,
 * and then leave with it: a message to the kernel costs more than all the rest of a packet's way.
 * What comes later wakes epoll again.
 */
static void receive(struct worker *worker)
{
	uint64_t now_us = worker->pass_us = worker->now_us;
	while (receive_pass(worker, now_us) > 0) {
		size_t before = send_batch_count(worker->batch);
		worker_forward(worker, now_us);
		now_us = worker->now_us = clock_now_us();
		bool worth_it = send_batch_count(worker->batch) - before >= COALESCE_MIN;
		if (!worth_it || now_us - worker->pass_us >= COALESCE_US)
			break;
	}
}

/* Ticks what is due and returns when the loop must wake again. */
static uint64_t run_timers(struct worker *worker, uint64_t now_us)
{
	uint64_t deadline_us;

	worker_tick_links(worker, now_us);
	if (overload_sample(&worker->overload, worker_busy_us(worker), worker->woke_us))
		worker_shed(worker, now_us);
	if (now_us >= worker->next_stats_us) {
		worker_send_stats(worker, now_us);
		worker->next_stats_us = now_us + STATS_US;
	}
	deadline_us = MIN(worker->next_stats_us, worker->next_scan_us);
	deadline_us = MIN(deadline_us, worker_tick_tracks(worker, now_us));
	if (worker->overload.level) /* it recovers, also when nothing comes any more */
		deadline_us = MIN(deadline_us, overload_deadline(&worker->overload));
	for (guint i = 0; i < worker->due->len; i++) {
		struct worker_due *due = &g_array_index(worker->due, struct worker_due, i);
		if (now_us >= due->us)
			due->us = room_tick(due->room->room, now_us);
		deadline_us = MIN(deadline_us, due->us);
	}
	return deadline_us;
}

/* Waits until there is something, or the deadline. Returns the number of events. */
static int wait_events(struct worker *worker, struct epoll_event ready[static EVENTS_MAX],
		       uint64_t deadline_us)
{
	worker_bridge_publish(worker);
	bool sleeps = worker_bridge_doze(worker);
	uint64_t idle_from_us = clock_now_us();
	atomic_fetch_add_explicit(&worker->busy_us, idle_from_us - worker->woke_us,
				  memory_order_relaxed);
	/* Rounded up: waking a little late is better than spinning until the millisecond is over.
	 */
	int timeout_ms = !sleeps || deadline_us <= idle_from_us
				 ? 0
				 : (int)MIN((deadline_us - idle_from_us + 999) / US_PER_MS, 1000);
	int n = epoll_wait(worker->epoll, ready, EVENTS_MAX, timeout_ms);
	worker->woke_us = worker->now_us = clock_now_us();
	return n;
}

static void handle_events(struct worker *worker, const struct epoll_event *ready, int n)
{
	bool rung = false;
	for (int i = 0; worker->bell && i < n; i++)
		rung |= ready[i].data.fd == bell_fd(worker->bell);
	if (worker->bell)
		bell_wake(worker->bell, rung);
	worker->pass_us = worker->now_us;
	for (int i = 0; i < n; i++) {
		if (ready[i].data.fd == udp_fd(worker->socket))
			receive(worker);
		else if (!worker_receive_track(worker, ready[i].data.fd, worker->now_us) &&
			 g_hash_table_size(worker->programs) > 0)
			worker_receive_program(worker, ready[i].data.fd, worker->now_us);
	}
	take_commands(worker);
	run_commands(worker, false, worker->now_us);
	if (worker->bell) { /* whether it rang or not */
		worker_bridge_receive(worker, worker->now_us);
		worker_forward(worker, worker->now_us);
	}
}

static void *run(void *data)
{
	struct worker *worker = data;

	pool_adopt(worker->packets);
	worker->woke_us = worker->now_us = clock_now_us();
	overload_init(&worker->overload, worker->overload_percent, 0, worker->now_us);
	while (!worker->stop) {
		struct epoll_event ready[EVENTS_MAX];
		flush_batch(worker->batch, worker); /* what came doesn't wait for what is due */
		worker->pass_us = worker->now_us;
		uint64_t deadline_us = run_timers(worker, worker->now_us);
		flush_batch(worker->batch, worker);
		int n = wait_events(worker, ready, deadline_us);
		handle_events(worker, ready, n);
	}
	return NULL;
}

enum err worker_watch(struct worker *worker, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	return epoll_ctl(worker->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? ERR_SYSTEM : OK;
}

void worker_unwatch(struct worker *worker, int fd)
{
	/* By hand: closing doesn't, as long as somebody else has the same socket. */
	(void)epoll_ctl(worker->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static uint64_t ntp_offset_us(void)
{
	struct timespec wall;
	clock_gettime(CLOCK_REALTIME, &wall);
	return (uint64_t)wall.tv_sec * US_PER_SEC + (uint64_t)wall.tv_nsec / 1000 +
	       NTP_EPOCH_OFFSET_S * US_PER_SEC - clock_now_us();
}

/* What worker_free also takes apart, thread or not. */
static void free_parts(struct worker *worker)
{
	worker_bridge_free(worker);
	g_clear_pointer(&worker->programs, g_hash_table_unref);
	g_clear_pointer(&worker->tracks, g_hash_table_unref);
	g_clear_pointer(&worker->leaving, g_ptr_array_unref);
	g_clear_pointer(&worker->links, g_hash_table_unref);
	g_clear_pointer(&worker->rooms, g_hash_table_unref);
	g_clear_pointer(&worker->due, g_array_unref);
	transport_table_free(worker->table);
	for (size_t i = 0; i < UDP_RECEIVE_MAX; i++)
		pool_unref(worker->receiving[i]);
	pool_free(worker->packets);
	ice_lite_free(worker->ice);
	dtls_context_free(worker->dtls);
	send_batch_free(worker->batch);
	udp_close(worker->socket);
	if (worker->epoll >= 0)
		close(worker->epoll);
	while (worker->taken) {
		struct mailbox_message *next = worker->taken->next;
		command_free(worker->taken);
		worker->taken = next;
	}
	mailbox_free(worker->commands);
	g_free(worker);
}

static enum err make_parts(struct worker *worker, const struct worker_config *config)
{
	const struct dtls_context_limits limits = {.max_half_open = config->max_half_open};
	enum err err;

	worker->commands = mailbox_new(COMMANDS_MAX, command_free);
	if (!worker->commands)
		return ERR_SYSTEM;
	worker->events = config->events;
	worker->ntp_offset_us = ntp_offset_us();
	worker->rooms = g_hash_table_new_full(NULL, NULL, NULL, worker_free_room);
	worker->due = g_array_new(FALSE, FALSE, sizeof(struct worker_due));
	worker->links = g_hash_table_new_full(NULL, NULL, NULL, worker_free_link);
	worker->programs = g_hash_table_new_full(NULL, NULL, NULL, worker_free_program);
	worker->tracks = g_hash_table_new_full(NULL, NULL, NULL, worker_free_track);
	worker->leaving = g_ptr_array_new_with_free_func(worker_free_track);
	worker->packets = packet_pool_new(config->max_packets + UDP_RECEIVE_MAX);
	for (size_t i = 0; i < UDP_RECEIVE_MAX; i++)
		worker->receiving[i] = pool_take(worker->packets);
	worker->batch = send_batch_new(flush_batch, worker);
	worker->ice = ice_lite_new(STUN_ERRORS_PER_S);
	err = srtp_prepare();
	if (!err)
		err = dtls_context_new(config->certificate, &limits, &worker->counters,
				       &worker->dtls);
	if (err)
		return err;
	worker->environment = (struct transport_environment){.dtls = worker->dtls,
							     .ice = worker->ice,
							     .batch = worker->batch,
							     .counters = &worker->counters};
	worker->table = transport_table_new(&worker->environment);
	err = udp_open(config->listen, config->port, &worker->socket);
	if (err)
		return err;
	worker->port = udp_port(worker->socket);
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll < 0)
		return ERR_SYSTEM;
	err = worker_watch(worker, udp_fd(worker->socket));
	return err ? err : worker_watch(worker, mailbox_fd(worker->commands));
}

enum err worker_new(const struct worker_config *config, struct worker **ret)
{
	struct worker *worker = g_new0(struct worker, 1);
	worker->epoll = -1;
	worker->index = config->index;
	worker->overload_percent =
		config->overload_percent ? config->overload_percent : OVERLOAD_PERCENT;

	enum err err = make_parts(worker, config);
	if (err) {
		int saved = errno;
		free_parts(worker);
		errno = saved;
		return err;
	}
	*ret = worker;
	return OK;
}

enum err worker_start(struct worker *worker)
{
	errno = pthread_create(&worker->thread, NULL, run, worker);
	if (errno)
		return ERR_SYSTEM;
	worker->started = true;
	pthread_setname_np(worker->thread, "worker");
	return OK;
}

void worker_stop(struct worker *worker)
{
	if (!worker->started)
		return;
	struct command *stop = g_new0(struct command, 1);
	stop->type = COMMAND_STOP;
	while (worker_post(worker, stop) != OK)
		sched_yield(); /* full: the worker is emptying it right now */
	pthread_join(worker->thread, NULL);
	worker->started = false;
}

void worker_clear(struct worker *worker)
{
	worker->stop = true; /* it may never have run */
	worker_bridge_clear(worker);
	g_hash_table_remove_all(worker->programs);
	g_hash_table_remove_all(worker->tracks);
	g_ptr_array_set_size(worker->leaving, 0);
	g_hash_table_remove_all(worker->links);
	g_hash_table_remove_all(worker->rooms);
	flush_batch(worker->batch, worker);
}

void worker_free(struct worker *worker)
{
	if (worker)
		free_parts(worker);
}

enum err worker_post(struct worker *worker, struct command *command)
{
	return mailbox_post(worker->commands, &command->message);
}

uint16_t worker_port(const struct worker *worker)
{
	return worker->port;
}

const struct counters *worker_counters(const struct worker *worker)
{
	return &worker->counters;
}

uint64_t worker_busy_us(const struct worker *worker)
{
	return atomic_load_explicit(&worker->busy_us, memory_order_relaxed);
}
