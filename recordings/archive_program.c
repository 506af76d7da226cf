#include "recordings/archive_program.h"
#include "recordings/archive_place.h"
#include "recordings/duck.h"
#include "recordings/leveller.h"
#include "recordings/limiter.h"
#include "recordings/loudness.h"
#include <math.h>
#include <string.h>

#define BLOCK	 ARCHIVE_PROGRAM_BLOCK
#define BLOCK_MS (BLOCK * 1000 / ARCHIVE_PLACE_RATE)
/* So far ahead is heard what the interpreter says: the floor is down when it comes. */
#define AHEAD (DUCK_DOWN_MS / BLOCK_MS)
/* What a voice is above, and the noise of a room with a microphone isn't, in a block. */
#define SPEECH_DBFS (-48.0)

struct archive_program {
	struct archive_sound *floor[ARCHIVE_PROGRAM_VOICES];
	size_t n_floor;
	struct archive_sound *channel;
	const struct archive_span *alone;
	size_t n_alone;
	float ahead[AHEAD][BLOCK]; /* of the channel */
	unsigned at;		   /* the oldest of them */
	unsigned quiet;		   /* blocks since the interpreter spoke */
	int64_t time_ms;	   /* of the next block */
	struct duck duck, silence;
	struct loudness floor_loudness, channel_loudness;
	struct leveller leveller;
	struct limiter limiter;
	float held[BLOCK]; /* out of the limiter, which is late */
	size_t n_held;
};

/* Of the channel, into the ring; tells whether somebody speaks. */
static void listen_ahead(struct archive_program *p)
{
	float *block = p->ahead[p->at];
	double sum = 0;
	archive_sound_read(p->channel, block, BLOCK);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (double)block[i] * (double)block[i];
	p->quiet = 10 * log10(sum / BLOCK + 1e-12) > SPEECH_DBFS ? 0 : p->quiet + 1;
}

struct archive_program *archive_program_new(const struct archive_program_config *config)
{
	struct archive_program *p = g_new0(struct archive_program, 1);
	p->n_floor = MIN(config->n_floor, ARCHIVE_PROGRAM_VOICES);
	for (size_t i = 0; i < p->n_floor; i++)
		p->floor[i] = archive_sound_new(&config->floor[i]);
	p->channel = config->channel ? archive_sound_new(config->channel) : NULL;
	p->alone = config->alone;
	p->n_alone = config->n_alone;
	p->quiet = UINT_MAX / 2;
	duck_init(&p->duck, config->duck_db, ARCHIVE_PLACE_RATE);
	duck_init(&p->silence, -INFINITY, ARCHIVE_PLACE_RATE);
	loudness_init(&p->floor_loudness);
	loudness_init(&p->channel_loudness);
	leveller_init(&p->leveller, ARCHIVE_PLACE_RATE);
	limiter_init(&p->limiter);
	for (p->at = 0; p->channel && p->at < AHEAD; p->at++)
		listen_ahead(p);
	p->at = 0;
	return p;
}

void archive_program_free(struct archive_program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_floor; i++)
		archive_sound_free(p->floor[i]);
	archive_sound_free(p->channel);
	g_free(p);
}

static bool is_alone(const struct archive_program *p)
{
	for (size_t i = 0; i < p->n_alone; i++)
		if (p->time_ms >= p->alone[i].from && p->time_ms < p->alone[i].to)
			return true;
	return false;
}

static void mix_floor(struct archive_program *p, float *mix)
{
	float samples[BLOCK];
	memset(mix, 0, BLOCK * sizeof *mix);
	for (size_t v = 0; v < p->n_floor; v++) {
		archive_sound_read(p->floor[v], samples, BLOCK);
		for (size_t i = 0; i < BLOCK; i++)
			mix[i] += samples[i];
	}
}

/* As program.c does it live. */
static void mix_channel(struct archive_program *p, float *mix)
{
	bool alone = is_alone(p);
	float channel[BLOCK];
	memcpy(channel, p->ahead[p->at], sizeof channel);
	listen_ahead(p);
	p->at = (p->at + 1) % AHEAD;
	loudness_add(&p->floor_loudness, mix, BLOCK);
	loudness_add(&p->channel_loudness, channel, BLOCK);
	duck_set_speech(&p->duck, !alone && p->quiet < ARCHIVE_PROGRAM_HOLD_MS / BLOCK_MS + AHEAD);
	duck_apply(&p->duck, mix, BLOCK);
	leveller_apply(&p->leveller, loudness_of_voice(&p->floor_loudness),
		       loudness_of_voice(&p->channel_loudness), channel, BLOCK);
	duck_set_speech(&p->silence, alone);
	duck_apply(&p->silence, channel, BLOCK);
	for (size_t i = 0; i < BLOCK; i++)
		mix[i] += channel[i];
}

/* The next block out of the limiter, which is LIMITER_AHEAD samples late. */
static void mix_block(struct archive_program *p, float *mix)
{
	mix_floor(p, mix);
	if (p->channel)
		mix_channel(p, mix);
	limiter_apply(&p->limiter, mix, BLOCK);
	p->time_ms += BLOCK_MS;
}

void archive_program_read(struct archive_program *p, float samples[static ARCHIVE_PROGRAM_BLOCK])
{
	float mix[BLOCK];
	if (p->n_held == 0) {
		mix_block(p, mix);
		p->n_held = BLOCK - LIMITER_AHEAD;
		memcpy(p->held, mix + LIMITER_AHEAD, p->n_held * sizeof *mix);
	}
	mix_block(p, mix);
	memcpy(samples, p->held, p->n_held * sizeof *mix);
	memcpy(samples + p->n_held, mix, (BLOCK - p->n_held) * sizeof *mix);
	memcpy(p->held, mix + BLOCK - p->n_held, p->n_held * sizeof *mix);
}
