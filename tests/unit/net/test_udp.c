#include "relay/net/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool without_v6;

/* In the place of libc's: a kernel without IPv6. */
int socket(int domain, int type, int protocol)
{
	if (without_v6 && domain == AF_INET6) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return (int)syscall(SYS_socket, domain, type, protocol);
}

static bool have_v6(void)
{
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

static struct udp_socket *open_socket(const char *listen)
{
	struct udp_socket *udp;
	g_assert_cmpint(udp_open(listen, 0, &udp), ==, OK);
	g_assert_cmpuint(udp_port(udp), !=, 0);
	return udp;
}

/* A peer's plain socket, connected to ip:port, so that it takes answers from there alone. */
static int open_peer(const char *ip, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool is_v4 = inet_pton(AF_INET, ip, &v4.sin_addr) == 1;
	if (!is_v4)
		g_assert_cmpint(inet_pton(AF_INET6, ip, &v6.sin6_addr), ==, 1);
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
	g_assert_cmpint(connect(fd, is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
				is_v4 ? sizeof v4 : sizeof v6),
			==, 0);
	return fd;
}

static void wait_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	g_assert_cmpint(poll(&p, 1, 5000), ==, 1);
}

static struct udp_datagram receive_one(struct udp_socket *udp, uint8_t *buffer, size_t capacity)
{
	struct udp_datagram datagram = {.data = buffer, .capacity = capacity};
	wait_readable(udp_fd(udp));
	g_assert_cmpuint(udp_receive(udp, &datagram, 1), ==, 1);
	return datagram;
}

static void no_flush(struct send_batch *batch, void *user)
{
	g_assert_not_reached();
}

static void put(struct send_batch *batch, const char *text, const struct net_path *path)
{
	memcpy(send_batch_reserve(batch), text, strlen(text));
	send_batch_commit(batch, strlen(text), path, NULL);
}

static void expect(int fd, const char *text)
{
	char buffer[100];
	wait_readable(fd);
	ssize_t n = recv(fd, buffer, sizeof buffer, 0);
	g_assert_cmpmem(buffer, (size_t)n, text, strlen(text));
}

/* The peer's socket is connected: it hears only what leaves from the address that it asked. */
static void check_reply_from(struct udp_socket *udp, const char *ip)
{
	struct counters counters = {0};
	struct send_batch *batch = send_batch_new(no_flush, NULL);
	int peer = open_peer(ip, udp_port(udp));
	uint8_t buffer[100];
	g_assert_cmpint(send(peer, "ask", 3, 0), ==, 3);
	struct udp_datagram datagram = receive_one(udp, buffer, sizeof buffer);
	g_assert_cmpmem(buffer, datagram.length, "ask", 3);
	g_assert_false(datagram.truncated);
	struct net_address local;
	g_assert_cmpint(net_address_parse(ip, 0, &local), ==, OK);
	g_assert_cmpmem(datagram.path.local_ip, 16, local.ip, 16);
	put(batch, "answer", &datagram.path);
	udp_flush(udp, batch, &counters);
	expect(peer, "answer");
	g_assert_cmpuint(send_batch_count(batch), ==, 0);
	g_assert_cmpuint(counter_get(&counters, COUNTER_DATAGRAMS_OUT), ==, 1);
	g_assert_cmpuint(counter_get(&counters, COUNTER_BYTES_OUT), ==, 6);
	g_assert_cmpuint(counter_get(&counters, COUNTER_SEND_CALLS), ==, 1);
	close(peer);
	send_batch_free(batch);
}

static void replies_leave_from_the_address_that_was_asked(void)
{
	if (!have_v6()) {
		g_test_skip("no IPv6 here");
		return;
	}
	struct udp_socket *udp = open_socket(NULL);
	check_reply_from(udp, "127.0.0.1");
	check_reply_from(udp, "127.0.0.9");
	check_reply_from(udp, "::1");
	udp_close(udp);
}

static void works_without_ipv6(void)
{
	without_v6 = true;
	struct udp_socket *udp = open_socket(NULL), *unused;
	check_reply_from(udp, "127.0.0.1");
	check_reply_from(udp, "127.0.0.9");
	udp_close(udp);
	g_assert_cmpint(udp_open("::1", 0, &unused), ==, ERR_SYSTEM);
	g_assert_cmpint(errno, ==, EAFNOSUPPORT);
	without_v6 = false;
}

