/* Recording as the protocol has it. The tracks themselves are tested with the relay and the studio.
 */
#include "signaling/store_agenda.h"
#include "signaling/store_recordings.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

#define FIXED "stage screen screen-sound voice-0 voice-1 voice-2"

static void expect_state(struct websocket *page, const char *state, const char *trouble)
{
	json_t *message = page_take(page, "recording");
	g_assert_nonnull(message);
	g_assert_cmpstr(page_text(message, "state"), ==, state);
	g_assert_cmpstr(page_text(message, "trouble"), ==, trouble);
	json_decref(message);
}

static char *read_index(unsigned id)
{
	char *text = NULL, *name = g_strdup_printf("%u", id);
	char *path = g_build_filename(world.folder, "recordings", name, "index.jsonl", NULL);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_free(path);
	g_free(name);
	return text;
}

/* As the secretariat's page says it. */
static void plan(bool own_tracks, bool auto_record, gint64 starts)
{
	struct store_meeting row;
	g_assert_true(store_meeting_find(world.store, "demo", &row, NULL));
	row.starts = starts;
	row.own_tracks = own_tracks;
	row.auto_record = auto_record;
	g_assert_true(store_meeting_update(world.store, &row, NULL));
	store_meeting_clear(&row);
	g_assert_true(meetings_refresh(world.meetings, "demo", NULL));
}

static void everybody_sees_that_it_records(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	expect_state(host, "recording", NULL);
	expect_state(member, "recording", NULL);
	g_assert_cmpstr(world.tracks->str, ==, FIXED);
	/* Who comes later, too. */
	struct websocket *late = page_open();
	page_try_join(late, "Zoe", 'c', ROLE_LISTENER);
	json_t *joined = page_take(late, "joined");
	g_assert_nonnull(joined);
	g_assert_cmpstr(page_text(json_object_get(joined, "recording"), "state"), ==, "recording");
	json_decref(joined);
	page_drop(late);
	/* Again: nothing is told again. */
	page_say(host, "{\"type\":\"record\",\"id\":2,\"state\":\"recording\"}");
	page_expect_ok(host);
	page_expect_none(member, "recording");
	page_say(host, "{\"type\":\"record\",\"id\":3,\"state\":\"paused\"}");
	page_expect_ok(host);
	expect_state(member, "paused", NULL);
	g_assert_cmpstr(world.tracks->str, ==, "");
	page_say(host, "{\"type\":\"record\",\"id\":4,\"state\":\"ended\"}");
	page_expect_ok(host);
	expect_state(member, "off", NULL);
	two_leave();
}

static void only_some_may(void)
{
	two_people();
	page_say(member, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_error(member, "forbidden", "role");
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"loud\"}");
	page_expect_error(host, "malformed", "state");
	page_say(host, "{\"type\":\"record\",\"id\":1}");
	page_expect_error(host, "malformed", "state");
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"paused\"}");
	page_expect_error(host, "conflict", "state");
	g_assert_null(world.studio);
	page_expect_none(member, "recording");
	two_leave();
}

static void channels_come_and_go(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"set-languages\",\"id\":2,\"floors\":[\"zh\"],\"channels\":["
		       "\"fr\",\"ase\"]}");
	page_expect_ok(host);
	world_advance(1);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " channel-fr channel-picture-ase");
	two_leave();
}

/* Ana comes with her booth's link. */
static struct websocket *interpreter(bool consent)
{
	struct websocket *page = page_open();
	char *token = world_booth_token(), digits[33] = {0};
	memset(digits, 'd', 32);
	page_say(page,
		 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\",\"device\":\"%s\","
		 "\"name\":\"Ana\",\"consent\":%s}",
		 token, digits, consent ? "true" : "false");
	page_expect(page, "joined", NULL, NULL);
	page_offer(page);
	g_free(token);
	return page;
}

static bool index_has(unsigned id, const char *type, const char *key, const char *value)
{
	char *index = read_index(id), **lines = g_strsplit(index, "\n", -1);
	bool found = false;
	for (char **text = lines; *text != NULL && **text != '\0'; text++) {
		json_t *line = json_loads(*text, 0, NULL);
		found |= g_str_equal(page_text(line, "type"), type) &&
			 g_strcmp0(page_text(line, key), value) == 0;
		json_decref(line);
	}
	g_strfreev(lines);
	g_free(index);
	return found;
}

