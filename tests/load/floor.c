/*
 * The floor: what this machine's cipher and kernel ask for the mix of packets that the load
 * generator's viewers get, with nothing of a relay around them. For each receiver an AES-128-GCM
 * key; each picture is encrypted for one receiver after another, and sent to each as one GSO run;
 * each voice packet goes by itself. The socket is as the relay's: dual-stack, the source address
 * with each message. It shares no code with relay/net, so that it measures the same whatever
 * becomes of that. IPv4 goes by IPv4's own addresses, the cheapest that the kernel has on such a
 * socket. Prints nanoseconds of CPU for each packet.
 */
#include "relay/base/clock.h"
#include "tests/load/sink.h"

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG	     16
#define HEADER	     20 /* in clear: RTP with one extension */
#define SLOT	     1536
#define MESSAGES_MAX 1024 /* of one sendmmsg (UIO_MAXIOV) */
#define BUFFER	     (8 << 20)
#define RCVBUF	     (1 << 20)

#define RUN_MAX 16

/* Bytes are of payloads: VP8 with its descriptor, Opus. */
static struct {
	int receivers, seconds, cpu, sink_cpu, video, run, voice;
	double pictures, voices;
} options = {.receivers = 50,
	     .seconds = 3,
	     .cpu = 0,
	     .sink_cpu = 1,
	     .video = 1048,
	     .run = 4,
	     .voice = 80,
	     .pictures = 30,
	     .voices = 50};

static const GOptionEntry entries[] = {
	{"receivers", 0, 0, G_OPTION_ARG_INT, &options.receivers, "", "N"},
	{"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "", "S"},
	{"cpu", 0, 0, G_OPTION_ARG_INT, &options.cpu, "Core that sends", "N"},
	{"sink-cpu", 0, 0, G_OPTION_ARG_INT, &options.sink_cpu, "Core that receives", "N"},
	{"pictures", 0, 0, G_OPTION_ARG_DOUBLE, &options.pictures,
	 "That a receiver gets a second; 0: none", "N"},
	{"run", 0, 0, G_OPTION_ARG_INT, &options.run, "Packets of a picture", "N"},
	{"video", 0, 0, G_OPTION_ARG_INT, &options.video, "Bytes of each of these", "N"},
	{"voices", 0, 0, G_OPTION_ARG_DOUBLE, &options.voices,
	 "Voice packets that a receiver gets a second; 0: none", "N"},
	{"voice", 0, 0, G_OPTION_ARG_INT, &options.voice, "Bytes of each", "N"},
	G_OPTION_ENTRY_NULL,
};

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};

struct floor {
	int fd;
	unsigned n;
	EVP_CIPHER_CTX **ciphers;
	struct sockaddr_in *names;
	uint8_t *data; /* for each receiver a picture's packets */
	OSSL_PARAM tag[2];
	struct mmsghdr messages[MESSAGES_MAX];
	struct iovec vectors[MESSAGES_MAX];
	union control controls[MESSAGES_MAX];
	uint64_t packets, refused, counter;
};

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
	floor->names = g_new0(struct sockaddr_in, floor->n);
	floor->data = g_malloc0((size_t)floor->n * RUN_MAX * SLOT);
	floor->tag[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, TAG);
	floor->tag[1] = OSSL_PARAM_construct_end();
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, SN_aes_128_gcm, NULL);
	for (unsigned i = 0; i < floor->n; i++) {
		uint8_t key[16];
		for (unsigned b = 0; b < sizeof key; b++)
			key[b] = (uint8_t)g_random_int();
		floor->ciphers[i] = EVP_CIPHER_CTX_new();
		if (EVP_EncryptInit_ex2(floor->ciphers[i], cipher, key, NULL, NULL) != 1)
			abort();
		floor->names[i] = (struct sockaddr_in){.sin_family = AF_INET,
						       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
						       .sin_port = htons(sink_port(sink, i))};
	}
	EVP_CIPHER_free(cipher);
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
	floor->tag[0].data = out + HEADER + body;
	if (EVP_EncryptInit_ex2(cipher, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(cipher, NULL, &n, out, HEADER) != 1 ||
	    EVP_EncryptUpdate(cipher, out + HEADER, &n, plain + HEADER, body) != 1 ||
	    EVP_EncryptFinal_ex(cipher, out + HEADER + n, &n) != 1 ||
	    EVP_CIPHER_CTX_get_params(cipher, floor->tag) != 1)
		abort();
}

