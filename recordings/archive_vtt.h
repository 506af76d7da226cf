/* WebVTT (W3C), for texts that people wrote. Leaf. */
#pragma once

#include <glib.h>
#include <stdint.h>

/* "WEBVTT" and what follows it. */
void archive_vtt_begin(GString *out);
/*
 * A cue; nothing if it has no length. Of the texts (NULL: not there) who becomes a voice span;
 * what has a meaning in WebVTT is escaped, what is no text left out, and lines are joined.
 */
void archive_vtt_cue(GString *out, int64_t from_ms, int64_t to_ms, const char *who,
		     const char *text);
