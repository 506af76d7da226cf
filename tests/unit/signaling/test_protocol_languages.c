/* Languages over the protocol: what people see, what a role may, what bad input is answered. */
#include "signaling/language.h"
#include "signaling/meeting_languages.h"
#include "tests/unit/signaling/world.h"
#include <string.h>

static struct websocket *ana, *ben;
static char *ana_id, *ben_id;

/* A host, a member, and a booth of two for English and Chinese; channels en, zh, es. */
static void begin(void)
{
	two_people();
	page_say(host, "{\"type\":\"set-languages\",\"id\":1,\"floors\":[\"ZH\"],\"channels\":["
		       "\"en\",\"zh\",\"es\"]}");
	page_expect_ok(host);
	ana = page_open();
	ben = page_open();
	ana_id = page_join(ana, ROLE_INTERPRETER, "Ana", 'e');
	ben_id = page_join(ben, ROLE_INTERPRETER, "Ben", 'f');
	page_offer(ana);
	page_offer(ben);
	page_forget(host);
	page_forget(member);
	page_forget(ana);
	page_forget(ben);
}

static void end(void)
{
	page_drop(ana);
	page_drop(ben);
	g_free(ana_id);
	g_free(ben_id);
	two_leave();
}

/* The last `languages` that came; the caller's. */
static json_t *languages(struct websocket *page)
{
	json_t *last = NULL, *message;
	while ((message = page_take(page, "languages")) != NULL) {
		json_decref(last);
		last = message;
	}
	g_assert_nonnull(last);
	return last;
}

static void expect_channel(struct websocket *page, size_t n, const char *state, const char *on_air)
{
	json_t *message = languages(page);
	const json_t *channel = json_array_get(json_object_get(message, "channels"), n);
	g_assert_cmpstr(page_text(channel, "state"), ==, state);
	g_assert_cmpstr(page_text(channel, "onAir"), ==, on_air);
	json_decref(message);
}

static void relay_says(const char *tag, const char *id, enum channel_air air)
{
	world.relay_events.channel(world.relay_events.user, world.rooms_opened, language_find(tag),
				   page_number(id), air);
}

static void everybody_sees_who_is_on_air(void)
{
	begin();
	page_say(ana, "{\"type\":\"air\",\"id\":4,\"language\":\"en\"}");
	page_expect_ok(ana);
	g_assert_cmpuint(world.on_air, ==, page_number(ana_id));
	g_assert_cmpuint(world.channel, ==, language_find("en"));
	g_assert_cmpuint(world.hold_ms, ==, 4000);
	expect_channel(member, 0, "speech", ana_id);
	relay_says("en", ana_id, CHANNEL_PAUSE);
	expect_channel(member, 0, "pause", ana_id);
	relay_says("en", ana_id, CHANNEL_LOST);
	expect_channel(member, 0, "lost", ana_id);
	relay_says("en", ben_id, CHANNEL_SPEECH); /* late: of one who isn't on air */
	page_expect_none(member, "languages");
	page_say(ana, "{\"type\":\"air\",\"id\":5,\"language\":null}");
	page_expect_ok(ana);
	g_assert_cmpuint(world.on_air, ==, 0);
	expect_channel(member, 0, "off", NULL);
	end();
}

static void who_signs_may_switch_the_camera_off(void)
{
	begin();
	page_say(host, "{\"type\":\"set-languages\",\"id\":3,\"channels\":[\"ase\"]}");
	struct websocket *eve = page_open();
	char *token = world_sign_token();
	page_say(eve,
		 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\",\"name\":\"Eve\","
		 "\"device\":\"11111111111111111111111111111111\"}",
		 token);
	json_t *joined = page_take(eve, "joined");
	char *id = g_strdup(page_text(joined, "participant"));
	page_offer(eve);
	page_say(eve, "{\"type\":\"air\",\"language\":\"ase\"}");
	g_assert_true(world.sign);
	page_say(eve, "{\"type\":\"media\",\"microphone\":\"off\",\"camera\":\"off\"}");
	page_forget(member);
	relay_says("ase", id, CHANNEL_LOST);
	page_expect_none(member, "languages");
	page_say(eve, "{\"type\":\"media\",\"microphone\":\"off\",\"camera\":\"on\"}");
	relay_says("ase", id, CHANNEL_LOST);
	expect_channel(member, 0, "lost", id);
	json_decref(joined);
	g_free(token);
	g_free(id);
	page_drop(eve);
	end();
}

