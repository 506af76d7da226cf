#include "tests/load/schedule.h"

struct schedule {
	GPtrArray *heap; /* each is due no later than its children, at 2i + 1 and 2i + 2 */
};

struct schedule *schedule_new(void)
{
	struct schedule *schedule = g_new0(struct schedule, 1);
	schedule->heap = g_ptr_array_new();
	return schedule;
}

void schedule_free(struct schedule *schedule)
{
	if (schedule == NULL)
		return;
	g_ptr_array_unref(schedule->heap);
	g_free(schedule);
}

static uint64_t due_at(const struct schedule *schedule, guint i)
{
	return ((const struct timer *)schedule->heap->pdata[i])->due_us;
}

static void put(struct schedule *schedule, guint i, struct timer *timer)
{
	schedule->heap->pdata[i] = timer;
	timer->place = i + 1;
}

static guint rise(struct schedule *schedule, struct timer *timer, guint i)
{
	for (; i > 0 && due_at(schedule, (i - 1) / 2) > timer->due_us; i = (i - 1) / 2)
		put(schedule, i, schedule->heap->pdata[(i - 1) / 2]);
	return i;
}

static guint sink(struct schedule *schedule, struct timer *timer, guint i)
{
	for (guint child = 2 * i + 1; child < schedule->heap->len; child = 2 * i + 1) {
		if (child + 1 < schedule->heap->len &&
		    due_at(schedule, child + 1) < due_at(schedule, child))
			child++;
		if (due_at(schedule, child) >= timer->due_us)
			break;
		put(schedule, i, schedule->heap->pdata[child]);
		i = child;
	}
	return i;
}

void schedule_set(struct schedule *schedule, struct timer *timer, uint64_t due_us)
{
	if (timer->place == 0) {
		g_ptr_array_add(schedule->heap, timer);
		timer->place = schedule->heap->len;
	}
	timer->due_us = due_us;
	put(schedule, sink(schedule, timer, rise(schedule, timer, timer->place - 1)), timer);
}

struct timer *schedule_first(const struct schedule *schedule)
{
	return schedule->heap->len > 0 ? schedule->heap->pdata[0] : NULL;
}
