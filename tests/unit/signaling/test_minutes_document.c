#include "signaling/minutes_document.h"
#include "signaling/minutes_time.h"
#include "signaling/minutes_words.h"
#include "tests/unit/signaling/minutes_body.h"
#include <string.h>

static char *write_with(char *(*write)(const json_t *), const char *language, json_t *body)
{
	json_t *sheet = sheet_with(language, body);
	char *text = write(sheet);
	json_decref(sheet);
	g_assert_true(g_utf8_validate(text, -1, NULL));
	return text;
}

static void markdown_has_the_form(void)
{
	g_autofree char *text = write_with(minutes_markdown, "en", body_from(whole_body));
	g_assert_cmpstr(
		text, ==,
		"# 你打算如何走下去？\n\n"
		"Minutes · Published: Sat 30 May 2020, 08:53 (UTC+08:00) · Version 3\n\n"
		"**Time:** Fri 29 May 2020, 10:00 – 12:00 (UTC+08:00) · Asia/Shanghai\n\n"
		"| Country or region | Local time | Time zone |\n| --- | --- | --- |\n"
		"| China | Fri 29 May 2020, 10:00 – 12:00 (UTC+08:00) | Asia/Shanghai |\n"
		"| United States | Thu 28 May 2020, 22:00 – Fri 29 May 2020, 00:00 (UTC-04:00) | "
		"America/New\\_York |\n\n"
		"**Venue:** Online\n\n"
		"## Sharing\n\n### 1\\. Hello, neighbor\n\n**Sharer:** Yang Ling\n\n"
		"First.\\\nSecond.\n\n- one\n- two\n\n"
		"## Questions and answers\n\n**Question (Ana):** Why?\n\n**Answer (Li):** "
		"Because.\n\n"
		"## Participants\n\n| Name | Organisation | Country or region |\n"
		"| --- | --- | --- |\n| Maisara | Union | Türkiye |\n\n"
		"## Recorders\n\nAna, Li\n\n## Attachments\n\n- slides.pdf\n\n"
		"**Recording, attachments and other languages:** "
		"<https://meet.example.org/archive/demo>\n");
}

static void words_are_the_language_s(void)
{
	g_autofree char *text = write_with(minutes_markdown, "zh-Hans", body_from(whole_body));
	g_assert_nonnull(strstr(text, "**时间：** 2020年5月29日（星期五）10:00 – 12:00"));
	g_assert_nonnull(strstr(text, "| 中国 |"));
	g_assert_nonnull(strstr(text, "**提问（Ana）：** Why?"));
	g_autofree char *other = write_with(minutes_markdown, "fr", body_from(whole_body));
	g_assert_nonnull(strstr(other, "## Participants"));
	g_autofree char *page = write_with(minutes_html, "ar", body_from(whole_body));
	g_assert_nonnull(strstr(page, "<html lang=\"ar\" dir=\"rtl\">"));
}

static void page_escapes_everything(void)
{
	static const char bad[] = "<script>alert(1)</script>\"'&<img src=x onerror=y>";
	static const char *const paths[] = {"theme",
					    "venue",
					    "parts.0.sharer",
					    "parts.0.subject",
					    "parts.0.contents",
					    "questions.0.question",
					    "questions.0.by",
					    "questions.0.answer",
					    "questions.0.answeredBy",
					    "participants.0.name",
					    "participants.0.organisation",
					    "recorders.0"};
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *text =
			write_with(minutes_html, "en", body_with(paths[i], json_string(bad)));
		g_assert_null(strstr(text, "<script"));
		g_assert_null(strstr(text, "<img"));
		g_assert_nonnull(
			strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&apos;&amp;"));
	}
	json_t *sheet = sheet_with("en", body_from(whole_body));
	json_array_set_new(json_object_get(sheet, "attachments"), 0,
			   json_pack("{s:i, s:s}", "id", 1, "name", bad));
	g_autofree char *text = minutes_html(sheet);
	g_assert_null(strstr(text, "<script"));
	json_decref(sheet);
}

static void page_allows_its_style_alone(void)
{
	g_autofree char *policy = minutes_html_policy();
	g_assert_true(g_str_has_prefix(policy, "default-src 'none'; style-src 'sha256-"));
	g_assert_null(strstr(policy, "unsafe"));
	/* The hash is of what is between the tags. */
	g_autofree char *page = write_with(minutes_html, "en", body_from(whole_body));
	const char *begin = strstr(page, "<style>") + 7, *end = strstr(page, "</style>");
	guint8 digest[32];
	gsize size = sizeof digest;
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(checksum, (const guchar *)begin, end - begin);
	g_checksum_get_digest(checksum, digest, &size);
	g_checksum_free(checksum);
	g_autofree char *hash = g_base64_encode(digest, size);
	g_assert_nonnull(strstr(policy, hash));
}

static void expect_markdown(const char *contents, const char *expected)
{
	g_autofree char *text = write_with(minutes_markdown, "en",
					   body_with("parts.0.contents", json_string(contents)));
	if (strstr(text, expected) == NULL)
		g_error("\"%s\" isn't in:\n%s", expected, text);
}

