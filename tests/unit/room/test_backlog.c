#include "relay/room/backlog.h"
#include <glib.h>
#include <string.h>

static bool put(struct backlog *backlog, bool keyframe, uint32_t number, size_t length)
{
	uint8_t rest[2000] = {0};
	g_assert_cmpuint(length, >=, sizeof number);
	const struct bytes parts[] = {{(const uint8_t *)&number, sizeof number},
				      {NULL, 0},
				      {rest, length - sizeof number}};
	return backlog_put(backlog, keyframe, parts, G_N_ELEMENTS(parts));
}

/* Sends the next one: which it is. */
static uint32_t take(struct backlog *backlog, size_t length)
{
	struct bytes message;
	uint32_t number;
	g_assert_true(backlog_peek(backlog, &message));
	g_assert_cmpuint(message.length, ==, length);
	memcpy(&number, message.data, sizeof number);
	backlog_sent(backlog);
	return number;
}

static void test_order(void)
{
	struct backlog *backlog = backlog_new(4096);
	struct bytes message;
	g_assert_false(backlog_peek(backlog, &message));
	for (uint32_t i = 0; i < 5; i++)
		g_assert_true(put(backlog, true, i, 10 + i));
	for (uint32_t i = 0; i < 5; i++)
		g_assert_cmpuint(take(backlog, 10 + i), ==, i);
	g_assert_false(backlog_peek(backlog, &message));
	backlog_free(backlog);
}

static void test_another_studio_begins_at_a_keyframe(void)
{
	struct backlog *backlog = backlog_new(4096);
	struct bytes message;
	for (uint32_t i = 0; i < 10; i++) /* keyframes: 0, 4, 8 */
		g_assert_true(put(backlog, i % 4 == 0, i, 20));
	for (uint32_t i = 0; i < 10; i++)
		take(backlog, 20);
	g_assert_true(backlog_written(backlog, 7));
	backlog_rewind(backlog);
	for (uint32_t i = 4; i < 10; i++)
		g_assert_cmpuint(take(backlog, 20), ==, i);
	g_assert_false(backlog_peek(backlog, &message));
	/* It counts from where it began. */
	g_assert_false(backlog_written(backlog, 7));
	g_assert_true(backlog_written(backlog, 5));
	backlog_rewind(backlog);
	g_assert_cmpuint(take(backlog, 20), ==, 8);
	backlog_free(backlog);
}

/* Whose a message is stays with it, also when it is sent again. */
static void test_sources(void)
{
	struct backlog *backlog = backlog_new(4096);
	g_assert_cmpuint(backlog_source(backlog), ==, 0);
	for (uint32_t i = 0; i < 10; i++) {
		backlog_set_source(backlog, i < 6 ? 17 : 4);
		g_assert_true(put(backlog, i % 4 == 0, i, 20));
	}
	for (uint32_t i = 0; i < 10; i++) {
		g_assert_cmpuint(backlog_source(backlog), ==, i < 6 ? 17 : 4);
		take(backlog, 20);
	}
	g_assert_cmpuint(backlog_source(backlog), ==, 0);
	g_assert_true(backlog_written(backlog, 6));
	backlog_rewind(backlog);
	for (uint32_t i = 4; i < 10; i++) {
		g_assert_cmpuint(backlog_source(backlog), ==, i < 6 ? 17 : 4);
		take(backlog, 20);
	}
	backlog_free(backlog);
}

static void test_full(void)
{
	struct backlog *backlog = backlog_new(456);
	uint32_t n = 0;
	while (put(backlog, true, n, 40))
		n++;
	g_assert_cmpuint(n, ==, 8); /* 56 bytes each */
	g_assert_cmpuint(take(backlog, 40), ==, 0);
	g_assert_false(put(backlog, true, n, 40)); /* sent isn't written */
	take(backlog, 40);
	g_assert_true(backlog_written(backlog, 2)); /* the second stays: a keyframe */
	g_assert_true(put(backlog, true, n++, 40));
	g_assert_true(put(backlog, true, n++, 40)); /* until there is no other room */
	g_assert_false(put(backlog, true, n, 40));
	for (uint32_t i = 2; i < n; i++)
		g_assert_cmpuint(take(backlog, 40), ==, i);
	backlog_free(backlog);
}

/* A picture without a second keyframe: what is written makes room, and nothing else. */
static void test_full_of_what_is_written(void)
{
	struct backlog *backlog = backlog_new(456);
	struct bytes message;
	uint32_t n = 0;
	for (; n < 8; n++)
		g_assert_true(put(backlog, n == 0, n, 40)); /* 56 bytes each */
	for (uint32_t i = 0; i < 8; i++)
		g_assert_cmpuint(take(backlog, 40), ==, i);
	g_assert_false(put(backlog, false, n, 40));
	g_assert_true(backlog_written(backlog, 5));
	for (; n < 13; n++)
		g_assert_true(put(backlog, false, n, 40));
	g_assert_false(put(backlog, false, n, 40));
	backlog_rewind(backlog);
	for (uint32_t i = 5; i < n; i++)
		g_assert_cmpuint(take(backlog, 40), ==, i);
	g_assert_true(backlog_written(backlog, 8)); /* and no room since then */
	g_assert_true(put(backlog, true, n++, 40));
	g_assert_true(put(backlog, false, n++, 40));
	g_assert_cmpuint(take(backlog, 40), ==, 13);
	g_assert_true(backlog_written(backlog, 9));
	g_assert_cmpuint(backlog_bytes(backlog), <=, 3 * 56); /* from the keyframe on */
	backlog_rewind(backlog);
	g_assert_cmpuint(take(backlog, 40), ==, 13);
	g_assert_cmpuint(take(backlog, 40), ==, 14);
	g_assert_false(backlog_peek(backlog, &message));
	backlog_free(backlog);
}

