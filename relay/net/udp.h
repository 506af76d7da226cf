/*
 * The UDP socket of a worker: one port, IPv4 and IPv6 on one dual-stack socket (IPv4 alone where
 * the kernel has no IPv6), batches in and out. Owned by the worker's thread.
 */
#pragma once

#include "relay/base/counters.h"
#include "relay/net/send_batch.h"

struct udp_socket;

struct udp_datagram {
	uint8_t *data; /* given by the caller */
	size_t capacity;
	size_t length; /* set by udp_receive */
	bool truncated;
	struct net_path path;
};

#define UDP_RECEIVE_MAX 64

/* listen: an address or NULL for all. port 0: any (udp_port tells). ERR_SYSTEM: see errno. */
enum err udp_open(const char *listen, uint16_t port, struct udp_socket **ret) MUST_CHECK;
void udp_close(struct udp_socket *socket);
int udp_fd(const struct udp_socket *socket);
uint16_t udp_port(const struct udp_socket *socket);

/* One recvmmsg, never blocks; returns how many were filled (0..n). */
size_t udp_receive(struct udp_socket *socket, struct udp_datagram *datagrams, size_t n);
/*
 * Sends and clears the batch: chain by chain, in their order on each, runs of equal size (the
 * last may be smaller) as one message each (UDP_SEGMENT). A run that the kernel doesn't take goes
 * singly. What it refuses then is counted as DROP_SEND.
 */
void udp_flush(struct udp_socket *socket, struct send_batch *batch, struct counters *counters);
