#include "tests/load/sink.h"

#include "relay/base/clock.h"
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH	     64
#define DATAGRAM_MAX 1536
#define QUIET_MS     50

struct sink {
	unsigned n;
	int epoll, cpu;
	int *fds;
	uint16_t *ports;
	pthread_t thread;
	atomic_bool stop;
	uint64_t received;
};

bool pin_to_cpu(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

uint64_t thread_cpu_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void read_all(struct sink *sink, int fd)
{
	static uint8_t buffers[BATCH][DATAGRAM_MAX];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	int got;
	do {
		for (unsigned i = 0; i < BATCH; i++) {
			vectors[i] = (struct iovec){buffers[i], DATAGRAM_MAX};
			messages[i].msg_hdr =
				(struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
		}
		got = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		sink->received += got > 0 ? (uint64_t)got : 0;
	} while (got == BATCH);
}

static void *run(void *data)
{
	struct sink *sink = data;
	struct epoll_event events[64];
	if (sink->cpu >= 0 && !pin_to_cpu(sink->cpu))
		g_error("no core %d", sink->cpu);
	for (;;) {
		int n = epoll_wait(sink->epoll, events, G_N_ELEMENTS(events), QUIET_MS);
		for (int i = 0; i < n; i++)
			read_all(sink, events[i].data.fd);
		if (n == 0 && atomic_load(&sink->stop))
			return NULL;
	}
}

struct sink *sink_new(unsigned n, int cpu, int rcvbuf)
{
	struct sink *sink = g_new0(struct sink, 1);
	struct rlimit files;
	int on = 1; /* as the load generator's sockets: the kernel looks at the clock for each */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max; /* not enough: socket() will say so */
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	sink->n = n;
	sink->cpu = cpu;
	sink->fds = g_new(int, n);
	sink->ports = g_new(uint16_t, n);
	sink->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < n; i++) {
		struct sockaddr_in name = {.sin_family = AF_INET,
					   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		socklen_t length = sizeof name;
		int fd = sink->fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
		if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf) != 0 ||
		    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
		    bind(fd, (struct sockaddr *)&name, sizeof name) != 0 ||
		    getsockname(fd, (struct sockaddr *)&name, &length) != 0 ||
		    epoll_ctl(sink->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
			g_error("socket: %s", g_strerror(errno));
		sink->ports[i] = ntohs(name.sin_port);
	}
	if (pthread_create(&sink->thread, NULL, run, sink) != 0)
		g_error("thread: %s", g_strerror(errno));
	return sink;
}

uint64_t sink_free(struct sink *sink)
{
	atomic_store(&sink->stop, true);
	pthread_join(sink->thread, NULL);
	uint64_t received = sink->received;
	for (unsigned i = 0; i < sink->n; i++)
		close(sink->fds[i]);
	close(sink->epoll);
	g_free(sink->fds);
	g_free(sink->ports);
	g_free(sink);
	return received;
}

uint16_t sink_port(const struct sink *sink, unsigned i)
{
	return sink->ports[i];
}
