/* Recording as the protocol has it. The tracks themselves are tested with the relay and the studio.
 */
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
	const char *types[] = {"begin", "part", "restart", "part"};
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
	ADD(it_ends_with_the_meeting);
	ADD(nobody_is_left_to_record);
	ADD(trouble_is_told_at_once);
	return g_test_run();
}
