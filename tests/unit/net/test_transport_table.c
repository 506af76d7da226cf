#include "tests/unit/net/link.h"

#include <malloc.h>
#include <string.h>

static struct link_relay relay;
static struct transport_table *table;
static char user_a[] = "a", user_b[] = "b";
static struct link *a, *b;

static void set_up(void)
{
	link_relay_init(&relay, 10);
	table = transport_table_new(&relay.environment);
	a = link_new(&relay, NULL, "192.0.2.1", 4001);
	b = link_new(&relay, NULL, "192.0.2.1", 4002); /* the same office */
	a->table = b->table = table;
	g_assert_cmpint(transport_table_add(table, a->transport, user_a), ==, OK);
	g_assert_cmpint(transport_table_add(table, b->transport, user_b), ==, OK);
}

static void tear_down(void)
{
	transport_table_free(table);
	link_free(a);
	link_free(b);
	link_relay_clear(&relay);
}

/* Whose a datagram from there is. RTP that nobody can authenticate: only the way of it counts. */
static void *owner_of(const char *ip, uint16_t port)
{
	uint8_t data[100];
	size_t length = link_rtp(data, 1, 1, 1, 80);
	struct net_path path = a->path;
	enum datagram_kind kind;
	g_assert_cmpint(net_address_parse(ip, port, &path.remote), ==, OK);
	return transport_table_receive(table, data, &length, &path, link_now_us, &kind);
}

static void check_from(struct link *l, const char *ip, uint16_t port)
{
	link_set_remote(l, ip, port);
	client_transport_check(l->client, true, link_now_us);
	link_exchange(l);
}

static void both_of_one_office_open(void)
{
	uint8_t packet[100];
	set_up();
	link_open(a);
	link_open(b);
	g_assert_true(client_transport_send_rtp(a->client, packet, link_rtp(packet, 1, 1, 1, 50)));
	g_assert_true(client_transport_send_rtp(b->client, packet, link_rtp(packet, 2, 1, 1, 50)));
	link_exchange(a);
	link_exchange(b);
	g_assert_cmpuint(a->relay_got->len, ==, 1);
	g_assert_cmpuint(b->relay_got->len, ==, 1);
	g_assert_true(owner_of("192.0.2.1", 4001) == user_a);
	g_assert_true(owner_of("192.0.2.1", 4002) == user_b);
	g_assert_null(owner_of("192.0.2.1", 4003));
	tear_down();
}

static void stun_is_routed_by_its_ufrag_always(void)
{
	set_up();
	link_open(a);
	link_open(b);
	a->client_silent = b->client_silent = true;
	uint64_t answered = client_transport_checks_answered(b->client);
	link_now_us += 100 * US_PER_MS;
	check_from(b, "192.0.2.1", 4001); /* from the address of a, which is alive */
	g_assert_cmpuint(client_transport_checks_answered(b->client), ==, answered + 1);
	tear_down();
}

static void a_lively_peers_address_is_not_taken_over(void)
{
	set_up();
	link_open(a);
	link_open(b);
	check_from(a, "192.0.2.1", 4001);
	link_now_us += 999 * US_PER_MS;
	check_from(b, "192.0.2.1", 4001);
	g_assert_true(owner_of("192.0.2.1", 4001) == user_a);
	link_now_us += 1 * US_PER_MS; /* a is gone: the same socket may join anew */
	check_from(b, "192.0.2.1", 4001);
	g_assert_true(owner_of("192.0.2.1", 4001) == user_b);
	check_from(a, "192.0.2.1", 4005);
	g_assert_true(owner_of("192.0.2.1", 4005) == user_a);
	tear_down();
}

static void a_bad_check_teaches_no_address(void)
{
	uint8_t data[300];
	char username[80];
	set_up();
	link_open(a);
	g_snprintf(username, sizeof username, "%s:%s", a->credentials.local_ufrag,
		   a->credentials.remote_ufrag);
	size_t length = link_stranger_check(data, sizeof data, username);
	struct net_path path = a->path;
	path.remote.port = 7777;
	link_inject(a, &path, data, length);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_AUTH), ==, 1);
	g_assert_null(owner_of("192.0.2.1", 7777));
	tear_down();
}

static void evicted_addresses_are_forgotten(void)
{
	set_up();
	link_open(a);
	a->client_silent = true;
	for (uint16_t port = 5000; port < 5100; port++) {
		link_now_us += 10;
		check_from(a, "198.51.100.1", port);
	}
	unsigned known = 0;
	for (uint16_t port = 5000; port < 5100; port++)
		known += owner_of("198.51.100.1", port) == user_a;
	g_assert_cmpuint(known, ==, 8);
	g_assert_true(owner_of("198.51.100.1", 5099) == user_a);
	tear_down();
}

