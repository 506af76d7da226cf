/*
 * Something that a participant sends: its layers, the slots that are pointed at it, and which layer
 * suits whom.
 *
 * Owned by its peer; the room's thread only.
 */
#pragma once

#include "relay/room/layer.h"
#include "relay/room/peer.h"

struct publication {
	struct peer *peer;
	struct publication_description description;
	bool video;
	bool muted; /* by a host */
	unsigned n_layers;
	struct layer *layers[PUBLICATION_MAX_LAYERS];
	GPtrArray *slots; /* struct slot, not owned: whose feed means this publication now */
	struct publication_state state; /* as the room last told */
	bool changed;			/* state may be out of date */
	/* Of bridge.c. In the publisher's part: the parts that don't know its state. */
	uint64_t untold;
	bool known; /* in another part: it was told its state */
};

struct publication *publication_new(struct peer *peer,
				    const struct publication_description *description);
/* Takes itself out of all slots. NULL is allowed. */
void publication_free(struct publication *publication);

/* CODEC_NONE: not negotiated. *ret_rtx_of: 0, or the payload type that this retransmits. */
enum codec publication_codec(const struct publication *publication, uint8_t payload_type,
			     uint8_t *ret_rtx_of);

/*
 * One packet of one of its layers: statistics, what is missing, then to the slots.
 * false: dropped (counted) before it said anything.
 */
bool publication_receive(struct publication *publication, struct layer *layer,
			 struct packet *packet, uint64_t now_us);

/* The same of a proxy's, whose packets another part has received. */
void publication_receive_bridged(struct publication *publication, struct layer *layer,
				 const struct bridged *bridged, uint64_t now_us);

void publication_attach(struct publication *publication, struct slot *slot, uint64_t now_us);
void publication_detach(struct slot *slot, uint64_t now_us);
/* The slot wants another size. */
void publication_suit(struct publication *publication, struct slot *slot, uint64_t now_us);
/* Something of its layers is another now: all slots. */
void publication_suit_all(struct publication *publication, uint64_t now_us);
void publication_set_muted(struct publication *publication, bool muted, uint64_t now_us);
/* The sender was cut off for a while. */
void publication_restart(struct publication *publication, uint64_t now_us);

/* What fell silent; what keeps others waiting. Call about every 100 ms. */
void publication_check(struct publication *publication, uint64_t now_us);
/* Brings state up to date; true: it changed. */
bool publication_refresh(struct publication *publication);
