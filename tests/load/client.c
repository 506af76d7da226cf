#include "tests/load/client.h"

#include "relay/base/clock.h"
#include "relay/base/wire.h"
#include "relay/rtp/rtcp_write.h"
#include "tests/load/client_signal.h"
#include "tests/load/crypt.h"
#include "tests/load/reader.h"
#include <errno.h>
#include <gio/gio.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPORT_US     US_PER_SEC
#define SOCKET_BUFFER (1 << 20)
#define DATAGRAM_MAX  1536

/* What each packet needs stands first: one line of the cache for each of some thousand clients. */
struct client {
	int fd;
	bool heads; /* only the RTP headers count */
	unsigned n_rows;
	struct row *rows;	     /* the answer's slots */
	struct crypt *crypt;	     /* NULL before the handshake's end */
	struct publisher *publisher; /* NULL: a viewer */
	struct client_transport *transport;
	uint64_t report_us;
	struct client_options options;
	struct client_session session;
	GError *error; /* of signalling, until it is asked for */
	unsigned n_lines;
	struct line lines[PEER_LINES_MAX];
};

static void send_datagram(void *user, const uint8_t *data, size_t length)
{
	const struct client *client = user;
	if (client->fd >= 0) /* like any network: what doesn't fit now is lost */
		(void)!send(client->fd, data, length, MSG_DONTWAIT);
}

static void take_keys(void *user, const struct client_keys *keys)
{
	struct client *client = user;
	client->crypt = crypt_new(keys);
	if (client->crypt == NULL)
		g_error("OpenSSL takes no keys");
	client->heads = client->publisher == NULL && !client->options.view.decrypt;
}

static void send_rtp(void *user, const uint8_t *packet, size_t length)
{
	const struct client *client = user;
	uint8_t sealed[DATAGRAM_MAX];
	size_t n = crypt_seal_rtp(client->crypt, packet, length, sealed, sizeof sealed);
	if (n > 0)
		send_datagram(user, sealed, n);
}

static void send_rtcp(void *user, const uint8_t *packet, size_t length)
{
	const struct client *client = user;
	uint8_t sealed[DATAGRAM_MAX];
	size_t n = crypt_seal_rtcp(client->crypt, packet, length, sealed, sizeof sealed);
	if (n > 0)
		send_datagram(user, sealed, n);
}

static bool is_viewer(const struct client *client)
{
	return client->options.number == 0;
}

struct client *client_new(const struct client_options *options)
{
	struct client *client = g_new0(struct client, 1);
	client->options = *options;
	client->fd = -1;
	return client;
}

void client_free(struct client *client)
{
	if (client == NULL)
		return;
	if (client->transport != NULL)
		client_transport_close(client->transport);
	publisher_free(client->publisher);
	client_transport_free(client->transport);
	crypt_free(client->crypt);
	if (client->fd >= 0)
		close(client->fd);
	g_clear_error(&client->error);
	g_free(client->rows);
	g_free(client);
}

static unsigned viewer_lines(const struct view_options *view, struct line *lines)
{
	unsigned sound = view->voices + (view->channel > 0), n = sound + view->n_cameras;
	g_assert_cmpuint(n, <=, PEER_LINES_MAX);
	for (unsigned i = 0; i < n; i++)
		lines[i] = (struct line){.video = i >= sound};
	return n;
}

void client_signal(struct client *client)
{
	const struct client_config config = {.srtp_profiles = client->options.profiles,
					     .send = send_datagram,
					     .keys = take_keys,
					     .user = client,
					     .nominate = true};
	client->transport = client_transport_new(&config);
	if (!is_viewer(client)) {
		const struct publish_output output = {
			.rtp = send_rtp, .rtcp = send_rtcp, .user = client};
		client->publisher = publisher_new(&client->options.publish, &output);
		client->n_lines = publisher_lines(client->publisher, client->lines);
	} else {
		client->n_lines = viewer_lines(&client->options.view, client->lines);
	}
	client_signal_offer(&client->options, client->transport, client->lines, client->n_lines,
			    &client->session, &client->error);
}

