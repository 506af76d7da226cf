/* Runs of datagrams as one message (UDP_SEGMENT), on real sockets. */
#include "relay/net/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool old_kernel;

/* In the place of libc's: a kernel without UDP_SEGMENT. */
int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	if (old_kernel && level == IPPROTO_UDP && name == UDP_SEGMENT) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return (int)syscall(SYS_setsockopt, fd, level, name, value, length);
}

struct receiver {
	int fd;
	struct net_path path; /* from udp to it */
	struct send_chain chain;
};

struct bench {
	struct udp_socket *udp;
	struct send_batch *batch;
	struct counters counters;
	struct receiver a, b;
};

static void no_flush(struct send_batch *batch, void *user)
{
	g_assert_not_reached();
}

static void open_receiver(struct receiver *receiver, const char *ip)
{
	receiver->chain = (struct send_chain){0};
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name = {0};
	socklen_t length = sizeof name;
	bool is_v4 = inet_pton(AF_INET, ip, &name.v4.sin_addr) == 1;
	name.any.sa_family = is_v4 ? AF_INET : AF_INET6;
	if (!is_v4)
		g_assert_cmpint(inet_pton(AF_INET6, ip, &name.v6.sin6_addr), ==, 1);
	receiver->fd = socket(name.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	g_assert_cmpint(bind(receiver->fd, &name.any, is_v4 ? sizeof name.v4 : sizeof name.v6), ==,
			0);
	g_assert_cmpint(getsockname(receiver->fd, &name.any, &length), ==, 0);
	uint16_t port = ntohs(is_v4 ? name.v4.sin_port : name.v6.sin6_port);
	receiver->path = (struct net_path){0};
	g_assert_cmpint(net_address_parse(ip, port, &receiver->path.remote), ==, OK);
	memcpy(receiver->path.local_ip, receiver->path.remote.ip, 16);
}

static void bench_open(struct bench *bench, const char *ip)
{
	memset(bench, 0, sizeof *bench);
	/* ::1 and all of IPv4 on one dual-stack socket, as in the relay. */
	g_assert_cmpint(udp_open(NULL, 0, &bench->udp), ==, OK);
	bench->batch = send_batch_new(no_flush, NULL);
	open_receiver(&bench->a, ip);
	open_receiver(&bench->b, ip);
}

static void bench_close(struct bench *bench)
{
	udp_close(bench->udp);
	send_batch_free(bench->batch);
	close(bench->a.fd);
	close(bench->b.fd);
}

/* A datagram that is told from others by its number. */
static void put(struct bench *bench, struct receiver *to, uint16_t number, size_t length)
{
	uint8_t *data = send_batch_reserve(bench->batch);
	memset(data, number, length);
	memcpy(data, &number, sizeof number);
	send_batch_commit(bench->batch, length, &to->path, &to->chain);
}

static void expect(const struct receiver *receiver, uint16_t number, size_t length)
{
	uint8_t buffer[2000], wanted[2000];
	struct pollfd p = {.fd = receiver->fd, .events = POLLIN};
	g_assert_cmpint(poll(&p, 1, 5000), ==, 1);
	ssize_t n = recv(receiver->fd, buffer, sizeof buffer, 0);
	memset(wanted, number, length);
	memcpy(wanted, &number, sizeof number);
	g_assert_cmpmem(buffer, (size_t)n, wanted, length);
}

static void expect_nothing(const struct receiver *receiver)
{
	uint8_t buffer[1];
	g_assert_cmpint(recv(receiver->fd, buffer, sizeof buffer, MSG_DONTWAIT), ==, -1);
}

static uint64_t count(const struct bench *bench, enum counter which)
{
	return counter_get(&bench->counters, which);
}

static void flush(struct bench *bench)
{
	udp_flush(bench->udp, bench->batch, &bench->counters);
	g_assert_cmpuint(send_batch_count(bench->batch), ==, 0);
}

static void put_sizes(struct bench *bench, struct receiver *to, const size_t *sizes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(bench, to, (uint16_t)i, sizes[i]);
}

static void expect_sizes(const struct receiver *receiver, const size_t *sizes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(receiver, (uint16_t)i, sizes[i]);
	expect_nothing(receiver);
}

/* Two pictures of four packets to two receivers, as a receive pass leaves them in the batch. */
static void check_interleaved(const char *ip)
{
	struct bench bench;
	bench_open(&bench, ip);
	for (uint16_t i = 0; i < 8; i++) {
		put(&bench, &bench.a, i, i % 4 == 3 ? 700 : 1130);
		put(&bench, &bench.b, (uint16_t)(100 + i), i % 4 == 3 ? 701 : 1131);
	}
	flush(&bench);
	for (uint16_t i = 0; i < 8; i++) {
		expect(&bench.a, i, i % 4 == 3 ? 700 : 1130);
		expect(&bench.b, (uint16_t)(100 + i), i % 4 == 3 ? 701 : 1131);
	}
	expect_nothing(&bench.a);
	expect_nothing(&bench.b);
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 4);
	g_assert_cmpuint(count(&bench, COUNTER_GSO_SEGMENTS), ==, 16);
	g_assert_cmpuint(count(&bench, COUNTER_DATAGRAMS_OUT), ==, 16);
	g_assert_cmpuint(count(&bench, COUNTER_BYTES_OUT), ==,
			 6 * 1130 + 6 * 1131 + 2 * 700 + 2 * 701);
	g_assert_cmpuint(count(&bench, COUNTER_SEND_CALLS), ==, 1);
	g_assert_cmpuint(count(&bench, COUNTER_DROP_SEND), ==, 0);
	bench_close(&bench);
}

