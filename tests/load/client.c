#include "tests/load/client.h"

#include "relay/base/clock.h"
#include "relay/base/wire.h"
#include "relay/rtp/rtcp.h"
#include "relay/rtp/rtcp_write.h"
#include "tests/load/janus.h"
#include "tests/peer/http_client.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SDP_TYPE       "application/sdp"
#define REPORT_US      US_PER_SEC
#define BATCH	       64
#define DATAGRAM_MAX   1536
#define STAMP_MAGIC    0x746e6774u
#define STAMP_SIZE     12
#define SOCKET_BUFFER  (1 << 20)
#define CONTROL_SIZE   CMSG_SPACE(sizeof(struct timespec))
#define NOT_BY_SEQ_MAX 3000 /* RFC 3550, appendix A.1: a jump further ahead is another row */

/* A row of packets that a viewer receives. */
struct row {
	uint32_t ssrc;
	bool video, begun;
	uint16_t highest;
	uint64_t expected;
};

struct client {
	struct client_options options;
	char *host, *session; /* of the server; the session's URL, NULL: none */
	struct client_transport *transport;
	int fd;
	uint64_t report_us;
	uint16_t transport_sequence;
	struct sender *sound, *picture;
	unsigned n_rows;
	struct row rows[PEER_LINES_MAX];
	struct client_stats stats;
};

static uint64_t wall_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * US_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}

static void send_datagram(void *user, const uint8_t *data, size_t length)
{
	const struct client *client = user;
	if (client->fd >= 0) /* like any network: what doesn't fit now is lost */
		(void)!send(client->fd, data, length, MSG_DONTWAIT);
}

/* A resend keeps its old bytes: it has none of a time stamp, since the sender keeps packets as they
 * were before. */
static void send_rtp(void *user, const uint8_t *packet, size_t length)
{
	struct client *client = user;
	uint8_t stamped[DATAGRAM_MAX];
	if (length > sizeof stamped)
		return;
	memcpy(stamped, packet, length);
	if ((packet[1] & 0x7f) != publisher_numbers.rtx && length > 64) {
		wire_put32(stamped + length - STAMP_SIZE, STAMP_MAGIC);
		wire_put64(stamped + length - STAMP_SIZE + 4, wall_us());
	}
	client_transport_send_rtp(client->transport, stamped, length);
}

