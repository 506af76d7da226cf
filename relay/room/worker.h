/*
 * A worker: one thread, one UDP port, the transports on it and their part of the rooms. It alone
 * reads the clock, and joins room/ to net/. Commands come by mailbox, events go by mailbox, packets
 * for other workers by ring; nothing is shared but counters and the packets' memory.
 */
#pragma once

#include "relay/base/counters.h"
#include "relay/base/mailbox.h"
#include "relay/net/dtls.h"
#include "relay/room/command.h"

struct worker;

struct worker_config {
	unsigned index;	    /* among the workers */
	const char *listen; /* NULL: all addresses */
	uint16_t port;	    /* 0: any */
	const struct dtls_certificate *certificate;
	unsigned max_half_open;
	unsigned max_packets;
	unsigned overload_percent; /* busier than that, it sheds; 0: OVERLOAD_PERCENT */
	struct mailbox *events;	   /* to the main thread; struct event_message */
};

/*
 * A life in steps, since workers hold each other's packets: all are made, connected, and started;
 * all are stopped, then all cleared, then freed. What failed or was left out is no error later on.
 */

/* Opens the socket. */
enum err worker_new(const struct worker_config *config, struct worker **ret) MUST_CHECK;
/* By index: rings between them. */
enum err worker_connect(struct worker *const *workers, unsigned n) MUST_CHECK;
/* Starts the thread. */
enum err worker_start(struct worker *worker) MUST_CHECK;
/* Ends the thread. */
void worker_stop(struct worker *worker);
/* Closes all transports, and lets go of all packets, its own and others'. */
void worker_clear(struct worker *worker);
/* NULL is allowed. */
void worker_free(struct worker *worker);

/* Any thread: hands the command over. ERR_FULL: it remains the caller's. */
enum err worker_post(struct worker *worker, struct command *command) MUST_CHECK;

uint16_t worker_port(const struct worker *worker);
const struct counters *worker_counters(const struct worker *worker);
/* Microseconds spent working (not waiting), since the start: for the busy share. */
uint64_t worker_busy_us(const struct worker *worker);
