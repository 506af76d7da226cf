/*
 * The floor: what this machine's cipher and kernel ask for the mix of packets that the load
 * generator's viewers get, with nothing of a relay around them. For each receiver an AES-128-GCM
 * key; each picture is encrypted for all, and sent as a GSO run of four to each; each voice packet
 * goes by itself. The socket is as the relay's: dual-stack, the source address with each message.
 * It shares no code with relay/net, so that it measures the same whatever becomes of that. Prints
 * nanoseconds of CPU for each packet.
 */
#include "relay/base/clock.h"
#include "tests/load/sink.h"

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG	     16
#define HEADER	     20 /* in clear: RTP with one extension */
#define SLOT	     1536
#define MESSAGES_MAX 1024 /* of one sendmmsg (UIO_MAXIOV) */
#define PICTURE_US   33333
#define VOICE_US     20000
#define BUFFER	     (8 << 20)
#define RCVBUF	     (1 << 20)

enum { RUN = 4 };

static struct {
	int receivers, seconds, cpu, sink_cpu, video, last, voice;
	gboolean no_video, no_voice;
} options = {.receivers = 50,
	     .seconds = 3,
	     .cpu = 0,
	     .sink_cpu = 1,
	     .video = 1142,
	     .last = 908,
	     .voice = 116};

static const GOptionEntry entries[] = {
	{"receivers", 0, 0, G_OPTION_ARG_INT, &options.receivers, "", "N"},
	{"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "", "S"},
	{"cpu", 0, 0, G_OPTION_ARG_INT, &options.cpu, "Core that sends", "N"},
	{"sink-cpu", 0, 0, G_OPTION_ARG_INT, &options.sink_cpu, "Core that receives", "N"},
	{"video", 0, 0, G_OPTION_ARG_INT, &options.video, "Bytes of a picture's first three", "N"},
	{"last", 0, 0, G_OPTION_ARG_INT, &options.last, "Bytes of its last", "N"},
	{"voice", 0, 0, G_OPTION_ARG_INT, &options.voice, "Bytes of a voice packet", "N"},
	{"no-video", 0, 0, G_OPTION_ARG_NONE, &options.no_video, "Voice alone", NULL},
	{"no-voice", 0, 0, G_OPTION_ARG_NONE, &options.no_voice, "Pictures alone", NULL},
	G_OPTION_ENTRY_NULL,
};

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};

struct floor {
	int fd;
	unsigned n;
	EVP_CIPHER_CTX **ciphers;
	struct sockaddr_in6 *names;
	uint8_t *data; /* RUN slots for each receiver */
	struct mmsghdr messages[MESSAGES_MAX];
	struct iovec vectors[MESSAGES_MAX];
	union control controls[MESSAGES_MAX];
	uint64_t packets, refused, counter;
};

static const struct in6_addr loopback = {
	.s6_addr = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};

static void open_socket(struct floor *floor)
{
	int off = 0, on = 1, size = BUFFER;
	struct sockaddr_in6 name = {.sin6_family = AF_INET6};
	floor->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (setsockopt(floor->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
	    setsockopt(floor->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) != 0 ||
	    (setsockopt(floor->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0 &&
	     setsockopt(floor->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) != 0) ||
	    bind(floor->fd, (struct sockaddr *)&name, sizeof name) != 0)
		g_error("socket: %s", g_strerror(errno));
}

static void make_receivers(struct floor *floor, const struct sink *sink)
{
	floor->ciphers = g_new0(EVP_CIPHER_CTX *, floor->n);
	floor->names = g_new0(struct sockaddr_in6, floor->n);
	floor->data = g_malloc0((size_t)floor->n * RUN * SLOT);
	for (unsigned i = 0; i < floor->n; i++) {
		uint8_t key[16];
		for (unsigned b = 0; b < sizeof key; b++)
			key[b] = (uint8_t)g_random_int();
		floor->ciphers[i] = EVP_CIPHER_CTX_new();
		if (EVP_EncryptInit_ex(floor->ciphers[i], EVP_aes_128_gcm(), NULL, key, NULL) != 1)
			abort();
		floor->names[i] = (struct sockaddr_in6){.sin6_family = AF_INET6,
							.sin6_addr = loopback,
							.sin6_port = htons(sink_port(sink, i))};
	}
}

/* As RFC 7714: header as associated data, payload, tag. */
static void encrypt(struct floor *floor, unsigned receiver, const uint8_t *plain, uint8_t *out,
		    size_t size)
{
	EVP_CIPHER_CTX *cipher = floor->ciphers[receiver];
	uint8_t nonce[12] = {0};
	int body = (int)size - HEADER - TAG, n;
	floor->counter++;
	memcpy(nonce, &floor->counter, sizeof floor->counter);
	memcpy(out, plain, HEADER);
	if (EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, nonce) != 1 ||
	    EVP_EncryptUpdate(cipher, NULL, &n, out, HEADER) != 1 ||
	    EVP_EncryptUpdate(cipher, out + HEADER, &n, plain + HEADER, body) != 1 ||
	    EVP_EncryptFinal_ex(cipher, out + HEADER + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG, out + HEADER + body) != 1)
		abort();
}

static void fill(struct floor *floor, unsigned m, unsigned receiver, size_t bytes, uint16_t segment)
{
	struct in6_pktinfo info = {.ipi6_addr = loopback};
	struct msghdr *header = &floor->messages[m].msg_hdr;
	floor->vectors[m] = (struct iovec){floor->data + (size_t)receiver * RUN * SLOT, bytes};
	*header = (struct msghdr){.msg_name = &floor->names[receiver],
				  .msg_namelen = sizeof floor->names[receiver],
				  .msg_iov = &floor->vectors[m],
				  .msg_iovlen = 1,
				  .msg_control = floor->controls[m].bytes,
				  .msg_controllen = sizeof floor->controls[m].bytes};
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IPV6,
			      .cmsg_type = IPV6_PKTINFO,
			      .cmsg_len = CMSG_LEN(sizeof info)};
	memcpy(CMSG_DATA(c), &info, sizeof info);
	if (segment == 0) {
		header->msg_controllen = CMSG_SPACE(sizeof info);
		return;
	}
	c = CMSG_NXTHDR(header, c);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_UDP,
			      .cmsg_type = UDP_SEGMENT,
			      .cmsg_len = CMSG_LEN(sizeof segment)};
	memcpy(CMSG_DATA(c), &segment, sizeof segment);
}

