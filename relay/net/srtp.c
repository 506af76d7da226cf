#include "relay/net/srtp.h"
#include "relay/base/fetch.h"
#include "relay/base/wire.h"
#include "relay/net/gcm.h"
#include "relay/net/replay.h"
#include "relay/net/srtp_cm.h"

#include <glib.h>
#include <string.h>

#define RTCP_HEADER_SIZE 8 /* up to the sender's SSRC: in clear (RFC 3711, section 3.4) */
#define RTCP_INDEX_SIZE	 4
#define RTCP_CLEAR_SIZE	 (RTCP_HEADER_SIZE + RTCP_INDEX_SIZE)
#define RTCP_ENCRYPTED	 UINT32_C(0x80000000)
#define RTCP_INDEX_MAX	 UINT32_C(0x7fffffff)

#define SOURCES_MIN 2 /* SRTP_MAX_SOURCES is this, doubled a few times */

/* One key of one direction. */
struct session {
	struct gcm *gcm;
	uint8_t salt[SRTP_GCM_SALT_SIZE];
};

struct peer_source {
	struct replay rtp, rtcp;
};

struct srtp_context {
	enum srtp_profile profile;
	struct srtp_cm *cm;
	struct session send_rtp, send_rtcp, receive_rtp, receive_rtcp;
	/* One counter for all our SSRCs: so no (SSRC, index) comes twice (RFC 7714, section 9.1).
	 */
	uint32_t rtcp_index;
	unsigned n_sources, max_sources;
	uint32_t ssrcs[SRTP_MAX_SOURCES];
	struct peer_source *sources; /* who only receives has one or two */
};

static bool session_init(struct session *session, const uint8_t key[static SRTP_KEY_SIZE],
			 const uint8_t salt[static SRTP_GCM_SALT_SIZE], bool encrypt)
{
	memcpy(session->salt, salt, sizeof session->salt);
	session->gcm = gcm_new(key, encrypt);
	return session->gcm != NULL;
}

static bool sessions_init(struct session *rtp, struct session *rtcp,
			  const struct srtp_master *master, bool encrypt)
{
	struct srtp_gcm_keys keys;
	if (srtp_derive_gcm_keys(master, &keys) != OK)
		return false;
	bool ok = session_init(rtp, keys.rtp_key, keys.rtp_salt, encrypt) &&
		  session_init(rtcp, keys.rtcp_key, keys.rtcp_salt, encrypt);
	explicit_bzero(&keys, sizeof keys);
	return ok;
}

enum err srtp_prepare(void)
{
	return gcm_prepare() ? OK : ERR_SYSTEM;
}

enum err srtp_context_new(enum srtp_profile profile, const struct srtp_master *send,
			  const struct srtp_master *receive, struct srtp_context **ret)
{
	struct srtp_context *context = g_new0(struct srtp_context, 1);
	context->profile = profile;
	bool ok;
	if (profile == SRTP_PROFILE_GCM)
		ok = sessions_init(&context->send_rtp, &context->send_rtcp, send, true) &&
		     sessions_init(&context->receive_rtp, &context->receive_rtcp, receive, false);
	else
		ok = srtp_cm_new(send, receive, &context->cm) == OK;
	if (!ok) {
		srtp_context_free(context);
		return ERR_SYSTEM;
	}
	*ret = context;
	return OK;
}

void srtp_context_free(struct srtp_context *context)
{
	if (!context)
		return;
	srtp_cm_free(context->cm);
	gcm_free(context->send_rtp.gcm);
	gcm_free(context->send_rtcp.gcm);
	gcm_free(context->receive_rtp.gcm);
	gcm_free(context->receive_rtcp.gcm);
	g_free(context->sources);
	explicit_bzero(context, sizeof *context);
	g_free(context);
}

const char *srtp_context_profile(const struct srtp_context *context)
{
	return context->profile == SRTP_PROFILE_GCM ? "AEAD_AES_128_GCM" : "AES128_CM_SHA1_80";
}

void srtp_context_fetch(const struct srtp_context *context)
{
	fetch_ahead(context, offsetof(struct srtp_context, send_rtcp));
}

void srtp_context_fetch_key(const struct srtp_context *context)
{
	if (context->profile == SRTP_PROFILE_GCM)
		gcm_fetch(context->send_rtp.gcm);
}

/*
 * 16 zero bits, SSRC, 48 bits of index, all ^ salt: RFC 7714, section 8.1; for SRTCP the index's
 * upper bits are zero (section 9.1).
 */
