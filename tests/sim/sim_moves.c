/*
 * Slots stay continuous, and begin every picture at a keyframe, whatever moves: feeds, sizes,
 * layers that come and go, mutes, pins, an overload, people who join, leave and come back. What is
 * asserted is in sim_receiver.c.
 */
#include "tests/sim/world.h"
#include <string.h>

enum { PEERS = 6, SLOTS = 9 };

static const struct feed_key slots[SLOTS] = {
	{FEED_STAGE, 0},  {FEED_VOICE, 0},	{FEED_VOICE, 1},
	{FEED_VOICE, 2},  {FEED_CAMERA, 1},	{FEED_CAMERA, 2},
	{FEED_CAMERA, 3}, {FEED_MICROPHONE, 1}, {FEED_MICROPHONE, 2}};

/* Both ways lose; up doesn't reorder unless it loses, down always does. */
static struct sim_peer *join(struct world *w, uint32_t id, struct network network)
{
	struct sim_plan plan = {
		.layers = 3, .frame_ms = 50, .sound_nack = network.loss > 0, .n_slots = SLOTS};
	struct network up = network;
	if (up.loss == 0)
		up.jitter_ms = 0;
	memcpy(plan.slots, slots, sizeof slots);
	struct sim_peer *peer = world_join(w, id, &plan, up, network);
	peer->streams[1].padding_every = id % 3;
	return peer;
}

static struct sim_peer *anybody(const struct world *w)
{
	struct sim_peer *peer;
	do
		peer = w->peers->pdata[w->peers->len - 1 -
				       world_dice((struct world *)w, MIN(w->peers->len, PEERS))];
	while (peer->gone);
	return peer;
}

static void move_slot(struct world *w)
{
	static const uint16_t sizes[][2] = {{0, 0}, {160, 90}, {320, 180}, {640, 360}, {1280, 720}};
	struct sim_peer *peer = anybody(w);
	unsigned slot = world_dice(w, SLOTS), size = world_dice(w, G_N_ELEMENTS(sizes));
	struct feed_key key = {FEED_NONE, 0};
	if (world_dice(w, 12) != 0) {
		if (peer->slots[slot].video)
			key = world_dice(w, 4) ? (struct feed_key){FEED_CAMERA, anybody(w)->id}
					       : (struct feed_key){FEED_STAGE, 0};
		else
			key = world_dice(w, 2)
				      ? (struct feed_key){FEED_MICROPHONE, anybody(w)->id}
				      : (struct feed_key){FEED_VOICE, world_dice(w, VOICE_SEATS)};
	}
	world_set_slot(peer, slot, key, sizes[size][0], sizes[size][1]);
}

static void replace(struct world *w, struct network network, uint32_t *next_id)
{
	/* The one who has been here longest goes, another comes. */
	world_leave(w, w->peers->pdata[w->peers->len - PEERS]);
	join(w, (*next_id)++, network);
}

static void disturb(struct world *w, struct network network, uint32_t *next_id)
{
	struct sim_peer *peer = anybody(w);
	unsigned layer = 1 + world_dice(w, SIM_LAYERS);
	enum source source;
	switch (world_dice(w, 10)) {
	case 0:
		source = world_dice(w, 2) ? SOURCE_CAMERA : SOURCE_MICROPHONE;
		world_set_muted(peer, source, world_dice(w, 3) == 0);
		break;
	case 1:
		room_pin_stage(w->room, world_dice(w, 2) ? peer->id : 0, w->now_us);
		break;
	case 2:
		if (world_dice(w, 8) == 0)
			replace(w, network, next_id);
		break;
	case 3:
		world_set_connected(peer, false);
		world_set_connected(peer, true);
		break;
	case 4:
	case 5:
		/* A browser begins a layer with a keyframe; not every sender does. */
		peer->streams[layer].on = !peer->streams[layer].on;
		peer->streams[layer].keyframe_wanted |= world_dice(w, 3) > 0;
		break;
	case 6:
		room_set_shed_level(peer->room,
				    world_dice(w, 3) ? SHED_NOTHING
						     : world_dice(w, SHED_LEVEL_COUNT),
				    w->now_us);
		break;
	default:
		peer->streams[0].level = world_dice(w, 2) ? 90 : (uint8_t)(15 + world_dice(w, 20));
	}
}