static void who_does_not_consent_is_silent(void)
{
	two_people();
	page_say(host, "{\"type\":\"set-languages\",\"id\":2,\"floors\":[\"zh\"],\"channels\":["
		       "\"en\"]}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " channel-en");
	struct websocket *ana = interpreter(false);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " channel-en");
	page_forget(host);
	page_say(ana, "{\"type\":\"air\",\"id\":3,\"language\":\"en\"}");
	page_expect_ok(ana);
	/* By what the relay was told last: the track was closed before. */
	g_assert_cmpstr(world.tracks_on_air, ==, FIXED " channel-en(silent)");
	json_t *languages = page_take(host, "languages");
	json_t *channel = json_array_get(json_object_get(languages, "channels"), 0);
	g_assert_true(json_is_true(json_object_get(channel, "unrecorded")));
	json_decref(languages);
	g_assert_true(index_has(1, "silent", "channel", "en"));
	page_say(ana, "{\"type\":\"air\",\"id\":3,\"language\":null}");
	page_expect_ok(ana);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " channel-en");
	page_drop(ana);
	/* Somebody else's is recorded. */
	struct websocket *ben = interpreter(true);
	page_say(ben, "{\"type\":\"air\",\"id\":3,\"language\":\"en\"}");
	page_drop(ben);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " channel-en");
	two_leave();
}

static void everybody_has_tracks_of_their_own(void)
{
	two_people();
	plan(true, false, 0);
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	g_assert_cmpstr(world.tracks->str, ==, FIXED);
	page_say(member, "{\"type\":\"media\",\"id\":2,\"microphone\":\"on\",\"camera\":\"on\"}");
	page_expect_ok(member);
	world_advance(1);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " own-p2-microphone own-p2-camera");
	/* Off for a while is no other file. */
	page_say(member, "{\"type\":\"media\",\"id\":3,\"microphone\":\"off\",\"camera\":\"off\"}");
	page_expect_ok(member);
	world_advance(1);
	g_assert_cmpstr(world.tracks->str, ==, FIXED " own-p2-microphone own-p2-camera");
	two_leave();
}

static bool row_begun(void)
{
	struct store_recording row;
	bool found;
	g_assert_true(store_recording_open(world.store, 1, &row, &found, NULL));
	return found;
}

static void left_by_a_restart(void)
{
	page_free(host);
	page_free(member);
	g_free(host_id);
	g_free(member_id);
	world_close();
}

static void come(unsigned n)
{
	struct websocket *pages[2];
	for (unsigned i = 0; i < n; i++) {
		pages[i] = page_open();
		char *id = page_join(pages[i], ROLE_MEMBER, "Zoe", (char)('c' + i));
		page_offer(pages[i]);
		world_media(page_number(id), TRANSPORT_OPEN);
		g_free(id);
	}
	world_advance(1);
	for (unsigned i = 0; i < n; i++) {
		page_say(pages[i], "{\"type\":\"leave\"}");
		page_drop(pages[i]);
	}
}

static void it_begins_by_itself(void)
{
	two_people();
	plan(false, true, 0);
	world_advance(1);
	g_assert_false(row_begun()); /* nobody is connected */
	page_offer(member);
	world_media(page_number(member_id), TRANSPORT_OPEN);
	world_advance(1);
	g_assert_true(row_begun());
	expect_state(member, "recording", NULL);
	/* A host who ends it meant that; who comes after a restart, too. */
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"ended\"}");
	page_expect_ok(host);
	world_advance(2);
	g_assert_false(row_begun());
	world_restart();
	come(2);
	g_assert_false(row_begun());
	left_by_a_restart();
}

/* Everybody was cut off for so long that it had ended. One who looks in the next day is no meeting.
 */
static void it_begins_again_when_people_come_back(void)
{
	two_people();
	plan(false, true, 0);
	page_offer(member);
	world_media(page_number(member_id), TRANSPORT_OPEN);
	world_advance(1);
	g_assert_true(row_begun());
	page_say(host, "{\"type\":\"leave\"}");
	page_say(member, "{\"type\":\"leave\"}");
	world_advance(150);
	g_assert_false(row_begun());
	come(1);
	g_assert_false(row_begun());
	come(2);
	g_assert_true(row_begun());
	two_leave();
}

/* Of before the meeting's time: it says nothing of the meeting. */
static void a_rehearsal_is_not_the_meeting(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_say(host, "{\"type\":\"record\",\"id\":2,\"state\":\"ended\"}");
	page_expect_ok(host);
	g_usleep(2 * G_USEC_PER_SEC); /* the plan has whole seconds */
	plan(false, true, g_get_real_time() / G_USEC_PER_SEC);
	page_offer(member);
	world_media(page_number(member_id), TRANSPORT_OPEN);
	world_advance(1);
	g_assert_true(row_begun());
	/* Put off, it hasn't come yet. */
	page_say(host, "{\"type\":\"record\",\"id\":3,\"state\":\"ended\"}");
	plan(false, true, g_get_real_time() / G_USEC_PER_SEC + 60);
	world_advance(1);
	g_assert_false(row_begun());
	two_leave();
}

