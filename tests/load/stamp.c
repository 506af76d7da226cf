#include "tests/load/stamp.h"

#include "relay/base/wire.h"
#include <string.h>

#define MAGIC 0x746e6774u
/* From the stamp's start: magic, origin, number, checksum, time. */
enum { AT_ORIGIN = 4, AT_NUMBER = 8, AT_CHECKSUM = 12, AT_TIME = 16 };

/* FNV-1a by words, since it is made for each packet that is checked. */
static uint32_t checksum(const uint8_t *data, size_t length)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ length, word;
	for (; length >= sizeof word; data += sizeof word, length -= sizeof word) {
		memcpy(&word, data, sizeof word);
		sum = (sum ^ word) * UINT64_C(0x100000001b3);
		sum ^= sum >> 32;
	}
	for (; length > 0; data++, length--)
		sum = (sum ^ *data) * UINT64_C(0x100000001b3);
	return (uint32_t)(sum ^ sum >> 32);
}

void stamp_seal(uint8_t *payload, size_t length, uint32_t origin, uint32_t number)
{
	if (length < STAMP_SIZE)
		return;
	uint8_t *stamp = payload + length - STAMP_SIZE;
	wire_put32(stamp, MAGIC);
	wire_put32(stamp + AT_ORIGIN, origin);
	wire_put32(stamp + AT_NUMBER, number);
	wire_put32(stamp + AT_CHECKSUM, checksum(payload, length - STAMP_SIZE + AT_CHECKSUM));
	wire_put64(stamp + AT_TIME, 0);
}

void stamp_time(uint8_t *payload, size_t length, uint64_t sent_us)
{
	if (length >= STAMP_SIZE)
		wire_put64(payload + length - STAMP_SIZE + AT_TIME, sent_us);
}

enum stamp_result stamp_read(const uint8_t *payload, size_t length, struct stamp *ret)
{
	if (length < STAMP_SIZE)
		return STAMP_NONE;
	const uint8_t *stamp = payload + length - STAMP_SIZE;
	if (wire_get32(stamp) != MAGIC ||
	    wire_get32(stamp + AT_CHECKSUM) != checksum(payload, length - STAMP_SIZE + AT_CHECKSUM))
		return STAMP_BROKEN;
	*ret = (struct stamp){.origin = wire_get32(stamp + AT_ORIGIN),
			      .number = wire_get32(stamp + AT_NUMBER),
			      .sent_us = wire_get64(stamp + AT_TIME)};
	return STAMP_OK;
}
