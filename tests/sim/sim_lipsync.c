/*
 * What a participant's microphone and camera took at one moment is played at one moment, whatever
 * their clock says, and wherever the slots have been: by the slots' sender reports alone, within 10
 * ms.
 */
#include "tests/sim/world.h"
#include <string.h>

enum { PEERS = 4, SLOTS = 5 };
enum { STAGE, VOICE, CAMERA, MICROPHONE, SECOND_CAMERA };

static const struct feed_key slots[SLOTS] = {[STAGE] = {FEED_STAGE, 0},
					     [VOICE] = {FEED_VOICE, 0},
					     [CAMERA] = {FEED_CAMERA, 1},
					     [MICROPHONE] = {FEED_MICROPHONE, 1},
					     [SECOND_CAMERA] = {FEED_CAMERA, 2}};

#define TOLERANCE_US 10000

struct outcome {
	unsigned compared;
	int64_t worst_us;
};

static void compare(const struct world *w, struct outcome *o)
{
	for (unsigned i = 0; i < w->peers->len; i++) {
		const struct sim_peer *peer = w->peers->pdata[i];
		for (unsigned a = 0; a < SLOTS; a++)
			for (unsigned b = 0; b < a; b++) {
				const struct sim_slot *x = &peer->slots[a], *y = &peer->slots[b];
				if (!x->has_error || !y->has_error ||
				    x->last.stream / 1000 != y->last.stream / 1000)
					continue;
				int64_t apart_us = ABS(x->error_us - y->error_us);
				o->compared++;
				o->worst_us = MAX(o->worst_us, apart_us);
			}
	}
}

static struct outcome run(struct network network, unsigned seconds, unsigned n_parts)
{
	struct world *w = world_new_parts(17, n_parts);
	struct outcome o = {0};
	for (uint32_t id = 1; id <= PEERS; id++) {
		struct sim_plan plan = {.layers = 3, .frame_ms = 33, .n_slots = SLOTS};
		memcpy(plan.slots, slots, sizeof slots);
		world_join(w, id, &plan, network, network);
	}
	world_run(w, 5000); /* the least delay of each sender's reports is found by and by */
	for (unsigned ms = 0; ms < seconds * 1000; ms += 50) {
		if (world_dice(w, 20) == 0) {
			struct sim_peer *peer = w->peers->pdata[world_dice(w, PEERS)];
			uint32_t whom = 1 + world_dice(w, PEERS);
			uint16_t width = world_dice(w, 2) ? 320 : 0;
			world_set_slot(peer, CAMERA, (struct feed_key){FEED_CAMERA, whom}, width,
				       width / 2);
			world_set_slot(peer, MICROPHONE, (struct feed_key){FEED_MICROPHONE, whom},
				       0, 0);
		}
		if (world_dice(w, 60) == 0)
			room_pin_stage(w->room, 1 + world_dice(w, PEERS), w->now_us);
		world_run(w, 50);
		compare(w, &o);
	}
	g_test_message("%u comparisons, the worst %" G_GINT64_FORMAT " us", o.compared, o.worst_us);
	world_free(w);
	return o;
}

static void in_step_on_an_even_network(void)
{
	struct outcome o = run((struct network){.delay_ms = 30}, 120, 1);
	g_assert_cmpuint(o.compared, >, 10000);
	g_assert_cmpint(o.worst_us, <, 2000);
}

static void in_step_with_jitter_and_loss(void)
{
	struct outcome o =
		run((struct network){.loss = 0.03, .delay_ms = 30, .jitter_ms = 20}, 300, 1);
	g_assert_cmpuint(o.compared, >, 20000);
	g_assert_cmpint(o.worst_us, <=, TOLERANCE_US);
}

static void in_step_for_twenty_minutes_of_drifting_clocks(void)
{
	struct outcome o = run((struct network){.delay_ms = 10, .jitter_ms = 10}, 1200, 1);
	g_assert_cmpint(o.worst_us, <=, TOLERANCE_US);
}

static void in_step_in_a_room_of_two_parts(void)
{
	struct outcome o =
		run((struct network){.loss = 0.03, .delay_ms = 30, .jitter_ms = 20}, 300, 2);
	g_assert_cmpuint(o.compared, >, 20000);
	g_assert_cmpint(o.worst_us, <=, TOLERANCE_US);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lipsync/in_step_on_an_even_network", in_step_on_an_even_network);
	g_test_add_func("/lipsync/in_step_with_jitter_and_loss", in_step_with_jitter_and_loss);
	g_test_add_func("/lipsync/in_step_for_twenty_minutes_of_drifting_clocks",
			in_step_for_twenty_minutes_of_drifting_clocks);
	g_test_add_func("/lipsync/in_step_in_a_room_of_two_parts", in_step_in_a_room_of_two_parts);
	return g_test_run();
}
