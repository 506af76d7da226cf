#include "signaling/status.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#define SECOND	G_USEC_PER_SEC
#define STARTED 1790000000 /* Unix seconds */
#define WORKERS 2

/* Two workers whose counters a test moves as it likes. */
struct world {
	struct counters counters[WORKERS];
	const struct counters *pointers[WORKERS];
	uint64_t busy_us[WORKERS];
	struct status_reading reading;
	struct status *status;
};

static void open_world(struct world *w, gconstpointer data)
{
	for (unsigned i = 0; i < WORKERS; i++)
		w->pointers[i] = &w->counters[i];
	w->reading = (struct status_reading){.now_us = (int64_t)STARTED * SECOND,
					     .counters = w->pointers,
					     .busy_us = w->busy_us};
	counter_add(&w->counters[0], COUNTER_DATAGRAMS_IN, 7000); /* of before */
	w->busy_us[0] = 1;
	w->status = status_new(WORKERS, &w->reading);
}

static void close_world(struct world *w, gconstpointer data)
{
	status_free(w->status);
}

static void pass(struct world *w, double seconds)
{
	w->reading.now_us += (int64_t)(seconds * SECOND);
	status_add(w->status, &w->reading);
}

static json_t *answer(const struct world *w, int64_t since)
{
	g_autofree char *text = status_json(w->status, since);
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);
	if (!json)
		g_error("%s in %s", error.text, text);
	return json;
}

static json_t *row(const json_t *json, size_t i)
{
	return json_array_get(json_object_get(json, "rows"), i);
}

/* NAN for null. */
static double value(const json_t *json, size_t i, unsigned worker, const char *column)
{
	size_t c;
	json_t *name, *names = json_object_get(json, "workerColumns");
	json_array_foreach(names, c, name) if (!strcmp(json_string_value(name), column))
	{
		const json_t *cell = json_array_get(json_array_get(row(json, i), 4 + worker), c);
		g_assert_nonnull(cell);
		return json_is_null(cell) ? NAN : json_number_value(cell);
	}
	g_error("no column %s", column);
}

static void nothing_yet(struct world *w, gconstpointer data)
{
	json_t *json = answer(w, 0);
	g_assert_cmpint(json_integer_value(json_object_get(json, "started")), ==, STARTED);
	g_assert_cmpint(json_integer_value(json_object_get(json, "now")), ==, STARTED);
	g_assert_cmpint(json_integer_value(json_object_get(json, "workers")), ==, WORKERS);
	g_assert_cmpint(json_integer_value(json_object_get(json, "interval")), ==, 5);
	g_assert_cmpuint(json_array_size(json_object_get(json, "rows")), ==, 0);
	g_assert_cmpfloat(status_busy_share(w->status, 0), ==, 0);
	json_decref(json);
}

