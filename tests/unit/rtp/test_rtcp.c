#include "relay/rtp/rtcp.h"
#include <glib.h>
#include <string.h>

static enum err first(const uint8_t *data, size_t length, struct rtcp_item *ret)
{
	struct rtcp_reader reader;
	rtcp_reader_init(&reader, data, length);
	return rtcp_next(&reader, ret);
}

#define FIRST(ret, ...)                                                                            \
	first((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), ret)

/* A sender report with one block, SDES, a NACK of two pairs, a BYE: what a compound packet may look
 * like. */
static const uint8_t compound[] = {
	0x81, 200,  0,	  12,	0,    0,   0, 1,  0xe0, 0,   0, 1, 0x80, 0, 0,	  0,
	0,    1,    0,	  0,	0,    0,   0, 10, 0,	0,   4, 0, 0,	 0, 0,	  2,
	64,   0xff, 0xff, 0xfe, 0,    1,   0, 5,  0,	0,   0, 7, 0,	 1, 0x80, 0,
	0,    0,    0x80, 0,	0x81, 202, 0, 3,  0,	0,   0, 1, 1,	 2, 'a',  'b',
	0,    0,    0,	  0,	0x81, 205, 0, 4,  0,	0,   0, 1, 0,	 0, 0,	  2,
	0xff, 0xff, 0x80, 0x01, 0,    40,  0, 0,  0x81, 203, 0, 1, 0,	 0, 0,	  1};

static void test_compound_packet(void)
{
	static struct rtcp_item item;
	struct rtcp_reader reader;
	uint16_t numbers[32];
	rtcp_reader_init(&reader, compound, sizeof compound);

	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_SENDER_REPORT);
	g_assert_cmpuint(item.sender_ssrc, ==, 1);
	g_assert_cmphex(item.ntp, ==, 0xe000000180000000);
	g_assert_cmphex(item.rtp_timestamp, ==, 0x10000);
	g_assert_cmpuint(item.packets, ==, 10);
	g_assert_cmpuint(item.octets, ==, 1024);
	g_assert_cmpuint(item.n_reports, ==, 1);
	g_assert_cmpuint(item.reports[0].ssrc, ==, 2);
	g_assert_cmpuint(item.reports[0].fraction_lost, ==, 64);
	g_assert_cmpint(item.reports[0].cumulative_lost, ==, -2);
	g_assert_cmphex(item.reports[0].highest_sequence, ==, 0x10005);
	g_assert_cmpuint(item.reports[0].jitter, ==, 7);
	g_assert_cmphex(item.reports[0].last_sr, ==, 0x00018000);
	g_assert_cmphex(item.reports[0].delay_since_sr, ==, 0x8000);

	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_OTHER);
	g_assert_cmpuint(item.n_reports, ==, 0);

	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_NACK);
	g_assert_cmpuint(item.media_ssrc, ==, 2);
	g_assert_cmpuint(rtcp_nack_numbers(&item, numbers, 32), ==, 4);
	g_assert_cmpuint(numbers[0], ==, 0xffff);
	g_assert_cmpuint(numbers[1], ==, 0);
	g_assert_cmpuint(numbers[2], ==, 15);
	g_assert_cmpuint(numbers[3], ==, 40);
	g_assert_cmpuint(rtcp_nack_numbers(&item, numbers, 3), ==, 3);

	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_BYE);
	g_assert_cmpuint(item.sender_ssrc, ==, 1);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, ERR_NOT_FOUND);
}

/* A prefix that ends between two parts is a shorter compound packet; every other one is truncated.
 */
static void test_every_prefix(void)
{
	static struct rtcp_item item;
	for (size_t n = 0; n < sizeof compound; n++) {
		g_autofree uint8_t *prefix = g_memdup2(compound, n);
		struct rtcp_reader reader;
		enum err err;
		rtcp_reader_init(&reader, prefix, n);
		while ((err = rtcp_next(&reader, &item)) == OK)
			g_assert_cmpuint(reader.offset, <=, n);
		bool whole = n == 0 || n == 52 || n == 68 || n == 88;
		g_assert_cmpint(err, ==, whole ? ERR_NOT_FOUND : ERR_TRUNCATED);
	}
}

static void test_keyframe_requests(void)
{
	static struct rtcp_item item;
	g_assert_cmpint(FIRST(&item, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_PLI);
	g_assert_cmpuint(item.sender_ssrc, ==, 1);
	g_assert_cmpuint(item.media_ssrc, ==, 2);

	static const uint8_t fir[] = {0x84, 206, 0, 6, 0,    0,	  0, 1, 0, 0, 0, 0,
				      0,    0,	 0, 5, 17,   0,	  0, 0, 0, 0, 0, 6,
				      255,  0,	 0, 0, 0x80, 201, 0, 1, 0, 0, 0, 9};
	struct rtcp_reader reader;
	rtcp_reader_init(&reader, fir, sizeof fir);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_FIR);
	g_assert_cmpuint(item.media_ssrc, ==, 5);
	g_assert_cmpuint(item.fir_sequence, ==, 17);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_FIR);
	g_assert_cmpuint(item.media_ssrc, ==, 6);
	g_assert_cmpuint(item.fir_sequence, ==, 255);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_RECEIVER_REPORT);
	g_assert_cmpuint(item.sender_ssrc, ==, 9);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, ERR_NOT_FOUND);
}

