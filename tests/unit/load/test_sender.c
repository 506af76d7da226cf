/* How a test peer cuts pictures and keeps silent. */
#include "relay/base/clock.h"
#include "tests/peer/sender.h"
#include <string.h>

static uint16_t transport_sequence;
static struct {
	unsigned packets, sealed;
	size_t length[64];
	struct rtp_header header[64];
	uint8_t level[64];
	uint32_t last_number;
} sent;

static void on_packet(void *user, const uint8_t *packet, size_t length)
{
	struct audio_level level = {0};
	g_assert_cmpuint(sent.packets, <, G_N_ELEMENTS(sent.length));
	struct rtp_header *header = &sent.header[sent.packets];
	g_assert_cmpint(rtp_parse(packet, length, &publisher_numbers.extensions, header), ==, OK);
	if (rtp_audio_level(packet, header, &level))
		sent.level[sent.packets] = level.level_dbov;
	sent.length[sent.packets++] = header->payload_length;
}

static void on_seal(void *user, uint32_t ssrc, uint32_t number, uint8_t *payload, size_t length)
{
	g_assert_cmpuint(ssrc, ==, 5);
	g_assert_cmpuint(number, ==, sent.sealed);
	memset(payload, 0xee, length);
	sent.sealed++;
}

static struct sender *make(const struct clip *clip, bool even, unsigned again_from, const char *rid)
{
	memset(&sent, 0, sizeof sent);
	const struct sender_config config = {.clip = clip,
					     .numbers = &publisher_numbers,
					     .ssrc = 5,
					     .rtx_ssrc = 6,
					     .rid = rid,
					     .even = even,
					     .again_from = again_from,
					     .transport_sequence = &transport_sequence,
					     .send = on_packet,
					     .seal = on_seal};
	return sender_new(&config, 0);
}

/* libwebrtc, RtpPacketizer::SplitAboutEqually: as few as may be, the longer ones last. */
static void test_even_packets_differ_by_a_byte_at_most(void)
{
	for (unsigned kilobits = 300; kilobits < 1000; kilobits += 37) {
		struct clip *clip = clip_new_noise(640, 360, 30, kilobits);
		struct sender *sender = make(clip, true, 0, NULL);
		sender_tick(sender, 0);
		unsigned keyframe = sent.packets;
		sender_tick(sender, 34 * US_PER_MS);
		size_t sum = 0;
		for (unsigned i = keyframe; i < sent.packets; i++) {
			sum += sent.length[i] - 6; /* the descriptor */
			g_assert_cmpuint(sent.length[i] - sent.length[keyframe], <=, 1);
			g_assert_true(i == keyframe || sent.length[i] >= sent.length[i - 1]);
			g_assert_cmpint(sent.header[i].marker, ==, i == sent.packets - 1);
		}
		g_assert_cmpuint(sum, ==, clip->frames[1].length);
		g_assert_cmpuint(sent.packets - keyframe, ==, (sum + 1099) / 1100);
		sender_free(sender);
		clip_free(clip);
	}
}

static void test_keyframe_comes_again_only_when_asked_for(void)
{
	struct clip *clip = clip_new_noise(640, 360, 30, 100);
	struct sender *sender = make(clip, true, 1, NULL);
	sender_tick(sender, 0);
	size_t keyframe = sent.length[0];
	uint64_t now_us = 0;
	for (unsigned i = 0; i < 2 * clip->n_frames; i++) {
		sent.packets = 0;
		now_us = sender_tick(sender, now_us + 33333);
		g_assert_cmpuint(sent.length[0], <, keyframe);
	}
	sender_keyframe(sender);
	sent.packets = 0;
	sender_tick(sender, now_us);
	g_assert_cmpuint(sent.length[0], ==, keyframe);
	sender_free(sender);
	clip_free(clip);
}

static void test_silence_is_a_short_packet_each_400_ms(void)
{
	struct clip *clip = clip_new_tone(440);
	struct sender *sender = make(clip, false, 0, NULL);
	sender_set_silent(sender, true);
	sender_tick(sender, 1201 * US_PER_MS);
	g_assert_cmpuint(sent.packets, ==, 4);
	for (unsigned i = 0; i < 4; i++) {
		g_assert_cmpuint(sent.length[i], ==, 1);
		g_assert_cmpuint(sent.level[i], ==, 127);
		g_assert_cmpuint(sent.header[i].timestamp - sent.header[0].timestamp, ==,
				 i * 19200);
	}
	sender_set_silent(sender, false);
	sender_tick(sender, 1640 * US_PER_MS);
	g_assert_cmpuint(sent.packets, ==, 4 + 3);
	g_assert_cmpuint(sent.length[6], >, 20);
	sender_free(sender);
	clip_free(clip);
}

static void test_layers_are_named_by_rid(void)
{
	struct clip *clip = clip_new_noise(320, 180, 30, 100);
	struct sender *sender = make(clip, true, 0, "h");
	sender_tick(sender, 0);
	g_assert_cmpuint(sent.header[0].extension[EXTENSION_RID].length, ==, 1);
	g_assert_cmpuint(sent.header[0].extension[EXTENSION_REPAIRED_RID].length, ==, 0);
	sent.packets = 0;
	sender_resend(sender, &sent.header[0].sequence, 1);
	g_assert_cmpuint(sent.packets, ==, 1);
	g_assert_cmpuint(sent.header[0].ssrc, ==, 6);
	g_assert_cmpuint(sent.header[0].extension[EXTENSION_RID].length, ==, 0);
	g_assert_cmpuint(sent.header[0].extension[EXTENSION_REPAIRED_RID].length, ==, 1);
	sender_free(sender);
	clip_free(clip);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sender/even_packets_differ_by_a_byte_at_most",
			test_even_packets_differ_by_a_byte_at_most);
	g_test_add_func("/sender/keyframe_comes_again_only_when_asked_for",
			test_keyframe_comes_again_only_when_asked_for);
	g_test_add_func("/sender/silence_is_a_short_packet_each_400_ms",
			test_silence_is_a_short_packet_each_400_ms);
	g_test_add_func("/sender/layers_are_named_by_rid", test_layers_are_named_by_rid);
	return g_test_run();
}
