#include "relay/net/transport.h"
#include "relay/base/clock.h"
#include "relay/base/fetch.h"
#include "relay/net/dtls_session.h"
#include "relay/net/ice_lite.h"

#include <glib.h>
#include <string.h>

#define ADDRESSES_MAX	      8
#define PATH_SILENT_US	      (1 * US_PER_SEC) /* another checked path may take over */
#define SILENT_AFTER_US	      (15 * US_PER_SEC)
#define CLOSED_AFTER_US	      (30 * US_PER_SEC)
#define HANDSHAKE_MAX_US      (30 * US_PER_SEC)
#define KEEP_LAST_FLIGHT_US   (10 * US_PER_SEC)
#define FAILED_HANDSHAKES_MAX 5
#define TICK_MIN_US	      (10 * US_PER_MS)

struct accepted {
	struct net_address address;
	uint64_t heard_us; /* something authentic, last */
};

struct transport {
	/* For every packet to the peer. */
	enum transport_state state;
	struct send_chain chain; /* of what goes to the selected path */
	struct net_path selected;
	struct srtp_context *srtp;
	struct transport_environment environment;
	/* Less often. */
	/* previous: of before the ICE restart, still valid, since the peer may not have our answer.
	 */
	struct transport_credentials current, previous;
	bool has_previous;
	bool restarting; /* no check with the current ones yet */
	bool nominated;
	uint64_t consent_us; /* the last authenticated check, or the beginning */
	struct accepted accepted[ADDRESSES_MAX];
	unsigned n_accepted;
	uint64_t selected_heard_us;
	struct dtls_session *dtls;
	uint64_t handshake_began_us;
	uint64_t free_dtls_us;
	unsigned failed_handshakes;
};

struct transport *transport_new(const struct transport_environment *environment,
				const struct transport_credentials *credentials, uint64_t now_us)
{
	struct transport *transport = g_new0(struct transport, 1);
	transport->environment = *environment;
	transport->current = *credentials;
	transport->consent_us = now_us;
	return transport;
}

static void close_transport(struct transport *transport)
{
	transport->state = TRANSPORT_CLOSED;
	transport->n_accepted = 0;
	dtls_session_free(transport->dtls);
	transport->dtls = NULL;
	srtp_context_free(transport->srtp);
	transport->srtp = NULL;
}

void transport_free(struct transport *transport)
{
	if (!transport)
		return;
	close_transport(transport);
	explicit_bzero(transport, sizeof *transport); /* passwords */
	g_free(transport);
}

enum err transport_restart_ice(struct transport *transport,
			       const struct transport_credentials *credentials)
{
	if (transport->state == TRANSPORT_CLOSED ||
	    memcmp(credentials->fingerprint, transport->current.fingerprint, FINGERPRINT_SIZE) != 0)
		return ERR_NOT_READY;
	transport->previous = transport->current;
	transport->current = *credentials;
	transport->has_previous = transport->restarting = true;
	return OK;
}

static void count(const struct transport *transport, enum counter which)
{
	counter_add(transport->environment.counters, which, 1);
}

static bool path_equal(const struct net_path *a, const struct net_path *b)
{
	return net_address_equal(&a->remote, &b->remote) &&
	       memcmp(a->local_ip, b->local_ip, sizeof a->local_ip) == 0;
}

static struct accepted *find_accepted(const struct transport *transport,
				      const struct net_address *remote)
{
	for (unsigned i = 0; i < transport->n_accepted; i++)
		if (net_address_equal(&transport->accepted[i].address, remote))
			return (struct accepted *)&transport->accepted[i];
	return NULL;
}

/* A free place, or that of the address that was quiet for longest; the selected one stays. */
static struct accepted *place_for_address(struct transport *transport)
{
	if (transport->n_accepted < ADDRESSES_MAX)
		return &transport->accepted[transport->n_accepted++];
	struct accepted *oldest = NULL;
	for (unsigned i = 0; i < transport->n_accepted; i++) {
		struct accepted *a = &transport->accepted[i];
		if (!net_address_equal(&a->address, &transport->selected.remote) &&
		    (!oldest || a->heard_us < oldest->heard_us))
			oldest = a;
	}
	return oldest;
}

static void heard(struct transport *transport, const struct net_path *path, uint64_t now_us)
{
	struct accepted *accepted = find_accepted(transport, &path->remote);
	if (accepted)
		accepted->heard_us = now_us;
	if (path_equal(path, &transport->selected))
		transport->selected_heard_us = now_us;
}

