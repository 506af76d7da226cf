#include "relay/room/speaker.h"
#include "relay/base/clock.h"
#include <glib.h>
#include <math.h>
#include <string.h>

/*
 * A frame is one packet of 20 ms. Its sub-band count (immediate interval) is how far it stands
 * above the voice's own noise floor, in steps. A block (medium interval) counts the frames that
 * stand out; the long interval counts the blocks that are mostly speech.
 */
#define FRAME_US	 (20 * US_PER_MS)
#define BANDS		 13
#define DB_PER_BAND	 3.0f
#define FRAMES_PER_BLOCK 5
#define BLOCKS		 15
#define FRAMES		 (FRAMES_PER_BLOCK * BLOCKS)
#define SPEECH_BANDS	 3 /* a frame is speech from 9 dB above the floor */
#define SPEECH_FRAMES	 2 /* of a block: syllables leave gaps */

/* Silence gets frames of its own after this long without a packet: longer than a 120 ms packet, and
 * than jitter. */
#define IDLE_US	      (150 * US_PER_MS)
#define RELEASE_US    US_PER_SEC
#define ATTACK_FRAMES 2

/*
 * The noise floor falls to any quieter frame at once and rises by 1 dB in a second, to no more than
 * -42 dBov: a steady sound louder than 9 dB above that is never taken for noise.
 */
#define FLOOR_MIN	(-60.0f)
#define FLOOR_MAX	(-42.0f)
#define FLOOR_RISE	0.02f /* dB a frame */
#define FLOOR_START	(-55.0f)
#define LOUDNESS_WEIGHT 0.06f /* of a frame: half of a step is there after 220 ms */

/*
 * How much a challenger must lead, as the logarithm of the ratio of the scores. In the immediate
 * and the medium interval it is enough not to be behind; in the long one 0.8 s of speech are needed
 * against silence, and nothing suffices against somebody who goes on.
 */
#define LEAD_IMMEDIATE 0.0f
#define LEAD_MEDIUM    0.0f
#define LEAD_LONG      1.0f
#define SCORE_MIN                                                                                  \
	1.0f /* below it noise is likelier than speech: how much likelier doesn't matter */

struct speaker {
	struct voice voice;
	float floor;
	unsigned loud_frames; /* in a row, up to now */
	bool spoke;
	uint64_t frame_us; /* time of the newest frame */
	unsigned newest;   /* index into bands */
	uint8_t bands[FRAMES];
	bool reported; /* was speaking at the last tick */
};

struct speakers {
	GHashTable *by_id; /* -> struct speaker, owned */
	uint32_t dominant;
	bool removed; /* a speaking one, since the last tick */
	float immediate[BANDS + 1], medium[FRAMES_PER_BLOCK + 1], longest[BLOCKS + 1];
};

/*
 * The score of k active units out of n: the log-likelihood of speech, where activity is
 * exponentially more likely the higher it is, against that of noise, where each unit is active by
 * chance p.
 */
static void fill_scores(float *scores, int n, double p, double rate)
{
	double normal = (1 - exp(-rate)) / (1 - exp(-rate * (n + 1)));
	int sign; /* lgamma would write a global one, from each worker */
	for (int k = 0; k <= n; k++) {
		double choose = lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) -
				lgamma_r(n - k + 1, &sign);
		double noise = choose + k * log(p) + (n - k) * log(1 - p);
		double speech = log(normal) - rate * (n - k);
		scores[k] = (float)(speech - noise);
	}
}

struct speakers *speakers_new(void)
{
	struct speakers *s = g_new0(struct speakers, 1);
	s->by_id = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	fill_scores(s->immediate, BANDS, 0.2, 0.15);
	fill_scores(s->medium, FRAMES_PER_BLOCK, 0.2, 0.4);
	fill_scores(s->longest, BLOCKS, 0.2, 0.15);
	return s;
}

void speakers_free(struct speakers *speakers)
{
	if (!speakers)
		return;
	g_hash_table_unref(speakers->by_id);
	g_free(speakers);
}

static void push_frame(struct speaker *s, uint8_t bands)
{
	s->newest = (s->newest + 1) % FRAMES;
	s->bands[s->newest] = bands;
}

static void push_silence_until(struct speaker *s, uint64_t now_us)
{
	if (now_us < s->frame_us + IDLE_US)
		return;
	uint64_t frames = (now_us - s->frame_us) / FRAME_US;
	for (uint64_t i = 0; i < MIN(frames, FRAMES); i++)
		push_frame(s, 0);
	s->frame_us += frames * FRAME_US;
	s->loud_frames = 0;
}

static struct speaker *speaker_of(struct speakers *speakers, uint32_t id, uint64_t now_us)
{
	struct speaker *s = g_hash_table_lookup(speakers->by_id, GUINT_TO_POINTER(id));
	if (!s) {
		s = g_new0(struct speaker, 1);
		s->voice.id = id;
		s->voice.loudness = -SPEAKER_SILENCE;
		s->floor = FLOOR_START;
		s->frame_us = now_us;
		g_hash_table_insert(speakers->by_id, GUINT_TO_POINTER(id), s);
	}
	return s;
}

