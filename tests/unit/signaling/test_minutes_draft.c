#include "signaling/minutes_draft.h"
#include "signaling/minutes_speaking.h"
#include "tests/unit/signaling/minutes_world.h"

static void put(const char *path, const char *text)
{
	g_autofree char *whole = g_build_filename(here.folder, path, NULL);
	g_autofree char *folder = g_path_get_dirname(whole);
	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(whole, text, -1, NULL));
}

static json_t *draft(const char *language, json_t **ret_answers)
{
	GError *error = NULL;
	struct store_meeting meeting;
	json_t *body;
	g_assert_true(store_meeting_find(here.store, "demo", &meeting, &error));
	minutes_draft(here.store, &meeting, here.folder, language, &body, ret_answers, &error);
	g_assert_no_error(error);
	store_meeting_clear(&meeting);
	return body;
}

static const char people[] =
	"INSERT INTO participant (meeting, name, organisation, country, speaks, role, device, "
	"listen_only, generation, joined_at) VALUES"
	"(1, 'Yang Ling', 'Chengdu', 'CN', 'zh', 'member', '', 0, 0, 0),"
	"(1, 'YANG  ling', 'chengdu', 'CN', 'zh', 'member', '', 0, 0, 1),"
	"(1, 'Maisara', 'Union', 'TR', 'tr', 'interpreter', '', 0, 0, 2),"
	"(1, 'Ana', '', 'CN', '', 'host', '', 0, 0, 3),"
	"(1, 'recorder', '', 'US', '', 'service', '', 0, 0, 4),"
	"(1, 'Zoe', '', '', '', 'listener', '', 0, 0, 5),"
	"(1, '', '', '', '', 'member', '', 0, 0, 6);" /* removed from the archive */
	"INSERT INTO agenda (meeting, number, sharer, subject, minutes) VALUES"
	"(1, 1, 'Yang Ling', 'Hello, neighbor', 30), (1, 2, 'Maisara', 'Second', 30);"
	"INSERT INTO chat (meeting, participant, name, text, at, question) VALUES"
	"(1, 1, 'Zoe', 'hi', 0, 0), (1, 1, 'Zoe', 'Why?', 1, 1),"
	"(1, 2, 'Ana', 'Because.', 2, 0), (1, 3, 'Li', 'And so on.', 3, 0),"
	"(1, 1, 'Zoe', 'When?', 4, 1);"
	"INSERT INTO attachment (meeting, name, type, bytes, sha256, part, by, at) VALUES"
	"(1, 'slides.pdf', 'application/pdf', 1, 'x', 0, 'Ana', 0);"
	"INSERT INTO recording (id, meeting, state, begin_at) VALUES"
	"(5, 1, 'ended', 0), (6, 1, 'ended', 0), (7, 1, 'ended', 0);";

static const char archive[] =
	"{\"version\":1,\"chapters\":[{\"at\":100,\"number\":1},{\"at\":1000,\"number\":2}],"
	"\"speakers\":[{\"at\":0,\"until\":90,\"id\":\"p4\",\"name\":\"Ana\"},"
	"{\"at\":100,\"until\":700,\"id\":\"p1\",\"name\":\"Yang Ling\"},"
	"{\"at\":700,\"until\":703,\"id\":\"p3\",\"name\":\"Zoe\"},"
	"{\"at\":800,\"until\":1300,\"id\":\"p3\",\"name\":\"Maisara\"}]}";

static void all_that_is_known(void)
{
	open_here();
	sql(people);
	put("recordings/5/archive/archive.json", archive);
	put("recordings/6/archive/archive.json", "{\"chapters\":7,\"speakers\":[3,null,{}]}");
	put("recordings/8/archive/archive.json", archive); /* another meeting's */
	json_t *answers, *body = draft("en", &answers);
	json_t *expected = json_pack(
		"{s:s, s:{s:I, s:i, s:s, s:[{s:s, s:s}, {s:s, s:s}]}, s:s,"
		" s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}],"
		" s:[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}],"
		" s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}],"
		" s:[], s:[i]}",
		"theme", "How are you going to go on?", "time", "starts", (json_int_t)1590717600,
		"minutes", 120, "zone", "Asia/Shanghai", "places", "country", "CN", "zone",
		"Asia/Shanghai", "country", "TR", "zone", "Europe/Istanbul", "venue", "Online",
		"parts", "sharer", "Yang Ling", "subject", "Hello, neighbor", "contents",
		"Speaking time: Yang Ling 10 min, Maisara 3 min", "sharer", "Maisara", "subject",
		"Second", "contents", "Speaking time: Maisara 5 min", "questions", "question",
		"Why?", "by", "Zoe", "answer", "", "answeredBy", "", "question", "When?", "by",
		"Zoe", "answer", "", "answeredBy", "", "participants", "name", "Yang Ling",
		"organisation", "Chengdu", "country", "CN", "name", "Maisara", "organisation",
		"Union", "country", "TR", "name", "Ana", "organisation", "", "country", "CN",
		"name", "Zoe", "organisation", "", "country", "", "recorders", "attachments", 1);
	g_autofree char *text = json_dumps(body, JSON_SORT_KEYS | JSON_INDENT(1));
	g_autofree char *wanted = json_dumps(expected, JSON_SORT_KEYS | JSON_INDENT(1));
	g_assert_cmpstr(text, ==, wanted);
	g_autofree char *said = json_dumps(answers, JSON_COMPACT | JSON_SORT_KEYS);
	g_assert_cmpstr(said, ==,
			"[[{\"by\":\"Ana\",\"text\":\"Because.\"},"
			"{\"by\":\"Li\",\"text\":\"And so on.\"}],[]]");
	json_decref(expected);
	json_decref(answers);
	json_decref(body);
	body = draft("zh-Hans", &answers);
	const json_t *part = json_array_get(json_object_get(body, "parts"), 0);
	g_assert_cmpstr(minutes_text(part, "contents"), ==,
			"发言时长：Yang Ling 10 分钟、Maisara 3 分钟");
	json_decref(answers);
	json_decref(body);
	close_here();
}

