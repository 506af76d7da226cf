#include "relay/base/wire.h"
#include "relay/rtp/rtcp_write.h"
#include "relay/rtp/sender_clock.h"
#include "tests/unit/room/fixture.h"

#define NTP_OFFSET_US (UINT64_C(3900000000) * US_PER_SEC) /* the fixture's */

struct scene {
	struct fixture *f;
	struct end *a, *watcher;
	uint32_t slot;
};

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new()};
	s.a = fixture_join(s.f, 1);
	s.watcher = fixture_join(s.f, 2);
	s.slot = slot_ssrc(s.watcher, "c");
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 0, 0);
	return s;
}

/* The sender says that timestamp was taken at taken_us of its own clock. */
static void give_report(struct scene *s, uint32_t ssrc, uint64_t taken_us, uint32_t timestamp)
{
	uint8_t data[100];
	struct rtcp_writer w;
	rtcp_writer_init(&w, data, sizeof data);
	g_assert_true(rtcp_add_sender_report(&w, ssrc, ntp_from_us(taken_us), timestamp, 1, 1));
	room_receive_rtcp(s->f->room, s->a->peer, data, w.length, s->f->now_us);
}

static void a_receiver_report_comes_every_second(void)
{
	struct scene s = scene_new();
	struct rtcp_item item;
	for (unsigned i = 0; i < 100; i++) { /* every 10th is lost */
		if (i % 10 == 5)
			s.a->camera[0].sequence++;
		fixture_frame(s.a, 0, i == 0, 1);
		fixture_sound(s.a, 127);
		fixture_pass(s.f, 33);
	}
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_RECEIVER_REPORT, 0, &item), >=, 3);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_RECEIVER_REPORT, 0, &item), <=, 4);
	g_assert_cmpuint(item.n_reports, ==, 2);
	const struct rtcp_report_block *camera = &item.reports[1];
	g_assert_cmpuint(item.reports[0].ssrc, ==, ssrc_of(1, SSRC_MIC));
	g_assert_cmpuint(item.reports[0].fraction_lost, ==, 0);
	g_assert_cmpuint(camera->ssrc, ==, ssrc_of(1, SSRC_CAMERA));
	g_assert_cmpuint(camera->fraction_lost, >=, 256 * 8 / 100);
	g_assert_cmpuint(camera->fraction_lost, <=, 256 * 11 / 100);
	fixture_free(s.f);
}

static void own_loss_and_rates_are_told(void)
{
	struct scene s = scene_new();
	struct peer_stats up, down;
	for (unsigned i = 0; i < 150; i++) {
		if (i % 10 == 5)
			s.a->camera[0].sequence++;
		fixture_frame(s.a, 0, i == 0, 1);
		fixture_pass(s.f, 20);
	}
	room_peer_stats(s.f->room, s.a->peer, s.f->now_us, &up);
	room_peer_stats(s.f->room, s.watcher->peer, s.f->now_us, &down);
	g_assert_cmpuint(up.loss_up, >=, 80);
	g_assert_cmpuint(up.loss_up, <=, 100);
	/* 50 packets a second of 212 bytes. */
	g_assert_cmpuint(up.bitrate_in, >, 80000);
	g_assert_cmpuint(up.bitrate_in, <, 90000);
	g_assert_cmpuint(down.bitrate_out, >, 80000);
	g_assert_cmpuint(down.bitrate_out, <, 90000);
	g_assert_cmpuint(down.bitrate_in, ==, 0);
	g_assert_cmpuint(up.rtt_us, ==, 0); /* not known */
	fixture_free(s.f);
}

static void a_slots_report_follows_the_senders_at_once(void)
{
	struct scene s = scene_new();
	struct rtcp_item item;
	fixture_frame(s.a, 0, true, 1);
	fixture_pass(s.f, 10);
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, s.slot, NULL), ==,
			 0); /* nothing known */
	/* A frame taken 40 ms ago, on a clock of its own. */
	uint32_t in = s.a->camera[0].timestamp - 3000;
	give_report(&s, ssrc_of(1, SSRC_CAMERA), 5000 * US_PER_SEC, in);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, s.slot, &item), ==, 1);
	/* Our clock, now; the least delay seen is what the sender's time stands for: none. */
	g_assert_cmpuint(ntp_to_us(item.ntp), ==, s.f->now_us - US_PER_MS + NTP_OFFSET_US);
	g_assert_cmpuint(item.rtp_timestamp, ==, fixture_seen(s.watcher, s.slot, 0)->rtp.timestamp);
	g_assert_cmpuint(item.packets, ==, 1);
	g_assert_cmpuint(item.octets, ==, fixture_seen(s.watcher, s.slot, 0)->rtp.payload_length);
	fixture_free(s.f);
}

