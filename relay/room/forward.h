/*
 * From layers to slots. What a pass of the worker brings is first gathered, layer by layer, and
 * then handed out receiver by receiver: so a receiver's state (numbers, keys) is fetched into the
 * cache once for a picture's packets and the sound that came with it, and they leave together, as
 * one message where their sizes allow.
 *
 * The room's thread only. Whatever moves slots forwards first what is gathered, so that packets
 * and moves keep their order.
 */
#pragma once

#include "relay/room/layer.h"
#include "relay/room/shared.h"

/* Takes its own reference; the packet is in the layer's history if the layer has slots. */
void forward_gather(struct shared *shared, struct layer *layer, struct packet *packet,
		    uint64_t now_us);
/* Hands out all that was gathered. */
void forward_gathered(struct shared *shared, uint64_t now_us);
