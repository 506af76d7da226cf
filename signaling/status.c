#include "signaling/status.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#define TOP_REASONS 3

/* What a sample says of each worker. "/s": how much a second. */
enum column {
	PACKETS_IN,
	PACKETS_OUT,
	BYTES_IN,
	BYTES_OUT,
	RETRANSMITTED,
	DROPS,
	PEERS,
	SLOTS,
	BUSY,
	BATCH,
	RUN,
	DELAY_P50,
	DELAY_P99,
	SHED,
	COLUMN_COUNT
};
static const char *const column_names[COLUMN_COUNT] = {
	[PACKETS_IN] = "packetsIn",
	[PACKETS_OUT] = "packetsOut",
	[BYTES_IN] = "bytesIn",
	[BYTES_OUT] = "bytesOut",
	[RETRANSMITTED] = "resent",
	[DROPS] = "drops",
	[PEERS] = "peers",
	[SLOTS] = "slots",
	[BUSY] = "busy",
	[BATCH] = "batch",
	[RUN] = "run",
	[DELAY_P50] = "delayP50",
	[DELAY_P99] = "delayP99",
	[SHED] = "shed",
};
static const struct {
	enum column column;
	enum counter counter;
} rates[] = {
	{PACKETS_IN, COUNTER_DATAGRAMS_IN}, {PACKETS_OUT, COUNTER_DATAGRAMS_OUT},
	{BYTES_IN, COUNTER_BYTES_IN},	    {BYTES_OUT, COUNTER_BYTES_OUT},
	{RETRANSMITTED, COUNTER_RTX_OUT},
};

/* A worker's counters as they were read. */
struct totals {
	uint64_t value[COUNTER_COUNT];
	uint64_t bucket[HISTOGRAM_COUNT][HISTOGRAM_BUCKETS], sum[HISTOGRAM_COUNT];
	uint64_t busy_us;
};

struct sample {
	int64_t time_s; /* of its end */
	unsigned people, viewers;
	uint64_t memory;
};

struct worker_sample {
	float value[COLUMN_COUNT];     /* NAN: there was nothing to measure */
	uint32_t drops[COUNTER_COUNT]; /* in all, by reason; the first n_reasons are in use */
};

struct status {
	unsigned workers;
	int64_t started_s, last_us;
	struct totals *last; /* of each worker */
	enum counter reasons[COUNTER_COUNT];
	unsigned n_reasons;
	/* The ring: head is where the next one goes. */
	unsigned head, n;
	struct sample samples[STATUS_SAMPLES];
	struct worker_sample *by_worker; /* STATUS_SAMPLES x workers */
};

static void read_totals(const struct status_reading *reading, unsigned worker, struct totals *ret)
{
	const struct counters *counters = reading->counters[worker];
	for (unsigned c = 0; c < COUNTER_COUNT; c++)
		ret->value[c] = counter_get(counters, c);
	for (unsigned h = 0; h < HISTOGRAM_COUNT; h++) {
		const struct histogram *histogram = &counters->histogram[h];
		for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
			ret->bucket[h][i] =
				atomic_load_explicit(&histogram->count[i], memory_order_relaxed);
		ret->sum[h] = atomic_load_explicit(&histogram->sum, memory_order_relaxed);
	}
	ret->busy_us = reading->busy_us[worker];
}

struct status *status_new(unsigned workers, const struct status_reading *first)
{
	struct status *status = g_new0(struct status, 1);
	status->workers = workers;
	status->started_s = first->now_us / G_USEC_PER_SEC;
	status->last_us = first->now_us;
	status->last = g_new0(struct totals, workers);
	status->by_worker = g_new0(struct worker_sample, (gsize)STATUS_SAMPLES * workers);
	for (unsigned c = 0; c < COUNTER_COUNT; c++)
		if (g_str_has_prefix(counter_name(c), "drop_"))
			status->reasons[status->n_reasons++] = c;
	for (unsigned w = 0; w < workers; w++)
		read_totals(first, w, &status->last[w]);
	return status;
}

void status_free(struct status *status)
{
	if (!status)
		return;
	g_free(status->last);
	g_free(status->by_worker);
	g_free(status);
}

/* ---- A sample ---- */

