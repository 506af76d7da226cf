#include "relay/room/overload.h"
#include "relay/base/clock.h"
#include <assert.h>
#include <glib.h>

#define SAMPLE_US	(OVERLOAD_SAMPLE_MS * US_PER_MS)
#define PATIENCE_US	(5 * US_PER_SEC)
#define PATIENCE_MAX_US (300 * US_PER_SEC)
/* A step up so soon after one down (or within patience, if that is longer) takes it back. */
#define HOLDS_US (10 * US_PER_SEC)
/* One that seems to cost more than there is waits so many times longer: the guess may be old. */
#define DOUBTFUL 4
/* Of the limit, in percent: below that the share is low. 85 makes 70. */
#define LOW 82

static const char *const words[SHED_LEVEL_COUNT] = {
	[SHED_NOTHING] = "nothing",
	[SHED_LAYERS] = "the larger layers of thumbnails",
	[SHED_UNSTAGED] = "pictures that nobody has on the stage",
	[SHED_STAGE] = "all pictures but shared screens",
	[SHED_SCREENS] = "all pictures",
};

const char *shed_level_words(enum shed_level level)
{
	assert(level < SHED_LEVEL_COUNT);
	return words[level];
}

void overload_init(struct overload *o, unsigned limit, uint64_t busy_us, uint64_t now_us)
{
	*o = (struct overload){
		.limit = limit, .at_us = now_us, .busy_us = busy_us, .patience_us = PATIENCE_US};
}

uint64_t overload_deadline(const struct overload *o)
{
	return o->at_us + SAMPLE_US;
}

unsigned overload_share(const struct overload *o)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < o->n_shares; i++)
		sum += o->share[i];
	return o->n_shares ? sum / o->n_shares : 0;
}

/*
 * A sample counts as one, however long it took: a worker that wasn't let run for a second is one
 * sample of four. An overload is in most of them.
 */
static bool is_over(const struct overload *o)
{
	unsigned over = 0;
	for (unsigned i = 0; i < o->n_shares; i++)
		over += o->share[i] > o->limit;
	return o->n_shares == OVERLOAD_SAMPLES && over >= OVERLOAD_SAMPLES - 1 &&
	       overload_share(o) > o->limit;
}

static void add_share(struct overload *o, unsigned share)
{
	o->share[o->next] = share;
	o->next = (o->next + 1) % OVERLOAD_SAMPLES;
	o->n_shares = MIN(o->n_shares + 1, OVERLOAD_SAMPLES);
}

static void set_level(struct overload *o, enum shed_level level)
{
	o->level = level;
	o->n_shares = o->next = 0; /* what was before says nothing about it */
	o->calm_us = 0;
}

static void raise_level(struct overload *o, uint64_t now_us)
{
	bool taken_back = o->lowered_us && now_us - o->lowered_us < MAX(HOLDS_US, o->patience_us);
	if (taken_back)
		o->patience_us = MIN(o->patience_us * 2, PATIENCE_MAX_US);
	o->lowered_us = 0;
	o->before = overload_share(o);
	set_level(o, o->level + 1);
}

/* What the level has brought, as soon as a second of it is there. */
static void learn_cost(struct overload *o)
{
	if (!o->before || o->n_shares < OVERLOAD_SAMPLES)
		return;
	o->cost[o->level] = o->before * 100 / MAX(overload_share(o), 1);
	o->before = 0;
}

/* The last step down has held for long enough. */
static void calm_down(struct overload *o, uint64_t now_us)
{
	if (!o->lowered_us || now_us - o->lowered_us < MAX(HOLDS_US, o->patience_us))
		return;
	o->patience_us = MAX(o->patience_us / 2, PATIENCE_US);
	/* At rest it goes on halving; on the way down each step does so once. */
	o->lowered_us = o->level == SHED_NOTHING && o->patience_us > PATIENCE_US ? now_us : 0;
}

static bool may_lower(struct overload *o, uint64_t now_us)
{
	unsigned share = overload_share(o);
	if (o->level == SHED_NOTHING || o->n_shares < OVERLOAD_SAMPLES ||
	    share >= MAX(o->limit * LOW / 100, 1)) {
		o->calm_us = 0;
		return false;
	}
	if (!o->calm_us)
		o->calm_us = now_us;
	bool doubtful = share * MAX(o->cost[o->level], 100) / 100 > o->limit;
	return now_us - o->calm_us >= o->patience_us * (doubtful ? DOUBTFUL : 1);
}

bool overload_sample(struct overload *o, uint64_t busy_us, uint64_t now_us)
{
	if (now_us < overload_deadline(o))
		return false;
	uint64_t share = (busy_us - o->busy_us) * 100 / (now_us - o->at_us);
	o->at_us = now_us;
	o->busy_us = busy_us;
	add_share(o, (unsigned)MIN(share, 100));
	if (is_over(o) && o->level + 1 < SHED_LEVEL_COUNT) {
		raise_level(o, now_us);
		return true;
	}
	learn_cost(o);
	calm_down(o, now_us);
	if (!may_lower(o, now_us))
		return false;
	set_level(o, o->level - 1);
	o->lowered_us = now_us;
	return true;
}
