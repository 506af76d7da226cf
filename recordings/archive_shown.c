#include "recordings/archive_shown.h"

/* next: the first change after the frame. */
static int64_t camera_until(int64_t at, const struct archive_change *changes, size_t n, size_t next)
{
	int64_t until = at + ARCHIVE_SHOWN_CAMERA_MS;
	return next < n ? MIN(until, changes[next].at + ARCHIVE_SHOWN_OLD_MS) : until;
}

static int64_t screen_until(int64_t at, const struct archive_change *changes, size_t n, size_t next)
{
	bool told = next > 0;
	bool there = told && changes[next - 1].there;
	/* The first frame may come before the index says so. */
	if (!there && next < n && changes[next].there &&
	    changes[next].at - at <= ARCHIVE_SHOWN_OLD_MS) {
		there = true;
		next++;
	}
	int64_t until = there  ? INT64_MAX
			: told ? at + ARCHIVE_SHOWN_OLD_MS
			       : at + ARCHIVE_SHOWN_SCREEN_MS;
	for (; next < n; next++)
		if (!changes[next].there)
			return MIN(until, changes[next].at);
	return until;
}

static void add(GArray *spans, int64_t from, int64_t to)
{
	struct archive_span span = {from, to};
	struct archive_span *last =
		spans->len ? &g_array_index(spans, struct archive_span, spans->len - 1) : NULL;
	if (to <= from)
		return;
	if (last && last->to >= from)
		last->to = MAX(last->to, to);
	else
		g_array_append_val(spans, span);
}

GArray *archive_shown(const int64_t *frames, size_t n_frames, const struct archive_change *changes,
		      size_t n_changes, bool screen, int64_t duration)
{
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(struct archive_span));
	size_t next = 0;
	for (size_t i = 0; i < n_frames; i++) {
		while (next < n_changes && changes[next].at <= frames[i])
			next++;
		int64_t until = screen ? screen_until(frames[i], changes, n_changes, next)
				       : camera_until(frames[i], changes, n_changes, next);
		/* What comes next is as long as it says itself. */
		if (i + 1 < n_frames)
			until = MIN(until, frames[i + 1]);
		add(spans, frames[i], MIN(until, duration));
	}
	return spans;
}

void archive_shown_hide(GArray *spans, int64_t from, int64_t to)
{
	g_autoptr(GArray) before = g_array_copy(spans);
	if (to <= from)
		return;
	g_array_set_size(spans, 0);
	for (guint i = 0; i < before->len; i++) {
		const struct archive_span *span = &g_array_index(before, struct archive_span, i);
		add(spans, span->from, MIN(span->to, from));
		add(spans, MAX(span->from, to), span->to);
	}
}

bool archive_shown_at(const GArray *spans, int64_t at, guint *hint)
{
	const struct archive_span *span = (const void *)spans->data;
	if (*hint < spans->len && at < span[*hint].from)
		*hint = 0;
	while (*hint < spans->len && at >= span[*hint].to)
		++*hint;
	return *hint < spans->len && at >= span[*hint].from;
}