static void both_ufrags_of_a_restart_stay_valid(void)
{
	set_up();
	link_open(a);
	a->client_silent = true;
	client_transport_check(a->client, true, link_now_us);
	GBytes *old = g_queue_pop_head(a->to_relay);
	link_restart_ice(a);
	g_assert_cmpint(transport_table_add(table, a->transport, user_a), ==, OK);
	uint64_t ok = link_count(&relay, COUNTER_STUN_OK);
	link_inject(a, &a->path, g_bytes_get_data(old, NULL), g_bytes_get_size(old));
	link_start(a);
	check_from(a, "192.0.2.1", 4001);
	g_assert_cmpuint(link_count(&relay, COUNTER_STUN_OK), ==, ok + 2);
	link_restart_ice(a);
	g_assert_cmpint(transport_table_add(table, a->transport, user_a), ==, OK);
	link_inject(a, &a->path, g_bytes_get_data(old, NULL), g_bytes_get_size(old));
	g_assert_cmpuint(link_count(&relay, COUNTER_STUN_OK), ==, ok + 2);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER), ==, 1);
	g_bytes_unref(old);
	tear_down();
}

static void a_ufrag_belongs_to_one_transport(void)
{
	set_up();
	struct transport *twin = transport_new(&relay.environment, &a->credentials, link_now_us);
	g_assert_cmpint(transport_table_add(table, twin, user_b), ==, ERR_NOT_READY);
	g_assert_cmpint(transport_table_add(table, a->transport, user_a), ==, OK); /* again */
	transport_free(twin);
	tear_down();
}

static void a_removed_transport_is_forgotten(void)
{
	set_up();
	link_open(a);
	link_open(b);
	transport_table_remove(table, a->transport);
	transport_table_remove(table, a->transport);
	g_assert_null(owner_of("192.0.2.1", 4001));
	g_assert_true(owner_of("192.0.2.1", 4002) == user_b);
	uint64_t unknown = link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER);
	a->client_silent = true;
	check_from(a, "192.0.2.1", 4001);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER), ==, unknown + 1);
	g_assert_cmpint(transport_table_add(table, a->transport, user_a), ==, OK);
	tear_down();
}

static void strangers_allocate_nothing(void)
{
	uint8_t data[4][300];
	size_t lengths[4];
	set_up();
	link_open(a);
	lengths[0] = link_rtp(data[0], 1, 1, 1, 200);
	lengths[1] = link_stranger_check(data[1], sizeof data[1], "nobody:x");
	memcpy(data[2], (const uint8_t[]){22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1}, 14);
	lengths[2] = 100;
	lengths[3] = link_stranger_check(data[3], sizeof data[3], "nobody:x");
	data[3][3]++; /* longer than it is */
	struct net_path path = a->path;
	size_t before = mallinfo2().uordblks;
	for (unsigned i = 0; i < 10000; i++) {
		path.remote.port = (uint16_t)(10000 + i);
		size_t length = lengths[i % 4];
		enum datagram_kind kind;
		uint8_t copy[300];
		memcpy(copy, data[i % 4], length);
		g_assert_null(
			transport_table_receive(table, copy, &length, &path, link_now_us, &kind));
		g_assert_cmpint(kind, ==, DATAGRAM_NONE);
	}
	g_assert_cmpuint(mallinfo2().uordblks, ==, before);
	g_assert_cmpuint(send_batch_count(relay.environment.batch), ==, 0);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STRANGER), ==, 5000);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER), ==, 2500);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_MALFORMED), ==, 2500);
	tear_down();
}

static void empty_and_foreign_datagrams_are_counted(void)
{
	uint8_t data[4] = {0x50, 1, 2, 3};
	enum datagram_kind kind;
	set_up();
	for (size_t n = 0; n <= sizeof data; n++) {
		size_t length = n;
		g_assert_null(transport_table_receive(table, data, &length, &a->path, link_now_us,
						      &kind));
	}
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_NOT_MEDIA), ==, 5);
	tear_down();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/transport_table/" #name, name)
	ADD(both_of_one_office_open);
	ADD(stun_is_routed_by_its_ufrag_always);
	ADD(a_lively_peers_address_is_not_taken_over);
	ADD(a_bad_check_teaches_no_address);
	ADD(evicted_addresses_are_forgotten);
	ADD(both_ufrags_of_a_restart_stay_valid);
	ADD(a_ufrag_belongs_to_one_transport);
	ADD(a_removed_transport_is_forgotten);
	ADD(strangers_allocate_nothing);
	ADD(empty_and_foreign_datagrams_are_counted);
	return g_test_run();
}
