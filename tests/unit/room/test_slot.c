#include "relay/base/wire.h"
#include "tests/unit/room/fixture.h"

/* Two publish; 3 watches 1's camera, best size, in "c". */
struct scene {
	struct fixture *f;
	struct end *a, *b, *watcher;
	uint32_t slot;
};

static struct scene scene_new(void)
{
	struct scene s = {.f = fixture_new()};
	s.a = fixture_join(s.f, 1);
	s.b = fixture_join(s.f, 2);
	s.watcher = fixture_join(s.f, 3);
	s.slot = slot_ssrc(s.watcher, "c");
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 1, 0, 0);
	return s;
}

static uint64_t count_of(const struct scene *s, enum counter which)
{
	return counter_get(&s->f->counters, which);
}

static const struct seen *last(const struct scene *s)
{
	unsigned n = fixture_count(s->watcher, s->slot);
	g_assert_cmpuint(n, >, 0);
	return fixture_seen(s->watcher, s->slot, n - 1);
}

static void begins_with_a_keyframe(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, false, 2);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 0);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_NO_KEYFRAME_YET), ==, 2);
	fixture_pass(s.f, 1);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, ssrc_of(1, SSRC_CAMERA), NULL), ==, 1);
	fixture_frame(s.a, 0, true, 2);
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	g_assert_true(fixture_seen(s.watcher, s.slot, 0)->frame.keyframe);
	fixture_free(s.f);
}

static void shows_the_old_until_the_new_has_a_keyframe(void)
{
	struct scene s = scene_new();
	fixture_frame(s.b, 0, true, 1);
	fixture_frame(s.a, 0, true, 1);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 2, 0, 0);
	fixture_frame(s.a, 0, false, 1);
	fixture_frame(s.b, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	g_assert_cmpuint(last(&s)->stream, ==, ssrc_of(1, SSRC_CAMERA));
	fixture_frame(s.b, 0, true, 1);
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	g_assert_cmpuint(last(&s)->stream, ==, ssrc_of(2, SSRC_CAMERA));
	fixture_free(s.f);
}

static void numbers_go_on_over_a_switch(void)
{
	struct scene s = scene_new();
	fixture_frame(s.b, 0, true, 1);
	fixture_frame(s.a, 0, true, 2);
	fixture_frame(s.a, 0, false, 2);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 2, 0, 0);
	fixture_pass(s.f, 40);
	fixture_frame(s.b, 0, true, 2);
	fixture_frame(s.b, 0, false, 2);
	const struct seen *before = fixture_seen(s.watcher, s.slot, 3),
			  *after = fixture_seen(s.watcher, s.slot, 4);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 8);
	for (unsigned i = 1; i < 8; i++)
		g_assert_cmpuint(fixture_seen(s.watcher, s.slot, i)->index, ==,
				 fixture_seen(s.watcher, s.slot, i - 1)->index + 1);
	g_assert_cmpuint(after->stream, !=, before->stream);
	g_assert_cmpuint(after->frame.picture_id, ==, (before->frame.picture_id + 1) & 0x7fff);
	g_assert_cmpuint(after->frame.tl0picidx, ==, (uint8_t)(before->frame.tl0picidx + 1));
	g_assert_cmpuint(after->rtp.timestamp - before->rtp.timestamp, ==, 40 * 90);
	g_assert_cmpuint(last(&s)->rtp.timestamp - after->rtp.timestamp, ==, 3000);
	fixture_free(s.f);
}

static void time_moves_by_a_frame_at_least(void)
{
	struct scene s = scene_new();
	fixture_frame(s.b, 0, true, 1);
	fixture_frame(s.a, 0, true, 1);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 2, 0, 0);
	fixture_frame(s.b, 0, true, 1); /* at the same moment */
	g_assert_cmpuint(last(&s)->rtp.timestamp -
				 fixture_seen(s.watcher, s.slot, 0)->rtp.timestamp,
			 ==, 3000);
	fixture_free(s.f);
}

