/* A room that spans workers, through the whole relay. test_relay.c and test_peers.c run so, too. */
#include "tests/unit/relay/world.h"
#include <string.h>

enum { A = 1, B = 2, C = 3, WORKERS = 3 };

/* A, B and C are on a worker each. */
static struct world *spread_world(void)
{
	const struct relay_config config = {.listen = "127.0.0.1",
					    .workers = WORKERS,
					    .max_half_open = 100,
					    .max_packets = 20000,
					    .spread = true};
	return world_new(&config);
}

static uint16_t port_of(struct world *world, uint32_t room, uint32_t peer)
{
	struct relay_candidate candidate;
	g_assert_cmpuint(relay_candidates(world->relay, room, peer, &candidate, 1), ==, 1);
	return candidate.port;
}

static void show(struct client *to, const char *mid, enum feed_kind kind, uint32_t id)
{
	relay_set_slot(to->world->relay, to->room, to->description.id, mid,
		       (struct feed_key){kind, id}, 0, 0);
}

static void check_all(struct client *const *clients, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		client_check_slots(clients[i]);
}

static void test_each_on_its_own(void)
{
	struct world *world = spread_world();
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, room, C);
	for (unsigned i = 0; i < WORKERS; i++)
		g_assert_cmpuint(counter_get(relay_counters(world->relay, i), COUNTER_HANDSHAKES),
				 ==, 1);
	g_assert_cmpuint(port_of(world, room, A), !=, port_of(world, room, B));
	g_assert_cmpuint(port_of(world, room, B), !=, port_of(world, room, C));
	a->films = a->speaks = true;
	show(b, "camera", FEED_CAMERA, A);
	show(c, "camera", FEED_CAMERA, A);
	show(b, "microphone", FEED_MICROPHONE, A);
	WORLD_UNTIL(world, client_count(b, "camera") > 60 && client_count(c, "camera") > 60);
	WORLD_UNTIL(world, client_count(b, "microphone") > 30 && client_count(c, "voice") > 30);
	g_assert_cmpuint(world_count(world, COUNTER_BRIDGED_IN), >, 150);
	g_assert_cmpuint(world_count(world, COUNTER_DROP_BRIDGE_FULL), ==, 0);
	g_assert_cmpuint(a->n_nack, ==, 0);
	check_all((struct client *[]){a, b, c}, 3);
	world_free(world);
}

/* A keyframe comes only when somebody asks. */
static void test_late_joiner(void)
{
	struct world *world = spread_world();
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	a->films = true;
	show(b, "camera", FEED_CAMERA, A);
	WORLD_UNTIL(world, client_count(b, "camera") > 30);
	unsigned n_pli = a->n_pli;
	struct client *c = client_connect(world, room, C); /* opens the room's third part */
	show(c, "camera", FEED_CAMERA, A);
	WORLD_UNTIL(world, client_count(c, "camera") > 30);
	g_assert_cmpuint(a->n_pli, >, n_pli);
	check_all((struct client *[]){b, c}, 2);
	world_free(world);
}

static void test_policy(void)
{
	struct world *world = spread_world();
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, room, C);
	a->films = b->films = c->films = true;
	b->speaks = true; /* not at home */
	WORLD_UNTIL(world, world->stage == B && world->n_speaking == 1);
	g_assert_cmpuint(world->speaking[0], ==, B);
	WORLD_UNTIL(world, client_hears(a, "stage") == B && client_hears(c, "stage") == B);
	WORLD_UNTIL(world, client_hears(a, "voice") == B && client_hears(c, "voice") == B);
	/* A second voice, in another part: its seat; the holders' own slots show somebody else. */
	c->speaks = true;
	WORLD_UNTIL(world, client_hears(a, "voice1") == C && client_hears(b, "voice1") == C);
	g_assert_cmpuint(client_count(b, "voice"), ==, 0);
	WORLD_UNTIL(world, client_hears(b, "stage") && client_hears(b, "stage") != B);
	relay_pin_stage(world->relay, room, C);
	WORLD_UNTIL(world, world->stage == C && client_hears(a, "stage") == C &&
				   client_hears(b, "stage") == C && client_hears(c, "stage") == B);

	/* Muted, the voice is gone from everywhere. */
	relay_set_muted(world->relay, room, B, SOURCE_MICROPHONE, true);
	WORLD_UNTIL(world, world->n_speaking == 1 && world->speaking[0] == C);
	WORLD_UNTIL(world, !world_publication(world, B, SOURCE_MICROPHONE)->active);
	relay_set_muted(world->relay, room, B, SOURCE_MICROPHONE, false);
	WORLD_UNTIL(world, world->n_speaking == 2);
	check_all((struct client *[]){a, b, c}, 3);

	/* Who leaves makes room, whatever part it was in. */
	relay_remove_peer(world->relay, room, C);
	WORLD_UNTIL(world, world->stage == B && client_hears(a, "stage") == B);
	g_assert_cmpuint(world->previous, !=, C);
	world_free(world);
}