static void the_index_says_who_and_what(void)
{
	const struct store_part parts[] = {{.sharer = "Yang Ling", .subject = "Hello, neighbor"},
					   {.sharer = "Maisara", .subject = "After the rain"}};
	two_people();
	g_assert_true(store_agenda_set(world.store, 1, parts, 2, NULL));
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"start-part\",\"id\":2,\"number\":2}");
	page_expect_ok(host);
	g_assert_true(index_has(1, "chapter", "subject", "After the rain"));
	page_say(member, "{\"type\":\"chat\",\"id\":3,\"text\":\"How many are you?\"}");
	page_expect_ok(member);
	g_assert_true(index_has(1, "chat", "text", "How many are you?"));
	page_say(member, "{\"type\":\"question\",\"id\":4,\"chat\":1,\"on\":true}");
	page_expect_ok(member);
	g_assert_true(index_has(1, "question", NULL, NULL));
	struct websocket *late = page_open();
	page_try_join(late, "Zoe", 'c', ROLE_LISTENER);
	g_assert_true(index_has(1, "person", "name", "Zoe"));
	page_drop(late);
	/* What is said in a break stays there. */
	page_say(host, "{\"type\":\"record\",\"id\":5,\"state\":\"paused\"}");
	page_expect_ok(host);
	page_say(member, "{\"type\":\"chat\",\"id\":6,\"text\":\"Where is the tea?\"}");
	page_expect_ok(member);
	g_assert_false(index_has(1, "chat", "text", "Where is the tea?"));
	two_leave();
}

static void a_restart_goes_on(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	char *part = world_new_part();
	g_assert_cmpstr(part, ==, "recordings/1/1");
	g_free(part);
	world_restart();
	world_advance(1);
	g_assert_nonnull(world.studio);
	g_assert_cmpstr(world.tracks->str, ==, FIXED);
	part = world_new_part();
	g_assert_cmpstr(part, ==, "recordings/1/2");
	g_free(part);
	char *index = read_index(1);
	const char *types[] = {"begin",	  "stage", "screen", "speaking", "floor", "part",
			       "restart", "stage", "screen", "speaking", "floor", "part"};
	char **lines = g_strsplit(index, "\n", -1);
	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
		json_t *line = json_loads(lines[i], 0, NULL);
		g_assert_cmpstr(page_text(line, "type"), ==, types[i]);
		g_assert_true(json_is_integer(json_object_get(line, "t")));
		json_decref(line);
	}
	g_strfreev(lines);
	g_free(index);
	page_free(host);
	page_free(member);
	g_free(host_id);
	g_free(member_id);
	world_close();
}

/* Of the index's lines of this type the last. NULL: none. */
static json_t *last_line(unsigned id, const char *type)
{
	g_autofree char *index = read_index(id);
	g_auto(GStrv) lines = g_strsplit(index, "\n", -1);
	json_t *last = NULL;
	for (char **text = lines; *text != NULL && **text != '\0'; text++) {
		json_t *line = json_loads(*text, 0, NULL);
		if (g_str_equal(page_text(line, "type"), type)) {
			json_decref(last);
			last = json_incref(line);
		}
		json_decref(line);
	}
	return last;
}

/* Who wasn't recorded may not come back: from then on the channel is recorded. */
static void silence_ends_with_a_restart(void)
{
	two_people();
	page_say(host, "{\"type\":\"set-languages\",\"id\":2,\"floors\":[\"zh\"],\"channels\":["
		       "\"en\"]}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	struct websocket *ana = interpreter(false);
	page_say(ana, "{\"type\":\"air\",\"id\":3,\"language\":\"en\"}");
	page_expect_ok(ana);
	json_t *line = last_line(1, "silent");
	g_assert_true(json_is_true(json_object_get(line, "on")));
	json_decref(line);
	page_free(ana);
	world_restart();
	world_advance(1);
	line = last_line(1, "silent");
	g_assert_true(json_is_false(json_object_get(line, "on")));
	g_assert_cmpstr(page_text(line, "channel"), ==, "en");
	json_decref(line);
	left_by_a_restart();
}

/* Nobody was there any more, or not yet: it ends as it would have, and is no row for ever. */
static void a_restart_without_anybody_ends_it(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"leave\"}");
	page_say(member, "{\"type\":\"leave\"}");
	g_assert_true(store_meeting_set_state(world.store, 1, "planned", NULL));
	world_restart();
	world_advance(30);
	g_assert_true(row_begun()); /* somebody may come back */
	world_advance(90);
	g_assert_false(row_begun());
	json_t *line = last_line(1, "ended");
	g_assert_nonnull(line);
	json_decref(line);
	left_by_a_restart();
}

