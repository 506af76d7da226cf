/*
 * One encoding of a publication, as it comes in: what is missing, what was here lately, how large
 * it is, and the slots that show it or wait for it.
 *
 * Owned by its publication; the room's thread only.
 */
#pragma once

#include "relay/room/bridge.h"
#include "relay/rtp/history.h"
#include "relay/rtp/nack.h"
#include "relay/rtp/packet.h"
#include "relay/rtp/receive_stats.h"
#include "relay/rtp/rtcp_write.h"

struct peer;
struct publication;
struct slot;

#define LAYER_GATHERED_MAX 32

struct layer {
	struct publication *publication;
	struct peer *peer; /* who publishes */
	uint32_t id;	   /* unique in the room, never used again: how a slot remembers it */
	uint8_t index;	   /* within the publication */
	bool video;
	uint32_t ssrc, rtx_ssrc; /* 0: not known yet */

	/* Every packet goes to all of these; a slot may be in the arrays of two layers (it shows
	 * one and waits for another). */
	struct slot **slots;
	unsigned n_slots, max_slots;

	/* Of forward.c. */
	struct packet *gathered[LAYER_GATHERED_MAX]; /* references */
	unsigned n_gathered;
	struct layer *next_gathered;
	uint32_t frame_timestamp; /* of the frame whose packets get frame_length */
	uint16_t frame_length;

	/* Of bridge.c. In the publisher's part: the parts that receive it, those of them that
	 * haven't had a packet since it began anew, and with which number it did. */
	uint64_t parts, parts_anew;
	uint16_t parts_first;
	uint32_t told_bitrate;
	bool subscribed; /* in another part: as last told to the publisher's */

	struct receive_stats stats;
	struct nack_tracker
		*nack; /* NULL: bridged, the publisher's part asks for what is missing */
	struct history *history;
	bool started, anew; /* anew: the next packet is the first one after a restart */
	/* Sequence numbers. What is older than oldest isn't taken any more, and what is older than
	 * first isn't asked for. */
	uint16_t newest, oldest, first;

	/* What it is now. changed: since somebody last looked (the publication does). */
	bool active, changed;
	enum codec codec;
	uint16_t width, height;	 /* 0: not known */
	uint64_t last_us;	 /* last packet */
	unsigned sibling_frames; /* that other layers began since this one's last packet */
	uint32_t bitrate;
	uint64_t measured_bytes;

	bool keyframe_wanted; /* a receiver asked, and none has begun since */
	uint64_t keyframe_us; /* last asked the sender */
	uint64_t ask_us; /* when to see whether somebody still needs one; UINT64_MAX: nobody does */

	/* The sender's last report: timestamp was taken at ntp, on its clock. */
	bool reported;
	uint64_t report_ntp;
	uint32_t report_timestamp;
};

struct layer *layer_new(struct publication *publication, struct peer *peer, unsigned index,
			bool video);
/* The slots must have left. NULL is allowed. */
void layer_free(struct layer *layer);

enum layer_result {
	LAYER_FORWARD,
	LAYER_RESTART, /* as FORWARD, but numbers begin or jumped: slots that show it must switch
			  anew */
	LAYER_SKIP,    /* nothing in it: slots close the gap */
	LAYER_DROP,    /* counted */
};
/* A parsed packet of this layer, whose codec is set. */
enum layer_result layer_receive(struct layer *layer, struct packet *packet, uint64_t now_us);
/* After a pause that says nothing about the network: forgets numbers, statistics and what is
 * missing. */
void layer_restart(struct layer *layer);
/* A packet that the publisher's part has received so; the layer is a proxy's. See bridge.h for anew
 * and first. false: of no use (any more). */
bool layer_take_bridged(struct layer *layer, const struct bridged *bridged, uint64_t now_us);
void layer_sender_report(struct layer *layer, const struct rtcp_item *report, uint64_t now_us);
/* The first report: slots that show it waited to say how its timestamps stand to the clock. */
void layer_reported(struct layer *layer, uint64_t now_us);
/* Nothing came for a while: not active any more. */
void layer_expire(struct layer *layer, uint64_t now_us);
void layer_measure(struct layer *layer, uint64_t interval_us);

/* Somebody needs a keyframe: asked for at the next tick that the limit (one in 500 ms) allows. */
void layer_want_keyframe(struct layer *layer, uint64_t now_us);
/* Whether the sender is to be asked for one now. If so, say layer_asked_keyframe. */
bool layer_needs_keyframe(struct layer *layer, uint64_t now_us);
void layer_asked_keyframe(struct layer *layer, uint64_t now_us);
/* When layer_add_requests may have something. */
uint64_t layer_deadline(const struct layer *layer);
/* NACKs and PLI that are due. false: didn't fit, send what there is and call again. */
bool layer_add_requests(struct layer *layer, struct rtcp_writer *w, uint32_t sender_ssrc,
			uint64_t now_us);

/* Somebody gets its packets, here or in another part. */
static inline bool layer_is_received(const struct layer *layer)
{
	return layer->n_slots > 0 || layer->parts;
}
void layer_join(struct layer *layer, struct slot *slot);
void layer_leave(struct layer *layer, struct slot *slot);
