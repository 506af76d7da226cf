#include "tests/sim/synth.h"
#include "relay/base/wire.h"
#include <assert.h>
#include <string.h>

#define MAGIC 0x54534d45u

static size_t write_vp8(const struct synth *s, const struct synth_packet *p, uint8_t *out)
{
	/* RFC 7741: X S; I L T; picture id; tl0picidx; TID 0; then the payload header. */
	out[0] = (uint8_t)(0x80 | (p->first ? 0x10 : 0));
	out[1] = 0xe0;
	wire_put16(out + 2, 0x8000 | (s->picture_id & 0x7fff));
	out[4] = s->tl0picidx;
	out[5] = 0x20;
	size_t at = 6;
	if (!p->first)
		return at;
	memset(out + at, 0, 10);
	out[at] = p->keyframe ? 0x10 : 0x11;
	if (p->keyframe) {
		memcpy(out + at + 3, "\x9d\x01\x2a", 3);
		out[at + 6] = (uint8_t)s->width;
		out[at + 7] = (uint8_t)(s->width >> 8);
		out[at + 8] = (uint8_t)s->height;
		out[at + 9] = (uint8_t)(s->height >> 8);
	}
	return at + 10;
}

static size_t write_payload(struct synth *s, const struct synth_packet *p, uint8_t *out)
{
	size_t at = s->codec == CODEC_VP8 ? write_vp8(s, p, out) : 0;
	size_t size = p->size > at + 12 ? p->size : at + 12;
	memset(out + at, 0x55, size - at);
	wire_put32(out + size - 12, MAGIC);
	wire_put32(out + size - 8, s->stream);
	wire_put32(out + size - 4, ++s->counter);
	return size;
}

static size_t write_header(struct synth *s, const struct synth_packet *p, bool rtx,
			   uint16_t sequence, bool marker, uint32_t timestamp, uint8_t *out)
{
	struct rtp_extension_values values = {0};
	uint8_t level = p->level & 0x7f, transport[2];
	enum rtp_extension rid = rtx ? EXTENSION_REPAIRED_RID : EXTENSION_RID;
	if (s->codec == CODEC_OPUS && p->level != 255) {
		values.value[EXTENSION_AUDIO_LEVEL] = &level;
		values.length[EXTENSION_AUDIO_LEVEL] = 1;
	}
	if (s->mid) {
		values.value[EXTENSION_MID] = (const uint8_t *)s->mid;
		values.length[EXTENSION_MID] = (uint8_t)strlen(s->mid);
	}
	if (s->rid) {
		values.value[rid] = (const uint8_t *)s->rid;
		values.length[rid] = (uint8_t)strlen(s->rid);
	}
	if (s->transport_sequence) {
		wire_put16(transport, (*s->transport_sequence)++);
		values.value[EXTENSION_TRANSPORT_CC] = transport;
		values.length[EXTENSION_TRANSPORT_CC] = 2;
	}
	size_t length =
		rtp_write_header(out, RTP_HEADER_MAX, marker, p->padding > 0,
				 rtx ? s->rtx_payload_type : s->payload_type, sequence, timestamp,
				 rtx ? s->rtx_ssrc : s->ssrc, s->extensions, &values);
	assert(length > 0);
	return length;
}

size_t synth_write(struct synth *s, const struct synth_packet *p, uint8_t out[PACKET_CAPACITY])
{
	size_t at = write_header(s, p, false, s->sequence++, p->last, s->timestamp, out);
	if (!p->padding)
		return at + write_payload(s, p, out + at);
	memset(out + at, 0, p->padding);
	out[at + p->padding - 1] = p->padding;
	return at + p->padding;
}

size_t synth_write_rtx(struct synth *s, const uint8_t *packet, size_t length,
		       uint8_t out[PACKET_CAPACITY])
{
	struct rtp_header h;
	struct synth_packet p = {.level = 255};
	if (rtp_parse(packet, length, NULL, &h) != OK)
		assert(!"our own packet");
	p.padding = h.padding;
	size_t at = write_header(s, &p, true, s->rtx_sequence++, h.marker, h.timestamp, out);
	wire_put16(out + at, h.sequence);
	memcpy(out + at + 2, packet + h.payload_offset, length - h.payload_offset);
	return at + 2 + length - h.payload_offset;
}

bool synth_read(const uint8_t *payload, size_t length, uint32_t *ret_stream, uint32_t *ret_counter)
{
	if (length < 12 || wire_get32(payload + length - 12) != MAGIC)
		return false;
	*ret_stream = wire_get32(payload + length - 8);
	*ret_counter = wire_get32(payload + length - 4);
	return true;
}
