#include "recordings/track_message.h"
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include <glib.h>
#include <string.h>

static enum err hello(const char *begin, const char *wall, struct track_hello *ret)
{
	g_autofree char *text =
		g_strdup_printf("{\"version\":1,\"track\":\"stage\",\"folder\":\"recordings/7/2\","
				"\"kind\":\"picture\",\"begin\":%s,\"wall\":%s}",
				begin, wall);
	return track_hello_parse(text, strlen(text), ret);
}

static void test_hello(void)
{
	struct track_hello h;
	g_assert_cmpint(hello("5000000", "1764187200000000", &h), ==, OK);
	g_assert_cmpstr(h.name, ==, "stage");
	g_assert_cmpstr(h.folder, ==, "recordings/7/2");
	g_assert_cmpstr(h.language, ==, "");
	g_assert_true(h.video);
	g_assert_cmpint(h.begin_us, ==, 5000000);
	g_assert_cmpint(h.wall_us, ==, 1764187200000000);
}

/* The recording began before the machine was started again, and the relay's clock with it. */
static void test_begin_before_the_clock_did(void)
{
	struct track_hello h;
	g_assert_cmpint(hello("-1", "1764187200000000", &h), ==, OK);
	g_assert_cmpint(h.begin_us, ==, -1);
	g_assert_cmpint(hello("-604800000000", "1764187200000000", &h), ==, OK);
	g_assert_cmpint(h.begin_us, ==, -604800000000);
	g_assert_cmpint(hello("-4611686018427387903", "-4611686018427387", &h), ==, OK);
	g_assert_cmpint(h.begin_us, ==, -TRACK_TIME_MAX);
	g_assert_cmpint(h.wall_us, ==, -TRACK_WALL_MAX);
}

static void test_times_that_are_none(void)
{
	static const struct {
		const char *begin, *wall;
	} times[] = {
		{"-9223372036854775808", "0"},
		{"-4611686018427387904", "0"},
		{"4611686018427387904", "0"},
		{"9223372036854775807", "0"},
		{"0", "-9223372036854775808"},
		{"0", "4611686018427388"},
		{"0.5", "0"},
		{"null", "0"},
		{"0", "\"0\""},
	};
	struct track_hello h = {.begin_us = 17};
	for (unsigned i = 0; i < G_N_ELEMENTS(times); i++)
		g_assert_cmpint(hello(times[i].begin, times[i].wall, &h), ==, ERR_MALFORMED);
	g_assert_cmpint(h.begin_us, ==, 17);
}

static void test_media(void)
{
	uint8_t data[STUDIO_MEDIA_HEAD + 13] = {STUDIO_MEDIA};
	struct track_media media;
	uint8_t *rtp = data + STUDIO_MEDIA_HEAD;
	wire_put64(data + 1, TRACK_TIME_MAX);
	rtp[0] = 0x80;
	rtp[1] = STUDIO_PAYLOAD_TYPE;
	rtp[12] = 0xf8;
	g_assert_cmpint(track_media_parse(data, sizeof data, false, &media), ==, OK);
	g_assert_cmpint(media.capture.us, ==, TRACK_TIME_MAX);
	g_assert_false(media.capture.guessed);
	wire_put64(data + 1, (uint64_t)TRACK_TIME_MAX + 1);
	g_assert_cmpint(track_media_parse(data, sizeof data, false, &media), ==, ERR_MALFORMED);
	wire_put64(data + 1, (uint64_t)-1);
	g_assert_cmpint(track_media_parse(data, sizeof data, false, &media), ==, ERR_MALFORMED);
	for (size_t length = 0; length < STUDIO_MEDIA_HEAD; length++)
		g_assert_cmpint(track_media_parse(data, length, false, &media), ==, ERR_TRUNCATED);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/track_message/hello", test_hello);
	g_test_add_func("/track_message/begin_before_the_clock_did",
			test_begin_before_the_clock_did);
	g_test_add_func("/track_message/times_that_are_none", test_times_that_are_none);
	g_test_add_func("/track_message/media", test_media);
	return g_test_run();
}
