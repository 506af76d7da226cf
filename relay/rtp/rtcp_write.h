/*
 * Writing compound RTCP into a caller's buffer. Each rtcp_add_ function returns false, and writes
 * nothing, when its part doesn't fit; the caller then sends what there is and starts another.
 */
#pragma once

#include "relay/rtp/rtcp.h"

struct rtcp_writer {
	uint8_t *data;
	size_t capacity, length;
};
void rtcp_writer_init(struct rtcp_writer *writer, uint8_t *data, size_t capacity);

bool rtcp_add_sender_report(struct rtcp_writer *w, uint32_t ssrc, uint64_t ntp,
			    uint32_t rtp_timestamp, uint32_t packets, uint32_t octets);
bool rtcp_add_receiver_report(struct rtcp_writer *w, uint32_t sender_ssrc,
			      const struct rtcp_report_block *blocks,
			      unsigned n); /* n <= RTCP_MAX_REPORTS */
bool rtcp_add_sdes_cname(struct rtcp_writer *w, uint32_t ssrc, const char *cname);
/* numbers in rising serial order */
bool rtcp_add_nack(struct rtcp_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
		   const uint16_t *numbers, size_t n);
bool rtcp_add_pli(struct rtcp_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc);
bool rtcp_add_fir(struct rtcp_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc,
		  uint8_t sequence);
bool rtcp_add_bye(struct rtcp_writer *w, uint32_t ssrc);
/* A ready feedback message of the given format and body (transport-wide cc). */
bool rtcp_add_transport_feedback(struct rtcp_writer *w, uint8_t format, uint32_t sender_ssrc,
				 uint32_t media_ssrc, const uint8_t *body, size_t length);
