/* Meetings as a whole: who is admitted, what a restart keeps, rooms, marks, events of the relay. */
#include "signaling/store_internal.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

static void admit(const char *name, const char *bearer, enum action action, int code,
		  const char *field)
{
	GError *error = NULL;
	struct token token = {0};
	struct meeting *meeting =
		meetings_admit(world.meetings, name, bearer, action, &token, &error);
	if (code < 0) {
		g_assert_no_error(error);
		g_assert_nonnull(meeting);
		g_assert_cmpstr(token.meeting, ==, "demo");
		token_clear(&token);
		return;
	}
	g_assert_null(meeting);
	g_assert_null(token.meeting);
	g_assert_error(error, SIGNALING_ERROR, code);
	g_assert_true(g_str_has_prefix(error->message, field));
	g_error_free(error);
}

/* What Li's page is told when it comes back: everybody and everything from before. */
static void expect_all_back(struct websocket *page, const char *ana, const char *li,
			    const char *gone)
{
	json_t *joined = page_take(page, "joined");
	g_assert_cmpstr(page_text(joined, "participant"), ==, li);
	g_assert_cmpstr(page_text(joined, "role"), ==, "member");
	g_assert_cmpstr(page_text(joined, "media"), ==, "new");
	g_assert_cmpstr(page_text(joined, "screen"), ==, li);
	const json_t *people = json_object_get(joined, "people");
	g_assert_cmpuint(json_array_size(people), ==, 3);
	g_assert_cmpstr(page_text(json_array_get(people, 0), "id"), ==, ana);
	g_assert_cmpstr(page_text(json_array_get(people, 0), "connection"), ==, "reconnecting");
	g_assert_true(json_is_true(json_object_get(json_array_get(people, 1), "mutedByHost")));
	const json_t *chat = json_array_get(json_object_get(joined, "chat"), 0);
	g_assert_cmpstr(page_text(chat, "text"), ==, "before");
	const json_t *hands = json_object_get(joined, "hands");
	g_assert_cmpuint(json_array_size(hands), ==, 2);
	g_assert_cmpstr(page_text(json_array_get(hands, 0), "participant"), ==, gone);
	g_assert_cmpstr(page_text(json_array_get(hands, 1), "participant"), ==, li);
	json_decref(joined);
}

static void restart_brings_people_back(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open(), *c = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	char *gone = page_join(c, ROLE_MEMBER, "Gone", 'd');
	char *host_secret = page_secret(a), *secret = page_secret(b);
	page_offer(b);
	page_say(c, "{\"type\":\"hand\",\"raised\":true}");
	page_say(b, "{\"type\":\"hand\",\"raised\":true}");
	page_say(a, "{\"type\":\"chat\",\"text\":\"before\"}");
	page_say(a, "{\"type\":\"mute\",\"participant\":\"%s\",\"source\":\"microphone\"}", li);
	page_say(b, "{\"type\":\"media\",\"screen\":true}");
	page_say(a, "{\"type\":\"floor\",\"participant\":\"%s\"}", ana);
	page_free(a);
	page_free(b);
	page_free(c);
	world_restart();

	b = page_open();
	page_resume(b, ROLE_MEMBER, li, secret);
	expect_all_back(b, ana, li, gone);

	/* The relay is told again when they are back. */
	g_assert_false(world_muted(page_number(li), SOURCE_MICROPHONE));
	page_offer(b);
	g_assert_true(world_muted(page_number(li), SOURCE_MICROPHONE));
	g_assert_cmpuint(world.screen, ==, page_number(li));
	g_assert_cmpuint(world.pinned, ==, 0);
	world_advance(59);
	page_expect_none(b, "left");
	a = page_open();
	page_resume(a, ROLE_HOST, ana, host_secret);
	page_expect(a, "joined", "role", "host");
	page_offer(a);
	g_assert_cmpuint(world.pinned, ==, page_number(ana));
	world_advance(1);
	page_expect(b, "left", "participant", gone);
	page_expect_none(b, "left");
	page_drop(a);
	page_drop(b);
	g_free(ana);
	g_free(li);
	g_free(gone);
	g_free(host_secret);
	g_free(secret);
	world_close();
}

