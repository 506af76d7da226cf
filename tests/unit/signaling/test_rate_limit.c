#include "signaling/rate_limit.h"

#include <arpa/inet.h>
#include <glib.h>

#define SECOND UINT64_C(1000000)

static void a_burst_then_the_rate(void)
{
	uint64_t bucket = 0, now = 100 * SECOND;
	unsigned taken = 0;
	while (rate_take(&bucket, 20, 10, now))
		taken++;
	g_assert_cmpuint(taken, ==, 200);
	/* 60 s more at twice the rate: half of it passes. */
	taken = 0;
	for (unsigned i = 1; i <= 60 * 40; i++)
		taken += rate_take(&bucket, 20, 10, now + i * SECOND / 40);
	g_assert_cmpuint(taken, ==, 60 * 20);
}

static void rest_fills_the_bucket_but_not_more(void)
{
	uint64_t bucket = 0;
	for (unsigned hour = 0; hour < 3; hour++) {
		unsigned taken = 0;
		while (rate_take(&bucket, 5, 10, hour * 3600 * SECOND + SECOND))
			taken++;
		g_assert_cmpuint(taken, ==, 50);
	}
}

static void rate_0_is_no_limit(void)
{
	uint64_t bucket = 0;
	for (unsigned i = 0; i < 100000; i++)
		g_assert_true(rate_take(&bucket, 0, 10, 0));
}

static struct sockaddr_storage address(const char *text)
{
	struct sockaddr_storage result = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&result;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&result;
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
		result.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
		result.ss_family = AF_INET6;
	else
		g_assert_not_reached();
	return result;
}

static void each_address_has_its_own_count(void)
{
	struct address_limits *limits = address_limits_new(2, 0, 10);
	struct sockaddr_storage a = address("192.0.2.1"), b = address("192.0.2.2");
	g_assert_cmpint(address_limits_enter(limits, &a, 0), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &a, 0), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &a, 0), ==, ADDRESS_TOO_MANY);
	g_assert_cmpint(address_limits_enter(limits, &b, 0), ==, ADDRESS_OK);
	address_limits_leave(limits, &a);
	g_assert_cmpint(address_limits_enter(limits, &a, 0), ==, ADDRESS_OK);
	address_limits_free(limits);
}

static void one_subscriber_is_one_address(void)
{
	struct address_limits *limits = address_limits_new(1, 0, 10);
	struct sockaddr_storage a = address("2001:db8:1:2::1"), b = address("2001:db8:1:2:ffff::2"),
				c = address("2001:db8:1:3::1"), d = address("192.0.2.1"),
				mapped = address("::ffff:192.0.2.1"),
				e = address("::ffff:192.0.2.2");
	g_assert_cmpint(address_limits_enter(limits, &a, 0), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &b, 0), ==, ADDRESS_TOO_MANY);
	g_assert_cmpint(address_limits_enter(limits, &c, 0), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &d, 0), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &mapped, 0), ==, ADDRESS_TOO_MANY);
	g_assert_cmpint(address_limits_enter(limits, &e, 0), ==, ADDRESS_OK);
	address_limits_free(limits);
}

static void the_rate_is_for_each_address(void)
{
	struct address_limits *limits = address_limits_new(0, 1, 10);
	struct sockaddr_storage a = address("192.0.2.1"), b = address("192.0.2.2");
	for (unsigned i = 0; i < 10; i++)
		g_assert_cmpint(address_limits_enter(limits, &a, SECOND), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &a, SECOND), ==, ADDRESS_TOO_FAST);
	g_assert_cmpint(address_limits_enter(limits, &b, SECOND), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &a, 2 * SECOND), ==, ADDRESS_OK);
	address_limits_free(limits);
}

static void gone_addresses_are_forgotten(void)
{
	struct address_limits *limits = address_limits_new(10, 10, 10);
	struct sockaddr_storage stays = address("198.51.100.1");
	g_assert_cmpint(address_limits_enter(limits, &stays, 0), ==, ADDRESS_OK);
	for (uint32_t i = 0; i < 100000; i++) {
		struct sockaddr_storage a = address("10.0.0.0");
		((struct sockaddr_in *)&a)->sin_addr.s_addr |= htonl(i);
		g_assert_cmpint(address_limits_enter(limits, &a, i * 1000), ==, ADDRESS_OK);
		address_limits_leave(limits, &a);
	}
	g_assert_cmpuint(address_limits_size(limits), <=, 2048);
	for (unsigned i = 1; i < 10; i++)
		g_assert_cmpint(address_limits_enter(limits, &stays, 200 * SECOND), ==, ADDRESS_OK);
	g_assert_cmpint(address_limits_enter(limits, &stays, 200 * SECOND), ==, ADDRESS_TOO_MANY);
	address_limits_free(limits);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rate_limit/a_burst_then_the_rate", a_burst_then_the_rate);
	g_test_add_func("/rate_limit/rest_fills_the_bucket_but_not_more",
			rest_fills_the_bucket_but_not_more);
	g_test_add_func("/rate_limit/rate_0_is_no_limit", rate_0_is_no_limit);
	g_test_add_func("/rate_limit/each_address_has_its_own_count",
			each_address_has_its_own_count);
	g_test_add_func("/rate_limit/one_subscriber_is_one_address", one_subscriber_is_one_address);
	g_test_add_func("/rate_limit/the_rate_is_for_each_address", the_rate_is_for_each_address);
	g_test_add_func("/rate_limit/gone_addresses_are_forgotten", gone_addresses_are_forgotten);
	return g_test_run();
}
