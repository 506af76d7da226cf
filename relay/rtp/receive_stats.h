/* Reception statistics of one incoming stream for receiver reports (RFC 3550, sections 6.4.1, A.3
 * and A.8). */
#pragma once

#include "relay/rtp/rtcp.h"

struct receive_stats {
	uint32_t clock_rate;
	bool started;
	uint16_t max_sequence;
	uint32_t cycles, base_sequence;
	uint32_t received, expected_prior, received_prior;
	uint32_t transit;
	double jitter;
	uint64_t bytes;
	uint64_t last_sr_ntp;
	uint64_t last_sr_arrival_us;
};

void receive_stats_init(struct receive_stats *s, uint32_t clock_rate);
void receive_stats_packet(struct receive_stats *s, uint16_t sequence, uint32_t timestamp,
			  size_t bytes, uint64_t arrival_us);
void receive_stats_sender_report(struct receive_stats *s, uint64_t ntp, uint64_t arrival_us);
/* Fills a block and starts the next interval. */
void receive_stats_report(struct receive_stats *s, uint32_t ssrc, uint64_t now_us,
			  struct rtcp_report_block *ret);
