#include "tests/unit/net/link.h"

#include <malloc.h>
#include <string.h>

static struct link_relay relay;
static struct link *l;

static void set_up(void)
{
	link_relay_init(&relay, 10);
	l = link_new(&relay, NULL, "192.0.2.1", 4001);
}

static void tear_down(void)
{
	link_free(l);
	link_relay_clear(&relay);
}

/* Open, and the client's own timers stopped: every further check is the test's. */
static void set_up_open(void)
{
	set_up();
	link_open(l);
	l->client_silent = true;
}

static void check_from(const char *ip, uint16_t port, bool use_candidate)
{
	link_set_remote(l, ip, port);
	client_transport_check(l->client, use_candidate, link_now_us);
	link_exchange(l);
}

static bool is_at(uint16_t port)
{
	return transport_path(l->transport)->remote.port == port;
}

static bool accepts(const char *ip, uint16_t port)
{
	struct net_address address;
	g_assert_cmpint(net_address_parse(ip, port, &address), ==, OK);
	return transport_accepts(l->transport, &address);
}

static void send_media(uint16_t sequence)
{
	uint8_t packet[200];
	g_assert_true(client_transport_send_rtp(l->client, packet,
						link_rtp(packet, 7, sequence, 1, 100)));
	link_exchange(l);
}

static void a_check_makes_a_path_and_a_handshake_opens_it(void)
{
	set_up();
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_NEW);
	g_assert_null(transport_path(l->transport));
	g_assert_null(transport_profile(l->transport));
	link_start(l);
	client_transport_check(l->client, false, link_now_us);
	GBytes *check = g_queue_pop_head(l->to_relay);
	link_inject(l, &l->path, g_bytes_get_data(check, NULL), g_bytes_get_size(check));
	g_bytes_unref(check);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CHECKED);
	g_assert_cmpmem(transport_path(l->transport), sizeof l->path, &l->path, sizeof l->path);
	link_open(l);
	g_assert_cmpstr(transport_profile(l->transport), ==, "AEAD_AES_128_GCM");
	g_assert_cmpstr(client_transport_mapped_address(l->client), ==, "192.0.2.1:4001");
	g_assert_cmpuint(link_count(&relay, COUNTER_STUN_OK), >=, 1);
	tear_down();
}

static void media_goes_both_ways(void)
{
	static const uint8_t body[900] = {1, 2, 3};
	uint8_t packet[1200], plain[1200];
	set_up_open();
	size_t length = link_rtp(packet, 7, 100, 3, 500);
	g_assert_true(client_transport_send_rtp(l->client, packet, length));
	size_t rtcp_length = link_rtcp(plain, 7);
	g_assert_true(client_transport_send_rtcp(l->client, plain, rtcp_length));
	link_exchange(l);
	g_assert_cmpuint(l->relay_got->len, ==, 2);
	g_assert_cmpuint(link_count(&relay, COUNTER_RTP_IN), ==, 1);
	g_assert_cmpuint(link_count(&relay, COUNTER_RTCP_IN), ==, 1);
	size_t got_length;
	const uint8_t *got = g_bytes_get_data(l->relay_got->pdata[0], &got_length);
	g_assert_cmpmem(got, got_length, packet, length);
	got = g_bytes_get_data(l->relay_got->pdata[1], &got_length);
	g_assert_cmpmem(got, got_length, plain, rtcp_length);

	const struct rtp_out out = link_rtp_out(9, 70000, body, sizeof body);
	g_assert_cmpint(transport_send_rtp(l->transport, &out, NULL), ==, OK);
	g_assert_cmpint(transport_send_rtcp(l->transport, plain, rtcp_length), ==, OK);
	g_assert_cmpuint(link_count(&relay, COUNTER_RTCP_OUT), ==, 1);
	link_exchange(l);
	/* The client's libsrtp2 counts rollovers from 0, so index 70000 isn't authentic to it. */
	g_assert_cmpuint(l->client_got->len, ==, 1);
	const struct rtp_out first = link_rtp_out(9, 500, body, sizeof body);
	g_assert_cmpint(transport_send_rtp(l->transport, &first, NULL), ==, OK);
	link_exchange(l);
	g_assert_cmpuint(l->client_got->len, ==, 2);
	got = g_bytes_get_data(l->client_got->pdata[1], &got_length);
	g_assert_cmpmem(got + 12, got_length - 12, body, sizeof body);
	tear_down();
}

