/* Language channels: the states by themselves, then the feeds of a room. */
#include "relay/room/channels.h"
#include "tests/unit/room/fixture.h"

#define MS UINT64_C(1000)

enum { FRENCH = 7, ANA = 1, BEN = 2, ZOE = 3, LOUD = 20, SILENT = 127 };

/* --- states --- */

struct told {
	unsigned n;
	uint32_t channel, peer;
	enum channel_air air;
};

static void keep(void *user, uint32_t channel, uint32_t peer, enum channel_air air)
{
	struct told *told = user;
	*told = (struct told){told->n + 1, channel, peer, air};
}

/* A packet every 20 ms; returns what was told last, and how often. */
static struct told speak(struct channels *channels, uint32_t peer, uint8_t level, uint64_t from_ms,
			 uint64_t to_ms)
{
	struct told told = {0};
	for (uint64_t ms = from_ms; ms < to_ms; ms += 20) {
		bool now =
			channels_hear(channels, peer, (struct packet_sound){level, false}, ms * MS);
		if (now || ms * MS >= channels_deadline(channels))
			channels_update(channels, ms * MS, keep, &told);
	}
	return told;
}

static void assert_told(struct told told, unsigned n, uint32_t peer, enum channel_air air)
{
	g_assert_cmpuint(told.n, ==, n);
	g_assert_cmpuint(told.channel, ==, FRENCH);
	g_assert_cmpuint(told.peer, ==, peer);
	g_assert_cmpint(told.air, ==, air);
}

static struct told update(struct channels *channels, uint64_t ms)
{
	struct told told = {0};
	channels_update(channels, ms * MS, keep, &told);
	return told;
}

static struct channels *on_air(uint64_t hold_ms)
{
	struct channels *channels = channels_new();
	g_assert_true(channels_set(channels, FRENCH, ANA, hold_ms * MS, false, 1000 * MS));
	assert_told(update(channels, 1000), 1, ANA, CHANNEL_SPEECH);
	return channels;
}

static void a_pause_begins_after_the_hold_time(void)
{
	struct channels *channels = on_air(4000);
	g_assert_cmpuint(speak(channels, ANA, LOUD, 1000, 3000).n, ==, 0);
	g_assert_cmpuint(speak(channels, ANA, SILENT, 3000, 6960).n, ==, 0);
	assert_told(speak(channels, ANA, SILENT, 6960, 7100), 1, ANA, CHANNEL_PAUSE);
	/* The first words: two packets, as one alone may be a click. */
	g_assert_cmpuint(speak(channels, ANA, LOUD, 7100, 7120).n, ==, 0);
	assert_told(speak(channels, ANA, LOUD, 7120, 7140), 1, ANA, CHANNEL_SPEECH);
	channels_free(channels);
}

static void never_is_never(void)
{
	struct channels *channels = on_air(0);
	g_assert_cmpuint(speak(channels, ANA, SILENT, 1000, 60000).n, ==, 0);
	channels_free(channels);
}

static void who_goes_on_air_is_waited_for(void)
{
	struct channels *channels = on_air(2000);
	g_assert_cmpuint(speak(channels, ANA, SILENT, 1000, 2980).n, ==, 0);
	assert_told(speak(channels, ANA, SILENT, 2980, 3100), 1, ANA, CHANNEL_PAUSE);
	channels_free(channels);
}

static void a_lost_link_shows_within_300_ms(void)
{
	struct channels *channels = on_air(4000);
	speak(channels, ANA, LOUD, 1000, 2000); /* the last packet: 1,980 */
	g_assert_cmpuint(channels_deadline(channels), <=, (1980 + 300) * MS);
	uint64_t ms = channels_deadline(channels) / MS;
	g_assert_cmpuint(update(channels, ms - 1).n, ==, 0);
	assert_told(update(channels, ms), 1, ANA, CHANNEL_LOST);
	g_assert_cmpuint(channels_deadline(channels), ==, UINT64_MAX);
	assert_told(speak(channels, ANA, LOUD, 5000, 5020), 1, ANA, CHANNEL_SPEECH);
	channels_free(channels);
}

/* With DTX a packet comes each 400 ms while nobody speaks: that is no lost link. */
static void comfort_noise_may_keep_us_waiting(void)
{
	struct channels *channels = on_air(2000);
	struct told told = {0};
	channels_hear(channels, ANA, (struct packet_sound){SILENT, true}, 1000 * MS);
	channels_update(channels, 1500 * MS, keep, &told);
	g_assert_cmpuint(told.n, ==, 0);
	assert_told(update(channels, 1900), 1, ANA, CHANNEL_LOST);
	channels_free(channels);
}

