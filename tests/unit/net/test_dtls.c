/* Handshakes of a real OpenSSL client with the relay's transport, through memory. */
#include "relay/net/dtls_session.h"
#include "tests/unit/net/link.h"

#include <glib.h>
#include <string.h>

#define GCM  "AEAD_AES_128_GCM"
#define SHA1 "AES128_CM_SHA1_80"

static struct link_relay relay;
static struct link *l;

static void set_up(const char *srtp_profiles)
{
	link_relay_init(&relay, 10);
	l = link_new(&relay, srtp_profiles, "192.0.2.1", 4001);
}

static void tear_down(void)
{
	link_free(l);
	link_relay_clear(&relay);
}

static bool is_dtls(const uint8_t *data, size_t length)
{
	return datagram_kind(data, length) == DATAGRAM_DTLS;
}

/* Media goes both ways: both sides have the same keys. */
static void expect_media(void)
{
	uint8_t packet[200];
	static const uint8_t body[80] = {9, 8, 7};
	static uint16_t sequence;
	unsigned at_relay = l->relay_got->len, at_client = l->client_got->len;
	const struct rtp_out out = link_rtp_out(5, ++sequence, body, sizeof body);
	g_assert_true(client_transport_send_rtp(l->client, packet,
						link_rtp(packet, 7, sequence, 1, 100)));
	g_assert_cmpint(transport_send_rtp(l->transport, &out, NULL), ==, OK);
	link_exchange(l);
	g_assert_cmpuint(l->relay_got->len, ==, at_relay + 1);
	g_assert_cmpuint(l->client_got->len, ==, at_client + 1);
}

static void check_profile(const char *offered, const char *chosen)
{
	set_up(offered);
	g_assert_null(transport_profile(l->transport));
	link_open(l);
	g_assert_cmpstr(transport_profile(l->transport), ==, chosen);
	g_assert_cmpuint(link_count(&relay, COUNTER_HANDSHAKES), ==, 1);
	expect_media();
	tear_down();
}

/* Chromium would take SHA1_80 if it might choose. */
static void we_choose_gcm_whatever_the_clients_order(void)
{
	check_profile("SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", GCM);
	check_profile("SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32:SRTP_AEAD_AES_256_GCM:"
		      "SRTP_AEAD_AES_128_GCM",
		      GCM);
	check_profile("SRTP_AEAD_AES_128_GCM", GCM);
}

static void sha1_80_is_the_fallback(void)
{
	check_profile("SRTP_AES128_CM_SHA1_80", SHA1);
	check_profile("SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80", SHA1);
}

static void check_no_profile(const char *offered)
{
	set_up(offered);
	link_start(l);
	link_run(l, US_PER_SEC);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CHECKED);
	g_assert_null(transport_profile(l->transport));
	g_assert_cmpuint(link_count(&relay, COUNTER_HANDSHAKES), ==, 0);
	tear_down();
}

static void no_common_profile_is_no_connection(void)
{
	check_no_profile("");
	check_no_profile("SRTP_AEAD_AES_256_GCM");
}

static void another_certificate_is_refused(void)
{
	struct link_relay *r = &relay;
	link_relay_init(r, 10);
	l = link_new(r, NULL, "192.0.2.1", 4001);
	transport_free(l->transport);
	l->credentials.fingerprint[31] ^= 1;
	l->transport = transport_new(&r->environment, &l->credentials, link_now_us);
	link_start(l);
	link_run(l, US_PER_SEC);
	g_assert_cmpint(client_transport_state(l->client), ==, CLIENT_FAILED);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CHECKED);
	g_assert_cmpuint(link_count(r, COUNTER_HANDSHAKES), ==, 0);
	tear_down();
}

/* Whole records in each datagram, and none larger than what every path takes. */
static bool check_datagram(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	if (to_relay || !is_dtls(data, length))
		return false;
	size_t at = 0;
	while (at + 13 <= length)
		at += 13 + ((size_t)data[at + 11] << 8 | data[at + 12]);
	g_assert_cmpuint(at, ==, length);
	g_assert_cmpuint(length, <=, 1200);
	++*(unsigned *)user;
	return false;
}

