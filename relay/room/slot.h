/*
 * Something that a receiver receives: one RTP stream whose SSRC, sequence numbers, timestamps and
 * VP8 picture ids go on without a break while it moves from layer to layer.
 *
 *            slot_show(B)                      keyframe of B
 *   shows A --------------> shows A, awaits B ---------------> shows B        (sound: at B's next
 * packet)
 *
 * slot.c decides what it shows, slot_send.c rewrites and sends. Owned by its peer; the room's
 * thread only.
 */
#pragma once

#include "relay/room/layer.h"
#include "relay/room/once.h"
#include "relay/room/peer.h"
#include "relay/room/sent.h"
#include "relay/rtp/seqmap.h"

struct slot {
	/* For every packet. */
	struct layer *layer;  /* shown; NULL: nothing */
	struct layer *target; /* awaited; NULL: none. The slot is in the arrays of both. */
	struct peer *peer;    /* receiver */
	uint32_t ssrc;
	uint32_t timestamp_offset; /* out = in + offset, as the next two */
	uint16_t picture_offset;
	uint8_t tl0_offset;
	uint8_t mids_left; /* packets that still carry the MID */
	bool video;
	bool fresh;  /* nothing was sent since the last switch */
	bool queued; /* this and the next of forward.c */
	struct slot *next_queued;
	uint8_t payload_type[CODEC_COUNT],
		rtx_payload_type[CODEC_COUNT]; /* the receiver's; 0: can't */
	uint32_t timestamp;		       /* newest sent, and when it was new */
	uint64_t timestamp_us;
	uint32_t
		ahead; /* of sound: ticks that its timestamps have gained on the time by switches */
	uint16_t picture_id; /* newest sent, as the next one */
	uint8_t tl0picidx;
	uint16_t first_sequence; /* the layer's, of the packet that the slot switched on */
	uint64_t first_index;	 /* what that packet went out as */
	enum codec codec;	 /* of the newest sent */
	struct sent_ring
		*sent; /* NULL until the first packet, or when the receiver sends no NACK */
	uint32_t packets, octets; /* for sender reports */
	uint64_t sent_us;
	struct once once;
	struct seqmap seqmap;
	uint64_t rtx_index; /* next */

	/* Less often. */
	char mid[MID_MAX + 1];
	bool nack;
	uint32_t rtx_ssrc;
	uint16_t width, height; /* wanted; 0: the best */
	struct feed_key key;
	struct feed *feed; /* NULL: idle */
	bool held;	   /* its picture is shed: it shows nothing */
	struct publication
		*publication; /* what the feed means for this receiver; NULL: nothing now */
	uint64_t awaits_since_us;
	uint64_t report_us;	   /* next sender report */
	uint32_t highest_reported; /* by the receiver */
	bool has_reported;
};

struct slot *slot_new(struct peer *peer, const struct slot_description *description);
/* Must have left its feed. NULL is allowed. */
void slot_free(struct slot *slot);

/* Go over to this layer; NULL: nothing more. What it shows goes on until then, if layer isn't NULL.
 */
void slot_show(struct slot *slot, struct layer *layer, uint64_t now_us);
/* The layer is going, or fell silent for good. */
void slot_forget_layer(struct slot *slot, const struct layer *layer);
/* The shown layer's numbers broke off: switch to it as if it were another. */
void slot_restart(struct slot *slot, uint64_t now_us);
/* The receiver may have forgotten what it learned from the first packets. */
void slot_reconnected(struct slot *slot);
bool slot_awaits_keyframe(const struct slot *slot, const struct layer *layer);
/* Stops showing another publication's picture when the awaited one keeps us waiting. */
void slot_check_wait(struct slot *slot, uint64_t now_us);

/* A packet of a layer that it shows or awaits, which is in the layer's history. true: all newer
 * ones of the layer have gone out with it. */
bool slot_forward(struct slot *slot, struct layer *layer, const struct packet *packet,
		  uint64_t now_us);
/* The receiver asked for a number again. */
void slot_resend(struct slot *slot, uint16_t sequence, uint64_t now_us);
/* The timestamp that stands for now_us, by the sender's clock. false: not known (yet), or nothing
 * was sent lately. */
bool slot_timestamp_now(const struct slot *slot, uint64_t now_us, uint32_t *ret);
/* When a sample was taken that goes out with this timestamp, as the sender's clock stands to ours.
 * false: not known (yet). As true as the sender is: it may be any number. */
bool slot_capture_us(const struct slot *slot, uint32_t timestamp, uint64_t *ret_us);

/* slot_send.c, for slot.c. */
void slot_send(struct slot *slot, const struct packet *packet, uint64_t now_us);
/*
 * Before a switch: numbers that the network still owes go out as empty packets, or the receiver
 * would ask for them in vain.
 */
void slot_fill_gaps(struct slot *slot, uint64_t now_us);
