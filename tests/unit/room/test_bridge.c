/* A room of two parts, and what goes between them, carried by hand. Whole meetings: sim_moves.c. */
#include "relay/room/bridge.h"
#include "relay/rtp/rtcp_write.h"
#include "tests/unit/room/fixture.h"

enum { A = 1, B = 2, C = 3 };

struct part {
	struct scene *scene;
	struct fixture *f;
	GArray *packets, *messages; /* struct bridged, struct bridge_message: for the other part */
	bool ring_full, mailbox_full;
	unsigned n_refused, n_published;
};

/* A is at home, B elsewhere. */
struct scene {
	struct part part[2];
	struct end *a, *b;
	uint32_t slot; /* b's "c" */
};

static bool send_to_other(void *user, unsigned to, const struct bridged *bridged)
{
	struct part *p = user;
	g_assert_true(p == &p->scene->part[!to]);
	p->n_refused += p->ring_full;
	if (p->ring_full)
		return false;
	if (bridged->packet)
		pool_ref(bridged->packet);
	g_array_append_vals(p->packets, bridged, 1);
	return true;
}

static void publish(void *user)
{
	struct part *p = user;
	p->n_published = p->packets->len;
}

static bool tell_other(void *user, unsigned to, const struct bridge_message *message)
{
	struct part *p = user;
	g_assert_true(p == &p->scene->part[!to]);
	p->n_refused += p->mailbox_full;
	if (!p->mailbox_full)
		g_array_append_vals(p->messages, message, 1);
	return !p->mailbox_full;
}

static void carry(struct scene *s)
{
	for (unsigned i = 0; i < 2; i++) {
		struct part *from = &s->part[i];
		struct fixture *to = s->part[!i].f;
		for (unsigned j = 0; j < from->messages->len; j++)
			room_receive_message(
				to->room, &g_array_index(from->messages, struct bridge_message, j),
				to->now_us);
		for (unsigned j = 0; j < from->packets->len; j++) {
			const struct bridged *b = &g_array_index(from->packets, struct bridged, j);
			room_receive_bridged(to->room, b, to->now_us);
			pool_unref(b->packet);
		}
		room_forward(to->room, to->now_us);
		g_array_set_size(from->messages, 0);
		g_array_set_size(from->packets, 0);
	}
}

static void pass(struct scene *s, unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		fixture_pass(s->part[0].f, 1);
		fixture_pass(s->part[1].f, 1);
		carry(s);
	}
}

static struct remote_description remote_of(const struct end *end, uint32_t session, unsigned part)
{
	const struct peer_description *d = &end->description;
	struct remote_description remote = {
		.id = d->id, .session = session, .part = part, .n_publications = d->n_publications};
	memcpy(remote.publications, d->publications, sizeof remote.publications);
	return remote;
}

static struct end *join_as(struct scene *s, unsigned part,
			   const struct peer_description *description, uint32_t session)
{
	struct end *end = fixture_join_as(s->part[part].f, description);
	struct fixture *other = s->part[!part].f;
	struct remote_description remote = remote_of(end, session, part);
	room_set_session(end->peer, session);
	room_add_remote(other->room, &remote, other->now_us);
	return end;
}

static struct end *join(struct scene *s, unsigned part, uint32_t id, uint32_t session)
{
	const struct peer_description description = fixture_description(id);
	return join_as(s, part, &description, session);
}

static void leave(struct scene *s, unsigned part, struct end *end, uint32_t session)
{
	struct fixture *other = s->part[!part].f;
	uint32_t id = end->description.id;
	fixture_leave(s->part[part].f, end);
	room_remove_remote(other->room, id, session, other->now_us);
}

static void scene_init(struct scene *s)
{
	*s = (struct scene){0};
	for (unsigned i = 0; i < 2; i++) {
		struct part *p = &s->part[i];
		const struct bridge_sink sink = {p, send_to_other, publish, tell_other};
		p->scene = s;
		p->f = fixture_new_part(i, &sink);
		p->packets = g_array_new(FALSE, FALSE, sizeof(struct bridged));
		p->messages = g_array_new(FALSE, FALSE, sizeof(struct bridge_message));
	}
	s->a = join(s, 0, A, 11);
	s->b = join(s, 1, B, 12);
	s->slot = slot_ssrc(s->b, "c");
	pass(s, 2);
}

