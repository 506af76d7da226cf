#include "tests/load/stamp.h"
#include <glib.h>
#include <string.h>

static void fill(uint8_t *payload, size_t length)
{
	for (size_t i = 0; i < length; i++)
		payload[i] = (uint8_t)(7 * i);
}

static void test_what_was_sealed_is_read(void)
{
	uint8_t payload[101];
	struct stamp stamp;
	fill(payload, sizeof payload);
	stamp_seal(payload, sizeof payload, 77, 12345);
	stamp_time(payload, sizeof payload, 987654321);
	g_assert_cmpint(stamp_read(payload, sizeof payload, &stamp), ==, STAMP_OK);
	g_assert_cmpuint(stamp.origin, ==, 77);
	g_assert_cmpuint(stamp.number, ==, 12345);
	g_assert_cmpuint(stamp.sent_us, ==, 987654321);
}

static void test_time_may_change_behind_the_seal(void)
{
	uint8_t payload[64];
	struct stamp stamp;
	fill(payload, sizeof payload);
	stamp_seal(payload, sizeof payload, 1, 2);
	for (uint64_t us = 0; us < 3; us++) {
		stamp_time(payload, sizeof payload, us);
		g_assert_cmpint(stamp_read(payload, sizeof payload, &stamp), ==, STAMP_OK);
		g_assert_cmpuint(stamp.sent_us, ==, us);
	}
}

static void test_each_wrong_bit_is_seen(void)
{
	uint8_t payload[61];
	struct stamp stamp;
	fill(payload, sizeof payload);
	stamp_seal(payload, sizeof payload, 1, 2);
	for (size_t bit = 0; bit < 8 * (sizeof payload - sizeof stamp.sent_us); bit++) {
		payload[bit / 8] ^= (uint8_t)(1 << bit % 8);
		g_assert_cmpint(stamp_read(payload, sizeof payload, &stamp), ==, STAMP_BROKEN);
		payload[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	g_assert_cmpint(stamp_read(payload, sizeof payload, &stamp), ==, STAMP_OK);
}

static void test_every_cut_is_seen(void)
{
	uint8_t payload[80];
	struct stamp stamp;
	fill(payload, sizeof payload);
	stamp_seal(payload, sizeof payload, 1, 2);
	for (size_t length = 0; length < sizeof payload; length++)
		g_assert_cmpint(stamp_read(payload, length, &stamp), ==,
				length < STAMP_SIZE ? STAMP_NONE : STAMP_BROKEN);
}

static void test_short_payload_stays_as_it_is(void)
{
	uint8_t payload[STAMP_SIZE - 1], before[sizeof payload];
	fill(payload, sizeof payload);
	memcpy(before, payload, sizeof payload);
	stamp_seal(payload, sizeof payload, 1, 2);
	stamp_time(payload, sizeof payload, 3);
	g_assert_cmpmem(payload, sizeof payload, before, sizeof before);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stamp/what_was_sealed_is_read", test_what_was_sealed_is_read);
	g_test_add_func("/stamp/time_may_change_behind_the_seal",
			test_time_may_change_behind_the_seal);
	g_test_add_func("/stamp/each_wrong_bit_is_seen", test_each_wrong_bit_is_seen);
	g_test_add_func("/stamp/every_cut_is_seen", test_every_cut_is_seen);
	g_test_add_func("/stamp/short_payload_stays_as_it_is", test_short_payload_stays_as_it_is);
	return g_test_run();
}
