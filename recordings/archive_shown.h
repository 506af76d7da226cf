/*
 * When a picture is really there: from the times of its frames and what the index says. Otherwise
 * the video shows a plain dark frame. All on the archive's time line, in ms. Numbers in, numbers
 * out.
 */
#pragma once

#include "recordings/archive_time.h"

/* A camera sends ten frames a second or more; without any for so long there is none. */
#define ARCHIVE_SHOWN_CAMERA_MS 3000
/* A screen that rests sends hardly any; the recorder asks for one each 10 s. */
#define ARCHIVE_SHOWN_SCREEN_MS 15000
/* What was there before another holds the stage, or the screen is no longer shared. */
#define ARCHIVE_SHOWN_OLD_MS 1000

struct archive_change {
	int64_t at;
	bool there; /* somebody holds it from now on */
};

/*
 * frames: their times, never going back. screen: its last frame stays as long as the changes say
 * that it is shared. Returns struct archive_span; free with g_array_unref.
 */
GArray *archive_shown(const int64_t *frames, size_t n_frames, const struct archive_change *changes,
		      size_t n_changes, bool screen, int64_t duration);
/* What of them lies in from .. to is taken out. */
void archive_shown_hide(GArray *spans, int64_t from, int64_t to);
/* Whether `at` is in one; *hint, 0 at first, makes a look at one after another quick. */
bool archive_shown_at(const GArray *spans, int64_t at, guint *hint);
