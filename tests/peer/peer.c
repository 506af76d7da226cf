#include "tests/peer/peer.h"

#include "relay/base/clock.h"
#include "relay/rtp/rtcp.h"
#include "tests/peer/http_client.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SDP_TYPE      "application/sdp"
#define FRAGMENT_TYPE "application/trickle-ice-sdpfrag"
#define RTCP_US	      (20 * US_PER_MS) /* how often receivers are asked */
#define REPORT_US     US_PER_SEC

enum { SOUND, PICTURE, SCREEN, PEER_SENDERS };

struct peer {
	struct peer_config config;
	char *url, *token, *session; /* session: its URL; NULL: none */
	const struct numbers *numbers;
	struct client_transport *transport;
	int fd;
	uint64_t begun_us, opened_us, rtcp_us, report_us, feedback;
	uint16_t transport_sequence;
	GRand *rand;			      /* for the losses */
	struct sender *senders[PEER_SENDERS]; /* in the order of lines; NULL: none */
	unsigned n_receivers;
	struct receiver *receivers[PEER_LINES_MAX];
};

/* On the wire, where SRTP's replay window can't have seen it. */
static bool lost(struct peer *peer, const uint8_t *data, size_t length)
{
	return peer->config.loss > 0 && datagram_kind(data, length) == DATAGRAM_RTP &&
	       g_rand_double(peer->rand) < peer->config.loss;
}

static void send_datagram(void *user, const uint8_t *data, size_t length)
{
	struct peer *peer = user;
	/* Like any network: what doesn't fit now is lost. */
	if (peer->fd >= 0 && !lost(peer, data, length))
		(void)!send(peer->fd, data, length, MSG_DONTWAIT);
}

static void send_rtp(void *user, const uint8_t *packet, size_t length)
{
	const struct peer *peer = user;
	client_transport_send_rtp(peer->transport, packet, length);
}

static bool open_socket(struct peer *peer, const struct answer *answer, GError **error)
{
	g_autoptr(GSocketAddress) address =
		g_inet_socket_address_new_from_string(answer->address, answer->port);
	struct sockaddr_storage native;
	if (address == NULL || !g_socket_address_to_native(address, &native, sizeof native, error))
		return false;
	peer->fd = socket(native.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t length = (socklen_t)g_socket_address_get_native_size(address);
	if (peer->fd >= 0 && connect(peer->fd, (struct sockaddr *)&native, length) == 0)
		return true;
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "udp: %s", g_strerror(errno));
	return false;
}

/* The offer's lines: one of each kind that is published, or the slots. */
static unsigned make_lines(const struct peer_config *config, struct line *lines)
{
	unsigned n = 0;
	if (config->sound != NULL)
		lines[n++] = (struct line){.sends = true, .ssrc = g_random_int() | 1};
	for (unsigned i = config->screen != NULL ? 2 : config->picture != NULL; i > 0; i--)
		lines[n++] = (struct line){.video = true,
					   .sends = true,
					   .ssrc = g_random_int() | 1,
					   .rtx_ssrc = g_random_int() | 1};
	if (n > 0)
		return n;
	for (unsigned i = 0; i < config->sound_slots + config->picture_slots && n < PEER_LINES_MAX;
	     i++)
		lines[n++] = (struct line){.video = i >= config->sound_slots};
	return n;
}

static void make_streams(struct peer *peer, const struct line *lines, const struct answer *answer,
			 unsigned n, uint64_t now_us)
{
	const struct clip *const clips[] = {peer->config.sound, peer->config.picture,
					    peer->config.screen};
	unsigned which = 0;
	for (unsigned i = 0; i < n; i++) {
		if (lines[i].sends) {
			while (clips[which] == NULL)
				which++;
			const struct sender_config config = {
				.clip = clips[which],
				.numbers = peer->numbers,
				.mid = i,
				.ssrc = lines[i].ssrc,
				.rtx_ssrc = lines[i].rtx_ssrc,
				.transport_sequence = &peer->transport_sequence,
				.send = send_rtp,
				.user = peer,
			};
			peer->senders[which++] = sender_new(&config, now_us);
		} else if (answer->lines[i].ssrc != 0) {
			peer->receivers[peer->n_receivers++] =
				receiver_new(peer->numbers, &answer->lines[i], peer->config.decode);
		}
	}
}

