/* A client's signalling: over WHIP and WHEP, or with Janus. Blocking; touches only its arguments.
 */
#pragma once

#include "tests/load/client.h"

struct client_session {
	struct answer answer;
	uint64_t offered_us; /* CLOCK_REALTIME when the offer was sent */
};

/* lines: what is offered, n of them. */
bool client_signal_offer(const struct client_options *options, struct client_transport *transport,
			 const struct line *lines, unsigned n, struct client_session *ret,
			 GError **error);