static void a_sample_is_what_happened_since_the_last(struct world *w, gconstpointer data)
{
	struct counters *c = &w->counters[1];
	counter_add(c, COUNTER_DATAGRAMS_IN, 500);
	counter_add(c, COUNTER_DATAGRAMS_OUT, 100000);
	counter_add(c, COUNTER_BYTES_OUT, 123456789);
	counter_add(c, COUNTER_RTX_OUT, 5);
	gauge_set(c, GAUGE_PEERS, 12);
	gauge_set(c, GAUGE_SLOTS, 340);
	gauge_set(c, GAUGE_SHED_LEVEL, 2);
	histogram_add(&c->histogram[HISTOGRAM_SEND_BATCH], 40, 10);
	histogram_add(&c->histogram[HISTOGRAM_SEND_BATCH], 80, 10);
	histogram_add(&c->histogram[HISTOGRAM_GSO_RUN], 4, 3);
	histogram_add(&c->histogram[HISTOGRAM_FORWARD_DELAY], 100, 1000);
	w->busy_us[1] = 4 * SECOND;
	w->reading.people = 30;
	w->reading.viewers = 4;
	w->reading.memory = UINT64_C(5) << 30;
	pass(w, 5);

	json_t *json = answer(w, 0);
	const json_t *first = row(json, 0);
	g_assert_cmpint(json_integer_value(json_array_get(first, 0)), ==, STARTED + 5);
	g_assert_cmpint(json_integer_value(json_array_get(first, 1)), ==, 30);
	g_assert_cmpint(json_integer_value(json_array_get(first, 2)), ==, 4);
	g_assert_cmpint(json_integer_value(json_array_get(first, 3)), ==, INT64_C(5) << 30);
	g_assert_cmpfloat(value(json, 0, 1, "packetsIn"), ==, 100);
	g_assert_cmpfloat(value(json, 0, 1, "packetsOut"), ==, 20000);
	g_assert_cmpfloat(value(json, 0, 1, "bytesOut"), ==, 24691400); /* six digits of it */
	g_assert_cmpfloat(value(json, 0, 1, "resent"), ==, 1);
	g_assert_cmpfloat(value(json, 0, 1, "peers"), ==, 12);
	g_assert_cmpfloat(value(json, 0, 1, "slots"), ==, 340);
	g_assert_cmpfloat(value(json, 0, 1, "shed"), ==, 2);
	g_assert_cmpfloat_with_epsilon(value(json, 0, 1, "busy"), 0.8, 1e-6);
	g_assert_cmpfloat_with_epsilon(status_busy_share(w->status, 1), 0.8, 1e-6);
	g_assert_cmpfloat(value(json, 0, 1, "batch"), ==, 60);
	g_assert_cmpfloat(value(json, 0, 1, "run"), ==, 4);
	g_assert_cmpfloat(value(json, 0, 1, "delayP50"), ==, 96); /* halfway from 64 to 128 */
	/* Of the other worker only what was there before. */
	g_assert_cmpfloat(value(json, 0, 0, "packetsIn"), ==, 0);
	g_assert_cmpfloat(value(json, 0, 0, "busy"), ==, 0);
	g_assert_true(isnan(value(json, 0, 0, "batch")));
	g_assert_true(isnan(value(json, 0, 0, "run")));
	g_assert_true(isnan(value(json, 0, 0, "delayP99")));
	json_decref(json);

	pass(w, 5); /* and nothing happened */
	json = answer(w, 0);
	g_assert_cmpfloat(value(json, 1, 1, "packetsOut"), ==, 0);
	g_assert_true(isnan(value(json, 1, 1, "delayP50")));
	g_assert_cmpfloat(status_busy_share(w->status, 1), ==, 0);
	json_decref(json);
}

static void a_late_sample_counts_by_its_own_length(struct world *w, gconstpointer data)
{
	counter_add(&w->counters[0], COUNTER_DATAGRAMS_IN, 1000);
	w->busy_us[0] += 30 * SECOND; /* the worker's clock may be a little ahead */
	pass(w, 20);
	json_t *json = answer(w, 0);
	g_assert_cmpfloat(value(json, 0, 0, "packetsIn"), ==, 50);
	g_assert_cmpfloat(value(json, 0, 0, "busy"), ==, 1);
	json_decref(json);
	pass(w, 0); /* twice at one moment: nothing to divide by */
	json = answer(w, 0);
	g_assert_cmpuint(json_array_size(json_object_get(json, "rows")), ==, 1);
	json_decref(json);
}

static const json_t *reason(const json_t *json, size_t i)
{
	return json_array_get(json_object_get(json, "reasons"), i);
}

static void assert_top(const json_t *json, size_t i, unsigned worker, const char *const *names,
		       const unsigned *counts, size_t n)
{
	const json_t *cells = json_array_get(row(json, i), 4 + worker);
	const json_t *top = json_array_get(cells, json_array_size(cells) - 1);
	g_assert_cmpuint(json_array_size(top), ==, 2 * n);
	for (size_t k = 0; k < n; k++) {
		size_t which = (size_t)json_integer_value(json_array_get(top, 2 * k));
		g_assert_cmpstr(json_string_value(json_object_get(reason(json, which), "name")), ==,
				names[k]);
		g_assert_cmpint(json_integer_value(json_array_get(top, 2 * k + 1)), ==, counts[k]);
	}
}

