#include "relay/rtp/twcc.h"
#include "relay/base/wire.h"
#include <glib.h>
#include <string.h>

#define WINDOW		1024 /* numbers that we remember; a power of two */
#define TICK_US		250
#define REFERENCE_TICKS 256 /* the reference time counts 64 ms */
#define HEADER_SIZE	8   /* base, count, reference time, feedback count */
#define RUN_MAX		0x1fff

/* Packet status symbols (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1.1). */
enum symbol { NOT_RECEIVED, SMALL_DELTA, LARGE_DELTA };

enum state { ABSENT, PENDING, REPORTED };

/*
 * Numbers are extended to 64 bits. Everything below next has been covered by a message, as received
 * or as missing; what came late, after that, is in [late, next) and gets a message of its own.
 */
struct twcc_recorder {
	bool started;
	uint8_t feedback_count;
	uint64_t next, newest, late; /* late == next: nothing came late */
	uint64_t arrival_us[WINDOW]; /* by number % WINDOW, as state: of newest - WINDOW + 1 ..
					newest */
	uint8_t state[WINDOW];
};

struct twcc_recorder *twcc_recorder_new(void)
{
	return g_new0(struct twcc_recorder, 1);
}

void twcc_recorder_free(struct twcc_recorder *recorder)
{
	g_free(recorder);
}

static enum state state_of(const struct twcc_recorder *r, uint64_t number)
{
	return r->state[number % WINDOW];
}

static uint64_t oldest(const struct twcc_recorder *r)
{
	return r->newest - WINDOW + 1;
}

/* Moves late on to the next number that came late. */
static void seek_late(struct twcc_recorder *r)
{
	while (r->late < r->next && state_of(r, r->late) != PENDING)
		r->late++;
}

static void advance(struct twcc_recorder *r, uint64_t number)
{
	if (number - r->newest >= WINDOW)
		memset(r->state, ABSENT, sizeof r->state);
	else
		for (uint64_t i = r->newest + 1; i <= number; i++)
			r->state[i % WINDOW] = ABSENT;
	r->newest = number;
	/* What left the window unreported stays so: the sender takes it for lost. */
	r->next = MAX(r->next, oldest(r));
	r->late = MAX(r->late, oldest(r));
	seek_late(r);
}

void twcc_record(struct twcc_recorder *r, uint16_t transport_sequence, uint64_t arrival_us)
{
	if (!r->started) {
		r->started = true;
		r->newest = UINT64_C(0x10000) + transport_sequence;
		r->next = r->late = r->newest;
	}
	int16_t ahead = (int16_t)(uint16_t)(transport_sequence - (uint16_t)r->newest);
	uint64_t number = r->newest + (uint64_t)(int64_t)ahead;
	if (ahead > 0)
		advance(r, number);
	else if (number < oldest(r) || state_of(r, number) != ABSENT)
		return;
	r->state[number % WINDOW] = PENDING;
	r->arrival_us[number % WINDOW] = arrival_us;
	if (number < r->late)
		r->late = number;
}

/* One message while it is put together. */
struct message {
	uint64_t base;
	uint32_t reference; /* of 64 ms */
	size_t n_symbols;
	uint8_t symbols[WINDOW];
	int16_t deltas[WINDOW];
	size_t n_chunk_bytes, n_delta_bytes;
	uint8_t chunks[WINDOW * 2 / 7 + 2], delta_bytes[WINDOW * 2];
};

/*
 * Symbols and deltas of [base, end), up to what comes first: a number that was reported already, or
 * a delta that 16 bits don't hold; and not beyond the last that was received. The first delta
 * counts from the reference time, each other from the packet before it. Counting in whole ticks
 * keeps rounding from adding up.
 */
static void collect(const struct twcc_recorder *r, uint64_t base, uint64_t end, struct message *m)
{
	uint64_t last_ticks = 0;
	m->base = base;
	m->n_symbols = 0;
	for (uint64_t i = base; i < end && state_of(r, i) != REPORTED; i++) {
		size_t at = i - base;
		m->symbols[at] = NOT_RECEIVED;
		if (state_of(r, i) != PENDING)
			continue;
		uint64_t ticks = r->arrival_us[i % WINDOW] / TICK_US;
		if (m->n_symbols == 0) {
			m->reference = (uint32_t)(ticks / REFERENCE_TICKS);
			last_ticks = ticks / REFERENCE_TICKS * REFERENCE_TICKS;
		}
		int64_t delta = (int64_t)(ticks - last_ticks);
		if (delta < INT16_MIN || delta > INT16_MAX)
			return;
		m->symbols[at] = delta >= 0 && delta <= UINT8_MAX ? SMALL_DELTA : LARGE_DELTA;
		m->deltas[at] = (int16_t)delta;
		last_ticks = ticks;
		m->n_symbols = at + 1;
	}
}

