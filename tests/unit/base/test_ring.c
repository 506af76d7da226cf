#include "relay/base/ring.h"
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>

struct entry {
	uint64_t number, square;
	uint8_t tail;
};

static struct entry entry_of(uint64_t number)
{
	return (struct entry){number, number * number, (uint8_t)number};
}

static void put(struct ring *ring, uint64_t number)
{
	const struct entry e = entry_of(number);
	g_assert_true(ring_put(ring, &e));
}

static void check_next(struct ring *ring, uint64_t number)
{
	struct entry e;
	g_assert_true(ring_take(ring, &e));
	g_assert_cmpuint(e.number, ==, number);
	g_assert_cmpuint(e.square, ==, number * number);
	g_assert_cmpuint(e.tail, ==, (uint8_t)number);
}

static bool readable(const struct bell *bell)
{
	struct pollfd p = {.fd = bell_fd(bell), .events = POLLIN};
	return poll(&p, 1, 0) == 1;
}

static void test_entries_come_in_order(void)
{
	struct bell *bell = bell_new();
	struct ring *ring = ring_new(sizeof(struct entry), 4, bell);
	struct entry e;
	uint64_t in = 0, out = 0;
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 1 + round % 4; i++)
			put(ring, in++);
		ring_publish(ring);
		while (out < in)
			check_next(ring, out++);
		g_assert_false(ring_take(ring, &e));
	}
	ring_free(ring);
	ring_free(NULL);
	bell_free(bell);
	bell_free(NULL);
}

static void test_nothing_is_seen_before_it_is_published(void)
{
	struct bell *bell = bell_new();
	struct ring *ring = ring_new(sizeof(struct entry), 8, bell);
	struct entry e;
	put(ring, 1);
	put(ring, 2);
	g_assert_false(ring_take(ring, &e));
	g_assert_true(ring_is_empty(ring));
	ring_publish(ring);
	g_assert_false(ring_is_empty(ring));
	put(ring, 3);
	check_next(ring, 1);
	check_next(ring, 2);
	g_assert_true(ring_is_empty(ring));
	g_assert_false(ring_take(ring, &e));
	ring_publish(ring);
	check_next(ring, 3);
	ring_free(ring);
	bell_free(bell);
}

static void test_full_ring_refuses(void)
{
	struct bell *bell = bell_new();
	struct ring *ring = ring_new(sizeof(struct entry), 4, bell);
	const struct entry more = entry_of(99);
	for (uint64_t i = 0; i < 4; i++)
		put(ring, i);
	g_assert_false(ring_put(ring, &more)); /* also what isn't published takes room */
	ring_publish(ring);
	g_assert_false(ring_put(ring, &more));
	check_next(ring, 0);
	put(ring, 4);
	g_assert_false(ring_put(ring, &more));
	ring_publish(ring);
	for (uint64_t i = 1; i < 5; i++)
		check_next(ring, i);
	g_assert_true(ring_is_empty(ring));
	ring_free(ring);
	bell_free(bell);
}

static void test_bell_rings_for_a_sleeper_only(void)
{
	struct bell *bell = bell_new();
	struct ring *a = ring_new(sizeof(struct entry), 4, bell),
		    *b = ring_new(sizeof(struct entry), 4, bell);
	put(a, 1);
	ring_publish(a);
	g_assert_false(readable(bell)); /* awake: it looks by itself */
	check_next(a, 1);
	for (unsigned round = 0; round < 3; round++) {
		bell_doze(bell);
		g_assert_true(ring_is_empty(a) && ring_is_empty(b));
		ring_publish(b); /* nothing in it */
		g_assert_false(readable(bell));
		put(a, 2);
		put(b, 3);
		ring_publish(b);
		g_assert_true(readable(bell));
		ring_publish(a);
		bell_wake(bell, true);
		g_assert_false(readable(bell));
		check_next(a, 2);
		check_next(b, 3);
	}
	bell_doze(bell);
	bell_wake(bell, false); /* a timer woke it */
	put(a, 4);
	ring_publish(a);
	g_assert_false(readable(bell));
	ring_free(a);
	ring_free(b);
	bell_free(bell);
}

enum { PUTTERS = 2, ENTRIES = 300000 };

static void *put_entries(void *data)
{
	struct ring *ring = data;
	for (uint64_t i = 0; i < ENTRIES;) {
		const struct entry e = entry_of(i);
		if (ring_put(ring, &e)) {
			/* Passes of all lengths, and now and then a pause, so that the taker
			 * sleeps. */
			if (i % 7 == 0 || i % 1000 > 900 || i + 1 == ENTRIES)
				ring_publish(ring);
			if (i % 10000 == 0)
				sched_yield();
			i++;
		} else {
			ring_publish(ring);
			sched_yield();
		}
	}
	return NULL;
}

static unsigned take_all(struct ring *const *rings, uint64_t *next)
{
	unsigned n = 0;
	struct entry e;
	for (unsigned i = 0; i < PUTTERS; i++)
		while (ring_take(rings[i], &e)) {
			g_assert_cmpuint(e.number, ==, next[i]++);
			g_assert_cmpuint(e.square, ==, e.number * e.number);
			n++;
		}
	return n;
}

/* A lost wake-up ends it: the taker sleeps for good only when there is nothing more to come. */
static void test_no_entry_is_slept_over(void)
{
	struct bell *bell = bell_new();
	struct ring *rings[PUTTERS];
	pthread_t threads[PUTTERS];
	uint64_t next[PUTTERS] = {0}, total = 0;
	unsigned n_slept = 0;
	for (unsigned i = 0; i < PUTTERS; i++) {
		rings[i] = ring_new(sizeof(struct entry), 64, bell);
		g_assert_cmpint(pthread_create(&threads[i], NULL, put_entries, rings[i]), ==, 0);
	}
	while (total < PUTTERS * ENTRIES) {
		total += take_all(rings, next);
		bell_doze(bell);
		bool empty = ring_is_empty(rings[0]) && ring_is_empty(rings[1]);
		bool rung = false;
		if (empty && total < PUTTERS * ENTRIES) {
			struct pollfd p = {.fd = bell_fd(bell), .events = POLLIN};
			g_assert_cmpint(poll(&p, 1, 20000), ==, 1);
			rung = true;
			n_slept++;
		}
		bell_wake(bell, rung);
	}
	for (unsigned i = 0; i < PUTTERS; i++) {
		pthread_join(threads[i], NULL);
		g_assert_cmpuint(next[i], ==, ENTRIES);
		ring_free(rings[i]);
	}
	g_test_message("slept %u times", n_slept);
	bell_free(bell);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ring/entries_come_in_order", test_entries_come_in_order);
	g_test_add_func("/ring/nothing_is_seen_before_it_is_published",
			test_nothing_is_seen_before_it_is_published);
	g_test_add_func("/ring/full_ring_refuses", test_full_ring_refuses);
	g_test_add_func("/ring/bell_rings_for_a_sleeper_only", test_bell_rings_for_a_sleeper_only);
	g_test_add_func("/ring/no_entry_is_slept_over", test_no_entry_is_slept_over);
	return g_test_run();
}
