/*
 * RTCP: reading compound packets (RFC 3550, section 6; RFC 4585; RFC 5104; transport-wide cc).
 * Pure functions on bytes; any thread.
 */
#pragma once

#include "relay/base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rtcp_type {
	RTCP_SENDER_REPORT,
	RTCP_RECEIVER_REPORT,
	RTCP_BYE,
	RTCP_NACK,	   /* RFC 4585, section 6.2.1 */
	RTCP_PLI,	   /* RFC 4585, section 6.3.1 */
	RTCP_FIR,	   /* RFC 5104, section 4.3.1 */
	RTCP_TRANSPORT_CC, /* feedback, body left as bytes */
	RTCP_REMB,
	RTCP_OTHER, /* SDES, APP, XR, unknown: well-formed, not ours */
};

struct rtcp_report_block {
	uint32_t ssrc;
	uint8_t fraction_lost;	 /* 1/256 */
	int32_t cumulative_lost; /* 24 bits, signed */
	uint32_t highest_sequence;
	uint32_t jitter;	 /* in RTP ticks */
	uint32_t last_sr;	 /* middle 32 bits of the NTP time of the last SR; 0: none */
	uint32_t delay_since_sr; /* 1/65536 s */
};

#define RTCP_MAX_REPORTS 31

struct rtcp_item {
	enum rtcp_type type;
	uint32_t sender_ssrc;
	uint32_t media_ssrc;	  /* feedback; FIR: of the FCI entry that this item stands for */
	uint64_t ntp;		  /* SR: NTP time, 32.32 */
	uint32_t rtp_timestamp;	  /* SR */
	uint32_t packets, octets; /* SR */
	uint64_t remb_bitrate;
	uint8_t fir_sequence;
	unsigned n_reports; /* SR, RR */
	struct rtcp_report_block reports[RTCP_MAX_REPORTS];
	const uint8_t
		*fci; /* NACK: n_fci pairs of 4 bytes; TRANSPORT_CC: the body after the SSRCs */
	size_t fci_length;
};

/* Walks a compound packet. A reduced-size one (RFC 5506) is accepted. */
struct rtcp_reader {
	const uint8_t *data;
	size_t length, offset;
	size_t entry_offset; /* inside a FIR or BYE with several entries; private */
};
void rtcp_reader_init(struct rtcp_reader *reader, const uint8_t *data, size_t length);
/* OK and an item; ERR_NOT_FOUND at the end; ERR_TRUNCATED or ERR_MALFORMED: stop, the rest is
 * worthless. */
enum err rtcp_next(struct rtcp_reader *reader, struct rtcp_item *ret) MUST_CHECK;

/* The sequence numbers of a NACK item. Returns how many were written (<= max). */
size_t rtcp_nack_numbers(const struct rtcp_item *item, uint16_t *out, size_t max);
