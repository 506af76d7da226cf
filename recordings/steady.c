#include "recordings/steady.h"
#include "relay/base/wire.h"
#include <glib.h>
#include <stdlib.h>

#define TICKS_PER_MS 48
#define APART_MAX    (3000 * TICKS_PER_MS) /* beyond what a network delays */
/* Each number that is missing is made up for, by a packet's sound: no more of these than there can
 * have been in the time. */
#define MISSING_MIN   10
#define MISSING_MAX   100
#define PACKET_MS     10
#define SEQUENCE_LATE (-100)
#define SSRC	      1

void steady_packet(struct steady *steady, uint8_t *rtp, uint64_t now_us)
{
	uint16_t sequence = wire_get16(rtp + 2);
	uint32_t timestamp = wire_get32(rtp + 4);
	if (!steady->started)
		*steady = (struct steady){.started = true,
					  .sequence = sequence,
					  .timestamp = timestamp,
					  .us = now_us};
	int step = (int16_t)(uint16_t)(sequence + steady->sequence_offset - steady->sequence);
	uint32_t ticks = timestamp + steady->timestamp_offset - steady->timestamp;
	uint64_t passed_ms = (now_us - steady->us) / 1000;
	uint32_t passed = (uint32_t)((now_us - steady->us) * TICKS_PER_MS / 1000);
	if (step < SEQUENCE_LATE ||
	    step > MIN(MISSING_MAX, MISSING_MIN + (int64_t)(passed_ms / PACKET_MS))) {
		steady->sequence_offset += (uint16_t)(1 - step);
		step = 1;
	}
	if (llabs((int64_t)(int32_t)(ticks - passed)) > APART_MAX) {
		steady->timestamp_offset += passed - ticks;
		ticks = passed;
	}
	wire_put16(rtp + 2, (uint16_t)(steady->sequence + step));
	wire_put32(rtp + 4, steady->timestamp + ticks);
	wire_put32(rtp + 8, SSRC);
	if (step <= 0)
		return; /* late, or again */
	steady->sequence += (uint16_t)step;
	steady->timestamp += ticks;
	steady->us = now_us;
}
