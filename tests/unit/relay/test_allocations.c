/*
 * The packet path takes its memory from pools: once a meeting runs, forwarding allocates nothing.
 * Counts what the worker's thread asks malloc for, by standing before glibc's; a sanitizer brings
 * its own malloc, so there the test is skipped.
 */
#include "tests/unit/relay/world.h"
#include <stdatomic.h>

#define RECEIVERS 12
#define PACKETS	  10000 /* forwarded, for each measurement */
/* Events, RTCP's SSRCs and the like, each second: not each packet. */
#define ALLOWED_PER_SECOND 50

#if SANITIZED || !defined(__GLIBC__)
#define COUNTED false
static unsigned allocations(void)
{
	return 0;
}
#else
#define COUNTED true
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

static _Thread_local bool is_main;
static atomic_uint n_allocations; /* of all threads but the main one */

static void count(void)
{
	if (!is_main)
		atomic_fetch_add(&n_allocations, 1);
}

void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	count();
	return __libc_realloc(memory, size);
}

static unsigned allocations(void)
{
	is_main = true;
	return atomic_load(&n_allocations);
}
#endif

static void test_forwarding(void)
{
	if (!COUNTED) {
		g_test_skip("a sanitizer's malloc");
		return;
	}
	allocations();
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *publisher = client_connect(world, room, 1);
	for (uint32_t i = 0; i < RECEIVERS; i++)
		client_connect(world, room, 2 + i);
	relay_pin_stage(world->relay, room, 1);
	publisher->speaks = publisher->films = true;
	/* Histories have grown to what the rate needs. */
	uint64_t from = world_count(world, COUNTER_RTP_OUT);
	WORLD_UNTIL(world, world_count(world, COUNTER_RTP_OUT) >= from + PACKETS / 2);

	unsigned before = allocations();
	uint64_t began_us = clock_now_us();
	from = world_count(world, COUNTER_RTP_OUT);
	WORLD_UNTIL(world, world_count(world, COUNTER_RTP_OUT) >= from + PACKETS);
	double seconds = (double)(clock_now_us() - began_us) / 1e6;
	unsigned n = allocations() - before;
	g_test_message("%u allocations in %.1f s, %u packets", n, seconds, PACKETS);
	g_assert_cmpfloat(n, <=, ALLOWED_PER_SECOND * (seconds + 1));
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/allocations/forwarding_needs_none", test_forwarding);
	return g_test_run();
}