static void test_remb(void)
{
	static struct rtcp_item item;
	g_assert_cmpint(FIRST(&item, 0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1,
			      0x0b, 0xff, 0xff, 0, 0, 0, 7),
			==, OK);
	g_assert_cmpint(item.type, ==, RTCP_REMB);
	g_assert_cmpuint(item.remb_bitrate, ==, 0x3ffff << 2);
	g_assert_cmpint(FIRST(&item, 0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 0,
			      0xff, 0xff, 0xff),
			==, OK);
	g_assert_cmpuint(item.remb_bitrate, ==, UINT64_MAX);
	g_assert_cmpint(FIRST(&item, 0x8f, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1,
			      0, 0, 0),
			==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 'g', 'o', 'o', 'g'),
			==, OK);
	g_assert_cmpint(item.type, ==, RTCP_OTHER);
}

static void test_transport_feedback_is_left_as_bytes(void)
{
	static struct rtcp_item item;
	static const uint8_t data[] = {0x8f, 205, 0, 5, 0, 0, 0, 1, 0,	  0, 0, 2,
				       0,    1,	  0, 1, 0, 0, 3, 4, 0x20, 1, 9, 0};
	g_assert_cmpint(first(data, sizeof data, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_TRANSPORT_CC);
	g_assert_cmpmem(item.fci, item.fci_length, data + 12, 12);
	g_assert_cmpint(FIRST(&item, 0x8f, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 1), ==,
			ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x83, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 1), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_OTHER);
}

static void test_bye_of_several_sources(void)
{
	static struct rtcp_item item;
	static const uint8_t bye[] = {0x82, 203, 0, 3,	 0, 0, 0,    1,	  0, 0,
				      0,    2,	 1, 'x', 0, 0, 0x80, 203, 0, 0};
	struct rtcp_reader reader;
	rtcp_reader_init(&reader, bye, sizeof bye);
	for (unsigned ssrc = 1; ssrc <= 2; ssrc++) {
		g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
		g_assert_cmpint(item.type, ==, RTCP_BYE);
		g_assert_cmpuint(item.sender_ssrc, ==, ssrc);
	}
	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, RTCP_OTHER); /* of nobody */
	g_assert_cmpint(rtcp_next(&reader, &item), ==, ERR_NOT_FOUND);
}

static void test_padding_is_no_content(void)
{
	static struct rtcp_item item;
	g_assert_cmpint(
		FIRST(&item, 0xa1, 205, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 0, 0, 0, 0, 4), ==,
		OK);
	g_assert_cmpuint(item.fci_length, ==, 4);
	g_assert_cmpint(FIRST(&item, 0xa1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0xa1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0xa1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4), ==,
			ERR_MALFORMED); /* a PLI cut short */
}

static void test_parts_too_short_for_what_they_count(void)
{
	static struct rtcp_item item;
	g_assert_cmpint(FIRST(&item, 0x40, 201, 0, 1, 0, 0, 0, 1), ==,
			ERR_MALFORMED); /* version 1 */
	g_assert_cmpint(FIRST(&item, 0x80, 201, 0, 0), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x81, 201, 0, 1, 0, 0, 0, 1), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x80, 200, 0, 1, 0, 0, 0, 1), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x82, 203, 0, 1, 0, 0, 0, 1), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x81, 205, 0, 1, 0, 0, 0, 1), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2), ==,
			ERR_MALFORMED); /* empty NACK */
	g_assert_cmpint(FIRST(&item, 0x81, 206, 0, 1, 0, 0, 0, 1), ==, ERR_MALFORMED);
	g_assert_cmpint(FIRST(&item, 0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2), ==,
			ERR_MALFORMED); /* empty FIR */
	g_assert_cmpint(FIRST(&item, 0x84, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3), ==,
			ERR_MALFORMED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rtcp/compound_packet", test_compound_packet);
	g_test_add_func("/rtcp/every_prefix", test_every_prefix);
	g_test_add_func("/rtcp/keyframe_requests", test_keyframe_requests);
	g_test_add_func("/rtcp/remb", test_remb);
	g_test_add_func("/rtcp/transport_feedback_is_left_as_bytes",
			test_transport_feedback_is_left_as_bytes);
	g_test_add_func("/rtcp/bye_of_several_sources", test_bye_of_several_sources);
	g_test_add_func("/rtcp/padding_is_no_content", test_padding_is_no_content);
	g_test_add_func("/rtcp/parts_too_short_for_what_they_count",
			test_parts_too_short_for_what_they_count);
	return g_test_run();
}