static void nothing_is_known(void)
{
	open_here();
	json_t *answers, *body = draft("en", &answers);
	g_assert_cmpstr(minutes_text(body, "theme"), ==, "How are you going to go on?");
	g_assert_cmpuint(json_array_size(json_object_get(body, "parts")), ==, 0);
	g_assert_cmpuint(json_array_size(answers), ==, 0);
	json_decref(answers);
	json_decref(body);
	close_here();
}

/* Without an agenda; what is too long for the form is cut. */
static void one_part(void)
{
	open_here();
	sql("INSERT INTO recording (id, meeting, state, begin_at) VALUES (5, 1, 'ended', 0);"
	    "UPDATE meeting SET zone = '../x', venue = printf('%.*c', 400, 'x')");
	put("recordings/5/archive/archive.json",
	    "{\"speakers\":[{\"at\":0,\"until\":20,\"name\":\"Ana\"}]}");
	json_t *answers, *body = draft("en", &answers);
	const json_t *part = json_array_get(json_object_get(body, "parts"), 0);
	g_assert_cmpstr(minutes_text(part, "subject"), ==, "How are you going to go on?");
	g_assert_cmpstr(minutes_text(part, "contents"), ==, "Speaking time: Ana under 1 min");
	g_assert_cmpstr(minutes_text(json_object_get(body, "time"), "zone"), ==, "");
	g_assert_cmpuint(strlen(minutes_text(body, "venue")), ==, 300);
	json_decref(answers);
	json_decref(body);
	close_here();
}

/* A link in place of the file leads nowhere. */
static void links_are_not_followed(void)
{
	open_here();
	sql("INSERT INTO recording (id, meeting, state, begin_at) VALUES (5, 1, 'ended', 0)");
	put("elsewhere.json", "{\"speakers\":[{\"at\":0,\"until\":60,\"name\":\"Ana\"}]}");
	put("recordings/5/archive/x", "");
	g_autofree char *link =
		g_build_filename(here.folder, "recordings/5/archive/archive.json", NULL);
	g_assert_cmpint(symlink("../../../elsewhere.json", link), ==, 0);
	json_t *answers, *body = draft("en", &answers);
	g_assert_cmpuint(json_array_size(json_object_get(body, "parts")), ==, 0);
	json_decref(answers);
	json_decref(body);
	close_here();
}

static void rubbish_says_nothing(void)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"speakers\":{}}",
		"{\"speakers\":[{\"at\":5,\"until\":1,\"name\":\"A\"}]}",
		"{\"speakers\":[{\"at\":\"0\",\"until\":1e300,\"name\":7}]}",
		"{\"chapters\":[{\"at\":-1,\"number\":99999999999}],"
		"\"speakers\":[{\"at\":-9,\"until\":1e308,\"name\":\"A\"}]}"};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct minutes_speaking *speaking = minutes_speaking_new();
		minutes_speaking_add(speaking, texts[i], strlen(texts[i]));
		g_autofree char *words = minutes_speaking_words(speaking, 0, "en");
		g_assert_cmpstr(words, ==,
				i == G_N_ELEMENTS(texts) - 1 ? "Speaking time: A 9999 min" : "");
		minutes_speaking_free(speaking);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/minutes_draft/all_that_is_known", all_that_is_known);
	g_test_add_func("/minutes_draft/nothing_is_known", nothing_is_known);
	g_test_add_func("/minutes_draft/one_part", one_part);
	g_test_add_func("/minutes_draft/links_are_not_followed", links_are_not_followed);
	g_test_add_func("/minutes_draft/rubbish_says_nothing", rubbish_says_nothing);
	return g_test_run();
}
