#include "recordings/archive_plan.h"
#include "recordings/archive_shown.h"
#include <string.h>

/* Another one, and everything is made anew: what the job makes of the same files has changed. */
#define VERSION "archive 1"
/* What is shorter is nothing: there is too little in its files for ffmpeg to see what they are. */
#define LEAST_MS 1000

static void free_program(void *item)
{
	struct archive_program_plan *program = item;
	g_free(program->id);
	g_free(program->language);
	g_array_unref(program->silent);
	g_array_unref(program->alone);
	g_free(program->stamp);
	g_free(program);
}

static void free_picture(void *item)
{
	struct archive_picture_plan *picture = item;
	g_free(picture->id);
	g_array_unref(picture->shown);
	g_free(picture->stamp);
	g_free(picture);
}

/* --- stamps --- */

static void stamp_time(GString *text, const struct archive_time *time)
{
	g_string_append(text, VERSION);
	for (guint i = 0; i < time->pieces->len; i++) {
		const struct archive_piece *piece =
			&g_array_index(time->pieces, struct archive_piece, i);
		g_string_append_printf(text, " %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, piece->from,
				       piece->to);
	}
}

static void stamp_spans(GString *text, const GArray *spans)
{
	for (guint i = 0; i < spans->len; i++) {
		const struct archive_span *span = &g_array_index(spans, struct archive_span, i);
		g_string_append_printf(text, " %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, span->from,
				       span->to);
	}
	g_string_append_c(text, ';');
}

static char *stamp_of(GString *text)
{
	char *stamp =
		g_compute_checksum_for_string(G_CHECKSUM_SHA256, text->str, (gssize)text->len);
	g_string_free(text, TRUE);
	return stamp;
}

/* --- programs --- */

static bool same_primary(const char *a, const char *b)
{
	size_t n = strcspn(a, "-"), m = strcspn(b, "-");
	return n > 0 && n == m && g_ascii_strncasecmp(a, b, n) == 0;
}

static void end_span(GArray *spans, int64_t from, int64_t to)
{
	struct archive_span span = {from, to};
	if (from >= 0 && to > from)
		g_array_append_val(spans, span);
}

static GArray *silent_of(const struct archive_index *index, const char *tag)
{
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(struct archive_span));
	int64_t from = -1;
	for (guint i = 0; i < index->events->len; i++) {
		const struct archive_event *event =
			&g_array_index(index->events, struct archive_event, i);
		if (event->kind != ARCHIVE_SILENT || g_strcmp0(event->channel, tag) != 0)
			continue;
		if (!event->on)
			end_span(spans, from, event->t);
		from = !event->on ? -1 : from < 0 ? event->t : from;
	}
	end_span(spans, from, INT64_MAX);
	return spans;
}

static GArray *alone_of(const struct archive_plan *plan, const char *tag)
{
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(struct archive_span));
	int64_t from = -1;
	for (guint i = 0; i < plan->index->events->len; i++) {
		const struct archive_event *event =
			&g_array_index(plan->index->events, struct archive_event, i);
		int64_t at = archive_time_at(&plan->time, event->t);
		if (event->kind != ARCHIVE_FLOOR)
			continue;
		end_span(spans, from, at);
		from = event->channel && same_primary(event->channel, tag) ? at : -1;
	}
	end_span(spans, from, plan->time.duration);
	return spans;
}

/* What the floor speaks, if it is one language all the time. */
static char *floor_language(const struct archive_index *index)
{
	const char *language = NULL;
	for (guint i = 0; i < index->events->len; i++) {
		const struct archive_event *event =
			&g_array_index(index->events, struct archive_event, i);
		if (event->kind != ARCHIVE_FLOOR || !event->channel)
			continue;
		if (language && strcmp(language, event->channel) != 0)
			return NULL;
		language = event->channel;
	}
	return g_strdup(language);
}

static void add_program(struct archive_plan *plan, const struct archive_source *channel)
{
	struct archive_program_plan *program = g_new0(struct archive_program_plan, 1);
	GString *text = g_string_new(NULL);
	program->id = g_strdup(channel ? channel->tag : "floor");
	program->language = channel ? g_strdup(channel->tag) : floor_language(plan->index);
	program->channel = channel;
	program->silent = silent_of(plan->index, program->id);
	program->alone = alone_of(plan, program->id);
	stamp_time(text, &plan->time);
	for (guint i = 0; i < plan->files.sources->len; i++) {
		const struct archive_source *source = plan->files.sources->pdata[i];
		if (source->kind == ARCHIVE_SOURCE_FLOOR || source == channel)
			g_string_append_printf(text, "\n%s", source->stamp ? source->stamp : "");
	}
	stamp_spans(text, program->silent);
	stamp_spans(text, program->alone);
	program->stamp = stamp_of(text);
	g_ptr_array_add(plan->programs, program);
}

/* --- pictures --- */

static GArray *changes_of(const struct archive_plan *plan, enum archive_source_kind kind)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct archive_change));
	enum archive_event_kind wanted =
		kind == ARCHIVE_SOURCE_SCREEN ? ARCHIVE_SCREEN : ARCHIVE_STAGE;
	const char *before = "";
	for (guint i = 0; i < plan->index->events->len && kind != ARCHIVE_SOURCE_SIGN; i++) {
		const struct archive_event *event =
			&g_array_index(plan->index->events, struct archive_event, i);
		struct archive_change change = {
			archive_time_at(&plan->time, event->t),
			event->who && !g_hash_table_contains(plan->index->removed, event->who)};
		if (event->kind != wanted || g_strcmp0(event->who, before) == 0)
			continue;
		before = event->who;
		g_array_append_val(changes, change);
	}
	return changes;
}

