/*
 * Renumbers the packets of changing sources so that a receiver sees one unbroken row, with gaps
 * only where the network lost something. Numbers in, numbers out: no packets, no clock.
 *
 * Guarantee: outputs of distinct accepted inputs are distinct; a source's order is kept; the number
 * after a switch is the highest given out + 1; dropping closes the gap for everything newer.
 * Embedded by value in a slot; fields are private.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SEQMAP_DROPS 64

struct seqmap {
	uint64_t next_out;   /* extended: rollovers << 16 | number */
	uint64_t highest_in; /* extended within the present source */
	uint64_t first_in;
	int64_t offset; /* out = in + offset, for numbers newer than the newest drop */
	uint64_t drops[SEQMAP_DROPS]; /* ring of dropped inputs, rising */
	unsigned drops_begin, n_drops;
	bool started;
};

/* The first output will be first_out (choose it random and below 2^15, RFC 3711, section 3.3.1). */
void seqmap_init(struct seqmap *m, uint16_t first_out);
/* The next source begins with its packet first_in, which gets the next output. Older ones are
 * refused. */
void seqmap_switch(struct seqmap *m, uint16_t first_in);
/* false: older than the switch, dropped before, or too old to place. *ret_out is extended (48
 * bits). */
bool seqmap_map(struct seqmap *m, uint16_t in, uint64_t *ret_out);
/* We chose not to forward `in`. false: too late (something newer went out already): a gap remains.
 */
bool seqmap_drop(struct seqmap *m, uint16_t in);