struct plan {
	struct network network;
	unsigned parts, moves;
	bool lossless;
	double mailbox_full;
};

static void run(const struct plan *plan)
{
	struct network network = plan->network;
	unsigned moves = plan->moves;
	bool lossless = plan->lossless;
	struct world *w = world_new_parts(lossless ? 1 : 2, plan->parts);
	uint32_t next_id = 1;
	w->lossless = lossless;
	w->mailbox_full = plan->mailbox_full;
	while (next_id <= PEERS)
		join(w, next_id++, network);
	for (unsigned i = 0; i < moves; i++) {
		move_slot(w);
		if (world_dice(w, 4) == 0)
			disturb(w, network, &next_id);
		world_run(w, world_dice(w, 100));
		if (world_dice(w, 50) == 0)
			world_run(w, 3000); /* things settle, layers are found dead */
	}
	uint64_t delivered = 0, switches = 0, given_up = 0, undecodable = 0;
	for (unsigned i = 0; i < w->peers->len; i++) {
		const struct sim_peer *peer = w->peers->pdata[i];
		for (unsigned j = 0; j < SLOTS; j++) {
			delivered += peer->slots[j].delivered;
			switches += peer->slots[j].switches;
			given_up += peer->slots[j].given_up;
			undecodable += peer->slots[j].undecodable;
		}
	}
	g_test_message("%u moves: %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT
		       " switches, %" G_GUINT64_FORMAT " given up, %" G_GUINT64_FORMAT
		       " undecodable, %u of the stage, %u of seats",
		       moves, delivered, switches, given_up, undecodable, w->n_stage, w->n_voices);
	g_assert_cmpuint(switches, >, moves / 2);
	g_assert_cmpuint(delivered, >, moves * 100);
	if (lossless)
		g_assert_cmpuint(given_up + undecodable, ==, 0);
	else /* what a publisher's end or a mute cut off; a switch fills its gaps, and 3 % were lost
	      */
		g_assert_cmpuint(given_up, <, delivered / 2000);
	world_free(w);
}

static const struct network reordering = {.delay_ms = 20, .jitter_ms = 15};
static const struct network lossy = {.loss = 0.03, .delay_ms = 20, .jitter_ms = 15};

static void ten_thousand_moves_break_no_row(void)
{
	run(&(struct plan){reordering, .parts = 1, .moves = 10000, .lossless = true});
}

static void nor_do_they_on_a_lossy_network(void)
{
	run(&(struct plan){lossy, .parts = 1, .moves = 3000});
}

static void nor_in_a_room_of_two_parts(void)
{
	run(&(struct plan){reordering, .parts = 2, .moves = 10000, .lossless = true});
}

static void nor_in_one_of_three_on_a_lossy_network(void)
{
	run(&(struct plan){lossy, .parts = 3, .moves = 3000});
}

static void nor_between_parts_whose_mailboxes_are_often_full(void)
{
	run(&(struct plan){reordering, .parts = 2, .moves = 3000, .lossless = true,
			   .mailbox_full = 0.3});
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/moves/ten_thousand_moves_break_no_row", ten_thousand_moves_break_no_row);
	g_test_add_func("/moves/nor_do_they_on_a_lossy_network", nor_do_they_on_a_lossy_network);
	g_test_add_func("/moves/nor_in_a_room_of_two_parts", nor_in_a_room_of_two_parts);
	g_test_add_func("/moves/nor_in_one_of_three_on_a_lossy_network",
			nor_in_one_of_three_on_a_lossy_network);
	g_test_add_func("/moves/nor_between_parts_whose_mailboxes_are_often_full",
			nor_between_parts_whose_mailboxes_are_often_full);
	return g_test_run();
}
