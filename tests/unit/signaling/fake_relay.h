/* A relay that only writes down what it was told; defines the relay_ functions that media sessions
 * call. */
#pragma once

#include "relay/relay.h"

struct fake_relay {
	unsigned added, updated, removed, slots_set;
	enum err result; /* of the next add or update */
	bool sheds;
	struct peer_description description;
	struct transport_credentials credentials;
	struct feed_key feed;
	uint16_t width, height;
};
extern struct fake_relay fake_relay;