static bool open_socket(struct client *client, const struct answer *answer, GError **error)
{
	g_autoptr(GSocketAddress) address =
		g_inet_socket_address_new_from_string(answer->address, answer->port);
	struct sockaddr_storage native;
	int size = SOCKET_BUFFER, on = 1;
	if (address == NULL || !g_socket_address_to_native(address, &native, sizeof native, error))
		return false;
	client->fd = socket(native.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t length = (socklen_t)g_socket_address_get_native_size(address);
	if (client->fd >= 0 &&
	    setsockopt(client->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0 &&
	    (setsockopt(client->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0 ||
	     setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0) &&
	    connect(client->fd, (struct sockaddr *)&native, length) == 0) {
		if (client->options.janus_feed > 0)
			client_transport_answer_checks(client->transport,
						       (struct sockaddr *)&native, length);
		return true;
	}
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "udp: %s", g_strerror(errno));
	return false;
}

static unsigned make_lines(const struct client_options *options, struct line *lines)
{
	unsigned n = 0;
	if (options->sound != NULL)
		lines[n++] = (struct line){.sends = true, .ssrc = g_random_int() | 1};
	if (options->picture != NULL)
		lines[n++] = (struct line){.video = true,
					   .sends = true,
					   .ssrc = g_random_int() | 1,
					   .rtx_ssrc = g_random_int() | 1};
	if (n > 0)
		return n;
	unsigned slots = MIN(options->sound_slots + options->picture_slots, PEER_LINES_MAX);
	for (; n < slots; n++)
		lines[n] = (struct line){.video = n >= options->sound_slots};
	return n;
}

static void make_streams(struct client *client, const struct line *lines,
			 const struct answer *answer, unsigned n, uint64_t now_us)
{
	for (unsigned i = 0; i < n; i++) {
		if (lines[i].sends) {
			const struct sender_config config = {
				.clip = lines[i].video ? client->options.picture
						       : client->options.sound,
				.numbers = &publisher_numbers,
				.mid = i,
				.ssrc = lines[i].ssrc,
				.rtx_ssrc = lines[i].rtx_ssrc,
				.transport_sequence = &client->transport_sequence,
				.send = send_rtp,
				.user = client,
			};
			*(lines[i].video ? &client->picture : &client->sound) =
				sender_new(&config, now_us);
		} else if (answer->lines[i].ssrc != 0) {
			client->rows[client->n_rows++] = (struct row){.ssrc = answer->lines[i].ssrc,
								      .video = lines[i].video};
		}
	}
}

static bool signal_whip(struct client *client, const struct line *lines, unsigned n,
			struct answer *ret, GError **error)
{
	const struct client_options *options = &client->options;
	const struct numbers *numbers = lines[0].sends ? &publisher_numbers : &viewer_numbers;
	g_autofree char *path = g_strdup_printf("/%s/%s%s%s", lines[0].sends ? "whip" : "whep",
						options->meeting, options->query != NULL ? "?" : "",
						options->query != NULL ? options->query : "");
	g_autofree char *url = http_join(options->url, path);
	g_autofree char *sdp = offer_write(client->transport, numbers, lines, n);
	struct http_answer answer = {0};
	const struct http_call call = {.url = url,
				       .method = "POST",
				       .bearer = options->token,
				       .content_type = SDP_TYPE,
				       .body = sdp};
	if (!http_call(&call, &answer, error))
		return false;
	bool ok = answer.status == 201 && answer.location != NULL;
	if (ok) {
		client->session = http_join(options->url, answer.location);
		ok = answer_parse(answer.body, n, client->host, ret, error);
	} else {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %u %s", url, answer.status,
			    answer.body);
	}
	http_answer_clear(&answer);
	return ok;
}

static bool signal_janus(struct client *client, const struct line *lines, unsigned n,
			 struct answer *ret, GError **error)
{
	const struct client_options *options = &client->options;
	g_autofree char *theirs = NULL;
	if (lines[0].sends) {
		g_autofree char *sdp = offer_write(client->transport, &publisher_numbers, lines, n);
		theirs = janus_publish(options->url, options->janus_feed, sdp, error);
	} else {
		theirs = janus_subscribe(options->url, options->janus_feed, client->transport,
					 error);
	}
	return theirs != NULL && answer_parse(theirs, n, client->host, ret, error);
}

struct client *client_new(const struct client_options *options, uint64_t now_us, GError **error)
{
	struct client *client = g_new0(struct client, 1);
	struct line lines[PEER_LINES_MAX];
	struct answer answer;
	unsigned n = make_lines(options, lines);
	const struct client_config transport = {.srtp_profiles = options->profiles,
						.send = send_datagram,
						.user = client,
						.nominate = true};
	g_assert_cmpuint(n, >, 0);
	client->options = *options;
	client->fd = -1;
	client->transport = client_transport_new(&transport);
	g_autoptr(GUri) uri = g_uri_parse(options->url, G_URI_FLAGS_NONE, error);
	client->host = uri != NULL ? g_strdup(g_uri_get_host(uri)) : NULL;
	bool ok = uri != NULL &&
		  (options->janus_feed > 0 ? signal_janus(client, lines, n, &answer, error)
					   : signal_whip(client, lines, n, &answer, error));
	if (!ok || !open_socket(client, &answer, error)) {
		client_free(client);
		return NULL;
	}
	make_streams(client, lines, &answer, n, now_us);
	client_transport_start(client->transport, answer.ufrag, answer.password, answer.fingerprint,
			       now_us);
	return client;
}

void client_free(struct client *client)
{
	if (client == NULL)
		return;
	if (client->session != NULL) {
		const struct http_call call = {.url = client->session,
					       .method = "DELETE",
					       .bearer = client->options.token};
		struct http_answer answer = {0};
		if (http_call(&call, &answer, NULL))
			http_answer_clear(&answer);
	}
	sender_free(client->sound);
	sender_free(client->picture);
	client_transport_free(client->transport);
	if (client->fd >= 0)
		close(client->fd);
	g_free(client->host);
	g_free(client->session);
	g_free(client);
}

static struct sender *sender_of(const struct client *client, uint32_t ssrc)
{
	struct sender *const senders[] = {client->sound, client->picture};
	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++)
		if (senders[i] != NULL && sender_ssrc(senders[i]) == ssrc)
			return senders[i];
	return NULL;
}

