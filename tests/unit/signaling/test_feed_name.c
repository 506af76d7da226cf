#include "signaling/feed_name.h"
#include <glib.h>

static void participants_ids_are_strict(void)
{
	uint32_t number = 0;
	g_assert_true(participant_parse_id("p17", &number));
	g_assert_cmpuint(number, ==, 17);
	g_assert_true(participant_parse_id("p2147483647", &number));
	static const char *const wrong[] = {"",	    "p",   "17",	  "p0",
					    "p017", "p-1", "p+1",	  "p 1",
					    "p1 ",  "P17", "p2147483648", "p99999999999999999999"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_test_message("%s", wrong[i]);
		g_assert_false(participant_parse_id(wrong[i], &number));
	}
	g_assert_cmpuint(number, ==, 2147483647);
}

static void feeds_have_key_and_kind(void)
{
	static const struct {
		const char *name;
		struct feed_key key;
		enum media_kind kind;
	} feeds[] = {
		{"stage", {FEED_STAGE, 0}, MEDIA_VIDEO},
		{"screen", {FEED_SCREEN, 0}, MEDIA_VIDEO},
		{"screen-sound", {FEED_SCREEN_SOUND, 0}, MEDIA_AUDIO},
		{"voice/0", {FEED_VOICE, 0}, MEDIA_AUDIO},
		{"voice/2", {FEED_VOICE, 2}, MEDIA_AUDIO},
		{"camera/p3", {FEED_CAMERA, 3}, MEDIA_VIDEO},
		{"mic/p4", {FEED_MICROPHONE, 4}, MEDIA_AUDIO},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
		struct feed_key key;
		enum media_kind kind;
		GError *error = NULL;
		g_assert_true(feed_parse("feed", feeds[i].name, &key, &kind, &error));
		g_assert_cmpint(key.kind, ==, feeds[i].key.kind);
		g_assert_cmpuint(key.id, ==, feeds[i].key.id);
		g_assert_cmpint(kind, ==, feeds[i].kind);
	}
	struct feed_key key;
	enum media_kind kind = MEDIA_AUDIO;
	g_assert_true(feed_parse("feed", "none", &key, &kind, NULL));
	g_assert_cmpint(key.kind, ==, FEED_NONE);
	g_assert_cmpint(kind, ==, MEDIA_AUDIO);
}

static void other_names_are_refused(void)
{
	static const char *const wrong[] = {"",		 "stag",    "stages",	 "stage/1",
					    "voice/",	 "voice/3", "voice/00",	 "camera/3",
					    "camera/p0", "mic",	    "channel/fr"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		struct feed_key key;
		enum media_kind kind;
		GError *error = NULL;
		g_test_message("%s", wrong[i]);
		g_assert_false(feed_parse("lines[2].feed", wrong[i], &key, &kind, &error));
		g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND);
		g_assert_true(g_str_has_prefix(error->message, "lines[2].feed: "));
		g_error_free(error);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/feed_name/participants_ids_are_strict", participants_ids_are_strict);
	g_test_add_func("/feed_name/feeds_have_key_and_kind", feeds_have_key_and_kind);
	g_test_add_func("/feed_name/other_names_are_refused", other_names_are_refused);
	return g_test_run();
}
