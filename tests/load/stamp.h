/*
 * What a load packet carries in its payload's last bytes: whose it is and the how-manieth, a
 * checksum over the payload before it, and when it was handed to the kernel. Bytes in and out; no
 * clock, no sockets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAMP_SIZE 24

struct stamp {
	uint32_t origin, number;
	uint64_t sent_us;
};

enum stamp_result { STAMP_NONE, STAMP_OK, STAMP_BROKEN };

/* Writes all but the time. A payload that is too short for it stays as it is. */
void stamp_seal(uint8_t *payload, size_t length, uint32_t origin, uint32_t number);
/* The time is no part of the checksum, so that a resend has its own. */
void stamp_time(uint8_t *payload, size_t length, uint64_t sent_us);
/* payload: as sealed. STAMP_NONE: too short. STAMP_BROKEN: other bytes than were sent. */
enum stamp_result stamp_read(const uint8_t *payload, size_t length, struct stamp *ret);