static bool open_socket(struct client *client, GError **error)
{
	const struct answer *answer = &client->session.answer;
	g_autoptr(GSocketAddress) address =
		g_inet_socket_address_new_from_string(answer->address, answer->port);
	struct sockaddr_storage native;
	int size = SOCKET_BUFFER;
	if (address == NULL || !g_socket_address_to_native(address, &native, sizeof native, error))
		return false;
	client->fd = socket(native.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t length = (socklen_t)g_socket_address_get_native_size(address);
	if (client->fd >= 0 && (!client->options.view.decrypt || reader_want_times(client->fd)) &&
	    (setsockopt(client->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0 ||
	     setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0) &&
	    connect(client->fd, (struct sockaddr *)&native, length) == 0) {
		if (client->options.janus_room > 0)
			client_transport_answer_checks(client->transport,
						       (struct sockaddr *)&native, length);
		return true;
	}
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "udp: %s", g_strerror(errno));
	return false;
}

bool client_start(struct client *client, uint64_t now_us, GError **error)
{
	const struct answer *answer = &client->session.answer;
	if (client->error != NULL) {
		g_propagate_error(error, g_steal_pointer(&client->error));
		return false;
	}
	if (!open_socket(client, error))
		return false;
	client->rows = g_new0(struct row, client->n_lines);
	for (unsigned i = 0; is_viewer(client) && i < client->n_lines; i++)
		if (answer->lines[i].ssrc != 0)
			client->rows[client->n_rows++] = (struct row){
				.ssrc = answer->lines[i].ssrc, .video = client->lines[i].video};
	client_transport_start(client->transport, answer->ufrag, answer->password,
			       answer->fingerprint, now_us);
	return true;
}

/* Publishers answer; viewers have nothing to answer. */
static void take_rtcp(const struct client *client, const uint8_t *data, size_t length)
{
	struct rtcp_reader reader;
	struct rtcp_item item;
	rtcp_reader_init(&reader, data, length);
	while (rtcp_next(&reader, &item) == OK)
		publisher_rtcp(client->publisher, &item);
}

/* Resends, which nobody asked for, and probes belong to no row. */
static void take_rtp(struct client *client, struct datagram *datagram)
{
	uint8_t *data = datagram->data;
	size_t length = datagram->length;
	uint32_t ssrc = length >= RTP_HEADER_MIN ? wire_get32(data + 8) : 0;
	struct row *row = client->rows, *end = client->rows + client->n_rows;
	while (row < end && row->ssrc != ssrc)
		row++;
	if (row == end)
		return;
	row_count(row, wire_get16(data + 2), length);
	if (client->heads)
		return;
	if (crypt_open(client->crypt, DATAGRAM_RTP, data, &length))
		row_check(row, data, length, datagram->arrived_us, client->options.view.delays);
	else
		row->counts.refused++;
}

static void take_datagram(struct client *client, struct datagram *datagram, uint64_t now_us)
{
	uint8_t *data = datagram->data;
	size_t *length = &datagram->length;
	enum datagram_kind kind = datagram_kind(data, *length);
	if (kind == DATAGRAM_RTP) {
		if (client->crypt != NULL)
			take_rtp(client, datagram);
	} else if (kind == DATAGRAM_RTCP) {
		if (client->publisher != NULL && client->crypt != NULL && !datagram->cut &&
		    crypt_open(client->crypt, DATAGRAM_RTCP, data, length))
			take_rtcp(client, data, *length);
	} else if (!datagram->cut) {
		client_transport_receive(client->transport, data, length, now_us);
	}
}

bool client_readable(struct client *client, uint64_t now_us)
{
	struct datagram datagrams[READER_BATCH];
	bool connecting = client->crypt == NULL;
	enum client_state before = connecting ? client_state(client) : CLIENT_OPEN;
	int got;
	do {
		got = reader_read(client->fd, client->heads, datagrams);
		for (int i = 0; i < got; i++)
			take_datagram(client, &datagrams[i], now_us);
		/* ECONNREFUSED: the server is away; reading has taken the error off the socket. */
	} while (got == READER_BATCH || (got < 0 && errno != EAGAIN));
	return connecting && client_state(client) != before;
}

static void report_receiving(struct client *client)
{
	uint8_t buffer[1200];
	struct rtcp_writer writer;
	struct rtcp_report_block blocks[RTCP_MAX_REPORTS];
	unsigned n = MIN(client->n_rows, RTCP_MAX_REPORTS);
	if (n == 0)
		return;
	for (unsigned i = 0; i < n; i++)
		blocks[i] = (struct rtcp_report_block){.ssrc = client->rows[i].ssrc,
						       .highest_sequence = client->rows[i].highest};
	rtcp_writer_init(&writer, buffer, sizeof buffer);
	if (rtcp_add_receiver_report(&writer, 1, blocks, n) &&
	    rtcp_add_sdes_cname(&writer, 1, "load"))
		send_rtcp(client, buffer, writer.length);
}

uint64_t client_tick(struct client *client, uint64_t now_us)
{
	uint64_t next_us = client_transport_tick(client->transport, now_us);
	if (client_state(client) != CLIENT_OPEN)
		return next_us;
	if (client->publisher != NULL)
		next_us = MIN(next_us, publisher_tick(client->publisher, now_us));
	if (client->report_us == 0) /* spread over the second by when each came */
		client->report_us = now_us + REPORT_US;
	if (now_us >= client->report_us) {
		if (client->publisher != NULL)
			publisher_report(client->publisher, now_us);
		report_receiving(client);
		client->report_us = now_us + REPORT_US;
	}
	return MIN(next_us, client->report_us);
}

int client_fd(const struct client *client)
{
	return client->fd;
}

enum client_state client_state(const struct client *client)
{
	return client->fd >= 0 ? client_transport_state(client->transport) : CLIENT_NEW;
}

const char *client_profile(const struct client *client)
{
	return client_transport_profile(client->transport);
}

void client_begin(struct client *client)
{
	for (unsigned i = 0; i < client->n_rows; i++)
		client->rows[i].counts = (struct row_counts){0};
}

static void take_earlier(uint64_t *first_us, uint64_t us, uint64_t offered_us)
{
	if (us > offered_us && (*first_us == 0 || us - offered_us < *first_us))
		*first_us = us - offered_us;
}

struct client_stats client_stats(const struct client *client)
{
	struct client_stats stats = {0};
	for (unsigned i = 0; i < client->n_rows; i++) {
		const struct row *row = &client->rows[i];
		row_counts_add(row->video ? &stats.video : &stats.sound, &row->counts);
		if (row->video)
			take_earlier(&stats.keyframe_us, row->keyframe_us,
				     client->session.offered_us);
		else
			take_earlier(&stats.first_sound_us, row->first_us,
				     client->session.offered_us);
	}
	return stats;
}