static void fill(struct floor *floor, unsigned m, unsigned receiver, size_t bytes, uint16_t segment)
{
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK)};
	struct msghdr *header = &floor->messages[m].msg_hdr;
	floor->vectors[m] = (struct iovec){floor->data + (size_t)receiver * RUN_MAX * SLOT, bytes};
	*header = (struct msghdr){.msg_name = &floor->names[receiver],
				  .msg_namelen = sizeof floor->names[receiver],
				  .msg_iov = &floor->vectors[m],
				  .msg_iovlen = 1,
				  .msg_control = floor->controls[m].bytes,
				  .msg_controllen = sizeof floor->controls[m].bytes};
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	*c = (struct cmsghdr){.cmsg_level = IPPROTO_IP,
			      .cmsg_type = IP_PKTINFO,
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
	size_t size = HEADER + (size_t)options.video + TAG, run = (size_t)options.run;
	for (unsigned r = 0; r < floor->n; r++)
		for (unsigned p = 0; p < run; p++)
			encrypt(floor, r, plain,
				floor->data + (size_t)r * RUN_MAX * SLOT + p * size, size);
	send_all(floor, run * size, run > 1 ? (uint16_t)size : 0);
	floor->packets += run * floor->n;
}

static void voice(struct floor *floor, const uint8_t *plain)
{
	size_t size = HEADER + (size_t)options.voice + TAG;
	for (unsigned r = 0; r < floor->n; r++)
		encrypt(floor, r, plain, floor->data + (size_t)r * RUN_MAX * SLOT, size);
	send_all(floor, size, 0);
	floor->packets += floor->n;
}

static uint64_t period_us(double per_second)
{
	return per_second > 0 ? (uint64_t)((double)US_PER_SEC / per_second) : 0;
}

/* In real time, so that caches are as cold as a relay finds them. */
static uint64_t run(struct floor *floor, uint64_t *ret_picture_us)
{
	static uint8_t plain[SLOT];
	const uint64_t pictures_us = period_us(options.pictures),
		       voices_us = period_us(options.voices);
	uint64_t now_us = clock_now_us(), end_us = now_us + (uint64_t)options.seconds * US_PER_SEC;
	uint64_t picture_us = pictures_us == 0 ? UINT64_MAX : now_us, begin_ns = thread_cpu_ns();
	uint64_t voice_us = voices_us == 0 ? UINT64_MAX : now_us + pictures_us / 4;
	uint64_t spent_us = 0, pictures = 0;
	while (now_us < end_us) {
		if (now_us >= picture_us) {
			picture(floor, plain);
			spent_us += clock_now_us() - now_us;
			pictures++;
			picture_us += pictures_us;
		}
		if (now_us >= voice_us) {
			voice(floor, plain);
			voice_us += voices_us;
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
	    options.run < 1 || options.run > RUN_MAX || options.video < 1 || options.voice < 1 ||
	    MAX(options.video, options.voice) > SLOT - HEADER - TAG ||
	    options.pictures + options.voices <= 0) {
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
	       ", \"pictureUs\": %" G_GUINT64_FORMAT ", \"busy\": %.3f}\n",
	       (double)spent_ns / (double)floor->packets, floor->packets, received, floor->refused,
	       picture_us, (double)spent_ns / 1e9 / options.seconds);
	for (unsigned i = 0; i < floor->n; i++)
		EVP_CIPHER_CTX_free(floor->ciphers[i]);
	g_free(floor->ciphers);
	g_free(floor->names);
	g_free(floor->data);
	close(floor->fd);
	g_free(floor);
	return 0;
}