static void a_protected_packet_can_be_sent_again(void)
{
	static const uint8_t body[300];
	struct bytes lent;
	uint8_t kept[SEND_DATAGRAM_MAX];
	set_up_open();
	const struct rtp_out out = link_rtp_out(9, 5, body, sizeof body);
	g_assert_cmpint(transport_send_rtp(l->transport, &out, &lent), ==, OK);
	memcpy(kept, lent.data, lent.length);
	send_batch_clear(relay.environment.batch); /* lost */
	g_assert_cmpint(transport_send_protected(l->transport, kept, lent.length), ==, OK);
	size_t length;
	const struct net_path *path;
	const uint8_t *data = send_batch_at(relay.environment.batch, 0, &length, &path);
	g_assert_cmpmem(data, length, kept, lent.length);
	g_assert_true(net_address_equal(&path->remote, &l->path.remote));
	link_exchange(l);
	g_assert_cmpuint(l->client_got->len, ==, 1);
	g_assert_cmpint(transport_send_protected(l->transport, kept, SEND_DATAGRAM_MAX + 1), ==,
			ERR_FULL);
	tear_down();
}

static void nothing_is_sent_unless_open(void)
{
	static const uint8_t body[20];
	const struct rtp_out out = link_rtp_out(9, 5, body, sizeof body);
	set_up();
	for (unsigned i = 0; i < 3; i++) {
		if (i == 1) {
			link_open(l);
			l->client_silent = true;
			link_run(l, 16 * US_PER_SEC);
			g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_SILENT);
		} else if (i == 2) {
			link_run(l, 16 * US_PER_SEC);
			g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
		}
		g_assert_cmpint(transport_send_rtp(l->transport, &out, NULL), ==, ERR_NOT_READY);
		g_assert_cmpint(transport_send_rtcp(l->transport, body, 8), ==, ERR_NOT_READY);
		g_assert_cmpint(transport_send_protected(l->transport, body, 8), ==, ERR_NOT_READY);
		g_assert_cmpuint(send_batch_count(relay.environment.batch), ==, 0);
	}
	tear_down();
}

static bool lose_dtls(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	return datagram_kind(data, length) == DATAGRAM_DTLS;
}

static void media_before_keys_and_forged_media_are_counted(void)
{
	uint8_t packet[200];
	set_up();
	size_t length = link_rtp(packet, 7, 1, 1, 100);
	link_inject(l, &l->path, packet, length);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STRANGER), ==, 1);
	l->lose = lose_dtls;
	link_start(l);
	check_from("192.0.2.1", 4001, true);
	link_inject(l, &l->path, packet, length);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_NO_KEYS), ==, 1);
	l->lose = NULL;
	link_open(l);
	link_inject(l, &l->path, packet, length);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_SRTP_AUTH), ==, 1);
	link_inject(l, &l->path, packet, 12);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_RTP_MALFORMED), ==, 1);
	link_inject(l, &l->path, (const uint8_t[]){0x80, 201, 0, 1, 0, 0, 0, 9}, 8);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_RTCP_MALFORMED), ==, 1);
	link_inject(l, &l->path, (const uint8_t[]){0x40, 1, 2, 3}, 4);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_NOT_MEDIA), ==, 1);
	g_assert_cmpuint(l->relay_got->len, ==, 0);
	tear_down();
}

/* ClientHello, RTP, RTCP, STUN for unknown and known users, noise: from somebody else's address. */
static size_t stranger_datagram(GRand *random, unsigned kind, uint8_t *out, size_t capacity)
{
	static const uint8_t hello[] = {22, 0xfe, 0xfd, 0,   0, 0, 0, 0, 0,
					0,  0,	  0,	100, 1, 0, 0, 88};
	size_t length = (size_t)g_rand_int_range(random, 40, 1200);
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)g_rand_int(random);
	switch (kind % 5) {
	case 0:
		memcpy(out, hello, sizeof hello);
		return 113;
	case 1:
		out[0] = 0x80;
		out[1] = 96;
		return length;
	case 2:
		out[0] = 0x80;
		out[1] = 200;
		return length;
	case 3:
		return link_stranger_check(out, capacity,
					   kind % 2 ? "nobody:x" : l->credentials.local_ufrag);
	default:
		return length;
	}
}

