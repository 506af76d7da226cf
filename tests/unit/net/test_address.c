#include "relay/net/address.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

static struct net_address parse(const char *ip, uint16_t port)
{
	struct net_address address;
	g_assert_cmpint(net_address_parse(ip, port, &address), ==, OK);
	return address;
}

static void v4_is_held_mapped(void)
{
	struct net_address plain = parse("192.0.2.1", 4000),
			   mapped = parse("::ffff:192.0.2.1", 4000);
	char text[NET_ADDRESS_TEXT];
	g_assert_true(net_address_equal(&plain, &mapped));
	g_assert_cmpuint(net_address_hash(&plain), ==, net_address_hash(&mapped));
	g_assert_true(net_address_is_v4(&plain));
	g_assert_cmpstr(net_address_text(&plain, text), ==, "192.0.2.1:4000");
}

static void v6_text_has_brackets(void)
{
	struct net_address address = parse("2001:db8::1", 65535);
	char text[NET_ADDRESS_TEXT];
	g_assert_false(net_address_is_v4(&address));
	g_assert_cmpstr(net_address_text(&address, text), ==, "[2001:db8::1]:65535");
}

static void every_part_counts_in_equality(void)
{
	struct net_address a = parse("2001:db8::1", 1), b = parse("2001:db8::1", 2),
			   c = parse("2001:db8::2", 1), d = a;
	d.scope = 3;
	g_assert_false(net_address_equal(&a, &b));
	g_assert_false(net_address_equal(&a, &c));
	g_assert_false(net_address_equal(&a, &d));
	g_assert_true(net_address_equal(&a, &a));
}

static void scope_belongs_to_link_local_only(void)
{
	struct sockaddr_in6 in = {.sin6_family = AF_INET6,
				  .sin6_port = htons(9),
				  .sin6_scope_id = 7},
			    out;
	struct net_address address;
	inet_pton(AF_INET6, "fe80::1", &in.sin6_addr);
	net_address_from_sockaddr(&address, &in);
	g_assert_cmpuint(address.scope, ==, 7);
	net_address_to_sockaddr(&address, &out);
	g_assert_cmpmem(&in, sizeof in, &out, sizeof out);
	inet_pton(AF_INET6, "2001:db8::1", &in.sin6_addr);
	net_address_from_sockaddr(&address, &in);
	g_assert_cmpuint(address.scope, ==, 0);
	address = parse("fe80::1%lo", 5);
	g_assert_cmpuint(address.scope, !=, 0);
}

static void malformed_text_is_refused_and_leaves_the_output_alone(void)
{
	static const char *const bad[] = {
		"",
		"1.2.3",
		"1.2.3.4.5",
		"host",
		"::g",
		"fe80::1%none",
		"2001:db8::1%lo",
		"[::1]",
		"1.2.3.4:5",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct net_address address = {.port = 77};
		g_assert_cmpint(net_address_parse(bad[i], 1, &address), ==, ERR_MALFORMED);
		g_assert_cmpuint(address.port, ==, 77);
	}
}

/* 200 people behind one office's address differ by the port alone. */
static void hash_spreads_neighbours(void)
{
	enum { BUCKETS = 1024 };
	unsigned fill[BUCKETS] = {0}, fullest = 0;
	struct net_address address = parse("203.0.113.9", 0);
	for (unsigned i = 0; i < BUCKETS; i++) {
		address.port = (uint16_t)(40000 + i);
		unsigned *bucket = &fill[net_address_hash(&address) % BUCKETS];
		fullest = MAX(fullest, ++*bucket);
	}
	g_assert_cmpuint(fullest, <=, 8);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/v4_is_held_mapped", v4_is_held_mapped);
	g_test_add_func("/address/v6_text_has_brackets", v6_text_has_brackets);
	g_test_add_func("/address/every_part_counts_in_equality", every_part_counts_in_equality);
	g_test_add_func("/address/scope_belongs_to_link_local_only",
			scope_belongs_to_link_local_only);
	g_test_add_func("/address/malformed_text_is_refused_and_leaves_the_output_alone",
			malformed_text_is_refused_and_leaves_the_output_alone);
	g_test_add_func("/address/hash_spreads_neighbours", hash_spreads_neighbours);
	return g_test_run();
}
