/* Numbers and timestamps that go on, whatever comes. */
#include "recordings/steady.h"
#include "relay/base/wire.h"
#include <glib.h>

#define MS UINT64_C(1000)

struct row {
	struct steady steady;
	uint64_t us;
	uint16_t sequence; /* of the last one that went on */
	uint32_t timestamp;
};

static void give(struct row *r, uint16_t sequence, uint32_t timestamp)
{
	uint8_t rtp[12] = {0x80, 111};
	wire_put16(rtp + 2, sequence);
	wire_put32(rtp + 4, timestamp);
	wire_put32(rtp + 8, timestamp ^ sequence);
	steady_packet(&r->steady, rtp, r->us);
	r->sequence = wire_get16(rtp + 2);
	r->timestamp = wire_get32(rtp + 4);
	g_assert_cmpuint(wire_get32(rtp + 8), ==, 1);
}

static void what_fits_stays_as_it_is(void)
{
	struct row r = {0};
	for (unsigned i = 0; i < 70000; i++) {
		uint64_t due_us = 20 * MS * i;
		/* Some are under way for longer, and hold up those behind them. */
		r.us = MAX(r.us, i % 70 == 3 ? due_us + 800 * MS : due_us);
		give(&r, (uint16_t)(65000 + i), UINT32_MAX - 5000 + 960 * i);
		g_assert_cmpuint(r.sequence, ==, (uint16_t)(65000 + i));
		g_assert_cmpuint(r.timestamp, ==, UINT32_MAX - 5000 + 960 * i);
	}
}

static void late_ones_and_pauses_fit_too(void)
{
	struct row r = {.us = 5000 * MS};
	give(&r, 10, 1000);
	r.us += 40 * MS;
	give(&r, 12, 1000 + 2 * 960);
	give(&r, 11, 1000 + 960); /* sent again */
	g_assert_cmpuint(r.sequence, ==, 11);
	g_assert_cmpuint(r.timestamp, ==, 1000 + 960);
	r.us += 600 * MS;
	give(&r, 12 + 30, 1000 + 32 * 960); /* half a second is missing */
	g_assert_cmpuint(r.sequence, ==, 12 + 30);
	r.us += 3600 * 1000 * MS; /* an hour of silence */
	give(&r, 12 + 31, 1000 + 32 * 960 + 3600u * 48000);
	g_assert_cmpuint(r.sequence, ==, 12 + 31);
	g_assert_cmpuint(r.timestamp, ==, 1000 + 32 * 960 + 3600u * 48000);
}

/* Nobody makes up for half a minute that wasn't. */
static void a_gap_that_has_no_time_is_closed(void)
{
	struct row r = {.us = 5000 * MS};
	give(&r, 10, 1000);
	r.us += 20 * MS;
	give(&r, 1000, 1960);
	g_assert_cmpuint(r.sequence, ==, 11);
	r.us += 20 * MS;
	give(&r, 1001, 1960 + 960);
	g_assert_cmpuint(r.sequence, ==, 12);
	r.us += 60000 * MS; /* a minute's, neither */
	give(&r, 4000, 1960 + 960 + 60 * 48000);
	g_assert_cmpuint(r.sequence, ==, 13);
}

static void a_jump_is_taken_out(void)
{
	struct row r = {.us = 5000 * MS};
	give(&r, 10, 1000);
	for (unsigned i = 1; i < 50; i++) {
		uint16_t sequence = r.sequence;
		uint32_t timestamp = r.timestamp;
		r.us += 20 * MS;
		give(&r, (uint16_t)(i * 7919), i * 2654435761u);
		g_assert_cmpuint((uint16_t)(r.sequence - sequence), ==, 1);
		g_assert_cmpuint(r.timestamp - timestamp, ==, 960);
	}
	/* From there on it is a row again, as it comes. */
	uint32_t timestamp = r.timestamp;
	for (unsigned i = 1; i < 50; i++) {
		r.us += 20 * MS;
		give(&r, (uint16_t)(40000 + i), 7 + 960 * i);
		g_assert_cmpuint(r.timestamp, ==, timestamp + 960 * i);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/steady/what_fits_stays_as_it_is", what_fits_stays_as_it_is);
	g_test_add_func("/steady/late_ones_and_pauses_fit_too", late_ones_and_pauses_fit_too);
	g_test_add_func("/steady/a_gap_that_has_no_time_is_closed",
			a_gap_that_has_no_time_is_closed);
	g_test_add_func("/steady/a_jump_is_taken_out", a_jump_is_taken_out);
	return g_test_run();
}
