/* Ten people in a meeting: turns, coughs, assent, interruptions. Who is on the stage, and who is
 * heard. */
#include "tests/sim/world.h"

enum { PEERS = 10 };

#define SPEECH 28
#define COUGH  8
#define QUIET  75

struct meeting {
	struct world *w;
	uint64_t from_us[PEERS + 1], until_us[PEERS + 1]; /* each one's sound */
	uint8_t level[PEERS + 1];
	uint32_t speaker; /* who has the turn, and since when; 0: nobody */
	uint64_t since_us;
	unsigned turns, coughs;
	bool uncontested; /* nobody else speaks in this turn for long */
	uint64_t calm_us; /* since when a seat isn't contested */
};

static struct sim_peer *peer_of(const struct meeting *m, uint32_t id)
{
	return m->w->peers->pdata[id - 1];
}

static void sound(struct meeting *m, uint32_t id, unsigned ms, uint8_t level)
{
	if (m->w->now_us >= m->until_us[id])
		m->from_us[id] = m->w->now_us;
	m->until_us[id] = MAX(m->until_us[id], m->w->now_us + ms * US_PER_MS);
	m->level[id] = level;
}

/* Syllables of 120 ms in 180, a breath of 300 ms in every 2 s. */
static uint8_t level_now(const struct meeting *m, uint32_t id)
{
	uint64_t ms = (m->w->now_us - m->from_us[id]) / US_PER_MS;
	if (m->w->now_us >= m->until_us[id])
		return (uint8_t)(QUIET + world_dice(m->w, 6));
	bool pause = m->level[id] > COUGH && (ms % 180 >= 120 || ms % 2000 >= 1700);
	return (uint8_t)(pause ? QUIET - 15 : m->level[id] + world_dice(m->w, 6));
}

static bool is_heard(const struct meeting *m, uint32_t id)
{
	for (unsigned i = 0; i < VOICE_SEATS; i++)
		if (m->w->seats[i] == id)
			return true;
	return false;
}

/* Whether at most one but the holder and the speaker was heard lately: there are two seats besides
 * the stage. */
static bool is_calm(const struct meeting *m)
{
	unsigned others = 0;
	for (uint32_t id = 1; id <= PEERS; id++)
		others += id != m->speaker && id != m->w->stage &&
			  m->until_us[id] + 600 * US_PER_MS > m->w->now_us;
	return others <= 1;
}

static void pass(struct meeting *m, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += 20) {
		for (uint32_t id = 1; id <= PEERS; id++)
			peer_of(m, id)->streams[0].level = level_now(m, id);
		world_run(m->w, 20);
		if (!m->speaker)
			continue;
		uint64_t speaks_us = m->w->now_us - m->since_us;
		if (!is_calm(m) || m->calm_us < m->since_us)
			m->calm_us = m->w->now_us;
		/* Two frames, and the way. */
		if (m->w->now_us - m->calm_us > 150 * US_PER_MS)
			g_assert_true(is_heard(m, m->speaker));
		/* About a second to dominate, and two of dominance. */
		if (m->uncontested && speaks_us > 4 * US_PER_SEC)
			g_assert_cmpuint(m->w->stage, ==, m->speaker);
	}
}

static struct meeting meeting_new(uint32_t seed, unsigned n_parts)
{
	struct meeting m = {.w = world_new_parts(seed, n_parts)};
	for (uint32_t id = 1; id <= PEERS; id++) {
		struct sim_plan plan = {
			.n_slots = 3, .slots = {{FEED_VOICE, 0}, {FEED_VOICE, 1}, {FEED_VOICE, 2}}};
		world_join(m.w, id, &plan,
			   (struct network){.loss = 0.01, .delay_ms = 10, .jitter_ms = 10},
			   (struct network){.delay_ms = 10});
	}
	return m;
}

static uint32_t other_than(struct meeting *m, uint32_t id)
{
	uint32_t other = 1 + world_dice(m->w, PEERS - 1);
	return other >= id ? other + 1 : other;
}