static void scene_free(struct scene *s)
{
	carry(s);
	for (unsigned i = 0; i < 2; i++)
		room_free(g_steal_pointer(&s->part[i].f->room));
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned j = 0; j < s->part[i].packets->len; j++)
			pool_unref(g_array_index(s->part[i].packets, struct bridged, j).packet);
		g_array_unref(s->part[i].packets);
		g_array_unref(s->part[i].messages);
	}
	for (unsigned i = 0; i < 2; i++)
		fixture_free(s->part[i].f);
}

static uint64_t count_of(const struct scene *s, unsigned part, enum counter which)
{
	return counter_get(&s->part[part].f->counters, which);
}

/* A's camera is on, and shown in B's slot. */
static void show(struct scene *s)
{
	fixture_frame(s->a, 0, true, 1);
	pass(s, 2);
	fixture_set_slot(s->b, "c", FEED_CAMERA, A, 0, 0);
	pass(s, 2);
	g_assert_cmpuint(fixture_rtcp(s->a, RTCP_PLI, ssrc_of(A, SSRC_CAMERA), NULL), ==, 1);
	fixture_frame(s->a, 0, true, 3);
	carry(s);
	g_assert_cmpuint(fixture_count(s->b, s->slot), ==, 3);
	fixture_forget(s->a);
}

static void packets_cross_while_slots_are_on_the_layer(void)
{
	struct scene s;
	scene_init(&s);
	fixture_frame(s.a, 0, true, 3);
	pass(&s, 2);
	g_assert_cmpuint(count_of(&s, 0, COUNTER_BRIDGED_OUT), ==, 0);
	show(&s);
	fixture_frame(s.a, 0, false, 2);
	fixture_frame(s.a, 1, true, 2); /* nobody shows it yet */
	g_assert_cmpuint(s.part[0].n_published, ==, 2);
	carry(&s);
	g_assert_cmpuint(fixture_count(s.b, s.slot), ==, 5);
	g_assert_cmpuint(count_of(&s, 0, COUNTER_BRIDGED_OUT), ==, 5);
	g_assert_cmpuint(count_of(&s, 1, COUNTER_BRIDGED_IN), ==, 5);

	fixture_set_slot(s.b, "c", FEED_NONE, 0, 0, 0);
	fixture_frame(s.a, 0, false, 2); /* on its way when the slot has left */
	carry(&s);
	g_assert_cmpuint(count_of(&s, 1, COUNTER_DROP_BRIDGE_LATE), ==, 2);
	pass(&s, 101);
	uint64_t before = count_of(&s, 0, COUNTER_BRIDGED_OUT);
	fixture_frame(s.a, 0, false, 2);
	g_assert_cmpuint(count_of(&s, 0, COUNTER_BRIDGED_OUT), ==, before);
	scene_free(&s);
}

static void what_was_lost_comes_from_the_parts_own_history(void)
{
	struct scene s;
	uint8_t data[1200];
	struct rtcp_writer w;
	scene_init(&s);
	show(&s);
	uint64_t before = count_of(&s, 0, COUNTER_BRIDGED_OUT);
	uint16_t first = fixture_seen(s.b, s.slot, 0)->rtp.sequence;
	const uint16_t numbers[] = {first, (uint16_t)(first + 2)};
	rtcp_writer_init(&w, data, sizeof data);
	g_assert_true(rtcp_add_nack(&w, 1, s.slot, numbers, 2));
	room_receive_rtcp(s.part[1].f->room, s.b->peer, data, w.length, s.part[1].f->now_us);
	g_assert_cmpuint(fixture_count(s.b, ssrc_of(B, SSRC_SLOT_RTX + 4)), ==, 2);
	pass(&s, 2);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_NACK, 0, NULL), ==, 0);
	g_assert_cmpuint(count_of(&s, 0, COUNTER_BRIDGED_OUT), ==, before);
	scene_free(&s);
}

static void the_senders_part_asks_for_what_other_parts_miss(void)
{
	struct scene s;
	uint8_t data[PACKET_CAPACITY];
	scene_init(&s);
	show(&s);						/* in part 1 alone */
	fixture_make(&s.a->camera[0], false, true, true, data); /* lost */
	fixture_next_frame(&s.a->camera[0]);
	fixture_frame(s.a, 0, false, 3);
	pass(&s, 15);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_NACK, ssrc_of(A, SSRC_CAMERA), NULL), ==, 1);
	scene_free(&s);
}

