/*
 * The tracks that a meeting's studio records: for each a connection to its process and a peer of
 * the relay, which keeps what isn't written while there is no studio. Main thread.
 *
 *   wanted --connected, the relay has it--> there --the process dies--> wanted, in another part
 */
#pragma once

#include "relay/relay.h"
#include "signaling/studio_process.h"

#define TRACK_LABEL_MAX 64

/* What one shows. name: of the file, and what the track is known by. */
struct track_wish {
	char name[TRACK_LABEL_MAX];
	char language[36]; /* BCP 47; "": none */
	bool video;
	struct feed_key feed;
};

struct studio_tracks_config {
	struct relay *relay;
	uint32_t room;
	const char *meeting; /* its name, for the log */
	struct studio_process *process;
	void *user;
	/* Where the next part's files are to be, within the process's folder; the folder is made.
	 * NULL: it can't be. Freed by the tracks. */
	char *(*new_part)(void *user);
	/* Another number of them is there, or another trouble. */
	void (*changed)(void *user);
};

struct studio_tracks;

struct studio_tracks *studio_tracks_new(const struct studio_tracks_config *config);
void studio_tracks_free(struct studio_tracks *tracks); /* NULL is allowed */

/* These and no others, from now on: n 0 ends them all, and with them the part. begin_us: time 0 on
 * the relay's clock; wall_us: the same since 1970. */
void studio_tracks_want(struct studio_tracks *tracks, const struct track_wish *wishes, unsigned n,
			gint64 begin_us, gint64 wall_us);
unsigned studio_tracks_there(const struct studio_tracks *tracks);
enum studio_trouble studio_tracks_trouble(const struct studio_tracks *tracks); /* the worst */

/* The relay's events. false: of somebody else's peer. */
bool studio_tracks_peer_state(struct studio_tracks *tracks, uint32_t peer,
			      enum transport_state state);
void studio_tracks_told(struct studio_tracks *tracks, uint32_t peer, enum studio_trouble trouble);
void studio_tracks_wake(struct studio_tracks *tracks); /* the process has ended */
