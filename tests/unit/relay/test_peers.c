/* Peers, rooms and workers that come and go while packets fly. */
#include "tests/unit/relay/world.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, B = 2, C = 3 };

/* Sound from one to the other's slot "microphone". */
static void check_sound(struct world *world, struct client *from, struct client *to)
{
	unsigned before = client_count(to, "microphone");
	relay_set_slot(world->relay, to->room, to->description.id, "microphone",
		       (struct feed_key){FEED_MICROPHONE, from->description.id}, 0, 0);
	from->speaks = true;
	WORLD_UNTIL(world, client_hears(to, "microphone") == from->description.id &&
				   client_count(to, "microphone") > before + 9);
	client_check_slots(to);
}

static void test_remove(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, room, C);
	a->films = c->films = true;
	check_sound(world, a, b);
	check_sound(world, a, c);
	check_sound(world, c, a);
	relay_pin_stage(world->relay, room, A);
	WORLD_UNTIL(world, client_hears(b, "stage") == A);

	/* The receiver goes while its packets are on their way, then the publisher. */
	relay_remove_peer(world->relay, room, B);
	unsigned n_told = world->states->len, before = client_count(c, "microphone");
	relay_remove_peer(world->relay, room, A);
	relay_remove_peer(world->relay, room,
			  A); /* twice is no error, nor what else concerns who has gone */
	relay_set_muted(world->relay, room, A, SOURCE_CAMERA, true);
	relay_set_slot(world->relay, room, A, "camera", (struct feed_key){FEED_CAMERA, C}, 0, 0);
	relay_pin_stage(world->relay, room, A);
	relay_set_screen(world->relay, room, A);
	g_assert_cmpint(relay_update_peer(world->relay, room, &a->description, &a->credentials), ==,
			OK);
	uint64_t strangers = world_count(world, COUNTER_DROP_STRANGER);
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_STRANGER) > strangers + 20);
	client_sync(c);
	g_assert_cmpuint(world->states->len, ==, n_told);
	g_assert_cmpuint(client_count(c, "microphone"), >=, before);
	client_check_slots(b);

	/* The rest of the meeting goes on. */
	client_free(b);
	b = client_connect(world, room, B);
	check_sound(world, c, b);
	world_free(world);
}

/* The relay's part is done, its events wait undelivered. */
static void open_unheard(struct client *client)
{
	uint64_t until_us = clock_now_us() + WORLD_PATIENCE_US;
	while (client_transport_state(client->transport) != CLIENT_OPEN) {
		world_pump_clients(client->world);
		g_assert_cmpuint(clock_now_us(), <, until_us);
	}
}

static void test_late_events(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *first = client_new(world, "127.0.0.1", A, NULL),
		      *second = client_new(world, "127.0.0.1", A, NULL);
	client_join(first, room);
	open_unheard(first);
	for (unsigned i = 0; i < 20; i++)
		client_say(first, 30);
	g_assert_cmpuint(world->states->len, ==, 0);
	second->paused = true; /* it hasn't begun: whatever is told now would be the first one's */
	client_join(second, room);
	uint64_t strangers = world_count(world, COUNTER_DROP_STRANGER);
	first->speaks = true;
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_STRANGER) > strangers + 3);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpuint(world->states->len, ==, 0);
	g_assert_cmpuint(world->publications->len, ==, 0);

	second->paused = false;
	WORLD_UNTIL(world, client_is_open(second));
	first->speaks = false;
	check_sound(world, second, client_connect(world, room, B));

	/* And none of one that was removed. */
	struct client *c = client_new(world, "127.0.0.1", C, NULL);
	client_join(c, room);
	open_unheard(c);
	relay_remove_peer(world->relay, room, C);
	client_sync(second);
	g_assert_cmpint(world_state(world, C, 0), ==, TRANSPORT_NEW);
	world_free(world);
}