static void strangers(GRand *random, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t data[PACKET_CAPACITY];
		struct net_path path = l->path;
		path.remote.ip[15] = (uint8_t)(99 + i % 50);
		path.remote.port = (uint16_t)g_rand_int(random);
		size_t length = stranger_datagram(random, i, data, sizeof data);
		g_assert_cmpint(link_inject(l, &path, data, length), ==, DATAGRAM_NONE);
		/* Replies to bad credentials: rate limited. */
		g_assert_cmpuint(send_batch_count(relay.environment.batch), <=, 10);
		send_batch_clear(relay.environment.batch);
	}
}

static void strangers_change_nothing(void)
{
	GRand *random = g_rand_new_with_seed(3);
	set_up();
	strangers(random, 1000);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_NEW);
	link_start(l);
	for (unsigned i = 0; transport_state(l->transport) != TRANSPORT_OPEN; i++) {
		g_assert_cmpuint(i, <, 50);
		link_run(l, LINK_STEP_US);
		strangers(random, 500);
	}
	while (client_transport_state(l->client) != CLIENT_OPEN)
		link_run(l, LINK_STEP_US);
	send_media(1);
	uint64_t drops = link_count(&relay, COUNTER_DROP_STRANGER);
	struct net_path path = *transport_path(l->transport);
	size_t before = mallinfo2().uordblks;
	strangers(random, 10000);
	g_assert_cmpuint(mallinfo2().uordblks, ==, before);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STRANGER), >=, drops + 6000);
	g_assert_cmpmem(&path, sizeof path, transport_path(l->transport), sizeof path);
	g_assert_cmpuint(link_count(&relay, COUNTER_HANDSHAKES), ==, 1);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_SRTP_AUTH), ==, 0);
	g_assert_false(accepts("192.0.2.99", 4001));
	send_media(2);
	g_assert_cmpuint(l->relay_got->len, ==, 2);
	g_rand_free(random);
	tear_down();
}

static void before_nomination_the_last_checked_address_counts(void)
{
	set_up();
	l->client_silent = true;
	link_start(l);
	check_from("192.0.2.1", 4001, false);
	g_assert_true(is_at(4001));
	check_from("192.0.2.1", 4002, false);
	g_assert_true(is_at(4002));
	check_from("192.0.2.1", 4001, false);
	g_assert_true(is_at(4001));
	tear_down();
}

static void use_candidate_moves_at_once(void)
{
	set_up_open();
	check_from("198.51.100.1", 5001, true);
	g_assert_true(is_at(5001));
	check_from("192.0.2.1", 4001, true);
	g_assert_true(is_at(4001));
	check_from("2001:db8::7", 6001, true);
	g_assert_true(is_at(6001));
	g_assert_cmpstr(client_transport_mapped_address(l->client), ==, "[2001:db8::7]:6001");
	tear_down();
}

static void without_it_a_lively_path_stays(void)
{
	set_up_open();
	check_from("192.0.2.1", 4001, false);
	link_now_us += 999 * US_PER_MS;
	check_from("198.51.100.1", 5001, false);
	g_assert_true(is_at(4001));
	g_assert_cmpint(l->answered.remote.port, ==, 5001); /* it was answered all the same */
	link_now_us += 1 * US_PER_MS;
	check_from("198.51.100.1", 5001, false);
	g_assert_true(is_at(5001));
	tear_down();
}

static void authentic_media_keeps_a_path_alive_and_forged_media_does_not(void)
{
	uint8_t forged[100];
	set_up_open();
	size_t length = link_rtp(forged, 7, 9, 1, 80);
	link_now_us += 900 * US_PER_MS;
	send_media(1);
	link_now_us += 900 * US_PER_MS;
	check_from("198.51.100.1", 5001, false);
	g_assert_true(is_at(4001));
	link_set_remote(l, "192.0.2.1", 4001);
	link_inject(l, &l->path, forged, length);
	link_now_us += 100 * US_PER_MS;
	check_from("198.51.100.1", 5001, false);
	g_assert_true(is_at(5001));
	tear_down();
}

/* Two of our addresses, one of the peer's: the answer leaves from the one that was asked. */
static void our_own_address_is_part_of_the_path(void)
{
	set_up_open();
	uint8_t first = l->path.local_ip[15];
	l->path.local_ip[15]++;
	check_from("192.0.2.1", 4001, false);
	g_assert_cmpuint(transport_path(l->transport)->local_ip[15], ==, first);
	g_assert_cmpuint(l->answered.local_ip[15], ==, first + 1);
	check_from("192.0.2.1", 4001, true);
	g_assert_cmpuint(transport_path(l->transport)->local_ip[15], ==, first + 1);
	tear_down();
}