static void sound_switches_at_once(void)
{
	struct scene s = scene_new();
	uint32_t slot = slot_ssrc(s.watcher, "m");
	fixture_sound(s.a, 127);
	fixture_sound(s.b, 127);
	fixture_set_slot(s.watcher, "m", FEED_MICROPHONE, 1, 0, 0);
	fixture_sound(s.a, 127);
	fixture_sound(s.a, 127);
	fixture_set_slot(s.watcher, "m", FEED_MICROPHONE, 2, 0, 0);
	fixture_sound(s.a, 127); /* nobody is heard under another's name */
	fixture_pass(s.f, 20);
	fixture_sound(s.b, 127);
	g_assert_cmpuint(fixture_count(s.watcher, slot), ==, 3);
	const struct seen *before = fixture_seen(s.watcher, slot, 1),
			  *after = fixture_seen(s.watcher, slot, 2);
	g_assert_cmpuint(after->stream, ==, ssrc_of(2, SSRC_MIC));
	g_assert_cmpuint(after->index, ==, before->index + 1);
	g_assert_cmpuint(after->rtp.timestamp - before->rtp.timestamp, ==, 960);
	g_assert_true(after->rtp.marker);
	g_assert_false(before->rtp.marker);
	fixture_free(s.f);
}

/* Or the receiver's jitter buffer would grow with each hand-over and each change of language. */
static void sound_gains_at_most_a_packet_by_switches(void)
{
	struct scene s = scene_new();
	uint32_t slot = slot_ssrc(s.watcher, "m");
	uint64_t begun_us = s.f->now_us;
	for (unsigned n = 0; n < 50; n++) {
		fixture_set_slot(s.watcher, "m", FEED_MICROPHONE, 1 + n % 2, 0, 0);
		for (unsigned packet = 0; packet < 3; packet++) { /* 5 ms apart, each every 20 ms */
			fixture_sound(s.a, 127);
			fixture_pass(s.f, 5);
			fixture_sound(s.b, 127);
			fixture_pass(s.f, 15);
		}
	}
	unsigned n = fixture_count(s.watcher, slot);
	uint32_t first = fixture_seen(s.watcher, slot, 0)->rtp.timestamp, previous = first;
	for (unsigned i = 1; i < n; i++) {
		uint32_t timestamp = fixture_seen(s.watcher, slot, i)->rtp.timestamp;
		g_assert_cmpint((int32_t)(timestamp - previous), >=, 960);
		previous = timestamp;
	}
	uint64_t ticks = (s.f->now_us - begun_us) * 48 / 1000;
	g_assert_cmpint((int64_t)(previous - first) - (int64_t)ticks, <=, 960);
	g_assert_cmpuint(n, >=, 50 * 5 / 2); /* at most every second switch waits for a packet */
	fixture_free(s.f);
}

static void a_late_first_packet_brings_what_came_before_it(void)
{
	struct scene s = scene_new();
	uint8_t first[PACKET_CAPACITY], data[PACKET_CAPACITY];
	struct synth *camera = &s.a->camera[0];
	fixture_frame(s.a, 0, false, 1);
	size_t length = fixture_make(camera, true, true, false, first);
	for (unsigned i = 0; i < 3; i++)
		fixture_give(s.f, s.a, data, fixture_make(camera, false, false, i == 2, data));
	fixture_next_frame(camera);
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 0);
	fixture_give(s.f, s.a, first, length);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 5);
	for (unsigned i = 1; i < 5; i++) {
		const struct seen *seen = fixture_seen(s.watcher, s.slot, i);
		g_assert_cmpuint(seen->index, ==, seen[-1].index + 1);
		g_assert_cmpuint(seen->counter, ==, seen[-1].counter + 1);
	}
	fixture_free(s.f);
}

static void what_is_older_than_the_switch_is_refused(void)
{
	struct scene s = scene_new();
	uint8_t old[PACKET_CAPACITY];
	size_t length = fixture_make(&s.a->camera[0], false, true, true, old);
	fixture_next_frame(&s.a->camera[0]);
	fixture_frame(s.a, 0, false, 1);
	fixture_frame(s.a, 0, true, 1);
	/* Late, and the slot shows the layer by now; the tracker doesn't know the number, so it
	 * isn't a duplicate. */
	uint64_t drops =
		count_of(&s, COUNTER_DROP_BEFORE_SWITCH) + count_of(&s, COUNTER_DROP_DUPLICATE);
	fixture_give(s.f, s.a, old, length);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_BEFORE_SWITCH) +
				 count_of(&s, COUNTER_DROP_DUPLICATE),
			 ==, drops + 1);
	fixture_free(s.f);
}

