/*
 * How often a value was how large: buckets by powers of two, so that adding costs a few
 * instructions and any range fits. Written by one thread (relaxed load + store), read from any.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/* Bucket i counts values up to 2^i that no smaller bucket counts; the last one all the rest. */
#define HISTOGRAM_BUCKETS 24

struct histogram {
	_Atomic uint64_t count[HISTOGRAM_BUCKETS];
	_Atomic uint64_t sum; /* of all values */
};

static inline unsigned histogram_bucket(uint64_t value)
{
	unsigned i = value <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(value - 1);
	return i < HISTOGRAM_BUCKETS ? i : HISTOGRAM_BUCKETS - 1;
}

/* The value came n times. */
static inline void histogram_add(struct histogram *h, uint64_t value, uint64_t n)
{
	_Atomic uint64_t *count = &h->count[histogram_bucket(value)];
	uint64_t before = atomic_load_explicit(count, memory_order_relaxed);
	atomic_store_explicit(count, before + n, memory_order_relaxed);
	before = atomic_load_explicit(&h->sum, memory_order_relaxed);
	atomic_store_explicit(&h->sum, before + value * n, memory_order_relaxed);
}
