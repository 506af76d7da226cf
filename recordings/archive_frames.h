/*
 * A recorded picture as frames of one size on the archive's time line: VP8 decoded, and fitted into
 * the size, with dark edges where it has another shape. What can't be decoded is left out: the
 * picture before it stays. One thread.
 */
#pragma once

#include "recordings/archive_files.h"

#define ARCHIVE_WIDTH	   1280
#define ARCHIVE_HEIGHT	   720
#define ARCHIVE_I420	   (ARCHIVE_WIDTH * ARCHIVE_HEIGHT * 3 / 2) /* bytes */
#define ARCHIVE_DARK_Y	   24					    /* the plain dark frame */
#define ARCHIVE_PIXELS_MAX (40u << 20) /* of a picture that is decoded */

struct archive_frames;

/* From there on; directory, source and time are kept by the caller. */
struct archive_frames *archive_frames_new(int directory, const struct archive_source *source,
					  const struct archive_time *time, int64_t from_ms);
void archive_frames_free(struct archive_frames *frames); /* NULL is allowed */
/*
 * The picture at that time of the archive, which must not go back: I420, valid until the next call;
 * NULL: there was none yet. *ret_serial: another number, another picture.
 */
const uint8_t *archive_frames_at(struct archive_frames *frames, int64_t at_ms,
				 unsigned *ret_serial);
void archive_frames_dark(uint8_t out[static ARCHIVE_I420]);
