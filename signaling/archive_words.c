#include "signaling/archive_words.h"

#include <string.h>

#define WORDS  8
#define BEFORE 40  /* characters of an excerpt before its first word */
#define AROUND 110 /* of all of it */

/* A text as code points, in lower case one by one: so a place in the one is the same in the other.
 */
struct folded {
	gunichar *characters;
	glong length;
};

struct archive_words {
	struct folded word[WORDS];
	char *text[WORDS];
	unsigned n;
};

static struct folded fold(const char *text)
{
	struct folded folded;
	folded.characters = g_utf8_to_ucs4_fast(text, -1, &folded.length);
	for (glong i = 0; i < folded.length; i++)
		folded.characters[i] = g_unichar_tolower(folded.characters[i]);
	return folded;
}

static bool is_at(const struct folded *text, glong place, const struct folded *word)
{
	return place + word->length <= text->length &&
	       memcmp(text->characters + place, word->characters,
		      (size_t)word->length * sizeof(gunichar)) == 0;
}

/* -1: nowhere */
static glong find(const struct folded *text, const struct folded *word)
{
	for (glong i = 0; i + word->length <= text->length; i++)
		if (is_at(text, i, word))
			return i;
	return -1;
}

struct archive_words *archive_words_new(const char *text)
{
	struct archive_words *words = g_new0(struct archive_words, 1);
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	for (const char *p = valid; *p != '\0' && words->n < WORDS;) {
		while (*p != '\0' && g_unichar_isspace(g_utf8_get_char(p)))
			p = g_utf8_next_char(p);
		const char *begin = p;
		while (*p != '\0' && !g_unichar_isspace(g_utf8_get_char(p)))
			p = g_utf8_next_char(p);
		if (p == begin)
			break;
		words->text[words->n] = g_strndup(begin, (gsize)(p - begin));
		words->word[words->n] = fold(words->text[words->n]);
		words->n++;
	}
	if (words->n > 0)
		return words;
	archive_words_free(words);
	return NULL;
}

void archive_words_free(struct archive_words *words)
{
	if (words == NULL)
		return;
	for (unsigned i = 0; i < words->n; i++) {
		g_free(words->text[i]);
		g_free(words->word[i].characters);
	}
	g_free(words);
}

bool archive_words_in(const struct archive_words *words, const char *text)
{
	struct folded folded = fold(text);
	bool all = true;
	for (unsigned i = 0; i < words->n && all; i++)
		all = find(&folded, &words->word[i]) >= 0;
	g_free(folded.characters);
	return all;
}

/* A string of FTS5: in quotes, and a quote in it twice. Strings beside each other must all be
 * there. */
char *archive_words_query(const struct archive_words *words)
{
	GString *query = g_string_new(NULL);
	for (unsigned i = 0; i < words->n; i++) {
		if (words->word[i].length < 3)
			continue;
		g_string_append(query, query->len > 0 ? " \"" : "\"");
		for (const char *p = words->text[i]; *p != '\0'; p++) {
			if (*p == '"')
				g_string_append_c(query, '"');
			g_string_append_c(query, *p);
		}
		g_string_append_c(query, '"');
	}
	bool none = query->len == 0;
	char *text = g_string_free(query, none);
	return none ? NULL : text;
}

/* How long the longest word is that begins here; 0: none does. */
static glong word_at(const struct archive_words *words, const struct folded *text, glong place)
{
	glong longest = 0;
	for (unsigned i = 0; i < words->n; i++)
		if (words->word[i].length > longest && is_at(text, place, &words->word[i]))
			longest = words->word[i].length;
	return longest;
}

static void append_plain(GString *out, gunichar c)
{
	if (g_unichar_isspace(c) || g_unichar_iscntrl(c))
		c = ' ';
	if ((c == '<' || c == '>' || c == ' ') && out->len > 0 && out->str[out->len - 1] == (char)c)
		return;
	g_string_append_unichar(out, c);
}

char *archive_words_excerpt(const struct archive_words *words, const char *text)
{
	struct folded folded = fold(text);
	glong length, first = folded.length;
	g_autofree gunichar *characters = g_utf8_to_ucs4_fast(text, -1, &length);
	for (unsigned i = 0; i < words->n; i++) {
		glong place = find(&folded, &words->word[i]);
		first = place >= 0 ? MIN(first, place) : first;
	}
	glong begin = first < folded.length ? MAX(first - BEFORE, 0) : 0;
	glong end = MIN(begin + AROUND, length);
	GString *out = g_string_new(begin > 0 ? "…" : NULL);
	for (glong i = begin; i < end;) {
		glong n = MIN(word_at(words, &folded, i), end - i);
		if (n > 0)
			g_string_append(out, "<<");
		for (glong k = 0; k < MAX(n, 1); k++)
			append_plain(out, characters[i + k]);
		if (n > 0)
			g_string_append(out, ">>");
		i += MAX(n, 1);
	}
	if (end < length)
		g_string_append(out, "…");
	g_free(folded.characters);
	return g_string_free(out, FALSE);
}
