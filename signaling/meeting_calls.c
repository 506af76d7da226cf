#include "signaling/meeting_calls.h"
#include "signaling/interpretation.h"

/* Of a host, or of one in a booth: participant_calls(). */
static struct call_side side_of(const struct participant *p)
{
	const struct interpreter *one = interpretation_find(p->meeting->interpretation, p->number);
	return (struct call_side){p->number, one != NULL ? one->booth : NULL};
}

bool participant_calls(const struct participant *p)
{
	return p->role == ROLE_HOST ||
	       interpretation_find(p->meeting->interpretation, p->number) != NULL;
}

/* Takes the reference. */
static void tell(const struct meeting *meeting, const struct call *call, json_t *message)
{
	for (guint n = 0; n < meeting->people->len; n++) {
		struct participant *p = meeting->people->pdata[n];
		if (participant_calls(p) && call_concerns(call, side_of(p)))
			participant_send(p, json_incref(message));
	}
	json_decref(message);
}

static json_t *call_json(const struct meeting *meeting, const struct call *call)
{
	const struct participant *from = meeting_find(meeting, call->from);
	return json_pack("{s:I, s:s?, s:s, s:s}", "id", (json_int_t)call->number, "from",
			 from != NULL ? from->id : NULL, "to", call->to_booth ? "booth" : "host",
			 "booth", call->booth);
}

static void on_called(void *user, const struct call *call)
{
	const struct meeting *meeting = user;
	tell(meeting, call,
	     json_pack("{s:s, s:o}", "type", "call", "call", call_json(meeting, call)));
}

static void on_ended(void *user, const struct call *call, enum call_result result, uint32_t by)
{
	const struct meeting *meeting = user;
	const struct participant *seen = meeting_find(meeting, by);
	tell(meeting, call,
	     json_pack("{s:s, s:I, s:s, s:s?}", "type", "call-ended", "call",
		       (json_int_t)call->number, "result", call_result_name(result), "by",
		       seen != NULL ? seen->id : NULL));
}

void meeting_calls_init(struct meeting *meeting)
{
	meeting->calls = calls_new(
		&(struct calls_events){.user = meeting, .called = on_called, .ended = on_ended});
}

static bool has_host(const struct meeting *meeting)
{
	for (guint n = 0; n < meeting->people->len; n++) {
		const struct participant *p = meeting->people->pdata[n];
		if (p->role == ROLE_HOST)
			return true;
	}
	return false;
}

void meeting_calls_leave(struct participant *p)
{
	struct meeting *meeting = p->meeting;
	const struct interpreter *one = interpretation_find(meeting->interpretation, p->number);
	uint32_t members[BOOTH_MEMBERS_MAX];
	calls_leave(meeting->calls, p->number);
	if (one != NULL &&
	    interpretation_members(meeting->interpretation, one->booth, members) == 1)
		calls_unanswerable(meeting->calls, one->booth);
	if (p->role == ROLE_HOST && !has_host(meeting))
		calls_unanswerable(meeting->calls, NULL);
}

static bool is_there(const struct meeting *meeting, const char *booth, GError **error)
{
	uint32_t members[BOOTH_MEMBERS_MAX];
	if (booth == NULL ? has_host(meeting)
			  : interpretation_members(meeting->interpretation, booth, members) > 0)
		return true;
	g_set_error_literal(error, SIGNALING_ERROR, SIGNALING_ERROR_NOT_FOUND,
			    booth == NULL ? "to: no host is here"
					  : "booth: nobody is in a booth of this name");
	return false;
}

bool participant_call(struct participant *p, const char *booth, bool on, GError **error)
{
	struct meeting *meeting = p->meeting;
	if (!calls_direction(side_of(p), booth, error))
		return false;
	if (!on) {
		calls_withdraw(meeting->calls, side_of(p), booth);
		return true;
	}
	return is_there(meeting, booth, error) &&
	       calls_call(meeting->calls, side_of(p), booth, meetings_now(meeting->meetings),
			  error);
}

bool participant_answer_call(struct participant *p, uint64_t number, GError **error)
{
	return calls_answer(p->meeting->calls, side_of(p), number, error);
}

json_t *meeting_calls_json(const struct participant *p)
{
	json_t *waiting = json_array();
	const struct call *call;
	for (unsigned n = 0; (call = calls_nth(p->meeting->calls, n)) != NULL; n++) {
		if (call_concerns(call, side_of(p)))
			json_array_append_new(waiting, call_json(p->meeting, call));
	}
	return waiting;
}
