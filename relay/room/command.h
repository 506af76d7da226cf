/*
 * What the main thread tells a worker, what workers tell each other, and what a worker tells the
 * main thread: values only.
 */
#pragma once

#include "relay/base/mailbox.h"
#include "relay/base/studio_wire.h"
#include "relay/net/transport.h"
#include "relay/room/bridge.h"
#include "relay/room/description.h"

enum command_type {
	COMMAND_OPEN_ROOM, /* the worker's part of it */
	COMMAND_CLOSE_ROOM,
	COMMAND_ADD_PEER,
	COMMAND_ADD_PROGRAM, /* a peer in the studio: description, session, fd */
	COMMAND_ADD_TRACK,   /* one that is recorded there; the same */
	COMMAND_UPDATE_PEER, /* another offer: description, and new ICE credentials when they differ
			      */
	COMMAND_REMOVE_PEER,
	COMMAND_ADD_REMOTE, /* who publishes on another worker, or publishes more now */
	COMMAND_REMOVE_REMOTE,
	COMMAND_SET_SLOT,
	COMMAND_PIN_STAGE, /* to the home part, as the next one */
	COMMAND_SET_SCREEN,
	COMMAND_SET_CHANNEL, /* peer: who is on air */
	COMMAND_SET_PROGRAM, /* peer: whose it is */
	COMMAND_SET_MUTED,
	COMMAND_BRIDGE, /* from another worker */
	COMMAND_STOP,	/* worker_stop's alone */
};

struct command {
	struct mailbox_message message; /* first: see mailbox.h */
	enum command_type type;
	uint32_t room;
	uint32_t peer;
	/* ADD_PEER, ADD_PROGRAM, ADD_TRACK, REMOVE_REMOTE: counts up; events of the peer carry it,
	 * so that the main thread knows a late one of an earlier session. */
	uint32_t session;
	/* SET_CHANNEL, SET_PROGRAM */
	uint32_t channel;
	/* SET_CHANNEL: see relay_set_channel; REMOVE_PEER, of a recorded track: the time that what
	 * it has kept has to be written. */
	uint64_t hold_us;
	bool sign;
	unsigned home; /* OPEN_ROOM: the worker that decides */
	/* SET_SLOT */
	char mid[MID_MAX + 1];
	struct feed_key feed;
	uint16_t width, height;
	/* SET_MUTED */
	enum source source;
	bool muted;
	int fd; /* ADD_PROGRAM, ADD_TRACK; owned by the command; -1: taken */
	/* ADD_PEER, ADD_PROGRAM, ADD_TRACK, UPDATE_PEER; else NULL. Owned by the command. */
	struct peer_description *description;
	struct transport_credentials *credentials;
	struct remote_description *remote;     /* ADD_REMOTE; the same */
	struct bridge_message message_of_part; /* BRIDGE */
};
void command_free(struct mailbox_message *message);

enum event_type {
	EVENT_PEER_STATE, /* connected, silent, closed */
	EVENT_STAGE,
	EVENT_SPEAKING,
	EVENT_PUBLICATION,
	EVENT_STATS,
	EVENT_HELD,
	EVENT_CHANNEL,
	EVENT_TROUBLE,
};

#define SPEAKING_MAX 8

/* Freed with g_free. */
struct event_message {
	struct mailbox_message message;
	enum event_type type;
	uint32_t room;
	uint32_t peer;
	uint32_t session; /* of PEER_STATE, PUBLICATION, STATS and HELD; 0: of no peer */
	enum transport_state state;
	char profile[32];	   /* PEER_STATE OPEN: SRTP profile */
	uint32_t holder, previous; /* STAGE */
	unsigned n_speaking;
	uint32_t speaking[SPEAKING_MAX];
	struct publication_state publication;
	struct peer_stats stats;
	uint64_t held; /* HELD: see room_events */
	/* CHANNEL; peer is who is on air, in whatever session */
	uint32_t channel;
	enum channel_air air;
	enum studio_trouble trouble; /* TROUBLE: of a recorded track */
};