/*
 * The next chunk (section 3.1.1): the same symbol in a row, or a vector of 14 small ones or of 7.
 * Returns how many symbols, from at on, it stands for.
 */
static size_t next_chunk(const struct message *m, size_t at, uint16_t *ret_chunk)
{
	const uint8_t *s = m->symbols + at;
	size_t left = m->n_symbols - at, run = 1, n = MIN(left, 14);
	while (run < MIN(left, RUN_MAX) && s[run] == s[0])
		run++;
	bool large = memchr(s, LARGE_DELTA, n) != NULL;
	if (large)
		n = MIN(left, 7);
	if (run >= n) {
		*ret_chunk = (uint16_t)(s[0] << 13 | run);
		return run;
	}
	uint16_t chunk = (uint16_t)(0x8000 | large << 14);
	for (size_t i = 0; i < n; i++)
		chunk |= (uint16_t)(large ? s[i] << (12 - 2 * i) : s[i] << (13 - i));
	*ret_chunk = chunk;
	return n;
}

/* Symbols [at, at + n) with their deltas. */
static void add_chunk(struct message *m, uint16_t chunk, size_t at, size_t n)
{
	wire_put16(m->chunks + m->n_chunk_bytes, chunk);
	m->n_chunk_bytes += 2;
	for (size_t i = at; i < at + n; i++) {
		if (m->symbols[i] == SMALL_DELTA) {
			m->delta_bytes[m->n_delta_bytes++] = (uint8_t)m->deltas[i];
		} else if (m->symbols[i] == LARGE_DELTA) {
			wire_put16(m->delta_bytes + m->n_delta_bytes, (uint16_t)m->deltas[i]);
			m->n_delta_bytes += 2;
		}
	}
}

static size_t padded_size(size_t chunk_bytes, size_t delta_bytes)
{
	return (HEADER_SIZE + chunk_bytes + delta_bytes + 3) & ~(size_t)3;
}

/* Encodes what capacity holds, and cuts n_symbols to it: the rest goes into another message. */
static void encode(struct message *m, size_t capacity)
{
	m->n_chunk_bytes = m->n_delta_bytes = 0;
	for (size_t at = 0; at < m->n_symbols;) {
		uint16_t chunk;
		size_t n = next_chunk(m, at, &chunk), delta_bytes = 0;
		for (size_t i = at; i < at + n; i++)
			delta_bytes += m->symbols[i]; /* the symbol is the size of its delta */
		if (padded_size(m->n_chunk_bytes + 2, m->n_delta_bytes + delta_bytes) > capacity) {
			m->n_symbols = at + n / 2;
			continue;
		}
		add_chunk(m, chunk, at, n);
		at += n;
	}
}

static bool write_message(const struct message *m, uint8_t feedback_count, struct rtcp_writer *w,
			  uint32_t sender_ssrc, uint32_t media_ssrc)
{
	uint8_t body[HEADER_SIZE + sizeof m->chunks + sizeof m->delta_bytes + 3] = {0};
	wire_put16(body, (uint16_t)m->base);
	wire_put16(body + 2, (uint16_t)m->n_symbols);
	wire_put24(body + 4, m->reference & 0xffffff);
	body[7] = feedback_count;
	memcpy(body + HEADER_SIZE, m->chunks, m->n_chunk_bytes);
	memcpy(body + HEADER_SIZE + m->n_chunk_bytes, m->delta_bytes, m->n_delta_bytes);
	return rtcp_add_transport_feedback(w, 15, sender_ssrc, media_ssrc, body,
					   padded_size(m->n_chunk_bytes, m->n_delta_bytes));
}

bool twcc_add_feedback(struct twcc_recorder *r, struct rtcp_writer *w, uint32_t sender_ssrc,
		       uint32_t media_ssrc)
{
	struct message m;
	const size_t overhead = 12; /* RTCP header and the two SSRCs */
	if (!r->started || w->capacity - w->length < overhead)
		return false;
	bool late = r->late < r->next;
	collect(r, late ? r->late : r->next, late ? r->next : r->newest + 1, &m);
	encode(&m, w->capacity - w->length - overhead);
	/* Without a delta it would say nothing that the next message doesn't say. */
	if (m.n_delta_bytes == 0 ||
	    !write_message(&m, r->feedback_count, w, sender_ssrc, media_ssrc))
		return false;
	r->feedback_count++;
	for (size_t i = 0; i < m.n_symbols; i++)
		if (m.symbols[i] != NOT_RECEIVED)
			r->state[(m.base + i) % WINDOW] = REPORTED;
	if (late) {
		r->late = m.base + m.n_symbols;
		seek_late(r);
	} else {
		r->next = r->late = m.base + m.n_symbols;
	}
	return true;
}
