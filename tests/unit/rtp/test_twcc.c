#include "relay/base/clock.h"
#include "relay/base/wire.h"
#include "relay/rtp/twcc.h"
#include <glib.h>
#include <string.h>

#define MS US_PER_MS

/*
 * A decoder of its own, written from draft-holmer-rmcat-transport-wide-cc-extensions-01,
 * section 3.1, and as strict as the strictest sender: chunks must cover the count, deltas must be
 * there, what remains is zero padding.
 */
enum { MAX_STATUSES = 2000 };

struct decoded {
	uint16_t base;
	unsigned count;
	uint8_t feedback_count;
	bool received[MAX_STATUSES];
	int64_t arrival_us[MAX_STATUSES]; /* modulo 2^24 x 64 ms */
};

static void decode_symbols(const uint8_t *body, size_t length, unsigned count, uint8_t *symbols,
			   size_t *at)
{
	for (unsigned n = 0; n < count;) {
		g_assert_cmpuint(*at + 2, <=, length);
		unsigned chunk = wire_get16(body + *at), before = n;
		*at += 2;
		if (!(chunk & 0x8000)) {
			g_assert_cmpuint(chunk & 0x1fff, >, 0);
			g_assert_cmpuint(n + (chunk & 0x1fff), <=, count);
			for (unsigned i = 0; i < (chunk & 0x1fff); i++)
				symbols[n++] = chunk >> 13;
		} else if (!(chunk & 0x4000)) {
			for (int i = 13; i >= 0; i--)
				symbols[n++] = chunk >> i & 1;
		} else {
			for (int i = 12; i >= 0; i -= 2)
				symbols[n++] = chunk >> i & 3;
		}
		for (unsigned i = before; i < n; i++)
			g_assert_cmpuint(symbols[i], <=,
					 i < count ? 2 : 0); /* 3 is reserved; no symbols beyond */
	}
}

static void decode(const struct rtcp_item *item, struct decoded *d)
{
	static uint8_t symbols[MAX_STATUSES + 14];
	const uint8_t *body = item->fci;
	size_t length = item->fci_length, at = 8;
	memset(d, 0, sizeof *d);
	d->base = wire_get16(body);
	d->count = wire_get16(body + 2);
	d->feedback_count = body[7];
	g_assert_cmpuint(d->count, >, 0);
	g_assert_cmpuint(d->count, <=, MAX_STATUSES);
	int64_t time = (int64_t)wire_get24(body + 4) * 64000;
	decode_symbols(body, length, d->count, symbols, &at);
	for (unsigned i = 0; i < d->count; i++) {
		if (symbols[i] == 0)
			continue;
		g_assert_cmpuint(at + symbols[i], <=, length);
		time += 250 * (symbols[i] == 1 ? body[at] : (int16_t)wire_get16(body + at));
		at += symbols[i];
		d->received[i] = true;
		d->arrival_us[i] = time;
	}
	g_assert_cmpuint(length - at, <, 4);
	for (; at < length; at++)
		g_assert_cmpuint(body[at], ==, 0);
}

static uint8_t buffer[1500];

/* One message, or false. */
static bool next_feedback(struct twcc_recorder *r, size_t capacity, struct decoded *d)
{
	static struct rtcp_item item;
	struct rtcp_writer w;
	struct rtcp_reader reader;
	rtcp_writer_init(&w, buffer, capacity);
	if (!twcc_add_feedback(r, &w, 11, 22)) {
		g_assert_cmpuint(w.length, ==, 0);
		return false;
	}
	rtcp_reader_init(&reader, buffer, w.length);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_TRANSPORT_CC);
	g_assert_cmpuint(item.sender_ssrc, ==, 11);
	g_assert_cmpuint(item.media_ssrc, ==, 22);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, ERR_NOT_FOUND);
	decode(&item, d);
	return true;
}

static void check_arrival(const struct decoded *d, unsigned i, uint64_t arrival_us)
{
	g_assert_true(d->received[i]);
	g_assert_cmpint(d->arrival_us[i], ==,
			(int64_t)(arrival_us / 250 * 250 % (UINT64_C(64000) << 24)));
}

static struct decoded d;

static void test_nothing_to_say(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	g_assert_false(next_feedback(r, sizeof buffer, &d));
	twcc_record(r, 5, 1000);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_false(next_feedback(r, sizeof buffer, &d));
	twcc_recorder_free(r);
}

