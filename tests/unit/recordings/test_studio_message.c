#include "recordings/studio_message.h"
#include <glib.h>
#include <string.h>

static enum err hello(const char *text, char name[static PROGRAM_NAME_MAX])
{
	return studio_hello_parse(text, strlen(text), name);
}

static void test_hello(void)
{
	char name[PROGRAM_NAME_MAX] = "";
	g_assert_cmpint(hello("{\"version\":1,\"program\":\"fr\"}", name), ==, OK);
	g_assert_cmpstr(name, ==, "fr");
	g_assert_cmpint(hello("{\"program\":\"floor\",\"version\":1,\"more\":[]}", name), ==, OK);
	g_assert_cmpstr(name, ==, "floor");
	g_assert_cmpint(hello("{\"version\":2,\"program\":\"fr\"}", name), ==, ERR_UNSUPPORTED);
	g_assert_cmpstr(name, ==, "floor");
}

static void test_hello_that_is_none(void)
{
	static const char *const texts[] = {
		"",
		"fr",
		"[]",
		"{}",
		"{\"version\":1}",
		"{\"version\":\"1\",\"program\":\"fr\"}",
		"{\"version\":1,\"program\":\"\"}",
		"{\"version\":1,\"program\":\"../fr\"}",
		"{\"version\":1,\"program\":\"a-language-tag-that-nobody-would-ever-want\"}",
		"{\"version\":1,\"program\":\"fr\"",
		"{\"version\":1,\"version\":1,\"program\":\"fr\"}",
	};
	char name[PROGRAM_NAME_MAX] = "as it was";
	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
		g_assert_cmpint(hello(texts[i], name), ==, ERR_MALFORMED);
	g_assert_cmpstr(name, ==, "as it was");
}

/* Two sources, an extension of one word, five bytes of Opus, three of padding. */
static const uint8_t packet[] = {STUDIO_RTP, STUDIO_CHANNEL,
				 0xb2,	     0x80 | STUDIO_PAYLOAD_TYPE,
				 0,	     1,
				 0,	     0,
				 0,	     2,
				 0,	     0,
				 0,	     3,
				 0,	     0,
				 0,	     4,
				 0,	     0,
				 0,	     5,
				 0xbe,	     0xde,
				 0,	     1,
				 0x10,	     0x7f,
				 0,	     0,
				 0xf8,	     1,
				 2,	     3,
				 4,	     0,
				 0,	     3};

static void test_packet(void)
{
	struct studio_message m;
	g_assert_cmpint(studio_message_parse(packet, sizeof packet, &m), ==, OK);
	g_assert_cmpint(m.kind, ==, STUDIO_RTP);
	g_assert_cmpint(m.slot, ==, STUDIO_CHANNEL);
	g_assert_cmpmem(m.rtp, m.length, packet + 2, sizeof packet - 2);
}

/* No beginning of it is one: the last bytes say how much padding there is. */
static void test_beginnings_of_a_packet(void)
{
	struct studio_message m;
	for (size_t length = 0; length < sizeof packet; length++) {
		g_autofree uint8_t *exact = g_memdup2(packet, length);
		enum err err = studio_message_parse(exact, length, &m);
		if (length < 32)
			g_assert_cmpint(err, !=, OK);
	}
}

static void test_packets_that_are_none(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum err err;
	} rows[] = {
		{0, 0, ERR_UNSUPPORTED}, /* kind */
		{0, 9, ERR_UNSUPPORTED},
		{1, STUDIO_SLOTS, ERR_MALFORMED}, /* slot */
		{1, 255, ERR_MALFORMED},
		{2, 0x72, ERR_MALFORMED},		 /* version */
		{3, 0, ERR_UNSUPPORTED},		 /* payload type */
		{3, 200, ERR_UNSUPPORTED},		 /* RTCP */
		{2, 0xbf, ERR_TRUNCATED},		 /* more sources than there are bytes */
		{24, 1, ERR_TRUNCATED},			 /* a longer extension */
		{sizeof packet - 1, 0, ERR_MALFORMED},	 /* padding that isn't */
		{sizeof packet - 1, 8, ERR_NOT_FOUND},	 /* nothing but padding */
		{sizeof packet - 1, 255, ERR_MALFORMED}, /* more than there is */
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct studio_message m;
		uint8_t changed[sizeof packet];
		memcpy(changed, packet, sizeof packet);
		changed[rows[i].at] = rows[i].value;
		g_test_message("byte %zu = %u", rows[i].at, rows[i].value);
		g_assert_cmpint(studio_message_parse(changed, sizeof changed, &m), ==, rows[i].err);
	}
}

/* GStreamer's decoder would never get over it: see studio_message.c. */
static void test_opus_that_is_none(void)
{
	static const uint8_t payloads[][4] = {
		{0xfb, 0x00, 0, 0}, /* no frame at all (RFC 6716, section 3.2.5) */
		{0xfb, 0x07, 0, 0}, /* seven of 20 ms: more than 120 */
		{0xf9, 1, 2, 3},    /* two of the same size, in three bytes */
		{0xfa, 200, 0, 0},  /* one longer than the packet */
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(payloads); i++) {
		struct studio_message m;
		uint8_t message[2 + 12 + 4] = {STUDIO_RTP, STUDIO_VOICE, 0x80, STUDIO_PAYLOAD_TYPE};
		memcpy(message + 14, payloads[i], 4);
		g_assert_cmpint(studio_message_parse(message, sizeof message, &m), ==,
				ERR_MALFORMED);
	}
}

static void test_state(void)
{
	struct studio_message m;
	const uint8_t speech[] = {STUDIO_STATE, STUDIO_SPEECH},
		      original[] = {STUDIO_STATE, STUDIO_ORIGINAL};
	const uint8_t wrong[] = {STUDIO_STATE, 3}, longer[] = {STUDIO_STATE, 1, 1};
	g_assert_cmpint(studio_message_parse(speech, sizeof speech, &m), ==, OK);
	g_assert_cmpint(m.kind, ==, STUDIO_STATE);
	g_assert_cmpint(m.state, ==, STUDIO_SPEECH);
	g_assert_cmpint(studio_message_parse(original, sizeof original, &m), ==, OK);
	g_assert_cmpint(m.state, ==, STUDIO_ORIGINAL);
	g_assert_cmpint(studio_message_parse(wrong, sizeof wrong, &m), ==, ERR_MALFORMED);
	g_assert_cmpint(studio_message_parse(longer, sizeof longer, &m), ==, ERR_MALFORMED);
	g_assert_cmpint(studio_message_parse(speech, 1, &m), ==, ERR_TRUNCATED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/studio_message/hello", test_hello);
	g_test_add_func("/studio_message/hello_that_is_none", test_hello_that_is_none);
	g_test_add_func("/studio_message/packet", test_packet);
	g_test_add_func("/studio_message/beginnings_of_a_packet", test_beginnings_of_a_packet);
	g_test_add_func("/studio_message/packets_that_are_none", test_packets_that_are_none);
	g_test_add_func("/studio_message/opus_that_is_none", test_opus_that_is_none);
	g_test_add_func("/studio_message/state", test_state);
	return g_test_run();
}
