/* The rules by themselves: who may go on air, hand-overs, loops. Each refusal must leave everything
 * as it was. */
#include "signaling/interpretation.h"
#include "signaling/language.h"
#include <string.h>

enum { ANA = 1, BEN = 2, CARLA = 3, DAI = 4, EVE = 5, FAY = 6, NOW = 1000000 };

static struct interpretation *i;
static struct {
	unsigned air, off_air, handover, ended, booth, changed;
	uint32_t on_air, off, by, hold_ms;
	enum handover_result result;
	uint32_t incoming[8];
} told;

static void on_air(void *user, const struct channel *channel, unsigned hold_ms)
{
	told.air++;
	told.on_air = channel->on_air;
	told.hold_ms = hold_ms;
}

static void on_off_air(void *user, const struct channel *channel, uint32_t who, uint32_t by)
{
	told.off_air++;
	told.off = who;
	told.by = by;
}

static void on_handover(void *user, const struct channel *channel)
{
	told.handover++;
}

static void on_ended(void *user, const struct channel *channel, const struct handover *h,
		     enum handover_result result)
{
	g_assert_cmpuint(h->by, !=, 0);
	told.ended++;
	told.result = result;
}

static void on_booth(void *user, const char *booth)
{
	told.booth++;
}

static void on_changed(void *user)
{
	told.changed++;
}

static uint32_t on_incoming(void *user, uint32_t who)
{
	return told.incoming[who];
}

static void enter(uint32_t who, const char *booth, const char *a, const char *b)
{
	char *languages[] = {(char *)a, (char *)b, NULL}, *none[] = {NULL};
	GError *error = NULL;
	g_assert_true(interpretation_enter(
		i, who, &(struct interpreter_terms){booth, languages, none, NULL}, &error));
	g_assert_no_error(error);
}

/* Ana and Ben interpret between English and Chinese, Carla and Dai into Spanish. */
static void begin(void)
{
	char *channels[] = {"en", "zh", "es", NULL};
	memset(&told, 0, sizeof told);
	i = interpretation_new(&(struct interpretation_events){NULL, on_air, on_off_air,
							       on_handover, on_ended, on_booth,
							       on_changed, on_incoming});
	interpretation_set_channels(i, channels, NOW);
	enter(ANA, NULL, "en", "zh");
	enter(BEN, NULL, "en", "zh");
	enter(CARLA, "Spanish", "es", NULL);
	enter(DAI, "Spanish", "es", NULL);
}

static const struct channel *channel(const char *tag)
{
	return interpretation_find_channel(i, language_find(tag));
}

static void expect(bool ok, GError *error, enum signaling_error code, const char *field)
{
	g_assert_false(ok);
	g_assert_error(error, SIGNALING_ERROR, (int)code);
	g_assert_true(g_str_has_prefix(error->message, field));
	g_error_free(error);
}

