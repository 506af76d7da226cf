#include "relay/net/udp.h"

#include <errno.h>
#include <glib.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A video frame for each of some hundred receivers, and a burst of all senders' packets. */
#define SOCKET_BUFFER (8 << 20)

#define MESSAGES_MAX	 256 /* of one sendmmsg */
#define VECTORS_MAX	 1024
#define GSO_SEGMENTS_MAX 64	/* the least that kernels with GSO take in one message */
#define GSO_BYTES_MAX	 65507	/* the payload of the longest IPv4 datagram */
#define GSO_REFUSALS_MAX 32	/* in a row, before GSO is given up for a while */
#define GSO_PAUSE	 100000 /* datagrams that go singly then */

union control {
	struct cmsghdr align;
	uint8_t v6[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
	uint8_t v4[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};

union sockaddr_any {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct udp_socket {
	int fd;
	uint16_t port;
	bool gso; /* the kernel knows it; what it says of a message is another matter */
	unsigned gso_refusals; /* in a row */
	unsigned gso_pause;    /* datagrams that still go singly */
	struct mmsghdr messages[MESSAGES_MAX];
	union sockaddr_any names[MESSAGES_MAX];
	union control controls[MESSAGES_MAX];
	struct iovec vectors[VECTORS_MAX]; /* one for each datagram; a message may have several */
	size_t n_messages, n_vectors;
};

G_STATIC_ASSERT(UDP_RECEIVE_MAX <= MESSAGES_MAX && MESSAGES_MAX <= VECTORS_MAX &&
		GSO_SEGMENTS_MAX <= VECTORS_MAX);

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

/* Kernels before 4.18 would take no notice of UDP_SEGMENT with a message and send one long
 * datagram.
 */
static bool knows_gso(int fd)
{
	int off = 0;
	return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &off, sizeof off) == 0;
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
	udp->port = bound_port(fd);
	udp->gso = knows_gso(fd);
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

/*
 * Begins a message to the path; its datagrams follow. Linux takes an IPv4 address on the dual-stack
 * socket, too (udpv6_sendmsg), and sends by it at once: a tenth less for each message than by its
 * ::ffff: form.
 */
static struct msghdr *begin_message(struct udp_socket *udp, const struct net_path *path)
{
	size_t m = udp->n_messages++;
	struct msghdr *header = &udp->messages[m].msg_hdr;
	*header = (struct msghdr){.msg_name = &udp->names[m],
				  .msg_iov = &udp->vectors[udp->n_vectors],
				  .msg_control = &udp->controls[m]};
	if (net_address_is_v4(&path->remote)) {
		struct sockaddr_in *name = &udp->names[m].v4;
		*name = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_port = htons(path->remote.port)};
		v4_from_mapped(&name->sin_addr, path->remote.ip);
		header->msg_namelen = sizeof *name;
		set_source_v4(header, path);
	} else {
		net_address_to_sockaddr(&path->remote, &udp->names[m].v6);
		header->msg_namelen = sizeof udp->names[m].v6;
		set_source_v6(header, path);
	}
	return header;
}

/* Behind the source address, so that send_singly can leave it off. */
static void set_segment_size(struct msghdr *header, uint16_t size)
{
	struct cmsghdr *c =
		(struct cmsghdr *)((uint8_t *)header->msg_control + header->msg_controllen);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_UDP,
			      .cmsg_type = UDP_SEGMENT,
			      .cmsg_len = CMSG_LEN(sizeof size)};
	memcpy(CMSG_DATA(c), &size, sizeof size);
	header->msg_controllen += CMSG_SPACE(sizeof size);
}

/*
 * One message of the datagrams from i on, all to one path: as many of one size as the kernel takes,
 * of which the last may be smaller (a picture's last packet, sound). Returns the first that isn't
 * in it.
 */
static size_t fill_message(struct udp_socket *udp, const struct send_batch *batch, size_t i,
			   struct msghdr *header)
{
	const struct net_path *path;
	size_t length, size, bytes = 0;
	size_t max = udp->gso && udp->gso_pause == 0 ? GSO_SEGMENTS_MAX : 1;
	const uint8_t *data = send_batch_at(batch, i, &length, &path);
	size = length;
	for (;;) {
		header->msg_iov[header->msg_iovlen++] = (struct iovec){(void *)data, length};
		bytes += length;
		i = send_batch_next(batch, i);
		if (i == SEND_BATCH_END || length < size || header->msg_iovlen == max)
			break;
		data = send_batch_at(batch, i, &length, &path);
		if (length > size || bytes + length > GSO_BYTES_MAX)
			break;
	}
	udp->n_vectors += header->msg_iovlen;
	udp->gso_pause -= udp->gso_pause > 0;
	if (header->msg_iovlen > 1)
		set_segment_size(header, (uint16_t)size);
	return i;
}

static void count_sent(const struct msghdr *header, struct counters *counters)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < header->msg_iovlen; i++)
		bytes += header->msg_iov[i].iov_len;
	counter_add(counters, COUNTER_DATAGRAMS_OUT, header->msg_iovlen);
	counter_add(counters, COUNTER_BYTES_OUT, bytes);
	histogram_add(&counters->histogram[HISTOGRAM_GSO_RUN], header->msg_iovlen, 1);
	if (header->msg_iovlen > 1) {
		counter_add(counters, COUNTER_GSO_MESSAGES, 1);
		counter_add(counters, COUNTER_GSO_SEGMENTS, header->msg_iovlen);
	}
}