static void test_arrivals_and_losses(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	twcc_record(r, 65534, 1000 * MS);
	twcc_record(r, 65535, 1001 * MS);
	twcc_record(r, 2, 1100 * MS);	  /* 0 and 1 are lost; 99 ms are a large delta */
	twcc_record(r, 3, 1100 * MS - 7); /* before the one before */
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 65534);
	g_assert_cmpuint(d.count, ==, 6);
	g_assert_cmpuint(d.feedback_count, ==, 0);
	check_arrival(&d, 0, 1000 * MS);
	check_arrival(&d, 1, 1001 * MS);
	g_assert_false(d.received[2]);
	g_assert_false(d.received[3]);
	check_arrival(&d, 4, 1100 * MS);
	check_arrival(&d, 5, 1100 * MS - 7);

	/* A loss at the beginning of the next message is part of it. */
	twcc_record(r, 5, 1200 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 4);
	g_assert_cmpuint(d.count, ==, 2);
	g_assert_cmpuint(d.feedback_count, ==, 1);
	g_assert_false(d.received[0]);
	check_arrival(&d, 1, 1200 * MS);
	twcc_recorder_free(r);
}

static void test_late_packets_get_a_message_of_their_own(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	for (unsigned i = 0; i < 20; i++)
		if (i != 5 && i != 7 && i != 8)
			twcc_record(r, (uint16_t)i, i * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.count, ==, 20);
	twcc_record(r, 20, 20 * MS);
	twcc_record(r, 8, 21 * MS);
	twcc_record(r, 5, 22 * MS);
	twcc_record(r, 5, 23 * MS); /* only the first arrival counts */
	twcc_record(r, 6, 24 * MS); /* reported already */
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 5);
	g_assert_cmpuint(d.count, ==, 1);
	check_arrival(&d, 0, 22 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 8);
	g_assert_cmpuint(d.count, ==, 1);
	check_arrival(&d, 0, 21 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 20);
	g_assert_cmpuint(d.count, ==, 1);
	check_arrival(&d, 0, 20 * MS);
	g_assert_false(next_feedback(r, sizeof buffer, &d));
	twcc_recorder_free(r);
}

static void test_packet_from_before_the_first(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	twcc_record(r, 0, 5 * MS);
	twcc_record(r, 65535, 6 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 65535);
	g_assert_cmpuint(d.count, ==, 1);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 0);
	twcc_recorder_free(r);
}

static void test_long_runs_take_one_chunk(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	for (unsigned i = 0; i < 200; i++)
		twcc_record(r, (uint16_t)i, i * MS);
	twcc_record(r, 900, 200 * MS);
	struct rtcp_writer w;
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(twcc_add_feedback(r, &w, 1, 2));
	/* Header and SSRCs, header of the body, runs of 200, 700 and 1, 201 deltas, padding. */
	g_assert_cmpuint(w.length, ==, 12 + 8 + 6 + 201 + 1);
	g_assert_cmphex(wire_get16(buffer + 20), ==, 1 << 13 | 200);
	g_assert_cmphex(wire_get16(buffer + 22), ==, 700);
	g_assert_cmphex(wire_get16(buffer + 24), ==, 1 << 13 | 1);
	twcc_recorder_free(r);
}

