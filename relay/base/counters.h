/*
 * Counters, gauges and histograms of one worker. Written by the worker's thread alone (relaxed load
 * + store, no locked instruction), read from any thread. Every place that discards a packet adds to
 * one drop counter. Add a counter by a row here and nowhere else; /metrics lists the tables.
 */
#pragma once

#include "relay/base/histogram.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* symbol, name in /metrics, help */
#define COUNTERS(X)                                                                                \
	X(DATAGRAMS_IN, "datagrams_in", "datagrams received")                                      \
	X(BYTES_IN, "bytes_in", "bytes received")                                                  \
	X(DATAGRAMS_OUT, "datagrams_out", "datagrams sent")                                        \
	X(BYTES_OUT, "bytes_out", "bytes sent")                                                    \
	X(SEND_CALLS, "send_calls", "calls of the kernel to send")                                 \
	X(GSO_MESSAGES, "gso_messages", "runs of datagrams that the kernel took as one message")   \
	X(GSO_SEGMENTS, "gso_segments", "datagrams in these runs")                                 \
	X(RTP_IN, "rtp_in", "RTP packets authenticated")                                           \
	X(RTP_OUT, "rtp_out", "RTP packets forwarded to slots")                                    \
	X(RTCP_IN, "rtcp_in", "RTCP packets authenticated")                                        \
	X(RTCP_OUT, "rtcp_out", "RTCP packets sent")                                               \
	X(RTX_IN, "rtx_in", "retransmissions received (RFC 4588)")                                 \
	X(RTX_OUT, "rtx_out", "retransmissions sent")                                              \
	X(NACK_IN, "nack_in", "sequence numbers that receivers asked for again")                   \
	X(NACK_OUT, "nack_out", "sequence numbers that we asked senders for again")                \
	X(KEYFRAME_ASKED, "keyframe_asked", "PLI sent to senders")                                 \
	X(KEYFRAME_WANTED, "keyframe_wanted", "PLI or FIR received from receivers")                \
	X(BRIDGED_OUT, "bridged_out", "packets and levels handed to another worker")               \
	X(BRIDGED_IN, "bridged_in", "packets and levels that came from another worker")            \
	X(STUN_OK, "stun_ok", "authenticated connectivity checks")                                 \
	X(HANDSHAKES, "handshakes", "DTLS handshakes completed")                                   \
	X(DROP_STRANGER, "drop_stranger", "not STUN, from an address without authenticated check") \
	X(DROP_STUN_MALFORMED, "drop_stun_malformed", "STUN that does not parse")                  \
	X(DROP_STUN_UNKNOWN_USER, "drop_stun_unknown_user", "STUN for a username we do not know")  \
	X(DROP_STUN_AUTH, "drop_stun_auth", "STUN whose integrity did not verify")                 \
	X(DROP_STUN_LIMITED, "drop_stun_limited",                                                  \
	  "STUN error replies held back by the rate limit")                                        \
	X(DROP_DTLS, "drop_dtls", "DTLS records refused")                                          \
	X(DROP_HALF_OPEN, "drop_half_open", "DTLS handshakes over the limit of half-open ones")    \
	X(DROP_NO_KEYS, "drop_no_keys", "RTP or RTCP before the handshake ended")                  \
	X(DROP_SRTP_AUTH, "drop_srtp_auth", "RTP or RTCP whose tag did not verify")                \
	X(DROP_SRTP_REPLAY, "drop_srtp_replay", "RTP or RTCP seen before")                         \
	X(DROP_NOT_MEDIA, "drop_not_media", "datagrams that are neither STUN, DTLS, RTP nor RTCP") \
	X(DROP_TRUNCATED, "drop_truncated", "datagrams longer than a packet buffer")               \
	X(DROP_POOL_EMPTY, "drop_pool_empty", "no free packet")                                    \
	X(DROP_RTP_MALFORMED, "drop_rtp_malformed", "RTP that does not parse")                     \
	X(DROP_RTCP_MALFORMED, "drop_rtcp_malformed", "RTCP that does not parse")                  \
	X(DROP_RTCP_UNKNOWN, "drop_rtcp_unknown", "RTCP parts for a stream we do not have")        \
	X(DROP_UNKNOWN_STREAM, "drop_unknown_stream", "RTP that no publication claims")            \
	X(DROP_UNKNOWN_PAYLOAD, "drop_unknown_payload", "RTP of a payload type not negotiated")    \
	X(DROP_PAYLOAD_MALFORMED, "drop_payload_malformed",                                        \
	  "payload descriptor that does not parse")                                                \
	X(DROP_DUPLICATE, "drop_duplicate", "RTP that was here already")                           \
	X(DROP_TOO_OLD, "drop_too_old", "RTP too late to be forwarded")                            \
	X(DROP_PADDING, "drop_padding", "packets that hold nothing but padding (probes)")          \
	X(DROP_MUTED, "drop_muted", "from a publication that a host muted")                        \
	X(DROP_NO_KEYFRAME_YET, "drop_no_keyframe_yet", "slot waits for a keyframe")               \
	X(DROP_BEFORE_SWITCH, "drop_before_switch",                                                \
	  "older than the packet that the slot switched on")                                       \
	X(DROP_CODEC_NOT_NEGOTIATED, "drop_codec_not_negotiated", "receiver cannot decode it")     \
	X(DROP_RECEIVER_SILENT, "drop_receiver_silent", "receiver is not connected now")           \
	X(DROP_NO_RTX, "drop_no_rtx", "asked again, but no longer in the history")                 \
	X(DROP_RTX_TOO_SOON, "drop_rtx_too_soon",                                                  \
	  "asked again while the last resend is under way")                                        \
	X(DROP_RTX_MALFORMED, "drop_rtx_malformed", "retransmission that does not unwrap")         \
	X(DROP_BRIDGE_FULL, "drop_bridge_full",                                                    \
	  "packets and levels for another worker that was too far behind")                         \
	X(DROP_BRIDGE_LATE, "drop_bridge_late",                                                    \
	  "from another worker, when nothing here wanted it any more")                             \
	X(DROP_STUDIO_FULL, "drop_studio_full",                                                    \
	  "for a program of the studio, which was too far behind")                                 \
	X(DROP_RECORDING_FULL, "drop_recording_full",                                              \
	  "for a recorded track, whose studio was too far behind")                                 \
	X(DROP_SEND, "drop_send", "the kernel refused a datagram")                                 \
	X(DROP_MAILBOX_FULL, "drop_mailbox_full", "messages to another thread that found it full")

