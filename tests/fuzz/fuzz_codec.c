/* The first byte chooses the codec, the rest is a payload. */
#include "relay/rtp/codec.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_info f, again;
	uint8_t copy[2048];
	if (size < 1 || size > sizeof copy)
		return 0;
	enum codec codec = data[0] % CODEC_COUNT;
	if (codec_peek(codec, data + 1, size - 1, &f) != OK || codec != CODEC_VP8)
		return 0;
	assert(f.descriptor_length >= 1 && f.descriptor_length < size - 1);
	assert(f.picture_id_offset + f.picture_id_long < f.descriptor_length);
	assert(f.tl0picidx_offset < f.descriptor_length);
	/* Rewriting stays inside the descriptor and changes nothing else. */
	memcpy(copy, data + 1, size - 1);
	codec_vp8_rewrite(copy, &f, 0x55aa, 0x77);
	assert(memcmp(copy + f.descriptor_length, data + 1 + f.descriptor_length,
		      size - 1 - f.descriptor_length) == 0);
	enum err err = codec_peek(codec, copy, size - 1, &again);
	assert(err == OK && again.descriptor_length == f.descriptor_length &&
	       again.keyframe == f.keyframe);
	assert(!f.picture_id_offset || again.picture_id == (f.picture_id_long ? 0x55aa : 0x2a));
	assert(!f.tl0picidx_offset || again.tl0picidx == 0x77);
	return 0;
}