double status_quantile(const uint64_t count[static HISTOGRAM_BUCKETS], double q)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		total += count[i];
	double left = q * (double)total, lower = 0;
	for (unsigned i = 0; total && i < HISTOGRAM_BUCKETS - 1; i++) {
		double upper = (double)(UINT64_C(1) << i);
		if (count[i] && left <= (double)count[i])
			return lower + (upper - lower) * left / (double)count[i];
		left -= (double)count[i];
		lower = upper;
	}
	return total ? lower : NAN;
}

/* How often each bucket counted since then. */
static void count_since(const struct totals *now, const struct totals *then,
			enum histogram_of which, uint64_t ret[static HISTOGRAM_BUCKETS])
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		ret[i] = now->bucket[which][i] - then->bucket[which][i];
}

static double mean_since(const struct totals *now, const struct totals *then,
			 enum histogram_of which)
{
	uint64_t count[HISTOGRAM_BUCKETS], total = 0;
	count_since(now, then, which, count);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		total += count[i];
	return total ? (double)(now->sum[which] - then->sum[which]) / (double)total : NAN;
}

static void fill_sample(const struct status *status, const struct counters *counters,
			const struct totals *now, const struct totals *then, double seconds,
			struct worker_sample *ret)
{
	uint64_t delay[HISTOGRAM_BUCKETS], drops = 0;
	count_since(now, then, HISTOGRAM_FORWARD_DELAY, delay);
	for (unsigned r = 0; r < status->n_reasons; r++) {
		enum counter counter = status->reasons[r];
		uint64_t n = now->value[counter] - then->value[counter];
		ret->drops[r] = (uint32_t)MIN(n, UINT32_MAX);
		drops += n;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(rates); i++)
		ret->value[rates[i].column] = (float)((double)(now->value[rates[i].counter] -
							       then->value[rates[i].counter]) /
						      seconds);
	ret->value[DROPS] = (float)((double)drops / seconds);
	ret->value[PEERS] = (float)gauge_get(counters, GAUGE_PEERS);
	ret->value[SLOTS] = (float)gauge_get(counters, GAUGE_SLOTS);
	ret->value[SHED] = (float)gauge_get(counters, GAUGE_SHED_LEVEL);
	double busy = (double)(now->busy_us - then->busy_us) / (seconds * G_USEC_PER_SEC);
	ret->value[BUSY] = (float)MIN(busy, 1);
	ret->value[BATCH] = (float)mean_since(now, then, HISTOGRAM_SEND_BATCH);
	ret->value[RUN] = (float)mean_since(now, then, HISTOGRAM_GSO_RUN);
	ret->value[DELAY_P50] = (float)status_quantile(delay, 0.5);
	ret->value[DELAY_P99] = (float)status_quantile(delay, 0.99);
}

void status_add(struct status *status, const struct status_reading *reading)
{
	double seconds = (double)(reading->now_us - status->last_us) / G_USEC_PER_SEC;
	if (seconds <= 0)
		return;
	status->samples[status->head] = (struct sample){
		.time_s = reading->now_us / G_USEC_PER_SEC,
		.people = reading->people,
		.viewers = reading->viewers,
		.memory = reading->memory,
	};
	for (unsigned w = 0; w < status->workers; w++) {
		struct totals now;
		read_totals(reading, w, &now);
		fill_sample(status, reading->counters[w], &now, &status->last[w], seconds,
			    &status->by_worker[status->head * status->workers + w]);
		status->last[w] = now;
	}
	status->last_us = reading->now_us;
	status->head = (status->head + 1) % STATUS_SAMPLES;
	status->n = MIN(status->n + 1, STATUS_SAMPLES);
}

/* The i-th oldest one's place in the ring. */
static unsigned place_of(const struct status *status, unsigned i)
{
	return (status->head + STATUS_SAMPLES - status->n + i) % STATUS_SAMPLES;
}

double status_busy_share(const struct status *status, unsigned worker)
{
	if (!status->n)
		return 0;
	unsigned place = place_of(status, status->n - 1);
	return (double)status->by_worker[place * status->workers + worker].value[BUSY];
}

/* ---- JSON. The rows are nothing but numbers, and many: they are written as they are. ---- */

