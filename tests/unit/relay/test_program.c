/* Programs of the studio, whose end of the socket is the test's. */
#include "relay/base/wire.h"
#include "tests/unit/relay/world.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, B = 2, CHANNEL = 1 };

struct fake_studio {
	struct world *world;
	int fd;	    /* the studio's end */
	int server; /* a copy of the server's, for tests that keep one */
	uint32_t room, id;
	struct synth program;
	uint16_t sequence; /* of the newest packet that came */
	unsigned n_packets;
};

static const struct codec_choice opus = {CODEC_OPUS, STUDIO_PAYLOAD_TYPE, 0};

static void describe(struct relay *relay, struct peer_description *d)
{
	static const struct feed_key feeds[STUDIO_SLOTS] = {{FEED_VOICE, 0},
							    {FEED_VOICE, 1},
							    {FEED_VOICE, 2},
							    {FEED_SCREEN_SOUND, 0},
							    {FEED_CHANNEL, CHANNEL}};
	*d = (struct peer_description){
		.id = relay_new_peer_id(relay), .cname = "program", .n_publications = 1};
	d->publications[0] = (struct publication_description){.source = SOURCE_PROGRAM,
							      .mid = "program",
							      .n_codecs = 1,
							      .codecs = {opus},
							      .n_layers = 1};
	for (unsigned i = 0; i < STUDIO_SLOTS; i++) {
		struct slot_description *slot = &d->slots[d->n_slots++];
		*slot = (struct slot_description){
			.kind = MEDIA_AUDIO, .n_codecs = 1, .codecs = {opus}, .feed = feeds[i]};
		slot->ssrc = relay_new_ssrc(relay);
		g_snprintf(slot->mid, sizeof slot->mid, "%u", i);
	}
}

static void start(struct fake_studio *studio, struct world *world, uint32_t room)
{
	struct peer_description description;
	int ends[2];
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
	describe(world->relay, &description);
	*studio = (struct fake_studio){.world = world,
				       .fd = ends[1],
				       .server = dup(ends[0]),
				       .room = room,
				       .id = description.id};
	studio->program = (struct synth){.codec = CODEC_OPUS,
					 .payload_type = STUDIO_PAYLOAD_TYPE,
					 .ssrc = 77,
					 .sequence = 65530,
					 .stream = 99};
	static const struct extension_map none;
	studio->program.extensions = &none;
	g_assert_cmpint(relay_add_program(world->relay, room, &description, ends[0]), ==, OK);
	WORLD_UNTIL(world, world_state(world, studio->id, 0) == TRANSPORT_OPEN);
}

static void mix(struct fake_studio *studio)
{
	uint8_t data[PACKET_CAPACITY];
	const struct synth_packet p = {.first = true, .level = 255, .size = 80};
	size_t length = synth_write(&studio->program, &p, data);
	studio->program.timestamp += 960;
	g_assert_cmpint(send(studio->fd, data, length, MSG_NOSIGNAL), ==, (gssize)length);
}

/* The next packet of any slot, if there is one; its length. */
static size_t take(struct fake_studio *studio, uint8_t data[static STUDIO_MESSAGE_MAX])
{
	ssize_t n = recv(studio->fd, data, STUDIO_MESSAGE_MAX, MSG_DONTWAIT | MSG_TRUNC);
	g_assert_true(n > 0 || (n < 0 && errno == EAGAIN));
	return n > 0 ? (size_t)n : 0;
}

static bool is_closed(const struct fake_studio *studio)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	return recv(studio->fd, data, sizeof data, MSG_DONTWAIT) == 0;
}

static void stop(struct fake_studio *studio)
{
	close(studio->server);
	if (studio->fd >= 0)
		close(studio->fd);
}

static void test_slots_go_out_in_clear(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint8_t data[STUDIO_MESSAGE_MAX];
	size_t length = 0;
	uint32_t stream, counter, room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	start(&studio, world, room);
	a->speaks = true;
	a->level = 20;
	for (unsigned i = 0; i < 20; i++) {
		WORLD_UNTIL(world, (length = take(&studio, data)) > 0);
		g_assert_cmpuint(data[0], ==, STUDIO_RTP);
		g_assert_cmpuint(data[1], ==, STUDIO_VOICE);
		g_assert_cmpuint(data[2] >> 6, ==, 2);
		g_assert_cmpuint(data[3] & 0x7f, ==, STUDIO_PAYLOAD_TYPE);
		g_assert_true(synth_read(data + 2, length - 2, &stream, &counter));
		g_assert_cmpuint(stream, ==, a->microphone.stream);
		uint16_t sequence = wire_get16(data + 4);
		if (i > 0)
			g_assert_cmpuint(sequence, ==, (uint16_t)(studio.sequence + 1));
		studio.sequence = sequence;
	}
	stop(&studio);
	world_free(world);
}

static void test_the_channel_is_its_own_slot(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_new(world, "127.0.0.1", A, NULL);
	a->description.publications[0].source = SOURCE_BOOTH_MICROPHONE;
	client_join(a, room);
	WORLD_UNTIL(world, client_is_open(a));
	start(&studio, world, room);
	relay_set_channel(world->relay, room, CHANNEL, A, 4000, false);
	a->speaks = true;
	WORLD_UNTIL(world, take(&studio, data) > 0);
	g_assert_cmpuint(data[1], ==, STUDIO_CHANNEL);
	stop(&studio);
	world_free(world);
}

