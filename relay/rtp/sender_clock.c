#include "relay/rtp/sender_clock.h"
#include "relay/base/clock.h"
#include <glib.h>

/*
 * arrival - NTP time = offset of the clocks + delay of the network, so the smallest is the nearest
 * to the truth. A smaller one counts at once. A larger one counts only when three windows in a row,
 * some 30 reports, saw nothing smaller: in fewer, a busy network may well never show its least
 * delay. It moves the offset by MAX_RISE_US at most: 200 ppm, more than two crystals drift apart
 * and too little to be heard. A window that is a STEP_US above is another matter, a clock that was
 * set, and is taken over as it is.
 */
#define WINDOW_US   (10 * US_PER_SEC)
#define MAX_RISE_US INT64_C(2000)
#define STEP_US	    INT64_C(500000)

void sender_clock_init(struct sender_clock *c)
{
	*c = (struct sender_clock){0};
}

static void begin_window(struct sender_clock *c, int64_t first_us, uint64_t now_us)
{
	c->window_min_us = first_us;
	c->window_start_us = now_us;
}

static void end_window(struct sender_clock *c)
{
	int64_t *past_us = c->past_min_us;
	if (c->window_min_us - c->offset_us > STEP_US) {
		c->offset_us = past_us[0] = past_us[1] = c->window_min_us;
		return;
	}
	int64_t least_us = MIN(c->window_min_us, MIN(past_us[0], past_us[1]));
	c->offset_us = MIN(least_us, c->offset_us + MAX_RISE_US);
	past_us[1] = past_us[0];
	past_us[0] = c->window_min_us;
}

void sender_clock_report(struct sender_clock *c, uint64_t ntp, uint64_t arrival_us)
{
	if (ntp == 0) /* a sender without a clock (RFC 3550, section 6.4.1) */
		return;
	int64_t seen_us = (int64_t)arrival_us - (int64_t)ntp_to_us(ntp);
	if (!c->valid) {
		c->valid = true;
		c->offset_us = seen_us;
		c->past_min_us[0] = c->past_min_us[1] = seen_us;
		begin_window(c, seen_us, arrival_us);
		return;
	}
	if (arrival_us - c->window_start_us >= WINDOW_US) {
		end_window(c);
		begin_window(c, seen_us, arrival_us);
	}
	if (seen_us < c->window_min_us)
		c->window_min_us = seen_us;
	if (seen_us < c->offset_us)
		c->offset_us = seen_us;
}

bool sender_clock_to_local(const struct sender_clock *c, uint64_t ntp, uint64_t *ret_us)
{
	int64_t local_us = (int64_t)ntp_to_us(ntp) + c->offset_us;
	if (!c->valid || local_us < 0)
		return false;
	*ret_us = (uint64_t)local_us;
	return true;
}

uint64_t ntp_from_us(uint64_t us)
{
	return (us / US_PER_SEC) << 32 | ((us % US_PER_SEC) << 32) / US_PER_SEC;
}

/* To the nearest: so ntp_from_us, which rounds down, is undone exactly. */
uint64_t ntp_to_us(uint64_t ntp)
{
	uint64_t fraction = ntp & UINT32_MAX;
	return (ntp >> 32) * US_PER_SEC + ((fraction * US_PER_SEC + (UINT64_C(1) << 31)) >> 32);
}