static void runs_to_each_receiver_are_one_message_each(void)
{
	check_interleaved("127.0.0.1");
}

static void over_ipv6_too(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	bool have = fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof name) == 0;
	if (fd >= 0)
		close(fd);
	if (have)
		check_interleaved("::1");
	else
		g_test_skip("no IPv6 here");
}

static void a_smaller_one_ends_a_run_and_a_larger_one_begins_another(void)
{
	static const size_t sizes[] = {10, 10, 20, 20, 5, 30, 29, 40};
	struct bench bench;
	bench_open(&bench, "127.0.0.1");
	put_sizes(&bench, &bench.a, sizes, G_N_ELEMENTS(sizes));
	flush(&bench);
	expect_sizes(&bench.a, sizes, G_N_ELEMENTS(sizes));
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 3); /* 2, 3 and 2; 40 alone */
	g_assert_cmpuint(count(&bench, COUNTER_GSO_SEGMENTS), ==, 7);
	g_assert_cmpuint(count(&bench, COUNTER_SEND_CALLS), ==, 1);
	bench_close(&bench);
}

static void runs_end_where_the_kernel_has_its_limits(void)
{
	enum { MANY = 130, LARGE = 60 };
	struct bench bench;
	size_t sizes[MANY];
	bench_open(&bench, "127.0.0.1");
	for (size_t i = 0; i < MANY; i++)
		sizes[i] = 12;
	put_sizes(&bench, &bench.a, sizes, MANY);
	flush(&bench);
	expect_sizes(&bench.a, sizes, MANY);
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 3); /* 64, 64, 2 */
	for (size_t i = 0; i < LARGE; i++)
		sizes[i] = 1400;
	put_sizes(&bench, &bench.a, sizes, LARGE);
	flush(&bench);
	expect_sizes(&bench.a, sizes, LARGE);
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 5); /* 46 x 1400 < 65,507; 14 */
	g_assert_cmpuint(count(&bench, COUNTER_GSO_SEGMENTS), ==, MANY + LARGE);
	g_assert_cmpuint(count(&bench, COUNTER_DROP_SEND), ==, 0);
	bench_close(&bench);
}

static void more_than_one_call_takes_are_sent_by_several(void)
{
	enum { RECEIVERS = 300, PACKETS = 6 };
	struct bench bench;
	struct receiver receivers[RECEIVERS];
	bench_open(&bench, "127.0.0.1");
	for (unsigned r = 0; r < RECEIVERS; r++)
		open_receiver(&receivers[r], "127.0.0.1");
	for (uint16_t i = 0; i < PACKETS; i++)
		for (unsigned r = 0; r < RECEIVERS; r++)
			put(&bench, &receivers[r], (uint16_t)(r * PACKETS + i), 100);
	flush(&bench);
	for (unsigned r = 0; r < RECEIVERS; r++) {
		for (uint16_t i = 0; i < PACKETS; i++)
			expect(&receivers[r], (uint16_t)(r * PACKETS + i), 100);
		expect_nothing(&receivers[r]);
		close(receivers[r].fd);
	}
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, RECEIVERS);
	g_assert_cmpuint(count(&bench, COUNTER_SEND_CALLS), <=, 3);
	bench_close(&bench);
}

/* The kernel makes no segments where it mustn't make checksums. */
static void refuse_gso(struct bench *bench, int refuse)
{
	g_assert_cmpint(
		setsockopt(udp_fd(bench->udp), SOL_SOCKET, SO_NO_CHECK, &refuse, sizeof refuse), ==,
		0);
}

static void what_the_kernel_refuses_goes_singly(void)
{
	static const size_t sizes[] = {10, 10, 10, 5};
	struct bench bench;
	bench_open(&bench, "127.0.0.1");
	refuse_gso(&bench, 1);
	put(&bench, &bench.b, 7, 40);
	put_sizes(&bench, &bench.a, sizes, G_N_ELEMENTS(sizes));
	put(&bench, &bench.a, 9, 77);
	put(&bench, &bench.b, 8, 50);
	flush(&bench);
	for (uint16_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		expect(&bench.a, i, sizes[i]);
	expect(&bench.a, 9, 77);
	expect(&bench.b, 7, 40);
	expect(&bench.b, 8, 50);
	g_assert_cmpuint(count(&bench, COUNTER_DATAGRAMS_OUT), ==, 7);
	g_assert_cmpuint(count(&bench, COUNTER_BYTES_OUT), ==, 35 + 77 + 90);
	g_assert_cmpuint(count(&bench, COUNTER_DROP_SEND), ==, 0);
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 0);
	bench_close(&bench);
}

