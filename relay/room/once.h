/*
 * Guards that no SRTP index is used twice for one SSRC: AES-GCM would give its key away (RFC 7714,
 * section 9). Sequence maps don't do so by themselves, for distinct packets; this makes it certain,
 * whatever is wrong above. Embedded by value in a slot; fields are private.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ONCE_WINDOW 512 /* what is older than that was used, for all we know */

struct once {
	bool started;
	uint64_t newest;
	uint64_t bits[ONCE_WINDOW / 64]; /* by index % ONCE_WINDOW */
};

/* true: the index wasn't used before, and is now. */
static inline bool once_use(struct once *o, uint64_t index)
{
	uint64_t *word = &o->bits[index % ONCE_WINDOW / 64], bit = UINT64_C(1) << index % 64;
	if (!o->started || index > o->newest) {
		if (!o->started || index - o->newest >= ONCE_WINDOW)
			memset(o->bits, 0, sizeof o->bits);
		else
			for (uint64_t i = o->newest + 1; i < index; i++)
				o->bits[i % ONCE_WINDOW / 64] &= ~(UINT64_C(1) << i % 64);
		o->started = true;
		o->newest = index;
		*word |= bit;
		return true;
	}
	if (o->newest - index >= ONCE_WINDOW || (*word & bit))
		return false;
	*word |= bit;
	return true;
}