static void keyframes_are_asked_for_once_for_all_parts(void)
{
	struct scene s;
	scene_init(&s);
	show(&s);
	pass(&s, 600);
	struct end *c = join(&s, 0, C, 13), *d = join(&s, 1, 4, 14);
	fixture_set_slot(c, "c", FEED_CAMERA, A, 0, 0);
	fixture_set_slot(d, "c", FEED_CAMERA, A, 0, 0);
	pass(&s, 100);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 1);
	pass(&s, 500); /* no keyframe came */
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 2);
	fixture_frame(s.a, 0, true, 2);
	carry(&s);
	g_assert_cmpuint(fixture_count(c, slot_ssrc(c, "c")), ==, 2);
	g_assert_cmpuint(fixture_count(d, slot_ssrc(d, "c")), ==, 2);
	pass(&s, 1000);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 2);
	scene_free(&s);
}

static void say_pli(struct scene *s)
{
	uint8_t data[1200];
	struct rtcp_writer w;
	rtcp_writer_init(&w, data, sizeof data);
	g_assert_true(rtcp_add_pli(&w, 1, s->slot));
	room_receive_rtcp(s->part[1].f->room, s->b->peer, data, w.length, s->part[1].f->now_us);
}

/* Who asked for one has gone before it came: it doesn't come there, and isn't missed. */
static void keyframes_are_not_asked_for_where_nobody_watches(void)
{
	struct scene s;
	scene_init(&s);
	show(&s);
	pass(&s, 600);
	say_pli(&s);
	pass(&s, 20);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 1);
	fixture_set_slot(s.b, "c", FEED_NONE, 0, 0, 0);
	pass(&s, 200);
	fixture_frame(s.a, 0, true, 2);
	for (unsigned i = 0; i < 30; i++) {
		fixture_frame(s.a, 0, false, 1);
		pass(&s, 100);
	}
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 1);
	scene_free(&s);
}

static void a_full_ring_drops_and_the_picture_comes_back(void)
{
	struct scene s;
	scene_init(&s);
	show(&s);
	s.part[0].ring_full = true;
	fixture_frame(s.a, 0, false, 3);
	g_assert_cmpuint(s.part[0].n_refused, ==, 3);
	s.part[0].ring_full = false;
	fixture_frame(s.a, 0, false, 1);
	pass(&s, 600);
	/* The gap is the receiver's, who asks for a keyframe in the end. */
	g_assert_cmpuint(fixture_seen(s.b, s.slot, 3)->rtp.sequence, ==,
			 (uint16_t)(fixture_seen(s.b, s.slot, 0)->rtp.sequence + 6));
	say_pli(&s);
	pass(&s, 2);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 1);
	scene_free(&s);
}

static void what_a_full_mailbox_refused_is_told_again(void)
{
	struct scene s;
	scene_init(&s);
	s.part[0].mailbox_full = s.part[1].mailbox_full = true;
	fixture_frame(s.a, 0, true, 1);
	room_pin_stage(s.part[0].f->room, A, s.part[0].f->now_us);
	fixture_set_slot(s.b, "c", FEED_CAMERA, A, 0, 0);
	fixture_set_slot(s.b, "stage", FEED_STAGE, 0, 0, 0);
	pass(&s, 50);
	g_assert_cmpuint(s.part[0].n_refused, >, 0);
	s.part[0].mailbox_full = false; /* now B's part knows, and can't say */
	pass(&s, 150);
	g_assert_cmpuint(s.part[1].n_refused, >, 0);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 0);
	s.part[1].mailbox_full = false;
	pass(&s, 600);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), >, 0);
	fixture_frame(s.a, 0, true, 2);
	carry(&s);
	g_assert_cmpuint(fixture_count(s.b, s.slot), ==, 2);
	g_assert_cmpuint(fixture_count(s.b, slot_ssrc(s.b, "stage")), ==, 2);
	scene_free(&s);
}

/* Speech of a second, in both rooms' time. */
static void speak(struct scene *s, struct end *end, unsigned packets)
{
	for (unsigned i = 0; i < packets; i++) {
		fixture_sound(end, 20);
		pass(s, 20);
	}
}

