#include "relay/rtp/rtcp.h"
#include "relay/base/wire.h"
#include <string.h>

/* RFC 3550, section 12.1; RFC 4585, section 6.1. */
enum {
	TYPE_SENDER_REPORT = 200,
	TYPE_RECEIVER_REPORT = 201,
	TYPE_BYE = 203,
	TYPE_TRANSPORT_FEEDBACK = 205,
	TYPE_PAYLOAD_FEEDBACK = 206,
};

/* RFC 4585, section 6.2 and 6.3; RFC 5104, section 4.3.1;
 * draft-holmer-rmcat-transport-wide-cc-extensions-01. */
enum {
	FORMAT_NACK = 1,
	FORMAT_TRANSPORT_CC = 15,
	FORMAT_PLI = 1,
	FORMAT_FIR = 4,
	FORMAT_APPLICATION = 15,
};

#define REPORT_SIZE    24
#define FIR_ENTRY_SIZE 8

/* One packet of the compound: count is the five bits that mean a count or a format. */
struct part {
	unsigned type, count;
	const uint8_t *body;
	size_t length;
};

void rtcp_reader_init(struct rtcp_reader *reader, const uint8_t *data, size_t length)
{
	*reader = (struct rtcp_reader){.data = data, .length = length};
}

static enum err read_part(const struct rtcp_reader *reader, struct part *ret, size_t *ret_size)
{
	const uint8_t *p = reader->data + reader->offset;
	size_t left = reader->length - reader->offset;
	if (left < 4)
		return ERR_TRUNCATED;
	if (p[0] >> 6 != 2)
		return ERR_MALFORMED;
	size_t size = 4 + 4 * (size_t)wire_get16(p + 2), padding = 0;
	if (size > left)
		return ERR_TRUNCATED;
	if (p[0] & 0x20) {
		padding = p[size - 1];
		if (padding == 0 || padding > size - 4)
			return ERR_MALFORMED;
	}
	*ret = (struct part){p[1], p[0] & 31, p + 4, size - 4 - padding};
	*ret_size = size;
	return OK;
}

/* Everything but the reports, which are 868 bytes that n_reports keeps from being read. */
static void clear(struct rtcp_item *item, enum rtcp_type type)
{
	item->type = type;
	item->sender_ssrc = item->media_ssrc = item->rtp_timestamp = item->packets = item->octets =
		0;
	item->ntp = item->remb_bitrate = 0;
	item->fir_sequence = 0;
	item->n_reports = 0;
	item->fci = NULL;
	item->fci_length = 0;
}

static void read_reports(const uint8_t *p, unsigned n, struct rtcp_item *ret)
{
	ret->n_reports = n;
	for (unsigned i = 0; i < n; i++, p += REPORT_SIZE) {
		/* 24 bits, signed: duplicates can make it negative (RFC 3550, section 6.4.1). */
		uint32_t lost = wire_get24(p + 5);
		ret->reports[i] = (struct rtcp_report_block){
			.ssrc = wire_get32(p),
			.fraction_lost = p[4],
			.cumulative_lost = (int32_t)lost - (lost & 0x800000 ? 0x1000000 : 0),
			.highest_sequence = wire_get32(p + 8),
			.jitter = wire_get32(p + 12),
			.last_sr = wire_get32(p + 16),
			.delay_since_sr = wire_get32(p + 20),
		};
	}
}

static enum err read_sender_report(const struct part *part, struct rtcp_item *ret)
{
	const uint8_t *p = part->body;
	if (part->length < 24 + part->count * (size_t)REPORT_SIZE)
		return ERR_MALFORMED;
	clear(ret, RTCP_SENDER_REPORT);
	ret->sender_ssrc = wire_get32(p);
	ret->ntp = wire_get64(p + 4);
	ret->rtp_timestamp = wire_get32(p + 12);
	ret->packets = wire_get32(p + 16);
	ret->octets = wire_get32(p + 20);
	read_reports(p + 24, part->count, ret);
	return OK;
}

static enum err read_receiver_report(const struct part *part, struct rtcp_item *ret)
{
	if (part->length < 4 + part->count * (size_t)REPORT_SIZE)
		return ERR_MALFORMED;
	clear(ret, RTCP_RECEIVER_REPORT);
	ret->sender_ssrc = wire_get32(part->body);
	read_reports(part->body + 4, part->count, ret);
	return OK;
}

/* One item for each of the sources that leave. */
static enum err read_bye(const struct part *part, size_t *entry_offset, struct rtcp_item *ret)
{
	size_t sources = part->count * (size_t)4;
	if (part->length < sources)
		return ERR_MALFORMED;
	if (sources == 0) { /* "meaningless, but valid" (RFC 3550, section 6.6) */
		clear(ret, RTCP_OTHER);
		return OK;
	}
	clear(ret, RTCP_BYE);
	ret->sender_ssrc = wire_get32(part->body + *entry_offset);
	*entry_offset += 4;
	if (*entry_offset == sources)
		*entry_offset = 0;
	return OK;
}