static void admission_checks_in_order(void)
{
	world_open();
	char *member_token = world_token("demo", ROLE_MEMBER, NULL);
	char *viewer = world_token("demo", ROLE_VIEWER, NULL);
	char *ghost = token_sign(world.key,
				 &(struct token){.meeting = (char *)"ghost",
						 .role = ROLE_HOST,
						 .expires = G_MAXINT64},
				 NULL);
	admit("demo", NULL, ACTION_JOIN, SIGNALING_ERROR_UNAUTHORIZED, "token:");
	admit("demo", "garbage", ACTION_JOIN, SIGNALING_ERROR_UNAUTHORIZED, "token:");
	admit("other", member_token, ACTION_JOIN, SIGNALING_ERROR_UNAUTHORIZED, "token:");
	admit(NULL, ghost, ACTION_JOIN, SIGNALING_ERROR_NOT_FOUND, "meeting:");
	admit("demo", viewer, ACTION_JOIN, SIGNALING_ERROR_FORBIDDEN, "role:");
	admit("demo", member_token, ACTION_RECORD, SIGNALING_ERROR_FORBIDDEN, "role:");
	admit("demo", member_token, ACTION_JOIN, -1, NULL);
	admit(NULL, viewer, ACTION_ARCHIVE, -1, NULL);
	g_assert_true(meetings_end(world.meetings, "demo", NULL));
	admit("demo", member_token, ACTION_JOIN, SIGNALING_ERROR_GONE, "meeting:");
	g_free(ghost);
	g_free(viewer);
	g_free(member_token);
	world_close();
}

/* Links know a meeting by its name. */
static void links_of_an_earlier_meeting_are_refused(void)
{
	world_open();
	char *token = world_token("demo", ROLE_HOST, NULL);
	admit("demo", token, ACTION_JOIN, -1, NULL);
	sqlite3_exec(world.store->db, "UPDATE meeting SET made_at = made_at + 10", NULL, NULL,
		     NULL);
	admit("demo", token, ACTION_JOIN, SIGNALING_ERROR_UNAUTHORIZED,
	      "token: is for an earlier meeting of this name");
	g_free(token);
	world_close();
}

static void ended_for_all_and_for_good(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open(), *c = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	char *secret = page_secret(b);
	page_offer(b);
	GError *error = NULL;
	g_assert_true(meetings_end(world.meetings, "demo", &error));
	page_expect(a, "ended", NULL, NULL);
	page_expect(b, "ended", NULL, NULL);
	page_expect_none(a, "left");
	g_assert_cmpuint(page_closed(a), ==, 4001);
	g_assert_cmpuint(page_closed(b), ==, 4001);
	g_assert_cmpuint(world.sessions_freed, ==, 1);
	g_assert_cmpuint(world.rooms_closed, ==, 1);
	page_drop(a);
	page_drop(b);
	page_resume(c, ROLE_MEMBER, li, secret);
	page_expect_error(c, "gone", "meeting");
	g_assert_false(meetings_end(world.meetings, "ghost", &error));
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
	g_clear_error(&error);
	page_drop(c);
	g_free(secret);
	g_free(ana);
	g_free(li);
	world_close();
}