static struct channels *signs(void)
{
	struct channels *channels = channels_new();
	g_assert_true(channels_set(channels, FRENCH, ANA, 2000 * MS, true, 1000 * MS));
	assert_told(update(channels, 1000), 1, ANA, CHANNEL_SPEECH);
	return channels;
}

/* 25 frames a second, and a receiver report each second. */
static void sign(struct channels *channels, uint64_t from_ms, uint64_t to_ms)
{
	for (uint64_t ms = from_ms; ms < to_ms; ms += 40) {
		channels_see(channels, ANA, true, ms * MS);
		if (ms % 1000 == 0)
			channels_see(channels, ANA, false, (ms + 10) * MS);
		g_assert_cmpuint(update(channels, ms + 10).n, ==, 0);
	}
}

static void a_lost_link_of_who_signs_shows_within_a_second(void)
{
	struct channels *channels = signs();
	sign(channels, 1000, 9000); /* the last frame: 8,960; silence is no pause */
	uint64_t ms = channels_deadline(channels) / MS;
	g_assert_cmpuint(ms, <=, 8960 + 800);
	g_assert_cmpuint(update(channels, ms - 1).n, ==, 0);
	assert_told(update(channels, ms), 1, ANA, CHANNEL_LOST);
	g_assert_cmpuint(channels_deadline(channels), ==, UINT64_MAX);
	g_assert_true(channels_see(channels, ANA, true, 12000 * MS));
	assert_told(update(channels, 12000), 1, ANA, CHANNEL_SPEECH);
	channels_free(channels);
}

/* Its connection goes on without it; and before its first frame it is waited for. */
static void a_camera_may_rest(void)
{
	struct channels *channels = signs();
	g_assert_cmpuint(channels_deadline(channels), ==, UINT64_MAX);
	g_assert_cmpuint(update(channels, 9000).n, ==, 0);
	sign(channels, 9000, 10000);
	channels_see(channels, ANA, false, 10400 * MS);
	g_assert_cmpuint(channels_deadline(channels), ==, UINT64_MAX);
	g_assert_cmpuint(update(channels, 60000).n, ==, 0);
	sign(channels, 60000, 61000);
	g_assert_cmpuint(channels_deadline(channels), !=, UINT64_MAX);
	channels_free(channels);
}

/* There is no sound to be missed, and what there is isn't a picture. */
static void a_booth_microphone_says_nothing_of_who_signs(void)
{
	struct channels *channels = signs();
	g_assert_cmpuint(speak(channels, ANA, LOUD, 1000, 2000).n, ==, 0);
	g_assert_cmpuint(update(channels, 9000).n, ==, 0);
	channels_free(channels);
}

static void another_takes_over(void)
{
	struct channels *channels = on_air(4000);
	speak(channels, ANA, LOUD, 1000, 2000);
	channels_set(channels, FRENCH, BEN, 4000 * MS, false, 2000 * MS);
	assert_told(update(channels, 2000), 1, BEN, CHANNEL_SPEECH);
	/* Who was on air keeps nothing up. */
	g_assert_cmpuint(speak(channels, ANA, LOUD, 2000, 2200).n, ==, 0);
	assert_told(update(channels, 2300), 1, BEN, CHANNEL_LOST);
	channels_set(channels, FRENCH, 0, 0, false, 3000 * MS);
	assert_told(update(channels, 3000), 1, 0, CHANNEL_OFF);
	channels_free(channels);
}

static void there_is_room_for_so_many(void)
{
	struct channels *channels = channels_new();
	struct policy policy;
	struct told told = {0};
	for (uint32_t i = 1; i <= CHANNELS_MAX; i++)
		g_assert_true(channels_set(channels, i, ANA + i, 0, false, 0));
	g_assert_false(channels_set(channels, CHANNELS_MAX + 1, ANA, 0, false, 0));
	g_assert_false(channels_set_program(channels, CHANNELS_MAX + 1, ANA));
	channels_update(channels, 0, keep, &told);
	g_assert_cmpuint(told.n, ==, CHANNELS_MAX);
	/* What means nothing any more makes room. */
	channels_set(channels, 5, 0, 0, false, 0);
	channels_update(channels, 0, keep, &told);
	g_assert_true(channels_set_program(channels, CHANNELS_MAX + 1, ANA));
	channels_policy(channels, &policy);
	g_assert_cmpuint(policy.n_channels, ==, CHANNELS_MAX);
	channels_free(channels);
}

/* --- feeds --- */

struct scene {
	struct fixture *f;
	struct end *ana, *ben, *zoe;
	struct synth booth[3];
	uint32_t channel, partner; /* slots */
};

