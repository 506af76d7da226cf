#include "relay/rtp/seqmap.h"

/*
 * Within one source:   out = in + offset + (drops newer than in)
 * offset counts all drops, so that the usual case, a packet newer than every drop, is one addition.
 * Drops that fall out of the ring raise first_in: what is older than them could no longer be
 * placed.
 *
 * Extended inputs start at 2^16 + the first number, so that what is before it doesn't go below 0.
 */

void seqmap_init(struct seqmap *m, uint16_t first_out)
{
	*m = (struct seqmap){.next_out = first_out};
}

void seqmap_switch(struct seqmap *m, uint16_t first_in)
{
	m->first_in = UINT64_C(0x10000) + first_in;
	m->highest_in = m->first_in - 1;
	m->offset = (int64_t)m->next_out - (int64_t)m->first_in;
	m->drops_begin = m->n_drops = 0;
	m->started = true;
}

static uint64_t extend(const struct seqmap *m, uint16_t in)
{
	int16_t distance = (int16_t)(uint16_t)(in - (uint16_t)m->highest_in);
	return m->highest_in + (uint64_t)(int64_t)distance;
}

/* The i-th drop that we remember, from the oldest. */
static uint64_t *drop_at(struct seqmap *m, unsigned i)
{
	return &m->drops[(m->drops_begin + i) % SEQMAP_DROPS];
}

/* How many drops are newer than in, which is not itself dropped; false if it is. Reordering is
 * short: newest first. */
static bool count_newer_drops(struct seqmap *m, uint64_t in, unsigned *ret)
{
	unsigned older = m->n_drops;
	while (older > 0 && *drop_at(m, older - 1) > in)
		older--;
	*ret = m->n_drops - older;
	return older == 0 || *drop_at(m, older - 1) != in;
}

bool seqmap_map(struct seqmap *m, uint16_t in16, uint64_t *ret_out)
{
	if (!m->started)
		seqmap_switch(m, in16);
	uint64_t in = extend(m, in16);
	unsigned newer_drops = 0;
	if (in > m->highest_in)
		m->highest_in = in;
	else if (in < m->first_in || !count_newer_drops(m, in, &newer_drops))
		return false;
	uint64_t out = in + (uint64_t)m->offset + newer_drops;
	if (out >= m->next_out)
		m->next_out = out + 1;
	*ret_out = out;
	return true;
}

bool seqmap_drop(struct seqmap *m, uint16_t in16)
{
	if (!m->started)
		seqmap_switch(m, in16);
	uint64_t in = extend(m, in16);
	unsigned newer_drops = 0;
	if (in < m->first_in)
		return false;
	if (!count_newer_drops(m, in, &newer_drops))
		return true; /* dropped before */
	/* It, or something newer, went out: closing the gap now would give a number twice. */
	if (in + (uint64_t)m->offset + newer_drops < m->next_out)
		return false;
	if (m->n_drops == SEQMAP_DROPS) {
		if (newer_drops == SEQMAP_DROPS)
			return false; /* older than all that the ring remembers */
		m->first_in = *drop_at(m, 0) + 1;
		m->drops_begin = (m->drops_begin + 1) % SEQMAP_DROPS;
		m->n_drops--;
	}
	unsigned i = m->n_drops++;
	for (; newer_drops > 0; newer_drops--, i--)
		*drop_at(m, i) = *drop_at(m, i - 1);
	*drop_at(m, i) = in;
	m->offset--;
	if (in > m->highest_in)
		m->highest_in = in;
	return true;
}
