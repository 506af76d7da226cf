/*
 * Language channels: who is on air in each, and what comes of it. From levels and times to one of
 * four states; policy.c makes feeds of it.
 *
 *   speech   on air, and spoke within the hold time; going on air counts as speaking
 *   pause    on air, and silent for longer
 *   lost     on air, and no packet came when one was due
 *            (in a sign language: nor anything else from a camera that was running)
 *   off      nobody is on air
 *
 * A pause for breath isn't one: listeners go back to the original only after the hold time, which
 * the booth sets. Owned by a room's home part; its thread only.
 */
#pragma once

#include "relay/room/bridge.h"

struct channels;

/* Called with the states that have changed. */
typedef void (*channels_tell)(void *user, uint32_t channel, uint32_t peer, enum channel_air air);

struct channels *channels_new(void);
void channels_free(struct channels *channels); /* NULL is allowed */

/*
 * peer 0: nobody. hold_us 0: silence is never a pause. sign: it has a picture and no sound. false:
 * there are CHANNELS_MAX already. The state is told with the next channels_update, even if it is
 * the same as before: the asker waits for it.
 */
bool channels_set(struct channels *channels, uint32_t channel, uint32_t peer, uint64_t hold_us,
		  bool sign, uint64_t now_us);
/* Whose publication is the channel's program; 0: there is none. */
bool channels_set_program(struct channels *channels, uint32_t channel, uint32_t peer);
/* A packet of a booth microphone, on air or not. true: call channels_update now. */
bool channels_hear(struct channels *channels, uint32_t peer, struct packet_sound heard,
		   uint64_t now_us);
/* Anything that came from a peer: of its booth camera, or else. true: call channels_update now. */
bool channels_see(struct channels *channels, uint32_t peer, bool camera, uint64_t now_us);
void channels_forget(struct channels *channels, uint32_t peer); /* left the room */

void channels_update(struct channels *channels, uint64_t now_us, channels_tell tell, void *user);
/* When channels_update may find something by time alone; UINT64_MAX: never. */
uint64_t channels_deadline(const struct channels *channels);

/* Fills the part of the policy that is about channels. */
void channels_policy(const struct channels *channels, struct policy *ret);
