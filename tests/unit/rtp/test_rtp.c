#include "relay/rtp/rtp.h"
#include <glib.h>
#include <string.h>

static const struct extension_map map = {.id = {[EXTENSION_MID] = 4,
						[EXTENSION_AUDIO_LEVEL] = 1,
						[EXTENSION_TRANSPORT_CC] = 3,
						[EXTENSION_RID] = 10}};

static void test_fixed_header(void)
{
	static const uint8_t packet[] = {0x80, 0xe0, 0x12, 0x34, 0xde, 0xad, 0xbe,
					 0xef, 0xca, 0xfe, 0xba, 0xbe, 'x',  'y'};
	struct rtp_header h;
	g_assert_cmpint(rtp_parse(packet, sizeof packet, &map, &h), ==, OK);
	g_assert_true(h.marker);
	g_assert_cmpuint(h.payload_type, ==, 96);
	g_assert_cmpuint(h.sequence, ==, 0x1234);
	g_assert_cmphex(h.timestamp, ==, 0xdeadbeef);
	g_assert_cmphex(h.ssrc, ==, 0xcafebabe);
	g_assert_cmpuint(h.payload_offset, ==, 12);
	g_assert_cmpuint(h.payload_length, ==, 2);
	g_assert_cmpuint(h.padding, ==, 0);
	for (int i = 0; i < EXTENSION_COUNT; i++)
		g_assert_cmpuint(h.extension[i].offset, ==, 0);
}

/* Two contributing sources, then a one-byte block: level, padding, transport sequence, an unknown
 * id, mid. */
static const uint8_t one_byte[] = {0xb2, 111, 0,    1,	  0,   0,    0,	   2,	 0,    0,    0,
				   3,	 9,   9,    9,	  9,   8,    8,	   8,	 8,    0xbe, 0xde,
				   0,	 3,   0x10, 0x85, 0,   0x31, 0xab, 0xcd, 0x70, 1,    0x40,
				   'm',	 0,   0,    'p',  'a', 'y',  0,	   0,	 3};

static void test_one_byte_extensions(void)
{
	struct rtp_header h;
	struct audio_level level;
	uint16_t transport;
	g_assert_cmpint(rtp_parse(one_byte, sizeof one_byte, &map, &h), ==, OK);
	g_assert_cmpuint(h.payload_offset, ==, 36);
	g_assert_cmpuint(h.payload_length, ==, 3);
	g_assert_cmpuint(h.padding, ==, 3);
	g_assert_true(rtp_audio_level(one_byte, &h, &level));
	g_assert_true(level.voice);
	g_assert_cmpuint(level.level_dbov, ==, 5);
	g_assert_true(rtp_transport_sequence(one_byte, &h, &transport));
	g_assert_cmphex(transport, ==, 0xabcd);
	g_assert_cmpuint(h.extension[EXTENSION_MID].length, ==, 1);
	g_assert_cmpint(one_byte[h.extension[EXTENSION_MID].offset], ==, 'm');
	g_assert_cmpuint(h.extension[EXTENSION_RID].offset, ==, 0);
}

static void test_without_a_map_extensions_are_skipped(void)
{
	struct rtp_header h;
	struct audio_level level;
	uint16_t transport;
	g_assert_cmpint(rtp_parse(one_byte, sizeof one_byte, NULL, &h), ==, OK);
	g_assert_cmpuint(h.payload_length, ==, 3);
	g_assert_false(rtp_audio_level(one_byte, &h, &level));
	g_assert_false(rtp_transport_sequence(one_byte, &h, &transport));
}

static void test_two_byte_extensions(void)
{
	/* Application bits set; an empty value, a padding byte, a long value. */
	static const uint8_t packet[] = {0x90, 96, 0, 1,  0, 0, 0, 2, 0,    0,	  0, 3,	 0x10,
					 0x05, 0,  2, 10, 0, 0, 3, 2, 0x12, 0x34, 0, 'x'};
	struct rtp_header h;
	uint16_t transport;
	g_assert_cmpint(rtp_parse(packet, sizeof packet, &map, &h), ==, OK);
	g_assert_cmpuint(h.extension[EXTENSION_RID].offset, ==, 18);
	g_assert_cmpuint(h.extension[EXTENSION_RID].length, ==, 0);
	g_assert_true(rtp_transport_sequence(packet, &h, &transport));
	g_assert_cmphex(transport, ==, 0x1234);
	g_assert_cmpuint(h.payload_length, ==, 1);
}