static void test_replace(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *b = client_connect(world, room, B);
	check_sound(world, client_connect(world, room, A), b);
	/* Who reloads the page is back under the same number while the old connection still speaks.
	 */
	for (unsigned i = 0; i < 3; i++) {
		struct client *again = client_new(world, "127.0.0.1", A, NULL);
		unsigned from = world->states->len;
		client_join(again, room);
		WORLD_UNTIL(world, client_transport_state(again->transport) == CLIENT_OPEN &&
					   world_state(world, A, from) == TRANSPORT_OPEN);
		for (unsigned j = from; j < world->states->len; j++)
			g_assert_cmpint(g_array_index(world->states, struct told_state, j).state,
					!=, TRANSPORT_CLOSED);
		unsigned before = client_count(b, "microphone");
		again->speaks = true; /* B's slot still asks for A: nobody needs to tell it */
		WORLD_UNTIL(world, client_count(b, "microphone") > before + 9);
	}
	g_assert_cmpuint(b->n_unknown, ==, 0);
	world_free(world);
}

static void test_goodbye(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	check_sound(world, b, a);
	client_transport_close(a->transport);
	WORLD_UNTIL(world, world_state(world, A, 0) == TRANSPORT_CLOSED);
	relay_set_muted(world->relay, room, A, SOURCE_MICROPHONE, true);
	relay_remove_peer(world->relay, room, A);
	client_free(a);
	unsigned from = world->states->len;
	a = client_new(world, "127.0.0.1", A, NULL);
	client_join(a, room);
	WORLD_UNTIL(world, world_state(world, A, from) == TRANSPORT_OPEN);
	check_sound(world, b, a);
	world_free(world);
}

static void test_ice_restart(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	check_sound(world, a, b);
	check_sound(world, b, a);
	unsigned n_told = world->states->len;
	for (unsigned i = 0; i < 4; i++) {
		bool new_socket = i % 2;
		char old[64];
		g_strlcpy(old, client_transport_mapped_address(a->transport), sizeof old);
		a->speaks = !new_socket; /* media from an address without a check would be a
					    stranger's */
		client_restart_ice(a, new_socket);
		uint64_t answered = client_transport_checks_answered(a->transport);
		WORLD_UNTIL(world, client_transport_checks_answered(a->transport) > answered);
		g_assert_cmpint(strcmp(old, client_transport_mapped_address(a->transport)) != 0, ==,
				new_socket);
		a->speaks = true;
		unsigned heard_a = client_count(a, "microphone"),
			 heard_b = client_count(b, "microphone");
		WORLD_UNTIL(world, client_count(a, "microphone") > heard_a + 9 &&
					   client_count(b, "microphone") > heard_b + 9);
	}
	/* The same connection all the time. (What was sent to the closed sockets is lost.) */
	g_assert_cmpuint(world->states->len, ==, n_told);
	g_assert_cmpuint(world_count(world, COUNTER_HANDSHAKES), ==, 2);
	g_assert_cmpuint(a->n_unknown, ==, 0);
	client_check_slots(b);
	world_free(world);
}

static void test_update(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	/* More slots by another offer, under the same credentials. */
	struct slot_description *more = &b->description.slots[b->description.n_slots];
	*more = b->description.slots[client_slot(b, "microphone")];
	more->ssrc = relay_new_ssrc(world->relay);
	more->feed = (struct feed_key){FEED_MICROPHONE, A};
	strcpy(more->mid, "more");
	b->heard[b->description.n_slots++] = g_array_new(FALSE, TRUE, sizeof(struct heard));
	g_assert_cmpint(relay_update_peer(world->relay, room, &b->description, &b->credentials), ==,
			OK);
	a->speaks = true;
	WORLD_UNTIL(world, client_count(b, "more") > 9);

	/* An offer in which an m-line is gone can't be: what there was goes on. */
	struct peer_description less = b->description;
	less.n_slots--;
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*update that does not fit*");
	g_assert_cmpint(relay_update_peer(world->relay, room, &less, &b->credentials), ==, OK);
	check_sound(world, a, b);
	unsigned before = client_count(b, "more");
	WORLD_UNTIL(world, client_count(b, "more") > before + 9);
	g_test_assert_expected_messages();
	world_free(world);
}