static void drops_by_reason(struct world *w, gconstpointer data)
{
	struct counters *c = &w->counters[0];
	counter_add(c, COUNTER_DROP_STRANGER, 20);
	counter_add(c, COUNTER_DROP_SEND, 90);
	counter_add(c, COUNTER_DROP_NO_RTX, 20);
	counter_add(c, COUNTER_DROP_DUPLICATE, 5);
	counter_add(&w->counters[1], COUNTER_DROP_SEND, 10);
	pass(w, 5);
	counter_add(c, COUNTER_DROP_SEND, 1);
	pass(w, 5);
	json_t *json = answer(w, 0);
	g_assert_cmpfloat(value(json, 0, 0, "drops"), ==, 27);
	g_assert_cmpfloat(value(json, 0, 1, "drops"), ==, 2);
	assert_top(json, 0, 0, (const char *[]){"drop_send", "drop_stranger", "drop_no_rtx"},
		   (const unsigned[]){90, 20, 20}, 3);
	assert_top(json, 0, 1, (const char *[]){"drop_send"}, (const unsigned[]){10}, 1);
	assert_top(json, 1, 0, (const char *[]){"drop_send"}, (const unsigned[]){1}, 1);
	assert_top(json, 1, 1, NULL, NULL, 0);
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(json, "reasons"), i, one)
	{
		bool send = !strcmp(json_string_value(json_object_get(one, "name")), "drop_send");
		g_assert_true(
			g_str_has_prefix(json_string_value(json_object_get(one, "name")), "drop_"));
		g_assert_cmpuint(strlen(json_string_value(json_object_get(one, "help"))), >, 0);
		if (send) {
			g_assert_cmpint(json_integer_value(json_object_get(one, "hour")), ==, 101);
			g_assert_cmpint(json_integer_value(json_object_get(one, "total")), ==, 101);
		}
	}
	json_decref(json);
}

static void an_hour_and_no_more(struct world *w, gconstpointer data)
{
	counter_add(&w->counters[0], COUNTER_DROP_SEND, 3); /* will be more than an hour ago */
	for (unsigned i = 0; i < STATUS_SAMPLES + 10; i++) {
		counter_add(&w->counters[0], COUNTER_DATAGRAMS_IN, 5 * i);
		pass(w, STATUS_INTERVAL_S);
	}
	json_t *json = answer(w, 0);
	g_assert_cmpuint(json_array_size(json_object_get(json, "rows")), ==, STATUS_SAMPLES);
	for (unsigned i = 0; i < STATUS_SAMPLES; i++) {
		g_assert_cmpint(json_integer_value(json_array_get(row(json, i), 0)), ==,
				STARTED + 5 * (i + 11));
		g_assert_cmpfloat(value(json, i, 0, "packetsIn"), ==, i + 10);
	}
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(json, "reasons"), i, one)
	{
		bool send = !strcmp(json_string_value(json_object_get(one, "name")), "drop_send");
		g_assert_cmpint(json_integer_value(json_object_get(one, "hour")), ==, 0);
		g_assert_cmpint(json_integer_value(json_object_get(one, "total")), ==,
				send ? 3 : 0);
	}
	json_decref(json);
}

static void only_what_is_newer_is_answered(struct world *w, gconstpointer data)
{
	for (unsigned i = 0; i < 10; i++)
		pass(w, 5);
	json_t *json = answer(w, STARTED + 40);
	g_assert_cmpuint(json_array_size(json_object_get(json, "rows")), ==, 2);
	g_assert_cmpint(json_integer_value(json_array_get(row(json, 0), 0)), ==, STARTED + 45);
	json_decref(json);
	json = answer(w, G_MAXINT64);
	g_assert_cmpuint(json_array_size(json_object_get(json, "rows")), ==, 0);
	json_decref(json);
}

static void quantiles_lie_within_their_bucket(void)
{
	uint64_t count[HISTOGRAM_BUCKETS] = {0};
	g_assert_true(isnan(status_quantile(count, 0.5)));
	count[0] = 10; /* up to 1 */
	g_assert_cmpfloat(status_quantile(count, 0.5), ==, 0.5);
	count[4] = 10; /* 9 to 16 */
	g_assert_cmpfloat(status_quantile(count, 0.5), ==, 1);
	g_assert_cmpfloat(status_quantile(count, 0.75), ==, 12);
	g_assert_cmpfloat(status_quantile(count, 1), ==, 16);
	memset(count, 0, sizeof(count));
	count[HISTOGRAM_BUCKETS - 1] = 1; /* any size: no less than what the others name */
	g_assert_cmpfloat(status_quantile(count, 0.99), ==, 1 << (HISTOGRAM_BUCKETS - 2));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/status/" #name, struct world, NULL, open_world, name, close_world)
	ADD(nothing_yet);
	ADD(a_sample_is_what_happened_since_the_last);
	ADD(a_late_sample_counts_by_its_own_length);
	ADD(drops_by_reason);
	ADD(an_hour_and_no_more);
	ADD(only_what_is_newer_is_answered);
	g_test_add_func("/status/quantiles_lie_within_their_bucket",
			quantiles_lie_within_their_bucket);
	return g_test_run();
}
