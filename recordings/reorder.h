/*
 * Puts the packets of one slot into the order of their numbers. The relay forwards a packet when it
 * comes, and a lost one when its sender has sent it again; who records can wait for it. Time is an
 * argument; any one thread.
 */
#pragma once

#include "recordings/capture.h"
#include <glib.h>

/* A resend takes two or three round trips; and what waits here is lost when the process is killed.
 */
#define REORDER_WAIT_US 400000
#define REORDER_PACKETS 1024 /* a second of 8 Mbit/s */

struct reorder;

struct reorder_packet {
	uint16_t sequence;
	struct capture capture;
	uint64_t arrival_us;
	GBytes *data; /* owned */
	bool gap;     /* numbers before this one never came */
};

struct reorder *reorder_new(void);
void reorder_free(struct reorder *reorder); /* NULL is allowed */

/*
 * Takes data. A number that has gone by or is there already is dropped: false. One that is further
 * ahead than there is room for begins anew: what waited is dropped with what is missing. So does
 * one that seems to have gone by, when nothing waits, but was captured 10 s after the last one that
 * was taken.
 */
bool reorder_put(struct reorder *reorder, uint16_t sequence, struct capture capture,
		 uint64_t arrival_us, GBytes *data);
/*
 * The next in order, which the caller clears; false: there is none yet. One that doesn't come is
 * given up when what stands behind it is older than REORDER_WAIT_US, or when all room is taken;
 * end: at once.
 */
bool reorder_take(struct reorder *reorder, uint64_t now_us, bool end, struct reorder_packet *ret);
void reorder_packet_clear(struct reorder_packet *packet);
unsigned reorder_waiting(const struct reorder *reorder);
/* Numbers that were given up so far. */
uint64_t reorder_missing(const struct reorder *reorder);