static void accepted_addresses_are_bounded_and_the_selected_one_stays(void)
{
	set_up_open();
	for (uint16_t i = 0; i < 7; i++) {
		link_now_us += 10;
		check_from("198.51.100.1", (uint16_t)(5000 + i), false);
	}
	g_assert_true(accepts("192.0.2.1", 4001));
	for (uint16_t i = 7; i < 30; i++) {
		link_now_us += 10;
		check_from("198.51.100.1", (uint16_t)(5000 + i), false);
		g_assert_true(accepts("192.0.2.1", 4001));
		g_assert_true(accepts("198.51.100.1", (uint16_t)(5000 + i)));
		g_assert_false(accepts("198.51.100.1", (uint16_t)(5000 + i - 7)));
	}
	g_assert_true(is_at(4001));
	/* Media from an evicted address is a stranger's. */
	uint64_t before = link_count(&relay, COUNTER_DROP_STRANGER);
	link_set_remote(l, "198.51.100.1", 5000);
	send_media(1);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STRANGER), ==, before + 1);
	link_set_remote(l, "198.51.100.1", 5029);
	send_media(2);
	g_assert_cmpuint(l->relay_got->len, ==, 1);
	tear_down();
}

static void silence_pauses_and_a_check_brings_it_back(void)
{
	set_up_open();
	check_from("192.0.2.1", 4001, true);
	link_now_us += 15 * US_PER_SEC - 1;
	g_assert_cmpuint(transport_tick(l->transport, link_now_us), ==, link_now_us + 1);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_OPEN);
	link_now_us++;
	send_media(1); /* no consent */
	transport_tick(l->transport, link_now_us);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_SILENT);
	link_now_us += 10 * US_PER_SEC;
	check_from("198.51.100.1", 5001, false);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_OPEN);
	g_assert_true(is_at(5001));
	static const uint8_t body[20];
	const struct rtp_out out = link_rtp_out(9, 5, body, sizeof body);
	g_assert_cmpint(transport_send_rtp(l->transport, &out, NULL), ==, OK);
	tear_down();
}

static void thirty_seconds_of_silence_close_for_good(void)
{
	set_up_open();
	check_from("192.0.2.1", 4001, true);
	link_now_us += 30 * US_PER_SEC - 1;
	g_assert_cmpuint(transport_tick(l->transport, link_now_us), ==, link_now_us + 1);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_SILENT);
	link_now_us++;
	g_assert_cmpuint(transport_tick(l->transport, link_now_us), ==, UINT64_MAX);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
	uint64_t unknown = link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER);
	check_from("192.0.2.1", 4001, true);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER), ==, unknown + 1);
	g_assert_cmpint(transport_restart_ice(l->transport, &l->credentials), ==, ERR_NOT_READY);
	tear_down();
}

static void what_never_gets_a_check_closes_too(void)
{
	set_up();
	link_now_us += 29 * US_PER_SEC;
	transport_tick(l->transport, link_now_us);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_NEW);
	link_now_us += 1 * US_PER_SEC;
	transport_tick(l->transport, link_now_us);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
	tear_down();
}

static void an_ice_restart_moves_and_keeps_the_keys(void)
{
	set_up_open();
	send_media(1);
	link_restart_ice(l);
	g_assert_cmpstr(transport_local_ufrag(l->transport), ==, l->credentials.local_ufrag);
	/* The client hasn't our answer yet: its old checks go on. */
	uint64_t answered = client_transport_checks_answered(l->client);
	check_from("192.0.2.1", 4001, true);
	g_assert_cmpuint(client_transport_checks_answered(l->client), ==, answered + 1);
	link_start(l);
	check_from("198.51.100.1", 5001, false); /* at once: not nominated in this generation */
	g_assert_cmpuint(client_transport_checks_answered(l->client), ==, answered + 2);
	g_assert_true(is_at(5001));
	send_media(2);
	g_assert_cmpuint(l->relay_got->len, ==, 2);
	g_assert_cmpuint(link_count(&relay, COUNTER_HANDSHAKES), ==, 1);
	tear_down();
}