static void after_a_switch_a_report_comes_at_once(void)
{
	struct scene s = scene_new();
	struct rtcp_item item;
	for (unsigned i = 0; i < 2; i++) {
		fixture_frame(s.a, i, true, 1);
		give_report(&s, ssrc_of(1, SSRC_CAMERA + i), 5000 * US_PER_SEC,
			    s.a->camera[i].timestamp - 3000);
	}
	fixture_pass(s.f, 5);
	fixture_forget(s.watcher);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 100, 100);
	fixture_frame(s.a, 0, true, 1);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, s.slot, &item), ==, 1);
	/* 5 ms after the frame of the report, and 5 after the one that has just been sent would be:
	 */
	int32_t since =
		(int32_t)(item.rtp_timestamp - fixture_seen(s.watcher, s.slot, 0)->rtp.timestamp);
	g_assert_cmpint(since, ==, 5 * 90 - 3000);
	fixture_free(s.f);
}

static void a_report_from_before_a_pause_is_not_believed_after_it(void)
{
	struct scene s = scene_new();
	uint32_t ssrc = ssrc_of(1, SSRC_CAMERA);
	uint32_t taken = s.a->camera[0].timestamp;
	fixture_frame(s.a, 0, true, 1);
	give_report(&s, ssrc, 5000 * US_PER_SEC, taken);
	fixture_pass(s.f, 3000);
	give_report(&s, ssrc, 5003 * US_PER_SEC, taken + 3 * 90000);
	fixture_forget(s.watcher);
	taken = s.a->camera[0].timestamp; /* one frame on, as if there had been no pause */
	fixture_frame(s.a, 0, true, 1);
	fixture_pass(s.f, 1100);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 1);
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, s.slot, NULL), ==, 0);
	give_report(&s, ssrc, 5003 * US_PER_SEC, taken);
	fixture_pass(s.f, 900);
	struct rtcp_item item;
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, s.slot, &item), >=, 1);
	uint64_t after_us = ntp_to_us(item.ntp) - NTP_OFFSET_US - (s.f->now_us - 2000 * US_PER_MS);
	int32_t ticks =
		(int32_t)(item.rtp_timestamp - fixture_seen(s.watcher, s.slot, 0)->rtp.timestamp);
	g_assert_cmpint(ticks, ==, after_us * 9 / 100);
	fixture_free(s.f);
}

static void a_frame_a_second_keeps_its_reports(void)
{
	struct scene s = scene_new();
	uint32_t ssrc = ssrc_of(1, SSRC_CAMERA);
	for (unsigned i = 0; i < 5; i++) {
		give_report(&s, ssrc, (5000 + i) * US_PER_SEC, s.a->camera[0].timestamp);
		fixture_frame(s.a, 0, i == 0, 1);
		s.a->camera[0].timestamp += 90000 - 3000;
		fixture_pass(s.f, 1000);
	}
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, s.slot, NULL), >=, 4);
	fixture_free(s.f);
}

static void a_silent_slot_reports_nothing(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, true, 1);
	give_report(&s, ssrc_of(1, SSRC_CAMERA), 5000 * US_PER_SEC, 0);
	fixture_pass(s.f, 3000);
	fixture_forget(s.watcher);
	fixture_pass(s.f, 5000);
	g_assert_cmpuint(fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, 0, NULL), ==, 0);
	fixture_free(s.f);
}

static unsigned words(const struct end *end, uint8_t type)
{
	unsigned n = 0;
	for (unsigned i = 0; i < end->rtcp->len; i++) {
		const struct seen_rtcp *s = &g_array_index(end->rtcp, struct seen_rtcp, i);
		for (size_t at = 0; at < s->length;
		     at += 4 + 4 * (size_t)wire_get16(s->data + at + 2))
			n += s->data[at + 1] == type;
	}
	return n;
}

static void reports_name_the_source(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, true, 1);
	give_report(&s, ssrc_of(1, SSRC_CAMERA), 5000 * US_PER_SEC, 0);
	fixture_pass(s.f, 1500);
	unsigned senders = fixture_rtcp(s.watcher, RTCP_SENDER_REPORT, 0, NULL);
	g_assert_cmpuint(senders, >, 0);
	g_assert_cmpuint(words(s.watcher, 202), >=, senders); /* SDES (RFC 3550, section 6.5) */
	fixture_free(s.f);
}