static void markdown_tricks_are_letters(void)
{
	expect_markdown("# not a heading", "\n\n\\# not a heading\n");
	expect_markdown("text\n===", "\n\ntext\\\n\\===\n");
	expect_markdown("text\n---", "\n\ntext\\\n\\---\n");
	expect_markdown("1. one", "\n\n1\\. one\n");
	expect_markdown("12) one", "\n\n12\\) one\n");
	expect_markdown("in 2020. Then", "\n\nin 2020. Then\n");
	expect_markdown("+ plus", "\n\n\\+ plus\n");
	expect_markdown("* star", "\n\n\\* star\n");
	expect_markdown("> quote", "\n\n\\> quote\n");
	expect_markdown("    code", "\n\ncode\n");
	expect_markdown("```\ncode", "\n\n\\`\\`\\`\\\ncode\n");
	expect_markdown("~~~", "\n\n\\~\\~\\~\n");
	expect_markdown("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>");
	expect_markdown("[a](javascript:b) ![x](y)", "\\[a\\](javascript:b) \\!\\[x\\](y)");
	expect_markdown("[a]: http://b", "\\[a\\]: http://b");
	expect_markdown("a | b\n--- | ---", "a \\| b\\\n\\--- \\| ---");
	expect_markdown("&lt; **b** _i_ \\ $x$", "\\&lt; \\*\\*b\\*\\* \\_i\\_ \\\\ \\$x\\$");
	expect_markdown("- - item", "\n\n- \\- item\n");
	expect_markdown("- # item", "\n\n- \\# item\n");
	expect_markdown("\U0001f600 😀 𠮷", "\U0001f600 😀 𠮷");
	g_autofree char *cell = write_with(minutes_markdown, "en",
					   body_with("participants.0.name", json_string("a|b\\")));
	g_assert_nonnull(strstr(cell, "| a\\|b\\\\ | Union |"));
}

static void deleted_attachments_are_left_out(void)
{
	json_t *body = body_with("attachments", json_pack("[i]", 7));
	g_autofree char *text = write_with(minutes_markdown, "en", body);
	g_assert_null(strstr(text, "Attachments"));
}

static void times_are_local(void)
{
	g_autofree char *summer = minutes_when("en", 1590717600, 0, "Europe/Berlin");
	g_assert_cmpstr(summer, ==, "Fri 29 May 2020, 04:00 (UTC+02:00)");
	g_autofree char *nepal = minutes_when("zh", 1590717600, 30, "Asia/Kathmandu");
	g_assert_cmpstr(nepal, ==, "2020年5月29日（星期五）07:45 – 08:15 (UTC+05:45)");
	g_autofree char *utc = minutes_when("en", 0, 0, "");
	g_assert_cmpstr(utc, ==, "Thu 1 January 1970, 00:00 (UTC+00:00)");
	g_autofree char *last = minutes_when("en", 253402300799, 60, "");
	g_assert_cmpstr(last, ==, "");
}

static void countries_have_zones(void)
{
	static const char *const known[][2] = {
		{"CN", "Asia/Shanghai"}, {"TR", "Europe/Istanbul"},  {"US", "America/New_York"},
		{"RU", "Europe/Moscow"}, {"NL", "Europe/Amsterdam"}, {"AU", "Australia/Sydney"}};
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		g_autofree char *zone = minutes_country_zone(known[i][0]);
		g_assert_cmpstr(zone, ==, known[i][1]);
	}
	g_assert_null(minutes_country_zone("XX"));
	g_assert_null(minutes_country_zone(""));
	g_assert_cmpstr(minutes_country_name("en", "XX"), ==, "XX");
	g_assert_cmpstr(minutes_country_name("zh", "ZW"), ==, "津巴布韦");
}

static void plain_words_are_for_search(void)
{
	g_autofree char *text = write_with(minutes_plain, "en", body_from(whole_body));
	g_assert_nonnull(strstr(text, "Question (Ana): Why?\n"));
	g_assert_nonnull(strstr(text, "Maisara Union Türkiye"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/minutes_document/markdown_has_the_form", markdown_has_the_form);
	g_test_add_func("/minutes_document/words_are_the_language_s", words_are_the_language_s);
	g_test_add_func("/minutes_document/page_escapes_everything", page_escapes_everything);
	g_test_add_func("/minutes_document/page_allows_its_style_alone",
			page_allows_its_style_alone);
	g_test_add_func("/minutes_document/markdown_tricks_are_letters",
			markdown_tricks_are_letters);
	g_test_add_func("/minutes_document/deleted_attachments_are_left_out",
			deleted_attachments_are_left_out);
	g_test_add_func("/minutes_document/times_are_local", times_are_local);
	g_test_add_func("/minutes_document/countries_have_zones", countries_have_zones);
	g_test_add_func("/minutes_document/plain_words_are_for_search", plain_words_are_for_search);
	return g_test_run();
}
