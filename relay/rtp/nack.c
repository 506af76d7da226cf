#include "relay/rtp/nack.h"
#include "relay/base/clock.h"
#include <glib.h>
#include <string.h>

#define WINDOW	      512 /* numbers behind the newest that we know about; a power of two */
#define MISSING_MIN   16
#define GRACE_PACKETS 3
#define GRACE_US      (10 * US_PER_MS)
#define MIN_RTT_US    (20 * US_PER_MS)
#define MAX_TRIES     10
#define MAX_AGE_US    (2 * US_PER_SEC)

struct missing {
	uint64_t since_us, due_us;
	uint16_t sequence;
	uint8_t tries;
};

/*
 * Two records of the same window: a bit for each number that came, to know duplicates, and the list
 * of those that we are still asking for, rising, so that polling costs only as much as there is
 * missing.
 */
struct nack_tracker {
	bool started;
	uint16_t newest;
	uint64_t deadline_us;
	uint64_t came[WINDOW / 64]; /* by sequence % WINDOW */
	size_t n_missing, max_missing;
	struct missing *missing; /* as many as were ever missing at once, roughly */
};

struct nack_tracker *nack_tracker_new(void)
{
	struct nack_tracker *t = g_new0(struct nack_tracker, 1);
	t->deadline_us = UINT64_MAX;
	return t;
}

void nack_tracker_free(struct nack_tracker *tracker)
{
	if (!tracker)
		return;
	g_free(tracker->missing);
	g_free(tracker);
}

static bool has_come(const struct nack_tracker *t, uint16_t sequence)
{
	return t->came[sequence % WINDOW / 64] >> (sequence % 64) & 1;
}

static void set_come(struct nack_tracker *t, uint16_t sequence, bool came)
{
	uint64_t bit = UINT64_C(1) << (sequence % 64), *word = &t->came[sequence % WINDOW / 64];
	*word = came ? *word | bit : *word & ~bit;
}

static void restart(struct nack_tracker *t, uint16_t sequence)
{
	memset(t->came, 0, sizeof t->came);
	set_come(t, sequence, true);
	t->newest = sequence;
	t->n_missing = 0;
	t->deadline_us = UINT64_MAX;
	t->started = true;
}

static void remove_missing(struct nack_tracker *t, size_t at, size_t n)
{
	memmove(&t->missing[at], &t->missing[at + n],
		(t->n_missing - at - n) * sizeof t->missing[0]);
	t->n_missing -= n;
	if (t->n_missing == 0)
		t->deadline_us = UINT64_MAX;
}

/* What the move of the newest number pushed out of the window, and what it brought to the end of
 * its grace. */
static void age_missing(struct nack_tracker *t, uint64_t now_us)
{
	size_t gone = 0;
	if (t->n_missing == 0)
		return;
	while (gone < t->n_missing && (uint16_t)(t->newest - t->missing[gone].sequence) >= WINDOW)
		gone++;
	if (gone > 0)
		remove_missing(t, 0, gone);
	for (size_t i = t->n_missing; i-- > 0;) {
		struct missing *m = &t->missing[i];
		if ((uint16_t)(t->newest - m->sequence) < GRACE_PACKETS)
			continue;
		if (m->tries > 0 || m->due_us <= now_us)
			break; /* older ones are past their grace all the more */
		m->due_us = now_us;
		t->deadline_us = MIN(t->deadline_us, now_us);
	}
}

static void add_missing(struct nack_tracker *t, const struct missing *missing)
{
	if (t->n_missing == t->max_missing) {
		t->max_missing = MAX(2 * t->max_missing, MISSING_MIN);
		t->missing = g_renew(struct missing, t->missing, t->max_missing);
	}
	t->missing[t->n_missing++] = *missing;
}

static void advance(struct nack_tracker *t, uint16_t sequence, uint64_t now_us)
{
	uint16_t first = (uint16_t)(t->newest + 1);
	t->newest = sequence;
	/* Leaves out first: those in the window and the new ones are WINDOW - 1 at most. */
	age_missing(t, now_us);
	for (uint16_t s = first; s != sequence; s++) {
		set_come(t, s, false);
		bool past_grace = (uint16_t)(sequence - s) >= GRACE_PACKETS;
		uint64_t due_us = past_grace ? now_us : now_us + GRACE_US;
		add_missing(t, &(struct missing){now_us, due_us, s, 0});
		t->deadline_us = MIN(t->deadline_us, due_us);
	}
	set_come(t, sequence, true);
}

static void forget(struct nack_tracker *t, uint16_t sequence)
{
	for (size_t i = 0; i < t->n_missing; i++)
		if (t->missing[i].sequence == sequence) {
			remove_missing(t, i, 1);
			return;
		}
}

enum nack_result nack_tracker_receive(struct nack_tracker *t, uint16_t sequence, uint64_t now_us)
{
	if (!t->started) {
		restart(t, sequence);
		return NACK_NEW;
	}
	int16_t ahead = (int16_t)(uint16_t)(sequence - t->newest);
	if (ahead > WINDOW) {
		restart(t, sequence);
		return NACK_JUMP;
	}
	if (ahead > 0) {
		advance(t, sequence, now_us);
		return NACK_NEW;
	}
	if (ahead <= -WINDOW || has_come(t, sequence))
		return NACK_DUPLICATE;
	set_come(t, sequence, true);
	forget(t, sequence);
	return NACK_RECOVERED;
}

size_t nack_tracker_due(struct nack_tracker *t, uint64_t now_us, uint64_t rtt_us, uint16_t *out,
			size_t max)
{
	if (now_us < t->deadline_us)
		return 0;
	uint64_t again_us = now_us + MAX(rtt_us, MIN_RTT_US) * 3 / 2;
	size_t n = 0, kept = 0;
	t->deadline_us = UINT64_MAX;
	for (size_t i = 0; i < t->n_missing; i++) {
		struct missing m = t->missing[i];
		if (m.due_us <= now_us) {
			if (m.tries == MAX_TRIES || now_us - m.since_us > MAX_AGE_US)
				continue; /* given up */
			if (n < max) {
				out[n++] = m.sequence;
				m.tries++;
				m.due_us = again_us;
			}
		}
		t->deadline_us = MIN(t->deadline_us, m.due_us);
		t->missing[kept++] = m;
	}
	t->n_missing = kept;
	return n;
}

uint64_t nack_tracker_deadline(const struct nack_tracker *t)
{
	return t->deadline_us;
}

size_t nack_tracker_missing(const struct nack_tracker *t)
{
	return t->n_missing;
}