/* The same id again, while the old connection still speaks, and after it has ended. */
static void test_rejoin(void)
{
	struct world *world = spread_world();
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	show(a, "microphone", FEED_MICROPHONE, B);
	b->speaks = true;
	WORLD_UNTIL(world, client_count(a, "microphone") > 20);
	uint16_t port = port_of(world, room, B);
	for (unsigned i = 0; i < 4; i++) {
		if (i % 2) {
			relay_remove_peer(world->relay, room, B);
			/* Somebody else takes the worker where it was: it goes to another. */
			client_connect(world, room, 10 + i);
		}
		struct client *again = client_new(world, "127.0.0.1", B, NULL);
		unsigned from = world->states->len, before = client_count(a, "microphone");
		client_join(again, room);
		g_assert_cmpint(port_of(world, room, B) == port, ==, i % 2 == 0);
		port = port_of(world, room, B);
		WORLD_UNTIL(world, world_state(world, B, from) == TRANSPORT_OPEN);
		b->speaks = false;
		again->speaks = true;
		WORLD_UNTIL(world, client_count(a, "microphone") > before + 20);
		b = again;
	}
	g_assert_cmpuint(a->n_unknown, ==, 0);
	world_free(world);
}

static void test_close_and_free(void)
{
	struct world *world = spread_world();
	uint32_t room[2] = {relay_open_room(world->relay), relay_open_room(world->relay)};
	struct client *clients[2][WORKERS];
	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < WORKERS; j++) {
			struct client *client = client_connect(world, room[i], 10 * i + 1 + j);
			client->speaks = client->films = true;
			show(client, "camera", FEED_CAMERA, 10 * i + 1 + (j + 1) % WORKERS);
			clients[i][j] = client;
		}
	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < WORKERS; j++)
			WORLD_UNTIL(world, client_count(clients[i][j], "camera") > 30);
	/* One closes under load; the other doesn't notice. */
	relay_close_room(world->relay, room[0]);
	uint64_t strangers = world_count(world, COUNTER_DROP_STRANGER);
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_STRANGER) > strangers + 100);
	for (unsigned j = 0; j < WORKERS; j++) {
		unsigned before = client_count(clients[1][j], "camera");
		WORLD_UNTIL(world, client_count(clients[1][j], "camera") > before + 30);
	}
	check_all(clients[1], WORKERS);
	/* Packets of the other one are in rings, histories and mailboxes. */
	for (unsigned i = 0; i < 20; i++)
		world_pump_clients(world);
	world_free(world);
}

static void test_fill(void)
{
	const struct relay_config config = {.listen = "127.0.0.1",
					    .workers = 2,
					    .max_half_open = 100,
					    .max_packets = 20000,
					    .fill = 2};
	struct world *world = world_new(&config);
	uint32_t room = relay_open_room(world->relay);
	struct client *clients[3];
	for (uint32_t i = 0; i < 3; i++)
		clients[i] = client_connect(world, room, A + i);
	g_assert_cmpuint(port_of(world, room, A), ==, port_of(world, room, B));
	g_assert_cmpuint(port_of(world, room, A), !=, port_of(world, room, C));
	clients[2]->films = true;
	show(clients[0], "camera", FEED_CAMERA, C);
	WORLD_UNTIL(world, client_count(clients[0], "camera") > 20);
	/* Another room begins where there are fewer; who was told where, goes there. */
	uint32_t other = relay_open_room(world->relay);
	uint16_t port = port_of(world, other, 10);
	g_assert_cmpuint(port, ==, port_of(world, room, C));
	relay_remove_peer(world->relay, room, A);
	relay_remove_peer(world->relay, room, B);
	client_connect(world, other, 10);
	g_assert_cmpuint(port_of(world, other, 10), ==, port);
	g_assert_cmpuint(port_of(world, room, 11), !=, port);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/workers/everybody_on_a_worker_of_their_own", test_each_on_its_own);
	g_test_add_func("/workers/late_joiner_elsewhere_gets_a_keyframe", test_late_joiner);
	g_test_add_func("/workers/stage_and_seats_are_the_same_everywhere", test_policy);
	g_test_add_func("/workers/back_under_the_same_id", test_rejoin);
	g_test_add_func("/workers/room_closes_and_relay_is_freed_under_load", test_close_and_free);
	g_test_add_func("/workers/room_fills_a_worker_and_goes_on_to_the_next", test_fill);
	return g_test_run();
}