static void read_feedback_header(const struct part *part, enum rtcp_type type,
				 struct rtcp_item *ret)
{
	clear(ret, type);
	ret->sender_ssrc = wire_get32(part->body);
	ret->media_ssrc = wire_get32(part->body + 4);
	ret->fci = part->body + 8;
	ret->fci_length = part->length - 8;
}

static enum err read_transport_feedback(const struct part *part, struct rtcp_item *ret)
{
	if (part->length < 8)
		return ERR_MALFORMED;
	size_t fci_length = part->length - 8;
	if (part->count == FORMAT_NACK) {
		if (fci_length == 0 || fci_length % 4 != 0)
			return ERR_MALFORMED;
		read_feedback_header(part, RTCP_NACK, ret);
	} else if (part->count == FORMAT_TRANSPORT_CC) {
		if (fci_length < 8) /* base, count, reference time, feedback count */
			return ERR_MALFORMED;
		read_feedback_header(part, RTCP_TRANSPORT_CC, ret);
	} else {
		read_feedback_header(part, RTCP_OTHER, ret);
	}
	return OK;
}

/* The picture's source is in the entries, not in the header (RFC 5104, section 4.3.1.2): one item
 * for each. */
static enum err read_fir(const struct part *part, size_t *entry_offset, struct rtcp_item *ret)
{
	size_t fci_length = part->length - 8;
	if (fci_length == 0 || fci_length % FIR_ENTRY_SIZE != 0)
		return ERR_MALFORMED;
	read_feedback_header(part, RTCP_FIR, ret);
	ret->media_ssrc = wire_get32(ret->fci + *entry_offset);
	ret->fir_sequence = ret->fci[*entry_offset + 4];
	*entry_offset += FIR_ENTRY_SIZE;
	if (*entry_offset == fci_length)
		*entry_offset = 0;
	return OK;
}

/* draft-alvestrand-rmcat-remb-03, section 2.2: "REMB", number of sources, 6 bits of exponent, 18 of
 * mantissa. */
static enum err read_remb(const struct part *part, struct rtcp_item *ret)
{
	const uint8_t *fci = part->body + 8;
	size_t fci_length = part->length - 8;
	if (fci_length < 8 || fci_length < 8 + fci[4] * (size_t)4)
		return ERR_MALFORMED;
	unsigned exponent = fci[5] >> 2;
	uint64_t mantissa = wire_get24(fci + 5) & 0x3ffff;
	read_feedback_header(part, RTCP_REMB, ret);
	ret->remb_bitrate = mantissa > UINT64_MAX >> exponent ? UINT64_MAX : mantissa << exponent;
	return OK;
}

static enum err read_payload_feedback(const struct part *part, size_t *entry_offset,
				      struct rtcp_item *ret)
{
	if (part->length < 8)
		return ERR_MALFORMED;
	if (part->count == FORMAT_FIR)
		return read_fir(part, entry_offset, ret);
	if (part->count == FORMAT_APPLICATION && part->length >= 12 &&
	    memcmp(part->body + 8, "REMB", 4) == 0)
		return read_remb(part, ret);
	read_feedback_header(part, part->count == FORMAT_PLI ? RTCP_PLI : RTCP_OTHER, ret);
	return OK;
}

enum err rtcp_next(struct rtcp_reader *reader, struct rtcp_item *ret)
{
	struct part part;
	size_t size, entry_offset = reader->entry_offset;
	if (reader->offset == reader->length)
		return ERR_NOT_FOUND;
	enum err err = read_part(reader, &part, &size);
	if (err)
		return err;
	switch (part.type) {
	case TYPE_SENDER_REPORT:
		err = read_sender_report(&part, ret);
		break;
	case TYPE_RECEIVER_REPORT:
		err = read_receiver_report(&part, ret);
		break;
	case TYPE_BYE:
		err = read_bye(&part, &entry_offset, ret);
		break;
	case TYPE_TRANSPORT_FEEDBACK:
		err = read_transport_feedback(&part, ret);
		break;
	case TYPE_PAYLOAD_FEEDBACK:
		err = read_payload_feedback(&part, &entry_offset, ret);
		break;
	default:
		clear(ret, RTCP_OTHER);
	}
	if (err)
		return err;
	reader->entry_offset = entry_offset;
	if (entry_offset == 0)
		reader->offset += size;
	return OK;
}

size_t rtcp_nack_numbers(const struct rtcp_item *item, uint16_t *out, size_t max)
{
	size_t n = 0;
	for (size_t at = 0; at + 4 <= item->fci_length; at += 4) {
		uint16_t first = wire_get16(item->fci + at);
		/* Bit i of the mask stands for first + i + 1 (RFC 4585, section 6.2.1): one more
		 * bit for first. */
		uint32_t mask = (uint32_t)wire_get16(item->fci + at + 2) << 1 | 1;
		for (unsigned i = 0; mask >> i; i++) {
			if (!(mask >> i & 1))
				continue;
			if (n == max)
				return n;
			out[n++] = (uint16_t)(first + i);
		}
	}
	return n;
}
