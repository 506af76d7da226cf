/*
 * One recorded sound (a voice seat, screen sound, a channel) as samples on the archive's time line:
 * mono, 48 kHz, silence where there is none. Its files are read one after another, in bounded
 * memory. One thread.
 */
#pragma once

#include "recordings/archive_time.h"
#include <stddef.h>

/*
 * What a sound encoded by libopus comes later by, out of its decoder (RFC 7845, section 4.2): every
 * browser's does. It is taken off, so that sound and picture keep together.
 */
#define ARCHIVE_SOUND_LATE 312 /* samples: 6.5 ms */

struct archive_sound;

struct archive_sound_config {
	int directory; /* the recording's; kept by the caller, as the next */
	const struct archive_time *time;
	const char *const *files;	   /* in order; NULL ends them */
	const struct archive_span *silent; /* on t: what must not be heard */
	size_t n_silent;
};

struct archive_sound *archive_sound_new(const struct archive_sound_config *config);
void archive_sound_free(struct archive_sound *sound); /* NULL is allowed */
/* The next n samples, from 0 of the archive on; without an end. */
void archive_sound_read(struct archive_sound *sound, float *samples, size_t n);
