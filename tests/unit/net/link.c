#include "tests/unit/net/link.h"

#include <string.h>
#include <stun/usages/ice.h>
#include <sys/time.h>

uint64_t link_now_us = 1000 * US_PER_SEC;

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	*tv = (struct timeval){.tv_sec = (time_t)(link_now_us / US_PER_SEC),
			       .tv_usec = (suseconds_t)(link_now_us % US_PER_SEC)};
	return 0;
}

static void must_not_fill(struct send_batch *batch, void *user)
{
	g_assert_not_reached();
}

void link_relay_init(struct link_relay *relay, unsigned max_half_open)
{
	const struct dtls_context_limits limits = {.max_half_open = max_half_open};
	memset(relay, 0, sizeof *relay);
	struct transport_environment *e = &relay->environment;
	g_assert_cmpint(dtls_certificate_new(&relay->certificate), ==, OK);
	dtls_certificate_fingerprint(relay->certificate, relay->fingerprint);
	g_assert_cmpint(dtls_context_new(relay->certificate, &limits, &relay->counters, &e->dtls),
			==, OK);
	e->ice = ice_lite_new(10);
	e->batch = send_batch_new(must_not_fill, NULL);
	e->counters = &relay->counters;
}

void link_relay_clear(struct link_relay *relay)
{
	send_batch_free(relay->environment.batch);
	ice_lite_free(relay->environment.ice);
	dtls_context_free(relay->environment.dtls);
	dtls_certificate_free(relay->certificate);
}

uint64_t link_count(const struct link_relay *relay, enum counter which)
{
	return counter_get(&relay->counters, which);
}

static void client_sends(void *user, const uint8_t *data, size_t length)
{
	struct link *link = user;
	g_queue_push_tail(link->to_relay, g_bytes_new(data, length));
}

void link_set_remote(struct link *link, const char *ip, uint16_t port)
{
	g_assert_cmpint(net_address_parse(ip, port, &link->path.remote), ==, OK);
}

static void make_client(struct link *link, const char *srtp_profiles)
{
	const struct client_config config = {.srtp_profiles = srtp_profiles,
					     .send = client_sends,
					     .user = link,
					     .nominate = true};
	link->client = client_transport_new(&config);
}

static void make_credentials(struct link *link)
{
	static unsigned number;
	struct transport_credentials *c = &link->credentials;
	g_snprintf(c->local_ufrag, sizeof c->local_ufrag, "relay%u", ++number);
	g_snprintf(c->local_password, sizeof c->local_password, "the relay's password %u", number);
	strcpy(c->remote_ufrag, client_transport_ufrag(link->client));
	client_transport_fingerprint(c->fingerprint);
}

void link_restart_ice(struct link *link)
{
	client_transport_restart_ice(link->client);
	make_credentials(link);
	g_assert_cmpint(transport_restart_ice(link->transport, &link->credentials), ==, OK);
}

void link_replace_client(struct link *link, const char *srtp_profiles)
{
	client_transport_free(link->client);
	make_client(link, srtp_profiles);
	make_credentials(link);
	g_assert_cmpint(transport_restart_ice(link->transport, &link->credentials), ==, OK);
}

struct link *link_new(struct link_relay *relay, const char *srtp_profiles, const char *remote_ip,
		      uint16_t remote_port)
{
	struct link *link = g_new0(struct link, 1);
	struct net_address local;
	link->relay = relay;
	make_client(link, srtp_profiles);
	make_credentials(link);
	link->to_relay = g_queue_new();
	link->relay_got = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	link->client_got = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	link_set_remote(link, remote_ip, remote_port);
	g_assert_cmpint(net_address_parse("192.0.2.200", 0, &local), ==, OK);
	memcpy(link->path.local_ip, local.ip, sizeof local.ip);
	link->transport = transport_new(&relay->environment, &link->credentials, link_now_us);
	return link;
}

void link_free(struct link *link)
{
	transport_free(link->transport);
	client_transport_free(link->client);
	g_queue_free_full(link->to_relay, (GDestroyNotify)g_bytes_unref);
	g_ptr_array_unref(link->relay_got);
	g_ptr_array_unref(link->client_got);
	g_free(link);
}

void link_start(struct link *link)
{
	client_transport_start(link->client, link->credentials.local_ufrag,
			       link->credentials.local_password, link->relay->fingerprint,
			       link_now_us);
}

