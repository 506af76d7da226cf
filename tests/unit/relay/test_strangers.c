/* Datagrams from nobody, at a rate, while people join and talk: nobody notices. */
#include "tests/unit/relay/world.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STRANGERS 8
#define BURST	  12 /* of each stranger and turn */
#define AT_ONCE	  10
/* How many people join meanwhile; a sanitizer makes each of them slow. */
#if SANITIZED
#define JOINS 20
#else
#define JOINS 100
#endif

static size_t make_client_hello(uint8_t *out)
{
	/* A DTLS 1.2 record of a handshake fragment (RFC 6347, sections 4.1 and 4.2.2), the rest at
	 * random. */
	static const uint8_t head[] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0,	 0,    200, 1,
				       0,  0,	 188,  0, 0, 0, 0, 0, 0, 0, 188, 0xfe, 0xfd};
	memcpy(out, head, sizeof head);
	return 213;
}

static size_t make_rtp(uint8_t *out)
{
	out[0] = 0x80;
	out[1] = 111;
	return 200;
}

static size_t make_rtcp(uint8_t *out)
{
	out[0] = 0x81;
	out[1] = 206;
	out[2] = 0;
	out[3] = 7;
	return 32;
}

static size_t make_check(uint8_t *out)
{
	/* A binding request with USERNAME "u0001:x" (a ufrag that somebody has) and nothing that
	 * proves anything. */
	static const uint8_t head[] = {0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42};
	memcpy(out, head, sizeof head);
	memcpy(out + 20, "\0\6\0\7u0001:x\0", 12);
	return 32;
}

static size_t make_noise(uint8_t *out)
{
	return 1 + out[0] * 5u;
}

static void shout(int fd)
{
	static size_t (*const make[])(uint8_t *) = {make_client_hello, make_rtp, make_rtcp,
						    make_check, make_noise};
	for (unsigned i = 0; i < BURST; i++) {
		uint8_t data[1500];
		for (size_t j = 0; j < sizeof data; j += 4)
			memcpy(data + j, &(uint32_t){g_random_int()}, 4);
		size_t length = make[i % G_N_ELEMENTS(make)](data);
		if (send(fd, data, length, 0) < 0)
			g_assert_true(errno == EAGAIN || errno == ENOBUFS);
	}
}

/* Joins one after the other, several at a time; counts those that are open in *n_joined. */
static void keep_joining(struct world *world, uint32_t room, struct client *joining[AT_ONCE],
			 unsigned *n_begun, unsigned *n_joined)
{
	for (unsigned i = 0; i < AT_ONCE; i++) {
		if (joining[i] && client_is_open(joining[i])) {
			client_free(joining[i]);
			joining[i] = NULL;
			++*n_joined;
		}
		if (!joining[i] && *n_begun < JOINS) {
			joining[i] = client_new(world, "127.0.0.1", 10 + (*n_begun)++, NULL);
			client_join(joining[i], room);
		}
	}
}

/* Sound of A, in its order, and nothing else. (A machine that is too busy for the flood may lose
 * some.) */
static void check_heard(const struct client *client)
{
	const GArray *heard = client->heard[client_slot(client, "microphone")];
	g_assert_cmpuint(client->n_unknown, ==, 0);
	for (unsigned i = 0; i < heard->len; i++) {
		const struct heard *h = &g_array_index(heard, struct heard, i);
		g_assert_cmpuint(h->stream, ==, 1);
		if (i > 0) {
			g_assert_cmpuint(h->counter, >, h[-1].counter);
			g_assert_true(seq_newer(h->rtp.sequence, h[-1].rtp.sequence));
		}
	}
}

static void test_flood(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, 1), *b = client_connect(world, room, 2),
		      *joining[AT_ONCE] = {0};
	int fds[STRANGERS];
	unsigned n_begun = 0, n_joined = 0;
	uint64_t n_sent = 0, next_us = 0, began_us = clock_now_us(),
		 until_us = began_us + 2 * WORLD_PATIENCE_US;
	for (unsigned i = 0; i < STRANGERS; i++)
		fds[i] = world_stranger(world, "127.0.0.1", room, 99);
	relay_set_slot(world->relay, room, 2, "microphone", (struct feed_key){FEED_MICROPHONE, 1},
		       0, 0);
	a->speaks = true;
	while (n_joined < JOINS || client_count(b, "microphone") < 50) {
		uint64_t now_us = clock_now_us();
		if (now_us >= next_us) { /* 19,200 a second, as far as this thread comes to it */
			for (unsigned i = 0; i < STRANGERS; i++)
				shout(fds[i]);
			n_sent += STRANGERS * BURST;
			next_us = now_us + 5 * US_PER_MS;
		}
		keep_joining(world, room, joining, &n_begun, &n_joined);
		world_turn(world, until_us, "joins and sound while strangers shout");
	}
	g_test_message("%u joins, %.0f strangers' datagrams a second", n_joined,
		       (double)n_sent * 1e6 / (double)(clock_now_us() - began_us));

	/* The last ones have been read when A's check behind them is answered. */
	client_sync(a);
	client_sync(b);
	g_assert_cmpuint(world_count(world, COUNTER_DROP_STRANGER), >, n_sent / 3);
	g_assert_cmpuint(world_count(world, COUNTER_HANDSHAKES), ==, 2 + JOINS);
	g_assert_cmpuint(world_count(world, COUNTER_DROP_SRTP_AUTH), ==, 0); /* not even tried */
	g_assert_cmpuint(world_count(world, COUNTER_RTP_IN), <=, a->microphone.counter);
	check_heard(b);
	for (unsigned i = 0; i < world->states->len; i++)
		g_assert_cmpint(g_array_index(world->states, struct told_state, i).state, !=,
				TRANSPORT_CLOSED);

	/* They are answered with nothing but errors to checks that name somebody, and few of those
	 * (see ice_lite.h). */
	unsigned n_answers = 0;
	uint8_t answer[1500];
	for (unsigned i = 0; i < STRANGERS; i++) {
		ssize_t n;
		while ((n = recv(fds[i], answer, sizeof answer, 0)) > 0) {
			g_assert_cmpint(datagram_kind(answer, (size_t)n), ==, DATAGRAM_STUN);
			n_answers++;
		}
		close(fds[i]);
	}
	uint64_t seconds = (clock_now_us() - began_us) / US_PER_SEC + 2;
	g_assert_cmpuint(n_answers, <=, 200 * seconds);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/strangers/nobody_notices_them", test_flood);
	return g_test_run();
}