/*
 * Before nomination the last checked path; USE-CANDIDATE moves at once; a check without it moves
 * from a path that has gone silent (Firefox stops to send it after 5 s).
 */
static bool should_move(const struct transport *transport, bool use_candidate, uint64_t now_us)
{
	return use_candidate || !transport->nominated ||
	       now_us - transport->selected_heard_us >= PATH_SILENT_US;
}

/* is_current: made with the credentials of the last ICE restart. */
static void accept_check(struct transport *transport, const struct net_path *path,
			 bool use_candidate, bool is_current, uint64_t now_us)
{
	count(transport, COUNTER_STUN_OK);
	transport->consent_us = now_us;
	if (transport->state == TRANSPORT_NEW)
		transport->state = TRANSPORT_CHECKED;
	else if (transport->state == TRANSPORT_SILENT)
		transport->state = TRANSPORT_OPEN;
	if (is_current && transport->restarting)
		transport->restarting = transport->nominated = false;
	if (!find_accepted(transport, &path->remote))
		*place_for_address(transport) = (struct accepted){.address = path->remote};
	/* A late check of before the restart must not take the transport back to the old network.
	 */
	if ((is_current || transport->restarting) &&
	    should_move(transport, use_candidate, now_us)) {
		transport->selected = *path;
		transport->chain = (struct send_chain){0};
		transport->nominated |= use_candidate;
	}
	heard(transport, path, now_us);
}

static void reply(struct transport *transport, const struct net_path *path, const uint8_t *data,
		  size_t length)
{
	memcpy(send_batch_reserve(transport->environment.batch), data, length);
	send_batch_commit(transport->environment.batch, length, path,
			  path == &transport->selected ? &transport->chain : NULL);
}

/* NULL: neither the current ufrag nor the one of before the restart. */
static const struct transport_credentials *credentials_of(const struct transport *transport,
							  const char *local_ufrag)
{
	if (strcmp(local_ufrag, transport->current.local_ufrag) == 0)
		return &transport->current;
	if (transport->has_previous && strcmp(local_ufrag, transport->previous.local_ufrag) == 0)
		return &transport->previous;
	return NULL;
}

static void receive_stun(struct transport *transport, const uint8_t *data, size_t length,
			 const struct net_path *path, uint64_t now_us)
{
	char ufrag[ICE_UFRAG_MAX + 1];
	enum err err = ice_lite_local_ufrag(data, length, ufrag, sizeof ufrag);
	if (err == ERR_MALFORMED)
		return count(transport, COUNTER_DROP_STUN_MALFORMED);
	if (err == ERR_UNSUPPORTED && transport_accepts(transport, &path->remote))
		return; /* an indication that keeps a NAT's binding alive (RFC 8445, section 11) */
	const struct transport_credentials *credentials =
		err == OK && transport->state != TRANSPORT_CLOSED ? credentials_of(transport, ufrag)
								  : NULL;
	if (!credentials)
		return count(transport, COUNTER_DROP_STUN_UNKNOWN_USER);
	struct ice_check check;
	err = ice_lite_check(transport->environment.ice, data, length, credentials->local_ufrag,
			     credentials->local_password, credentials->remote_ufrag, &path->remote,
			     now_us, &check);
	if (err == OK)
		accept_check(transport, path, check.use_candidate,
			     credentials == &transport->current, now_us);
	else if (check.limited)
		count(transport, COUNTER_DROP_STUN_LIMITED);
	else
		count(transport,
		      err == ERR_AUTH ? COUNTER_DROP_STUN_AUTH : COUNTER_DROP_STUN_MALFORMED);
	if (check.reply_length > 0)
		reply(transport, path, check.reply, check.reply_length);
}

static void send_dtls(void *user, const uint8_t *data, size_t length)
{
	struct transport *transport = user;
	if (length <= SEND_DATAGRAM_MAX)
		reply(transport, &transport->selected, data, length);
}

/* The peer may begin again, but not for ever: each handshake costs us a signature. */
static void handshake_failed(struct transport *transport)
{
	count(transport, COUNTER_DROP_DTLS);
	dtls_session_free(transport->dtls);
	transport->dtls = NULL;
	transport->state = TRANSPORT_CHECKED;
	if (++transport->failed_handshakes == FAILED_HANDSHAKES_MAX)
		close_transport(transport);
}