/* Publishers answer; viewers have nothing to answer. */
static void take_rtcp(const struct client *client, const uint8_t *data, size_t length)
{
	struct rtcp_reader reader;
	struct rtcp_item item;
	uint16_t numbers[256];
	rtcp_reader_init(&reader, data, length);
	while (rtcp_next(&reader, &item) == OK) {
		struct sender *sender = sender_of(client, item.media_ssrc);
		if (sender == NULL)
			continue;
		if (item.type == RTCP_NACK)
			sender_resend(sender, numbers,
				      rtcp_nack_numbers(&item, numbers, G_N_ELEMENTS(numbers)));
		else if (item.type == RTCP_PLI || item.type == RTCP_FIR)
			sender_keyframe(sender);
	}
}

static void count_row(struct client *client, struct row *row, uint16_t sequence)
{
	int16_t step = (int16_t)(sequence - row->highest);
	if (!row->begun || step > NOT_BY_SEQ_MAX || step < -NOT_BY_SEQ_MAX) {
		row->begun = true;
		row->highest = sequence;
		row->expected++;
	} else if (step > 0) {
		row->highest = sequence;
		row->expected += (uint64_t)step;
	} else {
		client->stats.late++;
	}
}

static void take_stamp(struct client *client, const uint8_t *data, size_t length,
		       uint64_t arrived_us)
{
	if (length < STAMP_SIZE || wire_get32(data + length - STAMP_SIZE) != STAMP_MAGIC)
		return;
	uint64_t sent_us = wire_get64(data + length - STAMP_SIZE + 4);
	uint32_t delay_us = arrived_us > sent_us ? (uint32_t)(arrived_us - sent_us) : 0;
	client->stats.stamped++;
	if (client->options.delays != NULL)
		g_array_append_val(client->options.delays, delay_us);
}

/* From a relay. Resends, which nobody asked for, and probes belong to no row. */
static void take_rtp(struct client *client, uint8_t *data, size_t length, uint64_t now_us,
		     uint64_t arrived_us)
{
	uint32_t ssrc = length >= 12 ? wire_get32(data + 8) : 0;
	uint16_t sequence = length >= 12 ? wire_get16(data + 2) : 0;
	struct row *row = client->rows, *end = client->rows + client->n_rows;
	while (row < end && row->ssrc != ssrc)
		row++;
	if (row == end)
		return;
	client->stats.packets++;
	client->stats.bytes += length;
	if (row->video) {
		client->stats.video_packets++;
		client->stats.video_bytes += length;
	}
	if (client->options.decrypt) {
		if (client_transport_receive(client->transport, data, &length, now_us) !=
		    DATAGRAM_RTP) {
			client->stats.refused++;
			return;
		}
		client->stats.authenticated++;
		take_stamp(client, data, length, arrived_us);
	}
	count_row(client, row, sequence);
}

