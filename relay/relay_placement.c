#include "relay/relay_placement.h"

static bool has_room(const struct placement_rule *rule, const struct placement_worker *w)
{
	return w->participants < rule->fill && w->busy < PLACEMENT_BUSY && !w->sheds;
}

/* The room's earliest part that takes another one. */
static bool find_part(const struct placement_rule *rule, const struct placement_worker *workers,
		      unsigned n, unsigned *ret)
{
	unsigned first = 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned part = workers[i].part;
		if (part && has_room(rule, &workers[i]) && (!first || part < first)) {
			first = part;
			*ret = i;
		}
	}
	return first != 0;
}

unsigned placement_choose(const struct placement_rule *rule, const struct placement_worker *workers,
			  unsigned n)
{
	unsigned chosen = 0;
	if (rule->spread) {
		for (unsigned i = 1; i < n; i++)
			if (workers[i].members < workers[chosen].members)
				chosen = i;
		return chosen;
	}
	if (find_part(rule, workers, n, &chosen))
		return chosen;
	/* The emptiest that takes one; where none does, the emptiest that sheds nothing. */
	for (unsigned i = 1; i < n; i++) {
		const struct placement_worker *w = &workers[i], *best = &workers[chosen];
		bool takes = has_room(rule, w), best_takes = has_room(rule, best);
		if (takes != best_takes	      ? takes
		    : w->sheds != best->sheds ? best->sheds
					      : w->participants < best->participants)
			chosen = i;
	}
	return chosen;
}