static void padding_leaves_no_gap(void)
{
	struct scene s = scene_new();
	uint8_t data[PACKET_CAPACITY];
	const struct synth_packet padding = {.padding = 100};
	fixture_frame(s.a, 0, true, 1);
	fixture_give(s.f, s.a, data, synth_write(&s.a->camera[0], &padding, data));
	fixture_give(s.f, s.a, data, synth_write(&s.a->camera[0], &padding, data));
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	g_assert_cmpuint(last(&s)->index, ==, fixture_seen(s.watcher, s.slot, 0)->index + 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_PADDING), ==, 2);
	fixture_free(s.f);
}

static void late_padding_fills_its_gap(void)
{
	struct scene s = scene_new();
	uint8_t late[PACKET_CAPACITY];
	const struct synth_packet padding = {.padding = 100};
	fixture_frame(s.a, 0, true, 1);
	size_t length = synth_write(&s.a->camera[0], &padding, late);
	fixture_frame(s.a, 0, false, 1);
	fixture_give(s.f, s.a, late, length);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 3);
	g_assert_cmpuint(last(&s)->index, ==, fixture_seen(s.watcher, s.slot, 0)->index + 1);
	g_assert_cmpuint(last(&s)->rtp.payload_length, ==, 0);
	g_assert_cmpuint(last(&s)->rtp.padding, >, 0);
	fixture_free(s.f);
}

/* The receiver would ask in vain for what the slot doesn't wait for any more. */
static void what_is_missing_at_a_switch_is_filled_in(void)
{
	struct scene s = scene_new();
	uint8_t late[PACKET_CAPACITY];
	fixture_frame(s.a, 0, true, 1);
	size_t length = fixture_make(&s.a->camera[0], false, true, true, late);
	fixture_next_frame(&s.a->camera[0]);
	fixture_frame(s.a, 0, false, 1);
	fixture_frame(s.b, 0, true, 1);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 2, 0, 0);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	fixture_frame(s.b, 0, true, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 4);
	const struct seen *before = fixture_seen(s.watcher, s.slot, 0),
			  *filled = fixture_seen(s.watcher, s.slot, 2);
	g_assert_cmpuint(filled->index, ==, before->index + 1);
	g_assert_cmpuint(filled->rtp.timestamp, ==, before->rtp.timestamp);
	g_assert_cmpuint(filled->rtp.payload_length, ==, 0);
	g_assert_cmpuint(last(&s)->index, ==, before->index + 3);
	/* Lost on the way, it comes again as what it was; the true one is over. */
	struct peer *watcher = s.watcher->peer;
	slot_resend(peer_slot(watcher, "c"), (uint16_t)filled->index, s.f->now_us);
	const struct seen *again = fixture_seen(
		s.watcher, ssrc_of(3, SSRC_SLOT_RTX) + s.slot - ssrc_of(3, SSRC_SLOT), 0);
	g_assert_nonnull(again);
	g_assert_cmpuint(again->osn, ==, (uint16_t)filled->index);
	g_assert_cmpuint(again->rtp.payload_length, ==, 2);
	fixture_give(s.f, s.a, late, length);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 4);
	fixture_free(s.f);
}

static void what_the_receiver_cannot_decode_is_not_sent(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	struct peer_description d = fixture_description(2);
	d.slots[4].codecs[0].codec = CODEC_H264; /* c */
	struct end *b = fixture_join_as(f, &d);
	fixture_set_slot(b, "c", FEED_CAMERA, 1, 0, 0);
	fixture_frame(a, 0, true, 2);
	g_assert_cmpuint(fixture_count(b, slot_ssrc(b, "c")), ==, 0);
	g_assert_cmpuint(counter_get(&f->counters, COUNTER_DROP_CODEC_NOT_NEGOTIATED), ==, 2);
	fixture_pass(f, 2000);
	g_assert_cmpuint(fixture_rtcp(a, RTCP_PLI, 0, NULL), ==, 0); /* a keyframe wouldn't help */
	fixture_free(f);
}

