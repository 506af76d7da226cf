/* What a slot's packets are to the recorder. */
#include "relay/base/studio_wire.h"
#include "relay/base/wire.h"
#include "relay/room/recorded.h"
#include "relay/rtp/rtcp_write.h"
#include "relay/rtp/sender_clock.h"
#include "tests/unit/room/fixture.h"

struct scene {
	struct fixture *f;
	struct end *a, *b;
	struct slot *slot; /* b's, on a's microphone */
	struct backlog *backlog;
};

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new(), .backlog = backlog_new(4096)};
	s.a = fixture_join(s.f, 1);
	s.b = fixture_join(s.f, 2);
	fixture_set_slot(s.b, "m", FEED_MICROPHONE, 1, 0, 0);
	fixture_sound(s.a, 20);
	s.slot = peer_slot_by_ssrc(s.b->peer, slot_ssrc(s.b, "m"));
	g_assert_nonnull(s.slot);
	return s;
}

static void scene_free(struct scene *s)
{
	backlog_free(s->backlog);
	fixture_free(s->f);
}

/* Of the slot's newest packet, or of one so many ticks later. */
static struct rtp_out out_of(const struct scene *s, uint32_t later)
{
	uint32_t ssrc = slot_ssrc(s->b, "m");
	const struct seen *seen = fixture_seen(s->b, ssrc, fixture_count(s->b, ssrc) - 1);
	struct rtp_out out = {.ssrc = ssrc, .head_length = 12, .header_length = 12};
	memcpy(out.head, seen->data, 12);
	wire_put32(out.head + 4, seen->rtp.timestamp + later);
	return out;
}

static struct bytes put(const struct scene *s, const struct rtp_out *out)
{
	struct bytes message;
	g_assert_true(recorded_put(s->backlog, s->slot, out, s->f->now_us));
	g_assert_true(backlog_peek(s->backlog, &message));
	backlog_sent(s->backlog);
	return message;
}

static void report(const struct scene *s, uint64_t ntp_us, uint32_t timestamp)
{
	uint8_t data[100];
	struct rtcp_writer w;
	rtcp_writer_init(&w, data, sizeof data);
	g_assert_true(rtcp_add_sender_report(&w, ssrc_of(1, SSRC_MIC), ntp_from_us(ntp_us),
					     timestamp, 1, 1));
	room_receive_rtcp(s->f->room, s->a->peer, data, w.length, s->f->now_us);
}

/* When it came, until its sender has reported; then when it was taken, whenever it came. */
static void the_time_is_guessed_until_the_first_report(void)
{
	struct scene s = scene_new();
	struct rtp_out out = out_of(&s, 0);
	struct bytes message = put(&s, &out);
	g_assert_cmpuint(message.data[0], ==, STUDIO_MEDIA_GUESSED);
	g_assert_cmpuint(wire_get64(message.data + 1), ==, s.f->now_us);

	report(&s, 5000 * US_PER_SEC, s.a->mic.timestamp);
	uint64_t reported_us = s.f->now_us;
	fixture_sound(s.a, 20); /* with the report's timestamp */
	fixture_pass(s.f, 70);	/* late */
	for (unsigned ticks = 0; ticks < 5 * 960; ticks += 960) {
		out = out_of(&s, ticks);
		message = put(&s, &out);
		g_assert_cmpuint(message.data[0], ==, STUDIO_MEDIA);
		g_assert_cmpuint(wire_get64(message.data + 1), ==,
				 reported_us + ticks * UINT64_C(1000) / 48);
	}
	scene_free(&s);
}

/* Its sender says that it was taken so long before it came. */
static void check_said(const struct scene *s, int64_t before_us, bool likely)
{
	int64_t ticks = before_us * 48 / 1000;
	fixture_sound(s->a, 20); /* after a pause a report doesn't count */
	report(s, 5000 * US_PER_SEC + s->f->now_us, s->a->mic.timestamp + (uint32_t)ticks);
	fixture_sound(s->a, 20);
	const struct rtp_out out = out_of(s, 0);
	struct bytes message = put(s, &out);
	g_assert_cmpuint(message.data[0], ==, likely ? STUDIO_MEDIA : STUDIO_MEDIA_GUESSED);
	g_assert_cmpuint(wire_get64(message.data + 1), ==,
			 s->f->now_us - (uint64_t)(likely ? before_us : 0));
}

/* A false report spoils nothing for those who have the track next. */
static void a_time_that_cannot_be_is_no_time(void)
{
	static const struct {
		int64_t before_us;
		bool likely;
	} said[] = {
		{3600 * (int64_t)US_PER_SEC, false}, {-3600 * (int64_t)US_PER_SEC, false},
		{10001 * (int64_t)US_PER_MS, false}, {10000 * (int64_t)US_PER_MS, true},
		{-101 * (int64_t)US_PER_MS, false},  {-20 * (int64_t)US_PER_MS, true},
		{300 * (int64_t)US_PER_MS, true},
	};
	struct scene s = scene_new();
	for (unsigned i = 0; i < G_N_ELEMENTS(said); i++) {
		fixture_pass(s.f, 1000);
		check_said(&s, said[i].before_us, said[i].likely);
	}
	/* Before our clock began; and what comes later has the right time. */
	fixture_pass(s.f, 1000);
	check_said(&s, (int64_t)s.f->now_us + 5 * (int64_t)US_PER_SEC, false);
	fixture_pass(s.f, 1000);
	check_said(&s, 60 * (int64_t)US_PER_MS, true);
	scene_free(&s);
}

static void a_message_is_the_packet(void)
{
	static const uint8_t body[] = {0xf8, 1, 2, 3};
	struct scene s = scene_new();
	struct rtp_out out = out_of(&s, 0);
	out.body = body;
	out.body_length = sizeof body;
	out.padding = 3;
	out.head[0] |= 0x20;
	struct bytes message = put(&s, &out);
	g_assert_cmpuint(message.length, ==, STUDIO_MEDIA_HEAD + 12 + 4 + 3);
	g_assert_cmpmem(message.data + STUDIO_MEDIA_HEAD, 12, out.head, 12);
	g_assert_cmpmem(message.data + STUDIO_MEDIA_HEAD + 12, 4, body, 4);
	g_assert_cmpuint(message.data[message.length - 1], ==, 3);
	scene_free(&s);
}

static void there_is_an_end_to_what_waits(void)
{
	struct scene s = scene_new();
	const struct rtp_out out = out_of(&s, 0);
	unsigned n = 0;
	while (recorded_put(s.backlog, s.slot, &out, s.f->now_us))
		g_assert_cmpuint(++n, <, 4096 / 21);
	g_assert_cmpuint(n, >, 50);
	scene_free(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/recorded/the_time_is_guessed_until_the_first_report",
			the_time_is_guessed_until_the_first_report);
	g_test_add_func("/recorded/a_time_that_cannot_be_is_no_time",
			a_time_that_cannot_be_is_no_time);
	g_test_add_func("/recorded/a_message_is_the_packet", a_message_is_the_packet);
	g_test_add_func("/recorded/there_is_an_end_to_what_waits", there_is_an_end_to_what_waits);
	return g_test_run();
}
