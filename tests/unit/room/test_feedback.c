#include "relay/room/feedback.h"
#include "relay/rtp/rtcp_write.h"
#include "tests/unit/room/fixture.h"

#define NTP_OFFSET_US (UINT64_C(3900000000) * US_PER_SEC) /* the fixture's */

struct scene {
	struct fixture *f;
	struct end *a, *watcher;
	uint32_t slot;
	uint8_t data[1200];
	struct rtcp_writer w;
};

static void scene_init(struct scene *s)
{
	*s = (struct scene){.f = fixture_new()};
	s->a = fixture_join(s->f, 1);
	s->watcher = fixture_join(s->f, 2);
	s->slot = slot_ssrc(s->watcher, "c");
	rtcp_writer_init(&s->w, s->data, sizeof s->data);
	fixture_set_slot(s->watcher, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(s->a, 0, true, 3);
}

static void give(struct scene *s, struct end *from)
{
	room_receive_rtcp(s->f->room, from->peer, s->data, s->w.length, s->f->now_us);
	rtcp_writer_init(&s->w, s->data, sizeof s->data);
}

static uint64_t count_of(const struct scene *s, enum counter which)
{
	return counter_get(&s->f->counters, which);
}

static void a_nack_brings_the_packets_again(void)
{
	struct scene s;
	scene_init(&s);
	uint16_t first = fixture_seen(s.watcher, s.slot, 0)->rtp.sequence;
	const uint16_t numbers[] = {first, (uint16_t)(first + 2)};
	g_assert_true(rtcp_add_nack(&s.w, 1, s.slot, numbers, 2));
	give(&s, s.watcher);
	uint32_t rtx = ssrc_of(2, SSRC_SLOT_RTX + 4);
	g_assert_cmpuint(fixture_count(s.watcher, rtx), ==, 2);
	g_assert_cmpuint(fixture_seen(s.watcher, rtx, 1)->osn, ==, numbers[1]);
	g_assert_cmpuint(count_of(&s, COUNTER_NACK_IN), ==, 2);
	fixture_free(s.f);
}

static void a_keyframe_request_reaches_the_sender(void)
{
	for (unsigned fir = 0; fir < 2; fir++) {
		struct scene s;
		scene_init(&s);
		if (fir)
			g_assert_true(rtcp_add_fir(&s.w, 1, s.slot, 3));
		else
			g_assert_true(rtcp_add_pli(&s.w, 1, s.slot));
		give(&s, s.watcher);
		fixture_pass(s.f, 1);
		g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, ssrc_of(1, SSRC_CAMERA), NULL), ==, 1);
		g_assert_cmpuint(count_of(&s, COUNTER_KEYFRAME_WANTED), ==, 1);
		fixture_free(s.f);
	}
}

static void many_receivers_ask_once(void)
{
	struct scene s;
	scene_init(&s);
	for (uint32_t id = 10; id < 20; id++) {
		struct end *end = fixture_join(s.f, id);
		fixture_set_slot(end, "c", FEED_CAMERA, 1, 0, 0);
		g_assert_true(rtcp_add_pli(&s.w, 1, slot_ssrc(end, "c")));
		give(&s, end);
	}
	fixture_pass(s.f, 100);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 1);
	fixture_free(s.f);
}

static void the_round_trip_is_measured(void)
{
	struct scene s;
	scene_init(&s);
	struct peer_stats stats;
	/* Reported 80 ms after our report left, having kept it for 30 ms. */
	uint64_t sent_us = s.f->now_us + NTP_OFFSET_US;
	fixture_pass(s.f, 80);
	struct rtcp_report_block block = {.ssrc = s.slot,
					  .last_sr = (uint32_t)(ntp_from_us(sent_us) >> 16),
					  .delay_since_sr = 65536 * 30 / 1000};
	g_assert_true(rtcp_add_receiver_report(&s.w, 1, &block, 1));
	give(&s, s.watcher);
	fixture_pass(s.f, 1000);
	room_peer_stats(s.f->room, s.watcher->peer, s.f->now_us, &stats);
	g_assert_cmpuint(stats.peer, ==, 2);
	g_assert_cmpuint(stats.rtt_us, >=, 49000);
	g_assert_cmpuint(stats.rtt_us, <=, 51000);
	/* Nonsense changes nothing. */
	block.last_sr += 0x10000;
	g_assert_true(rtcp_add_receiver_report(&s.w, 1, &block, 1));
	give(&s, s.watcher);
	g_assert_cmpuint(s.watcher->peer->rtt_us, <=, 51000);
	fixture_free(s.f);
}

