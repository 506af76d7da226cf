/*
 * Minutes: what an editor sends, and what is written from it, in the language that the first letter
 * chooses; and the input as an archive.json. What came through the check once comes through it
 * unchanged, and no letter of a body begins an element of the page.
 */
#include "signaling/minutes_document.h"
#include "signaling/minutes_speaking.h"
#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void write_all(const char *language, json_t *body)
{
	json_t *sheet = json_pack("{s:s, s:s, s:i, s:b, s:I, s:[{s:i, s:s}], s:O}", "language",
				  language, "link", "https://meet.example.org/archive/demo",
				  "version", 3, "published", 1, "at", (json_int_t)1590800000000,
				  "attachments", "id", 1, "name", "slides.pdf", "body", body);
	g_autofree char *markdown = minutes_markdown(sheet), *page = minutes_html(sheet),
			*plain = minutes_plain(sheet);
	expect(g_utf8_validate(markdown, -1, NULL) && g_utf8_validate(page, -1, NULL) &&
	       g_utf8_validate(plain, -1, NULL));
	for (const char *p = strstr(page, "<main>"); (p = strchr(p, '<')) != NULL; p++) {
		static const char *const names[] = {
			"main",	 "h1", "h2", "h3", "p ", "p>", "ul",   "li",   "table", "thead",
			"tbody", "tr", "th", "td", "b>", "a ", "body", "html", "a>"};
		const char *name = p[1] == '/' ? p + 2 : p + 1;
		bool ours = false;
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			ours = ours || g_str_has_prefix(name, names[i]);
		expect(ours);
	}
	json_decref(sheet);
}

static void check(const char *language, const char *text, size_t size)
{
	g_autoptr(GError) error = NULL;
	json_t *body = minutes_body_parse(text, size, &error);
	if (body == NULL) {
		expect(error != NULL && g_utf8_validate(error->message, -1, NULL));
		return;
	}
	json_t *again = minutes_body_check(body, NULL);
	expect(again != NULL && json_equal(again, body));
	json_decref(again);
	write_all(language, body);
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const languages[] = {"en", "zh-Hans", "ar", "fr"};
	if (size == 0)
		return 0;
	const char *language = languages[data[0] % G_N_ELEMENTS(languages)];
	const char *text = (const char *)data + 1;
	check(language, text, size - 1);
	struct minutes_speaking *speaking = minutes_speaking_new();
	minutes_speaking_add(speaking, text, size - 1);
	for (unsigned part = 0; part < 3; part++) {
		g_autofree char *words = minutes_speaking_words(speaking, part, language);
		expect(g_utf8_validate(words, -1, NULL));
	}
	minutes_speaking_free(speaking);
	return 0;
}