static void test_id_15_and_id_0_end_a_one_byte_block(void)
{
	uint8_t packet[] = {0x90, 96,	0, 1, 0,    0,	  0,	2, 0,	 0,   0,    3,
			    0xbe, 0xde, 0, 2, 0x10, 0x11, 0xf0, 0, 0x40, 'm', 0xff, 0xff};
	struct rtp_header h;
	for (int i = 0; i < 2; i++, packet[18] = 0x05) {
		g_assert_cmpint(rtp_parse(packet, sizeof packet, &map, &h), ==, OK);
		g_assert_cmpuint(h.extension[EXTENSION_AUDIO_LEVEL].offset, ==, 17);
		g_assert_cmpuint(h.extension[EXTENSION_MID].offset, ==, 0);
	}
}

static void test_other_profiles_are_skipped(void)
{
	static const uint8_t packet[] = {0x90, 96,   0,	   1, 0, 0,    0, 2, 0, 0, 0,
					 3,    0x12, 0x34, 0, 1, 0x1f, 0, 0, 0, 7};
	struct rtp_header h;
	g_assert_cmpint(rtp_parse(packet, sizeof packet, &map, &h), ==, OK);
	g_assert_cmpuint(h.payload_offset, ==, 20);
}

static void test_padding_only(void)
{
	static const uint8_t packet[] = {0xa0, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 2};
	struct rtp_header h;
	g_assert_cmpint(rtp_parse(packet, sizeof packet, NULL, &h), ==, OK);
	g_assert_cmpuint(h.payload_length, ==, 0);
	g_assert_cmpuint(h.padding, ==, 2);
}

/* Each row is a whole packet with one fault; the output must stay as it was. */
static void test_malformed_packets_are_refused(void)
{
	static const struct {
		const char *fault;
		uint8_t bytes[24];
		size_t length;
		enum err err;
	} rows[] = {
		{"version 1", {0x40, 96}, 12, ERR_MALFORMED},
		{"sources beyond the end", {0x81, 96}, 12, ERR_TRUNCATED},
		{"no extension header", {0x90, 96}, 14, ERR_TRUNCATED},
		{"extension beyond the end",
		 {0x90, 96, [12] = 0xbe, 0xde, 0, 2},
		 20,
		 ERR_TRUNCATED},
		{"one-byte element beyond its block",
		 {0x90, 96, [12] = 0xbe, 0xde, 0, 1, 0, 0, 0, 0x10},
		 24,
		 ERR_MALFORMED},
		{"two-byte element beyond its block",
		 {0x90, 96, [12] = 0x10, 0, 0, 1, 1, 3, 0, 0},
		 24,
		 ERR_MALFORMED},
		{"two-byte element without length",
		 {0x90, 96, [12] = 0x10, 0, 0, 1, 0, 0, 0, 1},
		 24,
		 ERR_MALFORMED},
		{"padding of 0", {0xa0, 96}, 16, ERR_MALFORMED},
		{"padding longer than the payload", {0xa0, 96, [15] = 5}, 16, ERR_MALFORMED},
		{"padding without payload", {0xa0, 96}, 12, ERR_MALFORMED},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct rtp_header h, before;
		memset(&h, 0x5a, sizeof h);
		before = h;
		g_test_message("%s", rows[i].fault);
		g_assert_cmpint(rtp_parse(rows[i].bytes, rows[i].length, &map, &h), ==,
				rows[i].err);
		g_assert_cmpmem(&h, sizeof h, &before, sizeof before);
	}
}

static void test_longer_than_offsets_count(void)
{
	g_autofree uint8_t *packet = g_malloc0(70000);
	struct rtp_header h;
	packet[0] = 0x80;
	g_assert_cmpint(rtp_parse(packet, 65535, NULL, &h), ==, OK);
	g_assert_cmpuint(h.payload_length, ==, 65535 - 12);
	g_assert_cmpint(rtp_parse(packet, 65536, NULL, &h), ==, ERR_MALFORMED);
}