static void a_channel_without_booth_is_empty(void)
{
	begin();
	struct websocket *listener = page_open();
	char *l = page_join(listener, ROLE_LISTENER, "Zoe", 'd');
	json_t *person = page_expect_person(host);
	g_assert_null(json_object_get(person, "booth"));
	json_decref(person);
	page_say(ana, "{\"type\":\"air\",\"language\":\"zh\"}");
	expect_channel(host, 2, "empty", NULL);
	page_drop(listener);
	g_free(l);
	end();
}

static void joined_says_it_all(void)
{
	begin();
	struct websocket *late = page_open();
	page_try_join(late, "Eve", '1', ROLE_INTERPRETER);
	json_t *joined = page_take(late, "joined");
	const json_t *said = json_object_get(joined, "languages"),
		     *booth = json_object_get(joined, "booth");
	g_assert_cmpstr(page_text(json_object_get(said, "floor"), "language"), ==, "zh");
	g_assert_cmpuint(json_array_size(json_object_get(said, "channels")), ==, 3);
	g_assert_cmpstr(page_text(booth, "booth"), ==, "en-zh");
	g_assert_cmpuint(json_array_size(json_object_get(booth, "members")), ==, 3);
	g_assert_nonnull(json_object_get(joined, "audience"));
	json_decref(joined);
	json_t *person = page_expect_person(member);
	g_assert_cmpstr(page_text(person, "booth"), ==, "en-zh");
	g_assert_cmpuint(json_array_size(json_object_get(person, "interprets")), ==, 2);
	json_decref(person);
	page_drop(late);
	struct websocket *other = page_open();
	page_try_join(other, "Max", '2', ROLE_MEMBER);
	joined = page_take(other, "joined");
	g_assert_null(json_object_get(joined, "booth"));
	g_assert_null(json_object_get(joined, "audience"));
	json_decref(joined);
	page_drop(other);
	end();
}

static void a_fifth_interpreter_is_refused(void)
{
	begin();
	struct websocket *pages[3];
	for (int n = 0; n < 3; n++) {
		pages[n] = page_open();
		page_try_join(pages[n], "More", (char)('1' + n), ROLE_INTERPRETER);
	}
	page_expect(pages[1], "joined", NULL, NULL);
	page_expect_error(pages[2], "limit", "booth");
	page_forget(host);
	for (int n = 0; n < 3; n++)
		page_drop(pages[n]);
	end();
}

static void hand_over_by_messages(void)
{
	begin();
	page_say(ana, "{\"type\":\"air\",\"language\":\"en\"}");
	page_say(ben, "{\"type\":\"handover\",\"id\":5,\"language\":\"en\"}");
	page_expect_ok(ben);
	page_expect(ana, "handover", "by", ben_id);
	page_say(ana, "{\"type\":\"handover\",\"id\":6,\"language\":\"en\",\"to\":\"%s\"}", ben_id);
	page_expect_error(ana, "conflict", "language");
	unsigned set = world.channels_set;
	page_say(ana,
		 "{\"type\":\"handover-answer\",\"id\":7,\"language\":\"en\",\"accept\":true}");
	page_expect_ok(ana);
	g_assert_cmpuint(world.channels_set, ==, set + 1);
	g_assert_cmpuint(world.on_air, ==, page_number(ben_id));
	page_expect(ben, "handover-ended", "result", "done");
	page_expect_none(member, "handover");
	expect_channel(member, 0, "speech", ben_id);
	page_say(ana, "{\"type\":\"air\",\"language\":\"en\",\"take\":true}");
	page_expect(ben, "off-air", "by", ana_id);
	end();
}

