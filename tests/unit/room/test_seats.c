#include "relay/base/clock.h"
#include "relay/room/seats.h"
#include <glib.h>

/* Voices as the test wants them, ranked as speakers_rank does. */
struct floor {
	struct seats seats;
	struct voice voices[8];
	unsigned n;
	uint32_t dominant;
	uint64_t now_us;
};

static struct floor floor_new(void)
{
	return (struct floor){.now_us = 100 * US_PER_SEC};
}

static int by_rank(const void *a, const void *b)
{
	const struct voice *v = a, *w = b;
	if (v->speaking != w->speaking)
		return v->speaking ? -1 : 1;
	if (v->speaking)
		return v->loudness > w->loudness ? -1 : 1;
	return v->last_us > w->last_us ? -1 : 1;
}

/* loudness 0: silent from now on. */
static void set(struct floor *f, uint32_t id, float loudness)
{
	unsigned i = 0;
	while (i < f->n && f->voices[i].id != id)
		i++;
	if (i == f->n)
		f->voices[f->n++] = (struct voice){.id = id};
	struct voice *v = &f->voices[i];
	if (loudness != 0 && !v->speaking)
		v->since_us = f->now_us;
	v->speaking = loudness != 0;
	v->loudness = loudness;
	v->last_us = f->now_us;
	qsort(f->voices, f->n, sizeof f->voices[0], by_rank);
}

static void forget(struct floor *f, uint32_t id)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->voices[i].id == id)
			f->voices[i--] = f->voices[--f->n];
	qsort(f->voices, f->n, sizeof f->voices[0], by_rank);
	if (f->dominant == id)
		f->dominant = 0;
}

static bool update(struct floor *f)
{
	return seats_update(&f->seats, f->voices, f->n, f->dominant, f->now_us);
}

static void pass(struct floor *f, unsigned ms)
{
	for (unsigned i = 0; i < ms / 100; i++) {
		f->now_us += 100 * US_PER_MS;
		for (unsigned v = 0; v < f->n; v++)
			if (f->voices[v].speaking)
				f->voices[v].last_us = f->now_us;
		update(f);
	}
}

#define assert_seats(f, a, b, c)                                                                   \
	do {                                                                                       \
		g_assert_cmpuint((f).seats.seat[0], ==, a);                                        \
		g_assert_cmpuint((f).seats.seat[1], ==, b);                                        \
		g_assert_cmpuint((f).seats.seat[2], ==, c);                                        \
	} while (0)

static void the_first_voice_takes_the_empty_stage_at_once(void)
{
	struct floor f = floor_new();
	g_assert_false(update(&f));
	set(&f, 7, -30);
	g_assert_true(update(&f));
	g_assert_cmpuint(f.seats.stage, ==, 7);
	g_assert_cmpuint(f.seats.previous, ==, 0);
	assert_seats(f, 7, 0, 0);
	g_assert_false(update(&f));
}

static void the_stage_moves_after_two_seconds_of_dominance(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 1, 0);
	set(&f, 2, -30);
	f.dominant = 2;
	update(&f);
	pass(&f, 1900);
	g_assert_cmpuint(f.seats.stage, ==, 1);
	pass(&f, 100);
	g_assert_cmpuint(f.seats.stage, ==, 2);
	g_assert_cmpuint(f.seats.previous, ==, 1);
}

static void a_challenger_who_stops_begins_anew(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	f.dominant = 2;
	pass(&f, 1500);
	set(&f, 2, 0); /* still dominant: nobody else speaks */
	pass(&f, 1000);
	g_assert_cmpuint(f.seats.stage, ==, 1);
	set(&f, 2, -30);
	pass(&f, 1900);
	g_assert_cmpuint(f.seats.stage, ==, 1);
	pass(&f, 200);
	g_assert_cmpuint(f.seats.stage, ==, 2);
}

static void a_voice_is_seated_at_once(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -40);
	g_assert_true(update(&f));
	assert_seats(f, 1, 2, 0);
	set(&f, 3, -45);
	update(&f);
	assert_seats(f, 1, 2, 3);
	g_assert_cmpuint(f.seats.fourth, ==, 0);
}

