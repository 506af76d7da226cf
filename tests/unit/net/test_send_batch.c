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
		g_assert_cmpuint(data[0], ==, i);
		g_assert_cmpuint(data[length - 1], ==, i);
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
	return g_test_run();
}
