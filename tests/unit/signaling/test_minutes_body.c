#include "tests/unit/signaling/minutes_body.h"
#include <string.h>

static void whole_body_is_kept(void)
{
	json_t *raw = json_loads(whole_body, 0, NULL), *body = body_from(whole_body);
	g_assert_true(json_equal(raw, body));
	json_decref(raw);
	json_decref(body);
}

static void expect(json_t *raw, const char *message)
{
	g_autoptr(GError) error = NULL;
	json_t *body = minutes_body_check(raw, &error);
	g_assert_null(body);
	g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
	g_assert_cmpstr(error->message, ==, message);
	json_decref(raw);
}

static json_t *text_of_length(size_t length)
{
	char *text = g_strnfill(length, 'x');
	json_t *value = json_string(text);
	g_free(text);
	return value;
}

static json_t *array_of(size_t n)
{
	json_t *array = json_array();
	while (n-- > 0)
		json_array_append_new(array, json_string("x"));
	return array;
}

static void lies_are_named(void)
{
	expect(json_array(), "body: is no object");
	expect(json_object(), "theme: is missing");
	expect(body_with("theme", json_integer(1)), "theme: is no text");
	expect(body_with("theme", text_of_length(301)),
	       "theme: 301 characters, at most 300 are allowed");
	expect(body_with("html", json_string("x")),
	       "body: has a field \"html\", which isn't in the form");
	expect(body_with("parts.0.html", json_string("x")),
	       "parts[0]: has a field \"html\", which isn't in the form");
	expect(body_with("parts.0", json_string("x")), "parts[0]: is no object");
	expect(body_with("parts.0.subject", json_null()), "parts[0].subject: is no text");
	expect(body_with("parts.0.contents", text_of_length(50001)),
	       "parts[0].contents: 50001 characters, at most 50000 are allowed");
	expect(body_with("parts", json_object()), "parts: is no array");
	expect(body_with("parts", array_of(101)), "parts: 101 entries, at most 100 are allowed");
	expect(body_with("participants", array_of(2001)),
	       "participants: 2001 entries, at most 2000 are allowed");
	expect(body_with("recorders.1", json_integer(1)), "recorders[1]: is no text");
	expect(body_with("time", json_null()), "time: is no object");
	expect(body_with("time.starts", json_real(1.5)), "time.starts: is no whole number");
	expect(body_with("time.starts", json_integer(-1)),
	       "time.starts: is not from 0 to 253402300799");
	expect(body_with("time.minutes", json_integer(10081)),
	       "time.minutes: is not from 0 to 10080");
}

static void codes_are_checked(void)
{
	static const char *const zones[] = {
		"/etc/passwd",	"../../etc/passwd", "Asia/../Asia/Tokyo",	"Asia//Tokyo",
		"Asia/Nowhere", "posix/../UTC",	    "\xe4\xba\x9a\xe6\xb4\xb2", "Europe",
		" UTC"};
	for (size_t i = 0; i < G_N_ELEMENTS(zones); i++)
		expect(body_with("time.zone", json_string(zones[i])),
		       "time.zone: is no time zone like Asia/Shanghai (IANA)");
	expect(body_with("time.places.1.zone", json_string("x")),
	       "time.places[1].zone: is no time zone like Asia/Shanghai (IANA)");
	expect(body_with("time.places.0.country", json_string("cn")),
	       "time.places[0].country: is no country's code of two capitals (ISO 3166-1)");
	expect(body_with("participants.0.country", json_string("China")),
	       "participants[0].country: is no country's code of two capitals (ISO 3166-1)");
	expect(body_with("attachments.0", json_integer(0)),
	       "attachments[0]: is not from 1 to 9223372036854775807");
	expect(body_with("attachments.1", json_integer(2)), "attachments[1]: is there twice");
	json_t *body = body_with("time.zone", json_string(""));
	json_t *kept = minutes_body_check(body, NULL);
	g_assert_nonnull(kept);
	json_decref(kept);
	json_decref(body);
}

static void texts_are_cleaned(void)
{
	json_t *raw =
		body_with("parts.0.subject", json_string(" a\u202egnp.exe\a\nb \u2066\U0001f600 "));
	json_t *body = minutes_body_check(raw, NULL);
	json_t *part = json_array_get(json_object_get(body, "parts"), 0);
	g_assert_cmpstr(minutes_text(part, "subject"), ==, "agnp.exe b \U0001f600");
	/* Line breaks stay where paragraphs are. */
	g_assert_cmpstr(minutes_text(part, "contents"), ==, "First.\nSecond.\n\n- one\n- two");
	json_decref(body);
	json_decref(raw);
}

static void bytes_that_are_no_body(void)
{
	static const char *const texts[] = {"",
					    "{",
					    "[]",
					    "{\"theme\":\"\\u0000\"}",
					    "{\"theme\":\"\xff\"}",
					    "{\"theme\":\"a\",\"theme\":\"b\"}",
					    "null"};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_assert_null(minutes_body_parse(texts[i], strlen(texts[i]), &error));
		g_assert_error(error, SIGNALING_ERROR, SIGNALING_ERROR_MALFORMED);
	}
	/* Every beginning of a good one. */
	for (size_t length = 0; length < sizeof whole_body - 1; length++)
		g_assert_null(minutes_body_parse(whole_body, length, NULL));
	char *large = g_strnfill(MINUTES_BODY_BYTES + 1, ' ');
	g_assert_null(minutes_body_parse(large, MINUTES_BODY_BYTES + 1, NULL));
	g_free(large);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/minutes_body/whole_body_is_kept", whole_body_is_kept);
	g_test_add_func("/minutes_body/lies_are_named", lies_are_named);
	g_test_add_func("/minutes_body/codes_are_checked", codes_are_checked);
	g_test_add_func("/minutes_body/texts_are_cleaned", texts_are_cleaned);
	g_test_add_func("/minutes_body/bytes_that_are_no_body", bytes_that_are_no_body);
	return g_test_run();
}
