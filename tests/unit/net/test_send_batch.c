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
	send_batch_commit(batch, strlen(text), &path);
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
		send_batch_commit(batch, SEND_DATAGRAM_MAX, &path);
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

/* The texts of a path's chain, one after another. */
static void expect_chain(const struct send_batch *batch, size_t path, const char *texts)
{
	g_autoptr(GString) found = g_string_new(NULL);
	size_t i, length;
	const struct net_path *unused;
	for (send_batch_path(batch, path, &i); i != SEND_BATCH_END; i = send_batch_next(batch, i)) {
		const uint8_t *data = send_batch_at(batch, i, &length, &unused);
		g_string_append_len(found, (const char *)data, (gssize)length);
	}
	g_assert_cmpstr(found->str, ==, texts);
}

static void a_path_has_its_datagrams_in_their_order(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	for (unsigned round = 0; round < 3; round++) {
		put(batch, "a", 7);
		put(batch, "bcd", 8);
		put(batch, "ef", 9);
		put(batch, "gh", 8);
		put(batch, "i", 7);
		put(batch, "j", 8);
		size_t unused;
		g_assert_cmpuint(send_batch_paths(batch), ==, 3);
		g_assert_cmpuint(send_batch_path(batch, 1, &unused)->remote.port, ==, 8);
		expect_chain(batch, 0, "ai");
		expect_chain(batch, 1, "bcdghj");
		expect_chain(batch, 2, "ef");
		send_batch_clear(batch);
		g_assert_cmpuint(send_batch_paths(batch), ==, 0);
	}
	send_batch_free(batch);
}

static void paths_differ_by_each_of_their_parts(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	struct net_path paths[5] = {0};
	paths[1].remote.ip[15] = 1;
	paths[2].remote.scope = 1;
	paths[3].local_ip[15] = 1;
	paths[4].interface = 1;
	for (unsigned i = 0; i < 10; i++) {
		send_batch_reserve(batch)[0] = (uint8_t)('0' + i);
		send_batch_commit(batch, 1, &paths[i % 5]);
	}
	g_assert_cmpuint(send_batch_paths(batch), ==, 5);
	for (unsigned i = 0; i < 5; i++) {
		const char texts[] = {(char)('0' + i), (char)('5' + i), '\0'};
		expect_chain(batch, i, texts);
	}
	send_batch_free(batch);
}

static void each_datagram_may_have_a_path_of_its_own(void)
{
	struct send_batch *batch = send_batch_new(flush, "user");
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++)
		put(batch, "x", (uint16_t)i);
	g_assert_cmpuint(send_batch_paths(batch), ==, SEND_BATCH_MAX);
	for (unsigned i = 0; i < SEND_BATCH_MAX; i++) {
		size_t first;
		g_assert_cmpuint(send_batch_path(batch, i, &first)->remote.port, ==, i);
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
	g_test_add_func("/send_batch/a_path_has_its_datagrams_in_their_order",
			a_path_has_its_datagrams_in_their_order);
	g_test_add_func("/send_batch/paths_differ_by_each_of_their_parts",
			paths_differ_by_each_of_their_parts);
	g_test_add_func("/send_batch/each_datagram_may_have_a_path_of_its_own",
			each_datagram_may_have_a_path_of_its_own);
	return g_test_run();
}