static void handshake_finished(struct transport *transport)
{
	enum srtp_profile profile;
	struct srtp_master send, receive;
	enum err err = dtls_session_keys(transport->dtls, &profile, &send, &receive);
	if (err == OK)
		err = srtp_context_new(profile, &send, &receive, &transport->srtp);
	explicit_bzero(&send, sizeof send);
	explicit_bzero(&receive, sizeof receive);
	if (err != OK)
		return close_transport(transport);
	transport->state = TRANSPORT_OPEN;
}

static bool begin_handshake(struct transport *transport, const uint8_t *data, size_t length,
			    uint64_t now_us)
{
	if (transport->state != TRANSPORT_CHECKED || !dtls_is_client_hello(data, length)) {
		count(transport, COUNTER_DROP_DTLS);
		return false;
	}
	const struct dtls_callbacks callbacks = {.send = send_dtls, .user = transport};
	enum err err = dtls_session_new(transport->environment.dtls, transport->current.fingerprint,
					&callbacks, &transport->dtls);
	if (err != OK) {
		count(transport, err == ERR_FULL ? COUNTER_DROP_HALF_OPEN : COUNTER_DROP_DTLS);
		return false;
	}
	transport->state = TRANSPORT_HANDSHAKE;
	transport->handshake_began_us = now_us;
	return true;
}

static void receive_dtls(struct transport *transport, const uint8_t *data, size_t length,
			 uint64_t now_us)
{
	if (!transport->dtls && !begin_handshake(transport, data, length, now_us))
		return;
	/* A peer that still speaks may have missed our last flight again. */
	transport->free_dtls_us = now_us + KEEP_LAST_FLIGHT_US;
	switch (dtls_session_receive(transport->dtls, data, length)) {
	case DTLS_WAITING:
		break;
	case DTLS_FINISHED:
		handshake_finished(transport);
		break;
	case DTLS_REFUSED:
		count(transport, COUNTER_DROP_DTLS);
		break;
	case DTLS_FAILED:
		handshake_failed(transport);
		break;
	case DTLS_CLOSED:
		close_transport(transport);
		break;
	}
}

static void count_srtp_drop(const struct transport *transport, enum err err, bool rtcp)
{
	switch (err) {
	case ERR_REPLAY:
		return count(transport, COUNTER_DROP_SRTP_REPLAY);
	case ERR_TRUNCATED:
	case ERR_MALFORMED:
		return count(transport,
			     rtcp ? COUNTER_DROP_RTCP_MALFORMED : COUNTER_DROP_RTP_MALFORMED);
	case ERR_FULL:
		return count(transport,
			     rtcp ? COUNTER_DROP_RTCP_UNKNOWN : COUNTER_DROP_UNKNOWN_STREAM);
	default:
		return count(transport, COUNTER_DROP_SRTP_AUTH);
	}
}

static enum datagram_kind receive_media(struct transport *transport, enum datagram_kind kind,
					uint8_t *data, size_t *length, const struct net_path *path,
					uint64_t now_us)
{
	bool rtcp = kind == DATAGRAM_RTCP;
	if (!transport->srtp) {
		count(transport, COUNTER_DROP_NO_KEYS);
		return DATAGRAM_NONE;
	}
	enum err err = rtcp ? srtp_context_unprotect_rtcp(transport->srtp, data, length)
			    : srtp_context_unprotect_rtp(transport->srtp, data, length);
	if (err != OK) {
		count_srtp_drop(transport, err, rtcp);
		return DATAGRAM_NONE;
	}
	count(transport, rtcp ? COUNTER_RTCP_IN : COUNTER_RTP_IN);
	heard(transport, path, now_us);
	return kind;
}

enum datagram_kind transport_receive(struct transport *transport, uint8_t *data, size_t *length,
				     const struct net_path *path, uint64_t now_us)
{
	enum datagram_kind kind = datagram_kind(data, *length);
	if (kind == DATAGRAM_NONE)
		count(transport, COUNTER_DROP_NOT_MEDIA);
	else if (kind == DATAGRAM_STUN)
		receive_stun(transport, data, *length, path, now_us);
	else if (!transport_accepts(transport, &path->remote))
		count(transport, COUNTER_DROP_STRANGER);
	else if (kind == DATAGRAM_DTLS)
		receive_dtls(transport, data, *length, now_us);
	else
		return receive_media(transport, kind, data, length, path, now_us);
	return DATAGRAM_NONE;
}

void transport_fetch(const struct transport *transport, unsigned step)
{
	if (step == 0)
		fetch_ahead(transport, offsetof(struct transport, current));
	else if (transport->srtp && step == 1)
		srtp_context_fetch(transport->srtp);
	else if (transport->srtp)
		srtp_context_fetch_key(transport->srtp);
}

