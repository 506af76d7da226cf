/* What waits for a worker that is far behind: by itself, and in a relay whose worker is said to be.
 */
#include "relay/relay_internal.h"
#include "tests/unit/relay/world.h"
#include <string.h>

enum { ROOM = 7, A = 1, B = 2 };

static void push(struct waiting *w, enum command_type type, uint32_t peer, const char *mid,
		 uint16_t width)
{
	struct command *command = relay_new_command(type, ROOM, peer);
	g_strlcpy(command->mid, mid, sizeof command->mid);
	command->width = width;
	waiting_push(w, command);
}

static void expect(struct waiting *w, enum command_type type, uint32_t peer, uint16_t width)
{
	struct command *command = waiting_take(w);
	g_assert_nonnull(command);
	g_assert_cmpint(command->type, ==, type);
	g_assert_cmpuint(command->peer, ==, peer);
	g_assert_cmpuint(command->width, ==, width);
	command_free(&command->message);
}

static void test_order(void)
{
	struct waiting *w = waiting_new();
	g_assert_null(waiting_take(w));
	push(w, COMMAND_OPEN_ROOM, 0, "", 0);
	push(w, COMMAND_REMOVE_PEER, A, "", 0);
	push(w, COMMAND_REMOVE_PEER, B, "", 0);
	push(w, COMMAND_CLOSE_ROOM, 0, "", 0);
	struct command *first = waiting_take(w);
	waiting_return(w, first);
	g_assert_cmpuint(waiting_length(w), ==, 4);
	expect(w, COMMAND_OPEN_ROOM, 0, 0);
	expect(w, COMMAND_REMOVE_PEER, A, 0);
	expect(w, COMMAND_REMOVE_PEER, B, 0);
	expect(w, COMMAND_CLOSE_ROOM, 0, 0);
	g_assert_null(waiting_take(w));
	waiting_free(w);
}

/* Each value once, at its latest; the stage is one value, whoever is on it. */
static void test_values(void)
{
	struct waiting *w = waiting_new();
	for (uint16_t i = 1; i <= 1000; i++) {
		push(w, COMMAND_SET_SLOT, A, "1", i);
		push(w, COMMAND_SET_SLOT, A, "2", i);
		push(w, COMMAND_SET_SLOT, B, "1", i);
		push(w, COMMAND_PIN_STAGE, i, "", i);
		push(w, COMMAND_SET_SCREEN, i, "", i);
		push(w, COMMAND_SET_MUTED, A, "", i);
	}
	g_assert_cmpuint(waiting_length(w), ==, 6);
	/* What is taken is nobody's any more; what is returned may be replaced again. */
	waiting_return(w, waiting_take(w));
	push(w, COMMAND_SET_SLOT, A, "1", 1001);
	g_assert_cmpuint(waiting_length(w), ==, 6);
	expect(w, COMMAND_SET_SLOT, A, 1000);
	expect(w, COMMAND_SET_SLOT, B, 1000);
	expect(w, COMMAND_PIN_STAGE, 1000, 1000);
	expect(w, COMMAND_SET_SCREEN, 1000, 1000);
	expect(w, COMMAND_SET_MUTED, A, 1000);
	expect(w, COMMAND_SET_SLOT, A, 1001);
	push(w, COMMAND_SET_SLOT, A, "1", 1);
	waiting_free(w); /* with what is in it */
}

/* Nobody is added where something waits, nor, beyond the bound, in a room that has a part there;
 * removals get through. */
static void test_far_behind(void)
{
	const struct relay_config config = {.listen = "127.0.0.1",
					    .workers = 2,
					    .max_half_open = 100,
					    .max_packets = 20000,
					    .spread = true};
	struct world *world = world_new(&config);
	struct relay *relay = world->relay;
	uint32_t room = relay_open_room(relay);
	client_connect(world, room, A);
	client_connect(world, room, B);
	struct relay_worker *worker = &relay->workers[relay_find_session(relay, room, A)->worker];
	unsigned participants = relay->workers[0].participants + relay->workers[1].participants;
	struct client *late = client_new(world, "127.0.0.1", 3, NULL);
	struct transport_credentials credentials = {.remote_ufrag = ""};

	push(worker->waiting, COMMAND_REMOVE_PEER, 99, "",
	     0); /* of no room: the worker ignores it */
	g_assert_cmpint(relay_add_peer(relay, room, &late->description, &credentials), ==,
			ERR_FULL);
	while (waiting_length(worker->waiting) < WAITING_MAX)
		push(worker->waiting, COMMAND_REMOVE_PEER, 99, "", 0);
	/* Now it would go to the other worker. */
	relay_remove_peer(relay, room, B);
	g_assert_cmpint(relay_add_peer(relay, room, &late->description, &credentials), ==,
			ERR_FULL);
	g_assert_cmpuint(relay_refused(relay), ==, 2);
	g_assert_cmpuint(relay->workers[0].participants + relay->workers[1].participants, ==,
			 participants - 1);

	relay_remove_peer(relay, room, A);
	g_assert_cmpuint(waiting_length(worker->waiting), >, WAITING_MAX);
	WORLD_UNTIL(world, waiting_length(worker->waiting) == 0);
	client_join(late, room);
	WORLD_UNTIL(world, world_state(world, 3, 0) == TRANSPORT_OPEN);
	g_assert_cmpuint(relay_refused(relay), ==, 2);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/waiting/commands_keep_their_order", test_order);
	g_test_add_func("/waiting/a_value_waits_once", test_values);
	g_test_add_func("/waiting/nobody_is_added_and_everybody_goes", test_far_behind);
	return g_test_run();
}