static void flights_are_datagrams_of_whole_records(void)
{
	unsigned n = 0;
	set_up(NULL);
	l->lose = check_datagram;
	l->user = &n;
	link_open(l);
	g_assert_cmpuint(n, >=, 2);
	tear_down();
}

struct losses {
	bool to_relay;
	unsigned at, seen;
};

static bool lose_one(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	struct losses *losses = user;
	return is_dtls(data, length) && to_relay == losses->to_relay &&
	       losses->seen++ == losses->at;
}

static void any_lost_datagram_is_made_up_for(void)
{
	for (unsigned i = 0; i < 12; i++) {
		struct losses losses = {.to_relay = i % 2 == 0, .at = i / 2};
		set_up(NULL);
		l->lose = lose_one;
		l->user = &losses;
		uint64_t begin_us = link_now_us;
		link_open(l);
		g_assert_cmpuint(link_now_us - begin_us, <, 5 * US_PER_SEC);
		expect_media();
		tear_down();
	}
}

static bool lose_a_quarter(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	return g_rand_double(user) < 0.25;
}

static void a_quarter_of_all_datagrams_lost_is_only_slower(void)
{
	GRand *random = g_rand_new_with_seed(7);
	for (unsigned i = 0; i < 10; i++) {
		set_up(NULL);
		l->lose = lose_a_quarter;
		l->user = random;
		link_open(l);
		l->lose = NULL;
		expect_media();
		tear_down();
	}
	g_rand_free(random);
}

static bool lose_dtls_to_client(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	return !to_relay && is_dtls(data, length);
}

static bool lose_after_handshake(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	return is_dtls(data, length) && !to_relay && link_count(&relay, COUNTER_HANDSHAKES) > 0 &&
	       link_now_us < *(uint64_t *)user;
}

static void a_finished_client_gets_the_last_flight_again(void)
{
	set_up(NULL);
	uint64_t until_us = link_now_us + 5 * US_PER_SEC;
	l->lose = lose_after_handshake;
	l->user = &until_us;
	link_open(l);
	g_assert_cmpuint(link_now_us, >, until_us);
	expect_media();
	tear_down();
}

static void the_tls_state_is_freed_after_ten_seconds(void)
{
	static const uint8_t record[13 + 26] = {23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26};
	set_up(NULL);
	link_open(l);
	uint64_t dropped = link_count(&relay, COUNTER_DROP_DTLS);
	link_inject(l, &l->path, record, sizeof record);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_DTLS), ==,
			 dropped); /* OpenSSL's silence */
	link_run(l, 11 * US_PER_SEC);
	link_inject(l, &l->path, record, sizeof record);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_DTLS), ==, dropped + 1);
	client_transport_close(l->client); /* goodbye comes too late to be read */
	link_exchange(l);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_DTLS), ==, dropped + 2);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_OPEN);
	tear_down();
}

/* Records that claim to be of this connection, of every type and of any length. */
static void inject_forged_records(void)
{
	static const uint8_t types[] = {20, 21, 22, 23, 24};
	uint8_t record[13 + 64] = {0, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9};
	for (unsigned t = 0; t < G_N_ELEMENTS(types); t++)
		for (uint8_t length = 0; length <= 64; length++) {
			record[0] = types[t];
			record[4] = length % 2; /* epoch: before the keys, and with them */
			record[12] = length;
			link_inject(l, &l->path, record, 13u + length);
		}
}

static void a_forged_record_ends_nothing(void)
{
	set_up(NULL);
	link_open(l);
	inject_forged_records();
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_OPEN);
	expect_media();
	client_transport_close(l->client); /* the true one is still understood */
	link_exchange(l);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
	tear_down();
}

static void close_notify_closes(void)
{
	set_up(NULL);
	link_open(l);
	client_transport_close(l->client);
	link_exchange(l);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
	g_assert_null(transport_profile(l->transport));
	tear_down();
}