/* Each prefix in a block of its own, so that a read beyond it is seen by the sanitizer. */
static void test_every_prefix(void)
{
	for (size_t n = 0; n < sizeof one_byte; n++) {
		g_autofree uint8_t *prefix = g_memdup2(one_byte, n);
		struct rtp_header h;
		enum err err = rtp_parse(prefix, n, &map, &h);
		if (n < 36)
			g_assert_cmpint(err, ==, ERR_TRUNCATED);
		else if (err == OK) /* the prefix's last byte may be a valid count of padding */
			g_assert_cmpuint((size_t)h.payload_offset + h.payload_length + h.padding,
					 ==, n);
		else
			g_assert_cmpint(err, ==, ERR_MALFORMED);
	}
}

static struct rtp_extension_values some_values(void)
{
	struct rtp_extension_values values = {0};
	values.value[EXTENSION_MID] = (const uint8_t *)"17";
	values.length[EXTENSION_MID] = 2;
	values.value[EXTENSION_TRANSPORT_CC] = (const uint8_t *)"\x55\xaa";
	values.length[EXTENSION_TRANSPORT_CC] = 2;
	values.value[EXTENSION_ABS_SEND_TIME] = (const uint8_t *)"abc"; /* not in the map */
	values.length[EXTENSION_ABS_SEND_TIME] = 3;
	return values;
}

static void check_written(const uint8_t *out, size_t n, const struct extension_map *with)
{
	struct rtp_header h;
	uint16_t transport;
	g_assert_cmpint(rtp_parse(out, n, with, &h), ==, OK);
	g_assert_cmpuint(h.payload_offset, ==, n);
	g_assert_true(h.marker);
	g_assert_cmpuint(h.payload_type, ==, 101);
	g_assert_cmpuint(h.sequence, ==, 65535);
	g_assert_cmphex(h.timestamp, ==, 0x89abcdef);
	g_assert_cmphex(h.ssrc, ==, 0x12345678);
	g_assert_cmpmem(out + h.extension[EXTENSION_MID].offset, h.extension[EXTENSION_MID].length,
			"17", 2);
	g_assert_true(rtp_transport_sequence(out, &h, &transport));
	g_assert_cmphex(transport, ==, 0x55aa);
	g_assert_cmpuint(h.extension[EXTENSION_ABS_SEND_TIME].offset, ==, 0);
}

static void test_written_headers_parse(void)
{
	uint8_t out[RTP_HEADER_MAX];
	struct rtp_extension_values values = some_values();
	size_t n = rtp_write_header(out, sizeof out, true, false, 101, 65535, 0x89abcdef,
				    0x12345678, &map, &values);
	g_assert_cmpuint(n, ==, 12 + 4 + 8); /* 3 + 3 bytes and 2 of padding */
	g_assert_cmphex(out[12] << 8 | out[13], ==, 0xbede);
	check_written(out, n, &map);

	struct extension_map high = map;
	high.id[EXTENSION_MID] = 15;
	n = rtp_write_header(out, sizeof out, true, false, 101, 65535, 0x89abcdef, 0x12345678,
			     &high, &values);
	g_assert_cmpuint(n, ==, 12 + 4 + 8);
	g_assert_cmphex(out[12] << 8 | out[13], ==, 0x1000);
	check_written(out, n, &high);
}

static void test_long_and_empty_values_need_the_two_byte_form(void)
{
	uint8_t out[RTP_HEADER_MAX];
	static const uint8_t text[17] = "seventeen letters";
	struct rtp_extension_values values = {0};
	struct rtp_header h;
	values.value[EXTENSION_RID] = text;
	for (unsigned length = 0; length <= 17; length++) {
		values.length[EXTENSION_RID] = (uint8_t)length;
		size_t n =
			rtp_write_header(out, sizeof out, false, false, 96, 1, 2, 3, &map, &values);
		bool two_byte = length == 0 || length == 17;
		g_assert_cmphex(out[12] << 8 | out[13], ==, two_byte ? 0x1000 : 0xbede);
		g_assert_cmpint(rtp_parse(out, n, &map, &h), ==, OK);
		g_assert_cmpmem(out + h.extension[EXTENSION_RID].offset,
				h.extension[EXTENSION_RID].length, text, length);
	}
}

