/*
 * How much memory a child may have that puts a whole meeting into files: ffmpeg keeps a line for
 * each packet of an MP4 until the end, so it is more than the job itself may have when a meeting is
 * long, or has many languages. Bytes; numbers and texts in, numbers out, but for the last.
 */
#pragma once

#include <stdint.h>

/* Data that it takes at most to read and write so many tracks. */
uint64_t archive_memory_needed(int64_t duration_ms, unsigned tracks);
/*
 * Half of what the machine could give, so that a meeting that runs has the rest. meminfo: as in
 * /proc/meminfo; group: as in a control group's memory.max; either NULL: not known.
 */
uint64_t archive_memory_spare(const char *meminfo, const char *group);
/* What such a child gets here and now. */
uint64_t archive_memory_given(int64_t duration_ms, unsigned tracks);