/* When each frame is, of those that weren't cut out. */
static GArray *frames_at(const struct archive_plan *plan, const struct archive_source *source)
{
	GArray *frames = g_array_sized_new(FALSE, FALSE, sizeof(int64_t), source->frames->len);
	int64_t before = 0;
	for (guint i = 0; i < source->frames->len; i++) {
		int64_t t = g_array_index(source->frames, int64_t, i);
		if (!archive_time_piece(&plan->time, t))
			continue;
		before = MAX(before, archive_time_at(&plan->time, t));
		g_array_append_val(frames, before);
	}
	return frames;
}

/*
 * Who doesn't consent isn't seen, either: nothing is recorded of them, but what came just before
 * stays for seconds, and a frame or two of theirs may have come through. What follows on such is
 * made of it, up to the next keyframe.
 */
static void hide_silent(const struct archive_plan *plan, const struct archive_source *source,
			GArray *shown)
{
	g_autoptr(GArray) silent = silent_of(plan->index, source->tag);
	for (guint i = 0; i < silent->len; i++) {
		const struct archive_span *span = &g_array_index(silent, struct archive_span, i);
		int64_t until = INT64_MAX;
		for (guint k = 0; k < source->keys->len; k++) {
			guint n = g_array_index(source->keys, struct archive_key, k).frame;
			int64_t t = g_array_index(source->frames, int64_t, n);
			if (t >= span->to)
				until = MIN(until, t);
		}
		archive_shown_hide(shown, archive_time_at(&plan->time, span->from),
				   archive_time_at(&plan->time, until));
	}
}

static void add_picture(struct archive_plan *plan, const struct archive_source *source)
{
	g_autoptr(GArray) changes = changes_of(plan, source->kind);
	g_autoptr(GArray) frames = frames_at(plan, source);
	GArray *shown = archive_shown((const void *)frames->data, frames->len,
				      (const void *)changes->data, changes->len,
				      source->kind == ARCHIVE_SOURCE_SCREEN, plan->time.duration);
	if (source->kind == ARCHIVE_SOURCE_SIGN)
		hide_silent(plan, source, shown);
	if (shown->len == 0) {
		g_array_unref(shown);
		return;
	}
	struct archive_picture_plan *picture = g_new0(struct archive_picture_plan, 1);
	GString *text = g_string_new(NULL);
	picture->id =
		source->tag ? g_strconcat("sign-", source->tag, NULL) : g_strdup(source->name);
	picture->source = source;
	picture->shown = shown;
	stamp_time(text, &plan->time);
	g_string_append_printf(text, "\n%s\n", source->stamp ? source->stamp : "");
	stamp_spans(text, shown);
	picture->stamp = stamp_of(text);
	g_ptr_array_add(plan->pictures, picture);
}

/* --- all of it --- */

static void plan_sources(struct archive_plan *plan)
{
	if (plan->time.duration == 0)
		return;
	add_program(plan, NULL);
	for (guint i = 0; i < plan->files.sources->len; i++) {
		const struct archive_source *source = plan->files.sources->pdata[i];
		if (source->files->len <= 1) /* none could be read */
			continue;
		if (archive_source_is_picture(source))
			add_picture(plan, source);
		else if (source->kind == ARCHIVE_SOURCE_CHANNEL)
			add_program(plan, source);
	}
}

static char *stamp_of_all(const struct archive_plan *plan, const char *index_checksum)
{
	GString *text = g_string_new(index_checksum);
	for (guint i = 0; i < plan->programs->len; i++)
		g_string_append(text,
				((struct archive_program_plan *)plan->programs->pdata[i])->stamp);
	for (guint i = 0; i < plan->pictures->len; i++)
		g_string_append(text,
				((struct archive_picture_plan *)plan->pictures->pdata[i])->stamp);
	return stamp_of(text);
}

struct archive_plan *archive_plan_new(int directory, struct archive_pulse *pulse, GError **error)
{
	struct archive_plan *plan = g_new0(struct archive_plan, 1);
	plan->programs = g_ptr_array_new_with_free_func(free_program);
	plan->pictures = g_ptr_array_new_with_free_func(free_picture);
	plan->index = archive_index_new();
	/* First, since it waits until they are written: so is the index then. */
	archive_files_read(&plan->files, directory, pulse);
	if (!archive_index_read(plan->index, directory, error)) {
		archive_plan_free(plan);
		return NULL;
	}
	archive_time_init(&plan->time, (const void *)plan->index->marks->data,
			  plan->index->marks->len, (const void *)plan->files.recorded->data,
			  plan->files.recorded->len, plan->index->last);
	if (plan->time.duration < LEAST_MS) {
		g_array_set_size(plan->time.pieces, 0);
		plan->time.duration = 0;
	}
	plan_sources(plan);
	plan->stamp = stamp_of_all(plan, plan->index->checksum);
	return plan;
}

void archive_plan_free(struct archive_plan *plan)
{
	if (!plan)
		return;
	g_ptr_array_unref(plan->programs);
	g_ptr_array_unref(plan->pictures);
	archive_time_clear(&plan->time);
	archive_files_clear(&plan->files);
	archive_index_free(plan->index);
	g_free(plan->stamp);
	g_free(plan);
}

const struct archive_picture_plan *archive_plan_picture(const struct archive_plan *plan,
							const char *id)
{
	for (guint i = 0; i < plan->pictures->len; i++) {
		const struct archive_picture_plan *picture = plan->pictures->pdata[i];
		if (strcmp(picture->id, id) == 0)
			return picture;
	}
	return NULL;
}