/* Everybody has a booth microphone here, and may listen to a channel. */
static struct end *join(struct scene *s, uint32_t id)
{
	struct peer_description d = fixture_description(id);
	struct publication_description *booth = &d.publications[d.n_publications++];
	*booth = (struct publication_description){.source = SOURCE_BOOTH_MICROPHONE,
						  .mid = "booth",
						  .n_codecs = 1,
						  .codecs = {{CODEC_OPUS, 111, 0}},
						  .n_layers = 1,
						  .ssrc = {ssrc_of(id, 45)}};
	struct end *end = fixture_join_as(s->f, &d);
	struct synth *synth = &s->booth[id - 1];
	*synth = end->mic;
	synth->ssrc = synth->stream = ssrc_of(id, 45);
	synth->extensions = &end->description.extensions;
	return end;
}

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new()};
	s.ana = join(&s, ANA);
	s.ben = join(&s, BEN);
	s.zoe = join(&s, ZOE);
	s.channel = slot_ssrc(s.zoe, "m");
	s.partner = slot_ssrc(s.ben, "m");
	fixture_set_slot(s.zoe, "m", FEED_CHANNEL, FRENCH, 0, 0);
	return s;
}

static void say(struct scene *s, struct end *end, uint8_t level)
{
	uint8_t data[PACKET_CAPACITY];
	struct synth *synth = &s->booth[end->description.id - 1];
	const struct synth_packet p = {.level = level, .size = 80};
	fixture_give(s->f, end, data, synth_write(synth, &p, data));
	synth->timestamp += 960;
}

static uint32_t heard(const struct scene *s)
{
	unsigned n = fixture_count(s->zoe, s->channel);
	return n > 0 ? fixture_seen(s->zoe, s->channel, n - 1)->stream : 0;
}

static void only_who_is_on_air_is_heard(void)
{
	struct scene s = scene_new();
	say(&s, s.ana, LOUD);
	g_assert_cmpuint(fixture_count(s.zoe, s.channel), ==, 0);
	room_set_channel(s.f->room, FRENCH, ANA, 4000 * MS, false, s.f->now_us);
	say(&s, s.ana, LOUD);
	say(&s, s.ben, LOUD);
	g_assert_cmpuint(fixture_count(s.zoe, s.channel), ==, 1);
	g_assert_cmpuint(heard(&s), ==, ssrc_of(ANA, 45));
	room_set_channel(s.f->room, FRENCH, 0, 0, false, s.f->now_us);
	say(&s, s.ana, LOUD);
	g_assert_cmpuint(fixture_count(s.zoe, s.channel), ==, 1);
	fixture_free(s.f);
}

/* The packet after the command is the other's, and none of the first follows: no overlap, and no
 * gap but theirs. */
static void a_hand_over_swaps_between_two_packets(void)
{
	struct scene s = scene_new();
	room_set_channel(s.f->room, FRENCH, ANA, 4000 * MS, false, s.f->now_us);
	for (unsigned i = 0; i < 40; i++) {
		uint32_t now = i % 2 ? BEN : ANA;
		room_set_channel(s.f->room, FRENCH, now, 4000 * MS, false, s.f->now_us);
		for (unsigned packet = 0; packet < 3; packet++) {
			unsigned before = fixture_count(s.zoe, s.channel);
			say(&s, s.ana, LOUD);
			say(&s, s.ben, LOUD);
			g_assert_cmpuint(fixture_count(s.zoe, s.channel), ==, before + 1);
			g_assert_cmpuint(heard(&s), ==, ssrc_of(now, 45));
			fixture_pass(s.f, 20);
		}
	}
	for (unsigned i = 1; i < fixture_count(s.zoe, s.channel); i++)
		g_assert_cmpuint(fixture_seen(s.zoe, s.channel, i)->index, ==,
				 fixture_seen(s.zoe, s.channel, i - 1)->index + 1);
	fixture_free(s.f);
}

static void a_booth_is_not_on_the_floor(void)
{
	struct scene s = scene_new();
	room_set_channel(s.f->room, FRENCH, ANA, 4000 * MS, false, s.f->now_us);
	for (unsigned i = 0; i < 150; i++) {
		say(&s, s.ana, LOUD);
		fixture_pass(s.f, 20);
	}
	g_assert_cmpuint(s.f->n_speaking, ==, 0);
	g_assert_cmpuint(s.f->seats[0] + s.f->seats[1] + s.f->seats[2], ==, 0);
	fixture_free(s.f);
}

static void a_partner_is_heard_also_off_air(void)
{
	struct scene s = scene_new();
	fixture_set_slot(s.ben, "m", FEED_BOOTH, ANA, 0, 0);
	say(&s, s.ana, LOUD);
	g_assert_cmpuint(fixture_count(s.ben, s.partner), ==, 1);
	fixture_free(s.f);
}