static void test_close_room(void)
{
	struct world *world = world_new(NULL);
	uint32_t room = relay_open_room(world->relay), other = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B),
		      *c = client_connect(world, other, C), *d = client_connect(world, other, 4);
	g_assert_cmpuint(room, !=, other);
	a->films = b->films = true;
	check_sound(world, a, b);
	check_sound(world, c, d);
	relay_pin_stage(world->relay, room, A);
	WORLD_UNTIL(world, client_hears(b, "stage") == A);

	unsigned told = world->states->len;
	relay_close_room(world->relay, room);
	world->last_room = other;
	/* Both clients' packets are nobody's now; the other room hasn't noticed. */
	uint64_t strangers = world_count(world, COUNTER_DROP_STRANGER);
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_STRANGER) > strangers + 20);
	unsigned before = client_count(d, "microphone");
	WORLD_UNTIL(world, client_count(d, "microphone") > before + 20);
	g_assert_cmpuint(world->states->len, ==, told);
	g_assert_cmpuint(world->last_room, ==, other); /* no event of the closed one */
	client_check_slots(d);

	/* Commands for it are no error, but for one that needs an answer. */
	relay_close_room(world->relay, room);
	relay_remove_peer(world->relay, room, A);
	relay_pin_stage(world->relay, room, B);
	g_assert_cmpint(relay_add_peer(world->relay, room, &a->description, &a->credentials), ==,
			ERR_NOT_FOUND);
	world_free(world);
}

static void test_free_with_peers(void)
{
	const struct relay_config config = {
		.listen = "127.0.0.1", .workers = 2, .max_half_open = 10, .max_packets = 10000};
	struct world *world = world_new(&config);
	for (unsigned i = 0; i < 2; i++) {
		uint32_t room = relay_open_room(world->relay);
		struct client *a = client_connect(world, room, 10 * i + A),
			      *b = client_connect(world, room, 10 * i + B);
		a->films = b->films = true;
		check_sound(world, a, b);
		client_join(client_new(world, "127.0.0.1", 10 * i + C, NULL),
			    room); /* and one that has just begun */
	}
	for (unsigned i = 0; i < 50; i++)
		world_pump_clients(world);
	/* Commands and events may still wait in the mailboxes. */
	relay_pin_stage(world->relay, 1, A);
	relay_free(g_steal_pointer(&world->relay));
	/* Nothing of it is left in the main loop. */
	unsigned told = world->states->len;
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpuint(world->states->len, ==, told);
	world_free(world);
	relay_free(NULL);
}

static void test_two_workers(void)
{
	const struct relay_config config = {
		.listen = "127.0.0.1", .workers = 2, .max_half_open = 10, .max_packets = 10000};
	struct world *world = world_new(&config);
	uint32_t room[2] = {relay_open_room(world->relay), relay_open_room(world->relay)};
	struct client *clients[2][2];
	struct relay_candidate candidate[2];
	for (unsigned i = 0; i < 2; i++) {
		g_assert_cmpuint(
			relay_candidates(world->relay, room[i], 10 * i + A, &candidate[i], 1), ==,
			1);
		clients[i][0] = client_connect(world, room[i], 10 * i + A);
		clients[i][1] = client_connect(world, room[i], 10 * i + B);
	}
	g_assert_cmpuint(relay_workers(world->relay), ==, 2);
	g_assert_cmpuint(candidate[0].port, !=, candidate[1].port);
	/* Both at once. */
	for (unsigned i = 0; i < 2; i++)
		clients[i][0]->films = clients[i][0]->speaks = true;
	for (unsigned i = 0; i < 2; i++)
		check_sound(world, clients[i][0], clients[i][1]);
	for (unsigned i = 0; i < 2; i++) {
		g_assert_cmpuint(counter_get(relay_counters(world->relay, i), COUNTER_HANDSHAKES),
				 ==, 2);
		g_assert_cmpuint(counter_get(relay_counters(world->relay, i), COUNTER_RTP_OUT), >,
				 0);
	}

	/* A peer goes over to a room on the other worker: there is only one of it. */
	struct client *moved = client_new(world, "127.0.0.1", A, NULL);
	unsigned from = world->states->len;
	client_join(moved, room[1]);
	WORLD_UNTIL(world, world_state(world, A, from) == TRANSPORT_OPEN);
	uint64_t strangers = world_count(world, COUNTER_DROP_STRANGER);
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_STRANGER) > strangers + 20);
	/* What is late for the old one doesn't touch the new one. */
	relay_remove_peer(world->relay, room[0], A);
	check_sound(world, moved, clients[1][1]);
	world_free(world);
}

