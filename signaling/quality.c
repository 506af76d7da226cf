#include "signaling/quality.h"

/*
 * Loss in 1/1000, round trip and jitter in us. Opus with FEC hides 3 %, a conversation stands 300
 * ms of round trip (ITU-T G.114: 150 ms one way); beyond 10 % pictures freeze between
 * retransmissions.
 */
static const struct {
	unsigned loss, rtt_us, jitter_us;
} limits[] = {
	[MARK_FAIR] = {100, 800000, 100000},
	[MARK_GOOD] = {30, 300000, 40000},
};

static bool within(const struct peer_stats *s, enum mark mark)
{
	return s->loss_up < limits[mark].loss && s->loss_down < limits[mark].loss &&
	       s->rtt_us < limits[mark].rtt_us && s->jitter_up_us < limits[mark].jitter_us;
}

void quality_init(struct quality *quality)
{
	*quality = (struct quality){.mark = MARK_UNKNOWN};
}

void quality_measure(struct quality *quality, const struct peer_stats *stats)
{
	enum mark now = within(stats, MARK_GOOD)   ? MARK_GOOD
			: within(stats, MARK_FAIR) ? MARK_FAIR
						   : MARK_WEAK;
	quality->worse = now < quality->mark ? quality->worse + 1 : 0;
	quality->better = now > quality->mark ? quality->better + 1 : 0;
	bool first = quality->mark == MARK_UNKNOWN || quality->mark == MARK_LOST;
	if (!first && quality->worse < 2 && quality->better < 3)
		return;
	*quality = (struct quality){.mark = now};
}

void quality_lost(struct quality *quality)
{
	*quality = (struct quality){.mark = MARK_LOST};
}