static bool signal_offer(struct peer *peer, const struct line *lines, unsigned n,
			 struct answer *ret, GError **error)
{
	bool publishes = lines[0].sends;
	g_autofree char *path =
		g_strdup_printf("/%s/%s%s%s", publishes ? "whip" : "whep", peer->config.meeting,
				peer->config.query != NULL ? "?" : "",
				peer->config.query != NULL ? peer->config.query : "");
	g_autofree char *url = http_join(peer->url, path);
	g_autofree char *sdp = offer_write(peer->transport, peer->numbers, lines, n);
	g_autoptr(GUri) uri = g_uri_parse(peer->url, G_URI_FLAGS_NONE, error);
	struct http_answer answer = {0};
	const struct http_call call = {.url = url,
				       .method = "POST",
				       .bearer = peer->token,
				       .content_type = SDP_TYPE,
				       .body = sdp};
	if (uri == NULL || !http_call(&call, &answer, error))
		return false;
	bool ok = answer.status == 201 && answer.location != NULL;
	if (ok) {
		peer->session = http_join(peer->url, answer.location);
		ok = answer_parse(answer.body, n, g_uri_get_host(uri), ret, error);
	} else {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %u %s", url, answer.status,
			    answer.body);
	}
	http_answer_clear(&answer);
	return ok;
}

struct peer *peer_new(const struct peer_config *config, uint64_t now_us, GError **error)
{
	struct peer *peer = g_new0(struct peer, 1);
	struct line lines[PEER_LINES_MAX];
	struct answer answer;
	unsigned n = make_lines(config, lines);
	const struct client_config transport = {.srtp_profiles = config->srtp_profiles,
						.send = send_datagram,
						.user = peer,
						.nominate = true};
	g_assert_cmpuint(n, >, 0);
	peer->config = *config;
	peer->url = g_strdup(config->url);
	peer->token = g_strdup(config->token);
	peer->numbers = lines[0].sends ? &publisher_numbers : &viewer_numbers;
	peer->fd = -1;
	peer->begun_us = now_us;
	peer->rand = g_rand_new_with_seed(g_random_int());
	peer->transport = client_transport_new(&transport);
	if (!signal_offer(peer, lines, n, &answer, error) || !open_socket(peer, &answer, error)) {
		peer_free(peer);
		return NULL;
	}
	make_streams(peer, lines, &answer, n, now_us);
	client_transport_start(peer->transport, answer.ufrag, answer.password, answer.fingerprint,
			       now_us);
	return peer;
}

void peer_free(struct peer *peer)
{
	if (peer == NULL)
		return;
	if (peer->session != NULL) {
		const struct http_call call = {
			.url = peer->session, .method = "DELETE", .bearer = peer->token};
		struct http_answer answer = {0};
		if (http_call(&call, &answer, NULL))
			http_answer_clear(&answer);
	}
	for (size_t i = 0; i < PEER_SENDERS; i++)
		sender_free(peer->senders[i]);
	for (unsigned i = 0; i < peer->n_receivers; i++)
		receiver_free(peer->receivers[i]);
	client_transport_free(peer->transport);
	if (peer->fd >= 0)
		close(peer->fd);
	g_rand_free(peer->rand);
	g_free(peer->url);
	g_free(peer->token);
	g_free(peer->session);
	g_free(peer);
}

bool peer_restart_ice(struct peer *peer, uint64_t now_us, GError **error)
{
	struct http_answer reply = {0};
	struct answer answer;
	client_transport_restart_ice(peer->transport);
	g_autofree char *fragment = g_strdup_printf("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n",
						    client_transport_ufrag(peer->transport),
						    client_transport_password(peer->transport));
	const struct http_call call = {.url = peer->session,
				       .method = "PATCH",
				       .if_match = "*",
				       .content_type = FRAGMENT_TYPE,
				       .body = fragment};
	if (!http_call(&call, &reply, error))
		return false;
	char *ufrag = reply.status == 200 ? strstr(reply.body, "a=ice-ufrag:") : NULL;
	char *password = reply.status == 200 ? strstr(reply.body, "a=ice-pwd:") : NULL;
	bool ok = ufrag != NULL && password != NULL;
	if (ok) {
		uint8_t fingerprint[CLIENT_FINGERPRINT_SIZE] = {0}; /* the handshake has been */
		g_strlcpy(answer.ufrag, ufrag + strlen("a=ice-ufrag:"), sizeof answer.ufrag);
		g_strlcpy(answer.password, password + strlen("a=ice-pwd:"), sizeof answer.password);
		answer.ufrag[strcspn(answer.ufrag, "\r\n")] = '\0';
		answer.password[strcspn(answer.password, "\r\n")] = '\0';
		client_transport_start(peer->transport, answer.ufrag, answer.password, fingerprint,
				       now_us);
	} else {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "PATCH: %u %s", reply.status,
			    reply.body);
	}
	http_answer_clear(&reply);
	return ok;
}

static struct sender *sender_of(const struct peer *peer, uint32_t ssrc)
{
	for (size_t i = 0; i < PEER_SENDERS; i++)
		if (peer->senders[i] != NULL && sender_ssrc(peer->senders[i]) == ssrc)
			return peer->senders[i];
	return NULL;
}