static void test_header_without_extensions(void)
{
	uint8_t out[12];
	struct rtp_extension_values none = {0};
	struct rtp_header h;
	g_assert_cmpuint(rtp_write_header(out, 12, false, false, 96, 1, 2, 3, &map, &none), ==, 12);
	g_assert_cmpuint(rtp_write_header(out, 12, false, false, 96, 1, 2, 3, NULL, NULL), ==, 12);
	g_assert_cmpint(rtp_parse(out, 12, &map, &h), ==, OK);
	g_assert_cmphex(out[0], ==, 0x80);
	rtp_write_header(out, 12, false, true, 96, 1, 2, 3, NULL, NULL);
	g_assert_cmphex(out[0], ==, 0xa0);
}

static void test_header_that_does_not_fit(void)
{
	uint8_t out[RTP_HEADER_MAX + 200];
	struct rtp_extension_values values = some_values();
	for (size_t capacity = 0; capacity < 24; capacity++)
		g_assert_cmpuint(
			rtp_write_header(out, capacity, false, false, 96, 1, 2, 3, &map, &values),
			==, 0);
	g_assert_cmpuint(rtp_write_header(out, 24, false, false, 96, 1, 2, 3, &map, &values), ==,
			 24);
	uint8_t large[200] = {0};
	values.value[EXTENSION_RID] = large;
	values.length[EXTENSION_RID] = sizeof large;
	g_assert_cmpuint(
		rtp_write_header(out, sizeof out, false, false, 96, 1, 2, 3, &map, &values), ==, 0);
}

static void test_serial_numbers_wrap(void)
{
	g_assert_true(seq_newer(1, 0));
	g_assert_true(seq_newer(0, 65535));
	g_assert_true(seq_newer(0x7fff, 0));
	g_assert_false(seq_newer(0x8000, 0));
	g_assert_false(seq_newer(5, 5));
	g_assert_false(seq_newer(65535, 0));
	g_assert_cmpint(seq_difference(2, 65534), ==, 4);
	g_assert_cmpint(seq_difference(65534, 2), ==, -4);
}

static void test_datagrams_are_told_apart(void)
{
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned second = 0; second < 256; second++) {
			uint8_t data[2] = {(uint8_t)first, (uint8_t)second};
			bool rtcp = (second & 0x7f) >= 64 && (second & 0x7f) <= 95;
			enum datagram_kind expected =
				first <= 3		    ? DATAGRAM_STUN
				: first >= 20 && first < 64 ? DATAGRAM_DTLS
				: first >= 128 && first < 192
					? (rtcp ? DATAGRAM_RTCP : DATAGRAM_RTP)
					: DATAGRAM_NONE;
			g_assert_cmpint(datagram_kind(data, 2), ==, expected);
		}
	}
	g_assert_cmpint(datagram_kind((const uint8_t *)"\x80", 1), ==, DATAGRAM_NONE);
	g_assert_cmpint(datagram_kind(NULL, 0), ==, DATAGRAM_NONE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rtp/fixed_header", test_fixed_header);
	g_test_add_func("/rtp/one_byte_extensions", test_one_byte_extensions);
	g_test_add_func("/rtp/without_a_map_extensions_are_skipped",
			test_without_a_map_extensions_are_skipped);
	g_test_add_func("/rtp/two_byte_extensions", test_two_byte_extensions);
	g_test_add_func("/rtp/id_15_and_id_0_end_a_one_byte_block",
			test_id_15_and_id_0_end_a_one_byte_block);
	g_test_add_func("/rtp/other_profiles_are_skipped", test_other_profiles_are_skipped);
	g_test_add_func("/rtp/padding_only", test_padding_only);
	g_test_add_func("/rtp/malformed_packets_are_refused", test_malformed_packets_are_refused);
	g_test_add_func("/rtp/longer_than_offsets_count", test_longer_than_offsets_count);
	g_test_add_func("/rtp/every_prefix", test_every_prefix);
	g_test_add_func("/rtp/written_headers_parse", test_written_headers_parse);
	g_test_add_func("/rtp/long_and_empty_values_need_the_two_byte_form",
			test_long_and_empty_values_need_the_two_byte_form);
	g_test_add_func("/rtp/header_without_extensions", test_header_without_extensions);
	g_test_add_func("/rtp/header_that_does_not_fit", test_header_that_does_not_fit);
	g_test_add_func("/rtp/serial_numbers_wrap", test_serial_numbers_wrap);
	g_test_add_func("/rtp/datagrams_are_told_apart", test_datagrams_are_told_apart);
	return g_test_run();
}
