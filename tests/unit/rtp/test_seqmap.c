#include "relay/rtp/seqmap.h"
#include <glib.h>
#include <string.h>

static struct seqmap m;

static uint64_t map(unsigned in)
{
	uint64_t out;
	g_assert_true(seqmap_map(&m, (uint16_t)in, &out));
	return out;
}

static bool refused(unsigned in)
{
	uint64_t out = 12345;
	bool ok = seqmap_map(&m, (uint16_t)in, &out);
	g_assert_true(ok || out == 12345);
	return !ok;
}

static void test_first_output_is_as_asked(void)
{
	seqmap_init(&m, 700);
	g_assert_cmpuint(map(65530), ==, 700);
	g_assert_cmpuint(map(65531), ==, 701);
}

static void test_lost_packets_leave_their_gap(void)
{
	seqmap_init(&m, 0);
	map(10);
	g_assert_cmpuint(map(15), ==, 5);
}

static void test_reordered_packet_keeps_its_slot(void)
{
	seqmap_init(&m, 0);
	map(10);
	map(13);
	g_assert_cmpuint(map(12), ==, 2);
	g_assert_cmpuint(map(11), ==, 1);
	g_assert_cmpuint(map(14), ==, 4);
	g_assert_cmpuint(map(12), ==, 2); /* the same again */
}

static void test_outputs_count_rollovers(void)
{
	seqmap_init(&m, 32767);
	for (unsigned i = 0; i < 300000; i++)
		g_assert_cmpuint(map(i), ==, 32767 + i);
}

static void test_drops_close_the_gap(void)
{
	seqmap_init(&m, 100);
	map(1);
	g_assert_true(seqmap_drop(&m, 2));
	g_assert_true(seqmap_drop(&m, 3));
	g_assert_true(seqmap_drop(&m, 3)); /* the same again changes nothing */
	g_assert_cmpuint(map(4), ==, 101);
	g_assert_true(refused(2));
	g_assert_true(refused(3));
}

static void test_late_packet_between_drops_keeps_its_slot(void)
{
	seqmap_init(&m, 100);
	map(0);
	g_assert_true(seqmap_drop(&m, 2)); /* 1 is under way */
	map(3);
	g_assert_true(seqmap_drop(&m, 5)); /* 4 is under way */
	map(6);
	g_assert_cmpuint(map(1), ==, 101);
	g_assert_cmpuint(map(3), ==, 102);
	g_assert_cmpuint(map(4), ==, 103);
	g_assert_cmpuint(map(6), ==, 104);
}

static void test_drop_is_too_late_when_something_newer_went_out(void)
{
	seqmap_init(&m, 0);
	map(1);
	map(3);
	g_assert_false(seqmap_drop(&m, 2));
	g_assert_false(seqmap_drop(&m, 3));
	g_assert_cmpuint(map(4), ==, 3);
}

static void test_reordered_drops_close_the_gap(void)
{
	seqmap_init(&m, 0);
	map(1);
	g_assert_true(seqmap_drop(&m, 4));
	g_assert_true(seqmap_drop(&m, 2)); /* nothing newer went out: not too late */
	g_assert_cmpuint(map(5), ==, 2);
	g_assert_cmpuint(map(3), ==, 1);
}

static void test_switch_goes_on_after_the_highest(void)
{
	seqmap_init(&m, 0);
	map(500);
	map(502);
	map(501);
	seqmap_switch(&m, 40000);
	g_assert_cmpuint(map(40000), ==, 3);
	g_assert_true(refused(39999));
	g_assert_cmpuint(map(40001), ==, 4);
	seqmap_switch(&m, 0);
	g_assert_true(refused(65535));
	g_assert_cmpuint(map(1), ==, 6); /* the first was overtaken */
	g_assert_cmpuint(map(0), ==, 5);
}

static void test_what_is_older_than_the_remembered_drops_is_refused(void)
{
	seqmap_init(&m, 0);
	map(0);
	for (unsigned i = 0; i <= SEQMAP_DROPS; i++) {
		g_assert_true(seqmap_drop(&m, (uint16_t)(3 + 2 * i)));
		map(4 + 2 * i);
	}
	g_assert_true(refused(2)); /* 3, the oldest drop, is forgotten: 2 may be on either side */
	g_assert_true(refused(3));
	g_assert_cmpuint(map(4), ==, 3);
}

/*
 * Random sources with loss, reordering, drops and switches against a model that remembers every
 * decision. The model numbers each source's packets by a plain counter and checks the guarantee of
 * the header.
 */
enum { SPAN = 400, HORIZON = 24 };

struct model {
	uint64_t base, top; /* outputs of this source: base up to top */
	uint64_t out[SPAN]; /* UINT64_MAX: not out */
	bool dropped[SPAN];
};

static struct model model;