static const struct bad {
	int who; /* 0 host, 1 member, 2 Ana */
	const char *text, *code, *field;
} bad_ones[] = {
	{1, "{\"type\":\"air\",\"language\":\"en\"}", "forbidden", "role"},
	{1, "{\"type\":\"handover\",\"language\":\"en\"}", "forbidden", "role"},
	{1, "{\"type\":\"set-languages\",\"channels\":[\"de\"]}", "forbidden", "role"},
	{1, "{\"type\":\"floor-language\",\"language\":\"de\"}", "forbidden", "role"},
	{1, "{\"type\":\"booth-chat\",\"to\":\"booths\",\"text\":\"x\"}", "forbidden", "role"},
	{0, "{\"type\":\"air\",\"language\":\"en\"}", "forbidden", "role"},
	{0, "{\"type\":\"set-languages\",\"channels\":[\"not a tag\"]}", "malformed",
	 "channels[0]"},
	{0, "{\"type\":\"set-languages\",\"floors\":[\"en\",7]}", "malformed", "floors[1]"},
	{0, "{\"type\":\"set-languages\",\"channels\":\"en\"}", "malformed", "channels"},
	{0, "{\"type\":\"channel-override\",\"language\":\"fr\",\"allowed\":true}", "not-found",
	 "language"},
	{0, "{\"type\":\"booth-chat\",\"to\":\"booth\",\"text\":\"x\"}", "malformed", "booth"},
	{0, "{\"type\":\"booth-chat\",\"to\":\"booth\",\"booth\":\"none\",\"text\":\"x\"}",
	 "not-found", "booth"},
	{2, "{\"type\":\"air\",\"language\":\"es\"}", "forbidden", "language"},
	{2, "{\"type\":\"air\",\"language\":\"fr\"}", "not-found", "language"},
	{2, "{\"type\":\"air\",\"language\":\"e n\"}", "malformed", "language"},
	{2, "{\"type\":\"air\",\"language\":7}", "malformed", "language"},
	{2, "{\"type\":\"handover\",\"language\":\"en\",\"to\":\"p999\"}", "not-found", "to"},
	{2, "{\"type\":\"handover-answer\",\"language\":\"en\",\"accept\":true}", "conflict",
	 "language"},
	{2, "{\"type\":\"hold\",\"seconds\":1}", "malformed", "seconds"},
	{2, "{\"type\":\"hold\",\"seconds\":11}", "malformed", "seconds"},
	{2, "{\"type\":\"set-languages\",\"channels\":[]}", "forbidden", "role"},
	{2, "{\"type\":\"channel-override\",\"language\":\"en\",\"allowed\":true}", "forbidden",
	 "role"},
	{2, "{\"type\":\"speaker-card\",\"participant\":\"p1\",\"word\":\"ugly\"}", "malformed",
	 "word"},
	{2,
	 "{\"type\":\"speaker-card\",\"participant\":\"p1\",\"word\":\"clear\","
	 "\"bandwidth\":-1}",
	 "malformed", "bandwidth"},
	{2,
	 "{\"type\":\"speaker-card\",\"participant\":\"p1\",\"word\":\"apart\","
	 "\"bandwidth\":4000,\"level\":-31,\"noise\":-60,\"clipping\":0,\"loss\":0,"
	 "\"offset\":\"far\"}",
	 "malformed", "offset"},
	{2, "{\"type\":\"slots\",\"slots\":[{\"mid\":\"1\",\"feed\":\"channel/fr\"}]}", "not-found",
	 "slots[0].feed"},
	{1, "{\"type\":\"slots\",\"slots\":[{\"mid\":\"1\",\"feed\":\"booth/p1\"}]}", "forbidden",
	 "slots[0].feed"},
	{1,
	 "{\"type\":\"offer\",\"sdp\":\"v=0\",\"lines\":[{\"mid\":\"1\",\"feed\":\"program/"
	 "fr\"}]}",
	 "not-found", "lines[0].feed"},
};