#define REFUSED(call, code, field)                                                                 \
	do {                                                                                       \
		GError *error = NULL;                                                              \
		unsigned before =                                                                  \
			told.air + told.ended + told.off_air + told.handover + told.changed;       \
		bool ok = (call);                                                                  \
		expect(ok, error, SIGNALING_ERROR_##code, field);                                  \
		g_assert_cmpuint(told.air + told.ended + told.off_air + told.handover +            \
					 told.changed,                                             \
				 ==, before);                                                      \
	} while (0)
#define TAKEN(call)                                                                                \
	do {                                                                                       \
		GError *error = NULL;                                                              \
		g_assert_true(call);                                                               \
		g_assert_no_error(error);                                                          \
	} while (0)

static void one_channel_for_a_person_and_one_person_for_a_channel(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	g_assert_cmpuint(channel("en")->on_air, ==, ANA);
	g_assert_cmpuint(told.on_air, ==, ANA);
	g_assert_cmpuint(told.hold_ms, ==, 4000);
	g_assert_cmpint(channel("en")->air, ==, CHANNEL_SPEECH);
	REFUSED(interpretation_air(i, BEN, "EN", false, NOW, &error), CONFLICT,
		"language: your partner");
	TAKEN(interpretation_air(i, ANA, "zh", false, NOW, &error));
	g_assert_cmpuint(channel("en")->on_air, ==, 0);
	g_assert_cmpuint(channel("zh")->on_air, ==, ANA);
	TAKEN(interpretation_air(i, BEN, "en", false, NOW, &error));
	TAKEN(interpretation_air(i, ANA, NULL, false, NOW, &error));
	g_assert_cmpuint(channel("zh")->on_air, ==, 0);
	g_assert_cmpuint(told.off_air, ==, 0); /* all by own wish */
	interpretation_free(i);
}

static void only_ones_own_languages(void)
{
	begin();
	REFUSED(interpretation_air(i, CARLA, "en", false, NOW, &error), FORBIDDEN,
		"language: en isn't");
	REFUSED(interpretation_air(i, CARLA, "fr", false, NOW, &error), NOT_FOUND,
		"language: this meeting");
	REFUSED(interpretation_handover(i, CARLA, "en", 0, NOW, &error), FORBIDDEN, "language");
	REFUSED(interpretation_answer(i, CARLA, "en", true, NOW, &error), FORBIDDEN, "language");
	interpretation_free(i);
}

static void a_fifth_finds_no_chair(void)
{
	begin();
	enter(EVE, NULL, "EN", "zh");
	enter(FAY, "en-zh", "en", "zh");
	char *languages[] = {"en", "zh", NULL}, *none[] = {NULL};
	const struct interpreter_terms terms = {NULL, languages, none, NULL};
	REFUSED(interpretation_enter(i, 7, &terms, &error), LIMIT, "booth: en-zh has its 4");
	REFUSED(interpretation_has_space(i, &terms, &error), LIMIT, "booth");
	enter(EVE, NULL, "en", "zh"); /* who is in comes in again */
	interpretation_leave(i, FAY, NOW);
	enter(7, NULL, "en", "zh");
	interpretation_free(i);
}

static void asked_for_and_accepted(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	TAKEN(interpretation_handover(i, BEN, "en", 0, NOW, &error));
	g_assert_cmpuint(channel("en")->handover.from, ==, ANA);
	g_assert_cmpuint(channel("en")->handover.to, ==, BEN);
	REFUSED(interpretation_handover(i, ANA, "en", BEN, NOW, &error), CONFLICT,
		"language: a hand-over");
	REFUSED(interpretation_answer(i, BEN, "en", true, NOW, &error), FORBIDDEN, "accept");
	unsigned air = told.air;
	TAKEN(interpretation_answer(i, ANA, "en", true, NOW, &error));
	g_assert_cmpuint(told.air, ==, air + 1); /* one swap, no moment with nobody */
	g_assert_cmpuint(channel("en")->on_air, ==, BEN);
	g_assert_cmpint(told.result, ==, HANDOVER_DONE);
	g_assert_cmpuint(channel("en")->handover.by, ==, 0);
	REFUSED(interpretation_answer(i, ANA, "en", true, NOW, &error), CONFLICT,
		"language: no hand-over");
	interpretation_free(i);
}

static void offered_and_declined_or_withdrawn(void)
{
	begin();
	REFUSED(interpretation_handover(i, ANA, "en", BEN, NOW, &error), CONFLICT,
		"language: nobody");
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	REFUSED(interpretation_handover(i, ANA, "en", 0, NOW, &error), MALFORMED, "to");
	REFUSED(interpretation_handover(i, ANA, "en", ANA, NOW, &error), MALFORMED, "to");
	REFUSED(interpretation_handover(i, ANA, "en", CARLA, NOW, &error), FORBIDDEN,
		"to: that is another");
	enter(EVE, NULL, "en", "zh");
	REFUSED(interpretation_handover(i, EVE, "en", BEN, NOW, &error), FORBIDDEN, "to: only");
	TAKEN(interpretation_handover(i, ANA, "en", BEN, NOW, &error));
	REFUSED(interpretation_answer(i, EVE, "en", true, NOW, &error), FORBIDDEN,
		"language: that hand-over");
	TAKEN(interpretation_answer(i, BEN, "en", false, NOW, &error));
	g_assert_cmpint(told.result, ==, HANDOVER_DECLINED);
	TAKEN(interpretation_handover(i, ANA, "en", BEN, NOW, &error));
	TAKEN(interpretation_answer(i, ANA, "en", false, NOW, &error));
	g_assert_cmpint(told.result, ==, HANDOVER_WITHDRAWN);
	g_assert_cmpuint(channel("en")->on_air, ==, ANA);
	interpretation_free(i);
}

static void no_answer_is_one_after_30_s(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	TAKEN(interpretation_handover(i, ANA, "en", BEN, NOW, &error));
	interpretation_tick(i, NOW + HANDOVER_MS - 1);
	g_assert_cmpuint(told.ended, ==, 0);
	interpretation_tick(i, NOW + HANDOVER_MS);
	g_assert_cmpint(told.result, ==, HANDOVER_EXPIRED);
	g_assert_cmpuint(channel("en")->on_air, ==, ANA);
	interpretation_free(i);
}

static void partners_may_take_over(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	TAKEN(interpretation_handover(i, ANA, "en", BEN, NOW, &error));
	TAKEN(interpretation_air(i, BEN, "en", true, NOW, &error));
	g_assert_cmpuint(channel("en")->on_air, ==, BEN);
	g_assert_cmpint(told.result, ==, HANDOVER_TAKEN);
	g_assert_cmpuint(told.off, ==, ANA);
	g_assert_cmpuint(told.by, ==, BEN);
	interpretation_free(i);
}

static void another_booth_only_if_the_host_allows(void)
{
	begin();
	enter(EVE, "other", "en", NULL);
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	REFUSED(interpretation_air(i, EVE, "en", true, NOW, &error), CONFLICT,
		"language: engaged by the booth en-zh");
	REFUSED(interpretation_handover(i, EVE, "en", 0, NOW, &error), FORBIDDEN, "language");
	TAKEN(interpretation_set_override(i, "en", true, &error));
	REFUSED(interpretation_air(i, EVE, "en", false, NOW, &error), CONFLICT,
		"language: engaged");
	TAKEN(interpretation_air(i, EVE, "en", true, NOW, &error));
	g_assert_cmpuint(channel("en")->on_air, ==, EVE);
	REFUSED(interpretation_set_override(i, "fr", true, &error), NOT_FOUND, "language");
	interpretation_free(i);
}

/* Carla listens to English and speaks Spanish; who speaks English listens to Spanish. */
static void no_loops(void)
{
	begin();
	uint32_t en = language_find("en"), es = language_find("es");
	TAKEN(interpretation_air(i, CARLA, "es", false, NOW, &error));
	TAKEN(interpretation_may_listen(i, CARLA, en, "slots[0].feed", &error));
	told.incoming[CARLA] = en;
	told.incoming[ANA] = es;
	REFUSED(interpretation_air(i, ANA, "en", false, NOW, &error), CONFLICT,
		"incoming: would be a loop");
	told.incoming[ANA] = 0;
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	REFUSED(interpretation_may_listen(i, ANA, es, "slots[0].feed", &error), CONFLICT,
		"slots[0].feed: would be");
	REFUSED(interpretation_may_listen(i, ANA, en, "slots[0].feed", &error), CONFLICT,
		"slots[0].feed");
	told.incoming[BEN] = es; /* may listen, but not go on air */
	TAKEN(interpretation_may_listen(i, BEN, es, "slots[0].feed", &error));
	TAKEN(interpretation_handover(i, ANA, "en", BEN, NOW, &error));
	REFUSED(interpretation_answer(i, BEN, "en", true, NOW, &error), CONFLICT, "incoming");
	g_assert_cmpuint(channel("en")->handover.by, ==, ANA);
	interpretation_free(i);
}

static void who_leaves_is_off_the_air(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	TAKEN(interpretation_handover(i, BEN, "en", 0, NOW, &error));
	interpretation_leave(i, ANA, NOW);
	g_assert_cmpuint(channel("en")->on_air, ==, 0);
	g_assert_cmpint(told.result, ==, HANDOVER_GONE);
	g_assert_true(interpretation_staffed(i, channel("en")));
	interpretation_leave(i, BEN, NOW);
	g_assert_false(interpretation_staffed(i, channel("en")));
	interpretation_free(i);
}

static void channels_come_and_go(void)
{
	begin();
	char *channels[] = {"fr", "ZH", "zh", "en", NULL};
	TAKEN(interpretation_air(i, ANA, "zh", false, NOW, &error));
	TAKEN(interpretation_air(i, CARLA, "es", false, NOW, &error));
	interpretation_set_channels(i, channels, NOW);
	g_assert_cmpstr(interpretation_channel(i, 0)->tag, ==, "fr");
	g_assert_cmpstr(interpretation_channel(i, 1)->tag, ==, "zh");
	g_assert_cmpstr(interpretation_channel(i, 2)->tag, ==, "en");
	g_assert_null(interpretation_channel(i, 3));
	g_assert_cmpuint(channel("zh")->on_air, ==, ANA);
	g_assert_cmpuint(told.off, ==, CARLA);
	g_assert_cmpuint(told.on_air, ==, 0);
	interpretation_free(i);
}

static void the_booth_chooses_its_hold_time(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	interpretation_set_hold(i, BEN, 0);
	g_assert_cmpuint(told.hold_ms, ==, 0);
	g_assert_cmpuint(told.on_air, ==, ANA);
	g_assert_cmpuint(interpretation_hold(i, "en-zh"), ==, 0);
	g_assert_cmpuint(interpretation_hold(i, "Spanish"), ==, 4);
	interpretation_free(i);
}

static void late_words_of_the_relay(void)
{
	begin();
	TAKEN(interpretation_air(i, ANA, "en", false, NOW, &error));
	interpretation_take_air(i, channel("en")->number, ANA, CHANNEL_PAUSE);
	g_assert_cmpint(channel("en")->air, ==, CHANNEL_PAUSE);
	TAKEN(interpretation_air(i, BEN, "en", true, NOW, &error));
	interpretation_take_air(i, channel("en")->number, ANA, CHANNEL_LOST);
	g_assert_cmpint(channel("en")->air, ==, CHANNEL_SPEECH);
	interpretation_take_air(i, 999999, ANA, CHANNEL_LOST);
	interpretation_free(i);
}

static void the_link_of_who_signs_may_be_lost(void)
{
	begin();
	char *channels[] = {"ase", NULL};
	interpretation_set_channels(i, channels, NOW);
	enter(EVE, "hands", "ase", NULL);
	TAKEN(interpretation_air(i, EVE, "ase", false, NOW, &error));
	interpretation_take_air(i, channel("ase")->number, EVE, CHANNEL_LOST);
	g_assert_cmpint(channel("ase")->air, ==, CHANNEL_LOST);
	interpretation_free(i);
}

static void sound_that_is_insufficient(void)
{
	begin();
	g_assert_false(interpretation_insufficient(i, channel("en")));
	interpretation_set_insufficient(i, BEN, true);
	g_assert_true(interpretation_insufficient(i, channel("en")));
	g_assert_true(interpretation_insufficient(i, channel("zh")));
	g_assert_false(interpretation_insufficient(i, channel("es")));
	unsigned changed = told.changed;
	interpretation_set_insufficient(i, BEN, true);
	g_assert_cmpuint(told.changed, ==, changed);
	interpretation_leave(i, BEN, NOW);
	g_assert_false(interpretation_insufficient(i, channel("en")));
	interpretation_free(i);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/interpretation/one-channel-one-person",
			one_channel_for_a_person_and_one_person_for_a_channel);
	g_test_add_func("/interpretation/only-ones-own-languages", only_ones_own_languages);
	g_test_add_func("/interpretation/a-fifth-finds-no-chair", a_fifth_finds_no_chair);
	g_test_add_func("/interpretation/asked-for-and-accepted", asked_for_and_accepted);
	g_test_add_func("/interpretation/offered-and-declined-or-withdrawn",
			offered_and_declined_or_withdrawn);
	g_test_add_func("/interpretation/no-answer-is-one-after-30-s", no_answer_is_one_after_30_s);
	g_test_add_func("/interpretation/partners-may-take-over", partners_may_take_over);
	g_test_add_func("/interpretation/another-booth-only-if-the-host-allows",
			another_booth_only_if_the_host_allows);
	g_test_add_func("/interpretation/no-loops", no_loops);
	g_test_add_func("/interpretation/who-leaves-is-off-the-air", who_leaves_is_off_the_air);
	g_test_add_func("/interpretation/channels-come-and-go", channels_come_and_go);
	g_test_add_func("/interpretation/the-booth-chooses-its-hold-time",
			the_booth_chooses_its_hold_time);
	g_test_add_func("/interpretation/late-words-of-the-relay", late_words_of_the_relay);
	g_test_add_func("/interpretation/the-link-of-who-signs-may-be-lost",
			the_link_of_who_signs_may_be_lost);
	g_test_add_func("/interpretation/sound-that-is-insufficient", sound_that_is_insufficient);
	return g_test_run();
}