static void take_datagram(struct client *client, uint8_t *data, size_t length, uint64_t now_us,
			  uint64_t arrived_us)
{
	if (datagram_kind(data, length) == DATAGRAM_RTP)
		take_rtp(client, data, length, now_us, arrived_us);
	else if (client_transport_receive(client->transport, data, &length, now_us) ==
		 DATAGRAM_RTCP)
		take_rtcp(client, data, length);
}

static uint64_t arrival_us(const struct msghdr *header)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(header);
	struct timespec ts = {0};
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
		memcpy(&ts, CMSG_DATA(c), sizeof ts);
	return (uint64_t)ts.tv_sec * US_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}

void client_readable(struct client *client, uint64_t now_us)
{
	static uint8_t buffers[BATCH][DATAGRAM_MAX], controls[BATCH][CONTROL_SIZE];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	int got;
	do {
		for (unsigned i = 0; i < BATCH; i++) {
			vectors[i] = (struct iovec){buffers[i], DATAGRAM_MAX};
			messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i],
							      .msg_iovlen = 1,
							      .msg_control = controls[i],
							      .msg_controllen = CONTROL_SIZE};
		}
		got = recvmmsg(client->fd, messages, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++)
			take_datagram(client, buffers[i], messages[i].msg_len, now_us,
				      arrival_us(&messages[i].msg_hdr));
		/* ECONNREFUSED: the server is away; reading has taken the error off the socket. */
	} while (got == BATCH || (got < 0 && errno != EAGAIN));
}

static void send_reports(const struct client *client, uint64_t now_us)
{
	struct sender *const senders[] = {client->sound, client->picture};
	uint8_t buffer[1200];
	struct rtcp_writer writer;
	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++) {
		size_t length = senders[i] != NULL
					? sender_report(senders[i], buffer, sizeof buffer, now_us)
					: 0;
		if (length > 0)
			client_transport_send_rtcp(client->transport, buffer, length);
	}
	if (client->n_rows == 0)
		return;
	struct rtcp_report_block blocks[RTCP_MAX_REPORTS];
	unsigned n = MIN(client->n_rows, RTCP_MAX_REPORTS);
	for (unsigned i = 0; i < n; i++)
		blocks[i] = (struct rtcp_report_block){.ssrc = client->rows[i].ssrc,
						       .highest_sequence = client->rows[i].highest};
	rtcp_writer_init(&writer, buffer, sizeof buffer);
	if (rtcp_add_receiver_report(&writer, 1, blocks, n) &&
	    rtcp_add_sdes_cname(&writer, 1, "load"))
		client_transport_send_rtcp(client->transport, buffer, writer.length);
}

uint64_t client_tick(struct client *client, uint64_t now_us)
{
	uint64_t next = client_transport_tick(client->transport, now_us);
	if (client_transport_state(client->transport) != CLIENT_OPEN)
		return next;
	if (client->sound != NULL)
		next = MIN(next, sender_tick(client->sound, now_us));
	if (client->picture != NULL)
		next = MIN(next, sender_tick(client->picture, now_us));
	if (client->report_us == 0) /* spread over the second by when each came */
		client->report_us = now_us + REPORT_US;
	if (now_us >= client->report_us) {
		send_reports(client, now_us);
		client->report_us = now_us + REPORT_US;
	}
	return MIN(next, client->report_us);
}

int client_fd(const struct client *client)
{
	return client->fd;
}

enum client_state client_state(const struct client *client)
{
	return client_transport_state(client->transport);
}

const char *client_profile(const struct client *client)
{
	return client_transport_profile(client->transport);
}

void client_begin(struct client *client)
{
	client->stats = (struct client_stats){0};
	for (unsigned i = 0; i < client->n_rows; i++)
		client->rows[i].expected = 0;
	if (client->options.delays != NULL)
		g_array_set_size(client->options.delays, 0);
}

struct client_stats client_stats(const struct client *client)
{
	struct client_stats stats = client->stats;
	for (unsigned i = 0; i < client->n_rows; i++)
		stats.expected += client->rows[i].expected;
	return stats;
}
