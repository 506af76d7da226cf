#include "relay/room/channels.h"
#include "relay/base/clock.h"
#include "relay/room/speaker.h"
#include <glib.h>

/*
 * A booth microphone sends a packet every 20 ms. Listeners are to have the original back within
 * 500 ms of its end, 200 ms of which are the ramp. With DTX one comes every 400 ms while nobody
 * speaks.
 */
#define LOST_US	       (220 * US_PER_MS)
#define LOST_SPARSE_US (900 * US_PER_MS)
/*
 * A booth camera sends 10 frames a second or more. It may rest, of its own accord or for want of
 * bandwidth: RTCP or sound that comes without it for so long says that its link is there.
 */
#define LOST_SIGN_US (700 * US_PER_MS)
#define RESTS_US     (250 * US_PER_MS)

struct channel {
	uint32_t id, on_air, program;
	uint64_t hold_us;
	uint64_t heard_us; /* the newest packet, or when this one went on air */
	uint64_t spoke_us; /* the same of speech */
	bool sparse;	   /* the newest packet was */
	bool sign;
	bool runs;	  /* sign: the camera does */
	uint64_t seen_us; /* sign: its newest packet */
	bool untold;
	enum channel_air air; /* as last told */
};

struct channels {
	unsigned n;
	struct channel channels[CHANNELS_MAX];
	struct speakers *voices; /* of booth microphones */
};

struct channels *channels_new(void)
{
	struct channels *channels = g_new0(struct channels, 1);
	channels->voices = speakers_new();
	return channels;
}

void channels_free(struct channels *channels)
{
	if (!channels)
		return;
	speakers_free(channels->voices);
	g_free(channels);
}

static struct channel *find_or_add(struct channels *channels, uint32_t id)
{
	for (unsigned i = 0; i < channels->n; i++)
		if (channels->channels[i].id == id)
			return &channels->channels[i];
	if (channels->n == CHANNELS_MAX)
		return NULL;
	struct channel *c = &channels->channels[channels->n++];
	*c = (struct channel){.id = id};
	return c;
}

/* A channel that means nothing any more makes room for another one. */
static void drop_if_empty(struct channels *channels, struct channel *c)
{
	if (!c->on_air && !c->program && !c->untold)
		*c = channels->channels[--channels->n];
}

bool channels_set(struct channels *channels, uint32_t channel, uint32_t peer, uint64_t hold_us,
		  bool sign, uint64_t now_us)
{
	struct channel *c = find_or_add(channels, channel);
	if (!c)
		return false;
	c->hold_us = hold_us;
	c->sign = sign;
	c->untold = true;
	if (c->on_air == peer)
		return true;
	c->on_air = peer;
	c->heard_us = c->spoke_us = now_us;
	c->sparse = c->runs = false;
	return true;
}

bool channels_set_program(struct channels *channels, uint32_t channel, uint32_t peer)
{
	struct channel *c = find_or_add(channels, channel);
	if (!c)
		return false;
	c->program = peer;
	drop_if_empty(channels, c);
	return true;
}

static uint64_t lost_us(const struct channel *c)
{
	if (c->sign)
		return c->runs ? c->heard_us + LOST_SIGN_US : UINT64_MAX;
	return c->heard_us + (c->sparse ? LOST_SPARSE_US : LOST_US);
}

static enum channel_air air(const struct channel *c, uint64_t now_us)
{
	if (!c->on_air)
		return CHANNEL_OFF;
	if (now_us >= lost_us(c))
		return CHANNEL_LOST;
	return !c->sign && c->hold_us && now_us >= c->spoke_us + c->hold_us ? CHANNEL_PAUSE
									    : CHANNEL_SPEECH;
}

bool channels_hear(struct channels *channels, uint32_t peer, struct packet_sound heard,
		   uint64_t now_us)
{
	bool changes = false;
	speakers_level(channels->voices, peer, heard.level, now_us);
	const struct voice *voice = speakers_voice(channels->voices, peer);
	for (unsigned i = 0; i < channels->n; i++) {
		struct channel *c = &channels->channels[i];
		if (c->on_air != peer || c->sign)
			continue;
		c->heard_us = now_us;
		c->sparse = heard.sparse;
		if (voice->speaking)
			c->spoke_us = MAX(c->spoke_us, voice->last_us);
		changes |= air(c, now_us) != c->air;
	}
	return changes;
}

bool channels_see(struct channels *channels, uint32_t peer, bool camera, uint64_t now_us)
{
	bool changes = false;
	for (unsigned i = 0; i < channels->n; i++) {
		struct channel *c = &channels->channels[i];
		if (c->on_air != peer || !c->sign)
			continue;
		c->heard_us = now_us;
		if (camera)
			c->seen_us = now_us;
		c->runs = camera || (c->runs && now_us < c->seen_us + RESTS_US);
		changes |= air(c, now_us) != c->air;
	}
	return changes;
}

void channels_forget(struct channels *channels, uint32_t peer)
{
	speakers_remove(channels->voices, peer);
}

void channels_update(struct channels *channels, uint64_t now_us, channels_tell tell, void *user)
{
	speakers_tick(channels->voices, now_us);
	for (unsigned i = channels->n; i-- > 0;) {
		struct channel *c = &channels->channels[i];
		enum channel_air now = air(c, now_us);
		if (!c->untold && now == c->air)
			continue;
		c->untold = false;
		c->air = now;
		tell(user, c->id, c->on_air, now);
		drop_if_empty(channels, c);
	}
}

uint64_t channels_deadline(const struct channels *channels)
{
	uint64_t deadline_us = UINT64_MAX;
	for (unsigned i = 0; i < channels->n; i++) {
		const struct channel *c = &channels->channels[i];
		if (c->untold)
			return 0;
		if (c->air > CHANNEL_LOST)
			deadline_us = MIN(deadline_us, lost_us(c));
		if (c->air == CHANNEL_SPEECH && !c->sign && c->hold_us)
			deadline_us = MIN(deadline_us, c->spoke_us + c->hold_us);
	}
	return deadline_us;
}

void channels_policy(const struct channels *channels, struct policy *ret)
{
	ret->n_channels = channels->n;
	for (unsigned i = 0; i < channels->n; i++)
		ret->channels[i] = (struct channel_policy){channels->channels[i].id,
							   channels->channels[i].on_air,
							   channels->channels[i].program};
}
