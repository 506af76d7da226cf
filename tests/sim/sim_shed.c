/*
 * An overloaded worker's levels, over a meeting that goes on: who loses which picture, that nobody
 * loses a word, and that what comes back begins with a keyframe and goes on where it stopped (what
 * of the latter is asserted for each packet is in sim_receiver.c).
 */
#include "tests/sim/world.h"

/* The speaker sees the second, who is on the stage so; the last one is a thumbnail only. */
enum { SPEAKER = 1, LISTENER = 3, INTERPRETER = 4, SILENT = 5, PEERS = 5 };
enum { STAGE, VOICE, THUMBNAIL, MICROPHONE, SLOTS };

static const struct network network = {.delay_ms = 20};

struct meeting {
	struct world *w;
	struct sim_peer *speaker, *listener, *interpreter;
};

static struct sim_peer *join(struct world *w, uint32_t id)
{
	struct sim_plan plan = {.layers = 3,
				.interprets = id == INTERPRETER,
				.n_slots = SLOTS,
				.slots = {[STAGE] = {FEED_STAGE, 0},
					  [VOICE] = {FEED_VOICE, 0},
					  [THUMBNAIL] = {FEED_CAMERA, SILENT},
					  [MICROPHONE] = {FEED_MICROPHONE, SPEAKER}}};
	struct sim_peer *peer = world_join(w, id, &plan, network, network);
	world_set_slot(peer, STAGE, plan.slots[STAGE], 1280, 720);
	world_set_slot(peer, THUMBNAIL, plan.slots[THUMBNAIL], 640, 360);
	return peer;
}

static struct meeting meeting_new(unsigned parts)
{
	struct meeting m = {.w = world_new_parts(7, parts)};
	m.w->lossless = true;
	for (uint32_t id = 1; id <= PEERS; id++)
		join(m.w, id);
	m.speaker = m.w->peers->pdata[SPEAKER - 1];
	m.listener = m.w->peers->pdata[LISTENER - 1];
	m.interpreter = m.w->peers->pdata[INTERPRETER - 1];
	m.speaker->streams[0].level = 20;
	world_run(m.w, 5000);
	g_assert_cmpuint(m.w->stage, ==, SPEAKER);
	return m;
}

static void set_level(struct meeting *m, enum shed_level level)
{
	for (unsigned i = 0; i < m->w->n_parts; i++)
		room_set_shed_level(m->w->parts[i].room, level, m->w->now_us);
	world_run(m->w, 1000);
}

/* What a slot gets in the next second: the layer that its last packet came from, 1 to 3; 0: it got
 * nothing. */
static unsigned layer_of(struct meeting *m, const struct sim_peer *peer, unsigned slot)
{
	uint64_t before = peer->slots[slot].delivered;
	world_run(m->w, 1000);
	return peer->slots[slot].delivered > before ? peer->slots[slot].last.stream % 10 : 0;
}

static void check(struct meeting *m, enum shed_level level)
{
	static const struct {
		unsigned stage, thumbnail, interpreter_stage, interpreter_thumbnail;
	} rows[SHED_LEVEL_COUNT] = {
		{3, 2, 3, 2}, {3, 1, 3, 1}, {3, 0, 3, 0}, {0, 0, 3, 0}, {0, 0, 3, 0},
	};
	set_level(m, level);
	g_assert_cmpuint(layer_of(m, m->listener, STAGE), ==, rows[level].stage);
	g_assert_cmpuint(layer_of(m, m->listener, THUMBNAIL), ==, rows[level].thumbnail);
	g_assert_cmpuint(layer_of(m, m->interpreter, STAGE), ==, rows[level].interpreter_stage);
	g_assert_cmpuint(layer_of(m, m->interpreter, THUMBNAIL), ==,
			 rows[level].interpreter_thumbnail);
}

/* Every packet of sound since it began, and no picture that couldn't be decoded. */
static void check_whole(const struct meeting *m)
{
	for (unsigned i = 0; i < m->w->peers->len; i++) {
		const struct sim_peer *peer = m->w->peers->pdata[i];
		for (unsigned j = 0; j < SLOTS; j++) {
			const struct sim_slot *s = &peer->slots[j];
			g_assert_cmpuint(s->given_up + s->undecodable, ==, 0);
			if (!s->video && s->started)
				g_assert_cmpuint(s->delivered, ==,
						 s->last.counter - s->first_counter + 1);
		}
	}
}

static void run(unsigned parts)
{
	struct meeting m = meeting_new(parts);
	for (unsigned i = 0; i < 3; i++) {
		for (enum shed_level level = 0; level < SHED_LEVEL_COUNT; level++)
			check(&m, level);
		for (enum shed_level level = SHED_LEVEL_COUNT; level-- > 0;)
			check(&m, level);
	}
	/* At once, and often. */
	for (unsigned i = 0; i < 200; i++) {
		enum shed_level level = world_dice(m.w, SHED_LEVEL_COUNT);
		for (unsigned j = 0; j < m.w->n_parts; j++)
			room_set_shed_level(m.w->parts[j].room, level, m.w->now_us);
		world_run(m.w, world_dice(m.w, 300));
	}
	check(&m, SHED_NOTHING);
	check_whole(&m);
	/* Each layer was asked at most twice a second, by whoever. */
	g_assert_cmpuint(counter_get(&m.w->counters, COUNTER_KEYFRAME_ASKED), <,
			 (m.w->now_us / US_PER_SEC - 1000) * 2 * PEERS * SIM_LAYERS);
	world_free(m.w);
}

static void pictures_go_in_order_and_no_word_is_lost(void)
{
	run(1);
}

static void so_it_is_in_a_room_of_two_parts(void)
{
	run(2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/shed/pictures_go_in_order_and_no_word_is_lost",
			pictures_go_in_order_and_no_word_is_lost);
	g_test_add_func("/shed/so_it_is_in_a_room_of_two_parts", so_it_is_in_a_room_of_two_parts);
	return g_test_run();
}