static void send_all(struct floor *floor, size_t bytes, uint16_t segment)
{
	for (unsigned from = 0; from < floor->n; from += MESSAGES_MAX) {
		unsigned n = MIN(floor->n - from, MESSAGES_MAX);
		for (unsigned m = 0; m < n; m++)
			fill(floor, m, from + m, bytes, segment);
		for (unsigned done = 0; done < n;) {
			int sent =
				sendmmsg(floor->fd, floor->messages + done, n - done, MSG_DONTWAIT);
			floor->refused += sent < 0;
			done += sent < 0 ? 1 : (unsigned)sent;
		}
	}
}

static void picture(struct floor *floor, const uint8_t *plain)
{
	size_t size = (size_t)options.video, last = (size_t)options.last;
	for (unsigned p = 0; p < RUN; p++)
		for (unsigned r = 0; r < floor->n; r++)
			encrypt(floor, r, plain, floor->data + (size_t)r * RUN * SLOT + p * size,
				p == RUN - 1 ? last : size);
	send_all(floor, (RUN - 1) * size + last, (uint16_t)size);
	floor->packets += (uint64_t)RUN * floor->n;
}

static void voice(struct floor *floor, const uint8_t *plain)
{
	for (unsigned r = 0; r < floor->n; r++)
		encrypt(floor, r, plain, floor->data + (size_t)r * RUN * SLOT,
			(size_t)options.voice);
	send_all(floor, (size_t)options.voice, 0);
	floor->packets += floor->n;
}

/* In real time, so that caches are as cold as a relay finds them. */
static uint64_t run(struct floor *floor, uint64_t *ret_picture_us)
{
	static uint8_t plain[SLOT];
	uint64_t now_us = clock_now_us(), end_us = now_us + (uint64_t)options.seconds * US_PER_SEC;
	uint64_t picture_us = options.no_video ? UINT64_MAX : now_us, begin_ns = thread_cpu_ns();
	uint64_t voice_us = options.no_voice ? UINT64_MAX : now_us + PICTURE_US / 4;
	uint64_t spent_us = 0, pictures = 0;
	while (now_us < end_us) {
		if (now_us >= picture_us) {
			picture(floor, plain);
			spent_us += clock_now_us() - now_us;
			pictures++;
			picture_us += PICTURE_US;
		}
		if (now_us >= voice_us) {
			voice(floor, plain);
			voice_us += VOICE_US;
		}
		uint64_t next_us = MIN(MIN(picture_us, voice_us), end_us);
		now_us = clock_now_us();
		if (next_us > now_us)
			g_usleep(next_us - now_us);
		now_us = clock_now_us();
	}
	*ret_picture_us = pictures > 0 ? spent_us / pictures : 0;
	return thread_cpu_ns() - begin_ns;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- what the machine itself takes");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || options.receivers < 1 ||
	    options.last > options.video || options.video > SLOT ||
	    MIN(options.voice, options.last) < HEADER + TAG ||
	    (options.no_video && options.no_voice)) {
		fprintf(stderr, "floor: %s\n",
			error != NULL ? error->message : "these sizes don't fit");
		return 2;
	}
	struct floor *floor = g_new0(struct floor, 1);
	floor->n = (unsigned)options.receivers;
	struct sink *sink = sink_new(floor->n, options.sink_cpu, RCVBUF);
	if (!pin_to_cpu(options.cpu))
		return 1;
	open_socket(floor);
	make_receivers(floor, sink);
	uint64_t picture_us;
	uint64_t spent_ns = run(floor, &picture_us);
	uint64_t received = sink_free(sink);
	printf("{\"nsPerPacket\": %.0f, \"packets\": %" G_GUINT64_FORMAT
	       ", \"received\": %" G_GUINT64_FORMAT ", \"refused\": %" G_GUINT64_FORMAT
	       ", \"pictureUs\": %" G_GUINT64_FORMAT "}\n",
	       (double)spent_ns / (double)floor->packets, floor->packets, received, floor->refused,
	       picture_us);
	for (unsigned i = 0; i < floor->n; i++)
		EVP_CIPHER_CTX_free(floor->ciphers[i]);
	g_free(floor->ciphers);
	g_free(floor->names);
	g_free(floor->data);
	close(floor->fd);
	g_free(floor);
	return 0;
}