static void uses_the_receivers_numbers(void)
{
	struct fixture *f = fixture_new();
	struct end *a = fixture_join(f, 1);
	struct peer_description d = fixture_description(2);
	d.extensions =
		(struct extension_map){.id = {[EXTENSION_MID] = 9, [EXTENSION_AUDIO_LEVEL] = 11}};
	for (unsigned i = 0; i < d.n_slots; i++)
		if (d.slots[i].kind == MEDIA_AUDIO)
			d.slots[i].codecs[0].payload_type = 100;
	struct end *b = fixture_join_as(f, &d);
	fixture_set_slot(b, "m", FEED_MICROPHONE, 1, 0, 0);
	fixture_sound(a, 77);
	const struct seen *seen = fixture_seen(b, slot_ssrc(b, "m"), 0);
	g_assert_nonnull(seen);
	struct audio_level level;
	g_assert_cmpuint(seen->rtp.payload_type, ==, 100);
	g_assert_true(rtp_audio_level(seen->data, &seen->rtp, &level)); /* parsed with b's ids */
	g_assert_cmpuint(level.level_dbov, ==, 77);
	fixture_free(f);
}

static void the_first_fifty_packets_say_their_mid(void)
{
	struct scene s = scene_new();
	uint32_t slot = slot_ssrc(s.watcher, "m");
	fixture_set_slot(s.watcher, "m", FEED_MICROPHONE, 1, 0, 0);
	for (unsigned i = 0; i < 60; i++)
		fixture_sound(s.a, 127);
	for (unsigned i = 0; i < 60; i++) {
		const struct seen *seen = fixture_seen(s.watcher, slot, i);
		struct rtp_span span = seen->rtp.extension[EXTENSION_MID];
		g_assert_cmpuint(span.offset > 0, ==, i < 50);
		if (span.offset)
			g_assert_cmpmem(seen->data + span.offset, span.length, "m", 1);
	}
	fixture_free(s.f);
}

static void a_resend_is_the_packet_as_first_sent(void)
{
	struct scene s = scene_new();
	uint32_t rtx = ssrc_of(3, SSRC_SLOT_RTX + 4);
	fixture_frame(s.b, 0, true, 1);
	fixture_frame(s.a, 0, true, 3);
	struct seen original = *fixture_seen(s.watcher, s.slot, 1);
	/* Even when the slot has moved on since. */
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 2, 0, 0);
	fixture_frame(s.b, 0, true, 1);
	struct slot *slot = peer_slot(s.watcher->peer, "c");
	slot_resend(slot, original.rtp.sequence, s.f->now_us);
	slot_resend(slot, (uint16_t)(original.rtp.sequence + 1), s.f->now_us);
	g_assert_cmpuint(fixture_count(s.watcher, rtx), ==, 2);
	const struct seen *again = fixture_seen(s.watcher, rtx, 0);
	g_assert_cmpuint(again->osn, ==, original.rtp.sequence);
	g_assert_cmpuint(again->stream, ==, original.stream);
	g_assert_cmpuint(again->counter, ==, original.counter);
	g_assert_cmpuint(again->rtp.timestamp, ==, original.rtp.timestamp);
	g_assert_cmpuint(again->rtp.payload_type, ==, 97);
	g_assert_cmpuint(again->rtp.marker, ==, original.rtp.marker);
	g_assert_cmpuint(again->frame.picture_id, ==, original.frame.picture_id);
	g_assert_cmpuint(again->frame.tl0picidx, ==, original.frame.tl0picidx);
	g_assert_cmpuint(again[1].index, ==, again->index + 1); /* its own row */
	g_assert_cmpuint(count_of(&s, COUNTER_RTX_OUT), ==, 2);
	fixture_free(s.f);
}

static void without_rtx_the_same_ciphertext_goes_again(void)
{
	struct scene s = scene_new();
	uint32_t slot = slot_ssrc(s.watcher, "m");
	fixture_set_slot(s.watcher, "m", FEED_MICROPHONE, 1, 0, 0);
	for (unsigned i = 0; i < 5; i++)
		fixture_sound(s.a, 127);
	struct seen original = *fixture_seen(s.watcher, slot, 2);
	slot_resend(peer_slot(s.watcher->peer, "m"), original.rtp.sequence, s.f->now_us);
	g_assert_cmpuint(fixture_count(s.watcher, slot), ==, 6);
	const struct seen *again = fixture_seen(s.watcher, slot, 5);
	g_assert_true(again->again);
	g_assert_cmpuint(again->rtp.sequence, ==, original.rtp.sequence);
	g_assert_cmpuint(again->counter, ==, original.counter);
	fixture_free(s.f);
}