static void seats_do_not_follow_loudness(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -40);
	set(&f, 3, -35);
	update(&f);
	uint32_t second = f.seats.seat[1], third = f.seats.seat[2];
	for (unsigned i = 0; i < 50; i++) {
		set(&f, 2, i % 2 ? -20 : -50);
		set(&f, 3, i % 2 ? -50 : -20);
		pass(&f, 100);
		assert_seats(f, 1, second, third);
	}
}

static void a_silent_seat_goes_first_the_longest_silent(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	update(&f);
	set(&f, 3, -30);
	update(&f);
	set(&f, 3, 0);
	pass(&f, 200);
	set(&f, 2, 0);
	pass(&f, 200);
	set(&f, 4, -60);
	update(&f);
	assert_seats(f, 1, 2, 4);
}

static void a_clearly_louder_voice_displaces_the_quieter(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	update(&f);
	set(&f, 3, -40);
	update(&f);
	pass(&f, 3000);
	set(&f, 4, -38); /* not clearly */
	pass(&f, 3000);
	assert_seats(f, 1, 2, 3);
	g_assert_cmpuint(f.seats.fourth, ==, 4);
	set(&f, 4, -25);
	pass(&f, 500);
	assert_seats(f, 1, 2, 4);
	g_assert_cmpuint(f.seats.fourth, ==, 3);
}

static void a_cough_displaces_nobody_who_speaks(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	update(&f);
	set(&f, 3, -40);
	pass(&f, 3000);
	set(&f, 4, -5);
	pass(&f, 300);
	assert_seats(f, 1, 2, 3);
}

static void who_pauses_holds_no_seat_against_a_voice(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	update(&f);
	set(&f, 3, -10);
	pass(&f, 3000);
	for (unsigned v = 0; v < f.n; v++)
		if (f.voices[v].id == 3)
			f.voices[v].last_us -= 600 * US_PER_MS; /* still counts as speaking */
	set(&f, 4, -60);
	update(&f);
	assert_seats(f, 1, 2, 4);
}

static void who_leaves_the_stage_takes_the_quieter_seat(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -25);
	update(&f);
	set(&f, 3, -40);
	update(&f);
	set(&f, 4, -60);
	update(&f);
	seats_pin(&f.seats, 4);
	update(&f);
	assert_seats(f, 4, 2, 1); /* 3 was quieter than 2 */
	g_assert_cmpuint(f.seats.fourth, ==, 3);
}

static void the_new_holders_seat_is_free_for_the_old(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -25);
	update(&f);
	set(&f, 3, -40);
	update(&f);
	seats_pin(&f.seats, 2);
	update(&f);
	assert_seats(f, 2, 1, 3);
}

static void the_hosts_choice_stands_against_any_voice(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	seats_pin(&f.seats, 9); /* has no microphone */
	g_assert_true(update(&f));
	g_assert_cmpuint(f.seats.stage, ==, 9);
	g_assert_cmpuint(f.seats.previous, ==, 1);
	assert_seats(f, 9, 1, 0);
	set(&f, 2, -20);
	f.dominant = 2;
	pass(&f, 10000);
	g_assert_cmpuint(f.seats.stage, ==, 9);
	seats_pin(&f.seats, 0);
	pass(&f, 2100);
	g_assert_cmpuint(f.seats.stage, ==, 2);
	assert_seats(f, 2, 1, 0); /* 9 has no voice to seat */
}

static void when_the_holder_leaves_the_next_one_follows(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	set(&f, 3, -25);
	update(&f);
	forget(&f, 1);
	seats_remove(&f.seats, 1);
	g_assert_true(update(&f));
	g_assert_cmpuint(f.seats.stage, ==, 3);
	g_assert_cmpuint(f.seats.previous, ==, 0);
	forget(&f, 3);
	seats_remove(&f.seats, 3);
	update(&f);
	g_assert_cmpuint(f.seats.stage, ==, 2);
	forget(&f, 2);
	seats_remove(&f.seats, 2);
	update(&f);
	g_assert_cmpuint(f.seats.stage, ==, 0);
	assert_seats(f, 0, 0, 0);
}

