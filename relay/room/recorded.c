#include "relay/room/recorded.h"
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include "relay/room/slot.h"

#define PADDING_MAX 256

bool recorded_put(struct backlog *backlog, const struct slot *slot, const struct rtp_out *out,
		  uint64_t now_us)
{
	uint8_t head[STUDIO_MEDIA_HEAD] = {STUDIO_MEDIA}, padding[PADDING_MAX] = {0};
	uint64_t capture_us;
	if (!slot_capture_us(slot, wire_get32(out->head + 4), &capture_us)) {
		/* No report of the sender's yet. */
		head[0] = STUDIO_MEDIA_GUESSED;
		capture_us = now_us;
	}
	wire_put64(head + 1, capture_us);
	if (out->padding > 0)
		padding[out->padding - 1] = out->padding; /* RFC 3550, section 5.1 */
	const struct bytes parts[] = {{head, sizeof head},
				      {out->head, out->head_length},
				      {out->body, out->body_length},
				      {padding, out->padding}};
	return backlog_put(backlog, out->keyframe, parts, G_N_ELEMENTS(parts));
}
