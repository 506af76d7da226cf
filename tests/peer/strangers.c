/*
 * Strangers: random DTLS ClientHellos and RTP packets at a given rate, from many ports, to a relay
 * that knows none of them. Prints how many were sent.
 */
#include "relay/base/clock.h"
#include "relay/base/wire.h"

#include <gio/gio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS	64
#define BATCH	50
#define LARGEST 1200

static char *to_host;
static int to_port, rate = 10000, seconds = 5;

static const GOptionEntry entries[] = {
	{"host", 0, 0, G_OPTION_ARG_STRING, &to_host, "Where to", "ADDRESS"},
	{"port", 0, 0, G_OPTION_ARG_INT, &to_port, "UDP", "PORT"},
	{"rate", 0, 0, G_OPTION_ARG_INT, &rate, "Packets a second", "N"},
	{"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "How long", "S"},
	G_OPTION_ENTRY_NULL,
};

static void fill(uint8_t *out, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)g_random_int();
}

/* RFC 6347, section 4.3.2: well-formed as far as random, session id, cookie, cipher suites and
 * use_srtp go. */
static size_t client_hello(uint8_t *out)
{
	static const uint8_t tail[] = {
		0, 0,					     /* no session id, no cookie */
		0, 4, 0xc0, 0x2b, 0xc0, 0x2f,		     /* cipher suites */
		1, 0,					     /* no compression */
		0, 9, 0,    14,	  0,	5,    0, 2, 0, 7, 0, /* use_srtp: AEAD_AES_128_GCM */
	};
	const size_t body = 2 + 32 + sizeof tail, message = 12 + body;
	memset(out, 0, 13 + message);
	out[0] = 22; /* handshake */
	wire_put16(out + 1, 0xfeff);
	fill(out + 9, 2); /* sequence */
	wire_put16(out + 11, (uint16_t)message);
	out[13] = 1; /* client_hello */
	wire_put24(out + 14, (uint32_t)body);
	wire_put24(out + 22, (uint32_t)body); /* one fragment */
	wire_put16(out + 25, 0xfefd);
	fill(out + 27, 32);
	memcpy(out + 59, tail, sizeof tail);
	return 13 + message;
}

static size_t rtp(uint8_t *out)
{
	size_t length = (size_t)g_random_int_range(12, LARGEST);
	fill(out, length);
	out[0] = 0x80;
	out[1] &= 0x7f;
	return length;
}

static bool open_sockets(int fds[static PORTS], GError **error)
{
	g_autoptr(GSocketAddress) address =
		g_inet_socket_address_new_from_string(to_host, (guint)to_port);
	struct sockaddr_storage native;
	if (address == NULL || !g_socket_address_to_native(address, &native, sizeof native, error))
		return false;
	for (unsigned i = 0; i < PORTS; i++) {
		fds[i] = socket(native.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fds[i] < 0 ||
		    connect(fds[i], (struct sockaddr *)&native,
			    (socklen_t)g_socket_address_get_native_size(address)) != 0) {
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "socket: %s",
				    g_strerror(errno));
			return false;
		}
	}
	return true;
}

/* One datagram in two is a ClientHello. Returns how many the kernel took. */
static unsigned send_batch(int fd)
{
	static uint8_t data[BATCH][LARGEST];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	memset(messages, 0, sizeof messages);
	for (unsigned i = 0; i < BATCH; i++) {
		parts[i].iov_base = data[i];
		parts[i].iov_len = i % 2 == 0 ? client_hello(data[i]) : rtp(data[i]);
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	int sent = sendmmsg(fd, messages, BATCH, 0);
	return sent > 0 ? (unsigned)sent : 0;
}

int main(int argc, char **argv)
{
	int fds[PORTS];
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- strangers for tests");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || to_host == NULL ||
	    rate < BATCH || !open_sockets(fds, &error)) {
		fprintf(stderr, "strangers: %s\n",
			error != NULL ? error->message : "--host and --port are needed");
		return 2;
	}
	uint64_t start_us = clock_now_us(), sent = 0, batches = 0,
		 period_us = BATCH * US_PER_SEC / (uint64_t)rate;
	while (clock_now_us() < start_us + (uint64_t)seconds * US_PER_SEC) {
		uint64_t due_us = start_us + batches * period_us, now_us = clock_now_us();
		if (due_us > now_us)
			g_usleep(due_us - now_us);
		sent += send_batch(fds[batches++ % PORTS]);
	}
	printf("%" G_GUINT64_FORMAT "\n", sent);
	for (unsigned i = 0; i < PORTS; i++)
		close(fds[i]);
	return 0;
}