static void make_iv(const struct session *session, uint32_t ssrc, uint64_t index,
		    uint8_t iv[static GCM_IV_SIZE])
{
	uint8_t plain[GCM_IV_SIZE] = {0};
	wire_put32(plain + 2, ssrc);
	plain[6] = (uint8_t)(index >> 40);
	plain[7] = (uint8_t)(index >> 32);
	wire_put32(plain + 8, (uint32_t)index);
	for (int i = 0; i < GCM_IV_SIZE; i++)
		iv[i] = plain[i] ^ session->salt[i];
}

/* What SRTCP authenticates in clear: the header's two words, and the index behind the tag. */
static void rtcp_clear(const uint8_t *data, const uint8_t *trailer,
		       uint8_t clear[static RTCP_CLEAR_SIZE])
{
	memcpy(clear, data, RTCP_HEADER_SIZE);
	memcpy(clear + RTCP_HEADER_SIZE, trailer, RTCP_INDEX_SIZE);
}

/* The plaintext in one piece (which costs no more than EVP calls for each piece); returns its
 * length. */
static size_t gather(const struct rtp_out *packet, uint8_t *out)
{
	size_t length = packet->head_length;
	memcpy(out, packet->head, length);
	memcpy(out + length, packet->body, packet->body_length);
	length += packet->body_length;
	if (packet->padding > 0) {
		memset(out + length, 0, packet->padding);
		length += packet->padding;
		out[length - 1] = packet->padding; /* RFC 3550, section 5.1 */
	}
	return length;
}

enum err srtp_context_protect_rtp(struct srtp_context *context, const struct rtp_out *packet,
				  uint8_t *out, size_t capacity, size_t *ret_length)
{
	size_t length = (size_t)packet->head_length + packet->body_length + packet->padding;
	size_t header = packet->header_length;
	if (length + SRTP_MAX_OVERHEAD > capacity)
		return ERR_FULL;
	gather(packet, out);
	if (context->cm) {
		enum err err = srtp_cm_protect_rtp(context->cm, out, &length);
		if (err == OK)
			*ret_length = length;
		return err;
	}
	const struct session *session = &context->send_rtp;
	uint8_t iv[GCM_IV_SIZE];
	make_iv(session, packet->ssrc, packet->index, iv);
	if (!gcm_encrypt(session->gcm, iv, out, header, out + header, length - header,
			 out + length))
		return ERR_SYSTEM;
	*ret_length = length + GCM_TAG_SIZE;
	return OK;
}

enum err srtp_context_protect_rtcp(struct srtp_context *context, const uint8_t *data, size_t length,
				   uint8_t *out, size_t capacity, size_t *ret_length)
{
	if (length < RTCP_HEADER_SIZE)
		return ERR_TRUNCATED;
	if (length + SRTP_MAX_OVERHEAD > capacity)
		return ERR_FULL;
	memcpy(out, data, length);
	if (context->cm) {
		enum err err = srtp_cm_protect_rtcp(context->cm, out, &length);
		if (err == OK)
			*ret_length = length;
		return err;
	}
	if (context->rtcp_index == RTCP_INDEX_MAX) /* RFC 3711, section 9.2: the key is used up */
		return ERR_NOT_READY;
	const struct session *session = &context->send_rtcp;
	uint8_t iv[GCM_IV_SIZE], clear[RTCP_CLEAR_SIZE], *trailer = out + length + GCM_TAG_SIZE;
	make_iv(session, wire_get32(out + 4), ++context->rtcp_index, iv);
	wire_put32(trailer, RTCP_ENCRYPTED | context->rtcp_index);
	rtcp_clear(out, trailer, clear);
	if (!gcm_encrypt(session->gcm, iv, clear, sizeof clear, out + RTCP_HEADER_SIZE,
			 length - RTCP_HEADER_SIZE, out + length))
		return ERR_SYSTEM;
	*ret_length = length + GCM_TAG_SIZE + RTCP_INDEX_SIZE;
	return OK;
}

/* NULL: not heard of yet. */
static struct peer_source *find_source(struct srtp_context *context, uint32_t ssrc)
{
	for (unsigned i = 0; i < context->n_sources; i++)
		if (context->ssrcs[i] == ssrc)
			return &context->sources[i];
	return NULL;
}

/* Of an authentic packet. There was room: the callers looked before they decrypted. */
static struct peer_source *add_source(struct srtp_context *context, uint32_t ssrc)
{
	unsigned i = context->n_sources++;
	if (i == context->max_sources) {
		context->max_sources = MAX(2 * i, SOURCES_MIN);
		context->sources =
			g_renew(struct peer_source, context->sources, context->max_sources);
	}
	context->ssrcs[i] = ssrc;
	context->sources[i] = (struct peer_source){0};
	return &context->sources[i];
}