static void test_move_on_one_worker(void)
{
	struct world *world = world_new(NULL);
	uint32_t room[2] = {relay_open_room(world->relay), relay_open_room(world->relay)};
	struct client *b = client_connect(world, room[1], B);
	client_connect(world, room[0], A)->speaks = true;
	struct client *moved = client_new(world, "127.0.0.1", A, NULL);
	unsigned from = world->states->len;
	client_join(moved, room[1]);
	WORLD_UNTIL(world, world_state(world, A, from) == TRANSPORT_OPEN);
	relay_remove_peer(world->relay, room[0], A);
	relay_set_muted(world->relay, room[0], A, SOURCE_MICROPHONE, true);
	check_sound(world, moved, b);
	relay_close_room(world->relay, room[0]);
	from = world->publications->len;
	relay_set_muted(world->relay, room[1], A, SOURCE_MICROPHONE, true);
	WORLD_UNTIL(world, world->publications->len > from); /* still told */
	world_free(world);
}

static int bound_socket(uint16_t port, uint16_t *ret_port)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof name;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(fd, >=, 0);
	if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0) {
		close(fd);
		return -1;
	}
	g_assert_cmpint(getsockname(fd, (struct sockaddr *)&name, &length), ==, 0);
	*ret_port = ntohs(name.sin_port);
	return fd;
}

static void test_port_in_use(void)
{
	const struct relay_events events = {0};
	struct relay *relay = NULL;
	uint16_t port;
	int fd = bound_socket(0, &port);
	struct relay_config config = {.listen = "127.0.0.1",
				      .media_port = port,
				      .workers = 1,
				      .max_half_open = 10,
				      .max_packets = 1000};
	g_assert_cmpint(relay_new(&config, &events, &relay), ==, ERR_SYSTEM);
	g_assert_cmpint(errno, ==, EADDRINUSE);
	g_assert_null(relay);

	/* The second worker's: the first one, which runs already, ends and gives its port back. */
	config.media_port = port - 1;
	config.workers = 2;
	g_assert_cmpint(relay_new(&config, &events, &relay), ==, ERR_SYSTEM);
	g_assert_cmpint(errno, ==, EADDRINUSE);
	int other = bound_socket(port - 1, &port);
	g_assert_cmpint(other, >=, 0);
	close(other);
	close(fd);

	config.media_port = UINT16_MAX; /* there is none after it */
	g_assert_cmpint(relay_new(&config, &events, &relay), ==, ERR_SYSTEM);
	config.media_port = 0;
	config.listen = "nowhere";
	g_assert_cmpint(relay_new(&config, &events, &relay), ==, ERR_SYSTEM);
	g_assert_null(relay);
}

/* Signalling may be interested in some events only, and has none to spare for a relay that it frees
 * at once. */
static void test_no_events(void)
{
	struct world *world = world_new(NULL);
	struct relay_events *events = g_new0(struct relay_events, 1);
	const struct relay_config config = {
		.listen = "127.0.0.1", .workers = 1, .max_half_open = 10, .max_packets = 1000};
	relay_free(g_steal_pointer(&world->relay));
	g_assert_cmpint(relay_new(&config, events, &world->relay), ==, OK);
	g_free(events); /* it has its own copy */
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_new(world, "127.0.0.1", A, NULL);
	client_join(a, room);
	WORLD_UNTIL(world, client_transport_state(a->transport) == CLIENT_OPEN);
	a->speaks = true;
	WORLD_UNTIL(world, world_count(world, COUNTER_RTP_IN) > 20);
	g_assert_cmpuint(world->states->len, ==, 0);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/peers/removed_while_packets_fly", test_remove);
	g_test_add_func("/peers/late_events_of_an_old_session_are_dropped", test_late_events);
	g_test_add_func("/peers/replaced_by_the_same_id", test_replace);
	g_test_add_func("/peers/goodbye_is_told_and_the_peer_may_come_back", test_goodbye);
	g_test_add_func("/peers/ice_restart_goes_on_with_keys_and_slots", test_ice_restart);
	g_test_add_func("/peers/another_offer_adds_slots", test_update);
	g_test_add_func("/peers/room_closes_with_peers_inside", test_close_room);
	g_test_add_func("/peers/relay_is_freed_with_peers_inside", test_free_with_peers);
	g_test_add_func("/peers/rooms_on_two_workers", test_two_workers);
	g_test_add_func("/peers/moves_to_another_room", test_move_on_one_worker);
	g_test_add_func("/peers/port_in_use_is_an_error", test_port_in_use);
	g_test_add_func("/peers/events_may_be_of_no_interest", test_no_events);
	return g_test_run();
}