static void add_value(GString *out, float value)
{
	if (isnan(value))
		g_string_append(out, "null,");
	else
		g_string_append_printf(out, "%.6g,", (double)value);
}

/* [reason, how often, reason, how often, ...], the most frequent first. */
static void add_top(const struct status *status, const struct worker_sample *sample, GString *out)
{
	uint32_t below = UINT32_MAX;
	unsigned after = 0, n = 0;
	g_string_append_c(out, '[');
	while (n < TOP_REASONS) {
		/* The next in order of (how often, reason). */
		unsigned best = status->n_reasons;
		for (unsigned r = 0; r < status->n_reasons; r++) {
			uint32_t drops = sample->drops[r];
			bool left = drops < below || (drops == below && r >= after);
			if (drops && left &&
			    (best == status->n_reasons || drops > sample->drops[best]))
				best = r;
		}
		if (best == status->n_reasons)
			break;
		below = sample->drops[best];
		after = best + 1;
		g_string_append_printf(out, "%s%u,%u", n++ ? "," : "", best, below);
	}
	g_string_append_c(out, ']');
}

static void add_row(const struct status *status, unsigned place, GString *out)
{
	const struct sample *sample = &status->samples[place];
	g_string_append_printf(out, "[%" G_GINT64_FORMAT ",%u,%u,%" G_GUINT64_FORMAT,
			       (gint64)sample->time_s, sample->people, sample->viewers,
			       (guint64)sample->memory);
	for (unsigned w = 0; w < status->workers; w++) {
		const struct worker_sample *of_worker =
			&status->by_worker[place * status->workers + w];
		g_string_append(out, ",[");
		for (unsigned c = 0; c < COLUMN_COUNT; c++)
			add_value(out, of_worker->value[c]);
		add_top(status, of_worker, out);
		g_string_append_c(out, ']');
	}
	g_string_append_c(out, ']');
}

static uint64_t drops_of_the_hour(const struct status *status, unsigned reason)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < status->n; i++)
		for (unsigned w = 0; w < status->workers; w++)
			sum += status->by_worker[place_of(status, i) * status->workers + w]
				       .drops[reason];
	return sum;
}

static json_t *reasons_json(const struct status *status)
{
	json_t *array = json_array();
	for (unsigned r = 0; r < status->n_reasons; r++) {
		uint64_t total = 0;
		for (unsigned w = 0; w < status->workers; w++)
			total += status->last[w].value[status->reasons[r]];
		json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:I}", "name",
						       counter_name(status->reasons[r]), "help",
						       counter_help(status->reasons[r]), "hour",
						       (json_int_t)drops_of_the_hour(status, r),
						       "total", (json_int_t)total));
	}
	return array;
}

static json_t *columns_json(void)
{
	json_t *array = json_array();
	for (unsigned c = 0; c < COLUMN_COUNT; c++)
		json_array_append_new(array, json_string(column_names[c]));
	json_array_append_new(array, json_string("top"));
	return array;
}

char *status_json(const struct status *status, int64_t since_s)
{
	json_t *head =
		json_pack("{s:I, s:I, s:i, s:i, s:i, s:[ssss], s:o, s:o}", "started",
			  (json_int_t)status->started_s, "now",
			  (json_int_t)(status->last_us / G_USEC_PER_SEC), "interval",
			  STATUS_INTERVAL_S, "samples", STATUS_SAMPLES, "workers",
			  (int)status->workers, "columns", "time", "people", "viewers", "memory",
			  "workerColumns", columns_json(), "reasons", reasons_json(status));
	char *text = json_dumps(head, JSON_COMPACT);
	GString *out = g_string_new(text);
	free(text);
	json_decref(head);
	g_string_truncate(out, out->len - 1); /* its brace */
	g_string_append(out, ",\"rows\":[");
	const char *comma = "";
	for (unsigned i = 0; i < status->n; i++) {
		unsigned place = place_of(status, i);
		if (status->samples[place].time_s <= since_s)
			continue;
		g_string_append(out, comma);
		add_row(status, place, out);
		comma = ",";
	}
	g_string_append(out, "]}");
	return g_string_free(out, FALSE);
}