static void take_rtcp(struct peer *peer, const uint8_t *data, size_t length, uint64_t now_us)
{
	struct rtcp_reader reader;
	struct rtcp_item item;
	uint16_t numbers[256];
	rtcp_reader_init(&reader, data, length);
	while (rtcp_next(&reader, &item) == OK) {
		struct sender *sender = sender_of(peer, item.media_ssrc);
		if (item.type == RTCP_TRANSPORT_CC)
			peer->feedback++;
		else if (item.type == RTCP_NACK && sender != NULL)
			sender_resend(sender, numbers,
				      rtcp_nack_numbers(&item, numbers, G_N_ELEMENTS(numbers)));
		else if ((item.type == RTCP_PLI || item.type == RTCP_FIR) && sender != NULL)
			sender_keyframe(sender);
		for (unsigned i = 0; item.type == RTCP_SENDER_REPORT && i < peer->n_receivers; i++)
			if (receiver_ssrc(peer->receivers[i]) == item.sender_ssrc)
				receiver_sender_report(peer->receivers[i], item.ntp, now_us);
	}
}

static void take_rtp(struct peer *peer, struct packet *packet, uint64_t now_us)
{
	if (rtp_parse(packet->data, packet->length, &peer->numbers->extensions, &packet->rtp) != OK)
		return;
	packet->arrival_us = now_us;
	for (unsigned i = 0; i < peer->n_receivers; i++)
		if (receiver_packet(peer->receivers[i], packet, now_us))
			return;
}

void peer_readable(struct peer *peer, uint64_t now_us)
{
	struct packet packet;
	for (;;) {
		ssize_t n = recv(peer->fd, packet.data, sizeof packet.data, MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			continue; /* ECONNREFUSED: the server is away; reading takes the error off
				     the socket */
		if (n < 0)
			return;
		size_t length = (size_t)n;
		if (lost(peer, packet.data, length))
			continue;
		memset(&packet.frame, 0, sizeof packet.frame);
		packet.retransmitted = false;
		switch (client_transport_receive(peer->transport, packet.data, &length, now_us)) {
		case DATAGRAM_RTP:
			packet.length = (uint16_t)length;
			take_rtp(peer, &packet, now_us);
			break;
		case DATAGRAM_RTCP:
			take_rtcp(peer, packet.data, length, now_us);
			break;
		default:
			break;
		}
	}
}

static void send_feedback(struct peer *peer, uint64_t now_us)
{
	uint8_t buffer[1200];
	for (unsigned i = 0; i < peer->n_receivers; i++) {
		size_t length = receiver_rtcp(peer->receivers[i], buffer, sizeof buffer, now_us);
		if (length > 0)
			client_transport_send_rtcp(peer->transport, buffer, length);
	}
	if (now_us - peer->report_us < REPORT_US ||
	    now_us - peer->opened_us < peer->config.first_report_us)
		return;
	peer->report_us = now_us;
	for (size_t i = 0; i < PEER_SENDERS; i++) {
		struct sender *sender = peer->senders[i];
		size_t length =
			sender != NULL ? sender_report(sender, buffer, sizeof buffer, now_us) : 0;
		if (length > 0)
			client_transport_send_rtcp(peer->transport, buffer, length);
	}
}

uint64_t peer_tick(struct peer *peer, uint64_t now_us)
{
	uint64_t next = client_transport_tick(peer->transport, now_us);
	if (client_transport_state(peer->transport) != CLIENT_OPEN)
		return next;
	if (peer->opened_us == 0)
		peer->opened_us = now_us;
	for (size_t i = 0; i < PEER_SENDERS; i++)
		if (peer->senders[i] != NULL)
			next = MIN(next, sender_tick(peer->senders[i], now_us));
	if (now_us >= peer->rtcp_us) {
		send_feedback(peer, now_us);
		peer->rtcp_us = now_us + RTCP_US;
	}
	return MIN(next, peer->rtcp_us);
}

int peer_fd(const struct peer *peer)
{
	return peer->fd;
}

enum client_state peer_state(const struct peer *peer)
{
	return client_transport_state(peer->transport);
}

const char *peer_profile(const struct peer *peer)
{
	return client_transport_profile(peer->transport);
}

uint64_t peer_join_us(const struct peer *peer)
{
	return peer->opened_us != 0 ? peer->opened_us - peer->begun_us : 0;
}

uint64_t peer_checks(const struct peer *peer)
{
	return client_transport_checks_answered(peer->transport);
}

uint64_t peer_feedback(const struct peer *peer)
{
	return peer->feedback;
}

unsigned peer_receivers(const struct peer *peer)
{
	return peer->n_receivers;
}

struct receiver *peer_receiver(const struct peer *peer, unsigned i)
{
	return peer->receivers[i];
}

struct sender *peer_sender(const struct peer *peer, bool video)
{
	return peer->senders[video ? PICTURE : SOUND];
}
