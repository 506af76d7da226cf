/*
 * The RTP header (RFC 3550, section 5.1) and its extensions (RFC 8285, one- and two-byte forms).
 * Pure functions on bytes; any thread.
 */
#pragma once

#include "relay/base/err.h"
#include "relay/rtp/media.h"
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_MIN 12
/* The largest header that we write: 12 + 4 + all our extensions. */
#define RTP_HEADER_MAX 128

struct rtp_span {
	uint16_t offset; /* from the packet's first byte; 0: absent */
	uint8_t length;
};

struct rtp_header {
	bool marker;
	uint8_t payload_type;
	uint16_t sequence;
	uint32_t timestamp;
	uint32_t ssrc;
	uint16_t payload_offset;
	uint16_t payload_length; /* without padding; 0: nothing but padding */
	uint8_t padding;	 /* bytes of padding at the end, the count byte included */
	struct rtp_span extension[EXTENSION_COUNT];
};

/*
 * Reads the header of a whole packet. Ids that map doesn't have are skipped. map may be NULL.
 * ERR_TRUNCATED, or ERR_MALFORMED (version, padding longer than the payload, an extension beyond
 * its block). *ret is written on OK only.
 */
enum err rtp_parse(const uint8_t *data, size_t length, const struct extension_map *map,
		   struct rtp_header *ret) MUST_CHECK;

/*
 * Writes a header: fixed part, then the extensions whose value[] is not NULL and whose id in map is
 * not 0 (one-byte form if every id <= 14 and every length is 1..16, else two-byte form). Returns
 * the bytes written (<= RTP_HEADER_MAX), or 0 when they don't fit in capacity.
 */
struct rtp_extension_values {
	const uint8_t *value[EXTENSION_COUNT];
	uint8_t length[EXTENSION_COUNT];
};
size_t rtp_write_header(uint8_t *out, size_t capacity, bool marker, bool padding,
			uint8_t payload_type, uint16_t sequence, uint32_t timestamp, uint32_t ssrc,
			const struct extension_map *map, const struct rtp_extension_values *values);

/* Parsed forms of extension values. level_dbov: 0 (loudest) .. 127 (silence). */
struct audio_level {
	bool voice;
	uint8_t level_dbov;
};
bool rtp_audio_level(const uint8_t *data, const struct rtp_header *header, struct audio_level *ret);
bool rtp_transport_sequence(const uint8_t *data, const struct rtp_header *header, uint16_t *ret);

/* Serial arithmetic on 16-bit numbers: a is newer than b (RFC 3550, appendix A.1; RFC 1982). */
static inline bool seq_newer(uint16_t a, uint16_t b)
{
	return a != b && (uint16_t)(a - b) < 0x8000;
}
static inline int16_t seq_difference(uint16_t a, uint16_t b)
{
	return (int16_t)(uint16_t)(a - b);
}

/*
 * What a datagram holds, by its first byte (RFC 7983, section 7) and, for 128..191, by its second
 * (RFC 5761, section 4: payload types 64..95 are RTCP):
 *   0..3 STUN   20..63 DTLS   128..191 RTP or RTCP   everything else: nothing of ours
 */
enum datagram_kind { DATAGRAM_NONE, DATAGRAM_STUN, DATAGRAM_DTLS, DATAGRAM_RTP, DATAGRAM_RTCP };
enum datagram_kind datagram_kind(const uint8_t *data, size_t length);
