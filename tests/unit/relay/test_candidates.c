/* What goes into an answer's a=candidate lines, and other numbers that the relay gives out. */
#include "tests/unit/relay/world.h"
#include <string.h>

static struct relay *new_relay(const struct relay_config *config)
{
	static const struct relay_events events = {0};
	struct relay *relay;
	struct relay_config whole = *config;
	whole.workers = MAX(config->workers, 1);
	whole.max_half_open = 1;
	whole.max_packets = 64;
	g_assert_cmpint(relay_new(&whole, &events, &relay), ==, OK);
	return relay;
}

static void test_listen(void)
{
	struct relay *relay = new_relay(&(struct relay_config){.listen = "127.0.0.1"});
	struct relay_candidate candidates[4];
	uint32_t room = relay_open_room(relay);
	g_assert_cmpuint(relay_candidates(relay, room, 1, candidates, 4), ==, 1);
	g_assert_cmpstr(candidates[0].address, ==, "127.0.0.1");
	g_assert_cmpuint(candidates[0].port, >, 0);
	g_assert_false(candidates[0].v6);
	g_assert_cmpuint(relay_candidates(relay, room, 1, candidates, 0), ==, 0);
	relay_free(relay);
}

static void test_announce(void)
{
	char first[] = "203.0.113.7";
	const char *announce[] = {first, "2001:db8::7"};
	struct relay *relay = new_relay(&(struct relay_config){
		.listen = "127.0.0.1", .workers = 2, .announce = announce, .n_announce = 2});
	struct relay_candidate candidates[4], other[4];
	uint32_t room = relay_open_room(relay), room2 = relay_open_room(relay);
	memset(first, 'x', sizeof first - 1); /* it keeps its own copy */
	g_assert_cmpuint(relay_candidates(relay, room, 1, candidates, 4), ==, 2);
	g_assert_cmpstr(candidates[0].address, ==, "203.0.113.7");
	g_assert_false(candidates[0].v6);
	g_assert_cmpstr(candidates[1].address, ==, "2001:db8::7");
	g_assert_true(candidates[1].v6);
	g_assert_cmpuint(candidates[0].port, ==, candidates[1].port);
	g_assert_cmpuint(relay_candidates(relay, room, 1, candidates, 1), ==, 1);
	/* Each room begins on a worker of its own. */
	g_assert_cmpuint(relay_candidates(relay, room2, 2, other, 4), ==, 2);
	g_assert_cmpuint(other[0].port, !=, candidates[0].port);
	relay_free(relay);
}

/* Whatever this machine has, a candidate is one that a peer can send to. */
static void check_everywhere(const char *listen, bool v4_only)
{
	struct relay *relay = new_relay(&(struct relay_config){.listen = listen});
	struct relay_candidate candidates[32];
	unsigned n = relay_candidates(relay, relay_open_room(relay), 1, candidates, 32),
		 n_loopback = 0;
	g_assert_cmpuint(n, >, 0);
	for (unsigned i = 0; i < n; i++) {
		const char *address = candidates[i].address;
		g_assert_cmpstr(address, !=, "0.0.0.0");
		g_assert_cmpstr(address, !=, "::");
		g_assert_false(g_str_has_prefix(address, "fe80:"));
		g_assert_cmpint(candidates[i].v6, ==, strchr(address, ':') != NULL);
		g_assert_false(v4_only && candidates[i].v6);
		n_loopback += g_str_has_prefix(address, "127.") || !strcmp(address, "::1");
	}
	/* Loopback only where there is nothing else. */
	g_assert_true(n_loopback == 0 || n_loopback == n);
	relay_free(relay);
}

static void test_everywhere(void)
{
	check_everywhere(NULL, false);
	check_everywhere("::", false);
	check_everywhere("0.0.0.0", true);
}

static void test_numbers(void)
{
	struct relay *relay = new_relay(&(struct relay_config){.listen = "127.0.0.1"});
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	uint32_t last = 0;
	unsigned n_high = 0;
	for (unsigned i = 0; i < 100000; i++) {
		uint32_t ssrc = relay_new_ssrc(relay);
		g_assert_cmpuint(ssrc, !=, 0);
		g_assert_true(g_hash_table_add(seen, GUINT_TO_POINTER(ssrc)));
		n_high += ssrc >> 31;
	}
	g_assert_cmpuint(n_high, >, 45000); /* scattered over all of 32 bits */
	g_assert_cmpuint(n_high, <, 55000);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t id = relay_new_peer_id(relay);
		g_assert_cmpuint(id, >=, UINT32_C(1) << 31);
		g_assert_cmpuint(id, >, last);
		last = id;
	}
	relay_free(relay);
}

static void test_fingerprint(void)
{
	uint8_t a[FINGERPRINT_SIZE], again[FINGERPRINT_SIZE], b[FINGERPRINT_SIZE];
	struct relay *relay = new_relay(&(struct relay_config){.listen = "127.0.0.1"});
	relay_fingerprint(relay, a);
	relay_fingerprint(relay, again);
	relay_free(relay);
	relay = new_relay(&(struct relay_config){.listen = "127.0.0.1"});
	relay_fingerprint(relay, b);
	relay_free(relay);
	g_assert_cmpmem(a, sizeof a, again, sizeof again);
	g_assert_true(memcmp(a, b, sizeof a) != 0); /* a key of its own for each start */
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/candidates/listen_address_is_the_only_one", test_listen);
	g_test_add_func("/candidates/announced_ones_stand_for_all", test_announce);
	g_test_add_func("/candidates/every_usable_local_address", test_everywhere);
	g_test_add_func("/candidates/numbers_never_come_twice", test_numbers);
	g_test_add_func("/candidates/fingerprint_is_the_relays", test_fingerprint);
	return g_test_run();
}