/* None of these changes anything: no word to the relay, none to the others. */
static void bad_input(void)
{
	begin();
	page_offer(member);
	page_forget(member);
	struct websocket *pages[] = {host, member, ana};
	unsigned set = world.channels_set;
	for (size_t n = 0; n < G_N_ELEMENTS(bad_ones); n++) {
		g_test_message("%s", bad_ones[n].text);
		page_say(pages[bad_ones[n].who], "%s", bad_ones[n].text);
		page_expect_error(pages[bad_ones[n].who], bad_ones[n].code, bad_ones[n].field);
		page_expect_none(ben, "languages");
	}
	g_assert_cmpuint(world.channels_set, ==, set);
	end();
}

static void partners_alone_hear_a_booth(void)
{
	begin();
	page_offer(host);
	page_say(ana,
		 "{\"type\":\"slots\",\"id\":3,\"slots\":[{\"mid\":\"1\",\"feed\":\"booth/%s\"}]}",
		 ben_id);
	page_expect_ok(ana);
	page_say(host,
		 "{\"type\":\"slots\",\"id\":3,\"slots\":[{\"mid\":\"1\",\"feed\":\"booth/%s\"}]}",
		 ben_id);
	page_expect_error(host, "forbidden", "slots[0].feed");
	end();
}

static void a_loop_is_refused_with_a_reason(void)
{
	begin();
	page_say(ana, "{\"type\":\"air\",\"language\":\"en\"}");
	page_say(ana, "{\"type\":\"slots\",\"slots\":[{\"mid\":\"1\",\"feed\":\"channel/en\"}]}");
	page_expect_error(ana, "conflict", "slots[0].feed");
	page_say(ben, "{\"type\":\"slots\",\"id\":3,\"slots\":[{\"mid\":\"1\",\"feed\":\"channel/"
		      "en\"}]}");
	page_expect_ok(ben);
	page_say(ben, "{\"type\":\"air\",\"id\":4,\"language\":\"zh\"}");
	page_expect_ok(ben);
	page_say(ana, "{\"type\":\"slots\",\"slots\":[{\"mid\":\"1\",\"feed\":\"channel/zh\"}]}");
	page_expect_error(ana, "conflict", "slots[0].feed");
	end();
}

static void the_floor_speaks(void)
{
	begin();
	page_say(member, "{\"type\":\"profile\",\"speaks\":\"pt-BR\"}");
	world.relay_events.stage(world.relay_events.user, world.rooms_opened,
				 page_number(member_id), 0);
	json_t *message = languages(host);
	g_assert_cmpstr(page_text(json_object_get(message, "floor"), "language"), ==, "pt-BR");
	json_decref(message);
	page_say(ana, "{\"type\":\"floor-language\",\"id\":2,\"language\":\"en\"}");
	page_expect_ok(ana);
	message = languages(host);
	g_assert_cmpstr(page_text(json_object_get(message, "floor"), "language"), ==, "en");
	g_assert_true(json_is_true(json_object_get(json_object_get(message, "floor"), "set")));
	json_decref(message);
	page_say(host, "{\"type\":\"floor-language\",\"language\":null}");
	page_say(member, "{\"type\":\"profile\",\"speaks\":\"\"}");
	message = languages(host);
	g_assert_cmpstr(page_text(json_object_get(message, "floor"), "language"), ==, "zh");
	json_decref(message);
	end();
}

