#include "relay/rtp/rtx.h"
#include <glib.h>
#include <string.h>

static const struct extension_map map = {.id = {[EXTENSION_MID] = 1}};

/* marker, payload type 97, a mid, original sequence number 0xfffe, "payload", 3 bytes of padding */
static const uint8_t rtx[] = {0xb0, 0xe1, 0,	7,   1,	  2,	3,   4, 0, 0,	 0,
			      99,   0xbe, 0xde, 0,   1,	  0x10, 'm', 0, 0, 0xff, 0xfe,
			      'p',  'a',  'y',	'l', 'o', 'a',	'd', 0, 0, 3};

static struct packet *received(struct pool *pool, const uint8_t *data, size_t length)
{
	struct packet *p = pool_take(pool);
	memset(p, 0, sizeof *p);
	memcpy(p->data, data, length);
	p->length = (uint16_t)length;
	g_assert_cmpint(rtp_parse(p->data, length, &map, &p->rtp), ==, OK);
	return p;
}

static void test_original_comes_back(void)
{
	struct pool *pool = packet_pool_new(1);
	struct packet *p = received(pool, rtx, sizeof rtx);
	g_assert_cmpint(rtx_unwrap(p, 0x01020304, 96), ==, OK);
	g_assert_true(p->retransmitted);
	g_assert_cmpuint(p->length, ==, sizeof rtx - 2);
	g_assert_cmpmem(packet_payload(p), p->rtp.payload_length, "payload", 7);

	struct rtp_header again;
	g_assert_cmpint(rtp_parse(p->data, p->length, &map, &again), ==, OK);
	g_assert_cmpmem(&again, sizeof again, &p->rtp, sizeof p->rtp);
	g_assert_cmphex(again.sequence, ==, 0xfffe);
	g_assert_cmphex(again.ssrc, ==, 0x01020304);
	g_assert_cmphex(again.timestamp, ==, 0x01020304);
	g_assert_cmpuint(again.payload_type, ==, 96);
	g_assert_true(again.marker);
	g_assert_cmpuint(again.padding, ==, 3);
	g_assert_cmpint(p->data[again.extension[EXTENSION_MID].offset], ==, 'm');
	pool_unref(p);
	pool_free(pool);
}

static void test_what_is_no_retransmission_is_left_alone(void)
{
	static const uint8_t probe[] = {0xa0, 97, 0, 7, 1, 2, 3, 4, 0, 0, 0, 99, 0, 0, 3};
	static const uint8_t one_byte[] = {0x80, 97, 0, 7, 1, 2, 3, 4, 0, 0, 0, 99, 0xff};
	struct pool *pool = packet_pool_new(1);
	struct packet *p = received(pool, probe, sizeof probe);
	g_assert_cmpint(rtx_unwrap(p, 1, 96), ==, ERR_NOT_FOUND);
	g_assert_cmpmem(p->data, p->length, probe, sizeof probe);
	pool_unref(p);
	p = received(pool, one_byte, sizeof one_byte);
	g_assert_cmpint(rtx_unwrap(p, 1, 96), ==, ERR_TRUNCATED);
	g_assert_cmpmem(p->data, p->length, one_byte, sizeof one_byte);
	g_assert_cmpuint(p->rtp.ssrc, ==, 99);
	pool_unref(p);
	pool_free(pool);
}

static void test_empty_original(void)
{
	static const uint8_t empty[] = {0x80, 97, 0, 7, 1, 2, 3, 4, 0, 0, 0, 99, 0x12, 0x34};
	struct pool *pool = packet_pool_new(1);
	struct packet *p = received(pool, empty, sizeof empty);
	g_assert_cmpint(rtx_unwrap(p, 1, 96), ==, OK);
	g_assert_cmpuint(p->rtp.payload_length, ==, 0);
	g_assert_cmphex(p->rtp.sequence, ==, 0x1234);
	g_assert_cmpuint(p->length, ==, 12);
	pool_unref(p);
	pool_free(pool);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rtx/original_comes_back", test_original_comes_back);
	g_test_add_func("/rtx/what_is_no_retransmission_is_left_alone",
			test_what_is_no_retransmission_is_left_alone);
	g_test_add_func("/rtx/empty_original", test_empty_original);
	return g_test_run();
}
