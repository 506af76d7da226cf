/*
 * A room with peers that a test plays by hand: what they publish is made by tests/sim/synth.h, what
 * they receive is kept in order. Each peer X has fixed SSRCs: see ssrc_of.
 */
#pragma once

#include "relay/base/clock.h"
#include "relay/room/publication.h"
#include "relay/room/room.h"
#include "relay/room/slot.h"
#include "tests/sim/synth.h"
#include <glib.h>
#include <string.h>

/* One datagram of media that a peer got. */
struct seen {
	uint64_t index;
	struct rtp_header rtp;
	struct frame_info frame;  /* VP8 */
	uint32_t stream, counter; /* of the synth; 0: nothing but padding */
	uint16_t osn;		  /* RTX: for which number */
	bool again;		  /* the same ciphertext once more */
	uint8_t data[256];	  /* the header's bytes, for extensions */
};

#define SEEN_RTCP_MAX 1200
struct seen_rtcp {
	size_t length;
	uint8_t data[SEEN_RTCP_MAX];
};

enum { LAYERS = 3 };

struct end {
	struct fixture *fixture;
	struct peer *peer;
	struct peer_description description;
	struct synth mic, camera[LAYERS], screen, screen_sound;
	uint16_t transport_sequence;
	GArray *seen;	 /* struct seen */
	GArray *rtcp;	 /* struct seen_rtcp */
	enum err answer; /* what the sink says */
	uint8_t protected[PACKET_CAPACITY];
};

struct fixture {
	struct pool *packets;
	struct counters counters;
	struct room *room;
	uint64_t now_us;
	bool together;	 /* what is given comes in one pass: room_forward is the test's */
	GPtrArray *ends; /* by order of joining; NULL: left */
	/* Told. */
	unsigned n_stage, n_speaking_told, n_voices, n_publication;
	uint32_t stage, previous, seats[VOICE_SEATS], fourth, speaking[8];
	unsigned n_speaking;
	struct publication_state publication;
	unsigned n_held, n_channel;
	uint32_t on_air;
	enum channel_air air;
	uint64_t held[100]; /* by peer */
};

struct fixture *fixture_new(void);
/* One part of a room whose home is part 0. */
struct fixture *fixture_new_part(unsigned part, const struct bridge_sink *sink);
void fixture_free(struct fixture *f); /* asserts that no packet is left */

/* SSRCs: a peer's microphone, camera layers, their RTX, and so on. */
enum {
	SSRC_MIC = 1,
	SSRC_CAMERA = 10,
	SSRC_CAMERA_RTX = 20,
	SSRC_SCREEN = 30,
	SSRC_SCREEN_RTX = 31,
	SSRC_SOUND = 40,
	SSRC_SLOT = 50,
	SSRC_SLOT_RTX = 70
};
static inline uint32_t ssrc_of(uint32_t id, uint32_t which)
{
	return id * 100 + which;
}

/*
 * Microphone "mic", camera "cam" of three layers (rid q, h, f; 320, 640, 1280 wide), "screen",
 * "sound", and the slots "stage" (idle), "v0".."v2", "c" (camera, idle), "m" (microphone, idle),
 * "s" (screen), "ss".
 */
struct peer_description fixture_description(uint32_t id);
/* Joins and is connected. */
struct end *fixture_join(struct fixture *f, uint32_t id);
struct end *fixture_join_as(struct fixture *f, const struct peer_description *description);
void fixture_leave(struct fixture *f, struct end *end);

/* Time goes on, ticking as the room wants. */
void fixture_pass(struct fixture *f, unsigned ms);

void fixture_give(struct fixture *f, struct end *end, const uint8_t *data, size_t length);
void fixture_sound(struct end *end, uint8_t level);
/* A frame of n packets on one layer; timestamps, picture id and tl0picidx move on. */
void fixture_frame(struct end *end, unsigned layer, bool keyframe, unsigned n);
/* The same of any stream. */
void fixture_frame_of(struct end *end, struct synth *s, bool keyframe, unsigned n);
/* The packets of a frame without giving them. */
size_t fixture_make(struct synth *s, bool keyframe, bool first, bool last, uint8_t *out);
void fixture_next_frame(struct synth *s);

/* What a slot's SSRC got, from the n-th on; NULL: not so many. */
const struct seen *fixture_seen(const struct end *end, uint32_t ssrc, unsigned n);
unsigned fixture_count(const struct end *end, uint32_t ssrc);
uint32_t slot_ssrc(const struct end *end, const char *mid);
void fixture_forget(struct end *end); /* what it got so far */
/* How many RTCP items of a type it got, about a media SSRC (0: any); the last one in *ret (may be
 * NULL). */
unsigned fixture_rtcp(const struct end *end, enum rtcp_type type, uint32_t media_ssrc,
		      struct rtcp_item *ret);
void fixture_set_slot(struct end *end, const char *mid, enum feed_kind kind, uint32_t id,
		      uint16_t width, uint16_t height);
