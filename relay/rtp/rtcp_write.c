#include "relay/rtp/rtcp_write.h"
#include "relay/base/wire.h"
#include <assert.h>
#include <string.h>

/* RFC 3550, section 12.1; RFC 4585, section 6.1. */
enum {
	TYPE_SENDER_REPORT = 200,
	TYPE_RECEIVER_REPORT = 201,
	TYPE_DESCRIPTION = 202,
	TYPE_BYE = 203,
	TYPE_TRANSPORT_FEEDBACK = 205,
	TYPE_PAYLOAD_FEEDBACK = 206,
};

void rtcp_writer_init(struct rtcp_writer *writer, uint8_t *data, size_t capacity)
{
	*writer = (struct rtcp_writer){.data = data, .capacity = capacity};
}

/* Appends a packet's header and gives the place of its body, whose length is a multiple of four;
 * NULL: no room. */
static uint8_t *add_part(struct rtcp_writer *w, unsigned type, unsigned count, size_t body_length)
{
	assert(count <= 31 && body_length % 4 == 0);
	if (w->capacity - w->length < 4 + body_length || body_length / 4 > UINT16_MAX)
		return NULL;
	uint8_t *p = w->data + w->length;
	w->length += 4 + body_length;
	p[0] = (uint8_t)(2 << 6 | count);
	p[1] = (uint8_t)type;
	wire_put16(p + 2, (uint16_t)(body_length / 4));
	return p + 4;
}

bool rtcp_add_sender_report(struct rtcp_writer *w, uint32_t ssrc, uint64_t ntp,
			    uint32_t rtp_timestamp, uint32_t packets, uint32_t octets)
{
	uint8_t *p = add_part(w, TYPE_SENDER_REPORT, 0, 24);
	if (!p)
		return false;
	wire_put32(p, ssrc);
	wire_put64(p + 4, ntp);
	wire_put32(p + 12, rtp_timestamp);
	wire_put32(p + 16, packets);
	wire_put32(p + 20, octets);
	return true;
}

bool rtcp_add_receiver_report(struct rtcp_writer *w, uint32_t sender_ssrc,
			      const struct rtcp_report_block *blocks, unsigned n)
{
	uint8_t *p = add_part(w, TYPE_RECEIVER_REPORT, n, 4 + n * (size_t)24);
	if (!p)
		return false;
	wire_put32(p, sender_ssrc);
	p += 4;
	for (unsigned i = 0; i < n; i++, p += 24) {
		const struct rtcp_report_block *b = &blocks[i];
		wire_put32(p, b->ssrc);
		p[4] = b->fraction_lost;
		wire_put24(p + 5, (uint32_t)b->cumulative_lost);
		wire_put32(p + 8, b->highest_sequence);
		wire_put32(p + 12, b->jitter);
		wire_put32(p + 16, b->last_sr);
		wire_put32(p + 20, b->delay_since_sr);
	}
	return true;
}

bool rtcp_add_sdes_cname(struct rtcp_writer *w, uint32_t ssrc, const char *cname)
{
	size_t length = strlen(cname);
	if (length > UINT8_MAX)
		return false;
	/* RFC 3550, section 6.5: the items end with at least one zero byte, up to a multiple of
	 * four. */
	size_t items = (2 + length + 1 + 3) & ~(size_t)3;
	uint8_t *p = add_part(w, TYPE_DESCRIPTION, 1, 4 + items);
	if (!p)
		return false;
	wire_put32(p, ssrc);
	memset(p + 4, 0, items);
	p[4] = 1; /* CNAME */
	p[5] = (uint8_t)length;
	memcpy(p + 6, cname, length);
	return true;
}

/* The next pair (RFC 4585, section 6.2.1): a number, and a mask of those among the 16 after it.
 * Moves *at on. */
static uint32_t nack_pair(const uint16_t *numbers, size_t n, size_t *at)
{
	uint16_t first = numbers[(*at)++];
	uint32_t mask = 0;
	for (; *at < n; (*at)++) {
		uint16_t distance = (uint16_t)(numbers[*at] - first);
		if (distance > 16)
			break;
		if (distance > 0)
			mask |= 1u << (distance - 1);
	}
	return (uint32_t)first << 16 | mask;
}

static uint8_t *add_feedback(struct rtcp_writer *w, unsigned type, unsigned format,
			     uint32_t sender_ssrc, uint32_t media_ssrc, size_t fci_length)
{
	uint8_t *p = add_part(w, type, format, 8 + fci_length);
	if (!p)
		return NULL;
	wire_put32(p, sender_ssrc);
	wire_put32(p + 4, media_ssrc);
	return p + 8;
}

bool rtcp_add_nack(struct rtcp_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
		   const uint16_t *numbers, size_t n)
{
	size_t pairs = 0;
	for (size_t at = 0; at < n; pairs++)
		nack_pair(numbers, n, &at);
	if (pairs == 0)
		return true;
	uint8_t *p =
		add_feedback(w, TYPE_TRANSPORT_FEEDBACK, 1, sender_ssrc, media_ssrc, pairs * 4);
	if (!p)
		return false;
	for (size_t at = 0; at < n; p += 4)
		wire_put32(p, nack_pair(numbers, n, &at));
	return true;
}

bool rtcp_add_pli(struct rtcp_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc)
{
	return add_feedback(w, TYPE_PAYLOAD_FEEDBACK, 1, sender_ssrc, media_ssrc, 0) != NULL;
}

bool rtcp_add_fir(struct rtcp_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
		  uint8_t sequence)
{
	/* "SSRC of media source" of the header is unused and 0 (RFC 5104, section 4.3.1.2). */
	uint8_t *p = add_feedback(w, TYPE_PAYLOAD_FEEDBACK, 4, sender_ssrc, 0, 8);
	if (!p)
		return false;
	wire_put32(p, media_ssrc);
	wire_put32(p + 4, (uint32_t)sequence << 24);
	return true;
}

bool rtcp_add_bye(struct rtcp_writer *w, uint32_t ssrc)
{
	uint8_t *p = add_part(w, TYPE_BYE, 1, 4);
	if (!p)
		return false;
	wire_put32(p, ssrc);
	return true;
}

bool rtcp_add_transport_feedback(struct rtcp_writer *w, uint8_t format, uint32_t sender_ssrc,
				 uint32_t media_ssrc, const uint8_t *body, size_t length)
{
	uint8_t *p =
		add_feedback(w, TYPE_TRANSPORT_FEEDBACK, format, sender_ssrc, media_ssrc, length);
	if (!p)
		return false;
	memcpy(p, body, length);
	return true;
}