static void asked_twice_at_once_is_asked_once(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, true, 1);
	uint16_t number = last(&s)->rtp.sequence;
	struct slot *slot = peer_slot(s.watcher->peer, "c");
	slot_resend(slot, number, s.f->now_us);
	slot_resend(slot, number, s.f->now_us + 10 * US_PER_MS);
	g_assert_cmpuint(count_of(&s, COUNTER_RTX_OUT), ==, 1);
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_RTX_TOO_SOON), ==, 1);
	slot_resend(slot, number,
		    s.f->now_us + 60 * US_PER_MS); /* the round trip isn't known: 100 ms */
	g_assert_cmpuint(count_of(&s, COUNTER_RTX_OUT), ==, 2);
	slot_resend(slot, (uint16_t)(number + 1), s.f->now_us); /* not sent yet */
	g_assert_cmpuint(count_of(&s, COUNTER_DROP_NO_RTX), ==, 1);
	fixture_free(s.f);
}

static void the_old_picture_goes_when_the_new_one_keeps_us_waiting(void)
{
	struct scene s = scene_new();
	fixture_frame(s.b, 0, true, 1);
	fixture_frame(s.a, 0, true, 1);
	fixture_set_slot(s.watcher, "c", FEED_CAMERA, 2, 0, 0);
	for (unsigned i = 0; i < 30; i++) { /* 3 s without a keyframe of b */
		fixture_pass(s.f, 100);
		fixture_frame(s.a, 0, false, 1);
		fixture_frame(s.b, 0, false, 1);
	}
	unsigned shown = fixture_count(s.watcher, s.slot);
	g_assert_cmpuint(shown, >=, 19);
	g_assert_cmpuint(shown, <=, 22);
	g_assert_cmpuint(fixture_rtcp(s.b, RTCP_PLI, ssrc_of(2, SSRC_CAMERA), NULL), ==,
			 7); /* one in 500 ms */
	fixture_free(s.f);
}

static void a_jump_of_numbers_waits_for_a_keyframe(void)
{
	struct scene s = scene_new();
	fixture_frame(s.a, 0, true, 1);
	s.a->camera[0].sequence += 1000;
	fixture_frame(s.a, 0, false, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 1);
	fixture_frame(s.a, 0, true, 1);
	g_assert_cmpuint(fixture_count(s.watcher, s.slot), ==, 2);
	g_assert_cmpuint(last(&s)->index, ==, fixture_seen(s.watcher, s.slot, 0)->index + 1);
	g_assert_cmpuint(last(&s)->frame.picture_id, ==,
			 (fixture_seen(s.watcher, s.slot, 0)->frame.picture_id + 1) & 0x7fff);
	fixture_free(s.f);
}

static void a_lost_packet_leaves_its_gap_and_fills_it_late(void)
{
	struct scene s = scene_new();
	uint8_t lost[PACKET_CAPACITY];
	fixture_frame(s.a, 0, true, 1);
	size_t length = fixture_make(&s.a->camera[0], false, true, true, lost);
	fixture_next_frame(&s.a->camera[0]);
	fixture_frame(s.a, 0, false, 1);
	uint64_t first = fixture_seen(s.watcher, s.slot, 0)->index;
	g_assert_cmpuint(last(&s)->index, ==, first + 2);
	fixture_give(s.f, s.a, lost, length);
	g_assert_cmpuint(last(&s)->index, ==, first + 1);
	fixture_free(s.f);
}

