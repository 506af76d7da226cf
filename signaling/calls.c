#include "signaling/calls.h"

struct calls {
	struct calls_events events;
	GPtrArray *calls; /* struct call, owned; ended ones stay for the time of the next */
	uint64_t last;
};

static void free_call(void *data)
{
	struct call *call = data;
	g_free(call->booth);
	g_free(call);
}

struct calls *calls_new(const struct calls_events *events)
{
	struct calls *calls = g_new0(struct calls, 1);
	calls->events = *events;
	calls->calls = g_ptr_array_new_with_free_func(free_call);
	return calls;
}

void calls_free(struct calls *calls)
{
	if (calls == NULL)
		return;
	g_ptr_array_unref(calls->calls);
	g_free(calls);
}

static bool refuse(GError **error, enum signaling_error code, const char *text)
{
	g_set_error_literal(error, SIGNALING_ERROR, code, text);
	return false;
}

static void end(struct calls *calls, struct call *call, enum call_result result, uint32_t by)
{
	const struct call ended = *call;
	if (call->number == 0)
		return;
	call->number = 0;
	calls->events.ended(calls->events.user, &ended, result, by);
}

/* Also one that has ended. */
static struct call *find(const struct calls *calls, struct call_side from, const char *booth)
{
	for (guint n = 0; n < calls->calls->len; n++) {
		struct call *call = calls->calls->pdata[n];
		if (call->from == from.who && call->to_booth == (booth != NULL) &&
		    (booth == NULL || g_str_equal(call->booth, booth)))
			return call;
	}
	return NULL;
}

bool calls_direction(struct call_side from, const char *booth, GError **error)
{
	if (from.booth != NULL && booth != NULL)
		return refuse(error, SIGNALING_ERROR_FORBIDDEN, "to: interpreters call hosts");
	if (from.booth == NULL && booth == NULL)
		return refuse(error, SIGNALING_ERROR_FORBIDDEN, "to: hosts call booths");
	return true;
}

bool calls_call(struct calls *calls, struct call_side from, const char *booth, gint64 now,
		GError **error)
{
	struct call *call = find(calls, from, booth);
	if (call != NULL && call->number != 0)
		return true;
	if (call != NULL && now - call->at < CALL_AGAIN_US)
		return refuse(error, SIGNALING_ERROR_LIMIT, "type: you called a moment ago");
	if (call != NULL)
		g_ptr_array_remove(calls->calls, call);
	call = g_new0(struct call, 1);
	*call = (struct call){.number = ++calls->last,
			      .from = from.who,
			      .to_booth = booth != NULL,
			      .booth = g_strdup(booth != NULL ? booth : from.booth),
			      .at = now};
	g_ptr_array_add(calls->calls, call);
	calls->events.called(calls->events.user, call);
	return true;
}

void calls_withdraw(struct calls *calls, struct call_side from, const char *booth)
{
	struct call *call = find(calls, from, booth);
	if (call != NULL)
		end(calls, call, CALL_WITHDRAWN, 0);
}

static bool is_for(const struct call *call, struct call_side side)
{
	return call->to_booth ? side.booth != NULL && g_str_equal(call->booth, side.booth)
			      : side.booth == NULL;
}

bool call_concerns(const struct call *call, struct call_side side)
{
	/* A call of one booth's concerns the partners; one of a host's the other hosts. */
	return side.booth == NULL || g_str_equal(call->booth, side.booth);
}

bool calls_answer(struct calls *calls, struct call_side by, uint64_t number, GError **error)
{
	for (guint n = 0; number != 0 && n < calls->calls->len; n++) {
		struct call *call = calls->calls->pdata[n];
		if (call->number != number)
			continue;
		if (!is_for(call, by))
			return refuse(error, SIGNALING_ERROR_FORBIDDEN, "call: is for others");
		end(calls, call, CALL_SEEN, by.who);
		return true;
	}
	return refuse(error, SIGNALING_ERROR_NOT_FOUND, "call: isn't waiting any more");
}

void calls_leave(struct calls *calls, uint32_t who)
{
	for (guint n = calls->calls->len; n-- > 0;) {
		struct call *call = calls->calls->pdata[n];
		if (call->from != who)
			continue;
		end(calls, call, CALL_GONE, 0);
		g_ptr_array_remove_index(calls->calls, n);
	}
}

void calls_unanswerable(struct calls *calls, const char *booth)
{
	for (guint n = 0; n < calls->calls->len; n++) {
		struct call *call = calls->calls->pdata[n];
		if (call->to_booth == (booth != NULL) && is_for(call, (struct call_side){0, booth}))
			end(calls, call, CALL_GONE, 0);
	}
}

const struct call *calls_nth(const struct calls *calls, unsigned n)
{
	for (guint at = 0; at < calls->calls->len; at++) {
		const struct call *call = calls->calls->pdata[at];
		if (call->number != 0 && n-- == 0)
			return call;
	}
	return NULL;
}

const char *call_result_name(enum call_result result)
{
	static const char *const names[] = {
		[CALL_SEEN] = "seen", [CALL_WITHDRAWN] = "withdrawn", [CALL_GONE] = "gone"};
	return names[result];
}
