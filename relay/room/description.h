/*
 * What a participant has negotiated, as plain values: signalling fills it from SDP and posts it to
 * the worker. No pointers inside, so that it can cross threads.
 */
#pragma once

#include "relay/rtp/media.h"

#define PEER_MAX_PUBLICATIONS  7
#define PEER_MAX_SLOTS	       64
#define STREAM_MAX_CODECS      8
#define PUBLICATION_MAX_LAYERS 3
#define MID_MAX		       16

/* A feed is named by its kind and, where one isn't enough, a number. */
enum feed_kind {
	FEED_NONE,  /* the slot is idle */
	FEED_STAGE, /* picture of whoever holds the floor */
	FEED_SCREEN,
	FEED_SCREEN_SOUND,
	FEED_VOICE,	      /* id: seat 0..2 */
	FEED_CAMERA,	      /* id: peer */
	FEED_MICROPHONE,      /* id: peer */
	FEED_CHANNEL,	      /* id: a channel's number; whoever is on air in it */
	FEED_CHANNEL_PICTURE, /* the same, of a sign language */
	FEED_BOOTH,	      /* id: peer; the booth microphone, on air or not */
	FEED_PROGRAM,	      /* id: a channel's number, or PROGRAM_FLOOR */
	FEED_KIND_COUNT
};

struct feed_key {
	enum feed_kind kind;
	uint32_t id;
};

#define VOICE_SEATS 3

/* Language channels are numbered by who makes them, from 1 up. */
#define CHANNELS_MAX  33 /* of a room, the floor's program among them */
#define PROGRAM_FLOOR UINT32_MAX

/* What comes from whoever is on air in a channel. */
enum channel_air {
	CHANNEL_OFF,   /* nobody is */
	CHANNEL_LOST,  /* nothing arrives */
	CHANNEL_PAUSE, /* silence, for longer than the hold time */
	CHANNEL_SPEECH /* speech, or silence for less */
};

/* One codec of an m-line, by the numbers of this connection. */
struct codec_choice {
	enum codec codec;
	uint8_t payload_type;
	uint8_t rtx_payload_type; /* 0: no retransmission format */
};

struct publication_description {
	enum source source;
	char mid[MID_MAX + 1];
	unsigned n_codecs;
	struct codec_choice codecs[STREAM_MAX_CODECS];
	unsigned n_layers;			       /* 1 without simulcast */
	char rid[PUBLICATION_MAX_LAYERS][MID_MAX + 1]; /* "" without simulcast */
	uint32_t ssrc[PUBLICATION_MAX_LAYERS];	       /* 0: learned from mid and rid */
	uint32_t rtx_ssrc[PUBLICATION_MAX_LAYERS];
	bool nack, pli, transport_cc;
};

struct slot_description {
	char mid[MID_MAX + 1];
	enum media_kind kind;
	uint32_t ssrc;	   /* chosen by us, unique in the connection */
	uint32_t rtx_ssrc; /* 0: no RTX; resends are the same ciphertext again */
	unsigned n_codecs;
	struct codec_choice codecs[STREAM_MAX_CODECS];
	bool nack;
	struct feed_key feed;	/* what it shows from the start */
	uint16_t width, height; /* the size that the receiver wants; 0: the best there is */
};

struct peer_description {
	uint32_t id; /* unique among the relay's present peers, never 0; who comes back has the same
			one, and feeds find it */
	struct extension_map extensions;
	char cname[24];
	bool interprets; /* what this one has on the stage, and the screen, are never shed */
	unsigned n_publications;
	struct publication_description publications[PEER_MAX_PUBLICATIONS];
	unsigned n_slots;
	struct slot_description slots[PEER_MAX_SLOTS];
};

/* Who publishes on another worker, as the parts of the room on the others need to know it. */
struct remote_description {
	uint32_t id;
	uint32_t session; /* which of its lives: another add is another one */
	unsigned part;	  /* where it is */
	unsigned n_publications;
	struct publication_description publications[PEER_MAX_PUBLICATIONS];
};

/* One participant's link as the relay sees it. Loss in 1/1000, of the last interval. */
struct peer_stats {
	uint32_t peer;
	uint32_t rtt_us;
	uint16_t loss_up, loss_down;
	uint32_t jitter_up_us;
	uint32_t bitrate_in, bitrate_out; /* bit/s */
};

/* What a publication does now (for placeholders, and for the top layer's test). */
struct publication_state {
	uint32_t peer;
	enum source source;
	bool active; /* packets came in the last 2 s, and no host muted it */
	enum codec codec;
	uint16_t width, height; /* of the largest active layer; 0: not known */
	uint8_t layers;		/* active ones */
};
