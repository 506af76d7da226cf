#include "tests/load/crypt.h"

#include "relay/net/srtp.h"
#include <glib.h>
#include <string.h>

#define STREAMS_MAX 16 /* a voice, a camera's layers, and their resends */

/* RFC 3711, section 3.3.1: the sequence number and how often it has wrapped. */
struct stream {
	uint32_t ssrc;
	uint64_t index;
};

struct crypt {
	struct srtp_context *context;
	unsigned n;
	struct stream streams[STREAMS_MAX];
};

G_STATIC_ASSERT(CRYPT_OVERHEAD == SRTP_MAX_OVERHEAD);

struct crypt *crypt_new(const struct client_keys *keys)
{
	struct crypt *crypt = g_new0(struct crypt, 1);
	struct srtp_master send, receive;
	memcpy(send.key, keys->send_key, sizeof send.key);
	memcpy(send.salt, keys->send_salt, sizeof send.salt);
	memcpy(receive.key, keys->receive_key, sizeof receive.key);
	memcpy(receive.salt, keys->receive_salt, sizeof receive.salt);
	if (srtp_context_new(keys->gcm ? SRTP_PROFILE_GCM : SRTP_PROFILE_CM_SHA1_80, &send,
			     &receive, &crypt->context) == OK)
		return crypt;
	crypt_free(crypt);
	return NULL;
}

void crypt_free(struct crypt *crypt)
{
	if (crypt == NULL)
		return;
	srtp_context_free(crypt->context);
	g_free(crypt);
}

/* The index of the next packet; false: it was used already. */
static bool next_index(struct crypt *crypt, uint32_t ssrc, uint16_t sequence, uint64_t *ret)
{
	struct stream *stream = crypt->streams, *end = crypt->streams + crypt->n;
	while (stream < end && stream->ssrc != ssrc)
		stream++;
	if (stream == end) {
		g_assert_cmpuint(crypt->n, <, STREAMS_MAX);
		crypt->n++;
		*stream = (struct stream){.ssrc = ssrc, .index = sequence};
	} else {
		int16_t step = seq_difference(sequence, (uint16_t)stream->index);
		if (step <= 0)
			return false;
		stream->index += (uint64_t)step;
	}
	*ret = stream->index;
	return true;
}

size_t crypt_seal_rtp(struct crypt *crypt, const uint8_t *packet, size_t length, uint8_t *out,
		      size_t capacity)
{
	struct rtp_header header;
	struct rtp_out rtp;
	size_t sealed = 0;
	if (rtp_parse(packet, length, NULL, &header) != OK ||
	    header.payload_offset > sizeof rtp.head ||
	    !next_index(crypt, header.ssrc, header.sequence, &rtp.index))
		return 0;
	rtp.ssrc = header.ssrc;
	rtp.head_length = rtp.header_length = header.payload_offset;
	rtp.body = packet + header.payload_offset;
	rtp.body_length = (uint16_t)(length - header.payload_offset);
	rtp.padding = 0;
	memcpy(rtp.head, packet, header.payload_offset);
	if (srtp_context_protect_rtp(crypt->context, &rtp, out, capacity, &sealed) != OK)
		return 0;
	return sealed;
}

size_t crypt_seal_rtcp(struct crypt *crypt, const uint8_t *packet, size_t length, uint8_t *out,
		       size_t capacity)
{
	size_t sealed = 0;
	if (srtp_context_protect_rtcp(crypt->context, packet, length, out, capacity, &sealed) != OK)
		return 0;
	return sealed;
}

bool crypt_open(struct crypt *crypt, enum datagram_kind kind, uint8_t *data, size_t *length)
{
	return (kind == DATAGRAM_RTP ? srtp_context_unprotect_rtp : srtp_context_unprotect_rtcp)(
		       crypt->context, data, length) == OK;
}
