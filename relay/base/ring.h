/*
 * A bounded ring of equal entries from one thread to another: one puts, one takes, nobody waits.
 * What was put is seen after ring_publish, so that a pass over many entries costs one store that
 * the other thread notices, and at most one system call.
 *
 * A bell wakes the thread that takes from its rings, only when it may be asleep:
 *
 *   the taker                               the putter
 *   bell_doze: asleep = true                ring_publish: tail = ...
 *   ring_is_empty of each: tail?            asleep? then rings
 *
 * Each stores first and then looks at what the other one stores, in one order for both (seq_cst):
 * one of the two at least sees the other, so no entry is slept over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct bell;

struct bell *bell_new(void); /* NULL: no eventfd to be had (errno) */
void bell_free(struct bell *bell);
int bell_fd(const struct bell *bell); /* readable once rung; for epoll */
/* The taker's: before it sleeps; then it looks once more whether all its rings are empty. */
void bell_doze(struct bell *bell);
/* And when it is awake again. rung: the bell was seen to be readable. */
void bell_wake(struct bell *bell, bool rung);

struct ring;

/* n_entries: a power of two. The bell is the taker's, and outlives the ring. */
struct ring *ring_new(size_t entry_size, size_t n_entries, struct bell *bell);
/* Both threads are done with it; what is inside is forgotten. NULL is allowed. */
void ring_free(struct ring *ring);

/* The putter's. false: full. */
bool ring_put(struct ring *ring, const void *entry);
void ring_publish(struct ring *ring);

/* The taker's. false: empty. */
bool ring_take(struct ring *ring, void *ret_entry);
bool ring_is_empty(const struct ring *ring);
