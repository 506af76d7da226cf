/* The rules of calls by themselves. A refusal must leave everything as it was. */
#include "signaling/calls.h"
#include <string.h>

enum { ANA = 1, BEN = 2, CARLA = 3, HOST = 4, OTHER_HOST = 5 };

static struct calls *calls;
static struct {
	unsigned called, ended;
	uint64_t number;
	enum call_result result;
	uint32_t by;
} told;

static const struct call_side ana = {ANA, "en-zh"}, ben = {BEN, "en-zh"}, carla = {CARLA, "es"},
			      host = {HOST, NULL}, other_host = {OTHER_HOST, NULL};

static void on_called(void *user, const struct call *call)
{
	told.called++;
	told.number = call->number;
}

static void on_ended(void *user, const struct call *call, enum call_result result, uint32_t by)
{
	g_assert_cmpuint(call->number, !=, 0);
	told.ended++;
	told.result = result;
	told.by = by;
}

static void begin(void)
{
	memset(&told, 0, sizeof told);
	calls = calls_new(&(struct calls_events){NULL, on_called, on_ended});
}

static void refused(bool ok, GError *error, enum signaling_error code, const char *field)
{
	g_assert_false(ok);
	g_assert_error(error, SIGNALING_ERROR, (int)code);
	g_assert_true(g_str_has_prefix(error->message, field));
	g_error_free(error);
}

#define REFUSED(call, code, field)                                                                 \
	do {                                                                                       \
		GError *error = NULL;                                                              \
		unsigned before = told.called + told.ended;                                        \
		bool ok = (call);                                                                  \
		refused(ok, error, SIGNALING_ERROR_##code, field);                                 \
		g_assert_cmpuint(told.called + told.ended, ==, before);                            \
	} while (0)

static void call(struct call_side from, const char *booth, gint64 now)
{
	GError *error = NULL;
	g_assert_true(calls_call(calls, from, booth, now, &error));
	g_assert_no_error(error);
}

static unsigned waiting(void)
{
	unsigned n = 0;
	while (calls_nth(calls, n) != NULL)
		n++;
	return n;
}

static void it_waits_until_the_other_side_has_seen_it(void)
{
	begin();
	call(ana, NULL, 0);
	uint64_t number = told.number;
	call(ana, NULL, 1); /* once more: nothing */
	g_assert_cmpuint(told.called, ==, 1);
	g_assert_cmpuint(waiting(), ==, 1);
	REFUSED(calls_answer(calls, ben, number, &error), FORBIDDEN, "call");
	REFUSED(calls_answer(calls, carla, number, &error), FORBIDDEN, "call");
	REFUSED(calls_answer(calls, host, number + 1, &error), NOT_FOUND, "call");
	g_assert_true(calls_answer(calls, host, number, NULL));
	g_assert_cmpint(told.result, ==, CALL_SEEN);
	g_assert_cmpuint(told.by, ==, HOST);
	g_assert_cmpuint(waiting(), ==, 0);
	REFUSED(calls_answer(calls, other_host, number, &error), NOT_FOUND, "call");
	REFUSED(calls_answer(calls, other_host, 0, &error), NOT_FOUND, "call");
	calls_free(calls);
}

static void a_booth_answers_for_all_of_it(void)
{
	begin();
	call(host, "en-zh", 0);
	REFUSED(calls_answer(calls, carla, told.number, &error), FORBIDDEN, "call");
	REFUSED(calls_answer(calls, host, told.number, &error), FORBIDDEN, "call");
	g_assert_true(calls_answer(calls, ben, told.number, NULL));
	g_assert_cmpuint(told.by, ==, BEN);
	calls_free(calls);
}

static void it_goes_from_one_side_to_the_other(void)
{
	begin();
	REFUSED(calls_direction(ana, "es", &error), FORBIDDEN, "to");
	REFUSED(calls_direction(host, NULL, &error), FORBIDDEN, "to");
	g_assert_true(calls_direction(ana, NULL, NULL));
	g_assert_true(calls_direction(host, "es", NULL));
	calls_free(calls);
}

static void it_rings_every_five_seconds_at_most(void)
{
	begin();
	call(ana, NULL, 0);
	calls_withdraw(calls, ana, NULL);
	g_assert_cmpint(told.result, ==, CALL_WITHDRAWN);
	REFUSED(calls_call(calls, ana, NULL, CALL_AGAIN_US - 1, &error), LIMIT, "type");
	call(ana, NULL, CALL_AGAIN_US);
	call(ben, NULL, CALL_AGAIN_US); /* another one's own */
	call(host, "en-zh", 0);
	call(host, "es", 0); /* another booth */
	g_assert_cmpuint(waiting(), ==, 4);
	calls_withdraw(calls, host, "es");
	g_assert_cmpuint(waiting(), ==, 3);
	calls_withdraw(calls, host, "es"); /* nothing is there */
	g_assert_cmpuint(told.ended, ==, 2);
	calls_free(calls);
}

static void it_goes_with_the_caller_and_with_the_last_who_could_answer(void)
{
	begin();
	call(ana, NULL, 0);
	call(carla, NULL, 0);
	call(host, "es", 0);
	calls_leave(calls, ANA);
	g_assert_cmpint(told.result, ==, CALL_GONE);
	g_assert_cmpuint(waiting(), ==, 2);
	calls_unanswerable(calls, "es"); /* not Carla's own, which is for hosts */
	g_assert_cmpuint(waiting(), ==, 1);
	g_assert_cmpuint(calls_nth(calls, 0)->from, ==, CARLA);
	calls_unanswerable(calls, NULL);
	g_assert_cmpuint(waiting(), ==, 0);
	calls_leave(calls, CARLA);
	g_assert_cmpuint(told.ended, ==, 3);
	calls_free(calls);
}

static void it_concerns_hosts_and_that_booth(void)
{
	begin();
	call(ana, NULL, 0);
	const struct call *one = calls_nth(calls, 0);
	g_assert_true(call_concerns(one, host) && call_concerns(one, ben));
	g_assert_false(call_concerns(one, carla));
	calls_free(calls);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/calls/seen", it_waits_until_the_other_side_has_seen_it);
	g_test_add_func("/calls/booth", a_booth_answers_for_all_of_it);
	g_test_add_func("/calls/direction", it_goes_from_one_side_to_the_other);
	g_test_add_func("/calls/limit", it_rings_every_five_seconds_at_most);
	g_test_add_func("/calls/gone", it_goes_with_the_caller_and_with_the_last_who_could_answer);
	g_test_add_func("/calls/concerns", it_concerns_hosts_and_that_booth);
	return g_test_run();
}