/* What there is now. */
#define GAUGES(X)                                                                                  \
	X(ROOMS, "rooms", "rooms with a part on this worker")                                      \
	X(PEERS, "peers", "participants and devices connected to this worker")                     \
	X(PUBLICATIONS, "publications", "publications of these")                                   \
	X(SLOTS, "slots", "slots of these")                                                        \
	X(PACKETS_HELD, "packets_held", "packets in use, of the worker's pool")                    \
	X(SHED_LEVEL, "shed_level", "how much an overloaded worker sheds (0: nothing)")

/* What happened how large, how often. */
#define HISTOGRAMS(X)                                                                              \
	X(FORWARD_DELAY, "forward_delay_us",                                                       \
	  "microseconds from the receive pass that brought a packet to the end of the send")       \
	X(SEND_BATCH, "send_batch", "datagrams sent together")                                     \
	X(GSO_RUN, "gso_run", "datagrams in one message to the kernel")

enum counter {
#define X(symbol, name, help) COUNTER_##symbol,
	COUNTERS(X)
#undef X
		COUNTER_COUNT
};

enum gauge {
#define X(symbol, name, help) GAUGE_##symbol,
	GAUGES(X)
#undef X
		GAUGE_COUNT
};

enum histogram_of {
#define X(symbol, name, help) HISTOGRAM_##symbol,
	HISTOGRAMS(X)
#undef X
		HISTOGRAM_COUNT
};

struct counters {
	_Atomic uint64_t value[COUNTER_COUNT];
	_Atomic uint64_t gauge[GAUGE_COUNT];
	struct histogram histogram[HISTOGRAM_COUNT];
};

static inline void counter_add(struct counters *c, enum counter which, uint64_t n)
{
	uint64_t v = atomic_load_explicit(&c->value[which], memory_order_relaxed);
	atomic_store_explicit(&c->value[which], v + n, memory_order_relaxed);
}

static inline uint64_t counter_get(const struct counters *c, enum counter which)
{
	return atomic_load_explicit(&c->value[which], memory_order_relaxed);
}

const char *counter_name(enum counter which); /* "drop_stranger" */
const char *counter_help(enum counter which);

static inline void gauge_set(struct counters *c, enum gauge which, uint64_t value)
{
	atomic_store_explicit(&c->gauge[which], value, memory_order_relaxed);
}

static inline uint64_t gauge_get(const struct counters *c, enum gauge which)
{
	return atomic_load_explicit(&c->gauge[which], memory_order_relaxed);
}

const char *gauge_name(enum gauge which);
const char *gauge_help(enum gauge which);
const char *histogram_name(enum histogram_of which);
const char *histogram_help(enum histogram_of which);
