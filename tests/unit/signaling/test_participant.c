/* How long a person stays, and what others see of their connection; devices without a page. */
#include "tests/unit/signaling/world.h"
#include <string.h>

/* The last "person" that came about them: its connection; "": none came. */
static void expect_connection(struct websocket *page, const char *id, const char *connection)
{
	char last[16] = "";
	json_t *message;
	while ((message = page_take(page, "person")) != NULL) {
		const json_t *person = json_object_get(message, "person");
		if (g_str_equal(page_text(person, "id"), id))
			g_strlcpy(last, page_text(person, "connection"), sizeof last);
		json_decref(message);
	}
	g_assert_cmpstr(last, ==, connection);
}

static bool gone_called;

static void on_gone(void *user)
{
	g_assert_cmpstr(participant_id(*(struct participant **)user), !=, "");
	gone_called = true;
}

static void without_socket_and_media_a_person_leaves_after_30_s(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	page_say(b, "{\"type\":\"hand\",\"raised\":true}");
	page_forget(a);
	page_drop(b);
	world_advance(29);
	page_expect_none(a, "left");
	world_advance(1);
	page_expect(a, "left", "participant", li);
	json_t *hands = page_take(a, "hands");
	g_assert_cmpuint(json_array_size(json_object_get(hands, "hands")), ==, 0);
	json_decref(hands);
	page_drop(a);
	g_free(ana);
	g_free(li);
	world_close();
}

/* Signalling may be blocked while sound goes on: nobody is thrown out for that. */
static void media_alone_keep_a_person(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	page_offer(b);
	world_media(page_number(li), TRANSPORT_OPEN);
	page_drop(b);
	world_advance(100);
	page_forget(a);
	world_media(page_number(li), TRANSPORT_SILENT); /* 15 s after the last sign */
	expect_connection(a, li, "reconnecting");
	world_advance(14);
	page_expect_none(a, "left");
	world_advance(1);
	page_expect(a, "left", "participant", li);
	g_assert_cmpuint(world.sessions_freed, ==, 1);
	page_drop(a);
	g_free(ana);
	g_free(li);
	world_close();
}

static void lost_media_are_said_and_made_anew(void)
{
	world_open();
	struct websocket *a = page_open(), *b = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a'), *li = page_join(b, ROLE_MEMBER, "Li", 'b');
	page_offer(b);
	page_forget(a);
	world_media(page_number(li), TRANSPORT_CHECKED);
	page_expect_none(a, "person");
	world_media(page_number(li), TRANSPORT_OPEN);
	expect_connection(a, li, "connected");
	world_media(page_number(li), TRANSPORT_SILENT);
	expect_connection(a, li, "reconnecting");
	world_media(page_number(li), TRANSPORT_OPEN);
	expect_connection(a, li, "connected");
	world_media(page_number(li), TRANSPORT_SILENT);
	world_media(page_number(li), TRANSPORT_CLOSED);
	expect_connection(a, li, "reconnecting");
	page_expect(b, "media-lost", NULL, NULL);
	g_assert_cmpuint(world.sessions_freed, ==, 1);
	world_media(page_number(li), TRANSPORT_OPEN); /* late, of the old one */
	page_expect_none(a, "person");
	page_offer(b);
	g_assert_cmpuint(world.sessions, ==, 2);
	world_media(page_number(li), TRANSPORT_OPEN);
	expect_connection(a, li, "connected");
	world_advance(120);
	page_expect_none(a, "left");
	page_drop(a);
	page_drop(b);
	g_free(ana);
	g_free(li);
	world_close();
}

static void devices_are_listed_and_viewers_not(void)
{
	world_open();
	GError *error = NULL;
	struct websocket *a = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	char *service = world_token("demo", ROLE_SERVICE, "Hall");
	struct token token;
	struct meeting *meeting =
		meetings_admit(world.meetings, "demo", service, ACTION_PUBLISH, &token, &error);
	g_assert_no_error(error);
	struct participant *hall = meeting_add_device(meeting, &token, true, &error);
	participant_media(hall);
	participant_set_sources(hall, true, true, true);
	json_t *seen = page_take(a, "person");
	g_assert_cmpstr(page_text(json_object_get(seen, "person"), "name"), ==, "Hall");
	g_assert_cmpstr(page_text(json_object_get(seen, "person"), "camera"), ==, "on");
	json_decref(seen);
	page_expect(a, "screen", "participant", participant_id(hall));
	struct feed_key cameras[4];
	g_assert_cmpuint(meeting_cameras(meeting, cameras, 4), ==, 1);
	g_assert_cmpuint(cameras[0].id, ==, page_number(participant_id(hall)));

	page_forget(a);
	struct participant *player = meeting_add_device(meeting, &token, false, &error);
	g_assert_cmpuint(media_session_peer(participant_media(player)), >=, 1u << 31);
	world_media(media_session_peer(participant_media(player)), TRANSPORT_OPEN);
	page_expect_none(a, "person");
	participant_leave(player);
	page_expect_none(a, "left");

	gone_called = false;
	participant_on_gone(hall, on_gone, &hall);
	world_media(page_number(participant_id(hall)), TRANSPORT_OPEN);
	world_advance(60);
	g_assert_false(gone_called);
	world_media(page_number(participant_id(hall)), TRANSPORT_SILENT);
	world_media(page_number(participant_id(hall)), TRANSPORT_CLOSED);
	world_advance(30);
	g_assert_true(gone_called);
	page_expect(a, "left", NULL, NULL);
	token_clear(&token);
	page_drop(a);
	g_free(service);
	g_free(ana);
	world_close();
}

/* A host's mute holds although the encoder says again what it sends; and it doesn't outlive a
 * restart. */
static void devices_stay_muted_and_do_not_outlive_a_restart(void)
{
	world_open();
	struct websocket *a = page_open();
	char *ana = page_join(a, ROLE_HOST, "Ana", 'a');
	char *service = world_token("demo", ROLE_SERVICE, "Hall");
	struct token token;
	struct meeting *meeting =
		meetings_admit(world.meetings, "demo", service, ACTION_PUBLISH, &token, NULL);
	struct participant *hall = meeting_add_device(meeting, &token, true, NULL);
	participant_media(hall);
	participant_set_sources(hall, true, false, false);
	page_say(a, "{\"type\":\"mute\",\"id\":2,\"participant\":\"%s\",\"source\":\"microphone\"}",
		 participant_id(hall));
	page_expect(a, "ok", NULL, NULL);
	participant_set_sources(hall, true, false, false);
	g_assert_true(world_muted(page_number(participant_id(hall)), SOURCE_MICROPHONE));
	page_free(a);
	world_restart();
	a = page_open();
	g_free(ana);
	ana = page_join(a, ROLE_HOST, "Ana", 'a');
	page_say(a, "{\"type\":\"chat\",\"id\":1,\"text\":\"alone\"}");
	meeting = g_hash_table_lookup(world.meetings->by_name, "demo");
	g_assert_cmpuint(meeting->people->len, ==, 1);
	token_clear(&token);
	page_drop(a);
	g_free(service);
	g_free(ana);
	world_close();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/participant/" #test, test)
	ADD(without_socket_and_media_a_person_leaves_after_30_s);
	ADD(media_alone_keep_a_person);
	ADD(lost_media_are_said_and_made_anew);
	ADD(devices_are_listed_and_viewers_not);
	ADD(devices_stay_muted_and_do_not_outlive_a_restart);
	return g_test_run();
}