static void the_silenced_give_up_their_seat_but_not_the_stage(void)
{
	struct floor f = floor_new();
	set(&f, 1, -30);
	update(&f);
	set(&f, 2, -30);
	update(&f);
	forget(&f, 2);
	seats_silence(&f.seats, 2);
	update(&f);
	assert_seats(f, 1, 0, 0);
	forget(&f, 1);
	seats_silence(&f.seats, 1);
	update(&f);
	g_assert_cmpuint(f.seats.stage, ==, 1);
}

static void nobody_sits_twice(void)
{
	struct floor f = floor_new();
	GRand *random = g_rand_new_with_seed(3);
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t id = (uint32_t)g_rand_int_range(random, 1, 8);
		switch (g_rand_int_range(random, 0, 8)) {
		case 0:
			forget(&f, id);
			seats_remove(&f.seats, id);
			break;
		case 1:
			seats_pin(&f.seats, g_rand_int_range(random, 0, 3) ? 0 : id);
			break;
		case 2:
			f.dominant = id;
			break;
		default:
			set(&f, id,
			    g_rand_int_range(random, 0, 3)
				    ? (float)g_rand_int_range(random, -60, -10)
				    : 0);
		}
		pass(&f, 100 * (unsigned)g_rand_int_range(random, 1, 5));
		const struct seats *s = &f.seats;
		g_assert_cmpuint(s->seat[0], ==, s->stage);
		for (unsigned a = 0; a < VOICE_SEATS; a++) {
			g_assert_true(!s->fourth || s->fourth != s->seat[a]);
			for (unsigned b = 0; b < a; b++)
				g_assert_true(!s->seat[a] || s->seat[a] != s->seat[b]);
		}
		g_assert_true(!s->stage || s->stage != s->previous);
		/* Up to two voices besides the stage are always heard. */
		unsigned heard = 0;
		for (unsigned v = 0; v < f.n && f.voices[v].speaking; v++)
			heard += f.voices[v].id == s->seat[0] || f.voices[v].id == s->seat[1] ||
				 f.voices[v].id == s->seat[2];
		unsigned speaking = 0;
		while (speaking < f.n && f.voices[speaking].speaking)
			speaking++;
		g_assert_cmpuint(heard, >=, MIN(speaking, 2));
	}
	g_rand_free(random);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seats/the_first_voice_takes_the_empty_stage_at_once",
			the_first_voice_takes_the_empty_stage_at_once);
	g_test_add_func("/seats/the_stage_moves_after_two_seconds_of_dominance",
			the_stage_moves_after_two_seconds_of_dominance);
	g_test_add_func("/seats/a_challenger_who_stops_begins_anew",
			a_challenger_who_stops_begins_anew);
	g_test_add_func("/seats/a_voice_is_seated_at_once", a_voice_is_seated_at_once);
	g_test_add_func("/seats/seats_do_not_follow_loudness", seats_do_not_follow_loudness);
	g_test_add_func("/seats/a_silent_seat_goes_first_the_longest_silent",
			a_silent_seat_goes_first_the_longest_silent);
	g_test_add_func("/seats/a_clearly_louder_voice_displaces_the_quieter",
			a_clearly_louder_voice_displaces_the_quieter);
	g_test_add_func("/seats/a_cough_displaces_nobody_who_speaks",
			a_cough_displaces_nobody_who_speaks);
	g_test_add_func("/seats/who_pauses_holds_no_seat_against_a_voice",
			who_pauses_holds_no_seat_against_a_voice);
	g_test_add_func("/seats/who_leaves_the_stage_takes_the_quieter_seat",
			who_leaves_the_stage_takes_the_quieter_seat);
	g_test_add_func("/seats/the_new_holders_seat_is_free_for_the_old",
			the_new_holders_seat_is_free_for_the_old);
	g_test_add_func("/seats/the_hosts_choice_stands_against_any_voice",
			the_hosts_choice_stands_against_any_voice);
	g_test_add_func("/seats/when_the_holder_leaves_the_next_one_follows",
			when_the_holder_leaves_the_next_one_follows);
	g_test_add_func("/seats/the_silenced_give_up_their_seat_but_not_the_stage",
			the_silenced_give_up_their_seat_but_not_the_stage);
	g_test_add_func("/seats/nobody_sits_twice", nobody_sits_twice);
	return g_test_run();
}