static void only_the_speaker_is_asked_to_slow_down(void)
{
	begin();
	world.relay_events.stage(world.relay_events.user, world.rooms_opened,
				 page_number(member_id), 0);
	page_say(ana, "{\"type\":\"slow-down\",\"id\":8}");
	page_expect_ok(ana);
	json_t *asked = page_take(member, "slow-down");
	g_assert_cmpuint(json_object_size(asked), ==, 1); /* no name */
	json_decref(asked);
	page_expect_none(host, "slow-down");
	page_say(ben, "{\"type\":\"slow-down\",\"id\":8}");
	page_expect_error(ben, "limit", "type");
	world_advance(5);
	page_say(ben, "{\"type\":\"slow-down\",\"id\":8}");
	page_expect_ok(ben);
	end();
}

static void insufficient_sound_is_seen_by_all(void)
{
	begin();
	page_say(ana, "{\"type\":\"insufficient\",\"id\":9,\"on\":true}");
	page_expect_ok(ana);
	json_t *message = languages(member);
	const json_t *channels = json_object_get(message, "channels");
	g_assert_true(json_is_true(json_object_get(json_array_get(channels, 0), "insufficient")));
	g_assert_true(json_is_false(json_object_get(json_array_get(channels, 2), "insufficient")));
	json_decref(message);
	end();
}

static void a_card_goes_to_those_whom_it_concerns(void)
{
	begin();
	struct websocket *other = page_open();
	char *other_id = page_join(other, ROLE_MEMBER, "Max", '2');
	page_say(ana,
		 "{\"type\":\"speaker-card\",\"id\":10,\"participant\":\"%s\",\"word\":\"muffled\","
		 "\"bandwidth\":4000,"
		 "\"level\":-31,\"noise\":-60,\"clipping\":0,\"loss\":0.01,\"offset\":null}",
		 member_id);
	page_expect_ok(ana);
	page_expect(ben, "card", "word", "muffled");
	page_expect(host, "card", "participant", member_id);
	page_expect(member, "card", "word", "muffled");
	page_expect_none(other, "card");
	page_say(ana,
		 "{\"type\":\"speaker-card\",\"participant\":\"%s\",\"word\":\"apart\","
		 "\"bandwidth\":"
		 "15000,\"level\":-20,\"noise\":-60,\"clipping\":0,\"loss\":0,\"offset\":-210}",
		 member_id);
	page_forget(ben);
	json_t *card = page_take(host, "card");
	g_assert_cmpfloat(json_number_value(json_object_get(card, "offset")), ==, -210);
	json_decref(card);
	page_expect(member, "card", "word", "apart");
	page_drop(other);
	g_free(other_id);
	end();
}

static void listeners_are_counted(void)
{
	begin();
	page_offer(member);
	page_say(member, "{\"type\":\"slots\",\"id\":3,\"slots\":[{\"mid\":\"1\",\"feed\":"
			 "\"channel/en\"}]}");
	world_media(page_number(member_id), TRANSPORT_OPEN);
	world_media(page_number(ana_id), TRANSPORT_OPEN);
	page_forget(ana);
	world_advance(1);
	json_t *audience = page_take(ana, "audience");
	g_assert_cmpint(
		json_integer_value(json_object_get(json_object_get(audience, "listeners"), "en")),
		==, 1);
	g_assert_cmpint(
		json_integer_value(json_object_get(json_object_get(audience, "listeners"), "zh")),
		==, 0);
	g_assert_cmpint(json_integer_value(json_object_get(audience, "floor")), ==, 0);
	json_decref(audience);
	page_expect_none(member, "audience");
	world_advance(1);
	page_expect_none(ana, "audience"); /* nothing new */
	end();
}

static void listen_to(const char *feed)
{
	page_say(member,
		 "{\"type\":\"slots\",\"id\":3,\"slots\":[{\"mid\":\"1\",\"feed\":\"%s\"}]}", feed);
	page_expect_ok(member);
	world_advance(1);
}

static const char *wanted(uint32_t channel)
{
	return g_hash_table_lookup(world.programs, GUINT_TO_POINTER(channel));
}

