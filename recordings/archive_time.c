#include "recordings/archive_time.h"

/* The last thing that was recorded before t. */
static int64_t heard_before(const struct archive_span *recorded, size_t n, int64_t t)
{
	int64_t heard = INT64_MIN;
	for (size_t i = 0; i < n; i++)
		if (recorded[i].from < t)
			heard = MAX(heard, MIN(recorded[i].to, t));
	return heard;
}

/* The last thing that was recorded, and that there is reason to believe: a file that alone goes on
 * for long after all others has a broken time in it. */
static int64_t heard_last(const struct archive_span *recorded, size_t n)
{
	int64_t last = INT64_MIN, second = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		second = MAX(second, MIN(last, recorded[i].to));
		last = MAX(last, recorded[i].to);
	}
	return n > 1 && last - ARCHIVE_TIME_ALONE_MS > second ? second : last;
}

static void add_piece(struct archive_time *time, int64_t from, int64_t to, bool restart)
{
	struct archive_piece piece = {from, to, time->duration, restart};
	if (to <= from)
		return;
	g_array_append_val(time->pieces, piece);
	time->duration += to - from;
}

void archive_time_init(struct archive_time *time, const struct archive_mark *marks, size_t n_marks,
		       const struct archive_span *recorded, size_t n_recorded, int64_t last)
{
	/* An index whose begin is lost tells less; the files are there all the same. */
	bool on = n_marks == 0 || marks[0].kind != ARCHIVE_MARK_BEGIN, restart = false;
	int64_t from = 0;
	*time = (struct archive_time){
		.pieces = g_array_new(FALSE, FALSE, sizeof(struct archive_piece))};
	for (size_t i = 0; i < n_marks; i++) {
		const struct archive_mark *mark = &marks[i];
		int64_t to = mark->t;
		bool begins =
			mark->kind == ARCHIVE_MARK_BEGIN || mark->kind == ARCHIVE_MARK_RECORDING;
		if (begins && !on) {
			from = mark->t;
			restart = false;
			on = true;
		}
		if (begins || !on)
			continue;
		if (mark->kind == ARCHIVE_MARK_RESTART) {
			to = MAX(heard_before(recorded, n_recorded, mark->t), mark->before);
			if (mark->t - to <= ARCHIVE_TIME_GAP_MS)
				continue;
		}
		add_piece(time, from, to, restart);
		on = restart = mark->kind == ARCHIVE_MARK_RESTART;
		from = mark->t;
	}
	if (on)
		add_piece(time, from, MAX(heard_last(recorded, n_recorded), last), restart);
}

void archive_time_clear(struct archive_time *time)
{
	g_clear_pointer(&time->pieces, g_array_unref);
}

const struct archive_piece *archive_time_piece(const struct archive_time *time, int64_t t)
{
	for (guint i = 0; i < time->pieces->len; i++) {
		const struct archive_piece *p =
			&g_array_index(time->pieces, struct archive_piece, i);
		if (t >= p->from && t < p->to)
			return p;
	}
	return NULL;
}

int64_t archive_time_at(const struct archive_time *time, int64_t t)
{
	for (guint i = 0; i < time->pieces->len; i++) {
		const struct archive_piece *p =
			&g_array_index(time->pieces, struct archive_piece, i);
		if (t < p->to)
			return p->at + MAX(t - p->from, 0);
	}
	return time->duration;
}

int64_t archive_time_back(const struct archive_time *time, int64_t at)
{
	for (guint i = time->pieces->len; i > 0; i--) {
		const struct archive_piece *p =
			&g_array_index(time->pieces, struct archive_piece, i - 1);
		if (at >= p->at || i == 1)
			return CLAMP(p->from + (at - p->at), p->from, p->to);
	}
	return 0;
}
