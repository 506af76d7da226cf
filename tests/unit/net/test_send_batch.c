#include "relay/net/send_batch.h"

#include <glib.h>
#include <string.h>

static unsigned flushed;

static void flush(struct send_batch *batch, void *user)
{
	g_assert_cmpuint(send_batch_count(batch), ==, SEND_BATCH_MAX);
	g_assert_cmpstr(user, ==, "user");
	flushed++;
	send_batch_clear(batch);
}

static void put(struct send_batch *batch, const char *text, uint16_t port)
{
	const struct net_path path = {.remote = {.port = port}};
	memcpy(send_batch_reserve(batch), text, strlen(text));
	send_batch_commit(batch, strlen(text), &path, NULL);
}

static void datagrams_are_kept_in_order_with_their_paths(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	put(batch, "first", 1);
	memcpy(send_batch_reserve(batch), "never committed", 15);
	put(batch, "second", 2);
	g_assert_cmpuint(send_batch_count(batch), ==, 2);
	static const char *const texts[] = {"first", "second"};
	for (size_t i = 0; i < 2; i++) {
		size_t length;
		const struct net_path *path;
		const uint8_t *data = send_batch_at(batch, i, &length, &path);
		g_assert_cmpmem(data, length, texts[i], strlen(texts[i]));
		g_assert_cmpuint(path->remote.port, ==, i + 1);
	}
	send_batch_clear(batch);
	g_assert_cmpuint(send_batch_count(batch), ==, 0);
	send_batch_free(batch);
}

/* What was lent by a commit stays readable until something further is reserved. */
static void a_full_batch_is_flushed_by_the_next_reservation(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	flushed = 0;
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++)
		put(batch, "x", (uint16_t)i);
	g_assert_cmpuint(flushed, ==, 0);
	put(batch, "y", 9);
	g_assert_cmpuint(flushed, ==, 1);
	g_assert_cmpuint(send_batch_count(batch), ==, 1);
	send_batch_free(batch);
}

static void the_largest_datagram_fits(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	const struct net_path path = {0};
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++) {
		memset(send_batch_reserve(batch), (int)i, SEND_DATAGRAM_MAX);
		send_batch_commit(batch, SEND_DATAGRAM_MAX, &path, NULL);
	}
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++) {
		size_t length;
		const struct net_path *unused;
		const uint8_t *data = send_batch_at(batch, i, &length, &unused);
		g_assert_cmpuint(length, ==, SEND_DATAGRAM_MAX);
		g_assert_cmpuint(data[0], ==, (uint8_t)i);
		g_assert_cmpuint(data[length - 1], ==, (uint8_t)i);
	}
	send_batch_free(batch);
}

/* The texts of a chain, one after another. */
static void expect_chain(const struct send_batch *batch, size_t chain, const char *texts)
{
	g_autoptr(GString) found = g_string_new(NULL);
	size_t i, length;
	const struct net_path *unused;
	for (send_batch_chain(batch, chain, &i); i != SEND_BATCH_END;
	     i = send_batch_next(batch, i)) {
		const uint8_t *data = send_batch_at(batch, i, &length, &unused);
		g_string_append_len(found, (const char *)data, (gssize)length);
	}
	g_assert_cmpstr(found->str, ==, texts);
}

static void put_to(struct send_batch *batch, const char *text, uint16_t port,
		   struct send_chain *chain)
{
	const struct net_path path = {.remote = {.port = port}};
	memcpy(send_batch_reserve(batch), text, strlen(text));
	send_batch_commit(batch, strlen(text), &path, chain);
}

static void a_chain_has_its_datagrams_in_their_order(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	struct send_chain seven = {0}, eight = {0}, nine = {0};
	for (unsigned round = 0; round < 3; round++) {
		put_to(batch, "a", 7, &seven);
		put_to(batch, "bcd", 8, &eight);
		put_to(batch, "ef", 9, &nine);
		put_to(batch, "gh", 8, &eight);
		put_to(batch, "i", 7, &seven);
		put_to(batch, "j", 8, &eight);
		size_t unused;
		g_assert_cmpuint(send_batch_chains(batch), ==, 3);
		g_assert_cmpuint(send_batch_chain(batch, 1, &unused)->remote.port, ==, 8);
		expect_chain(batch, 0, "ai");
		expect_chain(batch, 1, "bcdghj");
		expect_chain(batch, 2, "ef");
		send_batch_clear(batch);
		g_assert_cmpuint(send_batch_chains(batch), ==, 0);
	}
	send_batch_free(batch);
}

static void another_path_begins_another_chain(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	struct send_chain chain = {0};
	put_to(batch, "a", 7, &chain);
	put_to(batch, "b", 7, &chain);
	chain = (struct send_chain){0}; /* its receiver has moved */
	put_to(batch, "c", 8, &chain);
	put(batch, "d", 8); /* nobody's */
	size_t unused;
	g_assert_cmpuint(send_batch_chains(batch), ==, 3);
	g_assert_cmpuint(send_batch_chain(batch, 0, &unused)->remote.port, ==, 7);
	g_assert_cmpuint(send_batch_chain(batch, 1, &unused)->remote.port, ==, 8);
	expect_chain(batch, 0, "ab");
	expect_chain(batch, 1, "c");
	expect_chain(batch, 2, "d");
	send_batch_free(batch);
}

static void each_datagram_may_have_a_chain_of_its_own(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++)
		put(batch, "x", (uint16_t)i);
	g_assert_cmpuint(send_batch_chains(batch), ==, SEND_BATCH_MAX);
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++) {
		size_t first;
		g_assert_cmpuint(send_batch_chain(batch, i, &first)->remote.port, ==, i);
		g_assert_cmpuint(first, ==, i);
		g_assert_cmpuint(send_batch_next(batch, i), ==, SEND_BATCH_END);
	}
	send_batch_free(batch);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/send_batch/datagrams_are_kept_in_order_with_their_paths",
			datagrams_are_kept_in_order_with_their_paths);
	g_test_add_func("/send_batch/a_full_batch_is_flushed_by_the_next_reservation",
			a_full_batch_is_flushed_by_the_next_reservation);
	g_test_add_func("/send_batch/the_largest_datagram_fits", the_largest_datagram_fits);
	g_test_add_func("/send_batch/a_chain_has_its_datagrams_in_their_order",
			a_chain_has_its_datagrams_in_their_order);
	g_test_add_func("/send_batch/another_path_begins_another_chain",
			another_path_begins_another_chain);
	g_test_add_func("/send_batch/each_datagram_may_have_a_chain_of_its_own",
			each_datagram_may_have_a_chain_of_its_own);
	return g_test_run();
}
