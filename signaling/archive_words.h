/*
 * What somebody searches for: words, which must all be in a text, in any case and any place of it
 * (there are languages without spaces). Leaf: strings in, strings out.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct archive_words;
/* NULL if there is no word in it. Words beyond the 8th are left out. */
struct archive_words *archive_words_new(const char *text);
void archive_words_free(struct archive_words *words); /* NULL is allowed */
bool archive_words_in(const struct archive_words *words, const char *text);
/*
 * For FTS5's trigram table: each word of three characters or more, quoted, so that nothing of it is
 * syntax. NULL if none is that long: then each text has to be looked at. Free it.
 */
char *archive_words_query(const struct archive_words *words);
/* Some 100 characters of the text around the first word, words marked as <<word>>, on one line.
 * What the text itself has of << and >> is halved, so that nothing but words is marked. Free it. */
char *archive_words_excerpt(const struct archive_words *words, const char *text);