static void test_a_pause_too_long_for_a_delta_begins_another_message(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	twcc_record(r, 1, 1000 * MS);
	twcc_record(r, 2, 9150 * MS); /* less than 32,767 ticks from the reference time */
	twcc_record(r, 4, 17400 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.count, ==, 2);
	check_arrival(&d, 1, 9150 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint(d.base, ==, 3);
	g_assert_cmpuint(d.count, ==, 2);
	check_arrival(&d, 1, 17400 * MS);
	g_assert_false(next_feedback(r, sizeof buffer, &d));
	twcc_recorder_free(r);
}

static void test_reference_time_wraps(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	uint64_t wrap_us = UINT64_C(64000) << 24;
	twcc_record(r, 1, wrap_us - 1);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	check_arrival(&d, 0, wrap_us - 1);
	twcc_record(r, 2, wrap_us + 500);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	check_arrival(&d, 0, wrap_us + 500);
	twcc_recorder_free(r);
}

static void test_too_little_room_loses_nothing(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	for (unsigned i = 0; i < 300; i++)
		twcc_record(r, (uint16_t)(i * 3),
			    i * 70 * MS); /* two lost, then a large delta, and so on */
	unsigned next = 0, received = 0;
	for (size_t capacity = 0; capacity < 24; capacity++)
		g_assert_false(next_feedback(r, capacity, &d));
	while (next_feedback(r, 24 + received % 60, &d)) {
		g_assert_cmpuint(d.base, ==, next);
		for (unsigned i = 0; i < d.count; i++, next++) {
			g_assert_cmpint(d.received[i], ==, next % 3 == 0);
			if (d.received[i])
				check_arrival(&d, i, next / 3 * 70 * MS);
			received += d.received[i];
		}
	}
	g_assert_cmpuint(received, ==, 300);
	g_assert_cmpuint(next, ==, 299 * 3 + 1);
	twcc_recorder_free(r);
}

static void test_a_jump_forgets_the_old(void)
{
	struct twcc_recorder *r = twcc_recorder_new();
	twcc_record(r, 1, 1 * MS);
	twcc_record(r, 20000, 2 * MS);
	g_assert_true(next_feedback(r, sizeof buffer, &d));
	g_assert_cmpuint((uint16_t)(d.base + d.count - 1), ==, 20000);
	check_arrival(&d, d.count - 1, 2 * MS);
	g_assert_false(next_feedback(r, sizeof buffer, &d));
	twcc_record(r, 18000, 3 * MS); /* older than we remember */
	g_assert_false(next_feedback(r, sizeof buffer, &d));
	twcc_recorder_free(r);
}

/* Minutes of a lossy, reordering, duplicating network: each arrival reported once, exactly, and
 * each message in turn. */
static void test_random_network(void)
{
	enum { N = 60000, DEPTH = 12 };
	static uint64_t arrival[N + DEPTH];
	static bool reported[N + DEPTH];
	static unsigned order[N + DEPTH];
	struct twcc_recorder *r = twcc_recorder_new();
	uint64_t now = 12345678;
	unsigned n_arrived = 0, n_reported = 0;
	uint8_t feedback_count = 0;
	uint16_t first = (uint16_t)g_test_rand_int();
	for (unsigned i = 0; i < N; i++)
		order[i] = i;
	for (unsigned i = 0; i + DEPTH < N; i++) {
		unsigned other = i + (g_test_rand_int_range(0, 10)
					      ? 0
					      : (unsigned)g_test_rand_int_range(0, DEPTH));
		unsigned swap = order[i];
		order[i] = order[other];
		order[other] = swap;
	}
	for (unsigned i = 0; i < N; i++) {
		unsigned k = order[i];
		now += (uint64_t)g_test_rand_int_range(0, g_test_rand_int_range(0, 40) ? 3000
										       : 300000);
		if (g_test_rand_int_range(0, 20) == 0 &&
		    i + 1 < N) /* the last one shows the rest */
			continue;
		twcc_record(r, (uint16_t)(first + k), now);
		if (!arrival[k])
			n_arrived++;
		arrival[k] = arrival[k] ? arrival[k] : now;
		if (g_test_rand_int_range(0, 50) == 0)
			twcc_record(r, (uint16_t)(first + k), now + 1000); /* a duplicate */
		if (g_test_rand_int_range(0, 60) && i + 1 < N)
			continue;
		while (next_feedback(r, (size_t)g_test_rand_int_range(100, 1200), &d)) {
			g_assert_cmpuint(d.feedback_count, ==, feedback_count++);
			for (unsigned s = 0; s < d.count; s++) {
				if (!d.received[s])
					continue;
				unsigned near = MIN(i, N - 1) + 2 * DEPTH;
				unsigned back = (uint16_t)(first + near - (d.base + s));
				g_assert_cmpuint(back, <, 2000);
				unsigned number = near - back;
				g_assert_false(reported[number]);
				reported[number] = true;
				check_arrival(&d, s, arrival[number]);
				n_reported++;
			}
		}
	}
	g_assert_cmpuint(n_reported, ==, n_arrived);
	twcc_recorder_free(r);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/twcc/nothing_to_say", test_nothing_to_say);
	g_test_add_func("/twcc/arrivals_and_losses", test_arrivals_and_losses);
	g_test_add_func("/twcc/late_packets_get_a_message_of_their_own",
			test_late_packets_get_a_message_of_their_own);
	g_test_add_func("/twcc/packet_from_before_the_first", test_packet_from_before_the_first);
	g_test_add_func("/twcc/long_runs_take_one_chunk", test_long_runs_take_one_chunk);
	g_test_add_func("/twcc/a_pause_too_long_for_a_delta_begins_another_message",
			test_a_pause_too_long_for_a_delta_begins_another_message);
	g_test_add_func("/twcc/reference_time_wraps", test_reference_time_wraps);
	g_test_add_func("/twcc/too_little_room_loses_nothing", test_too_little_room_loses_nothing);
	g_test_add_func("/twcc/a_jump_forgets_the_old", test_a_jump_forgets_the_old);
	g_test_add_func("/twcc/random_network", test_random_network);
	return g_test_run();
}