static void model_map(unsigned at, uint16_t in)
{
	uint64_t out, drops_below = 0;
	bool ok = seqmap_map(&m, in, &out);
	if (model.dropped[at]) {
		g_assert_false(ok);
		return;
	}
	if (!ok) { /* allowed only when more drops came after it than are remembered */
		unsigned newer = 0;
		for (unsigned i = at; i < SPAN; i++)
			newer += model.dropped[i];
		g_assert_cmpuint(newer, >=, SEQMAP_DROPS);
		return;
	}
	for (unsigned i = 0; i < at; i++)
		drops_below += model.dropped[i];
	if (model.out[at] != UINT64_MAX)
		g_assert_cmpuint(out, ==, model.out[at]);
	/* Exactly its place: the source's begin, its position, less what was dropped before it. */
	g_assert_cmpuint(out, ==, model.base + at - drops_below);
	for (unsigned i = 0; i < SPAN; i++) {
		if (i == at || model.out[i] == UINT64_MAX)
			continue;
		g_assert_true(i < at ? model.out[i] < out : model.out[i] > out);
	}
	model.out[at] = out;
	model.top = MAX(model.top, out + 1);
}

static void model_drop(unsigned at, uint16_t in)
{
	bool newer_out = false, ok = seqmap_drop(&m, in);
	unsigned newer_drops = 0;
	for (unsigned i = at; i < SPAN; i++) {
		newer_out |= model.out[i] != UINT64_MAX;
		newer_drops += model.dropped[i];
	}
	if (newer_drops < SEQMAP_DROPS)
		g_assert_cmpint(ok, ==, !newer_out || model.dropped[at]);
	if (ok)
		model.dropped[at] = true;
}

static void one_source(double drop_share)
{
	unsigned order[SPAN];
	uint16_t first = (uint16_t)g_test_rand_int();
	model.base = model.top;
	memset(model.dropped, 0, sizeof model.dropped);
	for (unsigned i = 0; i < SPAN; i++) {
		model.out[i] = UINT64_MAX;
		order[i] = i;
	}
	for (unsigned i = 1; i + HORIZON < SPAN;
	     i++) { /* the first comes first: the slot switches on it */
		unsigned other = i + (unsigned)g_test_rand_int_range(0, HORIZON), swap = order[i];
		if (g_test_rand_int_range(0, 4) == 0) {
			order[i] = order[other];
			order[other] = swap;
		}
	}
	seqmap_switch(&m, first);
	unsigned length = (unsigned)g_test_rand_int_range(1, SPAN);
	for (unsigned i = 0; i < length; i++) {
		uint16_t in = (uint16_t)(first + order[i]);
		double fate = g_test_rand_double();
		if (i > 0 && fate < 0.1)
			continue; /* lost */
		if (i > 0 && fate < 0.1 + drop_share)
			model_drop(order[i], in);
		else
			model_map(order[i], in);
		if (g_test_rand_int_range(0, 20) == 0) /* an old one, again or late at last */
			model_map(order[i / 2], (uint16_t)(first + order[i / 2]));
	}
}

static void test_guarantee_holds_for_random_sources(void)
{
	for (int round = 0; round < 60; round++) {
		uint16_t first_out = (uint16_t)g_test_rand_int_range(0, 0x8000);
		seqmap_init(&m, first_out);
		model.top = first_out;
		for (int source = 0; source < 20; source++)
			one_source(round % 3 * 0.3);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seqmap/first_output_is_as_asked", test_first_output_is_as_asked);
	g_test_add_func("/seqmap/lost_packets_leave_their_gap", test_lost_packets_leave_their_gap);
	g_test_add_func("/seqmap/reordered_packet_keeps_its_slot",
			test_reordered_packet_keeps_its_slot);
	g_test_add_func("/seqmap/outputs_count_rollovers", test_outputs_count_rollovers);
	g_test_add_func("/seqmap/drops_close_the_gap", test_drops_close_the_gap);
	g_test_add_func("/seqmap/late_packet_between_drops_keeps_its_slot",
			test_late_packet_between_drops_keeps_its_slot);
	g_test_add_func("/seqmap/drop_is_too_late_when_something_newer_went_out",
			test_drop_is_too_late_when_something_newer_went_out);
	g_test_add_func("/seqmap/reordered_drops_close_the_gap",
			test_reordered_drops_close_the_gap);
	g_test_add_func("/seqmap/switch_goes_on_after_the_highest",
			test_switch_goes_on_after_the_highest);
	g_test_add_func("/seqmap/what_is_older_than_the_remembered_drops_is_refused",
			test_what_is_older_than_the_remembered_drops_is_refused);
	g_test_add_func("/seqmap/guarantee_holds_for_random_sources",
			test_guarantee_holds_for_random_sources);
	return g_test_run();
}