static void seats_are_given_at_home_and_known_everywhere(void)
{
	struct scene s;
	scene_init(&s);
	struct end *c = join(&s, 1, C, 13);
	speak(&s, s.b, 50); /* in part 1, as C */
	g_assert_cmpuint(s.part[0].f->stage, ==, B);
	g_assert_cmpuint(s.part[0].f->seats[0], ==, B);
	g_assert_cmpuint(s.part[0].f->n_speaking, ==, 1);
	/* Events are home's alone. */
	g_assert_cmpuint(s.part[1].f->n_stage + s.part[1].f->n_voices, ==, 0);
	g_assert_cmpuint(s.part[1].f->n_speaking_told, ==, 0);
	g_assert_cmpuint(fixture_count(c, slot_ssrc(c, "v0")), >, 40);
	g_assert_cmpuint(fixture_count(s.a, slot_ssrc(s.a, "v0")), >, 40);
	g_assert_cmpuint(fixture_count(s.b, slot_ssrc(s.b, "v0")), ==, 0);

	/* Muted: what was on its way doesn't give the seat back. */
	struct end *a = s.a;
	speak(&s, a, 10);
	g_assert_cmpuint(s.part[0].f->seats[1], ==, A);
	speak(&s, c, 10);
	g_assert_cmpuint(s.part[0].f->seats[2], ==, C);
	fixture_sound(c, 20);
	room_set_muted(s.part[1].f->room, c->peer, SOURCE_MICROPHONE, true, s.part[1].f->now_us);
	carry(&s);
	g_assert_cmpuint(s.part[0].f->seats[2], ==, 0);
	g_assert_cmpuint(s.part[0].f->fourth, ==, 0);
	leave(&s, 1, s.b, 12);
	pass(&s, 2);
	g_assert_cmpuint(s.part[0].f->seats[0], ==, A);
	scene_free(&s);
}

/* An interpreter in one part, listeners in both, and the decision at home. */
static void a_channel_is_heard_in_all_parts(void)
{
	enum { FRENCH = 7 };
	struct scene s;
	scene_init(&s);
	struct peer_description d = fixture_description(C);
	d.publications[0].source = SOURCE_BOOTH_MICROPHONE;
	struct end *c = join_as(&s, 1, &d, 13);
	struct fixture *home = s.part[0].f;
	fixture_set_slot(s.a, "m", FEED_CHANNEL, FRENCH, 0, 0);
	fixture_set_slot(s.b, "m", FEED_CHANNEL, FRENCH, 0, 0);
	room_set_channel(home->room, FRENCH, C, 2 * US_PER_SEC, false, home->now_us);
	pass(&s, 2);
	speak(&s, c, 10);
	g_assert_cmpuint(fixture_count(s.b, slot_ssrc(s.b, "m")), ==, 10);
	g_assert_cmpuint(fixture_count(s.a, slot_ssrc(s.a, "m")), >=,
			 9); /* one may have gone by unsubscribed */
	g_assert_cmpint(home->air, ==, CHANNEL_SPEECH);
	g_assert_cmpuint(home->on_air, ==, C);
	g_assert_cmpuint(s.part[1].f->n_channel, ==, 0); /* home's alone */
	pass(&s, 300);
	g_assert_cmpint(home->air, ==, CHANNEL_LOST);
	g_assert_cmpuint(home->n_speaking, ==, 0);
	room_set_channel(home->room, FRENCH, 0, 0, false, home->now_us);
	pass(&s, 2);
	speak(&s, c, 5);
	g_assert_cmpuint(fixture_count(s.b, slot_ssrc(s.b, "m")), ==, 10);
	scene_free(&s);
}

static void who_signs_in_another_part_is_seen_at_home(void)
{
	enum { SIGN = 9 };
	struct scene s;
	scene_init(&s);
	struct peer_description d = fixture_description(C);
	d.publications[1].source = SOURCE_BOOTH_CAMERA;
	struct end *c = join_as(&s, 1, &d, 13);
	struct fixture *home = s.part[0].f;
	room_set_channel(home->room, SIGN, C, 0, true, home->now_us);
	pass(&s, 2);
	fixture_frame(c, 0, true, 3);
	carry(&s);
	pass(&s, 600);
	g_assert_cmpint(home->air, ==, CHANNEL_SPEECH);
	pass(&s, 200);
	g_assert_cmpint(home->air, ==, CHANNEL_LOST);
	fixture_frame(c, 0, true, 3);
	carry(&s);
	g_assert_cmpint(home->air, ==, CHANNEL_SPEECH);
	scene_free(&s);
}

