#include "relay/net/udp.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A video frame for each of some hundred receivers, and a burst of all senders' packets. */
#define SOCKET_BUFFER (8 << 20)

union control {
	struct cmsghdr align;
	uint8_t v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	uint8_t v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

union sockaddr_any {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct udp_socket {
	int fd;
	bool v4_only;
	uint16_t port;
	struct mmsghdr messages[SEND_BATCH_MAX];
	struct iovec vectors[SEND_BATCH_MAX];
	union sockaddr_any names[SEND_BATCH_MAX];
	union control controls[SEND_BATCH_MAX];
};

G_STATIC_ASSERT(UDP_RECEIVE_MAX <= SEND_BATCH_MAX);

static void v4_from_mapped(struct in_addr *out, const uint8_t ip[static 16])
{
	memcpy(out, ip + 12, 4);
}

static void v4_to_mapped(uint8_t ip[static 16], const struct in_addr *in)
{
	memset(ip, 0, 10);
	ip[10] = ip[11] = 0xff;
	memcpy(ip + 12, in, 4);
}

static bool bind_v6(int fd, const struct net_address *listen)
{
	union sockaddr_any name = {0};
	net_address_to_sockaddr(listen, &name.v6);
	int off = 0, on = 1;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0 &&
	       setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) == 0 &&
	       bind(fd, &name.any, sizeof name.v6) == 0;
}

static bool bind_v4(int fd, const struct net_address *listen)
{
	union sockaddr_any name = {.v4 = {.sin_family = AF_INET, .sin_port = htons(listen->port)}};
	v4_from_mapped(&name.v4.sin_addr, listen->ip);
	int on = 1;
	return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0 &&
	       bind(fd, &name.any, sizeof name.v4) == 0;
}

/* More than net.core.?mem_max with CAP_NET_ADMIN, else as much as it allows. */
static void widen_buffers(int fd)
{
	int size = SOCKET_BUFFER;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static uint16_t bound_port(int fd)
{
	union sockaddr_any name = {0};
	socklen_t length = sizeof name;
	if (getsockname(fd, &name.any, &length) != 0)
		return 0;
	return ntohs(name.any.sa_family == AF_INET ? name.v4.sin_port : name.v6.sin6_port);
}

enum err udp_open(const char *listen, uint16_t port, struct udp_socket **ret)
{
	struct net_address address = {.port = port}; /* [::], which is every address of both */
	if (listen && net_address_parse(listen, port, &address) != OK) {
		errno = EINVAL;
		return ERR_SYSTEM;
	}
	bool v4_only = false;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 && errno == EAFNOSUPPORT && (!listen || net_address_is_v4(&address))) {
		v4_only = true;
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	if (fd < 0)
		return ERR_SYSTEM;
	if (!(v4_only ? bind_v4(fd, &address) : bind_v6(fd, &address))) {
		int saved = errno;
		close(fd);
		errno = saved;
		return ERR_SYSTEM;
	}
	widen_buffers(fd);
	struct udp_socket *udp = g_new0(struct udp_socket, 1);
	udp->fd = fd;
	udp->v4_only = v4_only;
	udp->port = bound_port(fd);
	*ret = udp;
	return OK;
}

void udp_close(struct udp_socket *udp)
{
	if (!udp)
		return;
	close(udp->fd);
	g_free(udp);
}

int udp_fd(const struct udp_socket *udp)
{
	return udp->fd;
}

uint16_t udp_port(const struct udp_socket *udp)
{
	return udp->port;
}

/* Where a datagram came from and which of our addresses it came to. */
static void read_path(const struct msghdr *header, struct net_path *path)
{
	*path = (struct net_path){0};
	const union sockaddr_any *name = header->msg_name;
	if (name->any.sa_family == AF_INET) {
		v4_to_mapped(path->remote.ip, &name->v4.sin_addr);
		path->remote.port = ntohs(name->v4.sin_port);
	} else {
		net_address_from_sockaddr(&path->remote, &name->v6);
	}
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c;
	     c = CMSG_NXTHDR((struct msghdr *)header, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			memcpy(path->local_ip, &info.ipi6_addr, 16);
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			v4_to_mapped(path->local_ip, &info.ipi_addr);
		}
	}
	/* Pinning the link of an address that is valid on every link would break asymmetric routes.
	 */
	path->interface = path->remote.scope;
}

size_t udp_receive(struct udp_socket *udp, struct udp_datagram *datagrams, size_t n)
{
	n = MIN(n, UDP_RECEIVE_MAX);
	for (size_t i = 0; i < n; i++) {
		udp->vectors[i] = (struct iovec){datagrams[i].data, datagrams[i].capacity};
		udp->messages[i].msg_hdr =
			(struct msghdr){.msg_name = &udp->names[i],
					.msg_namelen = sizeof udp->names[i],
					.msg_iov = &udp->vectors[i],
					.msg_iovlen = 1,
					.msg_control = &udp->controls[i],
					.msg_controllen = sizeof udp->controls[i]};
	}
	int got;
	do {
		got = recvmmsg(udp->fd, udp->messages, (unsigned)n, MSG_DONTWAIT, NULL);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return 0;
	for (int i = 0; i < got; i++) {
		datagrams[i].length = udp->messages[i].msg_len;
		datagrams[i].truncated = udp->messages[i].msg_hdr.msg_flags & MSG_TRUNC;
		read_path(&udp->messages[i].msg_hdr, &datagrams[i].path);
	}
	return (size_t)got;
}

static void set_source_v4(struct msghdr *header, const struct net_path *path)
{
	struct in_pktinfo info = {0};
	v4_from_mapped(&info.ipi_spec_dst, path->local_ip);
	header->msg_controllen = CMSG_SPACE(sizeof info);
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IP,
			      .cmsg_type = IP_PKTINFO,
			      .cmsg_len = CMSG_LEN(sizeof info)};
	memcpy(CMSG_DATA(c), &info, sizeof info);
}

/* Linux takes IPV6_PKTINFO with a ::ffff: address too, for IPv4 over the dual-stack socket. */
static void set_source_v6(struct msghdr *header, const struct net_path *path)
{
	struct in6_pktinfo info = {.ipi6_ifindex = path->interface};
	memcpy(&info.ipi6_addr, path->local_ip, 16);
	header->msg_controllen = CMSG_SPACE(sizeof info);
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6,
			      .cmsg_type = IPV6_PKTINFO,
			      .cmsg_len = CMSG_LEN(sizeof info)};
	memcpy(CMSG_DATA(c), &info, sizeof info);
}