static void rooms_are_opened_late_and_closed_when_idle(void)
{
	world_open();
	struct websocket *a = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	g_assert_cmpuint(world.rooms_opened, ==, 0);
	page_offer(a);
	g_assert_cmpuint(world.rooms_opened, ==, 1);
	page_say(a, "{\"type\":\"leave\"}");
	page_drop(a);
	world_advance(59);
	g_assert_cmpuint(world.rooms_closed, ==, 0);
	world_advance(1);
	g_assert_cmpuint(world.rooms_closed, ==, 1);
	g_assert_cmpuint(g_hash_table_size(world.meetings->by_name), ==, 0);
	a = page_open(); /* and it can be joined again */
	g_free(ana);
	ana = page_join(a, ROLE_HOST, "Ana", 'a');
	page_drop(a);
	g_free(ana);
	world_close();
}

static void marks_come_when_they_change(void)
{
	world_open();
	struct websocket *a = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	page_offer(a);
	world_media(page_number(ana), TRANSPORT_OPEN);
	struct peer_stats stats = {.peer = page_number(ana), .rtt_us = 50000};
	for (int i = 0; i < 5; i++) {
		world.relay_events.stats(world.relay_events.user, world.rooms_opened, &stats);
		world_advance(2);
	}
	json_t *message = page_take(a, "quality");
	json_t *marks = json_object_get(message, "marks");
	g_assert_cmpint(json_integer_value(json_object_get(marks, ana)), ==, 3);
	json_decref(message);
	page_expect_none(a, "quality");
	struct websocket *b = page_open();
	char *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	page_expect(b, "quality", NULL, NULL); /* what the others know already */
	world_media(page_number(ana), TRANSPORT_SILENT);
	world_advance(2);
	message = page_take(a, "quality");
	marks = json_object_get(message, "marks");
	g_assert_cmpint(json_integer_value(json_object_get(marks, ana)), ==, 0);
	json_decref(message);
	page_drop(a);
	page_drop(b);
	g_free(ana);
	g_free(li);
	world_close();
}

static void relay_events_name_participants(void)
{
	world_open();
	struct websocket *a = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	page_offer(a);
	uint32_t speaking[] = {page_number(ana), 4711};
	world.relay_events.speaking(world.relay_events.user, world.rooms_opened, speaking, 2);
	json_t *message = page_take(a, "speaking");
	json_t *expected = json_pack("{s:s, s:[s]}", "type", "speaking", "participants", ana);
	g_assert_true(json_equal(message, expected));
	json_decref(expected);
	json_decref(message);
	world.relay_events.stage(world.relay_events.user, world.rooms_opened, page_number(ana), 0);
	message = page_take(a, "stage");
	expected = json_pack("{s:s, s:s, s:n, s:b}", "type", "stage", "holder", ana, "previous",
			     "pinned", 0);
	g_assert_true(json_equal(message, expected));
	json_decref(expected);
	json_decref(message);
	world.relay_events.stage(world.relay_events.user, world.rooms_opened, page_number(ana), 0);
	page_expect_none(a, "stage");
	world.relay_events.stage(world.relay_events.user, 4711, 1, 0); /* a room that is closed */
	world.relay_events.speaking(world.relay_events.user, 4711, speaking, 1);
	page_expect_none(a, "speaking");
	page_drop(a);
	g_free(ana);
	world_close();
}

static void metrics_count_people(void)
{
	world_open();
	struct websocket *a = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	GString *out = g_string_new(NULL);
	meetings_metrics(world.meetings, out);
	g_assert_nonnull(strstr(out->str, "# TYPE tongsheng_participants gauge\n"
					  "tongsheng_participants 1\n"));
	g_assert_nonnull(strstr(out->str, "\ntongsheng_joins_total 1\n"));
	g_string_free(out, TRUE);
	page_drop(a);
	g_free(ana);
	world_close();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/meetings/" #test, test)
	ADD(restart_brings_people_back);
	ADD(admission_checks_in_order);
	ADD(links_of_an_earlier_meeting_are_refused);
	ADD(ended_for_all_and_for_good);
	ADD(rooms_are_opened_late_and_closed_when_idle);
	ADD(marks_come_when_they_change);
	ADD(relay_events_name_participants);
	ADD(metrics_count_people);
	return g_test_run();
}