static bool is_lost(const struct link *link, bool to_relay, const uint8_t *data, size_t length)
{
	return link->lose && link->lose(link->user, to_relay, data, length);
}

enum datagram_kind link_inject(struct link *link, const struct net_path *path, const uint8_t *data,
			       size_t length)
{
	uint8_t buffer[PACKET_CAPACITY];
	enum datagram_kind kind;
	memcpy(buffer, data, length);
	if (link->table)
		transport_table_receive(link->table, buffer, &length, path, link_now_us, &kind);
	else
		kind = transport_receive(link->transport, buffer, &length, path, link_now_us);
	if (kind != DATAGRAM_NONE)
		g_ptr_array_add(link->relay_got, g_bytes_new(buffer, length));
	return kind;
}

static void deliver_to_client(struct link *link)
{
	struct send_batch *batch = link->relay->environment.batch;
	for (size_t i = 0; i < send_batch_count(batch); i++) {
		uint8_t buffer[PACKET_CAPACITY];
		const struct net_path *path;
		size_t length;
		const uint8_t *data = send_batch_at(batch, i, &length, &path);
		link->answered = *path;
		if (!net_address_equal(&path->remote, &link->path.remote) ||
		    is_lost(link, false, data, length))
			continue;
		memcpy(buffer, data, length);
		if (client_transport_receive(link->client, buffer, &length, link_now_us) !=
		    DATAGRAM_NONE)
			g_ptr_array_add(link->client_got, g_bytes_new(buffer, length));
	}
	send_batch_clear(batch);
}

void link_exchange(struct link *link)
{
	GBytes *bytes;
	do {
		while ((bytes = g_queue_pop_head(link->to_relay))) {
			size_t length;
			const uint8_t *data = g_bytes_get_data(bytes, &length);
			if (!is_lost(link, true, data, length))
				link_inject(link, &link->path, data, length);
			g_bytes_unref(bytes);
		}
		deliver_to_client(link);
	} while (!g_queue_is_empty(link->to_relay));
}

void link_run(struct link *link, uint64_t duration_us)
{
	for (uint64_t end_us = link_now_us + duration_us; link_now_us < end_us;
	     link_now_us += LINK_STEP_US) {
		if (!link->client_silent)
			client_transport_tick(link->client, link_now_us);
		transport_tick(link->transport, link_now_us);
		link_exchange(link);
	}
}

void link_open(struct link *link)
{
	link_start(link);
	uint64_t end_us = link_now_us + 60 * US_PER_SEC;
	while (transport_state(link->transport) != TRANSPORT_OPEN ||
	       client_transport_state(link->client) != CLIENT_OPEN) {
		g_assert_cmpuint(link_now_us, <, end_us);
		link_run(link, LINK_STEP_US);
	}
}

size_t link_stranger_check(uint8_t *out, size_t capacity, const char *username)
{
	static const uint16_t known[] = {0};
	StunAgent agent;
	StunMessage message;
	stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
			STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	return stun_usage_ice_conncheck_create(&agent, &message, out, capacity,
					       (const uint8_t *)username, strlen(username),
					       (const uint8_t *)"guess", 5, true, true, 1, 1, NULL,
					       STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
}

size_t link_rtp(uint8_t *out, uint32_t ssrc, uint16_t sequence, uint8_t seed, size_t length)
{
	memset(out, 0, 12);
	out[0] = 0x80;
	out[1] = 96;
	out[2] = (uint8_t)(sequence >> 8);
	out[3] = (uint8_t)sequence;
	for (int i = 0; i < 4; i++)
		out[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	for (size_t i = 0; i < length; i++)
		out[12 + i] = (uint8_t)(seed + i);
	return 12 + length;
}

struct rtp_out link_rtp_out(uint32_t ssrc, uint64_t index, const uint8_t *body, size_t length)
{
	struct rtp_out out = {.index = index,
			      .ssrc = ssrc,
			      .head_length = 12,
			      .header_length = 12,
			      .body_length = (uint16_t)length,
			      .body = body};
	link_rtp(out.head, ssrc, (uint16_t)index, 0, 0);
	return out;
}

size_t link_rtcp(uint8_t *out, uint32_t ssrc)
{
	const uint8_t report[8] = {0x80,
				   201,
				   0,
				   1,
				   (uint8_t)(ssrc >> 24),
				   (uint8_t)(ssrc >> 16),
				   (uint8_t)(ssrc >> 8),
				   (uint8_t)ssrc};
	memcpy(out, report, sizeof report);
	return sizeof report;
}
