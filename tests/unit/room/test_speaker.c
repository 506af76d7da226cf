#include "relay/base/clock.h"
#include "relay/room/speaker.h"
#include <glib.h>

#define FRAME_US (20 * US_PER_MS)

/* A meeting of three: each frame every voice has a level, seeded jitter of a few dB on it. */
struct talk {
	struct speakers *speakers;
	GRand *random;
	uint64_t now_us;
	unsigned changes; /* of the dominant speaker */
	uint32_t dominant;
};

static struct talk *talk_new(void)
{
	struct talk *t = g_new0(struct talk, 1);
	t->speakers = speakers_new();
	t->random = g_rand_new_with_seed(7);
	t->now_us = US_PER_SEC;
	return t;
}

static void talk_free(struct talk *t)
{
	speakers_free(t->speakers);
	g_rand_free(t->random);
	g_free(t);
}

#define QUIET  70
#define NORMAL 28
#define LOUD   15

/* Speech has syllables: 4 frames of 6 loud, and a pause of 160 ms in each 1.2 s. */
static uint8_t level(struct talk *t, unsigned frame, uint8_t base)
{
	bool between = base < 50 && (frame % 6 >= 4 || frame % 60 >= 52);
	return (uint8_t)((between ? base + 25 : base) + g_rand_int_range(t->random, 0, 5));
}

static void run(struct talk *t, unsigned ms, uint8_t a, uint8_t b, uint8_t c)
{
	const uint8_t base[] = {a, b, c};
	for (unsigned frame = 0; frame < ms / 20; frame++, t->now_us += FRAME_US) {
		for (uint32_t id = 1; id <= 3; id++)
			if (base[id - 1])
				speakers_level(t->speakers, id,
					       level(t, frame + id * 7, base[id - 1]), t->now_us);
		if (frame % 5 == 0)
			speakers_tick(t->speakers, t->now_us);
		if (speakers_dominant(t->speakers) != t->dominant) {
			t->dominant = speakers_dominant(t->speakers);
			t->changes++;
		}
	}
}

static bool is_speaking(struct talk *t, uint32_t id)
{
	struct voice voices[8];
	unsigned n = speakers_rank(t->speakers, voices, 8);
	for (unsigned i = 0; i < n; i++)
		if (voices[i].id == id)
			return voices[i].speaking;
	return false;
}

static void who_speaks_dominates(void)
{
	struct talk *t = talk_new();
	run(t, 2000, QUIET, QUIET, QUIET);
	g_assert_cmpuint(t->dominant, ==, 0);
	run(t, 2000, QUIET, NORMAL, QUIET);
	g_assert_cmpuint(t->dominant, ==, 2);
	g_assert_cmpuint(t->changes, ==, 1);
	talk_free(t);
}

static void the_next_one_follows_within_two_seconds(void)
{
	struct talk *t = talk_new();
	run(t, 5000, NORMAL, QUIET, QUIET);
	g_assert_cmpuint(t->dominant, ==, 1);
	run(t, 2000, QUIET, QUIET, NORMAL);
	g_assert_cmpuint(t->dominant, ==, 3);
	g_assert_cmpuint(t->changes, ==, 2);
	talk_free(t);
}

static void a_cough_changes_nothing(void)
{
	struct talk *t = talk_new();
	run(t, 5000, NORMAL, QUIET, QUIET);
	for (unsigned i = 0; i < 20; i++) {
		run(t, 300, NORMAL, 5, QUIET); /* louder than anybody */
		run(t, 2000, NORMAL, QUIET, QUIET);
		run(t, 300, QUIET, 5, QUIET); /* in a pause of the speaker */
		run(t, 2000, NORMAL, QUIET, QUIET);
	}
	g_assert_cmpuint(t->dominant, ==, 1);
	g_assert_cmpuint(t->changes, ==, 1);
	talk_free(t);
}

static void double_talk_does_not_flap(void)
{
	struct talk *t = talk_new();
	run(t, 3000, NORMAL, QUIET, QUIET);
	run(t, 60000, NORMAL, NORMAL, QUIET);
	g_assert_cmpuint(t->changes, ==, 1);
	talk_free(t);
}

static void steady_noise_is_no_speech(void)
{
	struct talk *t = talk_new();
	/* A fan at -48 dBov, without syllables. */
	for (unsigned frame = 0; frame < 30 * 50; frame++, t->now_us += FRAME_US) {
		speakers_level(t->speakers, 1, 48, t->now_us);
		if (frame % 5 == 0)
			speakers_tick(t->speakers, t->now_us);
	}
	g_assert_false(is_speaking(t, 1));
	run(t, 3000, 48, NORMAL, QUIET);
	g_assert_cmpuint(t->dominant, ==, 2);
	talk_free(t);
}