enum err transport_send_rtp(struct transport *transport, const struct rtp_out *out,
			    struct bytes *ret_protected)
{
	if (transport->state != TRANSPORT_OPEN)
		return ERR_NOT_READY;
	struct send_batch *batch = transport->environment.batch;
	uint8_t *data = send_batch_reserve(batch);
	size_t length;
	enum err err =
		srtp_context_protect_rtp(transport->srtp, out, data, SEND_DATAGRAM_MAX, &length);
	if (err != OK)
		return err;
	send_batch_commit(batch, length, &transport->selected, &transport->chain);
	if (ret_protected)
		*ret_protected = (struct bytes){data, length};
	return OK;
}

enum err transport_send_rtcp(struct transport *transport, const uint8_t *data, size_t length)
{
	if (transport->state != TRANSPORT_OPEN)
		return ERR_NOT_READY;
	struct send_batch *batch = transport->environment.batch;
	size_t protected_length;
	enum err err =
		srtp_context_protect_rtcp(transport->srtp, data, length, send_batch_reserve(batch),
					  SEND_DATAGRAM_MAX, &protected_length);
	if (err != OK)
		return err;
	send_batch_commit(batch, protected_length, &transport->selected, &transport->chain);
	count(transport, COUNTER_RTCP_OUT);
	return OK;
}

enum err transport_send_protected(struct transport *transport, const uint8_t *data, size_t length)
{
	if (transport->state != TRANSPORT_OPEN)
		return ERR_NOT_READY;
	if (length > SEND_DATAGRAM_MAX)
		return ERR_FULL;
	reply(transport, &transport->selected, data, length);
	return OK;
}

/* Returns when the TLS state needs the next look. */
static uint64_t tick_dtls(struct transport *transport, uint64_t now_us)
{
	if (!transport->dtls)
		return UINT64_MAX;
	if (transport->srtp) {
		if (now_us < transport->free_dtls_us)
			return transport->free_dtls_us;
		dtls_session_free(transport->dtls);
		transport->dtls = NULL;
		return UINT64_MAX;
	}
	if (now_us - transport->handshake_began_us >= HANDSHAKE_MAX_US ||
	    dtls_session_tick(transport->dtls) == DTLS_FAILED) {
		handshake_failed(transport);
		return UINT64_MAX;
	}
	uint64_t give_up_us = transport->handshake_began_us + HANDSHAKE_MAX_US;
	uint64_t left_us = dtls_session_timeout_us(transport->dtls);
	return left_us == UINT64_MAX ? give_up_us
				     : MIN(now_us + MAX(left_us, TICK_MIN_US), give_up_us);
}

uint64_t transport_tick(struct transport *transport, uint64_t now_us)
{
	if (transport->state == TRANSPORT_CLOSED)
		return UINT64_MAX;
	if (now_us - transport->consent_us >= CLOSED_AFTER_US) {
		close_transport(transport);
		return UINT64_MAX;
	}
	if (transport->state == TRANSPORT_OPEN && now_us - transport->consent_us >= SILENT_AFTER_US)
		transport->state = TRANSPORT_SILENT;
	uint64_t dtls_us = tick_dtls(transport, now_us);
	if (transport->state == TRANSPORT_CLOSED) /* one handshake too many */
		return UINT64_MAX;
	uint64_t consent_us =
		transport->consent_us +
		(transport->state == TRANSPORT_OPEN ? SILENT_AFTER_US : CLOSED_AFTER_US);
	return MIN(dtls_us, consent_us);
}

enum transport_state transport_state(const struct transport *transport)
{
	return transport->state;
}

const struct net_path *transport_path(const struct transport *transport)
{
	return transport->state == TRANSPORT_NEW ? NULL : &transport->selected;
}

const char *transport_profile(const struct transport *transport)
{
	return transport->srtp ? srtp_context_profile(transport->srtp) : NULL;
}

const char *transport_local_ufrag(const struct transport *transport)
{
	return transport->current.local_ufrag;
}

bool transport_accepts(const struct transport *transport, const struct net_address *remote)
{
	return find_accepted(transport, remote) != NULL;
}

uint64_t transport_heard_us(const struct transport *transport, const struct net_address *remote)
{
	const struct accepted *accepted = find_accepted(transport, remote);
	return accepted ? accepted->heard_us : 0;
}
