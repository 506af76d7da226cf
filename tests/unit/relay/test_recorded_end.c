/* A recorded track that is removed: what it has kept is still written. */
#include "relay/base/wire.h"
#include "tests/unit/relay/fake_recorder.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { A = 1, B = 2 };

/* Until the relay has closed it: how many came before that. */
static uint64_t take_rest(struct fake_recorder *r, uint16_t *ret_last)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint64_t before = r->taken;
	ssize_t n = -1;
	while (n != 0) {
		WORLD_UNTIL(r->world, (n = recv(r->fd, data, sizeof data, MSG_DONTWAIT)) >= 0);
		if (n == 0 || data[0] == STUDIO_SOURCE)
			continue;
		*ret_last = wire_get16(data + STUDIO_MEDIA_HEAD + 2);
		r->taken++;
		recorder_say_written(r, r->taken);
	}
	return r->taken - before;
}

/* While the studio stands still, more than a socket holds; how many of it are in the voice's feed.
 */
static unsigned speak_for_long(struct client *a, struct client *b)
{
	for (unsigned i = 0; i < 1500; i++) {
		client_say(a, 20);
		client_sync(a);
	}
	client_sync(b);
	return client_count(b, "voice");
}

static void test_what_is_kept_is_written_after_the_end(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	recorder_start(&r, world, room, false);
	unsigned n = speak_for_long(a, b);
	uint16_t first = recorder_take_until(&r, 1), last = 0;
	relay_remove_peer(world->relay, room, r.description.id);
	client_sync(a);
	client_sync(b);
	for (unsigned i = 0; i < 20; i++) /* nobody records that */
		client_say(a, 20);
	WORLD_UNTIL(world, client_count(b, "voice") >= n + 20);
	g_assert_cmpuint(take_rest(&r, &last), ==, n - 1);
	g_assert_cmpuint(last, ==, (uint16_t)(first + n - 1));
	g_assert_cmpuint(world_count(world, COUNTER_DROP_RECORDING_FULL), ==, 0);
	close(r.fd);
	world_free(world);
}

/* Also under the same id. */
static void test_a_recording_that_begins_again_is_another(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r, again;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	recorder_start(&r, world, room, false);
	unsigned n = speak_for_long(a, b);
	relay_remove_peer(world->relay, room, r.description.id);
	again = r;
	recorder_connect(&again);
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint32_t stream, counter, mark = a->microphone.counter;
	for (unsigned i = 0; i < 100; i++) {
		size_t length = 0;
		client_say(a, 20);
		WORLD_UNTIL(world, (length = recorder_take(&again, data)) > 0);
		g_assert_true(synth_read(data + STUDIO_MEDIA_HEAD, length - STUDIO_MEDIA_HEAD,
					 &stream, &counter));
		g_assert_cmpuint(counter, >=, mark);
	}
	uint16_t first = recorder_take_until(&r, 1), last = 0;
	g_assert_cmpuint(take_rest(&r, &last), ==, n - 1);
	g_assert_cmpuint(last, ==, (uint16_t)(first + n - 1));
	client_say(a, 20);
	recorder_take_until(&again, 101);
	close(r.fd);
	close(again.fd);
	world_free(world);
}

/* A meeting that ends takes its room with it in the same moment. */
static void test_what_is_kept_outlives_the_room(const void *removes)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	recorder_start(&r, world, room, false);
	unsigned n = speak_for_long(a, b);
	uint16_t first = recorder_take_until(&r, 1), last = 0;
	if (removes)
		relay_remove_peer(world->relay, room, r.description.id);
	relay_close_room(world->relay, room);
	const uint8_t trouble[] = {STUDIO_TROUBLE, STUDIO_DISK_SLOW}; /* nobody asks any more */
	g_assert_cmpint(send(r.fd, trouble, sizeof trouble, 0), ==, sizeof trouble);
	g_assert_cmpuint(take_rest(&r, &last), ==, n - 1);
	g_assert_cmpuint(last, ==, (uint16_t)(first + n - 1));
	g_assert_cmpuint(world_count(world, COUNTER_DROP_RECORDING_FULL), ==, 0);
	close(r.fd);
	world_free(world);
}

/* Its studio dies after the recording's end: nobody else will come for it. */
static void test_what_is_kept_goes_with_its_studio(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	recorder_start(&r, world, room, false);
	unsigned n = speak_for_long(a, b);
	recorder_take_until(&r, 10);
	recorder_say_written(&r, 10);
	g_test_expect_message("tongsheng", G_LOG_LEVEL_WARNING, "*packets were not written");
	relay_remove_peer(world->relay, room, r.description.id);
	client_sync(a);
	client_sync(b);
	g_assert_cmpuint(world_count(world, COUNTER_DROP_RECORDING_FULL), ==, 0);
	close(r.fd);
	WORLD_UNTIL(world, world_count(world, COUNTER_DROP_RECORDING_FULL) == n - 10);
	g_test_assert_expected_messages();
	world_free(world);
}

/* Its studio is away when it ends: nothing more is recorded, and the next studio gets the rest. */
static void test_what_is_kept_waits_for_another_studio(void)
{
	struct world *world = world_new(NULL);
	struct fake_recorder r;
	const struct feed_key none = {FEED_NONE, 0};
	uint32_t room = relay_open_room(world->relay);
	struct client *a = client_connect(world, room, A), *b = client_connect(world, room, B);
	recorder_start(&r, world, room, false);
	guint before = world->states->len;
	close(r.fd);
	WORLD_UNTIL(world, world_state(world, r.description.id, before) == TRANSPORT_SILENT);
	unsigned n = speak_for_long(a, b);
	uint16_t first, last = 0;
	relay_set_slot(world->relay, room, r.description.id, "0", none, 0, 0);
	client_sync(a);
	for (unsigned i = 0; i < 20; i++)
		client_say(a, 20);
	WORLD_UNTIL(world, client_count(b, "voice") >= n + 20);
	r.description.slots[0].feed = none;
	recorder_connect(&r);
	relay_remove_peer(world->relay, room, r.description.id);
	first = recorder_take_until(&r, 1);
	g_assert_cmpuint(take_rest(&r, &last), ==, n - 1);
	g_assert_cmpuint(last, ==, (uint16_t)(first + n - 1));
	close(r.fd);
	world_free(world);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recorded_end/what_is_kept_is_written_after_the_end",
			test_what_is_kept_is_written_after_the_end);
	g_test_add_func("/recorded_end/a_recording_that_begins_again_is_another",
			test_a_recording_that_begins_again_is_another);
	g_test_add_func("/recorded_end/what_is_kept_waits_for_another_studio",
			test_what_is_kept_waits_for_another_studio);
	g_test_add_data_func("/recorded_end/what_is_kept_outlives_the_room", GINT_TO_POINTER(true),
			     test_what_is_kept_outlives_the_room);
	g_test_add_data_func("/recorded_end/what_is_kept_outlives_a_room_that_is_closed_at_once",
			     NULL, test_what_is_kept_outlives_the_room);
	g_test_add_func("/recorded_end/what_is_kept_goes_with_its_studio",
			test_what_is_kept_goes_with_its_studio);
	return g_test_run();
}
