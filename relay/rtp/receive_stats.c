#include "relay/rtp/receive_stats.h"
#include "relay/base/clock.h"
#include <glib.h>

void receive_stats_init(struct receive_stats *s, uint32_t clock_rate)
{
	*s = (struct receive_stats){.clock_rate = clock_rate};
}

/* RFC 3550, appendix A.8: transit times in RTP ticks, whose origin doesn't matter; 1/16 is its
 * gain. */
static void update_jitter(struct receive_stats *s, uint32_t timestamp, uint64_t arrival_us)
{
	/* Whole seconds apart, so that no product of a long-running clock overflows. */
	uint64_t ticks = arrival_us / US_PER_SEC * s->clock_rate +
			 arrival_us % US_PER_SEC * s->clock_rate / US_PER_SEC;
	uint32_t transit = (uint32_t)ticks - timestamp;
	if (s->started) {
		int64_t d = (int32_t)(transit - s->transit);
		s->jitter += ((double)ABS(d) - s->jitter) / 16;
	}
	s->transit = transit;
}

void receive_stats_packet(struct receive_stats *s, uint16_t sequence, uint32_t timestamp,
			  size_t bytes, uint64_t arrival_us)
{
	update_jitter(s, timestamp, arrival_us);
	if (!s->started) {
		s->started = true;
		s->max_sequence = sequence;
		s->base_sequence = sequence;
	} else if ((int16_t)(uint16_t)(sequence - s->max_sequence) > 0) {
		if (sequence < s->max_sequence)
			s->cycles += 0x10000;
		s->max_sequence = sequence;
	}
	s->received++;
	s->bytes += bytes;
}

void receive_stats_sender_report(struct receive_stats *s, uint64_t ntp, uint64_t arrival_us)
{
	s->last_sr_ntp = ntp;
	s->last_sr_arrival_us = arrival_us;
}

void receive_stats_report(struct receive_stats *s, uint32_t ssrc, uint64_t now_us,
			  struct rtcp_report_block *ret)
{
	*ret = (struct rtcp_report_block){.ssrc = ssrc};
	if (s->last_sr_ntp) {
		uint64_t delay_us = now_us - s->last_sr_arrival_us;
		ret->last_sr = (uint32_t)(s->last_sr_ntp >> 16);
		ret->delay_since_sr = (uint32_t)(delay_us * 65536 / US_PER_SEC);
	}
	if (!s->started)
		return;
	/* RFC 3550, appendix A.3. */
	uint32_t highest = s->cycles + s->max_sequence;
	uint32_t expected = highest - s->base_sequence + 1;
	int64_t lost = (int64_t)expected - s->received;
	uint32_t expected_interval = expected - s->expected_prior;
	int64_t lost_interval =
		(int64_t)expected_interval - (uint32_t)(s->received - s->received_prior);
	s->expected_prior = expected;
	s->received_prior = s->received;
	if (lost_interval > 0)
		ret->fraction_lost = (uint8_t)MIN(lost_interval * 256 / expected_interval, 255);
	ret->cumulative_lost = (int32_t)CLAMP(lost, -0x800000, 0x7fffff);
	ret->highest_sequence = highest;
	ret->jitter = (uint32_t)s->jitter;
}
