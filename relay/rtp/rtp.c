#include "relay/rtp/rtp.h"
#include "relay/base/wire.h"
#include <string.h>

/* RFC 8285, section 4.1.2 and 4.3; the low 4 bits of the two-byte form are the application's. */
#define PROFILE_ONE_BYTE      0xbede
#define PROFILE_TWO_BYTE      0x1000
#define PROFILE_TWO_BYTE_MASK 0xfff0

static void note_extension(const struct extension_map *map, unsigned id, size_t offset,
			   size_t length, struct rtp_header *h)
{
	const uint8_t *hit = memchr(map->id, (int)id, EXTENSION_COUNT);
	if (hit)
		h->extension[hit - map->id] = (struct rtp_span){(uint16_t)offset, (uint8_t)length};
}

/* RFC 8285, section 4.2. */
static enum err parse_one_byte(const uint8_t *data, size_t at, size_t end,
			       const struct extension_map *map, struct rtp_header *h)
{
	while (at < end) {
		unsigned id = data[at] >> 4, length = (data[at] & 15) + 1u;
		if (data[at] == 0) { /* padding */
			at++;
			continue;
		}
		/* "processing of the entire extension MUST terminate": 15, and 0 with a length. */
		if (id == 15 || id == 0)
			return OK;
		at++;
		if (length > end - at)
			return ERR_MALFORMED;
		note_extension(map, id, at, length, h);
		at += length;
	}
	return OK;
}

/* RFC 8285, section 4.3. */
static enum err parse_two_byte(const uint8_t *data, size_t at, size_t end,
			       const struct extension_map *map, struct rtp_header *h)
{
	while (at < end) {
		unsigned id = data[at++];
		if (id == 0) /* padding */
			continue;
		if (at == end || data[at] > end - at - 1)
			return ERR_MALFORMED;
		unsigned length = data[at++];
		note_extension(map, id, at, length, h);
		at += length;
	}
	return OK;
}

/* The block behind the CSRCs (RFC 3550, section 5.3.1). *at moves behind it. */
static enum err parse_extensions(const uint8_t *data, size_t length, size_t *at,
				 const struct extension_map *map, struct rtp_header *h)
{
	if (length - *at < 4)
		return ERR_TRUNCATED;
	unsigned profile = wire_get16(data + *at);
	size_t size = wire_get16(data + *at + 2) * (size_t)4, begin = *at + 4;
	if (length - begin < size)
		return ERR_TRUNCATED;
	*at = begin + size;
	if (!map)
		return OK;
	if (profile == PROFILE_ONE_BYTE)
		return parse_one_byte(data, begin, *at, map, h);
	if ((profile & PROFILE_TWO_BYTE_MASK) == PROFILE_TWO_BYTE)
		return parse_two_byte(data, begin, *at, map, h);
	return OK;
}

enum err rtp_parse(const uint8_t *data, size_t length, const struct extension_map *map,
		   struct rtp_header *ret)
{
	if (length < RTP_HEADER_MIN)
		return ERR_TRUNCATED;
	if (data[0] >> 6 != 2 || length > UINT16_MAX)
		return ERR_MALFORMED;
	struct rtp_header h = {
		.marker = data[1] >> 7,
		.payload_type = data[1] & 0x7f,
		.sequence = wire_get16(data + 2),
		.timestamp = wire_get32(data + 4),
		.ssrc = wire_get32(data + 8),
	};
	size_t at = RTP_HEADER_MIN + (data[0] & 15) * (size_t)4; /* contributing sources */
	if (length < at)
		return ERR_TRUNCATED;
	if (data[0] & 0x10) {
		enum err err = parse_extensions(data, length, &at, map, &h);
		if (err)
			return err;
	}
	size_t rest = length - at;
	if (data[0] & 0x20) {
		/* The count includes itself: 0 is impossible (RFC 3550, section 5.1). */
		if (rest == 0 || data[length - 1] == 0 || data[length - 1] > rest)
			return ERR_MALFORMED;
		h.padding = data[length - 1];
	}
	h.payload_offset = (uint16_t)at;
	h.payload_length = (uint16_t)(rest - h.padding);
	*ret = h;
	return OK;
}

