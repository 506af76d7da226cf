/*
 * Limits of rate and number, as pure arithmetic on the time that is passed in (microseconds,
 * monotonic). Main thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * A token bucket as one number (the "generic cell rate algorithm", ITU-T I.371): the time at which
 * the bucket is full again. Begins as 0. Allows `rate` a second on average, and as many as `rate *
 * burst_seconds` at once. rate 0: no limit.
 */
bool rate_take(uint64_t *full_at_us, unsigned rate, unsigned burst_seconds, uint64_t now_us);

/* Connections for each address; an IPv6 address stands for its /64, since that is what one
 * subscriber has. */
struct address_limits;
struct address_limits *address_limits_new(unsigned at_once, unsigned rate, unsigned burst_seconds);
void address_limits_free(struct address_limits *limits);

enum address_verdict { ADDRESS_OK, ADDRESS_TOO_MANY, ADDRESS_TOO_FAST };
/* ADDRESS_OK counts one connection, which address_limits_leave takes off again. */
enum address_verdict address_limits_enter(struct address_limits *limits,
					  const struct sockaddr_storage *address, uint64_t now_us);
void address_limits_leave(struct address_limits *limits, const struct sockaddr_storage *address);
size_t address_limits_size(const struct address_limits *limits); /* addresses remembered */
