/* A datagram as it comes from the network, decrypted: header, extensions, what they mean, and RTX.
 */
#include "relay/rtp/rtx.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct extension_map map = {.id = {1, 2, 3, 4, 5, 6, 7, 8}};

/* What was read can be written, and reads the same again. */
static void round_trip(const uint8_t *data, const struct rtp_header *h)
{
	struct rtp_extension_values values = {0};
	struct rtp_header again;
	uint8_t out[RTP_HEADER_MAX + 1];
	for (int i = 0; i < EXTENSION_COUNT; i++) {
		values.value[i] = h->extension[i].offset ? data + h->extension[i].offset : NULL;
		values.length[i] = h->extension[i].length;
	}
	size_t n = rtp_write_header(out, sizeof out, h->marker, false, h->payload_type, h->sequence,
				    h->timestamp, h->ssrc, &map, &values);
	if (n == 0)
		return;
	assert(n <= RTP_HEADER_MAX && rtp_parse(out, n, &map, &again) == OK);
	assert(again.ssrc == h->ssrc && again.sequence == h->sequence && again.payload_offset == n);
	for (int i = 0; i < EXTENSION_COUNT; i++) {
		assert(!again.extension[i].offset == !h->extension[i].offset);
		assert(again.extension[i].length == h->extension[i].length);
		assert(memcmp(out + again.extension[i].offset, data + h->extension[i].offset,
			      h->extension[i].length) == 0);
	}
}

static void unwrap(const uint8_t *data, size_t size, const struct rtp_header *h)
{
	static struct packet packet;
	struct rtp_header again;
	if (size > sizeof packet.data)
		return;
	packet.rtp = *h;
	packet.length = (uint16_t)size;
	memcpy(packet.data, data, size);
	if (rtx_unwrap(&packet, 0x01020304, 96) != OK)
		return;
	assert(packet.length == size - 2 &&
	       rtp_parse(packet.data, packet.length, &map, &again) == OK);
	assert(again.ssrc == 0x01020304 && again.sequence == packet.rtp.sequence);
	assert(again.payload_length == packet.rtp.payload_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp_header h;
	struct audio_level level;
	uint16_t transport_sequence;
	(void)datagram_kind(data, size);
	if (rtp_parse(data, size, &map, &h) != OK)
		return 0;
	assert((size_t)h.payload_offset + h.payload_length + h.padding == size);
	(void)rtp_audio_level(data, &h, &level);
	(void)rtp_transport_sequence(data, &h, &transport_sequence);
	round_trip(data, &h);
	unwrap(data, size, &h);
	return 0;
}
