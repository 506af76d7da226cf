/* Where benchmarks of sending send to: many sockets on 127.0.0.1, read by a thread on a core of its
 * own, as the load generator reads them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sink;

/* cpu < 0: any. rcvbuf: of each socket. */
struct sink *sink_new(unsigned n, int cpu, int rcvbuf);
/* Ends when nothing has come for a moment; returns how many datagrams came. */
uint64_t sink_free(struct sink *sink);
uint16_t sink_port(const struct sink *sink, unsigned i);

/* This thread's. */
bool pin_to_cpu(int cpu);
uint64_t thread_cpu_ns(void);
