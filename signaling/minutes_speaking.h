/* Who spoke how long in which part of the agenda, from the archives of a meeting's recordings. Main
 * thread. */
#pragma once

#include "signaling/store.h"
#include <stddef.h>

struct minutes_speaking;
/* All of them that are there: DATA/recordings/ID/archive/archive.json. One that can't be read is
 * left out, with a warning. */
bool minutes_speaking_read(struct store *store, gint64 meeting, const char *data,
			   struct minutes_speaking **ret, GError **error);
void minutes_speaking_free(struct minutes_speaking *speaking);
/* Adds what one archive.json says; text that isn't one changes nothing and is false. */
bool minutes_speaking_add(struct minutes_speaking *speaking, const char *text, size_t length);
struct minutes_speaking *minutes_speaking_new(void);
/* "Speaking time: Ana 12 min, Li 3 min"; who spoke longest first; part 0: the whole meeting. "" if
 * nobody did. Free it. */
char *minutes_speaking_words(const struct minutes_speaking *speaking, unsigned part,
			     const char *language);
