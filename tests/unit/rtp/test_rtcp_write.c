#include "relay/rtp/rtcp_write.h"
#include <glib.h>
#include <string.h>

static uint8_t buffer[2048];
static struct rtcp_item item;

/* Reads the only part that was written. */
static void read_back(const struct rtcp_writer *w, enum rtcp_type type)
{
	struct rtcp_reader reader;
	rtcp_reader_init(&reader, w->data, w->length);
	g_assert_cmpint(rtcp_next(&reader, &item), ==, OK);
	g_assert_cmpint(item.type, ==, type);
	struct rtcp_item rest;
	g_assert_cmpint(rtcp_next(&reader, &rest), ==, ERR_NOT_FOUND);
}

static void check_block(const struct rtcp_report_block *a, const struct rtcp_report_block *b)
{
	g_assert_cmpuint(a->ssrc, ==, b->ssrc);
	g_assert_cmpuint(a->fraction_lost, ==, b->fraction_lost);
	g_assert_cmpint(a->cumulative_lost, ==, b->cumulative_lost);
	g_assert_cmpuint(a->highest_sequence, ==, b->highest_sequence);
	g_assert_cmpuint(a->jitter, ==, b->jitter);
	g_assert_cmpuint(a->last_sr, ==, b->last_sr);
	g_assert_cmpuint(a->delay_since_sr, ==, b->delay_since_sr);
}

static void test_reports_come_back(void)
{
	struct rtcp_writer w;
	struct rtcp_report_block blocks[RTCP_MAX_REPORTS];
	for (unsigned i = 0; i < RTCP_MAX_REPORTS; i++)
		blocks[i] = (struct rtcp_report_block){.ssrc = i,
						       .fraction_lost = (uint8_t)(i * 8),
						       .cumulative_lost = (int32_t)i * 1000 - 15000,
						       .highest_sequence = i * 0x10001,
						       .jitter = i * 3,
						       .last_sr = i * 0x1000000,
						       .delay_since_sr = i * 65536};
	for (unsigned n = 0; n <= RTCP_MAX_REPORTS; n++) {
		rtcp_writer_init(&w, buffer, sizeof buffer);
		g_assert_true(rtcp_add_receiver_report(&w, 77, blocks, n));
		read_back(&w, RTCP_RECEIVER_REPORT);
		g_assert_cmpuint(item.sender_ssrc, ==, 77);
		g_assert_cmpuint(item.n_reports, ==, n);
		for (unsigned i = 0; i < n; i++)
			check_block(&item.reports[i], &blocks[i]);
	}
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(rtcp_add_sender_report(&w, 5, 0x0123456789abcdef, 0xfedcba98, 1000, 2000000));
	read_back(&w, RTCP_SENDER_REPORT);
	g_assert_cmpuint(item.sender_ssrc, ==, 5);
	g_assert_cmphex(item.ntp, ==, 0x0123456789abcdef);
	g_assert_cmphex(item.rtp_timestamp, ==, 0xfedcba98);
	g_assert_cmpuint(item.packets, ==, 1000);
	g_assert_cmpuint(item.octets, ==, 2000000);
}

/* Random rising rows, over the wrap: exactly these numbers come back, in as few pairs as 16 apart
 * allow. */
static void test_nacks_come_back(void)
{
	for (int round = 0; round < 2000; round++) {
		uint16_t numbers[64], back[64], at = (uint16_t)g_test_rand_int();
		size_t n = (size_t)g_test_rand_int_range(1, 64), least_pairs = 0;
		uint16_t pair_start = 0;
		for (size_t i = 0; i < n; i++) {
			numbers[i] = at;
			if (i == 0 || (uint16_t)(at - pair_start) > 16) {
				least_pairs++;
				pair_start = at;
			}
			at = (uint16_t)(at + g_test_rand_int_range(1, 20));
		}
		struct rtcp_writer w;
		rtcp_writer_init(&w, buffer, sizeof buffer);
		g_assert_true(rtcp_add_nack(&w, 1, 2, numbers, n));
		read_back(&w, RTCP_NACK);
		g_assert_cmpuint(item.sender_ssrc, ==, 1);
		g_assert_cmpuint(item.media_ssrc, ==, 2);
		g_assert_cmpuint(item.fci_length, ==, least_pairs * 4);
		g_assert_cmpmem(back, rtcp_nack_numbers(&item, back, 64) * 2, numbers, n * 2);
	}
}

static void test_nack_of_nothing_is_nothing(void)
{
	struct rtcp_writer w;
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(rtcp_add_nack(&w, 1, 2, NULL, 0));
	g_assert_cmpuint(w.length, ==, 0);
}