/*
 * What the kernel refused as one message. EINVAL is often a matter of one path (a segment doesn't
 * fit its MTU, but fragments of it do), EIO of a route whose device can't complete checksums; so
 * GSO is given up after some refusals in a row, and tried again later.
 */
static void send_singly(struct udp_socket *udp, const struct msghdr *refused,
			struct counters *counters)
{
	for (size_t i = 0; i < refused->msg_iovlen; i++) {
		struct msghdr header = *refused;
		header.msg_iov = &refused->msg_iov[i];
		header.msg_iovlen = 1;
		header.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));
		ssize_t sent;
		do {
			sent = sendmsg(udp->fd, &header, MSG_DONTWAIT);
		} while (sent < 0 && errno == EINTR);
		counter_add(counters, COUNTER_SEND_CALLS, 1);
		if (sent >= 0)
			count_sent(&header, counters);
		else
			counter_add(counters, COUNTER_DROP_SEND, 1);
	}
	if (++udp->gso_refusals == GSO_REFUSALS_MAX) {
		udp->gso_refusals = 0;
		udp->gso_pause = GSO_PAUSE;
	}
}

static bool is_about_gso(int error)
{
	return error == EINVAL || error == EIO || error == ENOPROTOOPT || error == EOPNOTSUPP ||
	       error == EMSGSIZE;
}

/* Counts what a sendmmsg took, n messages from i on. */
static void took_messages(struct udp_socket *udp, size_t i, size_t n, struct counters *counters)
{
	for (size_t end = i + n; i < end; i++) {
		count_sent(&udp->messages[i].msg_hdr, counters);
		if (udp->messages[i].msg_hdr.msg_iovlen > 1)
			udp->gso_refusals = 0;
	}
}

static void send_messages(struct udp_socket *udp, struct counters *counters)
{
	for (size_t i = 0; i < udp->n_messages;) {
		const struct msghdr *first = &udp->messages[i].msg_hdr;
		int sent = sendmmsg(udp->fd, udp->messages + i, (unsigned)(udp->n_messages - i),
				    MSG_DONTWAIT);
		counter_add(counters, COUNTER_SEND_CALLS, 1);
		if (sent > 0) {
			took_messages(udp, i, (size_t)sent, counters);
			i += (size_t)sent;
		} else if (errno == EINTR) {
			continue;
		} else if (errno == EAGAIN) {
			/* The send buffer is full: so it is for all the rest. */
			for (; i < udp->n_messages; i++)
				counter_add(counters, COUNTER_DROP_SEND,
					    udp->messages[i].msg_hdr.msg_iovlen);
		} else if (first->msg_iovlen > 1 && is_about_gso(errno)) {
			send_singly(udp, first, counters);
			i++;
		} else { /* this one's address alone: unreachable, filtered */
			counter_add(counters, COUNTER_DROP_SEND, first->msg_iovlen);
			i++;
		}
	}
	udp->n_messages = udp->n_vectors = 0;
}

void udp_flush(struct udp_socket *udp, struct send_batch *batch, struct counters *counters)
{
	udp->n_messages = udp->n_vectors = 0;
	for (size_t c = 0; c < send_batch_chains(batch); c++) {
		size_t i;
		const struct net_path *path = send_batch_chain(batch, c, &i);
		while (i != SEND_BATCH_END) {
			i = fill_message(udp, batch, i, begin_message(udp, path));
			if (udp->n_messages == MESSAGES_MAX ||
			    udp->n_vectors > VECTORS_MAX - GSO_SEGMENTS_MAX)
				send_messages(udp, counters);
		}
	}
	if (udp->n_messages > 0)
		send_messages(udp, counters);
	send_batch_clear(batch);
}