/* One message from the datagram at i. (GSO will take a run of equal ones into one message here.) */
static void fill_message(struct udp_socket *udp, const struct send_batch *batch, size_t i)
{
	size_t length;
	const struct net_path *path;
	const uint8_t *data = send_batch_at(batch, i, &length, &path);
	udp->vectors[i] = (struct iovec){(void *)data, length};
	struct msghdr *header = &udp->messages[i].msg_hdr;
	*header = (struct msghdr){.msg_name = &udp->names[i],
				  .msg_iov = &udp->vectors[i],
				  .msg_iovlen = 1,
				  .msg_control = &udp->controls[i]};
	if (udp->v4_only) {
		struct sockaddr_in *name = &udp->names[i].v4;
		*name = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_port = htons(path->remote.port)};
		v4_from_mapped(&name->sin_addr, path->remote.ip);
		header->msg_namelen = sizeof *name;
		set_source_v4(header, path);
	} else {
		net_address_to_sockaddr(&path->remote, &udp->names[i].v6);
		header->msg_namelen = sizeof udp->names[i].v6;
		set_source_v6(header, path);
	}
}

static void count_sent(const struct udp_socket *udp, size_t from, size_t n,
		       struct counters *counters)
{
	uint64_t bytes = 0;
	for (size_t i = from; i < from + n; i++)
		bytes += udp->vectors[i].iov_len;
	counter_add(counters, COUNTER_DATAGRAMS_OUT, n);
	counter_add(counters, COUNTER_BYTES_OUT, bytes);
}

void udp_flush(struct udp_socket *udp, struct send_batch *batch, struct counters *counters)
{
	size_t count = send_batch_count(batch);
	for (size_t i = 0; i < count; i++)
		fill_message(udp, batch, i);
	for (size_t i = 0; i < count;) {
		int sent =
			sendmmsg(udp->fd, udp->messages + i, (unsigned)(count - i), MSG_DONTWAIT);
		counter_add(counters, COUNTER_SEND_CALLS, 1);
		if (sent > 0) {
			count_sent(udp, i, (size_t)sent, counters);
			i += (size_t)sent;
		} else if (errno ==
			   EAGAIN) { /* the send buffer is full: so it is for all the rest */
			counter_add(counters, COUNTER_DROP_SEND, count - i);
			break;
		} else if (errno != EINTR) { /* this one's address alone: unreachable, filtered */
			counter_add(counters, COUNTER_DROP_SEND, 1);
			i++;
		}
	}
	send_batch_clear(batch);
}