static void test_keyframe_requests_and_bye_come_back(void)
{
	struct rtcp_writer w;
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(rtcp_add_pli(&w, 1, 2));
	read_back(&w, RTCP_PLI);
	g_assert_cmpuint(item.sender_ssrc, ==, 1);
	g_assert_cmpuint(item.media_ssrc, ==, 2);
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(rtcp_add_fir(&w, 1, 2, 200));
	read_back(&w, RTCP_FIR);
	g_assert_cmpuint(item.media_ssrc, ==, 2);
	g_assert_cmpuint(item.fir_sequence, ==, 200);
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(rtcp_add_bye(&w, 3));
	read_back(&w, RTCP_BYE);
	g_assert_cmpuint(item.sender_ssrc, ==, 3);
}

static void test_transport_feedback_comes_back(void)
{
	static const uint8_t body[12] = {0, 1, 0, 1, 0, 0, 3, 4, 0x20, 1, 9, 0};
	struct rtcp_writer w;
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_true(rtcp_add_transport_feedback(&w, 15, 1, 2, body, sizeof body));
	read_back(&w, RTCP_TRANSPORT_CC);
	g_assert_cmpmem(item.fci, item.fci_length, body, sizeof body);
}

static void test_names_end_with_a_zero_byte(void)
{
	char name[258];
	for (size_t length = 0; length <= 255; length++) {
		struct rtcp_writer w;
		memset(buffer, 0xff, sizeof buffer);
		memset(name, 'n', length);
		name[length] = 0;
		rtcp_writer_init(&w, buffer, sizeof buffer);
		g_assert_true(rtcp_add_sdes_cname(&w, 0x01020304, name));
		read_back(&w, RTCP_OTHER);
		g_assert_cmphex(buffer[0], ==, 0x81);
		g_assert_cmpuint(buffer[1], ==, 202);
		g_assert_cmpuint(buffer[8], ==, 1);
		g_assert_cmpuint(buffer[9], ==, length);
		g_assert_cmpmem(buffer + 10, length, name, length);
		g_assert_cmpuint(w.length, >, 10 + length);
		for (size_t i = 10 + length; i < w.length; i++)
			g_assert_cmpuint(buffer[i], ==, 0);
	}
	struct rtcp_writer w;
	memset(name, 'n', 256);
	name[256] = 0;
	rtcp_writer_init(&w, buffer, sizeof buffer);
	g_assert_false(rtcp_add_sdes_cname(&w, 1, name));
}

/* Each part by the number of its row; all are refused until exactly their size is left. */
static bool add(struct rtcp_writer *w, int row)
{
	static const struct rtcp_report_block block;
	static const uint16_t numbers[] = {1, 100};
	static const uint8_t body[8];
	switch (row) {
	case 0:
		return rtcp_add_sender_report(w, 1, 2, 3, 4, 5);
	case 1:
		return rtcp_add_receiver_report(w, 1, &block, 1);
	case 2:
		return rtcp_add_sdes_cname(w, 1, "name");
	case 3:
		return rtcp_add_nack(w, 1, 2, numbers, 2);
	case 4:
		return rtcp_add_pli(w, 1, 2);
	case 5:
		return rtcp_add_fir(w, 1, 2, 3);
	case 6:
		return rtcp_add_bye(w, 1);
	default:
		return rtcp_add_transport_feedback(w, 15, 1, 2, body, 8);
	}
}

static void test_what_does_not_fit_is_not_written(void)
{
	static const size_t sizes[] = {28, 32, 16, 20, 12, 20, 8, 20};
	for (int row = 0; row < 8; row++) {
		for (size_t left = 0; left <= sizes[row]; left++) {
			g_autofree uint8_t *data = g_malloc(8 + left);
			struct rtcp_writer w;
			rtcp_writer_init(&w, data, 8 + left);
			g_assert_true(rtcp_add_bye(&w, 9));
			g_assert_cmpint(add(&w, row), ==, left == sizes[row]);
			g_assert_cmpuint(w.length, ==, 8 + (left == sizes[row] ? left : 0));
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rtcp_write/reports_come_back", test_reports_come_back);
	g_test_add_func("/rtcp_write/nacks_come_back", test_nacks_come_back);
	g_test_add_func("/rtcp_write/nack_of_nothing_is_nothing", test_nack_of_nothing_is_nothing);
	g_test_add_func("/rtcp_write/keyframe_requests_and_bye_come_back",
			test_keyframe_requests_and_bye_come_back);
	g_test_add_func("/rtcp_write/transport_feedback_comes_back",
			test_transport_feedback_comes_back);
	g_test_add_func("/rtcp_write/names_end_with_a_zero_byte", test_names_end_with_a_zero_byte);
	g_test_add_func("/rtcp_write/what_does_not_fit_is_not_written",
			test_what_does_not_fit_is_not_written);
	return g_test_run();
}