/* Who leaves while the server ends leaves the stage to others, for a moment that is in no file. */
static void nothing_is_recorded_while_the_server_ends(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	g_assert_nonnull(world.studio);
	meetings_end_studios(world.meetings);
	g_assert_null(world.studio);
	page_say(member, "{\"type\":\"media\",\"id\":2,\"microphone\":\"on\"}");
	page_say(member, "{\"type\":\"leave\"}");
	world_advance(1);
	g_assert_null(world.studio);
	g_assert_true(row_begun()); /* it goes on after a restart */
	two_leave();
}

/* More microphones than places: who has one keeps it, whoever came first. */
static void own_tracks_keep_their_places(void)
{
	struct websocket *pages[41];
	two_people();
	world.config.participants = 100;
	plan(true, false, 0);
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	for (unsigned i = 0; i < G_N_ELEMENTS(pages); i++) {
		g_autofree char *token = world_token("demo", ROLE_MEMBER, NULL);
		pages[i] = page_open();
		page_say(pages[i],
			 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\","
			 "\"name\":\"Guest %u\",\"device\":\"%032x\"}",
			 token, i, 4096 + i);
		page_say(pages[i], "{\"type\":\"media\",\"id\":2,\"microphone\":\"on\"}");
	}
	world_advance(1);
	g_assert_null(strstr(world.tracks->str, "own-p43-")); /* the 41st */
	g_assert_nonnull(strstr(world.tracks->str, "own-p42-"));
	page_say(member, "{\"type\":\"media\",\"id\":3,\"microphone\":\"on\"}");
	world_advance(1);
	g_assert_null(strstr(world.tracks->str, "own-p2-"));
	g_assert_nonnull(strstr(world.tracks->str, "own-p42-"));
	page_drop(pages[0]);
	for (unsigned i = 1; i < G_N_ELEMENTS(pages); i++)
		page_drop(pages[i]);
	two_leave();
}

static bool is_open(void)
{
	struct store_recording row;
	bool found;
	g_assert_true(store_recording_open(world.store, 1, &row, &found, NULL));
	return found;
}

static void it_ends_with_the_meeting(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	g_assert_true(is_open());
	page_say(host, "{\"type\":\"end\",\"id\":2}");
	page_expect_ok(host);
	g_assert_false(is_open());
	two_leave();
}

static void nobody_is_left_to_record(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	page_say(host, "{\"type\":\"leave\"}");
	page_say(member, "{\"type\":\"leave\"}");
	world_advance(30);
	g_assert_true(is_open()); /* somebody may come back */
	world_advance(90);
	g_assert_false(is_open());
	two_leave();
}

static void trouble_is_told_at_once(void)
{
	two_people();
	page_say(host, "{\"type\":\"record\",\"id\":1,\"state\":\"recording\"}");
	page_expect_ok(host);
	expect_state(member, "recording", NULL);
	world.relay_events.trouble(world.relay_events.user, 1, 99, STUDIO_DISK_FULL);
	expect_state(host, "recording", NULL);
	expect_state(host, "recording", "disk-full");
	two_leave();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(test) g_test_add_func("/recording/" #test, test)
	ADD(everybody_sees_that_it_records);
	ADD(only_some_may);
	ADD(channels_come_and_go);
	ADD(a_restart_goes_on);
	ADD(silence_ends_with_a_restart);
	ADD(a_restart_without_anybody_ends_it);
	ADD(nothing_is_recorded_while_the_server_ends);
	ADD(own_tracks_keep_their_places);
	ADD(who_does_not_consent_is_silent);
	ADD(everybody_has_tracks_of_their_own);
	ADD(it_begins_by_itself);
	ADD(it_begins_again_when_people_come_back);
	ADD(a_rehearsal_is_not_the_meeting);
	ADD(the_index_says_who_and_what);
	ADD(it_ends_with_the_meeting);
	ADD(nobody_is_left_to_record);
	ADD(trouble_is_told_at_once);
	return g_test_run();
}
