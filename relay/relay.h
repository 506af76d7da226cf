/*
 * The media plane as the rest of the server sees it: rooms, peers, feeds. All functions and all callbacks belong to the
 * main thread; the work happens on worker threads, so a call only posts and returns. A command about a peer that has just
 * gone is no error. Signalling and recordings include this header and nothing else of relay/.
 */
#pragma once

#include "relay/base/counters.h"
#include "relay/base/err.h"
#include "relay/base/studio_wire.h"
#include "relay/net/transport.h" /* struct transport_credentials, enum transport_state */
#include "relay/room/description.h"

struct relay;

struct relay_config {
	const char *listen;      /* address for media; NULL: all */
	uint16_t media_port;     /* of the first worker, the next ones follow; 0: any */
	unsigned workers;
	/* A room fills its worker with so many participants before it goes on to the next one; 0: 400. */
	unsigned fill;
	bool spread;             /* for tests: each room evenly over all workers */
	unsigned max_half_open;  /* DTLS handshakes begun and not ended */
	unsigned max_packets;    /* bound of each worker's packet pool */
	unsigned overload_percent; /* a worker that is busier sheds; 0: 85, 100: never */
	/* Addresses for candidates; none: every local one, asked anew for each answer. */
	const char *const *announce;
	unsigned n_announce;
};

/* Called on the main thread, from the default GMainContext. NULL: of no interest. */
struct relay_events {
	void *user;
	void (*peer_state)(void *user, uint32_t room, uint32_t peer, enum transport_state state, const char *profile);
	void (*stage)(void *user, uint32_t room, uint32_t holder, uint32_t previous);
	void (*speaking)(void *user, uint32_t room, const uint32_t *peers, unsigned n);
	void (*publication)(void *user, uint32_t room, const struct publication_state *state);
	void (*stats)(void *user, uint32_t room, const struct peer_stats *stats); /* each peer, every 2 s */
	/* Whose worker is overloaded: which of the peer's slots show nothing for that, now; bits by their order in its description. */
	void (*held)(void *user, uint32_t room, uint32_t peer, uint64_t slots);
	/* What comes from who is on air; after each relay_set_channel, and whenever it changes. peer: whom it is about. */
	void (*channel)(void *user, uint32_t room, uint32_t channel, uint32_t peer, enum channel_air air);
	/* What keeps a recorded track from being written, whenever it changes. */
	void (*trouble)(void *user, uint32_t room, uint32_t peer, enum studio_trouble trouble);
};

enum err relay_new(const struct relay_config *config, const struct relay_events *events, struct relay **ret) MUST_CHECK;
void relay_free(struct relay *relay); /* NULL is allowed */

/* For the answer's SDP. */
void relay_fingerprint(const struct relay *relay, uint8_t ret[static FINGERPRINT_SIZE]);
struct relay_candidate {
	char address[64];
	uint16_t port;
	bool v6;
};
/*
 * Of the worker of this peer, which is in the room or is to be added; returns how many (<= max; 0: no such room). Loopback
 * only where there is nothing else, or announced.
 */
unsigned relay_candidates(struct relay *relay, uint32_t room, uint32_t peer, struct relay_candidate *out, unsigned max);
/* For peers without a number of their own in the store (WHEP viewers): from 2^31 up, never the same twice. */
uint32_t relay_new_peer_id(struct relay *relay);
uint32_t relay_new_ssrc(struct relay *relay); /* random, never 0, never the same twice */

uint32_t relay_open_room(struct relay *relay);
void relay_close_room(struct relay *relay, uint32_t room); /* no event of it arrives any more */

/*
 * description->id: a participant's number (below 2^31) or one from relay_new_peer_id. A peer of that id that is still there is
 * replaced; no event of the old one arrives after this call. ERR_FULL: the worker's mailbox is full, try later.
 * ERR_NOT_FOUND: no such room.
 */
enum err relay_add_peer(struct relay *relay, uint32_t room, const struct peer_description *description,
			const struct transport_credentials *credentials) MUST_CHECK;
/* Another offer of the same connection. credentials as before, or with new ufrag and password (ICE restart). */
enum err relay_update_peer(struct relay *relay, uint32_t room, const struct peer_description *description,
			   const struct transport_credentials *credentials) MUST_CHECK;
/*
 * A program of the studio: what the description's slots show goes over fd, a socket to the studio process that has had its
 * first message (base/studio_wire.h: slot 0 is the description's first), and what comes from there is its one publication,
 * SOURCE_PROGRAM. Takes fd, whatever it returns. When the studio is gone so is the peer: peer_state tells CLOSED.
 */
enum err relay_add_program(struct relay *relay, uint32_t room, const struct peer_description *description, int fd) MUST_CHECK;
/*
 * A recorded track: what the description's one slot shows goes over fd to the studio, as above, each packet with its capture
 * time, and is kept until the studio has written it. peer_state tells SILENT when the studio is gone: the track stays, and goes
 * on when it is added again under the same id, with another fd and, if the description has another, another feed. trouble tells
 * what keeps the studio from writing.
 */
enum err relay_add_track(struct relay *relay, uint32_t room, const struct peer_description *description, int fd) MUST_CHECK;
/* Of a recorded track, too: nothing more is recorded. The studio still has RELAY_TRACK_HOLD_MS to write what was kept of it, on the
 * same fd, unless it is gone (then show it FEED_NONE, and remove it when it has another); also when the room is closed. Under the same
 * id another track may be added meanwhile. */
#define RELAY_TRACK_HOLD_MS 30000
void relay_remove_peer(struct relay *relay, uint32_t room, uint32_t peer);

void relay_set_slot(struct relay *relay, uint32_t room, uint32_t peer, const char *mid, struct feed_key feed,
		    uint16_t width, uint16_t height);
void relay_pin_stage(struct relay *relay, uint32_t room, uint32_t peer);
void relay_set_screen(struct relay *relay, uint32_t room, uint32_t peer);
/*
 * Language channels: their numbers are the caller's, from 1 up. Who is on air in it (its booth microphone and camera), in place of
 * who was; 0: nobody. hold_ms: silence for longer is a pause; 0: never. sign: a sign language, which has no sound and makes no pause.
 */
void relay_set_channel(struct relay *relay, uint32_t room, uint32_t channel, uint32_t peer, unsigned hold_ms, bool sign);
/* Whose program is the channel's (or PROGRAM_FLOOR's); 0: nobody's. */
void relay_set_program(struct relay *relay, uint32_t room, uint32_t channel, uint32_t peer);
void relay_set_muted(struct relay *relay, uint32_t room, uint32_t peer, enum source source, bool muted);

/*
 * Whether the worker is overloaded where this peer is, or would come (peer 0: somebody new): then nobody may begin to publish.
 * room 0: one that isn't open yet.
 */
bool relay_sheds(const struct relay *relay, uint32_t room, uint32_t peer);
/* Adds and updates that were answered ERR_FULL. */
uint64_t relay_refused(const struct relay *relay);

/* Counters and load of a worker, for /metrics. */
unsigned relay_workers(const struct relay *relay);
const struct counters *relay_counters(const struct relay *relay, unsigned worker);
uint64_t relay_busy_us(const struct relay *relay, unsigned worker);
