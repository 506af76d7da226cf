/* An overloaded worker, through the whole relay: what it forwards at all is the overload here. */
#include "relay/room/overload.h"
#include "tests/unit/relay/world.h"

enum { A = 1, B = 2, C = 3, INTERPRETER = 4, LIMIT = 3, FRAME = 20 };

static unsigned level(const struct world *world)
{
	return (unsigned)gauge_get(relay_counters(world->relay, 0), GAUGE_SHED_LEVEL);
}

/* A frame at each turn, which all receive: more than the limit leaves time for. */
static void load_until(struct world *world, struct client *from, unsigned wanted)
{
	for (uint64_t until_us = clock_now_us() + WORLD_PATIENCE_US; level(world) < wanted;) {
		client_film(from, FRAME);
		world_turn(world, until_us, "overload");
	}
}

static void show(struct client *to, const char *mid, enum feed_kind kind, uint32_t id,
		 uint16_t width, uint16_t height)
{
	relay_set_slot(to->world->relay, to->room, to->description.id, mid,
		       (struct feed_key){kind, id}, width, height);
}

static struct client *interpreter_connect(struct world *world, uint32_t room)
{
	struct client *client = client_new(world, "127.0.0.1", INTERPRETER, NULL);
	client->description.interprets = true;
	client_join(client, room);
	WORLD_UNTIL(world,
		    client_is_open(client) && world_state(world, INTERPRETER, 0) == TRANSPORT_OPEN);
	return client;
}

static void test_sheds_and_recovers(void)
{
	const struct relay_config config = {.listen = "127.0.0.1",
					    .workers = 1,
					    .max_half_open = 100,
					    .max_packets = 20000,
					    .overload_percent = LIMIT};
	struct world *world = world_new(&config);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, room, C), *i = interpreter_connect(world, room);
	relay_pin_stage(world->relay, room, A);
	show(b, "camera", FEED_CAMERA, C, 160, 90);
	g_assert_false(relay_sheds(world->relay, room, 0));
	a->speaks = true;
	b->films = true; /* what A sees on the stage; so C is on nobody's */
	WORLD_UNTIL(world, world->previous == B);
	load_until(world, a, SHED_UNSTAGED);
	g_assert_true(relay_sheds(world->relay, room, 0));
	g_assert_true(relay_sheds(world->relay, room, A));
	g_assert_true(relay_sheds(world->relay, 0, 0));
	/* What is on no stage is held back; sound and the interpreter's stage go on, whatever else.
	 */
	uint64_t camera = UINT64_C(1) << client_slot(b, "camera");
	WORLD_UNTIL(world, (world->held[B] & camera) && !(world->held[INTERPRETER] & ~camera));
	client_sync(b);
	unsigned thumbnail = client_count(b, "camera"), voice = client_count(b, "voice");
	unsigned interpreter = client_count(i, "stage");
	a->films = c->films = true;
	WORLD_UNTIL(world, client_count(b, "voice") > voice + 100 &&
				   client_count(i, "stage") > interpreter + 100);
	g_assert_cmpuint(client_count(b, "camera"), ==, thumbnail);
	a->films = a->speaks = b->films = c->films = false;

	/* By itself, and with nothing to do but that. */
	for (uint64_t until_us = clock_now_us() + 4 * WORLD_PATIENCE_US; level(world) > 0;)
		world_turn(world, until_us, "recovery");
	WORLD_UNTIL(world, world->held[B] == 0);
	g_assert_false(relay_sheds(world->relay, room, 0));
	c->films = true;
	WORLD_UNTIL(world, client_count(b, "camera") > thumbnail + 10);
	g_assert_cmpuint(c->n_pli, >, 0);
	struct client *all[] = {b, c, i};
	for (unsigned n = 0; n < G_N_ELEMENTS(all); n++)
		client_check_slots(all[n]);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/shedding/a_worker_sheds_and_recovers", test_sheds_and_recovers);
	return g_test_run();
}