/* Late ones on the old network, even with USE-CANDIDATE. */
static void old_checks_after_a_restart_are_answered_but_move_nothing(void)
{
	set_up_open();
	client_transport_check(l->client, true, link_now_us);
	GBytes *old = g_queue_pop_head(l->to_relay);
	struct net_path old_path = l->path;
	link_restart_ice(l);
	link_start(l);
	check_from("198.51.100.1", 5001, true);
	link_inject(l, &old_path, g_bytes_get_data(old, NULL), g_bytes_get_size(old));
	g_assert_cmpuint(send_batch_count(relay.environment.batch), ==, 1);
	send_batch_clear(relay.environment.batch);
	g_assert_true(is_at(5001));
	/* After one restart more it is nobody's. */
	link_restart_ice(l);
	uint64_t unknown = link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER);
	link_inject(l, &old_path, g_bytes_get_data(old, NULL), g_bytes_get_size(old));
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_UNKNOWN_USER), ==, unknown + 1);
	g_bytes_unref(old);
	tear_down();
}

static void a_restart_with_another_certificate_is_refused(void)
{
	set_up_open();
	struct transport_credentials other = l->credentials;
	other.fingerprint[0] ^= 1;
	strcpy(other.local_ufrag, "other");
	g_assert_cmpint(transport_restart_ice(l->transport, &other), ==, ERR_NOT_READY);
	g_assert_cmpstr(transport_local_ufrag(l->transport), !=, "other");
	tear_down();
}

static void bad_checks_are_counted_by_their_fault(void)
{
	uint8_t data[500];
	char username[100];
	set_up_open();
	g_snprintf(username, sizeof username, "%s:x", l->credentials.local_ufrag);
	size_t length = link_stranger_check(data, sizeof data, username);
	for (unsigned i = 0; i < 15; i++)
		link_inject(l, &l->path, data, length);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_AUTH), ==, 10);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_LIMITED), ==, 5);
	g_assert_cmpuint(send_batch_count(relay.environment.batch), ==, 10);
	link_inject(l, &l->path, data, length - 4);
	data[length - 1] ^= 1; /* the fingerprint */
	link_inject(l, &l->path, data, length);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STUN_MALFORMED), ==, 2);
	tear_down();
}

/* Of OpenSSL's state nothing is left as soon as there are keys. A sanitizer's malloc counts
 * nothing, and then this proves nothing. */
static void an_open_transport_holds_little(void)
{
	struct link *links[32];
	link_relay_init(&relay, G_N_ELEMENTS(links));
	for (unsigned i = 0; i < G_N_ELEMENTS(links); i++) {
		links[i] = link_new(&relay, NULL, "192.0.2.1", (uint16_t)(4001 + i));
		link_open(links[i]);
	}
	size_t before = mallinfo2().uordblks;
	for (unsigned i = 0; i < G_N_ELEMENTS(links); i++)
		g_clear_pointer(&links[i]->transport, transport_free);
	size_t each = (before - mallinfo2().uordblks) / G_N_ELEMENTS(links);
	for (unsigned i = 0; i < G_N_ELEMENTS(links); i++)
		link_free(links[i]);
	link_relay_clear(&relay);
	g_test_message("%zu bytes each", each);
	g_assert_cmpuint(each, <=, 7168); /* today 5,900 */
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/transport/" #name, name)
	ADD(a_check_makes_a_path_and_a_handshake_opens_it);
	ADD(media_goes_both_ways);
	ADD(a_protected_packet_can_be_sent_again);
	ADD(nothing_is_sent_unless_open);
	ADD(media_before_keys_and_forged_media_are_counted);
	ADD(strangers_change_nothing);
	ADD(before_nomination_the_last_checked_address_counts);
	ADD(use_candidate_moves_at_once);
	ADD(without_it_a_lively_path_stays);
	ADD(authentic_media_keeps_a_path_alive_and_forged_media_does_not);
	ADD(our_own_address_is_part_of_the_path);
	ADD(accepted_addresses_are_bounded_and_the_selected_one_stays);
	ADD(silence_pauses_and_a_check_brings_it_back);
	ADD(thirty_seconds_of_silence_close_for_good);
	ADD(what_never_gets_a_check_closes_too);
	ADD(an_ice_restart_moves_and_keeps_the_keys);
	ADD(old_checks_after_a_restart_are_answered_but_move_nothing);
	ADD(a_restart_with_another_certificate_is_refused);
	ADD(bad_checks_are_counted_by_their_fault);
	ADD(an_open_transport_holds_little);
	return g_test_run();
}