static void the_studio_makes_what_somebody_listens_to(void)
{
	begin();
	page_offer(member);
	world_media(page_number(member_id), TRANSPORT_OPEN);
	listen_to("channel/en");
	g_assert_null(world.studio);
	listen_to("program/es");
	g_assert_cmpstr(wanted(language_find("es")), ==, "es");
	g_assert_cmpuint(g_hash_table_size(world.programs), ==, 1);
	listen_to("program/floor");
	g_assert_cmpstr(wanted(PROGRAM_FLOOR), ==, "floor");
	g_assert_cmpuint(g_hash_table_size(world.programs), ==, 1);
	listen_to("voice/0");
	g_assert_cmpuint(g_hash_table_size(world.programs), ==, 0);
	/* A channel that goes takes its program along, whoever still has a slot on it. */
	listen_to("program/es");
	page_say(host, "{\"type\":\"set-languages\",\"id\":1,\"channels\":[\"en\"]}");
	page_expect_ok(host);
	world_advance(1);
	g_assert_cmpuint(g_hash_table_size(world.programs), ==, 0);
	end();
	g_assert_null(world.studio);
}

static enum studio_state told_studio(const char *tag)
{
	return GPOINTER_TO_UINT(
		g_hash_table_lookup(world.states, GUINT_TO_POINTER(language_find(tag))));
}

static void the_studio_is_told_what_a_channel_is_in(void)
{
	begin(); /* the floor speaks Chinese */
	page_offer(member);
	world_media(page_number(member_id), TRANSPORT_OPEN);
	listen_to("program/en");
	g_assert_cmpint(told_studio("en"), ==, STUDIO_ORIGINAL);
	g_assert_cmpint(told_studio("zh"), ==, STUDIO_ALONE);
	page_say(ana, "{\"type\":\"air\",\"id\":4,\"language\":\"en\"}");
	page_expect_ok(ana);
	relay_says("en", ana_id, CHANNEL_SPEECH);
	g_assert_cmpint(told_studio("en"), ==, STUDIO_SPEECH);
	relay_says("en", ana_id, CHANNEL_PAUSE);
	g_assert_cmpint(told_studio("en"), ==, STUDIO_ORIGINAL);
	relay_says("en", ana_id, CHANNEL_SPEECH);
	page_say(host, "{\"type\":\"floor-language\",\"id\":2,\"language\":\"en-GB\"}");
	page_expect_ok(host);
	g_assert_cmpint(told_studio("en"), ==, STUDIO_ALONE);
	g_assert_cmpint(told_studio("zh"), ==, STUDIO_ORIGINAL);
	end();
}

static void everybody_sees_which_programs_there_are(void)
{
	begin();
	page_offer(member);
	world_media(page_number(member_id), TRANSPORT_OPEN);
	listen_to("program/en");
	page_forget(ana);
	/* The stand-in takes the peer for the channel. */
	struct publication_state state = {
		.peer = language_find("en"), .source = SOURCE_PROGRAM, .active = true};
	for (unsigned there = 1; there < 2; there--) {
		state.active = there;
		world.relay_events.publication(world.relay_events.user, world.rooms_opened, &state);
		json_t *message = languages(ana);
		const json_t *channel = json_array_get(json_object_get(message, "channels"), 0);
		g_assert_cmpint(json_is_true(json_object_get(channel, "program")), ==, there);
		json_decref(message);
	}
	world.relay_events.peer_state(world.relay_events.user, world.rooms_opened, 1u << 31 | 5,
				      TRANSPORT_CLOSED, NULL);
	g_assert_cmpuint(world.studio_peer, ==, 1u << 31 | 5);
	end();
}

