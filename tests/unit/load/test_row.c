#include "tests/load/row.h"
#include <string.h>

#define PAYLOAD 60

static struct row row;
static GArray *delays;

/* A voice packet of a publication as it arrives: 1 ms after it was sent. */
static void arrive_of(uint32_t origin, uint16_t sequence, uint32_t number)
{
	static const struct extension_map no_extensions;
	const struct rtp_extension_values none = {0};
	uint8_t packet[RTP_HEADER_MAX + PAYLOAD] = {0};
	size_t header = rtp_write_header(packet, RTP_HEADER_MAX, false, false, 96, sequence, 0, 1,
					 &no_extensions, &none);
	stamp_seal(packet + header, PAYLOAD, origin, number);
	stamp_time(packet + header, PAYLOAD, 5000);
	row_count(&row, sequence, header + PAYLOAD);
	row_check(&row, packet, header + PAYLOAD, 6000, delays);
}

static void arrive(uint16_t sequence, uint32_t number)
{
	arrive_of(1, sequence, number);
}

static void begin(void)
{
	memset(&row, 0, sizeof row);
	g_array_set_size(delays, 0);
}

static void test_all_in_order(void)
{
	begin();
	for (unsigned i = 0; i < 300; i++)
		arrive((uint16_t)(65400 + i), i);
	g_assert_cmpuint(row.counts.packets, ==, 300);
	g_assert_cmpuint(row.counts.expected, ==, 300);
	g_assert_cmpuint(row.counts.authenticated, ==, 300);
	g_assert_cmpuint(row.counts.late + row.counts.broken + row.counts.skipped, ==, 0);
	g_assert_cmpuint(delays->len, ==, 300);
	g_assert_cmpuint(g_array_index(delays, uint32_t, 7), ==, 1000);
	g_assert_cmpuint(row.first_us, ==, 6000);
}

static void test_gap_is_a_loss(void)
{
	begin();
	arrive(1, 1);
	arrive(5, 5);
	g_assert_cmpuint(row.counts.expected, ==, 5);
	g_assert_cmpuint(row.counts.packets, ==, 2);
	g_assert_cmpuint(row.counts.skipped + row.counts.broken, ==, 0);
}

static void test_what_is_held_back_without_a_gap_is_seen(void)
{
	begin();
	arrive(1, 1);
	arrive(2, 5);
	g_assert_cmpuint(row.counts.expected, ==, 2);
	g_assert_cmpuint(row.counts.skipped, ==, 3);
}

static void test_late_packet_is_no_fault(void)
{
	begin();
	arrive(1, 1);
	arrive(3, 3);
	arrive(2, 2);
	arrive(4, 4);
	g_assert_cmpuint(row.counts.late, ==, 1);
	g_assert_cmpuint(row.counts.broken, ==, 0);
}

static void test_wrong_order_is_broken(void)
{
	begin();
	arrive(1, 10);
	arrive(2, 9);
	g_assert_cmpuint(row.counts.broken, ==, 1);
}

static void test_other_publications_count_for_themselves(void)
{
	begin();
	arrive_of(1, 1, 100);
	arrive_of(2, 2, 7);
	arrive_of(1, 3, 200);
	g_assert_cmpuint(row.counts.broken + row.counts.skipped, ==, 0);
}

static void test_wrong_byte_is_broken(void)
{
	uint8_t packet[12 + PAYLOAD] = {0x80, 96};
	begin();
	stamp_seal(packet + 12, PAYLOAD, 1, 1);
	packet[20] ^= 1;
	row_check(&row, packet, sizeof packet, 1, delays);
	g_assert_cmpuint(row.counts.broken, ==, 1);
	g_assert_cmpuint(delays->len, ==, 0);
}

static void test_empty_packet_is_no_fault(void)
{
	uint8_t packet[12] = {0x80, 96};
	begin();
	row_check(&row, packet, sizeof packet, 1, delays);
	g_assert_cmpuint(row.counts.broken, ==, 0);
	g_assert_cmpuint(row.first_us, ==, 0);
}

/* RFC 7741: descriptor of one byte (S set), then a keyframe's first byte. */
static void arrive_video(bool starts, bool marker, uint32_t timestamp, uint64_t now_us)
{
	uint8_t packet[12 + 2] = {0x80, (uint8_t)(marker << 7 | 96)};
	packet[7] = (uint8_t)timestamp;
	packet[12] = starts ? 0x10 : 0x00;
	packet[13] = starts ? 0x10 : 0xaa;
	row_check(&row, packet, sizeof packet, now_us, NULL);
}

static void test_keyframe_is_there_when_its_last_packet_is(void)
{
	begin();
	row.video = true;
	arrive_video(false, true, 1, 10); /* the end of a picture that began before */
	g_assert_cmpuint(row.keyframe_us, ==, 0);
	arrive_video(true, false, 2, 20);
	arrive_video(false, false, 2, 30);
	g_assert_cmpuint(row.keyframe_us, ==, 0);
	arrive_video(false, true, 2, 40);
	g_assert_cmpuint(row.keyframe_us, ==, 40);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	delays = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_test_add_func("/row/all_in_order", test_all_in_order);
	g_test_add_func("/row/gap_is_a_loss", test_gap_is_a_loss);
	g_test_add_func("/row/what_is_held_back_without_a_gap_is_seen",
			test_what_is_held_back_without_a_gap_is_seen);
	g_test_add_func("/row/late_packet_is_no_fault", test_late_packet_is_no_fault);
	g_test_add_func("/row/wrong_order_is_broken", test_wrong_order_is_broken);
	g_test_add_func("/row/other_publications_count_for_themselves",
			test_other_publications_count_for_themselves);
	g_test_add_func("/row/wrong_byte_is_broken", test_wrong_byte_is_broken);
	g_test_add_func("/row/empty_packet_is_no_fault", test_empty_packet_is_no_fault);
	g_test_add_func("/row/keyframe_is_there_when_its_last_packet_is",
			test_keyframe_is_there_when_its_last_packet_is);
	int status = g_test_run();
	g_array_unref(delays);
	return status;
}