static void a_steady_tone_remains_a_voice(void)
{
	struct talk *t = talk_new();
	for (unsigned frame = 0; frame < 60 * 50; frame++, t->now_us += FRAME_US) {
		speakers_level(t->speakers, 1, 20, t->now_us);
		if (frame % 5 == 0)
			speakers_tick(t->speakers, t->now_us);
	}
	g_assert_true(is_speaking(t, 1));
	g_assert_cmpuint(speakers_dominant(t->speakers), ==, 1);
	talk_free(t);
}

static void a_voice_is_up_within_two_frames(void)
{
	struct talk *t = talk_new();
	run(t, 1000, QUIET, 0, 0);
	g_assert_false(speakers_level(t->speakers, 1, NORMAL, t->now_us));
	g_assert_true(speakers_level(t->speakers, 1, NORMAL, t->now_us + FRAME_US));
	g_assert_false(
		speakers_level(t->speakers, 1, NORMAL, t->now_us + 2 * FRAME_US)); /* no news */
	g_assert_true(is_speaking(t, 1));
	talk_free(t);
}

static void a_voice_is_down_after_a_second(void)
{
	struct talk *t = talk_new();
	run(t, 1000, NORMAL, 0, 0);
	run(t, 900, QUIET, 0, 0);
	g_assert_true(is_speaking(t, 1)); /* a pause for breath */
	run(t, 300, QUIET, 0, 0);
	g_assert_false(is_speaking(t, 1));
	talk_free(t);
}

static void silence_without_packets_is_silence(void)
{
	struct talk *t = talk_new();
	run(t, 3000, NORMAL, QUIET, QUIET);
	run(t, 1500, 0, QUIET, QUIET); /* DTX: no packet of 1 at all */
	g_assert_false(is_speaking(t, 1));
	run(t, 2000, 0, NORMAL, QUIET);
	g_assert_cmpuint(t->dominant, ==, 2);
	talk_free(t);
}

static void ranks_speaking_voices_by_loudness(void)
{
	struct talk *t = talk_new();
	struct voice voices[8];
	run(t, 1000, QUIET, QUIET, NORMAL);
	run(t, 3000, NORMAL, LOUD, QUIET);
	g_assert_cmpuint(speakers_rank(t->speakers, voices, 8), ==, 3);
	g_assert_cmpuint(voices[0].id, ==, 2);
	g_assert_cmpuint(voices[1].id, ==, 1);
	g_assert_cmpuint(voices[2].id, ==, 3); /* silent now */
	g_assert_false(voices[2].speaking);
	g_assert_cmpuint(speakers_rank(t->speakers, voices, 2), ==, 2);
	g_assert_cmpuint(voices[0].id, ==, 2);
	g_assert_cmpuint(voices[1].id, ==, 1);
	g_assert_cmpuint(speakers_rank(t->speakers, voices, 0), ==, 0);
	talk_free(t);
}

static void who_never_spoke_has_no_rank(void)
{
	struct talk *t = talk_new();
	struct voice voices[8];
	run(t, 3000, QUIET, 127, QUIET);
	g_assert_cmpuint(speakers_rank(t->speakers, voices, 8), ==, 0);
	talk_free(t);
}

static void the_removed_are_gone(void)
{
	struct talk *t = talk_new();
	struct voice voices[8];
	run(t, 3000, NORMAL, QUIET, QUIET);
	speakers_remove(t->speakers, 1);
	speakers_remove(t->speakers, 99); /* never was */
	g_assert_cmpuint(speakers_dominant(t->speakers), ==, 0);
	g_assert_cmpuint(speakers_rank(t->speakers, voices, 8), ==, 0);
	g_assert_true(speakers_tick(t->speakers, t->now_us)); /* the set of speakers changed */
	g_assert_false(speakers_tick(t->speakers, t->now_us));
	talk_free(t);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/speaker/who_speaks_dominates", who_speaks_dominates);
	g_test_add_func("/speaker/the_next_one_follows_within_two_seconds",
			the_next_one_follows_within_two_seconds);
	g_test_add_func("/speaker/a_cough_changes_nothing", a_cough_changes_nothing);
	g_test_add_func("/speaker/double_talk_does_not_flap", double_talk_does_not_flap);
	g_test_add_func("/speaker/steady_noise_is_no_speech", steady_noise_is_no_speech);
	g_test_add_func("/speaker/a_steady_tone_remains_a_voice", a_steady_tone_remains_a_voice);
	g_test_add_func("/speaker/a_voice_is_up_within_two_frames",
			a_voice_is_up_within_two_frames);
	g_test_add_func("/speaker/a_voice_is_down_after_a_second", a_voice_is_down_after_a_second);
	g_test_add_func("/speaker/silence_without_packets_is_silence",
			silence_without_packets_is_silence);
	g_test_add_func("/speaker/ranks_speaking_voices_by_loudness",
			ranks_speaking_voices_by_loudness);
	g_test_add_func("/speaker/who_never_spoke_has_no_rank", who_never_spoke_has_no_rank);
	g_test_add_func("/speaker/the_removed_are_gone", the_removed_are_gone);
	return g_test_run();
}
