/*
 * A program's or a track's socket to the studio process: what goes over it is in
 * base/studio_wire.h. Never blocks. The queue is the kernel's (some hundred packets of sound, a
 * second of five voices and more): what a mixer gets later than that is of no use to it.
 */
#pragma once

#include "relay/base/err.h"
#include "relay/rtp/packet.h"
#include <stdbool.h>

/* ERR_FULL: the studio is too slow; ERR_SYSTEM: it is gone, which studio_socket_receive tells too.
 */
enum err studio_socket_send(int fd, uint8_t slot, const struct rtp_out *out) MUST_CHECK;
/* A message that is whole already; the same errors. */
enum err studio_socket_send_bytes(int fd, const uint8_t *data, size_t length) MUST_CHECK;
/* One packet, if there is one; *ret_length: 0 if not, and may be more than the capacity, then the
 * rest was cut off. ERR_SYSTEM: the studio is gone. */
enum err studio_socket_receive(int fd, uint8_t *data, size_t capacity,
			       size_t *ret_length) MUST_CHECK;
void studio_socket_close(int fd);