static void who_comes_back_is_on_air_again(void)
{
	struct scene s = scene_new();
	room_set_channel(s.f->room, FRENCH, ANA, 4000 * MS, false, s.f->now_us);
	fixture_leave(s.f, s.ana);
	fixture_pass(s.f, 300);
	s.ana = join(&s, ANA);
	say(&s, s.ana, LOUD);
	g_assert_cmpuint(heard(&s), ==, ssrc_of(ANA, 45));
	fixture_free(s.f);
}

/* The packets of a booth camera, and RTCP, as a room gets them. */
static void a_room_sees_who_signs(void)
{
	enum { EVE = 4 };
	struct scene s = scene_new();
	struct peer_description d = fixture_description(EVE);
	d.publications[1].source = SOURCE_BOOTH_CAMERA;
	struct end *eve = fixture_join_as(s.f, &d);
	uint8_t report[64];
	struct rtcp_writer w;
	room_set_channel(s.f->room, FRENCH, EVE, 4000 * MS, true, s.f->now_us);
	fixture_pass(s.f, 2000);
	g_assert_cmpint(s.f->air, ==, CHANNEL_SPEECH);
	fixture_frame(eve, 0, true, 3);
	fixture_pass(s.f, 800);
	g_assert_cmpint(s.f->air, ==, CHANNEL_LOST);
	fixture_frame(eve, 0, true, 3);
	g_assert_cmpint(s.f->air, ==, CHANNEL_SPEECH);
	fixture_pass(s.f, 400);
	rtcp_writer_init(&w, report, sizeof report);
	g_assert_true(rtcp_add_receiver_report(&w, 1, NULL, 0));
	room_receive_rtcp(s.f->room, eve->peer, report, w.length, s.f->now_us);
	fixture_pass(s.f, 2000);
	g_assert_cmpint(s.f->air, ==, CHANNEL_SPEECH);
	fixture_free(s.f);
}

static void states_are_told(void)
{
	struct scene s = scene_new();
	room_set_channel(s.f->room, FRENCH, ANA, 2000 * MS, false, s.f->now_us);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(s.f->n_channel, ==, 1);
	g_assert_cmpint(s.f->air, ==, CHANNEL_SPEECH);
	for (unsigned i = 0; i < 100; i++) {
		say(&s, s.ana, SILENT);
		fixture_pass(s.f, 20);
	}
	g_assert_cmpint(s.f->air, ==, CHANNEL_PAUSE);
	say(&s, s.ana, LOUD);
	fixture_pass(s.f, 20);
	say(&s, s.ana, LOUD);
	g_assert_cmpint(s.f->air, ==, CHANNEL_SPEECH); /* at once, by the packet */
	fixture_pass(s.f, 300);
	g_assert_cmpint(s.f->air, ==, CHANNEL_LOST);
	g_assert_cmpuint(s.f->n_channel, ==, 4);
	g_assert_cmpuint(s.f->on_air, ==, ANA);
	fixture_free(s.f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/channels/a-pause-begins-after-the-hold-time",
			a_pause_begins_after_the_hold_time);
	g_test_add_func("/channels/never-is-never", never_is_never);
	g_test_add_func("/channels/who-goes-on-air-is-waited-for", who_goes_on_air_is_waited_for);
	g_test_add_func("/channels/a-lost-link-shows-within-300-ms",
			a_lost_link_shows_within_300_ms);
	g_test_add_func("/channels/comfort-noise-may-keep-us-waiting",
			comfort_noise_may_keep_us_waiting);
	g_test_add_func("/channels/a-lost-link-of-who-signs-shows-within-a-second",
			a_lost_link_of_who_signs_shows_within_a_second);
	g_test_add_func("/channels/a-camera-may-rest", a_camera_may_rest);
	g_test_add_func("/channels/a-booth-microphone-says-nothing-of-who-signs",
			a_booth_microphone_says_nothing_of_who_signs);
	g_test_add_func("/channels/another-takes-over", another_takes_over);
	g_test_add_func("/channels/there-is-room-for-so-many", there_is_room_for_so_many);
	g_test_add_func("/channels/only-who-is-on-air-is-heard", only_who_is_on_air_is_heard);
	g_test_add_func("/channels/a-hand-over-swaps-between-two-packets",
			a_hand_over_swaps_between_two_packets);
	g_test_add_func("/channels/a-booth-is-not-on-the-floor", a_booth_is_not_on_the_floor);
	g_test_add_func("/channels/a-partner-is-heard-also-off-air",
			a_partner_is_heard_also_off_air);
	g_test_add_func("/channels/who-comes-back-is-on-air-again", who_comes_back_is_on_air_again);
	g_test_add_func("/channels/a-room-sees-who-signs", a_room_sees_who_signs);
	g_test_add_func("/channels/states-are-told", states_are_told);
	return g_test_run();
}