static void who_is_cut_off_stays_on_air_for_a_while(void)
{
	begin();
	page_say(ana, "{\"type\":\"air\",\"language\":\"en\"}");
	char *secret = page_secret(ana);
	page_drop(ana);
	page_forget(member);
	world_advance(10);
	page_expect_none(member, "languages");
	world_advance(30);
	expect_channel(member, 0, "off", NULL);
	g_assert_cmpuint(world.on_air, ==, 0);
	ana = page_open();
	g_free(secret);
	end();
}

/* Of the booths the store knows nothing: the link says it again. */
static void a_restart_brings_the_booth_back(void)
{
	begin();
	page_say(ana, "{\"type\":\"air\",\"language\":\"en\"}");
	char *secret = page_secret(ana), digits[] = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
	page_free(ana);
	page_free(ben);
	page_free(host);
	page_free(member);
	world_restart();
	ana = page_open();
	char *token = world_booth_token();
	page_say(ana,
		 "{\"type\":\"join\",\"id\":1,\"version\":1,\"token\":\"%s\",\"device\":\"%s\","
		 "\"resume\":{\"participant\":"
		 "\"%s\",\"secret\":\"%s\"}}",
		 token, digits, ana_id, secret);
	json_t *joined = page_take(ana, "joined");
	g_assert_cmpstr(page_text(json_object_get(joined, "booth"), "booth"), ==, "en-zh");
	json_decref(joined);
	page_offer(ana);
	page_say(ana, "{\"type\":\"air\",\"id\":3,\"language\":\"en\"}");
	page_expect_ok(ana);
	g_assert_cmpuint(world.on_air, ==, page_number(ana_id));
	g_free(token);
	g_free(secret);
	ben = page_open();
	host = page_open();
	member = page_open();
	end();
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/protocol-languages/everybody-sees-who-is-on-air",
			everybody_sees_who_is_on_air);
	g_test_add_func("/protocol-languages/who-signs-may-switch-the-camera-off",
			who_signs_may_switch_the_camera_off);
	g_test_add_func("/protocol-languages/a-channel-without-booth-is-empty",
			a_channel_without_booth_is_empty);
	g_test_add_func("/protocol-languages/joined-says-it-all", joined_says_it_all);
	g_test_add_func("/protocol-languages/a-fifth-interpreter-is-refused",
			a_fifth_interpreter_is_refused);
	g_test_add_func("/protocol-languages/hand-over-by-messages", hand_over_by_messages);
	g_test_add_func("/protocol-languages/bad-input", bad_input);
	g_test_add_func("/protocol-languages/partners-alone-hear-a-booth",
			partners_alone_hear_a_booth);
	g_test_add_func("/protocol-languages/a-loop-is-refused-with-a-reason",
			a_loop_is_refused_with_a_reason);
	g_test_add_func("/protocol-languages/the-floor-speaks", the_floor_speaks);
	g_test_add_func("/protocol-languages/only-the-speaker-is-asked-to-slow-down",
			only_the_speaker_is_asked_to_slow_down);
	g_test_add_func("/protocol-languages/insufficient-sound-is-seen-by-all",
			insufficient_sound_is_seen_by_all);
	g_test_add_func("/protocol-languages/a-card-goes-to-those-whom-it-concerns",
			a_card_goes_to_those_whom_it_concerns);
	g_test_add_func("/protocol-languages/listeners-are-counted", listeners_are_counted);
	g_test_add_func("/protocol-languages/the-studio-makes-what-somebody-listens-to",
			the_studio_makes_what_somebody_listens_to);
	g_test_add_func("/protocol-languages/the-studio-is-told-what-a-channel-is-in",
			the_studio_is_told_what_a_channel_is_in);
	g_test_add_func("/protocol-languages/everybody-sees-which-programs-there-are",
			everybody_sees_which_programs_there_are);
	g_test_add_func("/protocol-languages/who-is-cut-off-stays-on-air-for-a-while",
			who_is_cut_off_stays_on_air_for_a_while);
	g_test_add_func("/protocol-languages/a-restart-brings-the-booth-back",
			a_restart_brings_the_booth_back);
	return g_test_run();
}