static void the_receivers_loss_is_told(void)
{
	struct scene s;
	scene_init(&s);
	struct peer_stats stats;
	struct rtcp_report_block block = {.ssrc = s.slot, .highest_sequence = 1000};
	g_assert_true(rtcp_add_receiver_report(&s.w, 1, &block, 1));
	give(&s, s.watcher);
	block.highest_sequence = 1100;
	block.fraction_lost = 64; /* a quarter */
	g_assert_true(rtcp_add_receiver_report(&s.w, 1, &block, 1));
	give(&s, s.watcher);
	fixture_pass(s.f, 1000);
	room_peer_stats(s.f->room, s.watcher->peer, s.f->now_us, &stats);
	g_assert_cmpuint(stats.loss_down, ==, 250);
	fixture_free(s.f);
}

static void a_bye_ends_a_layer(void)
{
	struct scene s;
	scene_init(&s);
	g_assert_true(s.f->publication.active);
	g_assert_true(rtcp_add_bye(&s.w, ssrc_of(1, SSRC_CAMERA)));
	give(&s, s.a);
	fixture_pass(s.f, 100);
	g_assert_false(s.f->publication.active);
	fixture_free(s.f);
}

static void what_is_about_nothing_of_ours_is_counted(void)
{
	struct scene s;
	scene_init(&s);
	const uint16_t number = 5;
	g_assert_true(rtcp_add_nack(&s.w, 1, 999999, &number, 1));
	g_assert_true(rtcp_add_pli(&s.w, 1, 999999));
	g_assert_true(rtcp_add_sender_report(&s.w, 999999, ntp_from_us(NTP_OFFSET_US), 1, 2, 3));
	give(&s, s.watcher);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_RTCP_UNKNOWN), ==, 3);
	/* Another peer's slot is none of this one's business. */
	g_assert_true(rtcp_add_nack(&s.w, 1, s.slot, &number, 1));
	give(&s, s.a);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_RTCP_UNKNOWN), ==, 4);
	fixture_free(s.f);
}

static void the_malformed_end_is_counted_and_the_rest_done(void)
{
	struct scene s;
	scene_init(&s);
	g_assert_true(rtcp_add_pli(&s.w, 1, s.slot));
	memset(s.data + s.w.length, 0xff, 6);
	s.w.length += 6;
	give(&s, s.watcher);
	g_assert_cmpuint(count_of(&s, COUNTER_KEYFRAME_WANTED), ==, 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_RTCP_MALFORMED), ==, 1);
	room_receive_rtcp(s.f->room, s.watcher->peer, s.data, 0, s.f->now_us);
	fixture_free(s.f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/feedback/a_nack_brings_the_packets_again",
			a_nack_brings_the_packets_again);
	g_test_add_func("/feedback/a_keyframe_request_reaches_the_sender",
			a_keyframe_request_reaches_the_sender);
	g_test_add_func("/feedback/many_receivers_ask_once", many_receivers_ask_once);
	g_test_add_func("/feedback/the_round_trip_is_measured", the_round_trip_is_measured);
	g_test_add_func("/feedback/the_receivers_loss_is_told", the_receivers_loss_is_told);
	g_test_add_func("/feedback/a_bye_ends_a_layer", a_bye_ends_a_layer);
	g_test_add_func("/feedback/what_is_about_nothing_of_ours_is_counted",
			what_is_about_nothing_of_ours_is_counted);
	g_test_add_func("/feedback/the_malformed_end_is_counted_and_the_rest_done",
			the_malformed_end_is_counted_and_the_rest_done);
	return g_test_run();
}
