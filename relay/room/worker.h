/*
 * A worker: one thread, one UDP port, the transports on it and the rooms of those. It alone reads
 * the clock, and joins room/ to net/. Commands come by mailbox, events go by mailbox; nothing is
 * shared but counters.
 */
#pragma once

#include "relay/base/counters.h"
#include "relay/base/mailbox.h"
#include "relay/net/dtls.h"
#include "relay/room/command.h"

struct worker;

struct worker_config {
	const char *listen; /* NULL: all addresses */
	uint16_t port;	    /* 0: any */
	const struct dtls_certificate *certificate;
	unsigned max_half_open;
	unsigned max_packets;
	struct mailbox *events; /* to the main thread; struct event_message */
};

/* Opens the socket and starts the thread. */
enum err worker_new(const struct worker_config *config, struct worker **ret) MUST_CHECK;
/* Ends the thread and closes all transports. NULL is allowed. */
void worker_free(struct worker *worker);

/* Main thread: hands the command over. ERR_FULL: it remains the caller's. */
enum err worker_post(struct worker *worker, struct command *command) MUST_CHECK;

uint16_t worker_port(const struct worker *worker);
const struct counters *worker_counters(const struct worker *worker);
/* Microseconds spent working (not waiting), since the start: for the busy share. */
uint64_t worker_busy_us(const struct worker *worker);