static void test_the_program_is_heard_as_a_feed(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	start(&studio, world, room);
	relay_set_program(world->relay, room, CHANNEL, studio.id);
	relay_set_slot(world->relay, room, A, "microphone",
		       (struct feed_key){FEED_PROGRAM, CHANNEL}, 0, 0);
	for (unsigned i = 0; i < 30; i++) {
		mix(&studio);
		client_sync(a);
	}
	WORLD_UNTIL(world, client_count(a, "microphone") >= 10);
	g_assert_cmpuint(client_hears(a, "microphone"), ==, 99);
	g_assert_cmpuint(client_count(b, "microphone"), ==, 0);
	/* It says so, but is nobody who speaks. */
	WORLD_UNTIL(world, world_publication(world, studio.id, SOURCE_PROGRAM) &&
				   world_publication(world, studio.id, SOURCE_PROGRAM)->active);
	g_assert_cmpuint(client_count(b, "voice"), ==, 0);
	client_check_slots(a);
	stop(&studio);
	world_free(world);
}

static void test_a_broken_socket_ends_the_program_alone(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	start(&studio, world, room);
	a->speaks = true;
	WORLD_UNTIL(world, client_count(b, "voice") > 5);
	close(studio.fd);
	studio.fd = -1;
	WORLD_UNTIL(world, world_state(world, studio.id, 0) == TRANSPORT_CLOSED);
	unsigned before = client_count(b, "voice");
	WORLD_UNTIL(world, client_count(b, "voice") > before + 10);
	client_check_slots(b);
	stop(&studio);
	world_free(world);
}

static void test_a_studio_that_does_not_read_loses_packets(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	start(&studio, world, room);
	a->level = 20;
	for (unsigned i = 0; world_count(world, COUNTER_DROP_STUDIO_FULL) == 0; i++) {
		g_assert_cmpuint(i, <, 20000);
		client_say(a, 20);
		client_sync(a);
	}
	unsigned before = client_count(b, "voice");
	g_assert_cmpuint(before, >, 50);
	for (unsigned i = 0; i < 10; i++)
		client_say(a, 20);
	WORLD_UNTIL(world, client_count(b, "voice") >= before + 10);
	g_assert_cmpint(world_state(world, studio.id, 0), ==, TRANSPORT_OPEN);
	client_check_slots(b);
	stop(&studio);
	world_free(world);
}

/* Also while somebody else has the same socket. */
static void test_removing_it_closes_the_socket(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	start(&studio, world, room);
	mix(&studio);
	relay_remove_peer(world->relay, room, studio.id);
	client_sync(a);
	mix(&studio); /* into a socket that nobody in the relay has any more */
	client_sync(a);
	close(studio.server);
	studio.server = -1;
	WORLD_UNTIL(world, is_closed(&studio));
	g_assert_cmpint(world_state(world, studio.id, 0), ==,
			TRANSPORT_OPEN); /* as for all who are removed */
	close(studio.fd);
	world_free(world);
}

static void test_closing_the_room_closes_the_socket(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio, late;
	uint32_t room = relay_open_room(world->relay);
	start(&studio, world, room);
	relay_close_room(world->relay, room);
	close(studio.server);
	WORLD_UNTIL(world, is_closed(&studio));
	close(studio.fd);
	/* And a room that isn't there never has it. */
	struct peer_description description;
	int ends[2];
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ==, 0);
	describe(world->relay, &description);
	g_assert_cmpint(relay_add_program(world->relay, room, &description, ends[0]), ==,
			ERR_NOT_FOUND);
	late.fd = ends[1];
	g_assert_true(is_closed(&late));
	close(late.fd);
	world_free(world);
}

static void test_nonsense_is_counted(void)
{
	struct world *world = world_new(NULL);
	struct fake_studio studio;
	uint8_t data[PACKET_CAPACITY + 100] = {0};
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A);
	start(&studio, world, room);
	g_assert_cmpint(send(studio.fd, data, 3, MSG_NOSIGNAL), ==, 3);
	g_assert_cmpint(send(studio.fd, data, sizeof data, MSG_NOSIGNAL), ==, sizeof data);
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_RTP_MALFORMED) == 1 &&
				   world_count(world, COUNTER_DROP_TRUNCATED) == 1);
	client_sync(a);
	g_assert_cmpint(world_state(world, studio.id, 0), ==, TRANSPORT_OPEN);
	stop(&studio);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/program/slots_go_out_in_clear", test_slots_go_out_in_clear);
	g_test_add_func("/program/the_channel_is_its_own_slot", test_the_channel_is_its_own_slot);
	g_test_add_func("/program/the_program_is_heard_as_a_feed",
			test_the_program_is_heard_as_a_feed);
	g_test_add_func("/program/a_broken_socket_ends_the_program_alone",
			test_a_broken_socket_ends_the_program_alone);
	g_test_add_func("/program/a_studio_that_does_not_read_loses_packets",
			test_a_studio_that_does_not_read_loses_packets);
	g_test_add_func("/program/removing_it_closes_the_socket",
			test_removing_it_closes_the_socket);
	g_test_add_func("/program/closing_the_room_closes_the_socket",
			test_closing_the_room_closes_the_socket);
	g_test_add_func("/program/nonsense_is_counted", test_nonsense_is_counted);
	return g_test_run();
}