static void an_index_is_never_used_twice(void)
{
	struct scene s = scene_new();
	GRand *random = g_rand_new_with_seed(11);
	uint8_t kept[8][PACKET_CAPACITY];
	size_t length[8] = {0};
	for (unsigned i = 0; i < 20000; i++) {
		struct end *end = g_rand_int_range(random, 0, 2) ? s.a : s.b;
		unsigned k = (unsigned)g_rand_int_range(random, 0, 8);
		bool mute = g_rand_boolean(random);
		switch (g_rand_int_range(random, 0, 12)) {
		case 0:
			fixture_set_slot(s.watcher, "c", FEED_CAMERA,
					 (uint32_t)g_rand_int_range(random, 1, 3), 0, 0);
			break;
		case 1: /* held back, of either */
			length[k] = fixture_make(&end->camera[0], k % 4 == 0, true, true, kept[k]);
			fixture_next_frame(&end->camera[0]);
			break;
		case 2: /* comes late, or twice */
			if (length[k])
				fixture_give(s.f, wire_get32(kept[k] + 8) / 100 == 1 ? s.a : s.b,
					     kept[k], length[k]);
			break;
		case 3:
			end->camera[0].sequence += (uint16_t)g_rand_int_range(random, 0, 550);
			break;
		case 4:
			room_set_muted(s.f->room, end->peer, SOURCE_CAMERA, mute, s.f->now_us);
			break;
		case 5:
			room_set_connected(s.f->room, end->peer, false, s.f->now_us);
			room_set_connected(s.f->room, end->peer, true, s.f->now_us);
			break;
		default:
			fixture_frame(end, 0, g_rand_int_range(random, 0, 4) == 0, 2);
		}
		fixture_pass(s.f, 5);
	}
	GHashTable *used = g_hash_table_new(NULL, NULL);
	for (unsigned i = 0; i < s.watcher->seen->len; i++) {
		const struct seen *seen = &g_array_index(s.watcher->seen, struct seen, i);
		if (seen->rtp.ssrc == s.slot)
			g_assert_true(g_hash_table_add(used, GSIZE_TO_POINTER(seen->index)));
	}
	g_assert_cmpuint(g_hash_table_size(used), >, 2000);
	g_hash_table_unref(used);
	g_rand_free(random);
	fixture_free(s.f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/slot/begins_with_a_keyframe", begins_with_a_keyframe);
	g_test_add_func("/slot/shows_the_old_until_the_new_has_a_keyframe",
			shows_the_old_until_the_new_has_a_keyframe);
	g_test_add_func("/slot/numbers_go_on_over_a_switch", numbers_go_on_over_a_switch);
	g_test_add_func("/slot/time_moves_by_a_frame_at_least", time_moves_by_a_frame_at_least);
	g_test_add_func("/slot/sound_switches_at_once", sound_switches_at_once);
	g_test_add_func("/slot/sound_gains_at_most_a_packet_by_switches",
			sound_gains_at_most_a_packet_by_switches);
	g_test_add_func("/slot/a_late_first_packet_brings_what_came_before_it",
			a_late_first_packet_brings_what_came_before_it);
	g_test_add_func("/slot/what_is_older_than_the_switch_is_refused",
			what_is_older_than_the_switch_is_refused);
	g_test_add_func("/slot/padding_leaves_no_gap", padding_leaves_no_gap);
	g_test_add_func("/slot/late_padding_fills_its_gap", late_padding_fills_its_gap);
	g_test_add_func("/slot/what_is_missing_at_a_switch_is_filled_in",
			what_is_missing_at_a_switch_is_filled_in);
	g_test_add_func("/slot/what_the_receiver_cannot_decode_is_not_sent",
			what_the_receiver_cannot_decode_is_not_sent);
	g_test_add_func("/slot/uses_the_receivers_numbers", uses_the_receivers_numbers);
	g_test_add_func("/slot/the_first_fifty_packets_say_their_mid",
			the_first_fifty_packets_say_their_mid);
	g_test_add_func("/slot/a_resend_is_the_packet_as_first_sent",
			a_resend_is_the_packet_as_first_sent);
	g_test_add_func("/slot/without_rtx_the_same_ciphertext_goes_again",
			without_rtx_the_same_ciphertext_goes_again);
	g_test_add_func("/slot/asked_twice_at_once_is_asked_once",
			asked_twice_at_once_is_asked_once);
	g_test_add_func("/slot/the_old_picture_goes_when_the_new_one_keeps_us_waiting",
			the_old_picture_goes_when_the_new_one_keeps_us_waiting);
	g_test_add_func("/slot/a_jump_of_numbers_waits_for_a_keyframe",
			a_jump_of_numbers_waits_for_a_keyframe);
	g_test_add_func("/slot/a_lost_packet_leaves_its_gap_and_fills_it_late",
			a_lost_packet_leaves_its_gap_and_fills_it_late);
	g_test_add_func("/slot/an_index_is_never_used_twice", an_index_is_never_used_twice);
	return g_test_run();
}