/* The studio that comes next has asked for nothing yet: what it is to get first stays for it. */
static void test_full_while_it_is_sent_again(void)
{
	struct backlog *backlog = backlog_new(456);
	uint32_t n = 0;
	for (; n < 8; n++)
		g_assert_true(put(backlog, n == 0, n, 40));
	for (uint32_t i = 0; i < 8; i++)
		take(backlog, 40);
	g_assert_true(backlog_written(backlog, 6));
	backlog_rewind(backlog);
	g_assert_false(put(backlog, false, n, 40));
	for (uint32_t i = 0; i < 3; i++)
		g_assert_cmpuint(take(backlog, 40), ==, i);
	g_assert_true(put(backlog, false, n++, 40));
	for (uint32_t i = 3; i < n; i++)
		g_assert_cmpuint(take(backlog, 40), ==, i);
	/* It counts from where it began. */
	g_assert_false(backlog_written(backlog, 10));
	g_assert_true(backlog_written(backlog, 7));
	g_assert_true(put(backlog, false, n++, 40));
	backlog_rewind(backlog);
	for (uint32_t i = 3; i < n; i++)
		g_assert_cmpuint(take(backlog, 40), ==, i);
	backlog_free(backlog);
}

static void test_what_was_not_sent_cannot_be_written(void)
{
	struct backlog *backlog = backlog_new(400);
	put(backlog, true, 0, 40);
	g_assert_false(backlog_written(backlog, 1));
	g_assert_false(backlog_written(backlog, UINT64_MAX));
	take(backlog, 40);
	g_assert_true(backlog_written(backlog, 1));
	g_assert_true(backlog_written(backlog, 0)); /* says nothing new */
	backlog_free(backlog);
}

/* Which is next: this one, or one up to there. */
static uint32_t next_of(const struct backlog *backlog, uint32_t from, uint32_t to)
{
	struct bytes message;
	uint32_t number = from;
	if (!backlog_peek(backlog, &message)) {
		g_assert_cmpuint(to, >, from);
		return to;
	}
	memcpy(&number, message.data, sizeof number);
	g_assert_cmpuint(number, >=, from);
	g_assert_cmpuint(number, <=, MAX(from, to));
	return number;
}

/* Any sizes, any order of what may happen, against a list. */
static void test_against_a_model(void)
{
	enum { N = 20000 };
	struct backlog *backlog = backlog_new(6000);
	g_autofree size_t *lengths = g_new(size_t, N);
	g_autofree bool *keyframes = g_new(bool, N);
	uint32_t end = 0, sent = 0, written = 0, first = 0, base = 0;
	uint32_t given_up = 0; /* for room: at most all before it */
	while (end < N) {
		int what = g_test_rand_int_range(0, 100);
		if (what < 50) {
			size_t length = (size_t)g_test_rand_int_range(4, 1000);
			bool keyframe = end % 3 == 0 && end / 500 % 2 == 0;
			lengths[end] = length;
			keyframes[end] = keyframe;
			if (backlog_bytes(backlog) + length > 6000 - 2100)
				given_up = MIN(sent, written);
			if (put(backlog, keyframe, end, length))
				end++;
			else
				g_assert_cmpuint(backlog_bytes(backlog) + length, >, 6000 - 2100);
		} else if (what < 75 && sent < end) {
			g_assert_cmpuint(take(backlog, lengths[sent]), ==, sent);
			sent++;
		} else if (what < 98 && sent > base) {
			uint32_t count = (uint32_t)g_test_rand_int_range(0, (int)(sent - base) + 1);
			g_assert_true(backlog_written(backlog, count));
			written = MAX(written, base + count);
			for (uint32_t i = first; i < written; i++)
				first = keyframes[i] ? i : first;
		} else if (what >= 98) {
			backlog_rewind(backlog);
			if (first < end)
				first = next_of(backlog, first, given_up);
			sent = base = first;
		}
	}
	backlog_free(backlog);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/backlog/sources", test_sources);
	g_test_add_func("/backlog/order", test_order);
	g_test_add_func("/backlog/another_studio_begins_at_a_keyframe",
			test_another_studio_begins_at_a_keyframe);
	g_test_add_func("/backlog/full", test_full);
	g_test_add_func("/backlog/full_of_what_is_written", test_full_of_what_is_written);
	g_test_add_func("/backlog/full_while_it_is_sent_again", test_full_while_it_is_sent_again);
	g_test_add_func("/backlog/what_was_not_sent_cannot_be_written",
			test_what_was_not_sent_cannot_be_written);
	g_test_add_func("/backlog/against_a_model", test_against_a_model);
	return g_test_run();
}
