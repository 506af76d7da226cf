/*
 * What an overloaded worker sheds of a slot: the order in which receivers lose pictures, in one
 * place. The levels are those of overload.h.
 *
 * A receiver's stage is what follows the feed stage, or the one picture that it asked for larger
 * than all its others; what is smaller is a thumbnail. A publication is on somebody's stage if the
 * feed stage means it: then its thumbnails, too, are held back one level later.
 */
#pragma once

#include "relay/room/publication.h"
#include "relay/room/slot.h"

enum shown {
	SHOWN_AS_ASKED,
	SHOWN_LOWEST, /* the lowest layer, whatever it asked for */
	SHOWN_NOT,    /* held back */
};

enum shown shed_slot(const struct slot *slot, const struct publication *publication);
