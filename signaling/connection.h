/* A WebSocket of the protocol: has a participant after a successful join, loses it when that one
 * goes. Main thread. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct meetings;
struct participant;

enum close_code {
	CLOSE_LEFT = 1000,
	CLOSE_ENDED = 4001,
	CLOSE_REPLACED = 4002,
	CLOSE_REMOVED = 4003,
	CLOSE_NO_PROTOCOL = 4400,
};

struct connection {
	struct meetings *meetings;
	struct websocket *socket;
	struct participant *participant; /* NULL before join and after the end */
	gint64 join_until;		 /* while there is no participant */
	bool asked;			 /* a first join has come */
	bool closing;			 /* what still comes is ignored */
};
/* Says why, forgets the participant, closes. */
void connection_close(struct connection *connection, enum close_code code, const char *reason);
void connection_send(struct connection *connection, json_t *message); /* takes the reference */
void connection_attach(struct connection *connection, struct participant *participant);
void connections_tick(struct meetings *meetings); /* closes those that don't join */
