/* Who spoke when, and who interpreted: from the index, on the archive's time line. Leaf. */
#pragma once

#include "recordings/archive_index.h"

struct archive_turn {
	int64_t at, until;
	const char *id; /* within the index */
};

/* struct archive_turn, by their begin; one for each person who speaks at a time. */
GArray *archive_speakers(const struct archive_index *index, const struct archive_time *time);
/* Of those on air in a channel. */
GArray *archive_interpreters(const struct archive_index *index, const struct archive_time *time,
			     const char *channel);
/* The tags of all channels that the index names, char *, each once; free with g_ptr_array_unref. */
GPtrArray *archive_channels(const struct archive_index *index);