/* Fixed part, contributing sources and extension block: what stays in clear. 0: doesn't fit. */
static size_t header_length(const uint8_t *data, size_t length)
{
	if (length < RTP_HEADER_MIN)
		return 0;
	size_t header = RTP_HEADER_MIN + 4 * (size_t)(data[0] & 0x0f);
	if (data[0] & 0x10) { /* RFC 3550, section 5.3.1 */
		if (length < header + 4)
			return 0;
		header += 4 + 4 * ((size_t)data[header + 2] << 8 | data[header + 3]);
	}
	return header <= length ? header : 0;
}

static enum err unprotect_rtp_gcm(struct srtp_context *context, struct peer_source **source,
				  uint32_t ssrc, uint8_t *data, size_t *length)
{
	static const struct replay none;
	const struct session *session = &context->receive_rtp;
	size_t header = header_length(data, *length);
	if (header == 0 || *length < header + GCM_TAG_SIZE)
		return ERR_TRUNCATED;
	const struct replay *replay = *source ? &(*source)->rtp : &none;
	uint64_t index = replay_estimate(replay, (uint16_t)(data[2] << 8 | data[3]));
	if (index == REPLAY_NO_INDEX || replay_check(replay, index) != OK)
		return ERR_REPLAY;
	size_t plain = *length - GCM_TAG_SIZE;
	uint8_t iv[GCM_IV_SIZE];
	make_iv(session, ssrc, index, iv);
	if (!gcm_decrypt(session->gcm, iv, data, header, data + header, plain - header,
			 data + plain))
		return ERR_AUTH;
	if (!*source)
		*source = add_source(context, ssrc);
	replay_commit(&(*source)->rtp, index);
	*length = plain;
	return OK;
}

static enum err unprotect_rtcp_gcm(struct srtp_context *context, struct peer_source **source,
				   uint32_t ssrc, uint8_t *data, size_t *length)
{
	static const struct replay none;
	const struct session *session = &context->receive_rtcp;
	if (*length < RTCP_HEADER_SIZE + GCM_TAG_SIZE + RTCP_INDEX_SIZE)
		return ERR_TRUNCATED;
	size_t plain = *length - GCM_TAG_SIZE - RTCP_INDEX_SIZE;
	uint8_t *trailer = data + plain + GCM_TAG_SIZE;
	uint32_t index = wire_get32(trailer) & RTCP_INDEX_MAX;
	if (!(wire_get32(trailer) &
	      RTCP_ENCRYPTED)) /* DTLS-SRTP has no way to agree on clear SRTCP */
		return ERR_AUTH;
	if (replay_check(*source ? &(*source)->rtcp : &none, index) != OK)
		return ERR_REPLAY;
	uint8_t iv[GCM_IV_SIZE], clear[RTCP_CLEAR_SIZE];
	make_iv(session, ssrc, index, iv);
	rtcp_clear(data, trailer, clear);
	if (!gcm_decrypt(session->gcm, iv, clear, sizeof clear, data + RTCP_HEADER_SIZE,
			 plain - RTCP_HEADER_SIZE, data + plain))
		return ERR_AUTH;
	if (!*source)
		*source = add_source(context, ssrc);
	replay_commit(&(*source)->rtcp, index);
	*length = plain;
	return OK;
}

/* libsrtp2 keeps the windows, but not a bound on the number of sources. */
static enum err unprotect_cm(struct srtp_context *context, struct peer_source *source,
			     uint32_t ssrc,
			     enum err (*unprotect)(struct srtp_cm *, uint8_t *, size_t *),
			     uint8_t *data, size_t *length)
{
	enum err err = unprotect(context->cm, data, length);
	if (err == OK && !source)
		add_source(context, ssrc);
	return err;
}

enum err srtp_context_unprotect_rtp(struct srtp_context *context, uint8_t *data, size_t *length)
{
	if (*length < RTP_HEADER_MIN)
		return ERR_TRUNCATED;
	uint32_t ssrc = wire_get32(data + 8);
	struct peer_source *source = find_source(context, ssrc);
	if (!source && context->n_sources == SRTP_MAX_SOURCES)
		return ERR_FULL;
	if (context->cm)
		return unprotect_cm(context, source, ssrc, srtp_cm_unprotect_rtp, data, length);
	return unprotect_rtp_gcm(context, &source, ssrc, data, length);
}

enum err srtp_context_unprotect_rtcp(struct srtp_context *context, uint8_t *data, size_t *length)
{
	if (*length < RTCP_HEADER_SIZE)
		return ERR_TRUNCATED;
	uint32_t ssrc = wire_get32(data + 4);
	struct peer_source *source = find_source(context, ssrc);
	if (!source && context->n_sources == SRTP_MAX_SOURCES)
		return ERR_FULL;
	if (context->cm)
		return unprotect_cm(context, source, ssrc, srtp_cm_unprotect_rtcp, data, length);
	return unprotect_rtcp_gcm(context, &source, ssrc, data, length);
}