static void listens_on_one_address_only_when_told(void)
{
	struct udp_socket *udp = open_socket("127.0.0.5");
	check_reply_from(udp, "127.0.0.5");
	int peer = open_peer("127.0.0.6", udp_port(udp));
	send(peer, "x", 1, 0);
	g_assert_cmpint(send(peer, "x", 1, 0), ==, -1); /* the first was answered by ICMP */
	g_assert_cmpint(errno, ==, ECONNREFUSED);
	close(peer);
	udp_close(udp);
}

static void a_bad_or_taken_address_is_an_error(void)
{
	struct udp_socket *udp = open_socket("127.0.0.1"), *unused;
	g_assert_cmpint(udp_open("nonsense", 0, &unused), ==, ERR_SYSTEM);
	g_assert_cmpint(errno, ==, EINVAL);
	g_assert_cmpint(udp_open("127.0.0.1", udp_port(udp), &unused), ==, ERR_SYSTEM);
	g_assert_cmpint(errno, ==, EADDRINUSE);
	udp_close(udp);
}

static void a_long_datagram_is_marked_truncated(void)
{
	struct udp_socket *udp = open_socket("127.0.0.1");
	int peer = open_peer("127.0.0.1", udp_port(udp));
	uint8_t buffer[4];
	send(peer, "12345", 5, 0);
	struct udp_datagram datagram = receive_one(udp, buffer, sizeof buffer);
	g_assert_true(datagram.truncated);
	g_assert_cmpmem(buffer, 4, "1234", 4);
	close(peer);
	udp_close(udp);
}

static void receiving_takes_many_and_never_blocks(void)
{
	struct udp_socket *udp = open_socket("127.0.0.1");
	int peer = open_peer("127.0.0.1", udp_port(udp));
	uint8_t buffers[UDP_RECEIVE_MAX + 6][8];
	struct udp_datagram datagrams[UDP_RECEIVE_MAX + 6];
	for (uint8_t i = 0; i < G_N_ELEMENTS(datagrams); i++) {
		datagrams[i] = (struct udp_datagram){.data = buffers[i], .capacity = 8};
		g_assert_cmpint(send(peer, &i, 1, 0), ==, 1);
	}
	g_assert_cmpuint(udp_receive(udp, datagrams, G_N_ELEMENTS(datagrams)), ==, UDP_RECEIVE_MAX);
	for (unsigned i = 0; i < UDP_RECEIVE_MAX; i++)
		g_assert_cmpuint(buffers[i][0], ==, i);
	g_assert_cmpuint(udp_receive(udp, datagrams, G_N_ELEMENTS(datagrams)), ==, 6);
	g_assert_cmpuint(udp_receive(udp, datagrams, G_N_ELEMENTS(datagrams)), ==, 0);
	close(peer);
	udp_close(udp);
}

static void a_refused_datagram_takes_no_other_with_it(void)
{
	struct counters counters = {0};
	struct send_batch *batch = send_batch_new(no_flush, NULL);
	struct udp_socket *udp = open_socket("127.0.0.1");
	int peer = open_peer("127.0.0.1", udp_port(udp));
	uint8_t buffer[10];
	send(peer, "ask", 3, 0);
	struct net_path good = receive_one(udp, buffer, sizeof buffer).path, bad = good;
	/* Broadcasting needs SO_BROADCAST. */
	g_assert_cmpint(net_address_parse("255.255.255.255", 9, &bad.remote), ==, OK);
	put(batch, "one", &good);
	put(batch, "lost", &bad);
	put(batch, "lost", &bad);
	put(batch, "two", &good);
	udp_flush(udp, batch, &counters);
	expect(peer, "one");
	expect(peer, "two");
	g_assert_cmpuint(counter_get(&counters, COUNTER_DROP_SEND), ==, 2);
	g_assert_cmpuint(counter_get(&counters, COUNTER_DATAGRAMS_OUT), ==, 2);
	close(peer);
	udp_close(udp);
	send_batch_free(batch);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/udp/replies_leave_from_the_address_that_was_asked",
			replies_leave_from_the_address_that_was_asked);
	g_test_add_func("/udp/works_without_ipv6", works_without_ipv6);
	g_test_add_func("/udp/listens_on_one_address_only_when_told",
			listens_on_one_address_only_when_told);
	g_test_add_func("/udp/a_bad_or_taken_address_is_an_error",
			a_bad_or_taken_address_is_an_error);
	g_test_add_func("/udp/a_long_datagram_is_marked_truncated",
			a_long_datagram_is_marked_truncated);
	g_test_add_func("/udp/receiving_takes_many_and_never_blocks",
			receiving_takes_many_and_never_blocks);
	g_test_add_func("/udp/a_refused_datagram_takes_no_other_with_it",
			a_refused_datagram_takes_no_other_with_it);
	return g_test_run();
}