static bool is_written(enum rtp_extension i, const struct extension_map *map,
		       const struct rtp_extension_values *values)
{
	return map->id[i] && values->value[i];
}

/* Bytes of all elements, without the padding to a multiple of four; *two_byte says which form they
 * need. */
static size_t measure_extensions(const struct extension_map *map,
				 const struct rtp_extension_values *values, bool *two_byte)
{
	size_t n = 0, bytes = 0;
	*two_byte = false;
	for (enum rtp_extension i = 0; i < EXTENSION_COUNT; i++) {
		if (!is_written(i, map, values))
			continue;
		n++;
		bytes += values->length[i];
		if (map->id[i] > 14 || values->length[i] < 1 || values->length[i] > 16)
			*two_byte = true;
	}
	return bytes + n * (*two_byte ? 2 : 1);
}

static void write_extensions(uint8_t *out, size_t padded, bool two_byte,
			     const struct extension_map *map,
			     const struct rtp_extension_values *values)
{
	wire_put16(out, two_byte ? PROFILE_TWO_BYTE : PROFILE_ONE_BYTE);
	wire_put16(out + 2, (uint16_t)(padded / 4));
	uint8_t *p = out + 4, *end = p + padded;
	for (enum rtp_extension i = 0; i < EXTENSION_COUNT; i++) {
		if (!is_written(i, map, values))
			continue;
		uint8_t length = values->length[i];
		if (two_byte) {
			*p++ = map->id[i];
			*p++ = length;
		} else {
			*p++ = (uint8_t)(map->id[i] << 4 | (length - 1));
		}
		memcpy(p, values->value[i], length);
		p += length;
	}
	memset(p, 0, (size_t)(end - p));
}

size_t rtp_write_header(uint8_t *out, size_t capacity, bool marker, bool padding,
			uint8_t payload_type, uint16_t sequence, uint32_t timestamp, uint32_t ssrc,
			const struct extension_map *map, const struct rtp_extension_values *values)
{
	bool two_byte = false;
	size_t bytes = map && values ? measure_extensions(map, values, &two_byte) : 0;
	size_t padded = (bytes + 3) & ~(size_t)3;
	size_t total = RTP_HEADER_MIN + (bytes ? 4 + padded : 0);
	if (total > capacity || total > RTP_HEADER_MAX)
		return 0;
	out[0] = (uint8_t)(2 << 6 | padding << 5 | (bytes > 0) << 4);
	out[1] = (uint8_t)(marker << 7 | (payload_type & 0x7f));
	wire_put16(out + 2, sequence);
	wire_put32(out + 4, timestamp);
	wire_put32(out + 8, ssrc);
	if (bytes)
		write_extensions(out + RTP_HEADER_MIN, padded, two_byte, map, values);
	return total;
}

bool rtp_audio_level(const uint8_t *data, const struct rtp_header *header, struct audio_level *ret)
{
	struct rtp_span span = header->extension[EXTENSION_AUDIO_LEVEL];
	if (!span.offset || span.length < 1)
		return false;
	/* RFC 6464, section 3: V, then the level in -dBov. */
	*ret = (struct audio_level){data[span.offset] >> 7, data[span.offset] & 0x7f};
	return true;
}

bool rtp_transport_sequence(const uint8_t *data, const struct rtp_header *header, uint16_t *ret)
{
	struct rtp_span span = header->extension[EXTENSION_TRANSPORT_CC];
	if (!span.offset || span.length < 2)
		return false;
	*ret = wire_get16(data + span.offset);
	return true;
}

enum datagram_kind datagram_kind(const uint8_t *data, size_t length)
{
	if (length < 1)
		return DATAGRAM_NONE;
	uint8_t first = data[0];
	if (first <= 3)
		return DATAGRAM_STUN;
	if (first >= 20 && first <= 63)
		return DATAGRAM_DTLS;
	if (first < 128 || first > 191 || length < 2)
		return DATAGRAM_NONE;
	unsigned type = data[1] & 0x7f;
	return type >= 64 && type <= 95 ? DATAGRAM_RTCP : DATAGRAM_RTP;
}