static void an_alert_in_clear_ends_nothing(void)
{
	static const uint8_t alerts[][15] = {
		{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 3, 0, 2, 2,
		 40},						      /* fatal: handshake failure */
		{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 4, 0, 2, 1, 0}, /* close_notify */
	};
	set_up(NULL);
	link_start(l);
	while (transport_state(l->transport) != TRANSPORT_OPEN) {
		for (unsigned i = 0; i < 2 && transport_accepts(l->transport, &l->path.remote); i++)
			link_inject(l, &l->path, alerts[i], sizeof alerts[i]);
		link_run(l, LINK_STEP_US);
	}
	link_inject(l, &l->path, alerts[0], sizeof alerts[0]);
	link_inject(l, &l->path, alerts[1], sizeof alerts[1]);
	link_run(l, US_PER_SEC);
	expect_media();
	tear_down();
}

struct client_hello {
	uint8_t data[1500];
	size_t length;
};

static bool take_client_hello(void *user, bool to_relay, const uint8_t *data, size_t length)
{
	struct client_hello *hello = user;
	if (!to_relay || !is_dtls(data, length) || hello->length > 0)
		return false;
	memcpy(hello->data, data, length);
	hello->length = length;
	return true;
}

/* A fragment of the handshake message in a record of its own (RFC 6347, section 4.2.2). */
static void inject_fragment(const struct client_hello *hello, size_t from, size_t to,
			    uint8_t sequence)
{
	uint8_t data[1500];
	size_t n = to - from;
	memcpy(data, hello->data, 25);
	data[10] = sequence;
	data[11] = (uint8_t)((n + 12) >> 8);
	data[12] = (uint8_t)(n + 12);
	data[19] = 0;
	data[20] = (uint8_t)(from >> 8);
	data[21] = (uint8_t)from;
	data[22] = 0;
	data[23] = (uint8_t)(n >> 8);
	data[24] = (uint8_t)n;
	memcpy(data + 25, hello->data + 25 + from, n);
	link_inject(l, &l->path, data, 25 + n);
}

/* Chromium's is 1.4 kB with its post-quantum share: two datagrams, in any order. */
static void a_client_hello_in_pieces_is_put_together(void)
{
	for (unsigned order = 0; order < 2; order++) {
		struct client_hello hello = {.length = 0};
		set_up(NULL);
		l->lose = take_client_hello;
		l->user = &hello;
		link_start(l);
		while (hello.length == 0)
			link_run(l, LINK_STEP_US);
		size_t whole = hello.length - 25;
		size_t cut = whole / 3;
		if (order == 0)
			inject_fragment(&hello, 0, cut, 40);
		inject_fragment(&hello, cut, whole, 41);
		if (order == 1)
			inject_fragment(&hello, 0, cut, 40);
		uint64_t begin_us = link_now_us;
		while (transport_state(l->transport) != TRANSPORT_OPEN)
			link_run(l, LINK_STEP_US);
		g_assert_cmpuint(link_now_us - begin_us, <, 100 * US_PER_MS); /* no flight again */
		tear_down();
	}
}

static void only_a_client_hello_begins_a_handshake(void)
{
	static const uint8_t others[][26] = {
		{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13,
		 11, 0,	   0,	 1, 0, 0, 0, 0, 0, 0, 0, 1, 0},
		{22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 13,
		 1,  0,	   0,	 1, 0, 0, 0, 0, 0, 0, 0, 1, 0},
		{20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 1},
	};
	set_up(NULL);
	l->client_silent = true;
	link_start(l);
	client_transport_check(l->client, true, link_now_us);
	l->lose = lose_dtls_to_client;
	link_inject(l, &l->path, others[0], 5); /* before any check */
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_STRANGER), ==, 1);
	GBytes *check = g_queue_pop_head(l->to_relay);
	link_inject(l, &l->path, g_bytes_get_data(check, NULL), g_bytes_get_size(check));
	g_bytes_unref(check);
	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
		for (size_t n = 1; n <= sizeof others[i]; n++)
			link_inject(l, &l->path, others[i], n);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CHECKED);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_DTLS), ==, 3 * sizeof others[0]);
	tear_down();
}

