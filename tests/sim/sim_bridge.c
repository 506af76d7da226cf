/*
 * The parts of a simulated meeting, and between them rings and mailboxes that keep the order of
 * what each carries, and nothing else: what goes by one overtakes what goes by the other.
 */
#include "tests/sim/world.h"

#define CROSSING_MS 3

struct crossing {
	uint64_t at_us;
	bool by_mailbox;
	struct bridged bridged;
	struct bridge_message message;
};

static bool refuses(struct world *w, double chance)
{
	bool full = chance > 0 && world_chance(w) < chance;
	w->n_refused += full;
	return full;
}

static void cross(struct sim_part *from, unsigned to, const struct crossing *crossing)
{
	struct world *w = from->world;
	GQueue *way =
		crossing->by_mailbox ? &w->parts[to].mailbox : &w->parts[to].rings[from->index];
	const struct crossing *last = g_queue_peek_tail(way);
	struct crossing *c = g_memdup2(crossing, sizeof *crossing);
	c->at_us = w->now_us + world_dice(w, CROSSING_MS * 1000);
	if (last)
		c->at_us = MAX(c->at_us, last->at_us);
	g_queue_push_tail(way, c);
}

static bool sink_send(void *user, unsigned to, const struct bridged *bridged)
{
	struct sim_part *from = user;
	if (refuses(from->world, from->world->ring_full))
		return false;
	if (bridged->packet)
		pool_ref(bridged->packet);
	cross(from, to, &(struct crossing){.bridged = *bridged});
	return true;
}

static bool sink_tell(void *user, unsigned to, const struct bridge_message *message)
{
	struct sim_part *from = user;
	if (refuses(from->world, from->world->mailbox_full))
		return false;
	cross(from, to, &(struct crossing){.by_mailbox = true, .message = *message});
	return true;
}

/* Each crossing has a time of its own. */
static void sink_publish(void *user)
{
}

struct bridge_sink sim_bridge_sink(struct sim_part *part)
{
	return (struct bridge_sink){part, sink_send, sink_publish, sink_tell};
}

static struct crossing *arrived(GQueue *way, uint64_t now_us)
{
	const struct crossing *first = g_queue_peek_head(way);
	return first && first->at_us <= now_us ? g_queue_pop_head(way) : NULL;
}

void sim_bridge_run(struct sim_part *part)
{
	struct world *w = part->world;
	struct crossing *c;
	while ((c = arrived(&part->mailbox, w->now_us))) {
		room_receive_message(part->room, &c->message, w->now_us);
		g_free(c);
	}
	for (unsigned i = 0; i < w->n_parts; i++)
		while ((c = arrived(&part->rings[i], w->now_us))) {
			room_receive_bridged(part->room, &c->bridged, w->now_us);
			pool_unref(c->bridged.packet);
			g_free(c);
		}
	room_forward(part->room, w->now_us);
}

static void clear(GQueue *way)
{
	struct crossing *c;
	while ((c = g_queue_pop_head(way))) {
		pool_unref(c->bridged.packet);
		g_free(c);
	}
}

void sim_bridge_clear(struct sim_part *part)
{
	clear(&part->mailbox);
	for (unsigned i = 0; i < SIM_PARTS_MAX; i++)
		clear(&part->rings[i]);
}
