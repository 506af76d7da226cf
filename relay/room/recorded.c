#include "relay/room/recorded.h"
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include "relay/room/slot.h"

#define PADDING_MAX 256
/* How long what comes may have been under way; and how far the sender's clock may seem to be ahead,
 * which is known by the least delay so far. */
#define DELAY_MAX_US (10 * US_PER_SEC)
#define AHEAD_MAX_US (100 * US_PER_MS)

/* Whatever a sender reports: others have the track after them, whose time never goes back. */
static bool is_likely(uint64_t capture_us, uint64_t now_us)
{
	return capture_us <= now_us + AHEAD_MAX_US && now_us <= capture_us + DELAY_MAX_US;
}

bool recorded_put(struct backlog *backlog, const struct slot *slot, const struct rtp_out *out,
		  uint64_t now_us)
{
	uint8_t head[STUDIO_MEDIA_HEAD] = {STUDIO_MEDIA}, padding[PADDING_MAX] = {0};
	uint64_t capture_us;
	if (!slot_capture_us(slot, wire_get32(out->head + 4), &capture_us) ||
	    !is_likely(capture_us, now_us)) {
		/* No report of the sender's yet, or none that is of use. */
		head[0] = STUDIO_MEDIA_GUESSED;
		capture_us = now_us;
	}
	wire_put64(head + 1, capture_us);
	backlog_set_source(backlog, slot->layer ? slot->layer->peer->id : 0);
	if (out->padding > 0)
		padding[out->padding - 1] = out->padding; /* RFC 3550, section 5.1 */
	const struct bytes parts[] = {{head, sizeof head},
				      {out->head, out->head_length},
				      {out->body, out->body_length},
				      {padding, out->padding}};
	return backlog_put(backlog, out->keyframe, parts, G_N_ELEMENTS(parts));
}