static void half_open_handshakes_are_limited(void)
{
	link_relay_init(&relay, 1);
	l = link_new(&relay, NULL, "192.0.2.1", 4001);
	struct link *other = link_new(&relay, NULL, "192.0.2.2", 4002);
	l->lose = lose_dtls_to_client; /* stays half-open */
	link_start(l);
	link_run(l, 100 * US_PER_MS);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_HANDSHAKE);
	link_start(other);
	link_run(other, 2 * US_PER_SEC);
	g_assert_cmpint(transport_state(other->transport), ==, TRANSPORT_CHECKED);
	g_assert_cmpuint(link_count(&relay, COUNTER_DROP_HALF_OPEN), >, 0);
	l->lose = NULL;
	while (transport_state(l->transport) != TRANSPORT_OPEN)
		link_run(l, LINK_STEP_US);
	while (transport_state(other->transport) != TRANSPORT_OPEN)
		link_run(other, LINK_STEP_US);
	link_free(other);
	tear_down();
}

static void a_handshake_without_end_gives_its_place_back(void)
{
	link_relay_init(&relay, 1);
	l = link_new(&relay, NULL, "192.0.2.1", 4001);
	l->lose = lose_dtls_to_client;
	link_start(l);
	link_run(l, 20 * US_PER_SEC);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_HANDSHAKE);
	transport_tick(l->transport, link_now_us + 11 * US_PER_SEC);
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CHECKED);
	struct link *other = link_new(&relay, NULL, "192.0.2.2", 4002);
	link_open(other);
	link_free(other);
	tear_down();
}

static void a_peer_that_fails_again_and_again_is_closed(void)
{
	set_up("");
	for (unsigned i = 0; i < 5; i++) {
		g_assert_cmpint(transport_state(l->transport), !=, TRANSPORT_CLOSED);
		link_start(l);
		link_run(l, US_PER_SEC);
		if (i < 4)
			link_replace_client(l, "");
	}
	g_assert_cmpint(transport_state(l->transport), ==, TRANSPORT_CLOSED);
	tear_down();
}

static void each_certificate_is_another(void)
{
	struct dtls_certificate *a, *b;
	uint8_t fingerprint_a[FINGERPRINT_SIZE], fingerprint_b[FINGERPRINT_SIZE];
	g_assert_cmpint(dtls_certificate_new(&a), ==, OK);
	g_assert_cmpint(dtls_certificate_new(&b), ==, OK);
	dtls_certificate_fingerprint(a, fingerprint_a);
	dtls_certificate_fingerprint(b, fingerprint_b);
	g_assert_cmpint(memcmp(fingerprint_a, fingerprint_b, FINGERPRINT_SIZE), !=, 0);
	dtls_certificate_free(a);
	dtls_certificate_free(b);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dtls/" #name, name)
	ADD(we_choose_gcm_whatever_the_clients_order);
	ADD(sha1_80_is_the_fallback);
	ADD(no_common_profile_is_no_connection);
	ADD(another_certificate_is_refused);
	ADD(flights_are_datagrams_of_whole_records);
	ADD(any_lost_datagram_is_made_up_for);
	ADD(a_quarter_of_all_datagrams_lost_is_only_slower);
	ADD(a_finished_client_gets_the_last_flight_again);
	ADD(the_tls_state_is_freed_after_ten_seconds);
	ADD(a_forged_record_ends_nothing);
	ADD(close_notify_closes);
	ADD(an_alert_in_clear_ends_nothing);
	ADD(a_client_hello_in_pieces_is_put_together);
	ADD(only_a_client_hello_begins_a_handshake);
	ADD(half_open_handshakes_are_limited);
	ADD(a_handshake_without_end_gives_its_place_back);
	ADD(a_peer_that_fails_again_and_again_is_closed);
	ADD(each_certificate_is_another);
	return g_test_run();
}