static void messages_of_an_old_session_do_nothing(void)
{
	struct scene s;
	scene_init(&s);
	show(&s);
	fixture_frame(s.a, 0, false, 2); /* under way */
	struct fixture *home = s.part[0].f, *other = s.part[1].f;
	fixture_leave(home, s.a);
	s.a = join(&s, 0, A, 21); /* back, and known before the packets come */
	carry(&s);
	g_assert_cmpuint(count_of(&s, 1, COUNTER_DROP_BRIDGE_LATE), ==, 2);
	room_remove_remote(other->room, A, 11, other->now_us); /* late, too */
	pass(&s, 2);
	fixture_frame(s.a, 0, true, 1);
	pass(&s, 2);
	fixture_frame(s.a, 0, true, 2);
	pass(&s, 2);
	g_assert_cmpuint(fixture_count(s.b, s.slot), >=, 3 + 2); /* its slot still asks for A */

	const struct bridge_message nobody = {.type = BRIDGE_KEYFRAME,
					      .from = 1,
					      .peer = 77,
					      .session = 21,
					      .source = SOURCE_CAMERA};
	struct bridge_message old = nobody, nothing = nobody;
	old.peer = nothing.peer = A;
	old.session = 11;
	nothing.layer = 9;
	fixture_forget(s.a);
	room_receive_message(home->room, &nobody, home->now_us);
	room_receive_message(home->room, &old, home->now_us);
	room_receive_message(home->room, &nothing, home->now_us);
	pass(&s, 600);
	g_assert_cmpuint(fixture_rtcp(s.a, RTCP_PLI, 0, NULL), ==, 0);
	scene_free(&s);
}

static void another_offers_publication_is_known_everywhere(void)
{
	struct scene s;
	scene_init(&s);
	struct fixture *home = s.part[0].f, *other = s.part[1].f;
	struct peer_description d = fixture_description(C);
	d.n_publications = 1; /* a microphone */
	struct end *c = fixture_join_as(home, &d);
	struct remote_description remote = remote_of(c, 13, 0);
	room_set_session(c->peer, 13);
	room_add_remote(other->room, &remote, other->now_us);
	pass(&s, 2);
	room_set_screen(home->room, C, home->now_us);
	pass(&s, 2);

	c->description = fixture_description(C);
	g_assert_cmpint(room_update_peer(home->room, c->peer, &c->description, home->now_us), ==,
			OK);
	fixture_frame_of(c, &c->screen, true, 1); /* told before the other part knows of it */
	carry(&s);
	remote = remote_of(c, 13, 0);
	room_add_remote(other->room, &remote, other->now_us);
	pass(&s, 2);
	fixture_frame_of(c, &c->screen, true, 2);
	carry(&s);
	g_assert_cmpuint(fixture_count(s.b, slot_ssrc(s.b, "s")), ==, 2);
	scene_free(&s);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bridge/packets_cross_while_slots_are_on_the_layer",
			packets_cross_while_slots_are_on_the_layer);
	g_test_add_func("/bridge/what_was_lost_comes_from_the_parts_own_history",
			what_was_lost_comes_from_the_parts_own_history);
	g_test_add_func("/bridge/the_senders_part_asks_for_what_other_parts_miss",
			the_senders_part_asks_for_what_other_parts_miss);
	g_test_add_func("/bridge/keyframes_are_asked_for_once_for_all_parts",
			keyframes_are_asked_for_once_for_all_parts);
	g_test_add_func("/bridge/keyframes_are_not_asked_for_where_nobody_watches",
			keyframes_are_not_asked_for_where_nobody_watches);
	g_test_add_func("/bridge/a_full_ring_drops_and_the_picture_comes_back",
			a_full_ring_drops_and_the_picture_comes_back);
	g_test_add_func("/bridge/what_a_full_mailbox_refused_is_told_again",
			what_a_full_mailbox_refused_is_told_again);
	g_test_add_func("/bridge/seats_are_given_at_home_and_known_everywhere",
			seats_are_given_at_home_and_known_everywhere);
	g_test_add_func("/bridge/a_channel_is_heard_in_all_parts", a_channel_is_heard_in_all_parts);
	g_test_add_func("/bridge/who_signs_in_another_part_is_seen_at_home",
			who_signs_in_another_part_is_seen_at_home);
	g_test_add_func("/bridge/messages_of_an_old_session_do_nothing",
			messages_of_an_old_session_do_nothing);
	g_test_add_func("/bridge/another_offers_publication_is_known_everywhere",
			another_offers_publication_is_known_everywhere);
	return g_test_run();
}