/* Runs of two; returns how often the kernel was called. */
static uint64_t send_pairs(struct bench *bench, unsigned n)
{
	uint64_t before = count(bench, COUNTER_SEND_CALLS);
	for (unsigned i = 0; i < n; i++) {
		put(bench, &bench->a, (uint16_t)i, 10);
		put(bench, &bench->a, (uint16_t)i, 5);
	}
	flush(bench);
	return count(bench, COUNTER_SEND_CALLS) - before;
}

static void refusals_are_remembered_and_forgiven(void)
{
	struct bench bench;
	bench_open(&bench, "127.0.0.1");
	refuse_gso(&bench, 1);
	g_assert_cmpuint(send_pairs(&bench, 32), ==, 3 * 32); /* refused, then two */
	g_assert_cmpuint(send_pairs(&bench, 32), ==, 1);      /* no longer tried */
	refuse_gso(&bench, 0);
	while (count(&bench, COUNTER_DATAGRAMS_OUT) < 105000)
		send_pairs(&bench, SEND_BATCH_MAX / 2);
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), >, 0);
	g_assert_cmpuint(count(&bench, COUNTER_DROP_SEND), ==, 0);
	bench_close(&bench);
}

/* One peer on a path that takes no runs changes nothing for the others. */
static void a_refusal_now_and_then_changes_nothing(void)
{
	struct bench bench;
	bench_open(&bench, "127.0.0.1");
	for (unsigned i = 0; i < 100; i++) {
		refuse_gso(&bench, 1);
		g_assert_cmpuint(send_pairs(&bench, 1), ==, 3);
		refuse_gso(&bench, 0);
		g_assert_cmpuint(send_pairs(&bench, 1), ==, 1);
	}
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 100);
	g_assert_cmpuint(count(&bench, COUNTER_DATAGRAMS_OUT), ==, 400);
	bench_close(&bench);
}

static void an_old_kernel_gets_single_messages(void)
{
	struct bench bench;
	old_kernel = true;
	bench_open(&bench, "127.0.0.1");
	g_assert_cmpuint(send_pairs(&bench, 3), ==, 1);
	for (uint16_t i = 0; i < 3; i++) {
		expect(&bench.a, i, 10);
		expect(&bench.a, i, 5);
	}
	g_assert_cmpuint(count(&bench, COUNTER_GSO_MESSAGES), ==, 0);
	g_assert_cmpuint(count(&bench, COUNTER_DATAGRAMS_OUT), ==, 6);
	bench_close(&bench);
	old_kernel = false;
}

/* A run to nowhere is lost as a whole, and takes no other with it. */
static void a_run_that_cant_be_sent_is_counted(void)
{
	static const size_t sizes[] = {10, 10, 10};
	struct bench bench;
	struct receiver nowhere = {0};
	bench_open(&bench, "127.0.0.1");
	/* Broadcasting needs SO_BROADCAST. */
	g_assert_cmpint(net_address_parse("255.255.255.255", 9, &nowhere.path.remote), ==, OK);
	memcpy(nowhere.path.local_ip, bench.a.path.local_ip, 16);
	put_sizes(&bench, &nowhere, sizes, G_N_ELEMENTS(sizes));
	put_sizes(&bench, &bench.a, sizes, G_N_ELEMENTS(sizes));
	flush(&bench);
	expect_sizes(&bench.a, sizes, G_N_ELEMENTS(sizes));
	g_assert_cmpuint(count(&bench, COUNTER_DROP_SEND), ==, 3);
	g_assert_cmpuint(count(&bench, COUNTER_DATAGRAMS_OUT), ==, 3);
	bench_close(&bench);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/udp_gso/runs_to_each_receiver_are_one_message_each",
			runs_to_each_receiver_are_one_message_each);
	g_test_add_func("/udp_gso/over_ipv6_too", over_ipv6_too);
	g_test_add_func("/udp_gso/a_smaller_one_ends_a_run_and_a_larger_one_begins_another",
			a_smaller_one_ends_a_run_and_a_larger_one_begins_another);
	g_test_add_func("/udp_gso/runs_end_where_the_kernel_has_its_limits",
			runs_end_where_the_kernel_has_its_limits);
	g_test_add_func("/udp_gso/more_than_one_call_takes_are_sent_by_several",
			more_than_one_call_takes_are_sent_by_several);
	g_test_add_func("/udp_gso/what_the_kernel_refuses_goes_singly",
			what_the_kernel_refuses_goes_singly);
	g_test_add_func("/udp_gso/refusals_are_remembered_and_forgiven",
			refusals_are_remembered_and_forgiven);
	g_test_add_func("/udp_gso/a_refusal_now_and_then_changes_nothing",
			a_refusal_now_and_then_changes_nothing);
	g_test_add_func("/udp_gso/an_old_kernel_gets_single_messages",
			an_old_kernel_gets_single_messages);
	g_test_add_func("/udp_gso/a_run_that_cant_be_sent_is_counted",
			a_run_that_cant_be_sent_is_counted);
	return g_test_run();
}
