/*
 * Reads a socket by recvmmsg, into buffers that are made once and shared by all sockets of the
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READER_BATCH 64

struct datagram {
	uint8_t *data;
	size_t length;	     /* as it was sent */
	bool cut;	     /* data is shorter */
	uint64_t arrived_us; /* CLOCK_REALTIME of its arrival in the kernel; 0: not known */
};

/* The kernel tells when datagrams arrived, so that who reads late measures no delay of its own. */
bool reader_want_times(int fd);
/*
 * Up to READER_BATCH datagrams, which last until the next call; -1: errno. heads: only what a count
 * needs of large ones is copied.
 */
int reader_read(int fd, bool heads, struct datagram *out);
