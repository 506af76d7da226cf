#include "recordings/archive_speakers.h"
#include <string.h>

static void end_turn(GArray *turns, const struct archive_turn *begun, int64_t until)
{
	struct archive_turn turn = *begun;
	turn.until = until;
	if (until > turn.at)
		g_array_append_val(turns, turn);
}

static gint compare(gconstpointer left, gconstpointer right)
{
	const struct archive_turn *a = left, *b = right;
	return a->at != b->at ? (a->at < b->at ? -1 : 1) : strcmp(a->id, b->id);
}

static bool contains(char **people, const char *id)
{
	return people && g_strv_contains((const char *const *)people, id);
}

/* What is open are those who spoke before; ends those who don't any more, begins the others. */
static void change(GArray *turns, GArray *open, char **people, int64_t at)
{
	for (guint i = open->len; i > 0; i--) {
		struct archive_turn *turn = &g_array_index(open, struct archive_turn, i - 1);
		if (contains(people, turn->id))
			continue;
		end_turn(turns, turn, at);
		g_array_remove_index(open, i - 1);
	}
	for (char **id = people; id && *id; id++) {
		struct archive_turn turn = {at, at, *id};
		bool speaks = false;
		for (guint i = 0; i < open->len; i++)
			speaks |= strcmp(g_array_index(open, struct archive_turn, i).id, *id) == 0;
		if (!speaks)
			g_array_append_val(open, turn);
	}
}

GArray *archive_speakers(const struct archive_index *index, const struct archive_time *time)
{
	GArray *turns = g_array_new(FALSE, FALSE, sizeof(struct archive_turn));
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(struct archive_turn));
	for (guint i = 0; i < index->events->len; i++) {
		const struct archive_event *event =
			&g_array_index(index->events, struct archive_event, i);
		if (event->kind == ARCHIVE_SPEAKING)
			change(turns, open, event->people, archive_time_at(time, event->t));
	}
	change(turns, open, NULL, time->duration);
	g_array_sort(turns, compare);
	return turns;
}

GArray *archive_interpreters(const struct archive_index *index, const struct archive_time *time,
			     const char *channel)
{
	GArray *turns = g_array_new(FALSE, FALSE, sizeof(struct archive_turn));
	struct archive_turn turn = {0, 0, NULL};
	for (guint i = 0; i < index->events->len; i++) {
		const struct archive_event *event =
			&g_array_index(index->events, struct archive_event, i);
		if (event->kind != ARCHIVE_AIR || g_strcmp0(event->channel, channel) != 0 ||
		    g_strcmp0(event->who, turn.id) == 0)
			continue;
		int64_t at = archive_time_at(time, event->t);
		if (turn.id)
			end_turn(turns, &turn, at);
		turn = (struct archive_turn){at, at, event->who};
	}
	if (turn.id)
		end_turn(turns, &turn, time->duration);
	return turns;
}

GPtrArray *archive_channels(const struct archive_index *index)
{
	GPtrArray *tags = g_ptr_array_new();
	for (guint i = 0; i < index->events->len; i++) {
		const struct archive_event *event =
			&g_array_index(index->events, struct archive_event, i);
		bool channel = event->kind == ARCHIVE_AIR || event->kind == ARCHIVE_SILENT;
		if (channel && event->channel &&
		    !g_ptr_array_find_with_equal_func(tags, event->channel, g_str_equal, NULL))
			g_ptr_array_add(tags, event->channel);
	}
	return tags;
}
