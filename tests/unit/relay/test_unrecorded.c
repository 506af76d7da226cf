/* Interpreters who don't want to be recorded: what the studio gets of their channel. */
#include "tests/unit/relay/fake_recorder.h"
#include <string.h>
#include <unistd.h>

enum { A = 1, B = 2, LISTENER = 3, CHANNEL = 1 };

struct booths {
	struct world *world;
	struct client *a, *b, *listener; /* b doesn't want to */
	struct fake_recorder r;
	uint32_t room;
	bool sign;
	unsigned recorded; /* packets of a's */
};

static struct client *interpreter(struct booths *x, uint32_t id)
{
	struct client *client = client_new(x->world, "127.0.0.1", id, NULL);
	client->description.publications[0].source = SOURCE_BOOTH_MICROPHONE;
	client->description.publications[1].source = SOURCE_BOOTH_CAMERA;
	client_join(client, x->room);
	WORLD_UNTIL(x->world, client_is_open(client));
	return client;
}

static const char *heard_on(const struct booths *x)
{
	return x->sign ? "camera" : "microphone";
}

static struct feed_key channel_of(const struct booths *x)
{
	return (struct feed_key){x->sign ? FEED_CHANNEL_PICTURE : FEED_CHANNEL, CHANNEL};
}

static struct booths booths_new(bool sign)
{
	struct booths x = {.world = world_new(NULL), .sign = sign};
	x.room = relay_open_room(x.world->relay);
	x.listener = client_connect(x.world, x.room, LISTENER);
	x.a = interpreter(&x, A);
	x.b = interpreter(&x, B);
	relay_set_slot(x.world->relay, x.room, LISTENER, heard_on(&x), channel_of(&x), 0, 0);
	return x;
}

static void booths_free(struct booths *x)
{
	close(x->r.fd);
	world_free(x->world);
}

/* Until it is heard in the channel; who was on air before has nothing under way any more. */
static void goes_on_air(struct booths *x, struct client *who)
{
	struct client *before = who == x->a ? x->b : x->a;
	before->speaks = before->films = false;
	client_sync(before);
	relay_set_channel(x->world->relay, x->room, CHANNEL, who->description.id, 4000, x->sign);
	who->speaks = !x->sign;
	who->films = x->sign;
	WORLD_UNTIL(x->world, client_hears(x->listener, heard_on(x)) == who->description.id);
}

/* As signalling does it when somebody else goes on air. */
static void record_channel(struct booths *x, bool on)
{
	struct feed_key none = {FEED_NONE, 0};
	relay_set_slot(x->world->relay, x->room, x->r.description.id, "0",
		       on ? channel_of(x) : none, 0, 0);
}

/* All that the studio has got by now is a's. */
static void take_all(struct booths *x)
{
	uint8_t data[STUDIO_MESSAGE_MAX];
	uint32_t stream, counter;
	size_t length;
	const uint8_t *rtp = data + STUDIO_MEDIA_HEAD;
	struct rtp_header header;
	while ((length = recorder_take(&x->r, data)) > 0) {
		g_assert_cmpint(rtp_parse(rtp, length - STUDIO_MEDIA_HEAD, NULL, &header), ==, OK);
		g_assert_true(synth_read(rtp + header.payload_offset, header.payload_length,
					 &stream, &counter));
		g_assert_cmpuint(stream, ==, A);
		g_assert_cmpuint(x->r.source, ==, A);
		x->recorded++;
	}
}

/* So many packets more are heard in the channel, and all that is recorded of it has been taken. */
static void hear_more(struct booths *x, unsigned n)
{
	unsigned before = client_count(x->listener, heard_on(x));
	WORLD_UNTIL(x->world, client_count(x->listener, heard_on(x)) >= before + n);
	client_sync(x->a);
	client_sync(x->b);
	take_all(x);
}

static void check_refusal_in_a_recording(bool sign)
{
	struct booths x = booths_new(sign);
	recorder_start_on(&x.r, x.world, x.room, sign, channel_of(&x).kind, CHANNEL);
	goes_on_air(&x, x.a);
	WORLD_UNTIL(x.world, (take_all(&x), x.recorded > 10));
	record_channel(&x, false);
	goes_on_air(&x, x.b);
	hear_more(&x, 50); /* take_all knows whose it is */
	unsigned before = x.recorded;
	goes_on_air(&x, x.a);
	record_channel(&x, true);
	WORLD_UNTIL(x.world, (take_all(&x), x.recorded > before + 10));
	client_check_slots(x.listener);
	booths_free(&x);
}

static void test_nothing_of_who_refuses_is_recorded(void)
{
	check_refusal_in_a_recording(false);
}

static void test_nothing_of_who_refuses_is_recorded_of_a_sign_language(void)
{
	check_refusal_in_a_recording(true);
}

static void check_refusal_from_the_beginning(bool sign)
{
	struct booths x = booths_new(sign);
	goes_on_air(&x, x.b);
	recorder_start_on(&x.r, x.world, x.room, sign, FEED_NONE, 0);
	hear_more(&x, 50);
	g_assert_cmpuint(x.recorded, ==, 0);
	goes_on_air(&x, x.a);
	record_channel(&x, true);
	WORLD_UNTIL(x.world, (take_all(&x), x.recorded > 20));
	booths_free(&x);
}

static void test_who_takes_over_from_one_who_refuses_is_recorded(void)
{
	check_refusal_from_the_beginning(false);
}

static void test_who_takes_over_from_one_who_refuses_is_recorded_of_a_sign_language(void)
{
	check_refusal_from_the_beginning(true);
}

/* The studio was away meanwhile: what the description says when it is back holds. */
static void test_another_studio_gets_another_feed(void)
{
	struct booths x = booths_new(false);
	recorder_start_on(&x.r, x.world, x.room, false, FEED_CHANNEL, CHANNEL);
	goes_on_air(&x, x.a);
	WORLD_UNTIL(x.world, (take_all(&x), x.recorded > 10));
	guint before = x.world->states->len;
	close(x.r.fd);
	WORLD_UNTIL(x.world, world_state(x.world, x.r.description.id, before) == TRANSPORT_SILENT);
	x.r.description.slots[0].feed = (struct feed_key){FEED_NONE, 0};
	recorder_connect(&x.r);
	goes_on_air(&x, x.b);
	hear_more(&x, 50); /* what was kept of a's comes again, and nothing of b's */
	booths_free(&x);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/unrecorded/nothing_of_who_refuses_is_recorded",
			test_nothing_of_who_refuses_is_recorded);
	g_test_add_func("/unrecorded/nothing_of_who_refuses_is_recorded_of_a_sign_language",
			test_nothing_of_who_refuses_is_recorded_of_a_sign_language);
	g_test_add_func("/unrecorded/who_takes_over_from_one_who_refuses_is_recorded",
			test_who_takes_over_from_one_who_refuses_is_recorded);
	g_test_add_func("/unrecorded/"
			"who_takes_over_from_one_who_refuses_is_recorded_of_a_sign_language",
			test_who_takes_over_from_one_who_refuses_is_recorded_of_a_sign_language);
	g_test_add_func("/unrecorded/another_studio_gets_another_feed",
			test_another_studio_gets_another_feed);
	return g_test_run();
}
