/* With 5 % loss and reordering both ways, nothing that left a publisher is missing at a receiver in
 * the end. */
#include "tests/sim/world.h"

static const struct network lossy = {.loss = 0.05, .delay_ms = 15, .jitter_ms = 20};

static struct sim_plan plan_of(unsigned n, uint32_t id)
{
	struct sim_plan plan = {.layers = 1, .sound_nack = true};
	for (uint32_t other = 1; other <= n; other++) {
		if (other == id)
			continue;
		plan.slots[plan.n_slots++] = (struct feed_key){FEED_CAMERA, other};
		plan.slots[plan.n_slots++] = (struct feed_key){FEED_MICROPHONE, other};
	}
	return plan;
}

static void check_complete(const struct world *w)
{
	for (unsigned i = 0; i < w->peers->len; i++) {
		const struct sim_peer *peer = w->peers->pdata[i];
		for (unsigned j = 0; j < peer->description.n_slots; j++) {
			const struct sim_slot *s = &peer->slots[j];
			const struct sim_stream *stream = world_stream(w, s->last.stream);
			g_assert_nonnull(stream);
			/* In order and without a gap: see check_order. From its first packet to the
			 * sender's last. */
			g_assert_cmpuint(s->given_up, ==, 0);
			g_assert_cmpuint(s->last.counter, ==, stream->synth.counter);
			g_assert_cmpuint(s->delivered, ==, s->last.counter - s->first_counter + 1);
			/* Which was there within the first second. */
			g_assert_cmpuint(s->first_counter, <, 60);
		}
	}
}

static void run(uint32_t seed, unsigned n, unsigned seconds)
{
	struct world *w = world_new(seed);
	w->lossless = true; /* after retransmission */
	for (uint32_t id = 1; id <= n; id++) {
		struct sim_plan plan = plan_of(n, id);
		struct sim_peer *peer = world_join(w, id, &plan, lossy, lossy);
		if (id == 2)
			peer->streams[1].padding_every = 3;
	}
	world_run(w, seconds * 1000);
	/* The last packet has no later one to show that it is missing: the end comes without loss.
	 */
	for (unsigned i = 0; i < w->peers->len; i++) {
		struct sim_peer *peer = w->peers->pdata[i];
		peer->up.loss = peer->down.loss = 0;
	}
	world_run(w, 1000);
	for (unsigned i = 0; i < w->peers->len; i++)
		for (unsigned j = 0; j < SIM_STREAMS; j++)
			((struct sim_peer *)w->peers->pdata[i])->streams[j].on = false;
	world_run(w, 2000);
	check_complete(w);
	/* The network did its part. */
	uint64_t in = counter_get(&w->counters, COUNTER_NACK_OUT),
		 out = counter_get(&w->counters, COUNTER_RTX_OUT);
	uint64_t forwarded = counter_get(&w->counters, COUNTER_RTP_OUT);
	g_test_message("%u peers: %" G_GUINT64_FORMAT " forwarded, %" G_GUINT64_FORMAT
		       " asked for, %" G_GUINT64_FORMAT " sent again",
		       n, forwarded, in, out);
	g_assert_cmpuint(out, >, forwarded / 25);
	g_assert_cmpuint(in, >, 0);
	world_free(w);
}

static void two_peers_for_an_hour(void)
{
	run(1, 2, 3600);
}

static void three_peers_for_ten_minutes(void)
{
	run(2, 3, 600);
}

static void five_peers_for_two_minutes(void)
{
	run(3, 5, 120);
}

static void ten_peers_for_half_a_minute(void)
{
	run(4, 10, 30);
}

/* What is lost or late among the first packets is a case of its own. */
static void forty_beginnings(void)
{
	for (uint32_t seed = 100; seed < 140; seed++)
		run(seed, 4, 3);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/loss/two_peers_for_an_hour", two_peers_for_an_hour);
	g_test_add_func("/loss/three_peers_for_ten_minutes", three_peers_for_ten_minutes);
	g_test_add_func("/loss/five_peers_for_two_minutes", five_peers_for_two_minutes);
	g_test_add_func("/loss/ten_peers_for_half_a_minute", ten_peers_for_half_a_minute);
	g_test_add_func("/loss/forty_beginnings", forty_beginnings);
	return g_test_run();
}