static void many_slots_fit_into_several_compounds(void)
{
	struct fixture *f = fixture_new();
	struct peer_description d = fixture_description(2);
	while (d.n_slots < 60) {
		d.slots[d.n_slots] = d.slots[4];
		d.slots[d.n_slots].feed = (struct feed_key){FEED_CAMERA, 1};
		d.slots[d.n_slots].ssrc = 10000 + d.n_slots;
		g_snprintf(d.slots[d.n_slots].mid, sizeof d.slots[0].mid, "x%u", d.n_slots);
		d.n_slots++;
	}
	struct scene s = {.f = f, .a = fixture_join(f, 1)};
	struct end *b = fixture_join_as(f, &d);
	fixture_frame(s.a, 0, true, 1);
	give_report(&s, ssrc_of(1, SSRC_CAMERA), 5000 * US_PER_SEC, 0);
	fixture_pass(f, 1);
	for (unsigned i = 8; i < 60; i++)
		g_assert_cmpuint(fixture_rtcp(b, RTCP_SENDER_REPORT, d.slots[i].ssrc, NULL), ==, 1);
	fixture_free(f);
}

static void transport_feedback_is_prompt_and_complete(void)
{
	struct scene s = scene_new();
	s.a->mic.transport_sequence = &s.a->transport_sequence;
	for (unsigned i = 0; i < 50; i++) {
		fixture_sound(s.a, 127);
		fixture_pass(s.f, 20);
	}
	fixture_pass(s.f, 100);
	unsigned n = fixture_rtcp(s.a, RTCP_TRANSPORT_CC, 0, NULL);
	g_assert_cmpuint(n, >=, 15); /* 50 ms at first */
	g_assert_cmpuint(n, <=, 21);
	/* Every packet in one of them: base number and count begin the body. */
	unsigned covered = 0;
	for (unsigned i = 0; i < s.a->rtcp->len; i++) {
		const struct seen_rtcp *seen = &g_array_index(s.a->rtcp, struct seen_rtcp, i);
		struct rtcp_reader reader;
		struct rtcp_item item;
		rtcp_reader_init(&reader, seen->data, seen->length);
		while (rtcp_next(&reader, &item) == OK)
			if (item.type == RTCP_TRANSPORT_CC) {
				g_assert_cmpuint(wire_get16(item.fci), ==, covered);
				covered += wire_get16(item.fci + 2);
				g_assert_cmpuint(item.media_ssrc, !=, 0);
			}
	}
	g_assert_cmpuint(covered, ==, 50);
	fixture_free(s.f);
}

static void the_disconnected_get_nothing(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, true, 1);
	room_set_connected(s.f->room, s.watcher->peer, false, s.f->now_us);
	room_set_connected(s.f->room, s.a->peer, false, s.f->now_us);
	fixture_forget(s.watcher);
	s.a->camera[0].sequence += 3;
	fixture_frame(s.a, 0, false, 1);
	fixture_pass(s.f, 3000);
	g_assert_cmpuint(s.watcher->seen->len + s.watcher->rtcp->len, ==, 0);
	g_assert_cmpuint(s.a->rtcp->len, ==, 0);
	fixture_free(s.f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/a_receiver_report_comes_every_second",
			a_receiver_report_comes_every_second);
	g_test_add_func("/reports/own_loss_and_rates_are_told", own_loss_and_rates_are_told);
	g_test_add_func("/reports/a_slots_report_follows_the_senders_at_once",
			a_slots_report_follows_the_senders_at_once);
	g_test_add_func("/reports/after_a_switch_a_report_comes_at_once",
			after_a_switch_a_report_comes_at_once);
	g_test_add_func("/reports/a_report_from_before_a_pause_is_not_believed_after_it",
			a_report_from_before_a_pause_is_not_believed_after_it);
	g_test_add_func("/reports/a_frame_a_second_keeps_its_reports",
			a_frame_a_second_keeps_its_reports);
	g_test_add_func("/reports/a_silent_slot_reports_nothing", a_silent_slot_reports_nothing);
	g_test_add_func("/reports/reports_name_the_source", reports_name_the_source);
	g_test_add_func("/reports/many_slots_fit_into_several_compounds",
			many_slots_fit_into_several_compounds);
	g_test_add_func("/reports/transport_feedback_is_prompt_and_complete",
			transport_feedback_is_prompt_and_complete);
	g_test_add_func("/reports/the_disconnected_get_nothing", the_disconnected_get_nothing);
	return g_test_run();
}
