/*
 * The archive's time line: what was recorded, end to end. Pauses, and the time that the server was
 * away for, are left out. Milliseconds, all; "t" is the recording's own time line, which goes on
 * meanwhile. Numbers in, numbers out.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A restart after less is no gap: what was said goes on behind it. */
#define ARCHIVE_TIME_GAP_MS 2000

/* So much longer than all others, and than the index, no single file is believed to be. */
#define ARCHIVE_TIME_ALONE_MS 3600000

enum archive_mark_kind {
	ARCHIVE_MARK_BEGIN,
	ARCHIVE_MARK_PAUSED,
	ARCHIVE_MARK_RECORDING,
	ARCHIVE_MARK_RESTART, /* the server was away before this */
	ARCHIVE_MARK_ENDED,
};

/* What the index says about it, in its order. */
struct archive_mark {
	enum archive_mark_kind kind;
	int64_t t;
	int64_t before; /* t of the index's line before this one */
};

struct archive_span {
	int64_t from, to;
};

/* Kept: t from .. to is at .. at + (to - from) of the archive. */
struct archive_piece {
	int64_t from, to, at;
	bool restart; /* before it; else a pause, or the begin */
};

struct archive_time {
	GArray *pieces; /* struct archive_piece */
	int64_t duration;
};

/*
 * recorded: when each file has something, in any order: where it ends before a restart the gap
 * begins, and so does the end of an index that nobody came to finish. last: t of the index's last
 * line.
 */
void archive_time_init(struct archive_time *time, const struct archive_mark *marks, size_t n_marks,
		       const struct archive_span *recorded, size_t n_recorded, int64_t last);
void archive_time_clear(struct archive_time *time);

/* The piece that t is in; NULL: it was cut out. */
const struct archive_piece *archive_time_piece(const struct archive_time *time, int64_t t);
/* On the archive's time line; what was cut out is where its neighbours are joined. */
int64_t archive_time_at(const struct archive_time *time, int64_t t);
/* And back; a join is the begin of what follows. */
int64_t archive_time_back(const struct archive_time *time, int64_t at);