static void turn(struct meeting *m, uint32_t id, unsigned ms)
{
	unsigned stage_before = m->w->n_stage;
	bool was_on_stage = m->w->stage == id;
	m->speaker = id;
	m->since_us = m->w->now_us;
	m->uncontested = true;
	m->turns++;
	sound(m, id, ms, SPEECH);
	while (m->w->now_us < m->until_us[id]) {
		uint32_t other = other_than(m, id);
		switch (world_dice(m->w, 12)) {
		case 0:
			m->coughs++;
			sound(m, other, 200 + world_dice(m->w, 200), COUGH);
			break;
		case 1: /* "mm-hm" */
			sound(m, other, 600, SPEECH + 6);
			break;
		default:
			break;
		}
		unsigned left = (unsigned)((m->until_us[id] - m->w->now_us) / US_PER_MS);
		pass(m, MIN(left + 1, 500));
	}
	m->speaker = 0;
	/* The stage moved to the speaker and nowhere else: no cough took it. */
	g_assert_cmpuint(m->w->n_stage - stage_before, <=, was_on_stage ? 0 : 1);
}

static void take_turns(unsigned n_parts)
{
	struct meeting m = meeting_new(5, n_parts);
	uint32_t speaker = 1;
	for (unsigned i = 0; i < 150; i++) {
		turn(&m, speaker, 5000 + world_dice(m.w, 5000));
		pass(&m, world_dice(m.w, 1500));
		speaker = other_than(&m, speaker);
	}
	g_test_message("%u turns, %u coughs: the stage moved %u times, seats %u times", m.turns,
		       m.coughs, m.w->n_stage, m.w->n_voices);
	g_assert_cmpuint(m.w->n_stage, ==, m.turns);
	g_assert_cmpuint(m.coughs, >, 100);
	world_free(m.w);
}

static void turns_move_the_stage_and_nothing_else_does(void)
{
	take_turns(1);
}

static void so_they_do_in_a_room_of_three_parts(void)
{
	take_turns(3);
}

static void a_short_answer_does_not_take_the_stage(void)
{
	struct meeting m = meeting_new(6, 1);
	turn(&m, 1, 5000);
	for (unsigned i = 0; i < 30; i++) {
		uint32_t other = other_than(&m, 1);
		m.speaker = other;
		m.since_us = m.w->now_us;
		m.uncontested = false;
		sound(&m, other, 1200, SPEECH); /* "Yes, I agree with that." */
		pass(&m, 1200);
		m.speaker = 0;
		pass(&m, 400);
		turn(&m, 1, 3000);
		g_assert_cmpuint(m.w->stage, ==, 1);
	}
	g_assert_cmpuint(m.w->n_stage, ==, 1);
	world_free(m.w);
}

static void double_talk_keeps_stage_and_seats(void)
{
	struct meeting m = meeting_new(7, 1);
	turn(&m, 1, 5000);
	sound(&m, 1, 60000, SPEECH);
	sound(&m, 2, 60000, SPEECH - 3);
	sound(&m, 3, 60000, SPEECH + 3);
	pass(&m, 1000);
	unsigned stage = m.w->n_stage, seats = m.w->n_voices;
	g_assert_true(is_heard(&m, 1) && is_heard(&m, 2) && is_heard(&m, 3));
	pass(&m, 58000);
	g_assert_cmpuint(m.w->n_stage, ==, stage);
	g_assert_cmpuint(m.w->n_voices, ==, seats);
	world_free(m.w);
}

static void seats_move_no_more_than_voices_change(void)
{
	struct meeting m = meeting_new(8, 1);
	/* Three who talk in turn are seated once, and then never moved but by the stage. */
	for (unsigned i = 0; i < 3; i++)
		turn(&m, i + 1, 5000);
	unsigned seats = 0;
	for (unsigned i = 0; i < 60; i++) {
		if (i == 3)
			seats = m.w->n_voices; /* whoever coughed in between has lost the seat again
						*/
		m.speaker = 1 + i % 3;
		m.uncontested = false;
		m.since_us = m.w->now_us;
		sound(&m, m.speaker, 1500, SPEECH);
		pass(&m, 1600);
	}
	g_assert_cmpuint(m.w->n_voices, ==, seats);
	world_free(m.w);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/speakers/turns_move_the_stage_and_nothing_else_does",
			turns_move_the_stage_and_nothing_else_does);
	g_test_add_func("/speakers/so_they_do_in_a_room_of_three_parts",
			so_they_do_in_a_room_of_three_parts);
	g_test_add_func("/speakers/a_short_answer_does_not_take_the_stage",
			a_short_answer_does_not_take_the_stage);
	g_test_add_func("/speakers/double_talk_keeps_stage_and_seats",
			double_talk_keeps_stage_and_seats);
	g_test_add_func("/speakers/seats_move_no_more_than_voices_change",
			seats_move_no_more_than_voices_change);
	return g_test_run();
}