bool speakers_level(struct speakers *speakers, uint32_t id, uint8_t level, uint64_t now_us)
{
	struct speaker *s = speaker_of(speakers, id, now_us);
	float dbov = -(float)MIN(level, SPEAKER_SILENCE);
	push_silence_until(s, now_us);
	s->frame_us = now_us;
	float above = (dbov - s->floor) / DB_PER_BAND;
	uint8_t bands = (uint8_t)CLAMP(above, 0, BANDS);
	push_frame(s, bands);
	s->floor = CLAMP(MIN(dbov, s->floor + FLOOR_RISE), FLOOR_MIN, FLOOR_MAX);
	if (bands < SPEECH_BANDS) {
		s->loud_frames = 0;
		return false;
	}
	s->voice.last_us = now_us;
	if (++s->loud_frames < ATTACK_FRAMES)
		return false;
	bool began = !s->voice.speaking;
	if (began) {
		s->voice.since_us = now_us;
		s->voice.loudness = dbov;
		s->voice.speaking = s->spoke = true;
	}
	s->voice.loudness += (dbov - s->voice.loudness) * LOUDNESS_WEIGHT;
	return began;
}

void speakers_remove(struct speakers *speakers, uint32_t id)
{
	struct speaker *s = g_hash_table_lookup(speakers->by_id, GUINT_TO_POINTER(id));
	if (!s)
		return;
	speakers->removed |= s->reported;
	g_hash_table_remove(speakers->by_id, GUINT_TO_POINTER(id));
	if (speakers->dominant == id)
		speakers->dominant = 0;
}

const struct voice *speakers_voice(const struct speakers *speakers, uint32_t id)
{
	const struct speaker *s = g_hash_table_lookup(speakers->by_id, GUINT_TO_POINTER(id));
	return s ? &s->voice : NULL;
}

struct scores {
	float immediate, medium, longest;
	unsigned frames; /* of speech, in the newest block */
};

static unsigned speech_in_block(const struct speaker *s, unsigned block)
{
	unsigned n = 0;
	for (unsigned i = 0; i < FRAMES_PER_BLOCK; i++)
		n += s->bands[(s->newest + FRAMES - block * FRAMES_PER_BLOCK - i) % FRAMES] >=
		     SPEECH_BANDS;
	return n;
}

static struct scores scores_of(const struct speakers *speakers, const struct speaker *s)
{
	unsigned blocks = 0, highest = 0;
	for (unsigned b = 0; b < BLOCKS; b++)
		blocks += speech_in_block(s, b) >= SPEECH_FRAMES;
	/* The loudest frame of the newest block: one frame alone may lie between two syllables. */
	for (unsigned i = 0; i < FRAMES_PER_BLOCK; i++)
		highest = MAX(highest, s->bands[(s->newest + FRAMES - i) % FRAMES]);
	unsigned frames = speech_in_block(s, 0);
	return (struct scores){speakers->immediate[highest], speakers->medium[frames],
			       speakers->longest[blocks], frames};
}

static float lead(float challenger, float dominant)
{
	return logf(MAX(challenger, SCORE_MIN) / MAX(dominant, SCORE_MIN));
}

static void decide_dominant(struct speakers *speakers)
{
	struct speaker *dominant = g_hash_table_lookup(speakers->by_id,
						       GUINT_TO_POINTER(speakers->dominant)),
		       *s;
	struct scores least = {speakers->immediate[0], speakers->medium[0], speakers->longest[0],
			       0};
	struct scores bar = dominant ? scores_of(speakers, dominant) : least;
	float best = -INFINITY;
	GHashTableIter iter;
	g_hash_table_iter_init(&iter, speakers->by_id);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&s)) {
		struct scores c = scores_of(speakers, s);
		if (s == dominant || !s->voice.speaking || c.frames < SPEECH_FRAMES)
			continue;
		if (lead(c.immediate, bar.immediate) < LEAD_IMMEDIATE ||
		    lead(c.medium, bar.medium) < LEAD_MEDIUM ||
		    lead(c.longest, bar.longest) < LEAD_LONG)
			continue;
		/* Of several the longest; of equally long ones the louder, so that no hash order
		 * decides. */
		float rank = c.longest + s->voice.loudness / 1000;
		if (rank > best) {
			best = rank;
			speakers->dominant = s->voice.id;
		}
	}
}

bool speakers_tick(struct speakers *speakers, uint64_t now_us)
{
	uint32_t before = speakers->dominant;
	bool changed = speakers->removed;
	struct speaker *s;
	GHashTableIter iter;
	speakers->removed = false;
	g_hash_table_iter_init(&iter, speakers->by_id);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&s)) {
		push_silence_until(s, now_us);
		if (s->voice.speaking && now_us >= s->voice.last_us + RELEASE_US)
			s->voice.speaking = false;
		changed |= s->voice.speaking != s->reported;
		s->reported = s->voice.speaking;
	}
	decide_dominant(speakers);
	return changed || speakers->dominant != before;
}

uint32_t speakers_dominant(const struct speakers *speakers)
{
	return speakers->dominant;
}

static bool ranks_before(const struct voice *a, const struct voice *b)
{
	if (a->speaking != b->speaking)
		return a->speaking;
	if (a->speaking && a->loudness != b->loudness)
		return a->loudness > b->loudness;
	if (a->last_us != b->last_us)
		return a->last_us > b->last_us;
	return a->id < b->id;
}

unsigned speakers_rank(const struct speakers *speakers, struct voice *out, unsigned max)
{
	unsigned n = 0;
	struct speaker *s;
	GHashTableIter iter;
	g_hash_table_iter_init(&iter, speakers->by_id);
	while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&s)) {
		if (!s->spoke)
			continue;
		unsigned i = n < max ? n++ : max;
		for (; i > 0 && ranks_before(&s->voice, &out[i - 1]); i--)
			if (i < max)
				out[i] = out[i - 1];
		if (i < max)
			out[i] = s->voice;
	}
	return n;
}
